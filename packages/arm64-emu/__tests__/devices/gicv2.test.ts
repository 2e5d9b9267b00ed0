import { beforeEach, describe, expect, test } from 'vitest';
import type { AccessSize } from '../../src/devices/device.js';
import { Gicv2 } from '../../src/devices/gicv2.js';
import { hostile, TestLine } from './lines.js';

let gic: Gicv2;
let irq: TestLine[];
let fiq: TestLine[];
let current = 0;

function create(cpus: number): void {
  current = 0;
  irq = Array.from({ length: cpus }, () => new TestLine());
  fiq = Array.from({ length: cpus }, () => new TestLine());
  gic = new Gicv2({ cpus: irq.map((line, i) => ({ irq: line, fiq: fiq[i]! })), lines: 288, current: () => current });
}
const gicd = (offset: number, value?: number, size: AccessSize = 4): number => {
  if (value !== undefined) gic.distributor.write(offset, size, value);
  const read = gic.distributor.read(offset, size);
  return size === 1 ? read & 0xff : read >>> 0;
};
const gicc = (offset: number, value?: number): number => {
  if (value !== undefined) gic.cpuInterface.write(offset, 4, value);
  return value === undefined ? gic.cpuInterface.read(offset, 4) >>> 0 : value;
};
const as = <T>(cpu: number, fn: () => T): T => {
  current = cpu;
  const result = fn();
  current = 0;
  return result;
};
const IAR = 0x0c;
const EOIR = 0x10;

beforeEach(() => {
  create(3);
  gicd(0, 3);
  for (let cpu = 0; cpu < 3; cpu++)
    as(cpu, () => {
      gicc(0, 3);
      gicc(4, 0xff);
    });
});
function enable(id: number, priority: number, targets = 1): void {
  gicd(0x400 + id, priority, 1);
  gicd(0x800 + id, targets, 1);
  gicd(0x100 + (id >> 3), 1 << (id & 7), 1);
}

describe('identification and reset values', () => {
  // Facts: what QEMU 7.2's virt with one CPU answers.
  test.each([
    [0x004, 0x8],
    [0x008, 0x43b],
    [0x100, 0xffff],
    [0x800, 0],
    [0xc00, 0xaaaaaaaa],
    [0xfd0, 0x4],
    [0xfe0, 0x90],
    [0xfe4, 0xb4],
    [0xfe8, 0x2b],
    [0xffc, 0xb1],
  ])('GICD + 0x%s', (offset, value) => {
    create(1);
    expect(gicd(offset)).toBe(value);
  });

  test.each([
    [0x100, 0xffffffff],
    [0x180, 0xffff],
    [0x200, 0xffff0000],
    [0x280, 0],
    [0x204, 0xffffffff],
    [0xc00, 0xaaaaaaaa],
    [0xc04, 0xaaaaaaaa],
    [0x820, 0],
    [0xf10, 0],
    [0xf20, 0xffffffff],
  ])('GICD + 0x%s after all ones', (offset, value) => {
    create(1);
    gicd(0x100, 0xffffffff);
    gicd(0x200, 0xffff0000);
    expect(gicd(offset, 0xffffffff)).toBe(value);
  });

  test.each([
    [0x00, 0x21f],
    [0x04, 0xff],
    [0x08, 7],
    [0x1c, 7],
    [0xd0, 0xffffffff],
    [0xe0, 0xffffffff],
    [0xfc, 0x2043b],
  ])('GICC + 0x%s after all ones', (offset, value) => {
    gicc(offset, 0xffffffff);
    expect(gicc(offset)).toBe(value);
  });

  test('GICC reads when idle', () => {
    expect([gicc(IAR), gicc(0x18), gicc(0x14)]).toEqual([1023, 1023, 0xff]);
    gicc(0x1c, 0);
    expect(gicc(0x1c)).toBe(1);
  });

  test('each CPU finds its own bit in the first target registers', () => {
    expect([0, 1, 2].map(cpu => as(cpu, () => gicd(0x800)))).toEqual([0x01010101, 0x02020202, 0x04040404]);
    expect(gicd(4)).toBe(8 | (2 << 5));
  });
});

describe('delivery', () => {
  test('a level-triggered SPI goes to its targets, and to one of them', () => {
    enable(33, 0xa0, 0b110);
    gic.spi(1).set(true);
    expect(irq.map(l => l.level)).toEqual([false, true, true]);
    expect(as(1, () => gicc(IAR))).toBe(33);
    expect(irq.map(l => l.level)).toEqual([false, false, false]);
    expect(as(2, () => gicc(IAR))).toBe(1023);
    as(1, () => gicc(EOIR, 33));
    expect(irq.map(l => l.level)).toEqual([false, true, true]);
    gic.spi(1).set(false);
    expect(irq.map(l => l.level)).toEqual([false, false, false]);
  });

  test('PPIs are per CPU', () => {
    as(1, () => enable(30, 0x80));
    gic.ppi(0, 30).set(true);
    expect(irq.map(l => l.level)).toEqual([false, false, false]);
    gic.ppi(1, 30).set(true);
    expect(irq.map(l => l.level)).toEqual([false, true, false]);
    expect(as(1, () => gicc(IAR))).toBe(30);
  });

  test('an edge is latched', () => {
    enable(48, 0x80);
    gicd(0xc0c, 2);
    gic.spi(16).set(true);
    gic.spi(16).set(false);
    expect(gicc(IAR)).toBe(48);
    gicc(EOIR, 48);
    expect(gicc(IAR)).toBe(1023);
  });

  test('preemption by group priority and running priority', () => {
    enable(40, 0xa0);
    enable(41, 0x9f);
    gic.spi(8).set(true);
    expect(gicc(IAR)).toBe(40);
    gicc(0x08, 7); // no preemption
    gic.spi(9).set(true);
    expect(irq[0]!.level).toBe(false);
    gicc(0x08, 3);
    expect(irq[0]!.level).toBe(true);
    expect(gicc(IAR)).toBe(41);
    expect(gicc(0x14)).toBe(0x90);
    gicc(EOIR, 41);
    expect(gicc(0x14)).toBe(0xa0);
    gicc(EOIR, 40);
    expect(gicc(0x14)).toBe(0xff);
  });

  test('groups: FIQEn, AckCtl and the aliased registers', () => {
    enable(40, 0x80);
    gic.spi(8).set(true);
    gicc(0, 3 | 8);
    expect([irq[0]!.level, fiq[0]!.level]).toEqual([false, true]);
    gicd(0x84, 0x100);
    expect([irq[0]!.level, fiq[0]!.level]).toEqual([true, false]);
    expect(gicc(IAR)).toBe(1022);
    expect(gicc(0x28)).toBe(40);
    gicc(0, 3 | 4);
    expect(gicc(IAR)).toBe(40);
    gicc(EOIR, 40);
    gicc(0, 3);
    expect(gicc(0x20)).toBe(40);
    gicc(0x24, 40);
    expect(irq[0]!.level).toBe(true);
  });

  test('EOImode 1 needs GICC_DIR', () => {
    gicc(0, 0x201);
    enable(40, 0x80);
    gic.spi(8).set(true);
    expect(gicc(IAR)).toBe(40);
    gicc(EOIR, 40);
    expect([gicc(0x14), irq[0]!.level]).toEqual([0xff, false]);
    gicc(0x1000, 40);
    expect(irq[0]!.level).toBe(true);
  });

  test('the priority mask and the enables gate', () => {
    enable(40, 0x80);
    gic.spi(8).set(true);
    gicc(4, 0x80);
    expect(irq[0]!.level).toBe(false);
    gicc(4, 0x81);
    expect(irq[0]!.level).toBe(true);
    gicd(0, 2);
    expect(irq[0]!.level).toBe(false);
    gicd(0, 1);
    gicc(0, 2);
    expect(irq[0]!.level).toBe(false);
  });
});

describe('software generated interrupts', () => {
  test('carry their source, one by one', () => {
    as(1, () => gicd(0xf00, (1 << 16) | 5));
    as(2, () => gicd(0xf00, (1 << 16) | 5));
    expect(gicd(0xf25, undefined, 1)).toBe(0b110);
    expect(gicc(IAR)).toBe(5 | (1 << 10));
    gicc(EOIR, 5 | (1 << 10));
    expect(gicc(IAR)).toBe(5 | (2 << 10));
    gicc(EOIR, 5 | (2 << 10));
    expect(gicc(IAR)).toBe(1023);
  });

  test.each([
    ['list', (0b101 << 16) | 1, [true, false, true]],
    ['all but self', (1 << 24) | 1, [true, false, true]],
    ['self', (2 << 24) | 1, [false, true, false]],
    ['reserved', (3 << 24) | 1, [false, false, false]],
  ])('filter: %s', (_name, value, expected) => {
    as(1, () => gicd(0xf00, value));
    expect(irq.map(l => l.level)).toEqual(expected);
  });
});

test('hostile register accesses neither throw nor leave the register blocks', () => {
  const next = hostile(5);
  const sizes: AccessSize[] = [1, 2, 4];
  for (let i = 0; i < 30000; i++) {
    const size = sizes[next() % 3]!;
    current = next() % 3;
    const device = next() & 1 ? gic.distributor : gic.cpuInterface;
    const offset = (next() % device.size) & -size;
    device.write(offset, size, size === 4 ? next() : next() & 0xff);
    expect(Number.isInteger(device.read(offset, size))).toBe(true);
    gic.spi(next() % 256).set((next() & 1) === 1);
  }
  gic.reset();
  expect(irq.some(l => l.level) || fiq.some(l => l.level)).toBe(false);
});
