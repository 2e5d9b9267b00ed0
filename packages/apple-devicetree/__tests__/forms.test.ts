import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createTree,
  fromJson,
  isDeviceTreeError,
  nodeText,
  openTree,
  parseText,
  toJson,
  toText,
} from '../src/index.js';
import { treeArbitrary } from './mutate.js';

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

describe('text form', () => {
  test('reads well', () => {
    const tree = createTree();
    tree.root.setU32('#address-cells', 1);
    tree.root.setU32('#size-cells', 1);
    tree.root.setString('serial-number', 'syscfg/SrNm').placeholder = true;
    const io = tree.root.addNode('io');
    io.set('reg', [{ address: 16n, size: 4n }]);
    io.setFlag('on');
    io.setU32('unknown', 5);
    io.setBytes('odd name', Uint8Array.of(1, 2, 3)).padding = Uint8Array.of(9);
    tree.trailing = Uint8Array.of(0, 0);
    const text = `device-tree {
  name: string = "device-tree"
  #address-cells: u32 = 1
  #size-cells: u32 = 1
  serial-number: placeholder string = "syscfg/SrNm"
  io {
    name: string = "io"
    reg: reg<1,1> = [{address: 0x10, size: 0x4}]
    on: flag
    unknown: u32 = 5  # 05000000
    "odd name": padding <09> hex = <010203>
  }
}
trailing = <0000>
`;
    expect(toText(tree)).toBe(text);
    expect(same(parseText(text).serialize(), tree.serialize())).toBe(true);
    expect(nodeText(tree.root, 0)).toContain('# 1 nodes: io');
  });

  test('may be written by hand', () => {
    const tree = parseText(
      'r { # comment\n name:string="r" x: u32 = 0x10 y: u64 = 16 z: strings = ["a", "b",] c { name: string = "c" } }',
    );
    expect([tree.root.u32('x'), tree.root.u64('y'), tree.root.strings('z'), tree.node('/c').name]).toEqual([
      16,
      16n,
      ['a', 'b'],
      'c',
    ]);
  });

  const bad: readonly (readonly [text: string, code: string, message: RegExp])[] = [
    ['', 'syntax', /expected a node/],
    ['x: u32 = 1', 'syntax', /expected the root node/],
    ['r { x: u32 = 1', 'syntax', /line 1, column 15: expected a node or a property/],
    ['r { x: u99 = 1 }', 'syntax', /\/\.x: unknown type "u99"/],
    ['r { x: u32 = "a" }', 'bad-value', /\/\.x.*whole number/],
    ['r { x: u32 = 4294967296 }', 'out-of-range', /32 bits/],
    ['r { x: hex = <0> }', 'syntax', /even number/],
    ['r { x: hex = <00 }', 'syntax', /">" follows/],
    ['r { x: string = "a }', 'syntax', /does not end/],
    ['r { x: string = "\\q" }', 'syntax', /bad escape/],
    ['r { name: string = "s" }', 'conflict', /called "r" but its name property says "s"/],
    ['r { x: field <00> hex = <> }', 'bad-value', /32 bytes/],
    ['r { x: padding <00> hex = <> }', 'bad-value', /padding of 1 bytes/],
    ['r { name: string = "r" } r', 'syntax', /something follows/],
    ['a { '.repeat(300), 'too-deep', /256 deep/],
    [`r { x: u32[] = ${'['.repeat(50)}`, 'syntax', /nested too deep/],
  ];
  test.each(bad)('refuses %s', (text, code, message) => {
    let thrown: unknown;
    try {
      parseText(text);
    } catch (error) {
      thrown = error;
    }
    expect(isDeviceTreeError(thrown) && thrown.code).toBe(code);
    expect(String(thrown)).toMatch(message);
  });
});

describe('JSON form', () => {
  test('keeps what JSON has no numbers for', () => {
    const tree = createTree();
    tree.root.setU64('wide', 0x8000000000000001n);
    const json = JSON.parse(JSON.stringify(toJson(tree)));
    expect(json.root.properties[1]).toEqual({
      name: 'wide',
      type: 'u64',
      value: '0x8000000000000001',
      guess: '0100000000000080',
    });
    expect(same(fromJson(json).serialize(), tree.serialize())).toBe(true);
  });

  const node = (properties: unknown, children: unknown = []): unknown => ({
    format: 'apple-device-tree',
    version: 1,
    root: { properties, children },
  });
  const bad: readonly (readonly [json: unknown, message: RegExp])[] = [
    [null, /not the JSON form/],
    [{ format: 'apple-device-tree', version: 2 }, /version 2/],
    [{ format: 'apple-device-tree', version: 1, root: 5 }, /a node is an object/],
    [node([5]), /a property is an object/],
    [node([{ type: 'u32' }]), /needs a name/],
    [node([{ name: 'x' }]), /\/\.x: a property needs a type/],
    [node([{ name: 'x', type: 'u32', value: null }]), /\/\.x: a value is/],
    [node([{ name: 'x', type: 'u32', value: 'y' }]), /whole number/],
    [node([{ name: 'x', type: 'hex', value: 'abc' }]), /even number/],
    [
      node([], [{ properties: [{ name: 'name', type: 'string', value: 'kid' }], children: 5 }]),
      /\/kid: a node is an object/,
    ],
  ];
  test.each(bad)('refuses %o', (json, message) => {
    expect(() => fromJson(json)).toThrow(message);
  });

  test('refuses trees that are too deep for JSON', () => {
    const tree = createTree();
    let at = tree.root;
    for (let i = 0; i < 5000; i++) at = at.addNode('n');
    expect(() => toJson(tree)).toThrow(/256 levels/);
    let json: unknown = { properties: [], children: [] };
    for (let i = 0; i < 5000; i++) json = { properties: [], children: [json] };
    expect(() => fromJson({ format: 'apple-device-tree', version: 1, root: json })).toThrow(/256 levels/);
    // Text has no such limit when printed, and its indentation stays bounded.
    expect(toText(tree).length).toBeLessThan(5000 * 300);
  });
});

test('random trees with everything odd come back equal from both', () => {
  fc.assert(
    fc.property(treeArbitrary, bytes => {
      const tree = openTree(bytes);
      expect(same(parseText(toText(tree)).serialize(), bytes)).toBe(true);
      expect(same(fromJson(JSON.parse(JSON.stringify(toJson(tree)))).serialize(), bytes)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
