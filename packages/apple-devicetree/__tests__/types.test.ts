import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { fromHex, toHex } from '../src/bytes.js';
import {
  createTree,
  DeviceTreeNode,
  decodeProperty,
  type DeviceTreeNode as Node,
  type RegEntry,
} from '../src/index.js';
import { typeById, typeIds } from '../src/types/by-id.js';
import { recordTypes } from '../src/types/records.js';
import { TYPE_TABLE } from '../src/types/table.js';

/** Value and bytes that mean each other, per type. */
const VALUES: readonly (readonly [type: string, value: unknown, hex: string])[] = [
  ['flag', true, ''],
  ['u8', 0xfe, 'fe'],
  ['u16', 0x1234, '3412'],
  ['u24', 0x123456, '563412'],
  ['u32', 24_000_000, '00366e01'],
  ['u32', 0xffffffff, 'ffffffff'],
  ['u64', 0x235200000n, '0000203502000000'],
  ['u32[]', [1, 0x80000000], '0100000000000080'],
  ['u32[]', [], ''],
  ['u64[]', [0x200000000n, 1n], '00000000020000000100000000000000'],
  ['f32', 9.5, '00001841'],
  ['fourcc', 'PCIe', '65494350'],
  ['string', 'uart', '7561727400'],
  ['string', '', '00'],
  ['string', 'Größe', '4772c3b6c39f6500'],
  ['strings', ['a', 'bc', ''], '610062630000'],
  ['text<4>', 'H11', '48313100'],
  ['text<3>', 'H11', '483131'],
  ['hex', Uint8Array.of(1, 2), '0102'],
  ['function', 'ErrH', '48727245'],
  ['function', { phandle: 31, code: 'ErrH', args: [1, 2] }, '1f000000487272450100000002000000'],
  ['reg<2,2>', [{ address: 0x35200000n, size: 0x4000n }], '00002035000000000040000000000000'],
  ['reg<1,0>', [{ address: 0x100n, size: 0n }], '00010000'],
  [
    'reg<3,2>',
    [{ address: (0x43000000n << 64n) | 0x620000000n, size: 1n }],
    '00000043000000200600000001000000' + '00000000',
  ],
  [
    'ranges<2,2,2>',
    [{ bus: 0n, parent: 0x200000000n, size: 0x100000000n }],
    '000000000000000000000000020000000000000001000000',
  ],
  ['memory-range[]', [{ address: 1n, size: 2n }], '01000000000000000200000000000000'],
  [
    'pmap-io-range[]',
    [{ address: 0x620000000n, size: 0x40000000n, flags: 0x27, name: 'PCIe' }],
    '000000200600000000000040000000002700000065494350',
  ],
  ['tunable[]', [{ offset: 4, size: 8, mask: 0xffn, value: 1n }], '0400000008000000ff000000000000000100000000000000'],
  ['pmgr-ps[]', [{ reg: 1, offset: 0x80000, mask: 0x3f8 }], '0100000000000800f8030000'],
  ['wake-source[]', [{ interrupt: 12, name: 'AOP' }], `0c000000414f50${'00'.repeat(29)}`],
];

/** Bytes that are not of the type. */
const NOT: readonly (readonly [type: string, hex: string])[] = [
  ['flag', '00'],
  ['u32', '000000'],
  ['u64', '00000000'],
  ['u32[]', '0000000000'],
  ['f32', '0000c07f'],
  ['f32', '00000080'],
  ['f32', '0000807f'],
  ['string', '7561'],
  ['string', '75006100'],
  ['string', 'ff00'],
  ['strings', ''],
  ['text<4>', '48003100'],
  ['text<4>', '4800'],
  ['function', '010203'],
  ['reg<2,2>', '00000000'],
  ['reg<2,2>', ''],
  ['pmap-io-range[]', '00'],
  ['wake-source[]', `0c000000${'00'.repeat(31)}01`],
];

/** Values that a type refuses, and why. */
const REFUSED: readonly (readonly [type: string, value: unknown, message: RegExp])[] = [
  ['u32', -1, /whole number|fit/],
  ['u32', 2 ** 32, /32 bits/],
  ['u8', 256, /8 bits/],
  ['u32', 1.5, /whole number/],
  ['u64', 1n << 64n, /64 bits/],
  ['u64', 'x', /whole number/],
  ['string', 'a\0b', /NUL/],
  ['string', 5, /not text/],
  ['strings', [], /list of texts/],
  ['text<2>', 'abc', /field of 2/],
  ['fourcc', 'abc', /four-character/],
  ['flag', 'yes', /not true/],
  ['hex', 'zz', /not bytes/],
  ['reg<1,1>', [{ address: 1n << 32n, size: 0n }], /1 cells/],
  ['reg<1,1>', [{ size: 0n }], /whole number/],
  ['pmgr-ps[]', [{ reg: 1 }], /needs offset/],
];

describe('value types', () => {
  test.each(VALUES)('%s: %o is %s', (id, value, hex) => {
    const type = typeById(id)!;
    expect(type.id).toBe(id);
    expect(type.decode(fromHex(hex))).toEqual(value);
    expect(toHex(type.encode(value as never))).toBe(hex);
  });
  test.each(NOT)('%s refuses the bytes %s', (id, hex) => {
    expect(typeById(id)!.decode(fromHex(hex))).toBeUndefined();
  });
  test.each(REFUSED)('%s refuses the value %o', (id, value, message) => {
    expect(() => typeById(id)!.encode(value as never)).toThrow(message);
  });

  test('unknown ids', () => {
    for (const id of [
      'u33',
      'text<>',
      'text<1,2>',
      'reg<4,4>',
      'reg<1>',
      'ranges<1,1>',
      'text<99999999999>',
      'text<65537>',
      '__proto__',
    ])
      expect(typeById(id), id).toBeUndefined();
    for (const id of typeIds()) if (!id.includes('<')) expect(typeById(id)?.id).toBe(id);
  });

  test('every decoded value encodes to the bytes it came from', () => {
    const ids = [
      ...typeIds().filter(id => !id.includes('<')),
      'text<16>',
      'reg<2,2>',
      'reg<1,1>',
      'reg<3,2>',
      'ranges<3,2,2>',
    ];
    const sizes = [0, 4, 8, 12, 16, 24, 36, 48, 52, 55, 56];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom(...sizes).chain(size => fc.uint8Array({ minLength: size, maxLength: size })),
      fc.string().map(text => new TextEncoder().encode(`${text}\0`)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...ids), bytes, (id, value) => {
        const type = typeById(id)!;
        const decoded = type.decode(value);
        if (decoded !== undefined) expect(toHex(type.encode(decoded as never))).toBe(toHex(value));
      }),
      { numRuns: 3000 },
    );
  });

  test('record sizes are those of the format', () => {
    expect(Object.fromEntries(recordTypes.map(type => [type.id, type.recordSize]))).toEqual({
      'pmap-io-range[]': 24,
      'tunable[]': 24,
      'dapf52[]': 52,
      'dapf56[]': 56,
      'dapf55[]': 55,
      'pmgr-device[]': 48,
      'pmgr-clock[]': 24,
      'pmgr-power-domain[]': 24,
      'pmgr-power-domain20[]': 20,
      'pmgr-event[]': 24,
      'pmgr-ps[]': 12,
      'pmgr-perf[]': 16,
      'pmgr-pwrgate[]': 16,
      'wake-source[]': 36,
      'memory-range[]': 16,
      'gpu-perf-state[]': 8,
      'speaker-config[]': 4,
    });
  });
});

describe('the type table', () => {
  const at = (path: string, name: string, value: Uint8Array, setUp: (root: Node) => void = () => {}) => {
    const tree = createTree();
    setUp(tree.root);
    let node = tree.root;
    for (const segment of path.split('/').filter(Boolean)) node = node.child(segment) ?? node.addNode(segment);
    return decodeProperty(node, node.setBytes(name, value));
  };

  test('the parent says what a name means', () => {
    const value = new Uint8Array(48);
    expect(at('/arm-io/pmgr', 'devices', value).type).toBe('pmgr-device[]');
    expect(at('/arm-io/pmgr/clpc', 'devices', value).type).toBe('u32[]');
    expect(at('/x', 'devices', value)).toMatchObject({ type: 'hex', source: 'guess' });
    expect(at('/chosen/memory-map', 'RAMDisk', new Uint8Array(16)).type).toBe('memory-range[]');
    expect(at('/arm-io/sgx', 'gpu-pwr-kp', fromHex('00001841')).value).toBe(9.5);
    expect(at('/arm-io/x', 'gpu-pwr-kp', fromHex('00001841')).type).toBe('u32');
  });

  test('reg and ranges count in cells', () => {
    const cells = (root: Node): void => {
      root.setU32('#address-cells', 2);
      root.setU32('#size-cells', 2);
    };
    expect(at('/uart', 'reg', new Uint8Array(32), cells).type).toBe('reg<2,2>');
    expect(at('/uart', 'reg', new Uint8Array(12), cells)).toMatchObject({ source: 'guess' });
    expect(at('/uart', 'reg', new Uint8Array(32))).toMatchObject({ source: 'guess' });
    expect(at('/memory', 'reg', new Uint8Array(16), cells).type).toBe('memory-range[]');
  });

  test('a DAPF table of 728 bytes fits two layouts', () => {
    expect(at('/dart', 'dapf-instance-0', new Uint8Array(728))).toMatchObject({
      type: 'dapf52[]',
      alternatives: ['dapf56[]'],
    });
    expect(at('/dart', 'dapf-instance-0', new Uint8Array(56 * 3))).toMatchObject({
      type: 'dapf56[]',
      alternatives: [],
    });
    expect(at('/dart', 'dapf-instance-0', new Uint8Array(55))).toMatchObject({ type: 'dapf55[]' });
    expect(at('/dart', 'dapf-instance-0', new Uint8Array(57)).source).toBe('guess');
  });

  test('guesses for names that it does not have', () => {
    const guess = (hex: string) => at('/x', 'unknown', fromHex(hex)).type;
    expect([guess(''), guess('61626300'), guess('61006200'), guess('01020304')]).toEqual([
      'flag',
      'string',
      'strings',
      'u32',
    ]);
    expect([guess('0102030405060708'), guess('6c6f63616c0000000000'), guess('ff'), guess('610000')]).toEqual([
      'u64',
      'text<10>',
      'hex',
      'hex',
    ]);
    expect(guess('00000000020000000010000000000000')).toBe('u64[]');
  });

  test('no line stands behind one that hides it', () => {
    const seen = new Set<string>();
    for (const { name, node = '*', parent = '*' } of TYPE_TABLE) {
      expect(seen.has(`${name} * *`), `${name} ${node} ${parent}`).toBe(false);
      expect(seen.has(`${name} ${node} ${parent}`), `${name} ${node} ${parent}`).toBe(false);
      seen.add(`${name} ${node} ${parent}`);
    }
  });
});

describe('typed reading and writing', () => {
  const node = DeviceTreeNode.create('n');

  test('TypeScript knows the types of known names', () => {
    expectTypeOf(node.get('compatible')).toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(node.get('AAPL,phandle')).toEqualTypeOf<number | undefined>();
    expectTypeOf(node.get('dram-base')).toEqualTypeOf<bigint | undefined>();
    expectTypeOf(node.get('reg')).toEqualTypeOf<readonly RegEntry[] | undefined>();
    expectTypeOf(node.get('interrupt-parent')).toEqualTypeOf<number | readonly number[] | undefined>();
  });

  test('a known name never gives a value of another type', () => {
    node.setBytes('AAPL,phandle', Uint8Array.of(1));
    node.setBytes('reg', Uint8Array.of(1, 2, 3, 4));
    expect(node.get('AAPL,phandle')).toBeUndefined();
    expect(node.get('reg')).toBeUndefined();
    expect(decodeProperty(node, node.property('reg')!)).toMatchObject({ source: 'guess', value: 0x04030201 });
  });

  test('writing keeps the size of a field', () => {
    node.setBytes('boot-type', new Uint8Array([...new TextEncoder().encode('local'), ...new Uint8Array(7)]));
    node.set('boot-type', 'net');
    expect(node.bytes('boot-type')).toEqual(new Uint8Array([...new TextEncoder().encode('net'), ...new Uint8Array(9)]));
    node.setBytes('platform-name', new Uint8Array(32));
    node.set('platform-name', 't8020');
    expect(node.bytes('platform-name')!.length).toBe(32);
    expect(node.get('platform-name')).toBe('t8020');
  });

  test('writing without a line in the table goes by the value', () => {
    node.set('new-number', 5);
    node.set('new-wide', 5n);
    node.set('new-text', 'x');
    node.set('new-list', [1, 2]);
    expect(['new-number', 'new-wide', 'new-text', 'new-list'].map(name => node.bytes(name)!.length)).toEqual([
      4, 8, 2, 8,
    ]);
    expect(() => node.set('AAPL,phandle', 'x' as never)).toThrow(/AAPL,phandle: "x" is not a whole number/);
  });
});
