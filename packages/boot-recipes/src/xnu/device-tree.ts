import { type DeviceTree, type DeviceTreeNode, openTree } from 'apple-devicetree';
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
  /** Names of the memory-map entries that the placement will fill. */
  readonly memoryMap: readonly string[];
}

/** One change to the tree, for the plan. */
export interface DeviceTreeEdit {
  /** `/chosen.dram-base`: node, dot, property. */
  readonly path: string;
  readonly change: string;
}

/** A tree whose size no longer changes, and what was done to it. */
export interface PreparedDeviceTree {
  readonly tree: DeviceTree;
  readonly edits: DeviceTreeEdit[];
  /** Bytes of the serialised tree. */
  readonly size: number;
}

const MEMORY_MAP = '/chosen/memory-map';

/**
 * Makes a firmware's tree one that XNU can be given: placeholder flags cleared, `/chosen` filled, the first CPU
 * running, an entry of `/chosen/memory-map` for everything that will be placed. Their values come with
 * {@link fillMemoryMap}; the size does not change any more.
 *
 * @throws DeviceTreeError of apple-devicetree for a damaged tree; {@link BootError} `bad-value` when a node that the
 * kernel cannot do without is missing
 * @example prepareDeviceTree(bytes, { dramBase: 0x40000000n, dramSize: 1n << 30n, ... }).size
 */
export function prepareDeviceTree(bytes: Uint8Array, facts: DeviceTreeFacts): PreparedDeviceTree {
  if (facts.randomSeed.length < 64)
    throw new BootError('bad-value', `random-seed of ${facts.randomSeed.length} bytes; the kernel panics below 64`, {
      path: 'random-seed',
    });
  const tree = openTree(bytes);
  const edits: DeviceTreeEdit[] = [];
  const note = (node: DeviceTreeNode, name: string, change: string): void => {
    edits.push({ path: `${node.path}.${name}`, change });
  };
  const chosen = need(tree, '/chosen');
  const map = need(tree, MEMORY_MAP);
  const cpus = need(tree, '/cpus');
  for (const path of ['/defaults', '/arm-io']) need(tree, path);

  chosen.setU64('dram-base', facts.dramBase);
  note(chosen, 'dram-base', hex(facts.dramBase));
  chosen.setU64('dram-size', facts.dramSize);
  note(chosen, 'dram-size', hex(facts.dramSize));
  chosen.setBytes('random-seed', facts.randomSeed);
  note(chosen, 'random-seed', `${facts.randomSeed.length} bytes`);

  for (const [rank, cpu] of cpus.children.entries()) {
    const state = rank === 0 ? 'running' : 'waiting';
    if (cpu.string('state') !== state) {
      cpu.setString('state', state);
      note(cpu, 'state', state);
    }
    if (cpu.u64('timebase-frequency') !== BigInt(facts.timebase)) {
      if (cpu.property('timebase-frequency')?.length === 4) cpu.setU32('timebase-frequency', facts.timebase);
      else cpu.setU64('timebase-frequency', facts.timebase);
      note(cpu, 'timebase-frequency', String(facts.timebase));
    }
  }

  for (const name of facts.memoryMap) {
    if (map.property(name) !== undefined) continue;
    const slot = map.properties.find(property => property.name.startsWith('MemoryMapReserved-'));
    if (slot === undefined) map.setU64(name, 0, 0);
    else {
      note(map, slot.name, `renamed to ${name}`);
      slot.name = name;
    }
    map.setU64(name, 0, 0);
  }
  for (const node of tree.nodes())
    for (const property of node.properties)
      if (property.placeholder) {
        property.placeholder = false;
        note(node, property.name, 'placeholder flag cleared');
      }
  return { tree, edits, size: tree.serialize().length };
}

/** Writes an entry {u64 physical address, u64 bytes} of `/chosen/memory-map` that {@link prepareDeviceTree} made. */
export function fillMemoryMap(prepared: PreparedDeviceTree, name: string, physical: bigint, size: bigint): void {
  prepared.tree.node(MEMORY_MAP).setU64(name, physical, size);
  prepared.edits.push({ path: `${MEMORY_MAP}.${name}`, change: `${hex(physical)}, ${hex(size)} bytes` });
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

function need(tree: DeviceTree, path: string): DeviceTreeNode {
  const node = tree.find(path);
  if (node === undefined)
    throw new BootError('bad-value', 'the device tree has no such node, and the kernel needs it', { path });
  return node;
}
