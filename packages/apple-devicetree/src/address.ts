import type { DeviceTreeNode } from './device-node.js';
import type { RangeEntry, RegEntry } from './types/cells.js';

/**
 * An address on the bus that a node is on, as a physical address.
 *
 * Each node above translates by its `ranges` (an empty one changes nothing), up to the root, whose bus is physical memory.
 *
 * @returns undefined when a bus on the way has no `ranges`, or none that covers the address: then it is not memory-mapped
 * @example
 * ```ts
 * import { parseText, translateAddress } from 'apple-devicetree';
 * const tree = parseText(`device-tree {
 *   name: string = "device-tree"
 *   #address-cells: u32 = 2
 *   #size-cells: u32 = 2
 *   arm-io {
 *     name: string = "arm-io"
 *     #address-cells: u32 = 2
 *     #size-cells: u32 = 2
 *     ranges: ranges<2,2,2> = [{bus: 0x0, parent: 0x200000000, size: 0x100000000}]
 *     uart0 {
 *       name: string = "uart0"
 *       reg: reg<2,2> = [{address: 0x35200000, size: 0x4000}]
 *     }
 *   }
 * }`);
 * translateAddress(tree.node('/arm-io/uart0'), 0x35200000n); // 0x235200000n
 * ```
 */
export const translateAddress = (node: DeviceTreeNode, address: bigint): bigint | undefined =>
  translate(node, address, bus => bus.get('ranges'));

type Ranges = true | readonly RangeEntry[] | undefined;

function translate(
  node: DeviceTreeNode,
  address: bigint,
  rangesOf: (bus: DeviceTreeNode) => Ranges,
): bigint | undefined {
  let at = address;
  for (let bus = node.parent; bus?.parent !== undefined; bus = bus.parent) {
    const ranges = rangesOf(bus);
    if (ranges === undefined) return undefined;
    if (ranges === true) continue;
    const range = ranges.find(({ bus: start, size }) => at >= start && at < start + size);
    if (range === undefined) return undefined;
    at += range.parent - range.bus;
  }
  return at;
}

/**
 * A physical address as one on the bus that a node is on: {@link translateAddress} backwards.
 *
 * @returns undefined when the bus does not reach it
 */
export function toBusAddress(node: DeviceTreeNode, physical: bigint): bigint | undefined {
  const buses: DeviceTreeNode[] = [];
  for (let bus = node.parent; bus?.parent !== undefined; bus = bus.parent) buses.unshift(bus);
  let at = physical;
  for (const bus of buses) {
    const ranges = bus.get('ranges');
    if (ranges === undefined) return undefined;
    if (ranges === true) continue;
    const range = ranges.find(({ parent, size }) => at >= parent && at < parent + size);
    if (range === undefined) return undefined;
    at += range.bus - range.parent;
  }
  return at;
}

/** One `reg` entry of a node in physical memory. Addresses and sizes are in bytes. */
export interface PhysicalRange {
  readonly node: DeviceTreeNode;
  /** Which entry of the node's `reg`. */
  readonly index: number;
  readonly address: bigint;
  readonly size: bigint;
}

/** A node's `reg` as numbers on its bus; empty when absent or of another shape. */
export function busRanges(node: DeviceTreeNode): readonly RegEntry[] {
  return node.get('reg') ?? [];
}

/** A node's `reg` in physical memory; entries that are not memory-mapped or empty are left out. */
export const physicalRanges = (node: DeviceTreeNode): PhysicalRange[] => rangesIn(node, rememberRanges());

/** Decodes each bus's ranges once. */
function rememberRanges(): (bus: DeviceTreeNode) => Ranges {
  const known = new Map<DeviceTreeNode, Ranges>();
  return bus => {
    if (!known.has(bus)) known.set(bus, bus.get('ranges'));
    return known.get(bus);
  };
}

function rangesIn(node: DeviceTreeNode, rangesOf: (bus: DeviceTreeNode) => Ranges): PhysicalRange[] {
  const found: PhysicalRange[] = [];
  busRanges(node).forEach(({ address, size }, index) => {
    const physical = size === 0n ? undefined : translate(node, address, rangesOf);
    if (physical !== undefined) found.push({ node, index, address: physical, size });
  });
  return found;
}

/**
 * Every memory-mapped `reg` entry of the tree, by address.
 *
 * @example
 * ```ts
 * import { addressMap, parseText } from 'apple-devicetree';
 * const tree = parseText(`device-tree {
 *   name: string = "device-tree"
 *   #address-cells: u32 = 2
 *   #size-cells: u32 = 2
 *   arm-io {
 *     name: string = "arm-io"
 *     #address-cells: u32 = 2
 *     #size-cells: u32 = 2
 *     ranges: ranges<2,2,2> = [{bus: 0x0, parent: 0x200000000, size: 0x100000000}]
 *     uart0 {
 *       name: string = "uart0"
 *       reg: reg<2,2> = [{address: 0x35200000, size: 0x4000}]
 *     }
 *   }
 * }`);
 * for (const { address, size, node } of addressMap(tree)) console.log(address.toString(16), size, node.path);
 * ```
 */
export function addressMap(tree: { nodes(): Iterable<DeviceTreeNode> }): PhysicalRange[] {
  const all: PhysicalRange[] = [];
  const rangesOf = rememberRanges();
  for (const node of tree.nodes()) for (const range of rangesIn(node, rangesOf)) all.push(range);
  return all.sort((a, b) =>
    a.address < b.address ? -1 : a.address > b.address ? 1 : Number(b.size > a.size) - Number(a.size > b.size),
  );
}

/**
 * The `reg` entries that a physical address falls in, the smallest first.
 *
 * @example
 * ```ts
 * import { ownersOf, parseText } from 'apple-devicetree';
 * const tree = parseText(`device-tree {
 *   name: string = "device-tree"
 *   #address-cells: u32 = 2
 *   #size-cells: u32 = 2
 *   arm-io {
 *     name: string = "arm-io"
 *     #address-cells: u32 = 2
 *     #size-cells: u32 = 2
 *     ranges: ranges<2,2,2> = [{bus: 0x0, parent: 0x200000000, size: 0x100000000}]
 *     uart0 {
 *       name: string = "uart0"
 *       reg: reg<2,2> = [{address: 0x35200000, size: 0x4000}]
 *     }
 *   }
 * }`);
 * ownersOf(tree, 0x235200020n)[0]?.node.path; // '/arm-io/uart0'
 * ```
 */
export function ownersOf(tree: { nodes(): Iterable<DeviceTreeNode> }, physical: bigint): PhysicalRange[] {
  return addressMap(tree)
    .filter(({ address, size }) => physical >= address && physical < address + size)
    .sort((a, b) => (a.size < b.size ? -1 : a.size > b.size ? 1 : 0));
}
