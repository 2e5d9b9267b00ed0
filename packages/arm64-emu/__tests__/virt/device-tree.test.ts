import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BinaryCode, BinaryError, type BinaryErrorInit } from '@internal/binary';
import {
  type Fdt,
  type FdtNode,
  fdtCells,
  fdtNode,
  fdtProperty,
  fdtStrings,
  parseFdt,
  writeFdt,
} from '@internal/binary/fdt';
import { describe, expect, test } from 'vitest';
import { type VirtTreeOptions, virtDeviceTree } from '../../src/virt/device-tree.js';

class TestError extends BinaryError<BinaryCode> {
  constructor(code: BinaryCode, reason: string, init: BinaryErrorInit) {
    super('TestError', code, reason, init);
  }
}
const fail = (code: BinaryCode, reason: string, init: BinaryErrorInit): TestError => new TestError(code, reason, init);

const base: VirtTreeOptions = {
  gic: 3,
  smp: 1,
  memory: 512 * 2 ** 20,
  cpuCompatible: 'arm,cortex-a72',
  pmu: true,
  psci: 'hvc',
  pcie: 'high',
  rngSeed: new Uint8Array(32),
  kaslrSeed: new Uint8Array(8),
};

/** The tree that QEMU generates. */
function qemuTree(machine: string, args: string[]): Fdt {
  const folder = mkdtempSync(join(tmpdir(), 'virt-dtb-'));
  try {
    const file = join(folder, 'virt.dtb');
    execFileSync('qemu-system-aarch64', ['-M', `virt,dumpdtb=${file},${machine}`, ...args], { stdio: 'ignore' });
    return parseFdt(new Uint8Array(readFileSync(file)), fail);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const hasQemu = (() => {
  try {
    return execFileSync('qemu-system-aarch64', ['--version']).toString().includes('version 7.2');
  } catch {
    return false;
  }
})();

/** Every property as path, name and hex, in order; seeds only by size. */
function flat(node: FdtNode, path = ''): string[] {
  const here = `${path}/${node.name}`;
  return [
    here,
    ...node.properties.map(({ name, value }) =>
      name.endsWith('-seed')
        ? `${here} ${name} ${value.length}`
        : `${here} ${name} ${Buffer.from(value).toString('hex')}`,
    ),
    ...node.children.flatMap(child => flat(child, here)),
  ];
}
/** QEMU's GICv2 comes with a v2m frame that cannot be turned off; it takes a phandle. */
function withoutV2m(lines: string[]): string[] {
  return lines.filter(line => !line.includes('/v2m@') && !line.includes(' msi-map '));
}

describe('virt device tree', () => {
  const cases: [string, string, string[], Partial<VirtTreeOptions>][] = [
    ['GICv3, one CPU', 'gic-version=3', ['-cpu', 'cortex-a72', '-m', '512'], {}],
    ['GICv3, four CPUs', 'gic-version=3', ['-cpu', 'cortex-a72', '-smp', '4', '-m', '512'], { smp: 4 }],
    ['GICv3, 20 CPUs in two clusters', 'gic-version=3', ['-cpu', 'cortex-a72', '-smp', '20', '-m', '512'], { smp: 20 }],
    [
      'more than 4 GiB, -cpu max',
      'gic-version=3',
      ['-cpu', 'max', '-m', '5G'],
      { memory: 5 * 2 ** 30, cpuCompatible: 'arm,cortex-a57' },
    ],
    ['low configuration space', 'gic-version=3,highmem=off', ['-cpu', 'cortex-a72', '-m', '512'], { pcie: 'low' }],
    ['no PMU', 'gic-version=3', ['-cpu', 'cortex-a72,pmu=off', '-m', '512'], { pmu: false }],
    [
      'EL2, two CPUs',
      'gic-version=3,virtualization=on',
      ['-cpu', 'cortex-a72', '-smp', '2', '-m', '512'],
      { smp: 2, psci: 'smc', maintenance: true },
    ],
  ];
  test.skipIf(!hasQemu).each(cases)('equals QEMU: %s', (_name, machine, args, options) => {
    const theirs = qemuTree(`its=off,${machine}`, args);
    expect(flat(virtDeviceTree({ ...base, ...options }).root)).toEqual(flat(theirs.root));
  });

  test.skipIf(!hasQemu).each([
    ['', {}],
    [',virtualization=on', { psci: 'smc', maintenance: true }],
  ] as const)('GICv2%s equals QEMU but for the v2m frame', (more, options) => {
    const theirs = qemuTree(`gic-version=2${more}`, ['-cpu', 'cortex-a72', '-smp', '3', '-m', '512']);
    // Without the frame's phandle the GPIO controller's is one lower.
    const [gpio, ours] = ['00008006', '00008005'];
    const expected = withoutV2m(flat(theirs.root)).map(line =>
      line.includes('pl061') || line.includes(' gpios ') ? line.replace(gpio, ours) : line,
    );
    expect(flat(virtDeviceTree({ ...base, gic: 2, smp: 3, ...options }).root)).toEqual(expected);
  });

  test('chosen carries what the loader knows', () => {
    const tree = virtDeviceTree({
      ...base,
      pcie: undefined,
      bootargs: 'console=ttyAMA0',
      initrd: { start: 0x48000000, end: 0x4a649983 },
      stdoutPath: '/x',
      rngSeed: undefined,
      kaslrSeed: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    });
    const back = parseFdt(writeFdt(tree, fail, 0x100000), fail);
    const chosen = fdtNode(back.root, '/chosen')!;
    expect(chosen.properties.map(p => p.name)).toEqual([
      'linux,initrd-end',
      'linux,initrd-start',
      'bootargs',
      'stdout-path',
      'kaslr-seed',
    ]);
    expect(fdtProperty(chosen, 'linux,initrd-end')).toEqual(fdtCells(0x4a649983));
    expect(fdtProperty(chosen, 'bootargs')).toEqual(fdtStrings('console=ttyAMA0'));
    expect(fdtProperty(chosen, 'stdout-path')).toEqual(fdtStrings('/x'));
    expect(fdtNode(back.root, '/pcie@10000000')).toBeUndefined();
  });

  test('phandles point where they should', () => {
    const { root } = virtDeviceTree({ ...base, smp: 2 });
    const gic = fdtProperty(fdtNode(root, '/intc@8000000')!, 'phandle');
    expect(fdtProperty(root, 'interrupt-parent')).toEqual(gic);
    const core = fdtNode(root, '/cpus/cpu-map/socket0/cluster0/core1')!;
    expect(fdtProperty(core, 'cpu')).toEqual(fdtProperty(fdtNode(root, '/cpus/cpu@1')!, 'phandle'));
  });
});
