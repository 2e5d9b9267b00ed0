import type { Fail } from './error.js';

/** What generated readers and writers call; see `layout/index.ts`. */
export function need(bytes: Uint8Array, at: number, size: number, fail: Fail, path: string, base: number): void {
  if (at < 0 || !Number.isSafeInteger(at) || size > bytes.length - at)
    throw fail('truncated', `${size} bytes are needed, ${Math.max(0, bytes.length - at)} are there`, {
      offset: base + at,
      path,
    });
}

/** Latin-1 text up to the first NUL. */
export function getChars(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0) break;
    text += String.fromCharCode(byte);
  }
  return text;
}

export function setChars(bytes: Uint8Array, at: number, length: number, text: string, fail: Fail, path: string): void {
  if (text.length > length) throw fail('out-of-range', `"${text}" is longer than ${length} bytes`, { path });
  bytes.fill(0, at, at + length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff || code === 0) throw fail('out-of-range', `"${text}" is not Latin-1 text`, { path });
    bytes[at + i] = code;
  }
}

export function setBytes(
  bytes: Uint8Array,
  at: number,
  length: number,
  value: Uint8Array,
  fail: Fail,
  path: string,
): void {
  if (value.length !== length) throw fail('out-of-range', `${value.length} bytes given for ${length}`, { path });
  bytes.set(value, at);
}

/** Checks a number before it is written, so that nothing is cut to fit. */
export function fits(value: number, min: number, max: number, fail: Fail, path: string): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw fail('out-of-range', `${value} is not an integer from ${min} to ${max}`, { path });
  return value;
}

export function fitsBig(value: bigint, signed: boolean, fail: Fail, path: string): bigint {
  if ((signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) !== value)
    throw fail('out-of-range', `${value} does not fit ${signed ? 'a signed' : 'an unsigned'} 64-bit integer`, { path });
  return value;
}

export function fitsCount(length: number, count: number, fail: Fail, path: string): void {
  if (length !== count) throw fail('out-of-range', `${length} elements given for ${count}`, { path });
}
