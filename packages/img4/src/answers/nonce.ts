import { equalBytes } from '../bytes.js';
import type { Im4m } from '../containers/im4m.js';
import { generatorBytes } from '../containers/im4r.js';
import { digest } from '../crypto/digest.js';
import { Img4Error } from '../error.js';
import { hasPlainNonce } from './chips.js';

/**
 * The boot nonce hash (BNCH) that a generator gives: SHA-1 of its 8 bytes little-endian (20 bytes, A7 to A9), or the
 * first 32 bytes of their SHA-384 (A10 and later).
 *
 * @example
 * ```ts
 * import { nonceHash } from 'img4';
 *
 * const nonce = await nonceHash(0x1111111111111111n, 20);
 * if (nonce[0] !== 0x3a || nonce[19] !== 0x54) throw new Error('another nonce');
 * ```
 */
export async function nonceHash(generator: bigint, size: 20 | 32): Promise<Uint8Array> {
  const bytes = generatorBytes(generator);
  return size === 20 ? digest('SHA-1', bytes) : (await digest('SHA-384', bytes)).subarray(0, 32);
}

/**
 * Whether a generator gives the nonce of a ticket. `unknown` when it does not but the chip (A12 and later) may mix its
 * own key in; `none` when the ticket holds no nonce.
 */
export type NonceAnswer = 'match' | 'mismatch' | 'unknown' | 'none';

/**
 * Whether `generator` gives the ticket's boot nonce.
 *
 * @throws Img4Error `unsupported` for a BNCH of neither 0, 20 nor 32 bytes
 * @example
 * ```ts
 * import { checkNonce, type Im4m } from 'img4';
 *
 * const isMine = async (ticket: Im4m): Promise<boolean> => (await checkNonce(ticket, 0x1111111111111111n)) === 'match';
 * ```
 */
export async function checkNonce(manifest: Im4m, generator: bigint): Promise<NonceAnswer> {
  const expected = manifest.octets('BNCH');
  if (!expected || expected.length === 0) return 'none';
  if (expected.length !== 20 && expected.length !== 32)
    throw new Img4Error('unsupported', `a nonce hash of ${expected.length} bytes is not known`, { path: 'IM4M.BNCH' });
  if (equalBytes(await nonceHash(generator, expected.length), expected)) return 'match';
  return hasPlainNonce(Number(manifest.integer('CHIP') ?? -1n)) ? 'mismatch' : 'unknown';
}

/**
 * Reads a generator as people write it: `0x` and 16 hexadecimal digits, or a decimal number.
 *
 * @example
 * ```ts
 * import { formatGenerator, parseGenerator } from 'img4';
 *
 * if (formatGenerator(parseGenerator('0x1f')) !== '0x000000000000001f') throw new Error('another generator');
 * ```
 */
export function parseGenerator(text: string): bigint {
  if (!/^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(text.trim()))
    throw new Img4Error('bad-value', `"${text}" is no generator: 0x and up to 16 hexadecimal digits`, {
      path: 'generator',
    });
  const generator = BigInt(text.trim());
  generatorBytes(generator);
  return generator;
}

/**
 * Writes a generator as `0x` and 16 hexadecimal digits.
 *
 * @example
 * ```ts
 * import { formatGenerator } from 'img4';
 *
 * if (formatGenerator(1n) !== '0x0000000000000001') throw new Error('not 16 digits');
 * ```
 */
export const formatGenerator = (generator: bigint): string => `0x${generator.toString(16).padStart(16, '0')}`;
