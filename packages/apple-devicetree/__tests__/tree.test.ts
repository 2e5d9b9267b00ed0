import { describe, expect, test } from 'vitest';
import { createTree, DeviceTreeNode, isDeviceTreeError, openTree } from '../src/index.js';
import { genuineTrees } from './trees.js';

const u32 = (...values: number[]): number[] =>
  values.flatMap(value => [0, 8, 16, 24].map(shift => (value >>> shift) & 0xff));
const field = (name: string, tail = 0): number[] => {
  const bytes = [...name].map(character => character.charCodeAt(0));
  return [...bytes, ...Array.from({ length: 32 - bytes.length }, (_, i) => (i === 0 ? 0 : tail))];
};
const property = (name: string, value: number[], word = value.length, pad = 0, tail = 0): number[] => [
  ...field(name, tail),
  ...u32(word),
  ...value,
  ...Array.from({ length: -value.length & 3 }, () => pad),
];
const text = (value: string): number[] => [...[...value].map(character => character.charCodeAt(0)), 0];

describe('lossless model', () => {
  test.skipIf(genuineTrees().length === 0)('genuine trees serialise to the same bytes, untouched and rebuilt', () => {
    for (const { name, bytes } of genuineTrees()) {
      expect(Buffer.compare(openTree(bytes).serialize(), bytes), name).toBe(0);
      // Touching every node makes the writer build each from its parts.
      const rebuilt = openTree(bytes);
      for (const node of rebuilt.nodes()) node.touch();
      expect(rebuilt.root.unchanged).toBe(false);
      expect(Buffer.compare(rebuilt.serialize(), bytes), name).toBe(0);
    }
  });

  const odd = new Uint8Array([
    ...u32(4, 2),
    ...property('name', text('device-tree')),
    ...property('odd', [1, 2, 3], 3, 0xaa, 0x55),
    ...property('odd', text('syscfg/Abcd'), 0x80000000 + 12),
    ...property('~'.repeat(32).slice(0, 31), []),
    ...u32(1, 0),
    ...property('name', text('twin')),
    ...u32(1, 0),
    ...property('name', text('twin')),
    ...[9, 9, 9, 0],
  ]);

  test('keeps duplicates, padding bytes, name tails, placeholder flags and trailing bytes', () => {
    const tree = openTree(odd);
    expect(tree.serialize()).toEqual(odd);
    expect(tree.trailing).toEqual(Uint8Array.of(9, 9, 9, 0));
    const [, plain, flagged] = tree.root.properties;
    expect(plain!.padding).toEqual(Uint8Array.of(0xaa));
    expect(plain!.nameField.at(-1)).toBe(0x55);
    expect([plain!.placeholder, flagged!.placeholder]).toEqual([false, true]);
    expect(flagged!.length).toBe(12);
    expect(tree.root.children.map(child => child.path)).toEqual(['/twin[0]', '/twin[1]']);
    expect(tree.find('/twin[1]')).toBe(tree.root.children[1]);
    expect(tree.find('/twin[2]')).toBeUndefined();
  });

  test('an edit changes its own bytes only', () => {
    const tree = openTree(odd);
    tree.node('/twin[1]').setU32('x', 1);
    const after = tree.serialize();
    const at = odd.length - 4 - 44 - 8;
    expect(after.slice(0, at)).toEqual(odd.slice(0, at));
    expect(after.length).toBe(odd.length + 40);
    tree.node('/twin[1]').removeProperty('x');
    expect(tree.serialize()).toEqual(odd);
    tree.root.properties[1]!.value = Uint8Array.of(4, 5, 6);
    expect(tree.serialize()).toEqual(
      Uint8Array.from(odd, (byte, i) => (i >= 8 + 48 + 36 && i < 8 + 48 + 39 ? byte + 3 : byte)),
    );
  });

  test('copies and moves of nodes', () => {
    const tree = openTree(odd);
    const copy = tree.clone();
    copy.root.addNode('new').setString('compatible', 'a', 'b');
    expect(tree.serialize()).toEqual(odd);
    expect(copy.node('/new').strings('compatible')).toEqual(['a', 'b']);
    const moved = copy.node('/twin[0]').remove();
    copy.node('/new').insertNode(moved);
    expect(moved.path).toBe('/new/twin');
    expect(() => copy.root.insertNode(moved)).toThrow(/already/);
    expect(() => moved.insertNode(copy.root)).toThrow(/below itself/);
    expect(openTree(copy.serialize()).node('/new/twin').name).toBe('twin');
  });
});

describe('building', () => {
  test('a tree from scratch', () => {
    const tree = createTree();
    tree.root.setU32('#address-cells', 2).owner satisfies unknown;
    tree.root.setU32('#size-cells', 2);
    const chosen = tree.root.addNode('chosen');
    chosen.setU64('dram-base', 0x800000000n);
    chosen.setU32('debug-enabled', 1);
    chosen.setFlag('here');
    const memory = tree.root.addNode('io');
    memory.set('reg', [{ address: 0x235200000n, size: 0x1000n }]);
    memory.set('compatible', ['uart-1,samsung']);
    memory.setU64('pair', 1, 2n);
    const read = openTree(tree.serialize());
    expect(read.root.name).toBe('device-tree');
    expect(read.node('/chosen').u64('dram-base')).toBe(0x800000000n);
    expect(read.node('/chosen').get('debug-enabled')).toBe(1);
    expect(read.node('/chosen').property('here')?.length).toBe(0);
    expect(read.node('/io').bytes('reg')).toEqual(
      Uint8Array.of(0, 0, 0x20, 0x35, 2, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0),
    );
    expect(read.node('/io').get('reg')).toEqual([{ address: 0x235200000n, size: 0x1000n }]);
    expect(read.node('/io').get('compatible')).toEqual(['uart-1,samsung']);
    expect(read.node('/io').bytes('pair')).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0));
  });

  test('names are checked', () => {
    const node = DeviceTreeNode.create('a');
    expect(() => node.setU32('x'.repeat(33), 1)).toThrow(/33 characters/);
    expect(() => node.setU32('', 1)).toThrow(/not empty/);
    expect(() => node.setU32('a\0', 1)).toThrow(/NUL/);
    expect(() => node.rename('n'.repeat(64))).toThrow(/63/);
    expect(() => node.setU32('x', -1)).toThrow(/unsigned 32/);
    expect(() => node.setU64('x', 1n << 64n)).toThrow(/unsigned 64/);
    expect(() => node.renameProperty('absent', 'x')).toThrow(/no such property/);
    node.setU32('x'.repeat(32), 1);
    expect(node.properties[1]!.name).toBe('x'.repeat(32));
  });
});

describe('damaged input', () => {
  const cases: [what: string, bytes: number[], code: string, offset: number, path: string][] = [
    ['empty', [], 'not-a-device-tree', 0, ''],
    ['zeroes', new Array(64).fill(0), 'not-a-device-tree', 0, ''],
    ['IM4P', [0x30, 0x0c, 0x16, 4, 0x49, 0x4d, 0x34, 0x50, 0, 0, 0, 0, 0, 0], 'not-a-device-tree', 0, ''],
    ['LZFSE', [...text('bvx2'), 0, 0, 0, 0], 'not-a-device-tree', 0, ''],
    ['many properties', [...u32(0x7fffffff, 0), ...property('name', text('x'))], 'not-a-device-tree', 0, ''],
    ['a child that is missing', [...u32(1, 1), ...property('name', text('r')), ...u32(9, 0)], 'bad-count', 48, '/'],
    ['a value past the end', [...u32(1, 0), ...property('name', text('root'), 100)], 'truncated', 40, '/.name'],
    [
      'a long value in a child',
      [
        ...u32(1, 1),
        ...property('name', text('r')),
        ...u32(2, 0),
        ...property('name', text('kid')),
        ...property('v', [1], 0x7fffffff),
      ],
      'truncated',
      48 + 8 + 40 + 32,
      '/kid.v',
    ],
  ];
  test.each(cases)('%s', (_what, bytes, code, offset, path) => {
    let thrown: unknown;
    try {
      openTree(new Uint8Array(bytes));
    } catch (error) {
      thrown = error;
    }
    expect(isDeviceTreeError(thrown) && { code: thrown.code, offset: thrown.offset, path: thrown.path }).toEqual({
      code,
      offset,
      path,
    });
  });

  test('containers say how to unwrap them', () => {
    expect(() => openTree(new Uint8Array(cases[2]![1]))).toThrow('img4 extract FILE -o - | adt');
  });

  test('nesting has a limit, and none on the stack', () => {
    const deep = (levels: number): Uint8Array => {
      const level = [...u32(1, 1), ...property('name', text('n'))];
      const bytes = new Uint8Array(level.length * levels);
      for (let i = 0; i < levels; i++) bytes.set(level, i * level.length);
      bytes[level.length * (levels - 1) + 4] = 0;
      return bytes;
    };
    expect(() => openTree(deep(257))).toThrow(/nested more than 256 deep/);
    const tree = openTree(deep(100_000), { maxDepth: 100_000 });
    expect([...tree.nodes()].length).toBe(100_000);
    expect(Buffer.compare(tree.clone().serialize(), deep(100_000))).toBe(0);
  });
});
