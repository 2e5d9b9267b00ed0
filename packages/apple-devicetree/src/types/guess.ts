import { flag, hex, list, MAX_TEXT, one, string, strings, text } from './scalars.js';
import type { AnyType } from './value-type.js';

const u32 = one('u32');
const u64 = one('u64');
const u64s = list('u64');

/** Shortest text that is taken for text when NULs fill the rest of the value. */
const PADDED_TEXT = 3;

/** How much printable text the value is: texts, each followed by one NUL; text and NULs to fill up; or neither. */
function textShape(bytes: Uint8Array): 'string' | 'strings' | 'padded' | undefined {
  let texts = 0;
  let run = 0;
  let i = 0;
  for (; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0) {
      if (run === 0) break;
      texts++;
      run = 0;
    } else if (byte < 0x20 || byte > 0x7e) return undefined;
    else run++;
  }
  if (i === bytes.length) return run > 0 ? undefined : texts === 1 ? 'string' : 'strings';
  if (texts !== 1 || i - 1 < PADDED_TEXT) return undefined;
  for (; i < bytes.length; i++) if (bytes[i] !== 0) return undefined;
  return 'padded';
}

/** The likeliest type of a value whose name says nothing: text, a number, two addresses, or just bytes. */
export function guessType(bytes: Uint8Array): AnyType {
  const size = bytes.length;
  if (size === 0) return flag;
  const shape = textShape(bytes);
  if (shape === 'string') return string;
  if (shape === 'strings') return strings;
  if (shape === 'padded' && size <= MAX_TEXT) return text(size);
  if (size === 4) return u32;
  if (size === 8) return u64;
  if (size === 16 && bytes[6] === 0 && bytes[7] === 0 && bytes[14] === 0 && bytes[15] === 0) return u64s;
  return hex;
}
