import { describe, expect, test } from 'vitest';
import {
  addressMap,
  createTree,
  type DeviceTree,
  findByCompatible,
  findByName,
  findByPhandle,
  findNodes,
  findProperties,
  freeSlots,
  incompatible,
  isDeviceTreeError,
  memoryMap,
  openTree,
  overwritten,
  ownersOf,
  parsePlaceholder,
  physicalRanges,
  resolvePlaceholders,
  setMemoryMap,
  toBusAddress,
  translateAddress,
} from '../src/index.js';
import { escapeSegment, matchesName, parsePropertyPath, unescapeSegment } from '../src/path.js';

function sample(): DeviceTree {
  const tree = createTree();
  const cells = (node: { setU32(name: string, value: number): unknown }): void => {
    node.setU32('#address-cells', 2);
    node.setU32('#size-cells', 2);
  };
  cells(tree.root);
  const io = tree.root.addNode('arm-io');
  cells(io);
  io.set('ranges', [
    { bus: 0n, parent: 0x200000000n, size: 0x100000000n },
    { bus: 0x600000000n, parent: 0x600000000n, size: 0x200000000n },
  ]);
  const uart = io.addNode('uart0');
  uart.set('reg', [{ address: 0x35200000n, size: 0x4000n }]);
  uart.setString('compatible', 'uart-1,samsung');
  uart.setU32('AAPL,phandle', 7);
  const bus = io.addNode('bus');
  cells(bus);
  bus.set('ranges', [{ bus: 0n, parent: 0x40000000n, size: 0x1000n }]);
  bus.addNode('inner').set('reg', [
    { address: 0x10n, size: 0x10n },
    { address: 0x2000n, size: 1n },
  ]);
  const i2c = io.addNode('i2c0');
  i2c.setU32('#address-cells', 1);
  i2c.setU32('#size-cells', 0);
  i2c.addNode('codec').set('reg', [{ address: 0x4an, size: 0n }]);
  io.addNode('nco').setU32('n', 0);
  io.addNode('nco').setU32('n', 1);
  const wide = io.addNode('wide');
  wide.set('reg', [{ address: 0x35000000n, size: 0x1000000n }]);
  return tree;
}

describe('paths and patterns', () => {
  const paths = (pattern: string): string[] => findNodes(sample(), pattern).map(node => node.path);
  test('plain paths, ranks, wildcards', () => {
    expect(paths('/')).toEqual(['/']);
    expect(paths('/arm-io/uart0')).toEqual(['/arm-io/uart0']);
    expect(paths('/arm-io/u?rt*')).toEqual(['/arm-io/uart0']);
    expect(paths('/arm-io/nco')).toEqual(['/arm-io/nco[0]', '/arm-io/nco[1]']);
    expect(paths('/arm-io/nco[1]')).toEqual(['/arm-io/nco[1]']);
    expect(paths('/arm-io/nco[2]')).toEqual([]);
    expect(paths('**/inner')).toEqual(['/arm-io/bus/inner']);
    expect(paths('/arm-io/**')).toHaveLength(9);
    expect(paths('**')).toHaveLength(10);
    expect(paths('/**/**/codec')).toEqual(['/arm-io/i2c0/codec']);
  });
  test('names with special characters', () => {
    const tree = createTree();
    const odd = 'a/b[0]*?.%é';
    tree.root.addNode(odd).setU32('x', 1);
    const [node] = tree.root.children;
    expect(tree.find(node!.path)).toBe(node);
    expect(findNodes(tree, node!.path)).toEqual([node]);
    expect(findProperties(tree, `${node!.path}.x`)).toHaveLength(1);
    expect(unescapeSegment(escapeSegment(odd))).toBe(odd);
    expect(matchesName('%2a*', '*x')).toBe(true);
    expect(matchesName('%2a*', 'yx')).toBe(false);
  });
  test('matching takes no exponential time', () => {
    const start = performance.now();
    expect(matchesName(`${'*a'.repeat(200)}*b`, 'a'.repeat(4000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
  test('properties', () => {
    expect(parsePropertyPath('/.name')).toEqual({ node: '/', property: 'name' });
    expect(parsePropertyPath('/a/b.c.d')).toEqual({ node: '/a/b', property: 'c.d' });
    expect(() => parsePropertyPath('/a/b')).toThrow(/property path/);
    expect(findProperties(sample(), '/arm-io/nco.n').map(({ property }) => property.value[0])).toEqual([0, 1]);
    expect(findProperties(sample(), '**.compat*').map(({ node }) => node.name)).toEqual(['uart0']);
  });
  test('by phandle, compatible, name', () => {
    const tree = sample();
    expect(findByPhandle(tree, 7)?.name).toBe('uart0');
    expect(findByPhandle(tree, 8)).toBeUndefined();
    expect(findByCompatible(tree, 'uart-*').map(node => node.name)).toEqual(['uart0']);
    expect(findByName(tree, 'nco')).toHaveLength(2);
    expect(() => tree.node('/nowhere')).toThrow(/\/nowhere: no such node/);
    expect(tree.root.children[0]!.find('bus/inner')?.path).toBe('/arm-io/bus/inner');
  });
});

describe('addresses', () => {
  test('translation through ranges, and back', () => {
    const tree = sample();
    const uart = tree.node('/arm-io/uart0');
    expect(translateAddress(uart, 0x35200000n)).toBe(0x235200000n);
    expect(toBusAddress(uart, 0x235200000n)).toBe(0x35200000n);
    expect(translateAddress(uart, 0x610000000n)).toBe(0x610000000n);
    expect(translateAddress(uart, 0x500000000n)).toBeUndefined();
    expect(toBusAddress(uart, 0x500000000n)).toBeUndefined();
    const inner = tree.node('/arm-io/bus/inner');
    expect(translateAddress(inner, 0x10n)).toBe(0x240000010n);
    expect(toBusAddress(inner, 0x240000010n)).toBe(0x10n);
    expect(physicalRanges(inner).map(({ address, index }) => [address, index])).toEqual([[0x240000010n, 0]]);
    expect(physicalRanges(tree.node('/arm-io/i2c0/codec'))).toEqual([]);
    expect(translateAddress(tree.node('/arm-io'), 5n)).toBe(5n);
  });
  test('an empty ranges changes nothing', () => {
    const tree = sample();
    tree.node('/arm-io/bus').setFlag('ranges');
    expect(translateAddress(tree.node('/arm-io/bus/inner'), 0x10n)).toBe(0x200000010n);
  });
  test('who owns an address: the smallest range first', () => {
    const tree = sample();
    expect(ownersOf(tree, 0x235200020n).map(({ node }) => node.name)).toEqual(['uart0', 'wide']);
    expect(ownersOf(tree, 0x235204000n).map(({ node }) => node.name)).toEqual(['wide']);
    expect(ownersOf(tree, 0n)).toEqual([]);
    expect(addressMap(tree).map(({ node }) => node.name)).toEqual(['wide', 'uart0', 'inner']);
  });
});

describe('placeholders', () => {
  test('alternatives', () => {
    expect(parsePlaceholder('syscfg/SrNm/0x20,zeroes/32')).toEqual([
      { kind: 'syscfg', key: 'SrNm', length: 32 },
      { kind: 'zeroes', length: 32 },
    ]);
    expect(parsePlaceholder('macaddr/wifiaddr,hex/0aff')).toEqual([
      { kind: 'macaddr', variable: 'wifiaddr' },
      { kind: 'hex', bytes: Uint8Array.of(10, 255) },
    ]);
    for (const text of [
      '',
      'syscfg/toolong',
      'syscfg/Abcd/zz',
      'hex/0',
      'zeroes/-1',
      'zeroes/0xffffffff',
      'zeroes/0x2001',
      'other/x',
      'hex/00/00',
    ])
      expect(parsePlaceholder(text), text).toEqual([{ kind: 'unknown', text }]);
  });

  const withPlaceholders = (): DeviceTree => {
    const tree = createTree();
    for (const [name, text] of Object.entries({
      serial: 'syscfg/SrNm/0x8,zeroes/0x8',
      mac: 'macaddr/wifiaddr,syscfg/WMac/6',
      short: 'syscfg/Abcd',
      fixed: 'syscfg/None,hex/0200',
    }))
      tree.root.setString(name, text).placeholder = true;
    return openTree(tree.serialize());
  };

  test('the first alternative that can be had wins', () => {
    const tree = withPlaceholders();
    const report = resolvePlaceholders(tree, {
      syscfg: key => ({ SrNm: 'C02', WMac: Uint8Array.of(1, 2, 3, 4, 5, 6, 7) })[key],
    });
    expect(report.map(({ path, outcome }) => [path, outcome])).toEqual([
      ['/.serial', 'resolved'],
      ['/.mac', 'resolved'],
      ['/.short', 'dropped'],
      ['/.fixed', 'resolved'],
    ]);
    expect(tree.root.bytes('serial')).toEqual(Uint8Array.of(0x43, 0x30, 0x32, 0, 0, 0, 0, 0));
    expect(tree.root.bytes('mac')).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(tree.root.bytes('fixed')).toEqual(Uint8Array.of(2, 0));
    expect(tree.root.property('short')).toBeUndefined();
    expect([...tree.root.properties].some(property => property.placeholder)).toBe(false);
  });

  test('what becomes of the rest is a choice', () => {
    const outcome = (unresolved: 'drop' | 'empty' | 'text' | 'keep') => {
      const tree = withPlaceholders();
      resolvePlaceholders(tree, {}, unresolved);
      const property = tree.root.property('short');
      return property && [property.length, property.placeholder];
    };
    expect([outcome('drop'), outcome('empty'), outcome('text'), outcome('keep')]).toEqual([
      undefined,
      [0, false],
      [12, false],
      [12, true],
    ]);
    const tree = withPlaceholders();
    let thrown: unknown;
    try {
      resolvePlaceholders(tree, {}, 'error');
    } catch (error) {
      thrown = error;
    }
    expect(isDeviceTreeError(thrown, 'exhausted') && [thrown.path, typeof thrown.offset]).toEqual(['/.mac', 'number']);
    expect(() => resolvePlaceholders(withPlaceholders(), { macaddr: () => new Uint8Array(5) })).toThrow(/5 bytes/);
  });
});

describe('memory map and compatible', () => {
  const withSlots = (): DeviceTree => {
    const tree = createTree();
    const map = tree.root.addNode('chosen').addNode('memory-map');
    for (const n of [14, 5, 0]) map.setBytes(`MemoryMapReserved-${n}`, new Uint8Array(16));
    return tree;
  };
  test('slots are renamed in place, the lowest first', () => {
    const tree = withSlots();
    const map = tree.node('/chosen/memory-map');
    expect(freeSlots(map)).toEqual(['MemoryMapReserved-0', 'MemoryMapReserved-5', 'MemoryMapReserved-14']);
    expect(setMemoryMap(tree, 'RAMDisk', { address: 0x50000000n, size: 0x4000n })).toEqual({
      name: 'RAMDisk',
      slot: 'MemoryMapReserved-0',
    });
    expect(map.properties.map(({ name }) => name)).toEqual([
      'name',
      'MemoryMapReserved-14',
      'MemoryMapReserved-5',
      'RAMDisk',
    ]);
    expect(setMemoryMap(tree, 'RAMDisk', { address: 1n, size: 2n }).slot).toBeUndefined();
    expect(memoryMap(tree)).toEqual(new Map([['RAMDisk', { address: 1n, size: 2n }]]));
    setMemoryMap(tree, 'A', { address: 1n, size: 1n });
    setMemoryMap(tree, 'B', { address: 1n, size: 1n });
    expect(() => setMemoryMap(tree, 'C', { address: 1n, size: 1n }, 'error')).toThrow(/no free slot/);
    expect(setMemoryMap(tree, 'C', { address: 1n, size: 1n })).toEqual({ name: 'C', slot: undefined });
  });
  test('compatible that is not on the list is overwritten in its size', () => {
    const tree = sample();
    tree.node('/arm-io/wide').setString('compatible', 'a', 'bc');
    const found = incompatible(tree.nodes(), ['uart-*']);
    expect(found.map(node => node.name)).toEqual(['wide']);
    expect(overwritten(found[0]!.bytes('compatible')!)).toEqual(Uint8Array.of(0x7e, 0, 0x7e, 0x7e, 0));
  });
});
