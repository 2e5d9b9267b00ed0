import { fromHex, isZero, toHex } from '../bytes.js';
import type { DeviceTreeNode } from '../device-node.js';
import { DeviceTreeError, fail } from '../error.js';
import { NAME_FIELD_SIZE } from '../format.js';
import { DeviceTreeProperty } from '../property.js';
import { typeById } from '../types/by-id.js';
import { guessType } from '../types/guess.js';
import { tableType } from '../types/resolve.js';
import { hex, string } from '../types/scalars.js';
import type { DecodedValue } from '../types/value-type.js';

/** What the text and JSON forms say about a property: everything its bytes need. */
export interface PropertyParts {
  readonly name: string;
  /** Id of the type that `value` has. */
  readonly type: string;
  readonly value: DecodedValue;
  readonly placeholder?: true;
  /** The bytes of a number whose type is a guess, for people: readers of the forms ignore it. */
  readonly guessed?: Uint8Array;
  /** Padding, when it is not zero. */
  readonly padding?: Uint8Array;
  /** The 32-byte name field, when the name alone does not give it. */
  readonly field?: Uint8Array;
}

/** Guesses that are shown with their bytes; texts and bytes speak for themselves. */
const NUMBERS = new Set(['u32', 'u64', 'u64[]']);

/** Takes a property apart. */
export function partsOf(node: DeviceTreeNode, property: DeviceTreeProperty): PropertyParts {
  const bytes = property.value;
  const { name, placeholder, nameField, padding } = property;
  const known = placeholder ? (string.decode(bytes) === undefined ? hex : string) : tableType(node, name, bytes);
  const type = known ?? guessType(bytes);
  const guessed = known === undefined && NUMBERS.has(type.id);
  return {
    name,
    type: type.id,
    value: type.decode(bytes)!,
    ...(placeholder && { placeholder }),
    ...(guessed && { guessed: bytes }),
    ...(!isZero(padding) && { padding: padding.slice() }),
    ...((name === '' || !isZero(nameField.subarray(name.length))) && { field: nameField.slice() }),
  };
}

/**
 * Makes the property again.
 *
 * @throws {@link DeviceTreeError} `syntax` for an unknown type, `bad-value` or `out-of-range` for values that do not fit
 */
export function propertyOf(parts: PropertyParts, path: string): DeviceTreeProperty {
  const type = typeById(parts.type);
  if (type === undefined) throw fail('syntax', `unknown type ${JSON.stringify(parts.type.slice(0, 40))}`, { path });
  try {
    const property = DeviceTreeProperty.create(
      parts.field === undefined ? parts.name : 'x',
      type.encode(parts.value as never),
      parts.placeholder,
    );
    if (parts.field !== undefined) {
      if (parts.field.length !== NAME_FIELD_SIZE) throw fail('bad-value', `a name field has ${NAME_FIELD_SIZE} bytes`);
      property.nameField = parts.field;
      if (property.name !== parts.name) throw fail('conflict', 'the name and the name field differ');
    }
    if (parts.padding !== undefined) property.padding = parts.padding;
    return property;
  } catch (error) {
    if (error instanceof DeviceTreeError && !error.path.startsWith('/'))
      throw fail(error.code, error.message, { path, cause: error });
    throw error;
  }
}

/** Deepest nesting of values inside values: a list of records with lists. */
const MAX_VALUE_DEPTH = 6;

/** A decoded value as JSON has it: 64-bit numbers as `"0x…"`, bytes as `{"hex": "…"}`. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** @internal */
export function valueToJson(value: DecodedValue): JsonValue {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (value instanceof Uint8Array) return { hex: toHex(value) };
  if (Array.isArray(value)) return value.map(valueToJson);
  if (typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value as { [field: string]: DecodedValue }).map(([key, part]) => [key, valueToJson(part)]),
    );
  return value;
}

/** @internal */
export function valueFromJson(json: unknown, path: string, depth = 0): DecodedValue {
  if (depth > MAX_VALUE_DEPTH) throw fail('too-deep', 'a value is nested too deep', { path });
  if (typeof json === 'string' || typeof json === 'number' || json === true) return json;
  if (Array.isArray(json)) return json.map(part => valueFromJson(part, path, depth + 1));
  if (typeof json !== 'object' || json === null)
    throw fail('syntax', 'a value is text, a number, true, a list or an object', { path });
  const entries = Object.entries(json);
  if (entries.length === 1 && entries[0]![0] === 'hex' && typeof entries[0]![1] === 'string')
    return fromHex(entries[0]![1], path);
  return Object.fromEntries(entries.map(([key, part]) => [key, valueFromJson(part, path, depth + 1)]));
}

/** Checks that a node's name in a text form is the one its `name` property gives. @internal */
export function checkNodeName(node: DeviceTreeNode, said: string, path: string): void {
  if (node.name !== said)
    throw fail(
      'conflict',
      `the node is called ${JSON.stringify(said)} but its name property says ${JSON.stringify(node.name)}`,
      { path },
    );
}
