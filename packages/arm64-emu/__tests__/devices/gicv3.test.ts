import { beforeEach, describe, expect, test } from 'vitest';
import type { AccessSize } from '../../src/devices/device.js';
import { Gicv3 } from '../../src/devices/gicv3.js';
import type { Gicv3CpuInterface } from '../../src/devices/gicv3-cpu.js';
import { iccRegisters } from '../../src/devices/gicv3-registers.js';
import { hostile, TestLine } from './lines.js';

const CPUS = 3;
let gic: Gicv3;
let irq: TestLine[];
let fiq: TestLine[];

const read = (name: string, cpu = 0): number => icc(name).read!(gic.cpus[cpu] as Gicv3CpuInterface);
const write = (name: string, value: number | bigint, cpu = 0): void => icc(name).write!(gic.cpus[cpu]!, BigInt(value));
const icc = (name: string) => iccRegisters.find(r => r.name === `ICC_${name}_EL1`)!;
const gicd = (offset: number, value?: number): number => {
  if (value !== undefined) gic.distributor.write(offset, 4, value);
  return gic.distributor.read(offset, 4) >>> 0;
};
const gicr = (offset: number, value?: number, cpu = 0): number => {
  if (value !== undefined) gic.redistributors.write(cpu * 0x20000 + offset, 4, value);
  return gic.redistributors.read(cpu * 0x20000 + offset, 4) >>> 0;
};

/** As an operating system sets it up: both groups on, all priorities let through. */
function enableCpu(cpu = 0): void {
  write('PMR', 0xff, cpu);
  write('IGRPEN0', 1, cpu);
  write('IGRPEN1', 1, cpu);
}
/** Enables an interrupt with a priority, in group 1 unless told otherwise. */
function enable(id: number, priority: number, group = 1, cpu = 0): void {
  const bit = (1 << (id & 31)) >>> 0;
  const bank = (id >> 5) * 4;
  if (id < 32) {
    const groups = gicr(0x10080, undefined, cpu);
    gicr(0x10080, group ? groups | bit : groups & ~bit, cpu);
    gic.redistributors.write(cpu * 0x20000 + 0x10400 + id, 1, priority);
    gicr(0x10100, bit, cpu);
  } else {
    const groups = gicd(0x80 + bank);
    gicd(0x80 + bank, group ? groups | bit : groups & ~bit);
    gic.distributor.write(0x400 + id, 1, priority);
    gicd(0x100 + bank, bit);
  }
}

beforeEach(() => {
  irq = Array.from({ length: CPUS }, () => new TestLine());
  fiq = Array.from({ length: CPUS }, () => new TestLine());
  const cpus = irq.map((line, i) => ({ affinity: i === 2 ? 0x100 : i, irq: line, fiq: fiq[i]! }));
  gic = new Gicv3({ cpus, lines: 288, redistributorSize: 0xf60000 });
  gicd(0, 3);
  for (let i = 0; i < CPUS; i++) enableCpu(i);
});

describe('identification and reset values', () => {
  // Facts: what QEMU 7.2's virt answers, without its LPIs.
  test.each([
    [0x0004, 0x03780007],
    [0x0008, 0x43b],
    [0xffd0, 0x44],
    [0xffe0, 0x92],
    [0xffe4, 0xb4],
    [0xffe8, 0x3b],
    [0xfffc, 0xb1],
  ])('GICD + 0x%s', (offset, value) => expect(gicd(offset)).toBe(value));

  test('GICD_CTLR has one security state and affinity routing', () => {
    gic.reset();
    expect(gicd(0)).toBe(0x50);
    expect(gicd(0, 0xffffffff)).toBe(0x53);
  });

  test.each([
    [0, 0x01000000, 0],
    [1, 0x01000100, 1],
    [2, 0x01000210, 0x100],
  ])('GICR_TYPER of CPU %i', (cpu, low, high) => {
    expect(gicr(8, undefined, cpu)).toBe(low);
    expect(gicr(12, undefined, cpu)).toBe(high);
    expect(gicr(0x10c00, undefined, cpu)).toBe(0xaaaaaaaa);
    expect(gicr(0xffe8, undefined, cpu)).toBe(0x3b);
  });

  test('GICR_WAKER shows the children asleep with the processor', () => {
    expect(gicr(0x14)).toBe(6);
    expect(gicr(0x14, 0)).toBe(0);
    expect(gicr(0x14, 0xffffffff)).toBe(6);
  });

  test('registers of SGIs and PPIs in the distributor stay zero', () => {
    for (const offset of [0x80, 0x100, 0x200, 0x300, 0x400, 0xc00, 0x6000]) expect(gicd(offset, 0xffffffff)).toBe(0);
  });

  test('ICC registers', () => {
    gic.reset();
    expect(read('SRE')).toBe(7);
    expect(read('CTLR')).toBe(0x8c00);
    expect(read('BPR0')).toBe(2);
    expect(read('BPR1')).toBe(3);
    expect(read('RPR')).toBe(0xff);
    expect(read('IAR1')).toBe(1023);
    expect(read('HPPIR0')).toBe(1023);
    write('PMR', 0xff);
    expect(read('PMR')).toBe(0xf8);
    write('BPR0', 0);
    write('BPR1', 0);
    expect([read('BPR0'), read('BPR1')]).toEqual([2, 3]);
    write('CTLR', 0xffff);
    expect(read('CTLR')).toBe(0x8c03);
    write('BPR0', 5);
    expect(read('BPR1')).toBe(6);
  });

  test('encodings are unique', () => {
    expect(new Set(iccRegisters.map(r => r.encoding.join())).size).toBe(iccRegisters.length);
  });
});

describe('delivery', () => {
  test('a level-triggered SPI: acknowledge, end, again while the line is high', () => {
    enable(33, 0xa0);
    gic.spi(1).set(true);
    expect([irq[0]!.level, fiq[0]!.level, irq[1]!.level]).toEqual([true, false, false]);
    expect(gicd(0x204)).toBe(2);
    expect(read('HPPIR1')).toBe(33);
    expect(read('IAR1')).toBe(33);
    expect(irq[0]!.level).toBe(false);
    expect(gicd(0x304)).toBe(2);
    expect(read('RPR')).toBe(0xa0);
    write('EOIR1', 33);
    expect(irq[0]!.level).toBe(true);
    expect(read('IAR1')).toBe(33);
    gic.spi(1).set(false);
    write('EOIR1', 33);
    expect([irq[0]!.level, gicd(0x204), gicd(0x304), read('RPR')]).toEqual([false, 0, 0, 0xff]);
  });

  test('an edge-triggered SPI is latched once', () => {
    enable(48, 0xa0);
    gicd(0xc0c, 2);
    gic.spi(16).set(true);
    gic.spi(16).set(false);
    expect(read('IAR1')).toBe(48);
    gic.spi(16).set(true);
    write('EOIR1', 48);
    expect(read('IAR1')).toBe(48);
    write('EOIR1', 48);
    expect(read('IAR1')).toBe(1023);
  });

  test('group 0 is FIQ, also for a timer PPI', () => {
    enable(27, 0x80, 0);
    gic.ppi(0, 27).set(true);
    expect([irq[0]!.level, fiq[0]!.level]).toEqual([false, true]);
    expect(read('IAR1')).toBe(1023);
    expect(read('HPPIR1')).toBe(1023);
    expect(read('IAR0')).toBe(27);
    write('EOIR1', 27);
    expect(read('RPR')).toBe(0x80);
    write('EOIR0', 27);
    expect(fiq[0]!.level).toBe(true);
    gic.ppi(0, 27).set(false);
    expect(fiq[0]!.level).toBe(false);
  });

  test('each enable gates', () => {
    enable(40, 0x80);
    gic.spi(8).set(true);
    const gates: [string, () => void, () => void][] = [
      ['distributor group', () => gicd(0, 1), () => gicd(0, 3)],
      ['CPU interface group', () => write('IGRPEN1', 0), () => write('IGRPEN1', 1)],
      ['priority mask', () => write('PMR', 0x80), () => write('PMR', 0x88)],
      ['enable bit', () => gicd(0x184, 0x100), () => gicd(0x104, 0x100)],
      ['active', () => gicd(0x304, 0x100), () => gicd(0x384, 0x100)],
      ['route', () => gicd(0x6000 + 8 * 40, 1), () => gicd(0x6000 + 8 * 40, 0)],
    ];
    for (const [name, close, open] of gates) {
      expect(irq[0]!.level, name).toBe(true);
      close();
      expect(irq[0]!.level, name).toBe(false);
      open();
    }
    expect(irq[0]!.level).toBe(true);
  });

  test('routes an SPI by affinity, high word included', () => {
    enable(64, 0x80);
    gic.spi(32).set(true);
    gicd(0x6000 + 8 * 64, 0x100);
    expect(irq.map(l => l.level)).toEqual([false, false, true]);
    gicd(0x6000 + 8 * 64 + 4, 1);
    expect(irq.map(l => l.level)).toEqual([false, false, false]);
  });

  test('priority decides, then the lower id', () => {
    for (const [id, priority] of [
      [50, 0xa0],
      [70, 0x90],
      [60, 0x90],
      [287, 0x98],
    ] as const) {
      enable(id, priority);
      gic.spi(id - 32).set(true);
    }
    const order = [];
    for (;;) {
      const id = read('IAR1');
      if (id === 1023) break;
      gic.spi(id - 32).set(false);
      order.push(id);
      write('EOIR1', id);
    }
    expect(order).toEqual([60, 70, 287, 50]);
  });

  test('preempts only with a higher group priority, and priorities drop in order', () => {
    enable(40, 0xa0);
    enable(41, 0x98);
    enable(42, 0x40);
    gic.spi(8).set(true);
    expect(read('IAR1')).toBe(40);
    write('BPR1', 5); // group priority is bits 7:5
    gic.spi(9).set(true);
    expect(irq[0]!.level).toBe(true); // 0x98 & 0xe0 = 0x80 < 0xa0
    gic.spi(9).set(false);
    gic.distributor.write(0x400 + 41, 1, 0xa8);
    gic.spi(9).set(true);
    expect(irq[0]!.level).toBe(false);
    gic.spi(10).set(true);
    expect(read('IAR1')).toBe(42);
    expect(read('AP1R0')).toBe((1 << 20) | (1 << 8));
    write('EOIR1', 42);
    expect(read('RPR')).toBe(0xa0);
  });

  test('EOImode 1 splits priority drop and deactivation', () => {
    write('CTLR', 2);
    enable(40, 0xa0);
    gic.spi(8).set(true);
    expect(read('IAR1')).toBe(40);
    write('EOIR1', 40);
    expect(read('RPR')).toBe(0xff);
    expect(irq[0]!.level).toBe(false);
    write('DIR', 40);
    expect(irq[0]!.level).toBe(true);
  });
});

describe('software generated interrupts', () => {
  const list = (id: number, cluster: number, targets: number): bigint =>
    (BigInt(id) << 24n) | (BigInt(cluster) << 16n) | BigInt(targets);
  beforeEach(() => {
    for (let i = 0; i < CPUS; i++) enable(3, 0x80, 1, i);
  });

  test('go to a list of CPUs of one cluster', () => {
    write('SGI1R', list(3, 0, 0b11));
    expect(irq.map(l => l.level)).toEqual([true, true, false]);
    expect(read('IAR1', 1)).toBe(3);
    write('EOIR1', 3, 1);
    expect(irq.map(l => l.level)).toEqual([true, false, false]);
    write('SGI1R', list(3, 1, 1), 1);
    expect(irq[2]!.level).toBe(true);
  });

  test('go to all but self', () => {
    write('SGI1R', (1n << 40n) | (3n << 24n), 1);
    expect(irq.map(l => l.level)).toEqual([true, false, true]);
  });

  test('need the group that the target is configured for', () => {
    write('SGI0R', list(3, 0, 1));
    expect(irq[0]!.level || fiq[0]!.level).toBe(false);
    enable(3, 0x80, 0, 0);
    write('SGI0R', list(3, 0, 1));
    expect(fiq[0]!.level).toBe(true);
  });
});

test('hostile register accesses neither throw nor leave the register blocks', () => {
  const next = hostile(1);
  const sizes: AccessSize[] = [1, 2, 4];
  for (let i = 0; i < 30000; i++) {
    const size = sizes[next() % 3]!;
    const block = next() % 3;
    const device = block === 0 ? gic.distributor : gic.redistributors;
    const offset = (next() % (block === 0 ? 0x10000 : 0x60000)) & -size;
    device.write(offset, size, size === 4 ? next() : next() & 0xff);
    expect(Number.isInteger(device.read(offset, size))).toBe(true);
    const register = iccRegisters[next() % iccRegisters.length]!;
    const cpu = gic.cpus[next() % CPUS]!;
    register.write?.(cpu, (BigInt(next()) << 32n) | BigInt(next()));
    expect(Number.isInteger(register.read?.(cpu) ?? 0)).toBe(true);
    gic.spi(next() % 256).set((next() & 1) === 1);
  }
});
