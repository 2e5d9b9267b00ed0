import { createHash } from 'node:crypto';
import { addressMap, type DeviceTree, freeSlots, validateForXnu } from '../src/index.js';

const hex = (value: bigint | undefined): string | undefined =>
  value === undefined ? undefined : `0x${value.toString(16)}`;

/** What a tree is known by: counts, hashes and a few values. */
export function factsOf(tree: DeviceTree, bytes: Uint8Array): Record<string, unknown> {
  const nodes = [...tree.nodes()];
  const properties = nodes.flatMap(node => [...node.properties]);
  const map = tree.find('/chosen/memory-map');
  const uart = addressMap(tree).find(({ node }) => node.property('boot-console') !== undefined);
  return {
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    nodes: nodes.length,
    properties: properties.length,
    placeholders: properties.filter(property => property.placeholder).length,
    depth: Math.max(...nodes.map(node => node.depth)),
    trailing: tree.trailing.length,
    compatible: tree.root.get('compatible'),
    chip: tree.find('/arm-io')?.get('device_type'),
    cpus: tree.find('/cpus')?.children.length,
    slots: map === undefined ? 0 : freeSlots(map).length,
    console: uart && [uart.node.path, hex(uart.address)],
    registers: addressMap(tree).length,
    ioRanges: tree.find('/defaults')?.get('pmap-io-ranges')?.length,
    panics: validateForXnu(tree).filter(({ severity }) => severity === 'panic').length,
  };
}
