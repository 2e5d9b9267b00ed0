import { fail } from '../error.js';
import { HfsNodeSize, HfsTreeSize, writeHfsNode, writeHfsTree } from './hfs.generated.js';

/** Bytes of a node. */
export const NODE = 4096;
const USER_DATA = 128;
const BIG_KEYS = 2;
const VARIABLE_INDEX_KEYS = 4;
const BINARY_COMPARE = 0xbc;
const KIND = { leaf: -1, index: 0, header: 1 } as const;

/** A record of a leaf: its key, with its length in front, and what belongs to it. */
export interface BtreeRecord {
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

interface Node {
  readonly kind: number;
  readonly height: number;
  readonly records: Uint8Array[];
  readonly first: Uint8Array;
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
};

/** Fills nodes with records in their order. */
function pack(items: readonly { readonly key: Uint8Array; readonly record: Uint8Array }[], height: number): Node[] {
  const nodes: Node[] = [];
  let room = 0;
  for (const { key, record } of items) {
    if (nodes.length === 0 || record.length + 2 > room) {
      nodes.push({ kind: height === 1 ? KIND.leaf : KIND.index, height, records: [], first: key });
      room = NODE - HfsNodeSize - 2; // the offset of the free space
    }
    nodes.at(-1)!.records.push(record);
    room -= record.length + 2;
  }
  return nodes;
}

function encode(node: Node, links: { readonly fLink: number; readonly bLink: number }): Uint8Array {
  const bytes = new Uint8Array(NODE);
  const view = new DataView(bytes.buffer);
  const { kind, height, records } = node;
  writeHfsNode({ ...links, kind, height, numRecords: records.length, reserved: 0 }, bytes, 0, fail);
  let at = HfsNodeSize;
  let slot = NODE;
  for (const record of records) {
    bytes.set(record, at);
    view.setUint16((slot -= 2), at);
    at += record.length;
  }
  view.setUint16(slot - 2, at);
  return bytes;
}

/**
 * A B-tree of HFS Plus with the given records, which are in order: header node, leaves, index nodes. Apple TN1150.
 *
 * @param maxKeyLength bytes of the longest key that is allowed
 */
export function buildBtree(records: readonly BtreeRecord[], maxKeyLength: number, variableKeys: boolean): Uint8Array {
  const levels: Node[][] = [];
  let items = records.map(({ key, data }) => ({ key, record: joined(key, data) }));
  let number = 1;
  while (items.length > 0) {
    const nodes = pack(items, levels.length + 1);
    levels.push(nodes);
    const first = number;
    number += nodes.length;
    if (nodes.length === 1) break;
    items = nodes.map((node, i) => {
      const child = new Uint8Array(4);
      new DataView(child.buffer).setUint32(0, first + i);
      return { key: node.first, record: joined(node.first, child) };
    });
  }
  // A map record of the header node has a bit for each node: enough for 30 000 of them.
  const mapAt = HfsNodeSize + HfsTreeSize + USER_DATA;
  const mapBits = (NODE - mapAt - 8) * 8;
  if (number > mapBits) throw fail('bad-value', `${number} nodes`, { path: 'catalog' });
  const leaves = levels[0]?.length ?? 0;
  const header = new Uint8Array(HfsTreeSize);
  writeHfsTree(
    {
      treeDepth: levels.length,
      rootNode: levels.length === 0 ? 0 : number - 1,
      leafRecords: records.length,
      firstLeafNode: leaves > 0 ? 1 : 0,
      lastLeafNode: leaves,
      nodeSize: NODE,
      maxKeyLength,
      totalNodes: number,
      freeNodes: 0,
      reserved1: 0,
      clumpSize: NODE,
      btreeType: 0,
      keyCompareType: variableKeys ? BINARY_COMPARE : 0,
      attributes: BIG_KEYS | (variableKeys ? VARIABLE_INDEX_KEYS : 0),
      reserved3: new Uint8Array(64),
    },
    header,
    0,
    fail,
  );
  const map = new Uint8Array(mapBits / 8);
  for (let i = 0; i < number; i++) map[i >> 3]! |= 0x80 >> (i & 7);
  const out = new Uint8Array(number * NODE);
  out.set(
    encode(
      { kind: KIND.header, height: 0, records: [header, new Uint8Array(USER_DATA), map], first: header },
      { fLink: 0, bLink: 0 },
    ),
  );
  let at = 1;
  for (const nodes of levels)
    for (const [i, node] of nodes.entries()) {
      const links = { fLink: i + 1 < nodes.length ? at + 1 : 0, bLink: i > 0 ? at - 1 : 0 };
      out.set(encode(node, links), at * NODE);
      at++;
    }
  return out;
}
