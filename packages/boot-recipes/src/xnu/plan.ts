import type { EditList } from 'apple-devicetree';
import { BootError } from '../error.js';
import { BOOT_ARGS_LAYOUTS, type BootVideo, type CommandLineSize, encodeBootArgs, NO_VIDEO } from './boot-args.js';
import { type DeviceTreeEdit, fillMemoryMap, prepareDeviceTree } from './device-tree.js';
import type { KernelImage } from './kernel.js';
import type { AppliedPatch } from './patches.js';
import { type Placement, place, type Region } from './placement.js';
import { slideKernel } from './slide.js';
import { wrapTrustCache } from './trust-cache.js';

const VM_PROT_WRITE = 2;

/** What an XNU boot is made from. */
export interface XnuInputs {
  readonly kernel: KernelImage;
  /** A flattened Apple device tree; placeholders are welcome. */
  readonly deviceTree: Uint8Array;
  readonly ramDisk?: Uint8Array | undefined;
  /** One trust-cache module, without the loader's wrapper. */
  readonly trustCache?: Uint8Array | undefined;
  readonly commandLine: string;
  /** Length of the command line in the kernel's `boot_args`. */
  readonly commandLineSize: CommandLineSize;
  /** Physical address where RAM begins: a multiple of 32 MiB. */
  readonly physBase: bigint;
  /** Bytes of RAM that the kernel manages. */
  readonly memSize: bigint;
  /** Bytes of RAM with what is set aside at its end; `memSize` when not given. */
  readonly dramSize?: bigint | undefined;
  /** Memory for the panic log, outside of what the kernel manages; it goes into the tree's `/pram`. */
  readonly panicLog?: { readonly address: bigint; readonly size: bigint } | undefined;
  /** Edits that the board needs, made before the loader's own. */
  readonly boardEdits?: EditList | undefined;
  /** Edits that were asked for, made after the loader's own. */
  readonly edits?: readonly EditList[] | undefined;
  /** As in {@link PlacementInput}. */
  readonly virtBaseUnit?: bigint | undefined;
  /** Slide of the kernel's virtual addresses; 0 when not given. Collections slide themselves, other kernels are slid. */
  readonly slide?: bigint | undefined;
  /** Framebuffer; none when not given. */
  readonly video?: BootVideo | undefined;
  /** At least 64 bytes for the kernel's generator. */
  readonly randomSeed: Uint8Array;
  /** Rate of the counters, in Hz. */
  readonly timebase: number;
}

/** Everything that is decided before the first instruction runs. */
export interface XnuPlan extends Placement {
  readonly commandLine: string;
  /** Bytes of the command line in the layout of `boot_args` that was chosen. */
  readonly commandLineSize: CommandLineSize;
  /** What the kernel is: `fileset`, `prelinked`, `static` or `kernel`, and for which architecture. */
  readonly kernelKind: string;
  readonly patches: readonly AppliedPatch[];
  readonly deviceTreeEdits: readonly DeviceTreeEdit[];
  /** What goes where, by physical address. */
  readonly contents: readonly { readonly region: Region; readonly bytes: Uint8Array }[];
}

/**
 * Decides where everything goes and prepares the device tree and boot_args. Nothing is written yet: see {@link loadXnu}.
 *
 * @throws {@link BootError}, or the error of the package that reads a damaged input
 * @example
 * ```ts
 * import { extractPayload, Im4p } from 'img4';
 * import { loadXnu, openKernel, planXnu, sampleImages } from 'boot-recipes';
 *
 * const plan = planXnu({
 *   kernel: openKernel(sampleImages().kernel),
 *   deviceTree: extractPayload(Im4p.parse(sampleImages().deviceTree)).data,
 *   commandLine: 'serial=3',
 *   commandLineSize: 608,
 *   physBase: 0x40000000n,
 *   memSize: 1n << 30n,
 *   randomSeed: crypto.getRandomValues(new Uint8Array(64)),
 *   timebase: 24_000_000,
 * });
 * const ram = new Uint8Array(Number(plan.topOfKernelData - plan.physBase));
 * loadXnu(plan, (physical, bytes) => {
 *   ram.set(bytes, physical - 0x40000000);
 *   return true;
 * });
 * ```
 */
export function planXnu(inputs: XnuInputs): XnuPlan {
  const { ramDisk, trustCache } = inputs;
  const kernel = slideKernel(inputs.kernel, inputs.slide ?? 0n);
  const dramSize = inputs.dramSize ?? inputs.memSize;
  const prepared = prepareDeviceTree(inputs.deviceTree, {
    dramBase: inputs.physBase,
    dramSize,
    panicLog: inputs.panicLog,
    boardEdits: inputs.boardEdits,
    edits: inputs.edits,
    randomSeed: inputs.randomSeed,
    timebase: inputs.timebase,
    memoryMap: ['DeviceTree', 'BootArgs', ...(ramDisk ? ['RAMDisk'] : []), ...(trustCache ? ['TrustCache'] : [])],
  });
  const placement = place({
    segments: kernel.segments,
    entry: kernel.entry,
    physBase: inputs.physBase,
    memSize: inputs.memSize,
    virtBaseUnit: inputs.virtBaseUnit,
    slide: inputs.slide,
    deviceTreeSize: prepared.size,
    bootArgsSize: BOOT_ARGS_LAYOUTS[inputs.commandLineSize].size,
    ramDiskSize: ramDisk?.length ?? 0,
    trustCacheSize: trustCache?.length ?? 0,
  });
  for (const region of [placement.deviceTree, placement.bootArgs, placement.ramDisk, placement.trustCache])
    if (region !== undefined) fillMemoryMap(prepared, region.name, region.physical, region.size);

  const bootArgs = encodeBootArgs(
    {
      revision: 2,
      version: 2,
      virtBase: placement.virtBase,
      physBase: placement.physBase,
      memSize: placement.memSize,
      topOfKernelData: placement.topOfKernelData,
      video: inputs.video ?? NO_VIDEO,
      machineType: 0,
      deviceTree: placement.deviceTree.virtual,
      deviceTreeLength: prepared.size,
      commandLine: inputs.commandLine,
      bootFlags: 0n,
      memSizeActual: dramSize,
    },
    inputs.commandLineSize,
  );
  const used = kernel.segments.filter(segment => segment.vmsize > 0n);
  const contents = [
    ...used.map((segment, i) => ({ region: placement.kernel[i]!, bytes: segment.bytes })),
    { region: placement.deviceTree, bytes: prepared.tree.serialize() },
    { region: placement.bootArgs, bytes: bootArgs },
    ...(ramDisk && placement.ramDisk ? [{ region: placement.ramDisk, bytes: ramDisk }] : []),
    ...(trustCache && placement.trustCache
      ? [{ region: placement.trustCache, bytes: wrapTrustCache(trustCache, Number(placement.trustCache.size)) }]
      : []),
  ];
  contents.sort((a, b) => (a.region.physical < b.region.physical ? -1 : 1));
  for (const [i, { region }] of contents.entries()) {
    const next = contents[i + 1]?.region;
    if (next !== undefined && region.physical + region.size > next.physical)
      throw new BootError('placement', `overlaps ${next.name}`, { path: region.name });
  }
  return {
    ...placement,
    commandLine: inputs.commandLine,
    commandLineSize: inputs.commandLineSize,
    kernelKind: `${kernel.kind} for ${kernel.architecture}`,
    patches: kernel.patches,
    deviceTreeEdits: prepared.edits,
    contents,
  };
}

/**
 * Physical address behind the highest segment that the kernel may not write: where the region ends that it locks.
 *
 * @param kernel what `plan` was made from
 */
export function readOnlyEnd(kernel: KernelImage, plan: XnuPlan): bigint {
  const used = kernel.segments.filter(segment => segment.vmsize > 0n);
  return plan.kernel.reduce((end, { physical, size }, i) => {
    const fixed = (used[i]!.protection & VM_PROT_WRITE) === 0;
    return fixed && physical + size > end ? physical + size : end;
  }, 0n);
}

/** Writes a plan into RAM that is zero. `write` takes a physical address and tells whether that is RAM. */
export function loadXnu(plan: XnuPlan, write: (physical: number, bytes: Uint8Array) => boolean): void {
  for (const { region, bytes } of plan.contents)
    if (bytes.length > 0 && !write(Number(region.physical), bytes))
      throw new BootError('placement', 'the machine has no RAM there', { path: region.name });
}

/** A plan as JSON: addresses and sizes as hexadecimal text, no contents. */
export function planToJson(plan: XnuPlan): Record<string, unknown> {
  const hex = (value: bigint): string => `0x${value.toString(16)}`;
  return {
    kernel: plan.kernelKind,
    virtBase: hex(plan.virtBase),
    slide: hex(plan.slide),
    physBase: hex(plan.physBase),
    memSize: hex(plan.memSize),
    topOfKernelData: hex(plan.topOfKernelData),
    entry: hex(plan.entry),
    commandLine: plan.commandLine,
    bootArgs: {
      commandLineSize: plan.commandLineSize,
      size: hex(plan.bootArgs.size),
      kernels: BOOT_ARGS_LAYOUTS[plan.commandLineSize].kernels,
    },
    regions: plan.contents.map(({ region, bytes }) => ({
      name: region.name,
      physical: hex(region.physical),
      virtual: hex(region.virtual),
      size: hex(region.size),
      bytes: bytes.length,
    })),
    patches: plan.patches,
    deviceTreeEdits: plan.deviceTreeEdits,
  };
}

/** A plan as lines for people. */
export function planToText(plan: XnuPlan): string {
  const hex = (value: bigint): string => `0x${value.toString(16)}`;
  return [
    `${plan.kernelKind}: virtBase ${hex(plan.virtBase)}${plan.slide === 0n ? '' : ` (slide ${hex(plan.slide)})`}, physBase ${hex(plan.physBase)}, memSize ${hex(plan.memSize)}`,
    ...plan.contents.map(
      ({ region }) =>
        `  ${hex(region.physical)} ${hex(region.size).padStart(10)} ${region.name} at ${hex(region.virtual)}`,
    ),
    `  ${hex(plan.topOfKernelData)}            topOfKernelData`,
    `entry ${hex(plan.entry)}, command line "${plan.commandLine}"`,
    `boot_args with a command line of ${plan.commandLineSize} bytes, for ${BOOT_ARGS_LAYOUTS[plan.commandLineSize].kernels}`,
    ...plan.patches.map(({ name, places, reason }) => `patch ${name} at ${places.join(', ')}: ${reason}`),
    `${plan.deviceTreeEdits.length} edits of the device tree`,
  ].join('\n');
}
