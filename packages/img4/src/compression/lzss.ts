import { Img4Error } from '../error.js';
import { DEFAULT_MAX_SIZE, type Decompressed, type DecompressOptions } from './lzfse/decode.js';

/** Bytes of the window, longest match, and longest length that is not worth a match. */
export const LZSS_WINDOW = 4096;
export const LZSS_LONGEST = 18;
export const LZSS_THRESHOLD = 2;
/** Where the first byte goes in the window, which is filled with spaces before. */
export const LZSS_START = LZSS_WINDOW - LZSS_LONGEST;
export const LZSS_FILL = 0x20;

/** Bytes that a stream decodes to: a pass over its flags and lengths. */
export function lzssSize(bytes: Uint8Array): number {
  let size = 0;
  let at = 0;
  while (at < bytes.length) {
    let flags = bytes[at++]! | 0x100;
    for (; flags !== 1 && at < bytes.length; flags >>= 1) {
      if (flags & 1) {
        size++;
        at++;
      } else if (at + 1 < bytes.length) {
        size += (bytes[at + 1]! & 0xf) + LZSS_THRESHOLD + 1;
        at += 2;
      } else throw new Img4Error('truncated', 'a match is cut off', { offset: at, path: 'lzss' });
    }
  }
  return size;
}

/**
 * Decompresses an LZSS stream (window 4096, matches of 3 to 18, flag bits low first, 1 for a literal).
 *
 * @param size bytes it decodes to; the stream's own length decides when it is not given
 * @throws Img4Error `truncated` when the stream ends before `size` bytes, `corrupt` when it holds more
 */
export function lzssDecode(bytes: Uint8Array, size?: number, options: DecompressOptions = {}): Decompressed {
  const maxSize = options.maxSize ?? DEFAULT_MAX_SIZE;
  const total = size ?? lzssSize(bytes);
  if (total > maxSize)
    throw new Img4Error('too-large', `${total} bytes exceed the limit of ${maxSize}`, { path: 'lzss' });
  // Seventeen bytes hold eight matches of 18 at most.
  if (total > bytes.length * 9)
    throw new Img4Error('truncated', `${bytes.length} bytes cannot hold ${total}`, { path: 'lzss', offset: 0 });
  const data = new Uint8Array(total);
  const end = bytes.length;
  let at = 0;
  let to = 0;
  // While a whole group of eight fits on both sides, nothing needs checking but matches before the output.
  const fastIn = end - 17;
  const fastOut = total - 8 * LZSS_LONGEST;
  while (at <= fastIn && to <= fastOut) {
    const flags = bytes[at++]!;
    if (flags === 0xff) {
      for (let i = 0; i < 8; i++) data[to++] = bytes[at++]!;
      continue;
    }
    for (let bit = 1; bit < 0x100; bit <<= 1) {
      if (flags & bit) data[to++] = bytes[at++]!;
      else {
        const high = bytes[at + 1]!;
        const position = bytes[at]! | ((high & 0xf0) << 4);
        at += 2;
        to = copy(data, to, position, (high & 0xf) + LZSS_THRESHOLD + 1);
      }
    }
  }
  while (to < total && at < end) {
    const flags = bytes[at++]!;
    for (let bit = 1; bit < 0x100 && to < total && at < end; bit <<= 1) {
      if (flags & bit) data[to++] = bytes[at++]!;
      else {
        if (at + 1 >= end) throw new Img4Error('truncated', 'a match is cut off', { offset: at, path: 'lzss' });
        const high = bytes[at + 1]!;
        const length = (high & 0xf) + LZSS_THRESHOLD + 1;
        if (length > total - to)
          throw new Img4Error('corrupt', `a match passes the ${total} declared bytes`, { offset: at, path: 'lzss' });
        to = copy(data, to, bytes[at]! | ((high & 0xf0) << 4), length);
        at += 2;
      }
    }
  }
  if (to !== total)
    throw new Img4Error('truncated', `the stream ends after ${to} of ${total} bytes`, { offset: at, path: 'lzss' });
  return { data, consumed: at };
}

/** Copies a match given by its window position; positions not yet written hold spaces. */
function copy(data: Uint8Array, to: number, position: number, length: number): number {
  const back = (LZSS_START + to - position) & (LZSS_WINDOW - 1);
  let from = to - (back === 0 ? LZSS_WINDOW : back);
  const stop = to + length;
  if (from < 0) for (; to < stop && from < 0; from++) data[to++] = LZSS_FILL;
  while (to < stop) data[to++] = data[from++]!;
  return to;
}
