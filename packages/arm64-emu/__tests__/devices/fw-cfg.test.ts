import { beforeEach, describe, expect, test } from 'vitest';
import { Bus } from '../../src/devices/bus.js';
import type { AccessSize } from '../../src/devices/device.js';
import { FwCfg } from '../../src/devices/fw-cfg.js';
import { hostile } from './lines.js';

const BASE = 0x09020000;
const RAM = 0x40000000;
let bytes: Uint8Array;
let bus: Bus;
let config: FwCfg;
const select = (key: number): boolean => bus.store(BASE + 8, 2, ((key & 0xff) << 8) | (key >> 8));
const data = (n: number): number[] => Array.from({ length: n }, () => bus.load(BASE, 1)!);
const text = (...codes: number[]): string => String.fromCharCode(...codes).replace(/\0+$/, '');

beforeEach(() => {
  bytes = new Uint8Array(0x40000);
  bus = new Bus({ bytes });
  bus.mapRam('ram', RAM, 0x20000, 0x10000);
  config = new FwCfg(bus);
  config.set(5, Uint8Array.of(4, 0));
  config.addFile('bootorder', new Uint8Array(0));
  config.addFile(
    'etc/test',
    Uint8Array.from({ length: 300 }, (_, i) => i),
  );
  bus.map(BASE, config);
});

/** Runs a DMA access and returns the control word afterwards. */
function dma(control: number, length: number, address: number, at = RAM + 0x100): number {
  const access = new DataView(bytes.buffer, 0x10000 + at - RAM, 16);
  access.setUint32(0, control);
  access.setUint32(4, length);
  access.setBigUint64(8, BigInt(address));
  const swapped = new DataView(new ArrayBuffer(8));
  swapped.setBigUint64(0, BigInt(at));
  bus.store64(BASE + 16, swapped.getBigUint64(0, true));
  return access.getUint32(0);
}

describe('fw_cfg', () => {
  test('data register', () => {
    select(0);
    expect(text(...data(6))).toBe('QEMU');
    select(0);
    expect(bus.load64(BASE)).toBe(0x554d4551n);
    select(1);
    expect(bus.load(BASE, 4)).toBe(3);
    select(5);
    expect(data(3)).toEqual([4, 0, 0]);
    select(0x1234);
    expect(data(3)).toEqual([0, 0, 0]);
    bus.store(BASE, 1, 0x55);
    select(0);
    expect(text(...data(4))).toBe('QEMU');
  });

  test('the DMA register shows that it is there', () => {
    expect(bus.load64(BASE + 16)).toBe(0x47464320554d4551n);
  });

  test('directory', () => {
    select(0x19);
    expect(data(4)).toEqual([0, 0, 0, 2]);
    const entries = [data(64), data(64)];
    expect(entries.map(e => [e.slice(0, 6), text(...e.slice(8))])).toEqual([
      [[0, 0, 0, 0, 0, 0x20], 'bootorder'],
      [[0, 0, 1, 44, 0, 0x21], 'etc/test'],
    ]);
    expect(() => config.addFile('x'.repeat(56), new Uint8Array(0))).toThrow(RangeError);
    expect(() => config.addFile('bootorder', new Uint8Array(0))).toThrow(RangeError);
  });

  test('offers a kernel', () => {
    config.setKernel({ kernel: new Uint8Array(0x12345).fill(7), commandLine: 'quiet' });
    select(0x08);
    expect(bus.load(BASE, 4)).toBe(0x12345);
    select(0x11);
    expect(data(2)).toEqual([7, 7]);
    select(0x14);
    expect(bus.load(BASE, 4)).toBe(6);
    select(0x15);
    expect(text(...data(6))).toBe('quiet');
    select(0x0b);
    expect(bus.load(BASE, 4)).toBe(0);
  });

  test('DMA: select, skip, read, zeros at the end', () => {
    expect(dma((0x21 << 16) | 8 | 4, 10, 0)).toBe(0);
    expect(dma(2, 4, RAM + 0x200)).toBe(0);
    expect([...bytes.subarray(0x10200, 0x10204)]).toEqual([10, 11, 12, 13]);
    bytes.fill(0xee, 0x10200, 0x10400);
    expect(dma((0x21 << 16) | 8 | 2, 302, RAM + 0x200)).toBe(0);
    expect([...bytes.subarray(0x10200 + 299, 0x10200 + 303)]).toEqual([43, 0, 0, 0xee]);
    expect(data(1)).toEqual([0]);
  });

  test('DMA: errors', () => {
    expect(dma((0x21 << 16) | 8 | 16, 4, RAM)).toBe(1);
    expect(dma((0x21 << 16) | 8 | 2, 4, RAM + 0x20000 - 3)).toBe(1);
    expect(dma((0x21 << 16) | 8 | 2, 4, BASE)).toBe(1);
    expect(dma((0x21 << 16) | 8 | 2, 0xffffffff, RAM)).toBe(1);
  });

  test('hostile accesses change nothing outside RAM', () => {
    const next = hostile(11);
    const sizes: AccessSize[] = [1, 2, 4];
    for (let i = 0; i < 4000; i++) {
      const size = sizes[next() % 3]!;
      const offset = (next() % 0x18) & -size;
      bus.store(BASE + offset, size, next());
      expect(bus.load(BASE + offset, size)).toBeDefined();
      dma(next() & 0xff001f, next() % 0x30000, RAM + (next() % 0x30000) - 0x8000, RAM + (next() % 0x1fff0));
    }
    expect(bytes.subarray(0, 0x10000).every(b => b === 0)).toBe(true);
    expect(bytes.subarray(0x30000).every(b => b === 0)).toBe(true);
  });
});
