import { concatBytes, fromAscii } from '../bytes.js';
import { Img4Error } from '../error.js';
import { CONTEXT, fourccToNumber, PRIVATE, Tag, type TagClass, UNIVERSAL } from './tag.js';

function identifier(tagClass: TagClass, constructed: boolean, tag: number): number[] {
  const high = (tagClass << 6) | (constructed ? 0x20 : 0);
  if (tag < 0x1f) return [high | tag];
  const digits = [tag % 128];
  for (let rest = Math.floor(tag / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) | 0x80);
  return [high | 0x1f, ...digits];
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return [0x80 | digits.length, ...digits];
}

/** Encodes one element in DER. */
export function encode(tagClass: TagClass, constructed: boolean, tag: number, ...content: Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const header = Uint8Array.from([...identifier(tagClass, constructed, tag), ...lengthOctets(length)]);
  return concatBytes([header, ...content]);
}

export const sequence = (...parts: Uint8Array[]): Uint8Array => encode(UNIVERSAL, true, Tag.SEQUENCE, ...parts);
/** A SET of elements that the caller has sorted. */
export const set = (...parts: Uint8Array[]): Uint8Array => encode(UNIVERSAL, true, Tag.SET, ...parts);
export const octets = (bytes: Uint8Array): Uint8Array => encode(UNIVERSAL, false, Tag.OCTET_STRING, bytes);
export const nullElement = (): Uint8Array => encode(UNIVERSAL, false, Tag.NULL);
export const boolean = (value: boolean): Uint8Array =>
  encode(UNIVERSAL, false, Tag.BOOLEAN, Uint8Array.of(value ? 0xff : 0));
/** `[number]`, explicitly tagged. */
export const context = (number: number, ...parts: Uint8Array[]): Uint8Array => encode(CONTEXT, true, number, ...parts);
/** `[PRIVATE code]`, constructed. */
export const fourccTag = (code: string, ...parts: Uint8Array[]): Uint8Array =>
  encode(PRIVATE, true, fourccToNumber(code), ...parts);

export function ia5(text: string, path = ''): Uint8Array {
  const bytes = fromAscii(text);
  if (bytes === undefined) throw new Img4Error('bad-value', 'an IA5String takes ASCII only', { path });
  return encode(UNIVERSAL, false, Tag.IA5_STRING, bytes);
}

export function integer(value: bigint | number): Uint8Array {
  let rest = BigInt(value);
  const bytes: number[] = [];
  do {
    bytes.unshift(Number(BigInt.asUintN(8, rest)));
    rest >>= 8n;
  } while (!((rest === 0n && bytes[0]! < 0x80) || (rest === -1n && bytes[0]! >= 0x80)));
  return encode(UNIVERSAL, false, Tag.INTEGER, Uint8Array.from(bytes));
}
