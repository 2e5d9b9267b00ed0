import { BootError } from '../error.js';

/** Bytes before the module: the number of modules and the offset of the only one. */
const WRAPPER = 8;

/**
 * What the boot loader hands over: a module in its wrapper, {u32 count = 1, u32 offset = 8}, zero-filled to `size` bytes.
 *
 * @throws {@link BootError} `unsupported` when the module is not of version 1 or 2, `truncated` when it ends early
 * @example
 * ```ts
 * import { wrapTrustCache } from 'boot-recipes';
 *
 * const module = new Uint8Array(24); // version, UUID, no entries
 * module[0] = 1;
 * const region = wrapTrustCache(module, 0x4000);
 * if (region[0] !== 1 || region[4] !== 8 || region[8] !== 1) throw new Error('one module at offset 8');
 * ```
 */
export function wrapTrustCache(module: Uint8Array, size: number): Uint8Array {
  checkTrustCache(module);
  if (module.length + WRAPPER > size)
    throw new BootError('placement', `module of ${module.length} bytes in a region of ${size}`, { path: 'TrustCache' });
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, 1, true);
  new DataView(bytes.buffer).setUint32(4, WRAPPER, true);
  bytes.set(module, WRAPPER);
  return bytes;
}

/**
 * The kernel's own conditions, which it panics on: version, length, order.
 *
 * @throws {@link BootError} `unsupported`, `truncated`, `bad-value`
 * @example
 * ```ts
 * import { checkTrustCache, isBootError } from 'boot-recipes';
 *
 * try {
 *   checkTrustCache(new Uint8Array(24));
 * } catch (error) {
 *   if (!isBootError(error, 'unsupported')) throw error; // version 0
 * }
 * ```
 */
export function checkTrustCache(module: Uint8Array): void {
  const path = 'TrustCache';
  const header = 24; // u32 version, uuid, u32 count
  if (module.length < header)
    throw new BootError('truncated', `a module begins with ${header} bytes`, { offset: module.length, path });
  const view = new DataView(module.buffer, module.byteOffset, module.byteLength);
  const version = view.getUint32(0, true);
  if (version !== 1 && version !== 2)
    throw new BootError('unsupported', `module of version ${version}; kernels take 1 or 2`, { offset: 0, path });
  const stride = version === 1 ? 22 : 24;
  const count = view.getUint32(20, true);
  if (count * stride > module.length - header)
    throw new BootError('truncated', `${count} entries of ${stride} bytes are announced`, { offset: 20, path });
  for (let i = 1; i < count; i++) {
    const at = header + i * stride;
    if (compare(module.subarray(at - stride, at - stride + 20), module.subarray(at, at + 20)) >= 0)
      throw new BootError('bad-value', `entry ${i} is out of order; the kernel searches by halves`, {
        offset: at,
        path,
      });
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
