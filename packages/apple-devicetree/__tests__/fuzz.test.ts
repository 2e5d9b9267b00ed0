import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressMap,
  createTree,
  decodeProperty,
  diffTrees,
  fromDtb,
  isDeviceTreeError,
  openTree,
  parseDts,
  parseText,
  resolvePlaceholders,
  toDtb,
  toJson,
  toText,
  validateForXnu,
} from '../src/index.js';
import { indexTree, type TreeIndex } from '../src/tree-index.js';
import { generator, treeArbitrary } from './mutate.js';
import { genuineTrees } from './trees.js';

/** Longest that one small input may take, in milliseconds, on a busy machine. */
const LIMIT = 4000;

/** Runs something that has to end with a result or a typed error, soon. Gives whether it ended with a result. */
function settles(run: () => unknown): boolean {
  const start = performance.now();
  try {
    run();
    return true;
  } catch (error) {
    if (!isDeviceTreeError(error)) throw error;
    return false;
  } finally {
    expect(performance.now() - start).toBeLessThan(LIMIT);
  }
}

/** Numbers that break readers: sizes near the ends of their types, and the placeholder bit with each. */
const WORDS = [
  0, 1, 2, 3, 0x1f, 0x20, 0x7f, 0xff, 0x100, 0xffff, 0x10000, 0x7ffffffc, 0x7fffffff, 0x80000000, 0x80000001,
  0xfffffff0, 0xffffffff,
];

/** Damages a tree where it hurts: counts, lengths, names, whole records, the end. */
function damaged(bytes: Uint8Array, index: TreeIndex, next: (below: number) => number): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  const node = index.nodeOffset[next(index.nodeCount)]!;
  const property = index.propertyCount === 0 ? 0 : index.propertyOffset[next(index.propertyCount)]!;
  switch (next(7)) {
    case 0:
      view.setUint32(node, WORDS[next(WORDS.length)]!, true);
      break;
    case 1:
      view.setUint32(node + 4, WORDS[next(WORDS.length)]!, true);
      break;
    case 2:
      if (property > 0) view.setUint32(property + 32, WORDS[next(WORDS.length)]!, true);
      break;
    case 3:
      // A length that reaches into the next record.
      if (property > 0) view.setUint32(property + 32, view.getUint32(property + 32, true) + 4 * (1 + next(20)), true);
      break;
    case 4:
      return out.subarray(0, next(out.length + 1));
    case 5:
      out.copyWithin(next(out.length), node, Math.min(out.length, node + 4 * next(64)));
      break;
    default:
      for (let i = 0; i < 8; i++) out[next(out.length)] = next(256);
  }
  return out;
}

/** Everything that reads a tree. */
function readAll(bytes: Uint8Array): void {
  const tree = openTree(bytes);
  expect(Buffer.compare(tree.serialize(), bytes)).toBe(0);
  for (const node of tree.nodes()) for (const property of node.properties) decodeProperty(node, property);
  addressMap(tree);
  validateForXnu(tree);
  const text = toText(tree);
  expect(Buffer.compare(parseText(text).serialize(), bytes)).toBe(0);
  toJson(tree);
  resolvePlaceholders(openTree(bytes), {}, 'empty');
}

describe('damaged trees end soon, with a result or a typed error', () => {
  const start = (bytes: Uint8Array, seed: number, times: number): { read: number; refused: number } => {
    const index = indexTree(bytes);
    const next = generator(seed);
    const ended = { read: 0, refused: 0 };
    for (let i = 0; i < times; i++) {
      let input = damaged(bytes, index, next);
      if (next(3) === 0 && input.length === bytes.length) input = damaged(input, index, next);
      if (settles(() => readAll(input))) ended.read++;
      else ended.refused++;
    }
    return ended;
  };

  test('generated ones', () => {
    fc.assert(
      fc.property(treeArbitrary, fc.integer(), (bytes, seed) => void start(bytes, seed, 10)),
      { numRuns: 100 },
    );
  });

  test.skipIf(genuineTrees().length === 0)('genuine ones', () => {
    const smallest = [...genuineTrees()].sort((a, b) => a.bytes.length - b.bytes.length)[0]!;
    const { read, refused } = start(smallest.bytes, 20_26, 200);
    // The damage is neither always harmless nor always fatal.
    expect(read).toBeGreaterThan(5);
    expect(refused).toBeGreaterThan(5);
  });

  test('refusals say where', () => {
    const bytes = fc.sample(treeArbitrary, { numRuns: 40, seed: 4 }).filter(tree => tree.length > 500);
    let seen = 0;
    for (const tree of bytes) {
      const index = indexTree(tree);
      const next = generator(tree.length);
      for (let i = 0; i < 20; i++) {
        try {
          openTree(damaged(tree, index, next));
        } catch (error) {
          if (!isDeviceTreeError(error)) throw error;
          seen++;
          expect(error.offset).toBeGreaterThanOrEqual(0);
          expect(error.offset).toBeLessThanOrEqual(tree.length);
          if (error.code !== 'not-a-device-tree') expect(error.path).toMatch(/^\//);
        }
      }
    }
    expect(seen).toBeGreaterThan(50);
  });

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => void settles(() => readAll(bytes))),
      { numRuns: 2000 },
    );
  });

  test('damaged blobs and texts', () => {
    fc.assert(
      fc.property(treeArbitrary, fc.integer(), (bytes, seed) => {
        const next = generator(seed);
        const blob = toDtb(openTree(bytes)).bytes;
        for (let i = 0; i < 5; i++) blob[next(blob.length)] = next(256);
        settles(() => fromDtb(blob));
        const text = [...toText(openTree(bytes))];
        for (let i = 0; i < 3; i++)
          text.splice(next(text.length), next(3), ['{', '}', '"', '<', '[', '=', ':', '\\', '9'][next(9)]!);
        settles(() => parseText(text.join('')));
        settles(() => parseDts(`/dts-v1/; / { ${text.slice(0, 200).join('')}`));
      }),
      { numRuns: 150 },
    );
  });
});

describe('hostile shapes', () => {
  const u32 = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
  const size = 1 << 20;
  const root = (nChildren: number): Uint8Array => {
    const bytes = new Uint8Array(8 + 40);
    bytes.set(u32(1, nChildren));
    bytes.set([0x6e, 0x61, 0x6d, 0x65], 8);
    bytes.set(u32(1, 0x72), 8 + 32);
    return bytes;
  };
  const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

  test('a million bytes of nested nodes: a typed error, and no limit on the stack when allowed', () => {
    const levels = size / 8;
    const chain = new Uint8Array(
      Uint32Array.from({ length: levels * 2 }, (_, i) => (i % 2 === 1 && i < levels * 2 - 1 ? 1 : 0)).buffer,
    );
    const bytes = join(root(1), chain);
    expect(settles(() => openTree(bytes))).toBe(false);
    const tree = openTree(bytes, { maxDepth: levels + 1 });
    expect(settles(() => tree.serialize())).toBe(true);
    expect([...tree.nodes()].length).toBe(levels + 1);
    expect(settles(() => toDtb(tree))).toBe(false);
    expect(settles(() => toJson(tree))).toBe(false);
    tree.root.setU32('x', 1);
    expect(tree.clone().serialize().length).toBe(bytes.length + 40);
  });

  test('a million bytes of siblings: bounded time for paths, text and comparison', () => {
    const children = size / 8;
    const bytes = join(root(children), new Uint8Array(size));
    const start = performance.now();
    const tree = openTree(bytes);
    let length = 0;
    for (const node of tree.nodes()) length += node.path.length;
    expect(length).toBeGreaterThan(children * 3);
    toText(tree);
    expect(diffTrees(tree, tree.clone()).edits).toEqual([]);
    expect(Buffer.compare(fromDtb(toDtb(tree).bytes).tree.serialize(), bytes)).toBe(0);
    expect(Buffer.compare(parseText(toText(tree)).serialize(), bytes)).toBe(0);
    const other = tree.clone();
    other.root.setU32('x', 1);
    expect(diffTrees(tree, other).edits).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  test('the index stays in proportion to the input', () => {
    for (const bytes of [join(root(size / 8), new Uint8Array(size)), ...fc.sample(treeArbitrary, 20)]) {
      const { nodeOffset, firstProperty, propertyOffset, after } = indexTree(bytes);
      const memory = nodeOffset.byteLength + firstProperty.byteLength + propertyOffset.byteLength + after.byteLength;
      expect(memory).toBeLessThan(4 * bytes.length + 16_384);
    }
  });

  test('many registers behind many ranges are looked up in bounded time', () => {
    const tree = createTree();
    for (const node of [tree.root, tree.root.addNode('bus')]) {
      node.setU32('#address-cells', 1);
      node.setU32('#size-cells', 1);
    }
    const bus = tree.node('/bus');
    bus.set(
      'ranges',
      Array.from({ length: 2000 }, (_, i) => ({ bus: BigInt(i), parent: BigInt(i), size: 1n })),
    );
    for (let i = 0; i < 2000; i++) bus.addNode('n').set('reg', [{ address: BigInt(i), size: 1n }]);
    expect(settles(() => expect(addressMap(tree)).toHaveLength(2000))).toBe(true);
  });

  test('counts that cannot be are refused before anything is allocated', () => {
    for (const count of [0x7fffffff, 0xffffffff, 0x20000])
      for (const at of [0, 4]) {
        const bytes = join(root(1), u32(1, 0), new Uint8Array(40));
        new DataView(bytes.buffer).setUint32(48 + at, count, true);
        expect(() => openTree(bytes)).toThrow(/cannot fit/);
      }
  });
});
