import type { DeviceTreeNode } from '../device-node.js';
import { DeviceTreeError, fail } from '../error.js';
import { escapeProperty } from '../path.js';
import type { DeviceTreeProperty } from '../property.js';
import { guessType } from './guess.js';
import { flag, hex, list, one, placeholderText, string, strings } from './scalars.js';
import { isKnown, tableTypes } from './table.js';
import type { AnyType, DecodedValue } from './value-type.js';

/** A value together with how sure its type is. */
export interface Decoded {
  readonly value: DecodedValue;
  /** Id of the type, such as `reg<2,2>`; `placeholder` for a placeholder's text. */
  readonly type: string;
  /** `table`: the name and node say so. `guess`: the bytes look like it. */
  readonly source: 'table' | 'guess' | 'placeholder';
  /** Ids of other types in the table that these bytes fit as well. */
  readonly alternatives: readonly string[];
}

const NONE: readonly string[] = [];

/** Type of a property's bytes by the table: the first that fits; undefined when none does. */
export const tableType = (node: DeviceTreeNode, name: string, bytes: Uint8Array): AnyType | undefined =>
  tableTypes(node, name).find(type => type.decode(bytes) !== undefined);

/** Type of a property's bytes: the table's, or a guess. */
export const typeOfProperty = (node: DeviceTreeNode, name: string, bytes: Uint8Array): AnyType =>
  tableType(node, name, bytes) ?? guessType(bytes);

/**
 * Decodes a property: by the table, else by a guess.
 *
 * @example
 * ```ts
 * import { createTree, decodeProperty } from 'apple-devicetree';
 * const { root } = createTree();
 * decodeProperty(root, root.setU32('clock-frequency', 24_000_000)); // { type: 'u32', value: 24000000, source: 'table', … }
 * ```
 */
export function decodeProperty(node: DeviceTreeNode, property: DeviceTreeProperty): Decoded {
  const bytes = property.value;
  if (property.placeholder)
    return { value: placeholderText(bytes), type: 'placeholder', source: 'placeholder', alternatives: NONE };
  const types = tableTypes(node, property.name);
  for (let i = 0; i < types.length; i++) {
    const value = types[i]!.decode(bytes);
    if (value === undefined) continue;
    const alternatives =
      i + 1 === types.length
        ? NONE
        : types
            .slice(i + 1)
            .filter(type => type.decode(bytes) !== undefined)
            .map(type => type.id);
    return { value, type: types[i]!.id, source: 'table', alternatives };
  }
  const type = guessType(bytes);
  return { value: type.decode(bytes)!, type: type.id, source: 'guess', alternatives: NONE };
}

/** The value by the table alone when the table knows the name, else the guess. @internal */
export function knownValue(node: DeviceTreeNode, property: DeviceTreeProperty): DecodedValue | undefined {
  if (property.placeholder) return undefined;
  const types = tableTypes(node, property.name);
  const bytes = property.value;
  if (types.length === 0) return isKnown(node, property.name) ? undefined : guessType(bytes).decode(bytes);
  for (const type of types) {
    const value = type.decode(bytes);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The type that a plain value asks for when nothing else says. */
function typeForValue(value: DecodedValue): AnyType | undefined {
  if (value instanceof Uint8Array) return hex;
  if (typeof value === 'string') return string;
  if (typeof value === 'number') return one('u32');
  if (typeof value === 'bigint') return one('u64');
  if (value === true) return flag;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const first: unknown = value[0];
  if (typeof first === 'string') return strings;
  return typeof first === 'number' ? list('u32') : typeof first === 'bigint' ? list('u64') : undefined;
}

/**
 * Encodes a value for a property: as the table says; else as the bytes that are there seem to be; else as the value asks.
 *
 * @throws {@link DeviceTreeError} `bad-value` or `out-of-range`, with the property's path
 */
export function encodeValue(node: DeviceTreeNode, name: string, value: DecodedValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  const present = node.property(name);
  const table = tableTypes(node, name);
  const types = [...table];
  if (present !== undefined && !present.placeholder) {
    // A field of a fixed size keeps it: the type that the present bytes have comes first.
    const bytes = present.value;
    types.sort((a, b) => Number(b.decode(bytes) !== undefined) - Number(a.decode(bytes) !== undefined));
    if (table.length === 0) types.push(guessType(bytes));
  }
  const asked = table.length === 0 ? typeForValue(value) : undefined;
  if (asked !== undefined) types.push(asked);
  let first: DeviceTreeError | undefined;
  for (const type of types) {
    try {
      return type.encode(value as never);
    } catch (error) {
      if (!(error instanceof DeviceTreeError)) throw error;
      first ??= error;
    }
  }
  const path = `${node.path}.${escapeProperty(name)}`;
  throw fail(first?.code ?? 'bad-value', first?.message ?? 'no type for this value', { path, cause: first });
}
