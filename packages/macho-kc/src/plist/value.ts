/** A property list value. Integers are bigints, reals numbers; a dictionary keeps its order. */
export type PlistValue = string | bigint | number | boolean | Date | Uint8Array | PlistArray | PlistDict;
export interface PlistArray extends ReadonlyArray<PlistValue> {}
export interface PlistDict extends ReadonlyMap<string, PlistValue> {}

/** `value` as a dictionary, or undefined. */
export const asDict = (value: PlistValue | undefined): PlistDict | undefined =>
  value instanceof Map ? (value as PlistDict) : undefined;
/** `value` as an array; empty for anything else. */
export const asArray = (value: PlistValue | undefined): PlistArray =>
  Array.isArray(value) ? (value as PlistArray) : [];
/** `value` as text, or undefined. */
export const asText = (value: PlistValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
/** `value` as an integer, or undefined. */
export const asInteger = (value: PlistValue | undefined): bigint | undefined =>
  typeof value === 'bigint' ? value : undefined;
/** `value` as bytes, or undefined. */
export const asData = (value: PlistValue | undefined): Uint8Array | undefined =>
  value instanceof Uint8Array ? value : undefined;

/** A value as JSON has it: dictionaries as objects, integers past 2^53 as hex text, bytes as hex text. */
export function plistToJson(value: PlistValue): unknown {
  if (typeof value === 'bigint')
    return value >= -0x1fffffffffffffn && value <= 0x1fffffffffffffn
      ? Number(value)
      : `0x${BigInt.asUintN(64, value).toString(16)}`;
  if (value instanceof Uint8Array) return Array.from(value, byte => byte.toString(16).padStart(2, '0')).join('');
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [key, plistToJson(item as PlistValue)]));
  if (Array.isArray(value)) return value.map(item => plistToJson(item as PlistValue));
  return value;
}
