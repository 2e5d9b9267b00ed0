import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinaryError, type BinaryErrorInit } from '../src/error.js';
import { type Fdt, type FdtNode, fdtCells, fdtNode, fdtProperty, fdtStrings, parseFdt, writeFdt } from '../src/fdt.js';

class TestError extends BinaryError {
  constructor(code: string, reason: string, init?: BinaryErrorInit) {
    super('TestError', code, reason, init);
  }
}
const fail = (code: string, reason: string, init: BinaryErrorInit): TestError => new TestError(code, reason, init);

const sample = (): Fdt => ({
  bootCpu: 3,
  reservations: [
    { address: 0x80000000n, size: 0x1000n },
    { address: 0xffff_0000_0000_0000n, size: 1n },
  ],
  root: {
    name: '',
    properties: [
      { name: '#address-cells', value: fdtCells(2) },
      { name: 'compatible', value: fdtStrings('a,b', 'c') },
      { name: 'empty', value: new Uint8Array(0) },
    ],
    children: [
      { name: 'z@1', properties: [{ name: 'odd', value: Uint8Array.of(1, 2, 3, 4, 5) }], children: [] },
      {
        name: 'a',
        properties: [],
        children: [{ name: 'b', properties: [{ name: 'cells', value: fdtCells(7) }], children: [] }],
      },
    ],
  },
});

const bare = ({ bootCpu, reservations, root }: Fdt) => ({ bootCpu, reservations, root });
const code = (bytes: Uint8Array): string => {
  try {
    parseFdt(bytes, fail);
    return 'parsed';
  } catch (error) {
    if (error instanceof TestError) return error.code;
    throw error;
  }
};
const hasDtc = (() => {
  try {
    execFileSync('dtc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('flattened device tree', () => {
  test('keeps reservations, boot CPU, order and values', () => {
    const blob = writeFdt(sample(), fail);
    const back = parseFdt(blob, fail);
    expect(bare(back)).toEqual(sample());
    expect(writeFdt(back, fail)).toEqual(blob);
    expect(fdtProperty(fdtNode(back.root, '/a/b')!, 'cells')).toEqual(fdtCells(7));
    expect(fdtNode(back.root, '/a/none')).toBeUndefined();
  });

  test('shares the tails of names in the strings block', () => {
    // 'cells' is the end of '#address-cells'
    expect(String.fromCharCode(...parseFdt(writeFdt(sample(), fail), fail).strings!)).toBe(
      '#address-cells\0compatible\0empty\0odd\0',
    );
  });

  test('tolerates NOPs and padding, and version 16', () => {
    const blob = writeFdt(sample(), fail, 4096);
    expect(blob.length).toBe(4096);
    const view = new DataView(blob.buffer);
    const at = view.getUint32(8);
    const nopped = new Uint8Array(4096 + 8);
    nopped.set(blob.subarray(0, at));
    const out = new DataView(nopped.buffer);
    out.setUint32(at, 4);
    nopped.set(blob.subarray(at), at + 4);
    out.setUint32(4, nopped.length);
    out.setUint32(12, out.getUint32(12) + 4);
    out.setUint32(36, out.getUint32(36) + 4);
    expect(bare(parseFdt(nopped, fail))).toEqual(sample());
    out.setUint32(20, 16);
    expect(bare(parseFdt(nopped, fail))).toEqual(sample());
  });

  test('appends names that the old strings block lacks', () => {
    const tree = parseFdt(writeFdt(sample(), fail), fail);
    tree.root.properties.push({ name: 'new', value: fdtCells(1) });
    expect(String.fromCharCode(...parseFdt(writeFdt(tree, fail), fail).strings!)).toMatch(/odd\0new\0$/);
  });

  test('round-trips arbitrary trees', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '@', '1', '#', 'é'), minLength: 1, maxLength: 5 });
    const node: fc.Arbitrary<FdtNode> = fc.letrec<{ node: FdtNode }>(tie => ({
      node: fc.record({
        name,
        properties: fc.array(fc.record({ name, value: fc.uint8Array({ maxLength: 9 }) }), { maxLength: 3 }),
        children: fc.oneof({ depthSize: 'small' }, fc.constant<FdtNode[]>([]), fc.array(tie('node'), { maxLength: 3 })),
      }),
    })).node;
    fc.assert(
      fc.property(node, root => {
        const blob = writeFdt({ bootCpu: 0, reservations: [], root }, fail);
        expect(parseFdt(blob, fail).root).toEqual(root);
      }),
      { numRuns: 200 },
    );
  });

  test('every truncation and every changed byte gives a tree or a typed error', () => {
    const blob = writeFdt(sample(), fail);
    for (let i = 0; i < blob.length; i++) {
      expect(code(blob.slice(0, i))).toBe('truncated');
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const bad = blob.slice();
        bad[i] = value;
        expect(['parsed', 'truncated', 'bad-value', 'out-of-range']).toContain(code(bad));
      }
    }
  });

  test.each([
    ['magic', 0, 0xd00dfeee, 'bad-value'],
    ['version', 20, 15, 'bad-value'],
    ['last compatible version', 24, 18, 'bad-value'],
    ['totalsize', 4, 0x10000, 'truncated'],
    ['structure offset', 8, 0xfffffff0, 'truncated'],
    ['strings size', 32, 0xffffffff, 'truncated'],
    ['reservation offset', 16, 0xfffffffc, 'truncated'],
  ])('refuses a wrong %s', (_name, offset, value, expected) => {
    const blob = writeFdt(sample(), fail);
    new DataView(blob.buffer).setUint32(offset, value);
    expect(code(blob)).toBe(expected);
  });

  test('bounds nesting and names', () => {
    let root: FdtNode = { name: '', properties: [], children: [] };
    for (let i = 0; i < 70; i++) root = { name: 'n', properties: [], children: [root] };
    expect(() => writeFdt({ bootCpu: 0, reservations: [], root }, fail)).toThrow(/nest deeper/);
    const long: FdtNode = { name: 'x'.repeat(300), properties: [], children: [] };
    expect(() => writeFdt({ bootCpu: 0, reservations: [], root: long }, fail)).toThrow(/cannot be a name/);
    expect(() => writeFdt(sample(), fail, 64)).toThrow(/are allowed/);
    const empty = { ...sample(), reservations: [{ address: 0n, size: 0n }] };
    expect(() => writeFdt(empty, fail)).toThrow(/end the list/);
  });

  test.skipIf(!hasDtc)('dtc reads what is written, and what it writes is read', () => {
    const options = { input: writeFdt(sample(), fail), stdio: ['pipe', 'pipe', 'ignore'] as ('pipe' | 'ignore')[] };
    const source = execFileSync('dtc', ['-I', 'dtb', '-O', 'dts'], options).toString();
    expect(source).toMatch(/memreserve\/\s0xffff000000000000 0x(0{15})?1;/);
    expect(source).toMatch(/compatible = "a,b(\\0|", ")c";/);
    const again = execFileSync('dtc', ['-I', 'dts', '-O', 'dtb', '-b', '3'], { ...options, input: source });
    const blob = new Uint8Array(again);
    expect(bare(parseFdt(blob, fail))).toEqual(sample());
  });
});
