import { latin1, viewOf } from './bytes.js';
import { fail } from './error.js';
import { LENGTH_MASK, MAX_DEPTH, NAME_FIELD_SIZE, NODE_HEADER_SIZE, PROPERTY_HEADER_SIZE, padded } from './format.js';

/**
 * Where the nodes and properties of a flattened tree lie, in depth-first order.
 *
 * Node `i`'s properties are `firstProperty[i]` up to `firstProperty[i + 1]`; its first child is `i + 1`, and the node
 * after its last descendant is `after[i]`.
 */
export interface TreeIndex {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly nodeCount: number;
  readonly propertyCount: number;
  /** Offset of each node's header, in bytes; one more entry holds the end of the last node. */
  readonly nodeOffset: Uint32Array;
  readonly firstProperty: Uint32Array;
  readonly propertyOffset: Uint32Array;
  readonly after: Uint32Array;
  /** First byte after the root node. */
  readonly end: number;
}

const grow = (array: Uint32Array): Uint32Array => {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
};

/** Property names repeat across nodes and trees: a direct-mapped cache of their strings, so that most are made once. */
const names = new Array<string | undefined>(4096);

/** The name in the 32-byte field at `offset`, one character per byte. */
export function nameAt(bytes: Uint8Array, offset: number): string {
  let hash = 0;
  let length = 0;
  for (; length < NAME_FIELD_SIZE; length++) {
    const byte = bytes[offset + length]!;
    if (byte === 0) break;
    hash = (hash * 31 + byte) | 0;
  }
  const slot = (hash ^ (hash >>> 12)) & 4095;
  const cached = names[slot];
  if (cached !== undefined && cached.length === length) {
    let i = 0;
    while (i < length && cached.charCodeAt(i) === bytes[offset + i]) i++;
    if (i === length) return cached;
  }
  const name = latin1(bytes, offset, offset + length);
  names[slot] = name;
  return name;
}

/**
 * Finds every node and property in one pass, with a stack of its own.
 *
 * Time and memory are proportional to the input: a node costs at least 8 bytes of it, a property 36.
 */
export function indexTree(bytes: Uint8Array, maxDepth = MAX_DEPTH): TreeIndex {
  const view = viewOf(bytes);
  const size = bytes.length;
  let nodeOffset: Uint32Array = new Uint32Array(512);
  let firstProperty: Uint32Array = new Uint32Array(512);
  let after: Uint32Array = new Uint32Array(512);
  let propertyOffset: Uint32Array = new Uint32Array(1024);
  let nodes = 0;
  let properties = 0;
  let offset = 0;
  /** The open nodes, and how many children each still lacks. */
  const levels = Math.min(maxDepth, Math.ceil(size / NODE_HEADER_SIZE) + 1);
  const openNodes = new Uint32Array(levels);
  const missing = new Uint32Array(levels);
  let depth = 0;

  const pathTo = (property?: number): string => {
    const index: NamedIndex = {
      bytes,
      view,
      firstProperty,
      propertyOffset,
      nodeCount: nodes,
      propertyCount: properties,
    };
    let path = '';
    for (let level = 1; level < depth; level++) path += `/${indexedName(index, openNodes[level]!)}`;
    return (path === '' ? '/' : path) + (property === undefined ? '' : `.${nameAt(bytes, property)}`);
  };

  for (;;) {
    if (depth === maxDepth)
      throw fail('too-deep', `nodes are nested more than ${maxDepth} deep`, { offset, path: pathTo().slice(0, 200) });
    if (size - offset < NODE_HEADER_SIZE)
      throw fail('truncated', `a node needs ${NODE_HEADER_SIZE} bytes, ${size - offset} are left`, {
        offset,
        path: pathTo(),
      });
    const nProperties = view.getUint32(offset, true);
    const nChildren = view.getUint32(offset + 4, true);
    if (nProperties * PROPERTY_HEADER_SIZE + nChildren * NODE_HEADER_SIZE > size - offset - NODE_HEADER_SIZE)
      throw fail(
        'bad-count',
        `${nProperties} properties and ${nChildren} children cannot fit in the ${size - offset} bytes left`,
        {
          offset,
          path: pathTo(),
        },
      );
    if (nodes + 1 >= nodeOffset.length) {
      nodeOffset = grow(nodeOffset);
      firstProperty = grow(firstProperty);
      after = grow(after);
    }
    const node = nodes++;
    nodeOffset[node] = offset;
    firstProperty[node] = properties;
    openNodes[depth] = node;
    missing[depth] = nChildren;
    depth++;
    offset += NODE_HEADER_SIZE;
    while (properties + nProperties > propertyOffset.length) propertyOffset = grow(propertyOffset);
    for (let i = 0; i < nProperties; i++) {
      if (size - offset < PROPERTY_HEADER_SIZE)
        throw fail('truncated', `a property needs ${PROPERTY_HEADER_SIZE} bytes, ${size - offset} are left`, {
          offset,
          path: pathTo(),
        });
      const record = PROPERTY_HEADER_SIZE + padded(view.getUint32(offset + NAME_FIELD_SIZE, true) & LENGTH_MASK);
      if (record > size - offset)
        throw fail(
          'truncated',
          `a value of ${record - PROPERTY_HEADER_SIZE} bytes passes the end, ${size - offset - PROPERTY_HEADER_SIZE} are left`,
          {
            offset: offset + NAME_FIELD_SIZE,
            path: pathTo(offset),
          },
        );
      propertyOffset[properties++] = offset;
      offset += record;
    }
    // Close every node whose children are complete.
    while (depth > 0 && missing[depth - 1] === 0) after[openNodes[--depth]!] = nodes;
    if (depth === 0) break;
    missing[depth - 1]!--;
  }
  nodeOffset[nodes] = offset;
  firstProperty[nodes] = properties;
  return {
    bytes,
    view,
    nodeCount: nodes,
    propertyCount: properties,
    nodeOffset,
    firstProperty,
    propertyOffset,
    after,
    end: offset,
  };
}

type NamedIndex = Pick<
  TreeIndex,
  'bytes' | 'view' | 'firstProperty' | 'propertyOffset' | 'nodeCount' | 'propertyCount'
>;

/** Whether the property record at `offset` is called exactly `name` (NUL-terminated in its field). */
function isNamed(bytes: Uint8Array, offset: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[offset + i] !== name.charCodeAt(i)) return false;
  return bytes[offset + name.length] === 0;
}

/** A node's name without making an object for it: its `name` property up to the first NUL, or empty. */
export function indexedName(index: NamedIndex, node: number): string {
  const { bytes, view, firstProperty, propertyOffset, nodeCount, propertyCount } = index;
  const last = node + 1 < nodeCount ? firstProperty[node + 1]! : propertyCount;
  for (let p = firstProperty[node]!; p < last; p++) {
    const offset = propertyOffset[p]!;
    if (!isNamed(bytes, offset, 'name')) continue;
    const start = offset + PROPERTY_HEADER_SIZE;
    const end = start + (view.getUint32(offset + NAME_FIELD_SIZE, true) & LENGTH_MASK);
    let stop = start;
    while (stop < end && bytes[stop] !== 0) stop++;
    return latin1(bytes, start, stop);
  }
  return '';
}
