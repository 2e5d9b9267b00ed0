import { Img4Error } from '../error.js';
import { owned, subtle } from './aes.js';

/** Digests that the IMG4 family uses. */
export type DigestAlgorithm = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

const SIZES: Readonly<Record<DigestAlgorithm, number>> = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 };

/**
 * Digest of `data`, by WebCrypto.
 *
 * @example
 * ```ts
 * import { digest } from 'img4';
 *
 * if ((await digest('SHA-384', new Uint8Array(0))).length !== 48) throw new Error('no digest');
 * ```
 */
export async function digest(algorithm: DigestAlgorithm, data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await subtle().digest(algorithm, owned(data)));
}

/**
 * The algorithm of a digest, known by its size in bytes: 20, 32, 48 or 64.
 *
 * @example
 * ```ts
 * import { digestAlgorithm } from 'img4';
 *
 * if (digestAlgorithm(20) !== 'SHA-1') throw new Error('another algorithm');
 * ```
 */
export function digestAlgorithm(size: number): DigestAlgorithm {
  const found = (Object.keys(SIZES) as DigestAlgorithm[]).find(name => SIZES[name] === size);
  if (!found) throw new Img4Error('unsupported', `no digest has ${size} bytes`, { path: 'DGST' });
  return found;
}
