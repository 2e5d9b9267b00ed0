/**
 * Adler-32 (RFC 1950 section 8.2) as an unsigned 32-bit number.
 *
 * @example
 * ```ts
 * import { adler32 } from 'img4/compression';
 *
 * if (adler32(new TextEncoder().encode('abc')) !== 0x024d0127) throw new Error('another checksum');
 * ```
 */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  // 5552 additions are the most before b can pass 32 bits.
  for (let at = 0; at < bytes.length; ) {
    const stop = Math.min(at + 5552, bytes.length);
    for (; at < stop; at++) {
      a += bytes[at]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}
