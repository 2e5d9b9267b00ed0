import { beforeEach, describe, expect, test } from 'vitest';
import { Bus } from '../../../src/devices/bus.js';
import type { AccessSize } from '../../../src/devices/device.js';
import { PciHost } from '../../../src/devices/pci/host.js';
import { MemoryDisk, VirtioBlock } from '../../../src/devices/virtio/blk.js';
import { VirtioPci } from '../../../src/devices/virtio/pci.js';
import { VirtioRng } from '../../../src/devices/virtio/rng.js';
import { hostile, TestLine } from '../lines.js';

const ECAM = 0x40_1000_0000;
const WINDOW = 0x80_0000_0000;
const RAM = 0x40000000;
const GUARD = 0x1000;
let memory: Uint8Array;
let bus: Bus;
let pins: TestLine[];
const config = (slot: number, register: number, value?: number, size: AccessSize = 4): number => {
  const at = ECAM + (slot << 15) + register;
  if (value !== undefined) bus.store(at, size, value);
  return bus.load(at, size)!;
};

beforeEach(() => {
  memory = new Uint8Array(0x10000 + 2 * GUARD);
  bus = new Bus({ bytes: memory });
  bus.mapRam('ram', RAM, 0x10000, GUARD);
  pins = Array.from({ length: 4 }, () => new TestLine());
  const host = new PciHost(0x10000000, pins);
  host.add(new VirtioPci(new VirtioRng(bus, n => new Uint8Array(n).fill(0x5a))));
  host.add(new VirtioPci(new VirtioBlock(bus, new MemoryDisk(new Uint8Array(4096)))));
  bus.map(ECAM, host.ecam);
  bus.map(WINDOW, host.window({ name: 'mmio', base: WINDOW, size: 0x80_0000_0000 }));
});

describe('configuration space', () => {
  test('identifies bridge and devices; absent ones read ones', () => {
    expect([config(0, 0), config(0, 8)]).toEqual([0x00081b36, 0x06000000]);
    expect([config(1, 0), config(1, 8), config(1, 0x2c)]).toEqual([0x10441af4, 0x00ff0001, 0x11001af4]);
    expect([config(2, 0), config(2, 8)]).toEqual([0x10421af4, 0x01000001]);
    expect([config(3, 0), bus.load(ECAM + 0x1000, 4), bus.load(ECAM + 0x100000, 4), config(1, 0x100)]).toEqual([
      0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
    ]);
    config(3, 4, 7);
    expect([config(1, 0x3d, undefined, 1), config(0, 0x3d, undefined, 1)]).toEqual([1, 0]);
  });

  test('BARs tell their size', () => {
    expect(config(1, 0x20, 0xffffffff)).toBe(0xffffc00c);
    expect(config(1, 0x24, 0xffffffff)).toBe(0xffffffff);
    expect(config(1, 0x10, 0xffffffff)).toBe(0);
  });

  test('read-only registers stay', () => {
    config(1, 0, 0);
    config(1, 4, 0xffffffff);
    expect([config(1, 0), config(1, 4) & 0xffff]).toEqual([0x10441af4, 0x407]);
    config(1, 0x3c, 0x55, 1);
    expect(config(1, 0x3c, undefined, 1)).toBe(0x55);
  });

  test('lists the five virtio structures', () => {
    expect(config(1, 6, undefined, 2) & 0x10).toBe(0x10);
    const found: number[][] = [];
    for (let at = config(1, 0x34, undefined, 1); at !== 0; at = config(1, at + 1, undefined, 1))
      found.push([config(1, at, undefined, 1), config(1, at + 3, undefined, 1), config(1, at + 8), config(1, at + 12)]);
    expect(found).toEqual([
      [9, 1, 0, 0x1000],
      [9, 3, 0x1000, 0x1000],
      [9, 4, 0x2000, 0x1000],
      [9, 2, 0x3000, 0x1000],
      [9, 5, 0, 0],
    ]);
  });
});

/** Gives a device's BAR an address and turns it on. */
function enable(slot: number, at = WINDOW + 0x4000 * slot): number {
  config(slot, 0x20, at % 2 ** 32);
  config(slot, 0x24, Math.floor(at / 2 ** 32));
  config(slot, 4, 6, 2);
  return at;
}

describe('virtio over PCI', () => {
  /** A driver that sets up queue 0 and asks for four random bytes. */
  function request(bar: number): void {
    const common = (offset: number, size: AccessSize, value: number): boolean => bus.store(bar + offset, size, value);
    common(0x14, 1, 0);
    common(0x14, 1, 3);
    common(0x08, 4, 1);
    common(0x0c, 4, 1);
    common(0x14, 1, 11);
    common(0x16, 2, 0);
    common(0x18, 2, 8);
    common(0x20, 4, RAM);
    common(0x28, 4, RAM + 0x400);
    common(0x30, 4, RAM + 0x800);
    common(0x1c, 2, 1);
    common(0x14, 1, 15);
    bus.store64(RAM, BigInt(RAM + 0x1000));
    bus.store(RAM + 8, 4, 4);
    bus.store(RAM + 12, 4, 2);
    bus.store(RAM + 0x402, 2, 1);
    bus.store(bar + 0x3000, 2, 0);
  }

  test('serves a request and interrupts on its pin until ISR is read', () => {
    const bar = enable(1);
    expect([bus.load(bar + 0x12, 2), bus.load(bar + 0x18, 2), bus.load(bar + 0x10, 2)]).toEqual([1, 1024, 0xffff]);
    request(bar);
    expect(bus.load(RAM + 0x1000, 4)).toBe(0x5a5a5a5a);
    expect(bus.load(RAM + 0x802, 2)).toBe(1);
    expect(pins.map(p => p.level)).toEqual([false, true, false, false]);
    expect(config(1, 6, undefined, 2) & 8).toBe(8);
    config(1, 4, 0x406, 2);
    expect(pins[1]!.level).toBe(false);
    config(1, 4, 0x006, 2);
    expect(pins[1]!.level).toBe(true);
    expect(bus.load(bar + 0x1000, 1)).toBe(1);
    expect([pins[1]!.level, bus.load(bar + 0x1000, 1)]).toEqual([false, 0]);
  });

  test('device configuration', () => {
    const bar = enable(2);
    expect([bus.load(bar + 0x2000, 4), bus.load(bar + 0x2014, 4), bus.load(bar + 0x2100, 4)]).toEqual([
      8, 512, 0xffffffff,
    ]);
  });

  test('a BAR without address, or switched off, decodes nothing', () => {
    expect(bus.load(WINDOW, 4)).toBe(0xffffffff);
    const bar = enable(1);
    expect(bus.load(bar + 0x12, 2)).toBe(1);
    config(1, 4, 0, 2);
    expect(bus.load(bar + 0x12, 2)).toBe(0xffff);
    config(1, 4, 2, 2);
    config(1, 0x20, 0);
    config(1, 0x24, 0);
    expect(bus.load(WINDOW, 2)).toBe(0xffff);
  });

  test('the access capability reaches the BAR without an address', () => {
    let at = config(1, 0x34, undefined, 1);
    while (config(1, at + 3, undefined, 1) !== 5) at = config(1, at + 1, undefined, 1);
    const access = (offset: number, size: AccessSize, value?: number): number => {
      config(1, at + 4, 4, 1);
      config(1, at + 8, offset);
      config(1, at + 12, size);
      return config(1, at + 16, value, size);
    };
    expect(access(0x12, 2)).toBe(1);
    expect(access(0x14, 1, 3)).toBe(3);
    expect(access(0x14, 1)).toBe(3);
    // Beyond the BAR the data register only stores.
    expect(access(0x4000, 4, 0x1234)).toBe(0x1234);
  });

  test('reset takes BARs and device back', () => {
    const bar = enable(1);
    request(bar);
    const host = bus.find(ECAM)!.device!;
    host.reset();
    expect([config(1, 0x20), config(1, 4, undefined, 2), pins[1]!.level]).toEqual([0xc, 0, false]);
    expect(bus.load(enable(1) + 0x14, 1)).toBe(0);
  });

  test('hostile accesses', () => {
    const next = hostile(71);
    const sizes: AccessSize[] = [1, 2, 4];
    for (let i = 0; i < 20000; i++) {
      const size = sizes[next() % 3]!;
      if (i % 50 === 0) {
        const bar = enable(1 + (next() % 2));
        request(bar);
        for (let at = 0; at < 0xc00; at += 4)
          if (next() % 5 === 0) bus.store(RAM + at, 4, next() & 1 ? next() : RAM + (next() % 0x10000));
      }
      const slot = next() % 4;
      if (next() % 3 === 0) config(slot, (next() % 0x1000) & -size, next(), size);
      else bus.store(WINDOW + 0x4000 * slot + ((next() % 0x4000) & -size), size, next() & 1 ? next() : next() % 16);
      expect(bus.load(WINDOW + 0x4000 * slot + ((next() % 0x4000) & -size), size)).toBeDefined();
    }
    expect(memory.subarray(0, GUARD).every(b => b === 0)).toBe(true);
    expect(memory.subarray(GUARD + 0x10000).every(b => b === 0)).toBe(true);
  });
});
