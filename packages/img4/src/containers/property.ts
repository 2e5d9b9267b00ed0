import { equalBytes, toHex } from '../bytes.js';
import { CONTEXT, type DerElement, der, fourccToNumber, numberToFourcc, PRIVATE, Tag } from '../der/index.js';
import { Img4Error } from '../error.js';

/**
 * The value of an IMG4 property. `required` and `optional` occur in certificates only: the property must be
 * there with any value, or may be. `set` holds further properties. `unknown` keeps the element's DER.
 */
export type PropertyValue =
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'octets'; readonly value: Uint8Array }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'set'; readonly value: readonly Property[] }
  | { readonly type: 'null' | 'required' | 'optional' }
  | { readonly type: 'unknown'; readonly value: Uint8Array };

/** `[PRIVATE name] { SEQUENCE { IA5String name, value } }`: one named value of a manifest, certificate or payload. */
export interface Property {
  /** Its four-character code, such as `ECID`. */
  readonly name: string;
  readonly value: PropertyValue;
  /** Offset of the property in the file it was read from, in bytes; undefined for one made here. */
  readonly offset?: number;
}

function readValue(element: DerElement, path: string): PropertyValue {
  if (element.is(Tag.INTEGER)) return { type: 'integer', value: element.integer(path) };
  if (element.is(Tag.BOOLEAN)) return { type: 'boolean', value: element.boolean(path) };
  if (element.is(Tag.OCTET_STRING)) return { type: 'octets', value: element.octets(path) };
  if (element.is(Tag.IA5_STRING) || element.is(Tag.UTF8_STRING)) {
    if (element.is(Tag.IA5_STRING) || !element.strict) return { type: 'string', value: element.ia5(path) };
  }
  if (element.is(Tag.SET) && element.constructed) return { type: 'set', value: readProperties(element, path) };
  if (element.is(Tag.NULL)) return { type: 'null' };
  if (element.tagClass === CONTEXT && element.constructed && element.tag < 2) {
    const inner = element.children(path);
    if (inner.length === 1 && inner[0]!.is(Tag.NULL)) return { type: element.tag === 0 ? 'required' : 'optional' };
  }
  return { type: 'unknown', value: element.bytes };
}

export function readProperty(element: DerElement, path: string): Property {
  if (element.tagClass !== PRIVATE)
    throw element.error('bad-tag', `a private tag expected, ${element.name} found`, path);
  const name = numberToFourcc(element.tag);
  const at = path === '' ? name : `${path}.${name}`;
  const outer = element.children(at);
  if (outer.length !== 1) throw element.error('bad-value', `one SEQUENCE expected, ${outer.length} elements found`, at);
  const inner = outer[0]!.sequence(at);
  if (inner.length !== 2)
    throw outer[0]!.error('bad-value', `a name and a value expected, ${inner.length} elements found`, at);
  const written = inner[0]!.ia5(at);
  if (written !== name) throw inner[0]!.error('bad-value', `the tag says ${name}, the name says ${written}`, at);
  return { name, value: readValue(inner[1]!, at), offset: element.offset };
}

/** The properties of a SET; `ordered` is false where strict mode takes them in any order. */
export function readProperties(element: DerElement, path: string, ordered = true): Property[] {
  return element.set(path, ordered).map(child => readProperty(child, path));
}

function encodeValue(value: PropertyValue, path: string): Uint8Array {
  switch (value.type) {
    case 'integer':
      return der.integer(value.value);
    case 'boolean':
      return der.boolean(value.value);
    case 'octets':
      return der.octets(value.value);
    case 'string':
      return der.ia5(value.value, path);
    case 'set':
      return encodeProperties(value.value, path);
    case 'null':
      return der.nullElement();
    case 'required':
      return der.context(0, der.nullElement());
    case 'optional':
      return der.context(1, der.nullElement());
    case 'unknown':
      return value.value;
  }
}

export function encodeProperty(property: Property, path = ''): Uint8Array {
  const at = path === '' ? property.name : `${path}.${property.name}`;
  return der.fourccTag(property.name, der.sequence(der.ia5(property.name, at), encodeValue(property.value, at)));
}

/** A SET of `properties`, sorted by tag as DER wants it. */
export function encodeProperties(properties: readonly Property[], path = ''): Uint8Array {
  const sorted = [...properties].sort((a, b) => fourccToNumber(a.name) - fourccToNumber(b.name));
  for (let i = 1; i < sorted.length; i++)
    if (sorted[i]!.name === sorted[i - 1]!.name)
      throw new Img4Error('bad-value', `${sorted[i]!.name} occurs twice`, { path });
  return der.set(...sorted.map(property => encodeProperty(property, path)));
}

/**
 * The property called `name`, if it is there.
 *
 * @example
 * ```ts
 * import { findProperty, Im4r } from 'img4';
 *
 * if (findProperty(Im4r.fromGenerator(1n).properties, 'BNCN') === undefined) throw new Error('not found');
 * ```
 */
export function findProperty(properties: readonly Property[], name: string): Property | undefined {
  return properties.find(property => property.name === name);
}

/** Whether two values are the same in type and content. */
export function equalValues(a: PropertyValue, b: PropertyValue): boolean {
  if (a.type !== b.type) return false;
  if (!('value' in a) || !('value' in b)) return true;
  if (a.value instanceof Uint8Array && b.value instanceof Uint8Array) return equalBytes(a.value, b.value);
  if (a.type === 'set' && b.type === 'set')
    return (
      a.value.length === b.value.length &&
      a.value.every((p, i) => p.name === b.value[i]!.name && equalValues(p.value, b.value[i]!.value))
    );
  return a.value === b.value;
}

/**
 * A value as people read it: integers in hexadecimal, bytes as hexadecimal digits.
 *
 * @example
 * ```ts
 * import { formatValue } from 'img4';
 *
 * if (formatValue({ type: 'integer', value: 255n }) !== '0xff') throw new Error('another form');
 * ```
 */
export function formatValue(value: PropertyValue): string {
  switch (value.type) {
    case 'integer':
      return value.value < 0n ? value.value.toString() : `0x${value.value.toString(16)}`;
    case 'boolean':
      return String(value.value);
    case 'octets':
      return toHex(value.value);
    case 'string':
      return JSON.stringify(value.value);
    case 'set':
      return `{${value.value.map(property => `${property.name}: ${formatValue(property.value)}`).join(', ')}}`;
    case 'unknown':
      return `DER ${toHex(value.value)}`;
    default:
      return value.type;
  }
}
