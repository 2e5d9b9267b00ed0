import { beforeEach, describe, expect, test } from 'vitest';
import { AppleAic } from '../../src/devices/apple-aic.js';
import type { AccessSize } from '../../src/devices/device.js';
import { hostile, TestLine } from './lines.js';

const EVENT = 0x2004;
const LINES = 0x240;
let irq: TestLine[];
let current = 0;
let aic: AppleAic;
const write = (offset: number, value: number): void => aic.write(offset, 4, value);
const read = (offset: number): number => aic.read(offset, 4) >>> 0;
const as = <T>(cpu: number, fn: () => T): T => {
  current = cpu;
  const result = fn();
  current = 0;
  return result;
};
const unmask = (n: number, targets: number): void => {
  write(0x3000 + 4 * n, targets);
  write(0x4180 + 4 * (n >> 5), 1 << (n & 31));
};

beforeEach(() => {
  current = 0;
  irq = [new TestLine(), new TestLine()];
  aic = new AppleAic({ lines: LINES, cpus: irq, current: () => current, timebase: () => 0x1_2345_6789n });
});

describe('Apple interrupt controller', () => {
  test('capabilities, identity, time base', () => {
    expect(read(0x4) & 0xffff).toBe(LINES);
    expect([read(0x2000), as(1, () => read(0x2000)), read(0x5080)]).toEqual([0, 1, 1]);
    expect([read(0x8020), read(0x8028)]).toEqual([0x23456789, 1]);
    write(0x10, 0x55);
    expect(read(0x10)).toBe(0x55);
  });

  test('RST puts it back to what it was at the begin, but for its inputs', () => {
    const line = aic.line(0x90);
    unmask(0x90, 1);
    write(0x10, 0x55);
    line.set(true);
    expect(irq[0]!.level).toBe(true);
    write(0xc, 0);
    expect(irq[0]!.level).toBe(true);
    write(0xc, 1);
    expect([irq[0]!.level, read(0x10), read(0x3000 + 4 * 0x90), read(0x4100 + 4 * 4)]).toEqual([
      false,
      0,
      0,
      0xffffffff,
    ]);
    expect(read(0x4200 + 4 * 4) & (1 << 16)).not.toBe(0);
    unmask(0x90, 1);
    expect(read(EVENT)).toBe(0x10090);
  });

  test('an event is reported once, masked by reading, and back after unmasking', () => {
    unmask(0x90, 1);
    expect(read(EVENT)).toBe(0);
    aic.line(0x90).set(true);
    expect([irq[0]!.level, irq[1]!.level]).toEqual([true, false]);
    expect(read(0x4200 + 4 * 4)).toBe(1 << 16);
    expect(read(EVENT)).toBe(0x10090);
    expect(irq[0]!.level).toBe(false);
    expect(read(0x4100 + 4 * 4) & (1 << 16)).toBe(1 << 16);
    expect(read(EVENT)).toBe(0);
    write(0x4180 + 4 * 4, 1 << 16);
    expect(irq[0]!.level).toBe(true);
    aic.line(0x90).set(false);
    expect(irq[0]!.level).toBe(false);
  });

  test('masked or untargeted inputs stay silent; the lowest number comes first', () => {
    aic.line(5).set(true);
    aic.line(300).set(true);
    expect(irq[0]!.level).toBe(false);
    unmask(300, 2);
    expect([irq[0]!.level, irq[1]!.level]).toEqual([false, true]);
    unmask(5, 3);
    expect(as(1, () => [read(EVENT), read(EVENT), read(EVENT)])).toEqual([0x10005, 0x1012c, 0]);
  });

  test('software sets and clears an input', () => {
    unmask(7, 1);
    write(0x4000, 1 << 7);
    expect([irq[0]!.level, read(0x4000)]).toEqual([true, 1 << 7]);
    write(0x4080, 1 << 7);
    expect(irq[0]!.level).toBe(false);
  });

  test('interrupts between processors', () => {
    for (const cpu of [0, 1]) write(0x5028 + 0x80 * cpu, 0xffffffff);
    write(0x2008, 0b10);
    expect([irq[0]!.level, irq[1]!.level]).toEqual([false, true]);
    expect(as(1, () => read(EVENT))).toBe(0x40001);
    expect(irq[1]!.level).toBe(false);
    as(1, () => {
      write(0x200c, 1);
      write(0x2028, 1);
    });
    expect(irq[1]!.level).toBe(false);
    write(0x2008, 0x80000000);
    expect(read(EVENT)).toBe(0x40002);
    write(0x2028, 0x80000000);
    expect(irq[0]!.level).toBe(true);
    write(0x200c, 0x80000000);
    expect(irq[0]!.level).toBe(false);
  });

  test('masks of interrupts between processors', () => {
    write(0x2008, 1);
    expect(irq[0]!.level).toBe(false);
    expect(read(0x2024)).toBe(0x80000001);
    write(0x2028, 1);
    expect(irq[0]!.level).toBe(true);
    write(0x2024, 1);
    expect(irq[0]!.level).toBe(false);
  });

  test('has only the inputs it has', () => {
    expect(() => aic.line(LINES)).toThrow(RangeError);
    write(0x3000 + 4 * LINES, 3);
    expect(read(0x3000 + 4 * LINES)).toBe(0);
  });

  test('hostile accesses', () => {
    const next = hostile(61);
    const sizes: AccessSize[] = [1, 2, 4, 4];
    for (let i = 0; i < 20000; i++) {
      const size = sizes[next() % 4]!;
      current = next() % 2;
      aic.write((next() % 0x9000) & -size, size, next());
      aic.line(next() % LINES).set((next() & 1) === 1);
      expect(Number.isInteger(aic.read((next() % 0x9000) & -size, size))).toBe(true);
    }
    for (let n = 0; n < LINES; n++) aic.line(n).set(false);
    aic.reset();
    expect(irq.some(l => l.level)).toBe(false);
  });
});
