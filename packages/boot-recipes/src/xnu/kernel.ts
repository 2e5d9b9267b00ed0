import { isFat, loadPlan, openMachO, type PatchSet } from 'macho-kc';
import { BootError } from '../error.js';
import { type AppliedPatch, patchKernel } from './patches.js';
import { unwrapPayload } from './payload.js';
import type { KernelSegment } from './placement.js';

/** An outer segment with its content; what is past `bytes` is zero. */
export interface LoadedSegment extends KernelSegment {
  /** Initial VM protection: 1 read, 2 write, 4 execute. */
  readonly protection: number;
  readonly bytes: Uint8Array;
}

/** A kernel as the loader needs it. */
export interface KernelImage {
  /** `fileset`, `prelinked`, `static` or `kernel`. */
  readonly kind: string;
  readonly architecture: string;
  /** Virtual address of the first instruction. */
  readonly entry: bigint;
  readonly segments: readonly LoadedSegment[];
  /** The patches that were applied to it. */
  readonly patches: readonly AppliedPatch[];
  /** The decompressed Mach-O. */
  readonly bytes: Uint8Array;
}

/**
 * Opens a kernel: a Mach-O for arm64 or arm64e (kernel, kernelcache or MH_FILESET collection), alone or in an IM4P.
 *
 * @param patches sets of patches that are applied to the decompressed file, together or not at all
 * @throws {@link BootError} `not-a-kernel`; errors of img4 and macho-kc for damaged files
 * @example
 * ```ts
 * import { openKernel, sampleImages } from 'boot-recipes';
 *
 * const { kind, entry } = openKernel(sampleImages().kernel);
 * if (kind !== 'kernel' || entry !== 0xfffffe0007008000n) throw new Error('not our kernel');
 * ```
 */
export function openKernel(bytes: Uint8Array, patches: readonly PatchSet[] = []): KernelImage {
  const content = unwrapPayload(bytes, 'kernel', ['krnl', 'rkrn', 'kern']);
  if (content.length < 4 || (!isFat(content) && !isMachO(content)))
    throw new BootError('not-a-kernel', 'neither a Mach-O file nor an IM4P with one', { offset: 0, path: 'kernel' });
  const patched = patchKernel(content, patches);
  const macho = openMachO(patched.bytes);
  const { kind, architecture, entry, segments } = loadPlan(macho);
  if (kind === 'kext' || kind === 'other' || !architecture.startsWith('arm64'))
    throw new BootError('not-a-kernel', `Mach-O of kind "${kind}" for ${architecture}`, { offset: 0, path: 'kernel' });
  return { kind, architecture, entry, segments, bytes: patched.bytes, patches: patched.applied };
}

const isMachO = (bytes: Uint8Array): boolean =>
  /^(cffaedfe|cefaedfe|feedfacf|feedface)$/.test(
    Array.from(bytes.subarray(0, 4), byte => byte.toString(16).padStart(2, '0')).join(''),
  );
