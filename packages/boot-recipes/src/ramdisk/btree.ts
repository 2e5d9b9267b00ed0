import { BootError, fail } from '../error.js';
import {
  HfsNodeSize,
  type HfsTree,
  HfsTreeSize,
  readHfsNode,
  readHfsTree,
  writeHfsNode,
  writeHfsTree,
} from './hfs.generated.js';

/** Bytes of a node of a tree of ours. */
const NODE = 4096;
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
function pack(
  items: readonly { readonly key: Uint8Array; readonly record: Uint8Array }[],
  height: number,
  nodeSize: number,
): Node[] {
  const most = nodeSize - HfsNodeSize - 2; // the offset of the free space
  const nodes: Node[] = [];
  let room = 0;
  for (const { key, record } of items) {
    if (nodes.length === 0 || record.length + 2 > room) {
      nodes.push({ kind: height === 1 ? KIND.leaf : KIND.index, height, records: [], first: key });
      room = most;
      if (record.length + 2 > room) throw fail('bad-value', `a record of ${record.length} bytes`, { path: 'B-tree' });
    }
    nodes.at(-1)!.records.push(record);
    room -= record.length + 2;
  }
  return nodes;
}

function encode(node: Node, links: { readonly fLink: number; readonly bLink: number }, nodeSize: number): Uint8Array {
  const bytes = new Uint8Array(nodeSize);
  const view = new DataView(bytes.buffer);
  const { kind, height, records } = node;
  writeHfsNode({ ...links, kind, height, numRecords: records.length, reserved: 0 }, bytes, 0, fail);
  let at = HfsNodeSize;
  let slot = nodeSize;
  for (const record of records) {
    bytes.set(record, at);
    view.setUint16((slot -= 2), at);
    at += record.length;
  }
  view.setUint16(slot - 2, at);
  return bytes;
}

/** What a tree is beside its records, as its header node says. */
export interface TreeShape {
  readonly header: HfsTree;
  /** Second record of the header node. */
  readonly userData: Uint8Array;
}

/** A tree of ours; `maxKeyLength` are the bytes of the longest key that is allowed. */
export const newTree = (maxKeyLength: number, variableKeys: boolean): TreeShape => ({
  header: {
    treeDepth: 0,
    rootNode: 0,
    leafRecords: 0,
    firstLeafNode: 0,
    lastLeafNode: 0,
    nodeSize: NODE,
    maxKeyLength,
    totalNodes: 0,
    freeNodes: 0,
    reserved1: 0,
    clumpSize: NODE,
    btreeType: 0,
    keyCompareType: variableKeys ? BINARY_COMPARE : 0,
    attributes: BIG_KEYS | (variableKeys ? VARIABLE_INDEX_KEYS : 0),
    reserved3: new Uint8Array(64),
  },
  userData: new Uint8Array(USER_DATA),
});

/** A key as index nodes have it. */
function indexKey(key: Uint8Array, { attributes, maxKeyLength }: HfsTree): Uint8Array {
  if ((attributes & VARIABLE_INDEX_KEYS) !== 0) return key;
  const padded = new Uint8Array(2 + maxKeyLength);
  padded.set(key);
  return padded;
}

/**
 * A B-tree of HFS Plus with the given records, which are in order: header node, leaves, index nodes, free nodes. Apple
 * TN1150.
 *
 * @param least nodes that there are at least
 */
export function buildBtree(records: readonly BtreeRecord[], shape: TreeShape, least = 0): Uint8Array {
  const { nodeSize } = shape.header;
  const levels: Node[][] = [];
  let items = records.map(({ key, data }) => ({ key, record: joined(key, data) }));
  let number = 1;
  while (items.length > 0) {
    const nodes = pack(items, levels.length + 1, nodeSize);
    levels.push(nodes);
    const first = number;
    number += nodes.length;
    if (nodes.length === 1) break;
    items = nodes.map((node, i) => {
      const child = new Uint8Array(4);
      new DataView(child.buffer).setUint32(0, first + i);
      return { key: node.first, record: joined(indexKey(node.first, shape.header), child) };
    });
  }
  const total = Math.max(number, least);
  // A map record of the header node has a bit for each node: enough for 30 000 of them.
  const mapAt = HfsNodeSize + HfsTreeSize + shape.userData.length;
  const mapBits = (nodeSize - mapAt - 8) * 8;
  if (total > mapBits) throw new BootError('unsupported', `a B-tree of ${total} nodes`, { path: 'catalog' });
  const leaves = levels[0]?.length ?? 0;
  const header = new Uint8Array(HfsTreeSize);
  writeHfsTree(
    {
      ...shape.header,
      treeDepth: levels.length,
      rootNode: levels.length === 0 ? 0 : number - 1,
      leafRecords: records.length,
      firstLeafNode: leaves > 0 ? 1 : 0,
      lastLeafNode: leaves,
      totalNodes: total,
      freeNodes: total - number,
    },
    header,
    0,
    fail,
  );
  const map = new Uint8Array(mapBits / 8);
  for (let i = 0; i < number; i++) map[i >> 3]! |= 0x80 >> (i & 7);
  const out = new Uint8Array(total * nodeSize);
  const first: Node = { kind: KIND.header, height: 0, records: [header, shape.userData, map], first: header };
  out.set(encode(first, { fLink: 0, bLink: 0 }, nodeSize));
  let at = 1;
  for (const nodes of levels)
    for (const [i, node] of nodes.entries()) {
      const links = { fLink: i + 1 < nodes.length ? at + 1 : 0, bLink: i > 0 ? at - 1 : 0 };
      out.set(encode(node, links, nodeSize), at * nodeSize);
      at++;
    }
  return out;
}

/** Reads a B-tree: the records of its leaves, in order. Throws {@link BootError} `bad-value`. */
export function readBtree(
  bytes: Uint8Array,
  path: string,
): { readonly shape: TreeShape; readonly records: BtreeRecord[] } {
  const bad = (reason: string, offset: number): BootError => new BootError('bad-value', reason, { path, offset });
  const header = readHfsTree(bytes, HfsNodeSize, fail, path);
  const { nodeSize, totalNodes, attributes } = header;
  const sound = nodeSize >= 512 && (nodeSize & (nodeSize - 1)) === 0 && totalNodes * nodeSize <= bytes.length;
  if (!sound || (attributes & BIG_KEYS) === 0) throw bad('no header of a B-tree', HfsNodeSize);
  const userAt = HfsNodeSize + HfsTreeSize;
  const records: BtreeRecord[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let seen = 0;
  for (let node = header.firstLeafNode; node !== 0; ) {
    const base = node * nodeSize;
    if (node >= totalNodes || ++seen > totalNodes) throw bad('leaves that lead nowhere', base);
    const { kind, numRecords, fLink } = readHfsNode(bytes, base, fail, path);
    if (kind !== KIND.leaf || 2 * (numRecords + 1) > nodeSize - HfsNodeSize) throw bad('no leaf', base);
    const offset = (i: number): number => view.getUint16(base + nodeSize - 2 * (i + 1));
    for (let i = 0; i < numRecords; i++) {
      const [from, to] = [offset(i), offset(i + 1)];
      const inside = from >= HfsNodeSize && from + 2 <= to && to <= nodeSize;
      const length = inside ? 2 + view.getUint16(base + from) : 0;
      if (!inside || from + length > to) throw bad('a record outside of its node', base + from);
      const data = base + from + length;
      records.push({ key: bytes.slice(base + from, data), data: bytes.slice(data, base + to) });
    }
    node = fLink;
  }
  return { shape: { header, userData: bytes.slice(userAt, userAt + USER_DATA) }, records };
}
