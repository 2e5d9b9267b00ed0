import fc from 'fast-check';
import { createTree, type DeviceTree, DeviceTreeNode, DeviceTreeProperty, openTree } from '../src/index.js';

/** Names that a generated tree uses: few, so that they repeat, with some that are special. */
const NAMES = [
  'name',
  'compatible',
  'reg',
  'ranges',
  '#address-cells',
  '#size-cells',
  'AAPL,phandle',
  'function-x',
  'a',
  'b',
  'a/b',
  '~',
  'x[1]',
  'phandle',
  'interrupt-parent',
  'é',
  'n'.repeat(31),
  'm'.repeat(32),
];

/** Numbers from a seed (xorshift32), so that a failure can be repeated. */
export function generator(seed: number): (below: number) => number {
  let state = seed | 0 || 0x9e3779b9;
  return below => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const SIZES = [0, 1, 2, 3, 4, 5, 8, 12, 16, 24, 32, 48];

/** A value of a kind that trees have: text, numbers, or anything. */
function randomValue(next: (below: number) => number): Uint8Array {
  const bytes = new Uint8Array(SIZES[next(SIZES.length)]!);
  const kind = next(4);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = kind === 0 ? 0 : kind === 1 ? next(3) : kind === 2 ? 0x61 + next(4) : next(256);
  if (kind === 2 && bytes.length > 0) bytes[bytes.length - 1] = 0;
  return bytes;
}

function randomProperty(next: (below: number) => number): DeviceTreeProperty {
  const property = DeviceTreeProperty.create(NAMES[next(NAMES.length)]!, randomValue(next), next(8) === 0);
  if (next(8) === 0) property.padding = Uint8Array.from(property.padding, () => next(256));
  if (next(16) === 0) property.nameField = Uint8Array.from(property.nameField, (byte, i) => (i === 31 ? 0x55 : byte));
  return property;
}

/** Changes a tree in a few places, as people and programs do: values, names, order, whole nodes. */
export function mutate(tree: DeviceTree, next: (below: number) => number, times: number): void {
  for (let i = 0; i < times; i++) {
    const nodes = [...tree.nodes()];
    const node = nodes[next(nodes.length)]!;
    const property = node.properties[next(node.properties.length || 1)];
    switch (next(8)) {
      case 0:
      case 1:
        node.insertProperty(randomProperty(next), next(node.properties.length + 1));
        break;
      case 2: {
        const child = DeviceTreeNode.create(`n${next(4)}`);
        if (next(2)) child.setU32('AAPL,phandle', next(6));
        node.insertNode(child, next(node.children.length + 1));
        break;
      }
      case 3:
        if (node.parent !== undefined) node.remove();
        break;
      case 4:
        if (property !== undefined && node.properties.length > 1) node.removeProperty(property);
        break;
      case 5:
        if (property !== undefined) property.value = randomValue(next);
        break;
      case 6:
        node.rename(`n${next(4)}`);
        break;
      default:
        if (node.parent !== undefined && node.parent.children.length > 1) {
          const { parent } = node;
          node.remove();
          parent.insertNode(node, next(parent.children.length + 1));
        }
    }
  }
}

/** A tree after some changes that a seed decides. */
export function mutatedTree(bytes: Uint8Array, seed: number): DeviceTree {
  const tree = openTree(bytes);
  const next = generator(seed);
  mutate(tree, next, 1 + next(6));
  return tree;
}

/** Bytes of random trees: nested, with duplicates, placeholders, odd padding and names. */
export const treeArbitrary: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.integer(), fc.integer({ min: 0, max: 30 }), fc.boolean())
  .map(([seed, size, tail]) => {
    const tree = createTree();
    const next = generator(seed);
    mutate(tree, next, size);
    if (tail) tree.trailing = randomValue(next);
    return tree.serialize();
  });
