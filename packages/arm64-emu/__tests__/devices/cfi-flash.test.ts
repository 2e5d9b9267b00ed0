import { beforeEach, describe, expect, test } from 'vitest';
import { Bus, type Region } from '../../src/devices/bus.js';
import { CfiFlash } from '../../src/devices/cfi-flash.js';
import type { AccessSize } from '../../src/devices/device.js';
import { hostile } from './lines.js';

const SIZE = 0x4000000;
let bytes: Uint8Array;
let bus: Bus;
let region: Region;
let changed: string[];
const word = (at: number): number => bus.load(at, 4)!;
const write = (at: number, value: number): boolean => bus.store(at, 4, value);
const both = (command: number): number => command | (command << 16);

function create(size: number, readOnly = false): void {
  bytes = new Uint8Array(size + 0x2000);
  changed = [];
  bus = new Bus({ bytes, changed: (host, n) => changed.push(`${host}+${n}`) });
  const onMode = (array: boolean): void => bus.setDirectRead(region, array);
  region = bus.mapRom(
    0,
    new CfiFlash({ name: 'flash', size, memory: bus.memory, host: 0x1000, onMode, readOnly }),
    0x1000,
  );
}
beforeEach(() => create(0x100000));

describe('CFI flash', () => {
  test('answers the query like QEMU', () => {
    create(SIZE);
    write(0x154, both(0x98));
    expect(region.directRead).toBe(false);
    const table = Array.from({ length: 0x52 }, (_, i) => word(4 * i));
    const facts: [number, number[]][] = [
      [0x10, [0x51, 0x52, 0x59, 1, 0, 0x31]],
      [0x1b, [0x45, 0x55]],
      [0x1f, [7, 7, 0xa, 0, 4, 4, 4, 0, 0x19, 2, 0, 0xb, 0, 1, 0xff, 0, 0, 2]],
      [0x31, [0x50, 0x52, 0x49, 0x31, 0x30]],
      [0x3f, [1]],
    ];
    for (const [at, values] of facts) expect(table.slice(at, at + values.length)).toEqual(values.map(both));
    write(0, both(0xff));
    expect(region.directRead).toBe(true);
    expect(word(0x40)).toBe(0);
  });

  test('identifies itself', () => {
    write(0, both(0x90));
    expect([word(0), word(4), word(8), bus.load(0, 2), bus.load(4, 1)]).toEqual([0x890089, 0x180018, 0, 0x89, 0x18]);
  });

  test('programs words', () => {
    write(0x100, both(0x40));
    write(0x100, 0x12345678);
    expect([word(0x100), bus.load(4, 2), bus.load(4, 1)]).toEqual([0x800080, 0x80, 0x80]);
    write(0, both(0xff));
    expect(word(0x100)).toBe(0x12345678);
    expect(changed).toEqual([`${0x1100}+4`]);
  });

  test('erases the block when confirmed', () => {
    bytes.fill(0x11, 0x1000, 0x101000);
    write(0x40100, both(0x20));
    write(0x40100, both(0xff));
    expect(word(0x40100)).toBe(0x11111111);
    write(0x40100, both(0x20));
    write(0x40100, both(0xd0));
    expect(word(0)).toBe(0x800080);
    write(0, both(0xff));
    expect([word(0x3fffc), word(0x40000), word(0x7fffc), word(0x80000)]).toEqual([
      0x11111111, 0xffffffff, 0xffffffff, 0x11111111,
    ]);
  });

  test('programs through the buffer, within one block of it', () => {
    write(0x2000, both(0xe8));
    write(0x2000, both(2));
    write(0x2000, 1);
    write(0x2004, 2);
    write(0x3000, 3);
    expect(word(0)).toBe(both(0xb0));
    write(0x2000, both(0xd0));
    write(0, both(0x50));
    expect([word(0x2000), word(0x2004), word(0x3000)]).toEqual([1, 2, 0]);
    write(0, both(0x70));
    expect(word(0)).toBe(both(0x80));
  });

  test('an unconfirmed buffer is dropped', () => {
    for (const value of [both(0xe8), 0, 0x55, both(0x70)]) write(0x2000, value);
    expect(word(0)).toBe(both(0xb0));
    write(0, both(0xff));
    expect(word(0x2000)).toBe(0);
  });

  test('unlocks, and refuses to change when read-only', () => {
    create(0x100000, true);
    for (const value of [both(0x60), both(0xd0), both(0x20), both(0xd0), both(0x40), 5, both(0xff)]) write(0, value);
    expect(word(0)).toBe(0);
    expect(changed).toEqual([]);
  });

  test('hostile accesses stay within the bank', () => {
    const next = hostile(17);
    const sizes: AccessSize[] = [1, 2, 4];
    const commands = [0x10, 0x20, 0x40, 0x50, 0x60, 0x70, 0x90, 0x98, 0xd0, 0xe8, 0xff];
    for (let i = 0; i < 20000; i++) {
      const size = sizes[next() % 3]!;
      bus.store((next() % 0x100000) & -size, size, next() & 1 ? next() : both(commands[next() % commands.length]!));
      expect(bus.load((next() % 0x100000) & -size, size)).toBeDefined();
    }
    expect(bytes.subarray(0, 0x1000).every(b => b === 0)).toBe(true);
    expect(bytes.subarray(0x101000).every(b => b === 0)).toBe(true);
  });
});
