import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fdtNode, fdtProperty, parseFdt } from '@internal/binary/fdt';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { fail } from '../src/error.js';
import { createTree, type DeviceTree, fromDtb, openTree, parseDts, toDtb, toDts } from '../src/index.js';
import { treeArbitrary } from './mutate.js';
import { genuineTrees } from './trees.js';

const haveDtc = spawnSync('dtc', ['--version']).status === 0;
if (!haveDtc && process.env.CI) throw new Error('CI is set and dtc (device-tree-compiler) is missing');
const folder = mkdtempSync(join(tmpdir(), 'adt-fdt-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs dtc on a file and gives what it made; throws with its words when it refuses. */
function dtc(from: 'dtb' | 'dts', to: 'dtb' | 'dts', input: Uint8Array | string): Uint8Array {
  const [source, made] = [join(folder, `in.${from}`), join(folder, `out.${to}`)];
  writeFileSync(source, input);
  const { status, stderr } = spawnSync('dtc', ['-q', '-I', from, '-O', to, '-o', made, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`dtc ended with ${status}: ${stderr}`);
  return new Uint8Array(readFileSync(made));
}

const same = (tree: DeviceTree, bytes: Uint8Array): boolean => Buffer.compare(tree.serialize(), bytes) === 0;

describe('flattened device trees', () => {
  test('numbers become big-endian cells, texts stay, phandles and names are translated', () => {
    const tree = createTree();
    tree.root.setU32('#address-cells', 2);
    tree.root.setU32('#size-cells', 1);
    const uart = tree.root.addNode('uart0');
    uart.set('reg', [{ address: 0x235200000n, size: 0x1000n }]);
    uart.set('compatible', ['a', 'b']);
    uart.setU32('AAPL,phandle', 7);
    uart.set('function-tx', { phandle: 7, code: 'GPIO', args: [1] });
    uart.setBytes('blob', Uint8Array.of(1, 2, 3));
    const { bytes, notes } = toDtb(tree);
    expect(notes).toEqual([]);
    const { root } = parseFdt(bytes, fail);
    const node = fdtNode(root, '/uart0')!;
    const hex = (name: string): string => Buffer.from(fdtProperty(node, name)!).toString('hex');
    expect(hex('reg')).toBe('00000002352000000000' + '1000');
    expect(hex('phandle')).toBe('00000007');
    expect(hex('compatible')).toBe('61006200');
    expect(hex('function-tx')).toBe('000000074750494f00000001');
    expect(hex('blob')).toBe('010203');
    expect(hex('apple,name')).toBe('756172743000');
    expect(same(fromDtb(bytes).tree, tree.serialize())).toBe(true);
  });

  test('what cannot be expressed is reported, and comes back', () => {
    const tree = createTree();
    tree.root.setString('serial', 'syscfg/SrNm').placeholder = true;
    tree.root.setU32('~'.repeat(32), 1);
    tree.root.setU32('twice', 1);
    tree.root.insertProperty(tree.root.property('twice')!.clone());
    tree.root.setBytes('interrupt-parent', new Uint8Array(12));
    const odd = tree.root.setBytes('odd', Uint8Array.of(1));
    odd.padding = Uint8Array.of(1, 2, 3);
    tree.root.addNode('a/b');
    tree.trailing = Uint8Array.of(0, 0, 0, 0);
    const { bytes, notes } = toDtb(tree);
    expect(notes.map(({ path, message, kept }) => `${path} ${message} ${kept}`)).toEqual([
      '/.serial is a placeholder true',
      `/.${'~'.repeat(32)} has a name that flattened trees do not allow; called apple,property-2 true`,
      '/.twice is there twice; called apple,property-4 true',
      '/.interrupt-parent has 12 bytes where flattened trees have one cell; called apple,property-5 true',
      '/.odd has padding that is not zero true',
      '/a%2fb is called a_b true',
    ]);
    expect(same(fromDtb(bytes).tree, tree.serialize())).toBe(true);
  });

  test('a tree from elsewhere gets names, phandles and little-endian numbers; what is lost is said', () => {
    const source = `/dts-v1/;
/memreserve/ 0x1000 0x2000;
/ { // comment
  #address-cells = <2>; #size-cells = <1>;
  /* another */
  serial@9000000 { compatible = "arm,pl011", "arm,primecell"; reg = <0x0 0x9000000 0x1000>; phandle = <0x8001>; bits = /bits/ 16 <1 0x203>; bytes = [de ad be ef 01]; flag; };
  long { this-name-is-longer-than-31-characters = <1>; };
};`;
    const { tree, notes } = parseDts(source);
    expect(tree.root.name).toBe('device-tree');
    const serial = tree.node('/serial@9000000');
    expect(serial.get('reg')).toEqual([{ address: 0x9000000n, size: 0x1000n }]);
    expect(serial.get('AAPL,phandle')).toBe(0x8001);
    expect(serial.get('compatible')).toEqual(['arm,pl011', 'arm,primecell']);
    expect(serial.bytes('bytes')).toEqual(Uint8Array.of(0xde, 0xad, 0xbe, 0xef, 1));
    expect(serial.bytes('flag')).toEqual(new Uint8Array());
    expect(notes.map(({ message, kept }) => [message, kept])).toEqual([
      ['1 memory reservations', false],
      ['name of 38 characters, left out', false],
    ]);
  });

  test.skipIf(!haveDtc)('dtc reads our source as we do', () => {
    const source =
      '/dts-v1/;\n/ { a = "x\\x41\\n", <0x10 010 7>, [00 1f]; b = /bits/ 64 <0x1122334455667788>; c { d = "a", "b"; }; };\n';
    expect(fromDtb(dtc('dts', 'dtb', source)).tree.serialize()).toEqual(parseDts(source).tree.serialize());
  });

  test.skipIf(!haveDtc || genuineTrees().length === 0)(
    'genuine trees go through dtc, as blob and as source, and come back equal',
    () => {
      for (const { name, bytes } of genuineTrees()) {
        const tree = openTree(bytes);
        const through = dtc('dts', 'dtb', Buffer.from(dtc('dtb', 'dts', toDtb(tree).bytes)).toString());
        expect(same(fromDtb(through).tree, bytes), name).toBe(true);
        expect(same(fromDtb(dtc('dts', 'dtb', toDts(tree).text)).tree, bytes), name).toBe(true);
      }
    },
  );

  test('random trees with everything odd come back equal', () => {
    fc.assert(
      fc.property(treeArbitrary, bytes => {
        const tree = openTree(bytes);
        expect(same(fromDtb(toDtb(tree).bytes).tree, bytes)).toBe(true);
        expect(same(parseDts(toDts(tree).text).tree, bytes)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test.skipIf(!haveDtc)('random trees go through dtc', () => {
    fc.assert(
      fc.property(treeArbitrary, bytes => {
        expect(same(fromDtb(dtc('dts', 'dtb', toDts(openTree(bytes)).text)).tree, bytes)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  const bad: readonly (readonly [source: string, message: RegExp])[] = [
    ['', /line 1, column 1: expected "\/dts-v1\/"/],
    ['/dts-v1/; / { a = <&label>; };', /labels and expressions/],
    ['/dts-v1/; / { a = <1 };', /not a number/],
    ['/dts-v1/; / { a = "x };', /does not end/],
    ['/dts-v1/; / { a = [0]; };', /even number/],
    ['/dts-v1/; / { a = <0x100000000>; };', /does not fit in 32 bits/],
    ['/dts-v1/; / { };\n x', /line 2, column 2: something follows/],
    [`/dts-v1/; / { ${'a { '.repeat(100)}`, /nested more than 64/],
  ];
  test.each(bad)('refuses %s', (source, message) => {
    expect(() => parseDts(source)).toThrow(message);
  });
  test('refuses trees that are too deep', () => {
    const tree = createTree();
    let node = tree.root;
    for (let i = 0; i < 70; i++) node = node.addNode('n');
    expect(() => toDtb(tree)).toThrow(/64 levels/);
  });
});
