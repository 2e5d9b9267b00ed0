import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  A12_COMPATIBLE,
  applyEdits,
  bootEdits,
  createTree,
  type DeviceTree,
  escapeNvramValue,
  experimentEdits,
  memoryMap,
  nvramImage,
  nvramPartitions,
  nvramVariables,
  openTree,
  parseEditList,
  prepareForBoot,
  validateForXnu,
  XNU_RULES,
} from '../src/index.js';
import { a12Trees } from './trees.js';

const seed = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
const machine = {
  dram: { address: 0x40000000n, size: 0x180000000n },
  ramDisk: { address: 0x50000000n, size: 0x1000000n },
  trustCache: { address: 0x47000000n, size: 0x4000n },
  randomSeed: seed,
};
const rules = (tree: DeviceTree, options = {}): string[] =>
  [...new Set(validateForXnu(tree, options).map(({ rule }) => rule))].sort();

/** A small tree that obeys every rule, made without a genuine one. */
function bootable(): DeviceTree {
  const tree = createTree();
  tree.root.set('compatible', ['J000AP', 'AppleARM']);
  tree.root.setU32('#address-cells', 2);
  tree.root.setU32('#size-cells', 2);
  const chosen = tree.root.addNode('chosen');
  const map = chosen.addNode('memory-map');
  for (const n of [0, 1]) map.setBytes(`MemoryMapReserved-${n}`, new Uint8Array(16));
  tree.root
    .addNode('defaults')
    .set('pmap-io-ranges', [{ address: 0x200000000n, size: 0x4000n, flags: 7, name: 'AMCC' }]);
  const cpu = tree.root.addNode('cpus').addNode('cpu0');
  cpu.setString('device_type', 'cpu');
  cpu.setU32('reg', 0);
  const io = tree.root.addNode('arm-io');
  io.setString('device_type', 't8020-io');
  io.set('compatible', ['arm-io,t8020']);
  io.setU32('#address-cells', 2);
  io.setU32('#size-cells', 2);
  io.set('ranges', [{ bus: 0n, parent: 0x200000000n, size: 0x100000000n }]);
  const uart = io.addNode('uart0');
  uart.setFlag('boot-console');
  uart.set('compatible', ['uart-1,samsung']);
  uart.set('reg', [{ address: 0x35200000n, size: 0x4000n }]);
  io.addNode('aic').setString('interrupt-controller', 'master');
  io.addNode('aic-timebase').setString('device_type', 'timer');
  applyEdits(tree, experimentEdits(machine));
  return tree;
}

describe('edits of the original experiment', () => {
  const trees = a12Trees();
  test.skipIf(trees.length === 0).each(trees.map(({ name, bytes }) => [name, bytes] as const))(
    '%s obeys every rule afterwards, and comes back',
    (_name, bytes) => {
      const tree = openTree(bytes);
      expect(validateForXnu(tree).length).toBeGreaterThan(100);
      const list = parseEditList(JSON.parse(JSON.stringify(experimentEdits(machine))));
      const report = applyEdits(tree, list);
      expect(report.complete).toBe(true);
      expect(validateForXnu(openTree(tree.serialize()))).toEqual([]);
      expect(validateForXnu(tree, { hardware: A12_COMPATIBLE })).toEqual([]);

      // The rows of the table, one by one.
      const chosen = tree.node('/chosen');
      expect(memoryMap(tree)).toEqual(
        new Map([
          ['RAMDisk', machine.ramDisk],
          ['TrustCache', machine.trustCache],
        ]),
      );
      expect(chosen.bytes('random-seed')).toEqual(seed);
      expect([chosen.get('dram-base'), chosen.get('dram-size')]).toEqual([0x40000000n, 0x180000000n]);
      expect([chosen.get('debug-enabled'), chosen.get('security-domain'), chosen.get('chip-epoch')]).toEqual([1, 0, 0]);
      expect([chosen.get('nvram-total-size'), chosen.bytes('nvram-proxy-data')!.length]).toEqual([0x2000, 0x2000]);
      expect([tree.node('/chosen/asmb').get('lp-sip0'), tree.node('/chosen/asmb').get('lp-sip1')]).toEqual([8n, 1]);
      expect(tree.node('/chosen/lock-regs/amcc').get('aperture-phys-addr')).toEqual([0x200000000n]);
      expect(tree.node('/chosen/lock-regs/amcc/amcc-ctrr-a').u32('page-size-shift')).toBe(14);
      const cpu = tree.node('/cpus/cpu0');
      expect([cpu.string('state'), cpu.u64('timebase-frequency')]).toEqual(['running', 24_000_000n]);
      expect(
        cpu.properties
          .map(({ name }) => name)
          .filter(name => name.startsWith('function-'))
          .sort(),
      ).toEqual(['function-ipi_dispatch', 'function-ipi_dispatch_other']);
      expect(tree.node('/cpus/cpu1').properties.some(({ name }) => name === 'function-cpu_idle')).toBe(true);
      expect(tree.root.property('secure-root-prefix')).toBeUndefined();
      expect(tree.find('/arm-io/wdt')).toBeUndefined();
      expect(tree.node('/arm-io/~dt').string('device_type')).toBe('~dt');
      expect(tree.node('/arm-io/~dt').string('compatible')).toMatch(/^~+$/);
      expect(tree.node('/arm-io/uart0').strings('compatible')).toEqual(['uart-1,samsung']);
      expect(tree.node('/cpus/cpu4').strings('compatible')).toContain('apple,vortex');
      expect(tree.root.strings('compatible')).toContain('AppleARM');
      for (const node of tree.nodes())
        expect(
          node.properties.some(({ placeholder }) => placeholder),
          node.path,
        ).toBe(false);

      applyEdits(tree, report.inverse);
      expect(Buffer.compare(tree.serialize(), bytes)).toBe(0);
    },
  );

  test('every edit has a reason', () => {
    for (const edit of experimentEdits(machine).edits) expect(edit.reason, edit.op).toMatch(/\w{4,}/);
    for (const edit of bootEdits({ ...machine, bootArgs: '-v', chosen: { 'chip-id': 1 } }).edits)
      expect(edit.reason, edit.op).toMatch(/\w{4,}/);
  });

  test('a seed that XNU would refuse is refused', () => {
    expect(() => experimentEdits({ ...machine, randomSeed: new Uint8Array(64) })).toThrow(/not all zero/);
    expect(() => bootEdits({ randomSeed: seed.subarray(0, 63) })).toThrow(/64 bytes/);
    expect(experimentEdits({ dram: machine.dram }).edits).not.toEqual(experimentEdits({ dram: machine.dram }).edits);
  });
});

describe('validation', () => {
  test('a tree made for it has nothing wrong', () => {
    expect(validateForXnu(bootable())).toEqual([]);
  });

  /** One way to break each rule. */
  const BREAK: Readonly<Record<string, (tree: DeviceTree) => unknown>> = {
    placeholder: tree => (tree.root.setString('x', 'syscfg/Abcd').placeholder = true),
    'empty-node': tree => tree.root.addNode('x').removeProperty('name'),
    'node-name': tree => tree.root.setString('name', 'tree'),
    'property-name': tree => tree.root.setU32('~'.repeat(32), 1),
    'random-seed': tree => tree.node('/chosen').setBytes('random-seed', new Uint8Array(64)),
    dram: tree => tree.node('/chosen').setU32('dram-base', 1),
    'memory-map': tree => tree.node('/chosen/memory-map').setU64('RAMDisk', 1),
    'memory-map-places': tree => tree.node('/chosen/memory-map').setU64('RAMDisk', 0x47000000n, 0x8000n),
    defaults: tree =>
      tree.node('/defaults').set('pmap-io-ranges', [{ address: 0x50000000n, size: 0x4000n, flags: 0, name: 'PCIe' }]),
    'arm-io': tree => tree.node('/arm-io').removeProperty('device_type'),
    'interrupt-controller': tree => tree.node('/arm-io/aic').remove(),
    watchdog: tree => tree.root.addNode('wdt'),
    'secure-root': tree => tree.root.setString('secure-root-prefix', 'md'),
    console: tree => tree.node('/arm-io/uart0').set('compatible', ['uart-9']),
    compatible: tree => tree.node('/arm-io/aic').set('compatible', ['sep,1']),
    'pll-bypass': tree => tree.node('/arm-io').setU32('pll-fcal-bypass-code', 1),
    'cpu-nodes': tree => tree.node('/cpus/cpu0').setString('state', 'waiting'),
    timebase: tree => tree.node('/cpus/cpu0').setU64('timebase-frequency', 1_000_000),
    'cpu-functions': tree => tree.node('/cpus/cpu0').set('function-cpu_idle', 'cpuI'),
    asmb: tree => tree.node('/chosen/asmb').setU32('lp-sip0', 8),
    amcc: tree => tree.node('/chosen/lock-regs/amcc').removeProperty('plane-count'),
    nvram: tree => tree.node('/chosen').setBytes('nvram-proxy-data', new Uint8Array(0x2000)),
    security: tree => tree.node('/chosen').removeProperty('chip-epoch'),
    'debug-enabled': tree => tree.node('/chosen').setU32('debug-enabled', 0),
  };
  test('every rule is broken by something', () => {
    expect(Object.keys(BREAK).sort()).toEqual(XNU_RULES.map(({ id }) => id).sort());
  });
  test.each(Object.entries(BREAK))('%s', (rule, breakIt) => {
    const tree = bootable();
    breakIt(tree);
    expect(rules(tree)).toContain(rule);
    const problem = validateForXnu(tree).find(found => found.rule === rule)!;
    expect(problem.path).toMatch(/^\//);
    expect(problem.reason.length).toBeGreaterThan(10);
  });

  test('rules that depend on others', () => {
    const tree = bootable();
    tree.node('/chosen/lock-regs').remove();
    expect(rules(tree)).toEqual(['amcc']);
    tree.node('/chosen/asmb').setU32('lp-sip2', 1);
    expect(rules(tree)).toEqual([]);
    tree.node('/chosen/asmb').remove();
    expect(rules(tree)).toEqual(['amcc', 'asmb']);
    expect(rules(createTree()).length).toBeGreaterThan(10);
  });

  test('the worst comes first', () => {
    const tree = bootable();
    tree.node('/chosen').setU32('debug-enabled', 0);
    tree.root.addNode('wdt');
    tree.node('/chosen/asmb').remove();
    expect(validateForXnu(tree).map(({ severity }) => severity)).toEqual(['panic', 'hang', 'warning']);
  });
});

describe('preparation as the boot loader does it', () => {
  test('fills in what it is given, and reports and undoes it', () => {
    const tree = bootable();
    tree.root.setString('serial-number', 'syscfg/SrNm/0x20,zeroes/0x20').placeholder = true;
    tree.root.setString('mac', 'macaddr/wifiaddr').placeholder = true;
    tree.root.setString('gone', 'syscfg/Gone').placeholder = true;
    tree.node('/chosen').setBytes('firmware-version', new Uint8Array(256));
    const before = tree.serialize();
    const report = prepareForBoot(tree, {
      dram: { address: 0x800000000n, size: 0x100000000n },
      memoryMap: { DeviceTree: { address: 0x801000000n, size: 0x40000n } },
      bootArgs: '-v serial=3',
      randomSeed: seed,
      chosen: { 'chip-id': 0x8020, 'firmware-version': 'iBoot-1', 'unique-chip-id': 5n },
      root: { 'platform-name': 't8020' },
      nvram: nvramImage(),
      clocks: { timebase: 24_000_000, bus: 1 },
      pram: { address: 0x8ff000000n, size: 0x200000n },
      syscfg: { SrNm: 'C02XYZ' },
      macaddr: { wifiaddr: Uint8Array.of(1, 2, 3, 4, 5, 6) },
    });
    expect(report.complete).toBe(true);
    const chosen = tree.node('/chosen');
    expect(tree.root.get('serial-number')).toBe('C02XYZ');
    expect(tree.root.bytes('mac')).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(tree.root.property('gone')).toBeUndefined();
    expect(tree.root.get('platform-name')).toBe('t8020');
    expect([chosen.get('boot-args'), chosen.get('firmware-version'), chosen.bytes('firmware-version')!.length]).toEqual(
      ['-v serial=3', 'iBoot-1', 256],
    );
    expect([chosen.get('chip-id'), chosen.get('unique-chip-id'), chosen.get('dram-base')]).toEqual([
      0x8020,
      5n,
      0x800000000n,
    ]);
    expect(memoryMap(tree).get('DeviceTree')).toEqual({ address: 0x801000000n, size: 0x40000n });
    expect(tree.node('/pram').get('reg')).toEqual([{ address: 0x8ff000000n, size: 0x200000n }]);
    expect(tree.node('/cpus/cpu0').u64('bus-frequency')).toBe(1n);
    applyEdits(tree, report.inverse);
    expect(Buffer.compare(tree.serialize(), before)).toBe(0);
  });
});

describe('NVRAM images', () => {
  test('partitions, checksums and variables', () => {
    const image = nvramImage({ variables: { 'auto-boot': 'true', blob: Uint8Array.of(0, 0, 1, 0xff) } });
    const partitions = nvramPartitions(image);
    expect(partitions.map(({ name, offset, size, checksumOk }) => [name, offset, size, checksumOk])).toEqual([
      ['nvram', 0, 0x20, true],
      ['common', 0x20, 0x800, true],
      ['wwwwwwwwwwww', 0x820, 0x17e0, true],
    ]);
    // The header that a device of the time has for the same partition.
    expect([...image.subarray(0x20, 0x2a)]).toEqual([0x70, 0x7c, 0x80, 0x00, ...Buffer.from('common')]);
    // zlib ends its streams with the same checksum, most significant byte first.
    const adler = Buffer.from(image).readUInt32LE(0x10);
    expect(deflateSync(image.subarray(0x14)).readUInt32BE(deflateSync(image.subarray(0x14)).length - 4)).toBe(adler);
    const variables = nvramVariables(image, partitions[1]!);
    expect(variables.get('auto-boot')).toBe('true');
    expect(variables.get('blob')).toBe('\xff\x02\x01\xff\x81');
    expect(variables.get('nonce-seeds')).toBe('\xff\x60');
  });
  test('runs are cut at 127', () => {
    expect([...escapeNvramValue(new Uint8Array(130))]).toEqual([0xff, 0x7f, 0xff, 3]);
  });
  test('what does not fit is refused; bad images are cut short', () => {
    expect(() => nvramImage({ variables: { x: 'y'.repeat(0x3000) } })).toThrow(/do not fit/);
    expect(() => nvramImage({ size: 17 })).toThrow(/17 bytes/);
    expect(nvramPartitions(new Uint8Array(64))).toEqual([]);
    expect(nvramPartitions(Uint8Array.of(0x70, 0, 0xff, 0xff, ...new Uint8Array(12)))).toEqual([]);
  });
});
