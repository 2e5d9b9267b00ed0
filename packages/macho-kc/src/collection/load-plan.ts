import { hex, MachOError } from '../error.js';
import { entryPoint } from '../macho/info.js';
import type { MachO } from '../macho/macho.js';
import { type KernelcacheKind, kernelcacheKind } from './kind.js';

/** A segment that a boot loader copies. */
export interface LoadSegment {
  readonly name: string;
  /** Virtual address, unslid. */
  readonly vmaddr: bigint;
  /** Bytes in memory; those past `bytes` are zero. */
  readonly vmsize: bigint;
  /** Bytes from the file, a view. */
  readonly bytes: Uint8Array;
  /** Initial VM protection: 1 read, 2 write, 4 execute. */
  readonly protection: number;
}

/** What a boot loader needs to know of a kernel. */
export interface LoadPlan {
  readonly kind: KernelcacheKind;
  readonly architecture: string;
  /** Virtual address of the first instruction, unslid. */
  readonly entry: bigint;
  /** Virtual address of the Mach header. */
  readonly headerAddress: bigint;
  /** Lowest virtual address of all segments. */
  readonly lowestAddress: bigint;
  /** End of the highest segment. */
  readonly highestAddress: bigint;
  /** The file's own segments, in file order; a fileset's entries lie inside them. */
  readonly segments: readonly LoadSegment[];
  /** Whether the loader must leave pointers to the kernel: it applies the chained fixups of a fileset itself. */
  readonly kernelAppliesFixups: boolean;
}

/**
 * Segments, entry point and addresses of a kernel or boot collection. Throws `not-found` when the file has no
 * LC_UNIXTHREAD entry and `truncated` when segment content is missing.
 *
 * @example
 * const plan = loadPlan(new MachO(bytes));
 * for (const { vmaddr, bytes } of plan.segments) memory.set(bytes, Number(vmaddr - virtBase));
 */
export function loadPlan(macho: MachO): LoadPlan {
  const missing = macho.issues.find(issue => issue.code === 'truncated');
  if (missing !== undefined)
    throw new MachOError('truncated', missing.reason, { offset: missing.offset, path: missing.path });
  const entry = entryPoint(macho);
  if (entry === undefined)
    throw new MachOError('not-found', 'no LC_UNIXTHREAD with an entry point', { path: 'LC_UNIXTHREAD' });
  const segments = macho.segments.filter(segment => segment.vmsize > 0n);
  if (segments.length === 0) throw new MachOError('not-found', 'no segment takes memory', { path: 'LC_SEGMENT_64' });
  let lowest = segments[0]!.vmaddr;
  let highest = 0n;
  for (const { vmaddr, vmsize, filesize, name } of segments) {
    if (BigInt(filesize) > vmsize)
      throw new MachOError('bad-value', `${filesize} bytes in the file for ${hex(vmsize)} in memory`, { path: name });
    if (vmaddr < lowest) lowest = vmaddr;
    if (vmaddr + vmsize > highest) highest = vmaddr + vmsize;
  }
  const kind = kernelcacheKind(macho);
  return {
    kind,
    architecture: macho.architecture,
    entry,
    headerAddress: macho.baseAddress,
    lowestAddress: lowest,
    highestAddress: highest,
    segments: segments.map(segment => ({
      name: segment.name,
      vmaddr: segment.vmaddr,
      vmsize: segment.vmsize,
      bytes: macho.segmentBytes(segment),
      protection: segment.initprot,
    })),
    kernelAppliesFixups: kind === 'fileset' || macho.command('LC_DYLD_CHAINED_FIXUPS') !== undefined,
  };
}
