import {
  applyEdits,
  type DeviceTree,
  type EditList,
  type EditReport,
  openTree,
  prepareForBoot,
  setMemoryMap,
} from 'apple-devicetree';
import { BootError } from '../error.js';

/** What the boot loader fills into the tree. */
export interface DeviceTreeFacts {
  /** Physical address and bytes of RAM. */
  readonly dramBase: bigint;
  readonly dramSize: bigint;
  /** 64 bytes or more; the kernel seeds its generator with them. */
  readonly randomSeed: Uint8Array;
  /** Rate of the CPUs' counters, in Hz. */
  readonly timebase: number;
  /** Memory for the panic log: `/pram` and `embedded-panic-log-size`. */
  readonly panicLog?: { readonly address: bigint; readonly size: bigint } | undefined;
  /** Edits made before these. */
  readonly boardEdits?: EditList | undefined;
  /** Edits made after these. */
  readonly edits?: readonly EditList[] | undefined;
  /** Names of the memory-map entries that the placement will fill. */
  readonly memoryMap: readonly string[];
}

/** One change to the tree, for the plan. */
export interface DeviceTreeEdit {
  /** Nodes and properties that changed, such as `/chosen.dram-base`. */
  readonly paths: readonly string[];
  readonly reason: string;
}

/** A tree whose size no longer changes, and what was done to it. */
export interface PreparedDeviceTree {
  readonly tree: DeviceTree;
  readonly edits: DeviceTreeEdit[];
  /** Bytes of the serialised tree. */
  readonly size: number;
}

/** Most that a kernel writes into its panic log, in bytes. */
const LOG = 0x80000n;

/** Nodes that XNU cannot start without. */
const NEEDED = ['/chosen', '/chosen/memory-map', '/cpus', '/defaults', '/arm-io'];

/**
 * Makes a firmware's tree one that XNU can be given: placeholders resolved, `/chosen` filled, the first CPU running,
 * an entry of `/chosen/memory-map` for everything that will be placed. Their values come with {@link fillMemoryMap};
 * the size does not change any more.
 *
 * @throws DeviceTreeError of apple-devicetree for a damaged tree; {@link BootError} `bad-value` when a node that the
 * kernel cannot do without is missing
 * @example
 * ```ts
 * import { extractPayload, Im4p } from 'img4';
 * import { fillMemoryMap, prepareDeviceTree, sampleImages } from 'boot-recipes';
 *
 * const prepared = prepareDeviceTree(extractPayload(Im4p.parse(sampleImages().deviceTree)).data, {
 *   dramBase: 0x40000000n,
 *   dramSize: 1n << 30n,
 *   randomSeed: crypto.getRandomValues(new Uint8Array(64)),
 *   timebase: 24_000_000,
 *   memoryMap: ['RAMDisk'],
 * });
 * fillMemoryMap(prepared, 'RAMDisk', 0x48000000n, 0x10000n);
 * if (prepared.tree.serialize().length !== prepared.size) throw new Error('the size changed');
 * ```
 */
export function prepareDeviceTree(bytes: Uint8Array, facts: DeviceTreeFacts): PreparedDeviceTree {
  const tree = openTree(bytes);
  const board = facts.boardEdits === undefined ? [] : editsOf(applyEdits(tree, facts.boardEdits));
  for (const path of NEEDED)
    if (tree.find(path) === undefined)
      throw new BootError('bad-value', 'the device tree has no such node, and the kernel needs it', { path });
  const nowhere = { address: 0n, size: 0n };
  const { panicLog } = facts;
  const report = prepareForBoot(tree, {
    dram: { address: facts.dramBase, size: facts.dramSize },
    randomSeed: facts.randomSeed,
    clocks: { timebase: facts.timebase },
    bootCpu: tree.node('/cpus').children[0]?.name ?? false,
    memoryMap: Object.fromEntries(facts.memoryMap.map(name => [name, nowhere])),
    ...(panicLog === undefined
      ? {}
      : { pram: panicLog, chosen: { 'embedded-panic-log-size': Number(panicLog.size < LOG ? panicLog.size : LOG) } }),
  });
  const asked = (facts.edits ?? []).flatMap(list => editsOf(applyEdits(tree, list)));
  return { tree, edits: [...board, ...editsOf(report), ...asked], size: tree.serialize().length };
}

const editsOf = (report: EditReport): DeviceTreeEdit[] =>
  report.outcomes
    .filter(({ outcome }) => outcome === 'applied')
    .map(({ changed, edit }) => ({ paths: changed, reason: edit.reason ?? '' }));

/** Writes an entry {u64 physical address, u64 bytes} of `/chosen/memory-map` that {@link prepareDeviceTree} made. */
export function fillMemoryMap(prepared: PreparedDeviceTree, name: string, address: bigint, size: bigint): void {
  setMemoryMap(prepared.tree, name, { address, size });
  prepared.edits.push({
    paths: [`/chosen/memory-map.${name}`],
    reason: `0x${address.toString(16)}, 0x${size.toString(16)} bytes`,
  });
}
