import type { DeviceTreeNode } from './device-node.js';
import { fail } from './error.js';
import type { DeviceTree } from './tree.js';
import { type MemoryRange, memoryRanges } from './types/records.js';

/** Where the memory map is. */
export const MEMORY_MAP = '/chosen/memory-map';
const SLOT = /^MemoryMapReserved-(\d{1,9})$/;

/** Whether a property of the memory map is a free slot. @internal */
export const isFreeSlot = (name: string): boolean => SLOT.test(name);

/** Free slots of the memory map, lowest number first: the boot loader renames one for each entry it makes. */
export function freeSlots(map: DeviceTreeNode): string[] {
  return map.properties
    .map(({ name }) => name)
    .filter(name => SLOT.test(name))
    .sort((a, b) => Number(SLOT.exec(a)![1]) - Number(SLOT.exec(b)![1]));
}

/** The entries of `/chosen/memory-map` by name, without free slots. Physical addresses and sizes in bytes. */
export function memoryMap(tree: DeviceTree): Map<string, MemoryRange> {
  const entries = new Map<string, MemoryRange>();
  for (const property of tree.find(MEMORY_MAP)?.properties ?? []) {
    const ranges = SLOT.test(property.name) || property.placeholder ? undefined : memoryRanges.decode(property.value);
    if (ranges?.length === 1) entries.set(property.name, ranges[0]!);
  }
  return entries;
}

/** What {@link setMemoryMap} did. */
export interface MemoryMapChange {
  readonly name: string;
  /** The slot that was renamed; undefined when the entry was there or was added. */
  readonly slot: string | undefined;
}

/**
 * Makes or changes an entry of `/chosen/memory-map`: renames the lowest free slot as the boot loader does.
 *
 * @param range physical address and size, in bytes
 * @param whenFull what to do without a free slot: `add` a property, or throw
 * @throws {@link DeviceTreeError} `not-found` without a memory map, `exhausted` without a free slot
 * @example
 * ```ts
 * import { createTree, setMemoryMap } from 'apple-devicetree';
 * const tree = createTree();
 * tree.root.addNode('chosen').addNode('memory-map').setBytes('MemoryMapReserved-0', new Uint8Array(16));
 * setMemoryMap(tree, 'RAMDisk', { address: 0x850000000n, size: 0x1000000n }); // { name: 'RAMDisk', slot: 'MemoryMapReserved-0' }
 * ```
 */
export function setMemoryMap(
  tree: DeviceTree,
  name: string,
  range: MemoryRange,
  whenFull: 'add' | 'error' = 'add',
): MemoryMapChange {
  const map = tree.node(MEMORY_MAP);
  const value = memoryRanges.encode([range]);
  if (map.property(name) !== undefined) {
    map.setBytes(name, value);
    return { name, slot: undefined };
  }
  const slot = freeSlots(map)[0];
  if (slot === undefined && whenFull === 'error')
    throw fail('exhausted', `no free slot for ${name}`, { path: map.path, offset: map.offset });
  if (slot !== undefined) map.renameProperty(slot, name);
  map.setBytes(name, value);
  return { name, slot };
}
