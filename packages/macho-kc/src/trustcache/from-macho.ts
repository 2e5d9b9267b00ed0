import { isFat, readFat } from '../macho/fat.js';
import { MachO } from '../macho/macho.js';
import { readCodeSignature } from '../signature/code-signature.js';
import type { TrustCacheEntry } from './trust-cache.js';

/** Trust cache entries of a signed file: the best cdhash of each architecture. Unsigned slices give none. */
export function trustCacheEntries(bytes: Uint8Array): Pick<TrustCacheEntry, 'cdhash' | 'hashType'>[] {
  const images = isFat(bytes) ? readFat(bytes).map(slice => new MachO(slice.source)) : [new MachO(bytes)];
  return images.flatMap(image => {
    const best = readCodeSignature(image)?.best;
    return best === undefined ? [] : [{ cdhash: best.cdhash, hashType: best.hashType }];
  });
}
