import { Img4Error } from '../error.js';

/** Tag classes of X.690 section 8.1.2.2, as the two high bits of the identifier octet. */
export const UNIVERSAL = 0;
export const APPLICATION = 1;
export const CONTEXT = 2;
export const PRIVATE = 3;

export type TagClass = 0 | 1 | 2 | 3;

/** Universal tag numbers (X.680 section 8.4) that the IMG4 family and its certificates use. */
export const Tag = {
  BOOLEAN: 1,
  INTEGER: 2,
  BIT_STRING: 3,
  OCTET_STRING: 4,
  NULL: 5,
  OBJECT_IDENTIFIER: 6,
  UTF8_STRING: 12,
  SEQUENCE: 16,
  SET: 17,
  PRINTABLE_STRING: 19,
  T61_STRING: 20,
  IA5_STRING: 22,
  UTC_TIME: 23,
  GENERALIZED_TIME: 24,
} as const;

/**
 * The number of a four-character code: its characters as a big-endian 32-bit integer.
 * IMG4 uses it as a private tag number.
 *
 * @throws Img4Error `bad-value` unless `code` is four characters of one byte each
 */
export function fourccToNumber(code: string): number {
  let value = code.length === 4 ? 0 : Number.NaN;
  for (let i = 0; i < code.length; i++)
    value = code.charCodeAt(i) > 0xff ? Number.NaN : value * 256 + code.charCodeAt(i);
  if (Number.isNaN(value))
    throw new Img4Error('bad-value', `"${code}" is not a four-character code`, { path: 'fourcc' });
  return value;
}

/** The four-character code of a private tag number; inverse of {@link fourccToNumber}. */
export function numberToFourcc(value: number): string {
  return String.fromCharCode((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** How people name a tag: `SEQUENCE`, `[0]`, `[PRIVATE MANP]`. */
export function tagName(tagClass: TagClass, tag: number): string {
  if (tagClass === UNIVERSAL)
    return (Object.entries(Tag).find(([, n]) => n === tag)?.[0] ?? `[UNIVERSAL ${tag}]`).replace('_', ' ');
  if (tagClass === CONTEXT) return `[${tag}]`;
  if (tagClass === APPLICATION) return `[APPLICATION ${tag}]`;
  const code = numberToFourcc(tag);
  return `[PRIVATE ${/^[\x20-\x7e]{4}$/.test(code) ? code : tag}]`;
}
