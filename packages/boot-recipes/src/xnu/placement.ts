import { BootError } from '../error.js';

/** Pages of every XNU kernel that these loaders start. */
export const PAGE = 0x4000n;
/** What a level 2 entry covers; the kernel's first tables are made of these. */
export const BLOCK = 0x2000000n;
/** The distance kept between what is placed behind the kernel. */
const GAP = 0x10000n;
/** Slides are multiples of this, at most {@link MOST_SLIDE_STEPS} of them. */
export const SLIDE_STEP = 0x200000n;
const MOST_SLIDE_STEPS = 0x100n;

/** Rounds an address up to a multiple of `unit`, a power of two. */
export const alignUp = (value: bigint, unit: bigint): bigint => (value + unit - 1n) & ~(unit - 1n);

/** One piece of memory that the loader fills. */
export interface Region {
  /** `kernel __TEXT`, `RAMDisk`, `DeviceTree`, `BootArgs`, `TrustCache`. */
  readonly name: string;
  /** Physical address. */
  readonly physical: bigint;
  /** Kernel virtual address. */
  readonly virtual: bigint;
  /** Bytes, of which what is not in the file is zero. */
  readonly size: bigint;
}

/** An outer segment of the kernel; addresses are unslid virtual ones. */
export interface KernelSegment {
  readonly name: string;
  readonly vmaddr: bigint;
  readonly vmsize: bigint;
}

/** What has to be placed, in bytes. */
export interface PlacementInput {
  readonly segments: readonly KernelSegment[];
  /** Virtual address of the kernel's first instruction. */
  readonly entry: bigint;
  /** Where RAM begins. */
  readonly physBase: bigint;
  /** Bytes of RAM that the kernel is given. */
  readonly memSize: bigint;
  /** What the lowest segment's address is rounded down to for virtBase: 1 GiB when not given, at least 32 MiB. */
  readonly virtBaseUnit?: bigint | undefined;
  /** KASLR slide of the kernel's virtual addresses, a multiple of 2 MiB; 0 when not given. */
  readonly slide?: bigint | undefined;
  readonly deviceTreeSize: number;
  readonly bootArgsSize: number;
  /** 0 when there is none. */
  readonly ramDiskSize: number;
  /** Size of the module without its wrapper; 0 when there is none. */
  readonly trustCacheSize: number;
}

/** Where everything goes. */
export interface Placement {
  readonly virtBase: bigint;
  /** Slide of virtual addresses; the physical one is what it has below 32 MiB. */
  readonly slide: bigint;
  readonly physBase: bigint;
  readonly memSize: bigint;
  /** Physical address of the first instruction. */
  readonly entry: bigint;
  readonly topOfKernelData: bigint;
  readonly kernel: readonly Region[];
  readonly ramDisk: Region | undefined;
  readonly trustCache: Region | undefined;
  readonly deviceTree: Region;
  readonly bootArgs: Region;
}

const refuse = (reason: string, path: string): BootError => new BootError('placement', reason, { path });
const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** The trust cache's region with its wrapper, rounded to whole pages. */
export const trustCacheRegionSize = (moduleSize: number): bigint => alignUp(8n + BigInt(moduleSize), PAGE);

/**
 * Places a kernel and what goes with it by the rules of XNU's own start-up code: PA = VA - virtBase + physBase, both
 * bases equal modulo 32 MiB, so that a slide moves physical addresses by what it has below 32 MiB; the trust cache ends where the kernel's header begins; RAM disk, device tree and
 * boot_args follow the kernel in this order and lie below `topOfKernelData`, a page boundary, in the static region.
 *
 * @throws {@link BootError} `placement` when they do not fit
 * @example
 * ```ts
 * import { place } from 'boot-recipes';
 *
 * const { trustCache, topOfKernelData } = place({
 *   segments: [{ name: '__TEXT', vmaddr: 0xfffffe0007004000n, vmsize: 0x8000n }],
 *   entry: 0xfffffe0007008000n,
 *   physBase: 0x40000000n,
 *   memSize: 1n << 30n,
 *   deviceTreeSize: 0x4000,
 *   bootArgsSize: 0x2e0,
 *   ramDiskSize: 0,
 *   trustCacheSize: 46,
 * });
 * if (trustCache?.physical !== 0x47000000n || topOfKernelData !== 0x47030000n) throw new Error('misplaced');
 * ```
 */
export function place(input: PlacementInput): Placement {
  const { segments, physBase, memSize } = input;
  const used = segments.filter(segment => segment.vmsize > 0n);
  if (used.length === 0) throw refuse('the kernel has no segments', 'kernel');
  let low = used[0]!.vmaddr;
  let high = 0n;
  for (const { vmaddr, vmsize } of used) {
    if (vmaddr < low) low = vmaddr;
    if (vmaddr + vmsize > high) high = vmaddr + vmsize;
  }
  const { virtBaseUnit = 0x40000000n, slide = 0n } = input;
  if (slide % SLIDE_STEP !== 0n || slide < 0n || slide > MOST_SLIDE_STEPS * SLIDE_STEP)
    throw refuse(`${hex(slide)} is not 0 to ${hex(MOST_SLIDE_STEPS)} steps of ${hex(SLIDE_STEP)}`, 'slide');
  if (virtBaseUnit < BLOCK || (virtBaseUnit & (virtBaseUnit - 1n)) !== 0n)
    throw refuse(`${hex(virtBaseUnit)} is no power of two of at least 32 MiB`, 'virtBaseUnit');
  const unslidBase = low & ~(virtBaseUnit - 1n);
  const physicalSlide = slide & (BLOCK - 1n);
  const virtBase = unslidBase + slide - physicalSlide;
  if (virtBase >> 47n !== 0x1ffffn) throw refuse(`segments begin at ${hex(low)}, which is no kernel address`, 'kernel');
  if ((physBase & (BLOCK - 1n)) !== 0n)
    throw refuse(`RAM begins at ${hex(physBase)}; virtBase - physBase must be a multiple of 32 MiB`, 'physBase');
  const region = (name: string, physical: bigint, size: bigint): Region => ({
    name,
    physical,
    virtual: physical - physBase + virtBase,
    size,
  });
  const physical = (unslid: bigint): bigint => unslid - unslidBase + physicalSlide + physBase;
  const kernel = used.map(({ name, vmaddr, vmsize }) => region(`kernel ${name}`, physical(vmaddr), vmsize));
  if (!used.some(({ vmaddr, vmsize }) => input.entry >= vmaddr && input.entry < vmaddr + vmsize))
    throw refuse(`entry point ${hex(input.entry)} is in no segment`, 'kernel.entry');

  let trustCache: Region | undefined;
  if (input.trustCacheSize > 0) {
    const size = trustCacheRegionSize(input.trustCacheSize);
    const at = physical(low) - size;
    if (at < physBase || (at & (PAGE - 1n)) !== 0n)
      throw refuse(`${hex(size)} bytes do not fit page-aligned between RAM's begin and the kernel`, 'TrustCache');
    trustCache = region('TrustCache', at, size);
  }

  let next = alignUp(physical(high), GAP);
  const append = (name: string, size: bigint): Region => {
    const made = region(name, next, size);
    next = alignUp(next + size, GAP);
    return made;
  };
  const ramDisk = input.ramDiskSize > 0 ? append('RAMDisk', alignUp(BigInt(input.ramDiskSize), PAGE)) : undefined;
  const deviceTree = append('DeviceTree', BigInt(input.deviceTreeSize));
  const bootArgs = append('BootArgs', BigInt(input.bootArgsSize));
  const end = physBase + (memSize & ~(PAGE - 1n));
  // The kernel takes its first tables right behind; a megabyte is the least it can do anything with.
  if (next + 0x100000n > end)
    throw refuse(`${hex(next - physBase)} bytes are needed, memory has ${hex(memSize)}`, 'memSize');
  return {
    virtBase,
    slide,
    physBase,
    memSize,
    entry: physical(input.entry),
    topOfKernelData: next,
    kernel,
    ramDisk,
    trustCache,
    deviceTree,
    bootArgs,
  };
}
