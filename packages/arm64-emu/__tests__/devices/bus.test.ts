import { describe, expect, test } from 'vitest';
import { Bus, type HoleAccess, isBusError } from '../../src/devices/bus.js';
import type { AccessSize, Device } from '../../src/devices/device.js';
import { Unimplemented } from '../../src/devices/unimplemented.js';

class Recorder implements Device {
  readonly log: string[] = [];
  constructor(
    readonly name: string,
    readonly size: number,
  ) {}
  read(offset: number, size: AccessSize): number {
    this.log.push(`r${size}@${offset}`);
    return 0xdeadbeef | 0;
  }
  write(offset: number, size: AccessSize, value: number): void {
    this.log.push(`w${size}@${offset}=${value.toString(16)}`);
  }
  reset(): void {}
}

function machine() {
  const bytes = new Uint8Array(0x3000);
  const changed: string[] = [];
  const bus = new Bus({ bytes, changed: (host, size) => changed.push(`${host}+${size}`) });
  bus.mapRam('ram', 0x40000000, 0x1000, 0x1000);
  const device = new Recorder('dev', 0x100);
  bus.map(0x1000, device);
  return { bus, bytes, changed, device };
}

describe('address map', () => {
  test('reaches RAM through its host offset, little-endian', () => {
    const { bus, bytes, changed } = machine();
    expect(bus.store(0x40000010, 4, 0x89abcdef)).toBe(true);
    expect([...bytes.subarray(0x1010, 0x1014)]).toEqual([0xef, 0xcd, 0xab, 0x89]);
    expect(bus.load(0x40000010, 4)).toBe(0x89abcdef);
    expect(bus.load(0x40000012, 2)).toBe(0x89ab);
    expect(bus.store64(0x40000ff8, 0x1122334455667788n)).toBe(true);
    expect(bus.load64(0x40000ff8)).toBe(0x1122334455667788n);
    expect(changed).toContain(`${0x1010}+4`);
  });

  test('passes offsets to devices and truncates what they return', () => {
    const { bus, device } = machine();
    expect(bus.load(0x1004, 4)).toBe(0xdeadbeef);
    expect(bus.load(0x1001, 1)).toBe(0xef);
    expect(bus.load64(0x1008)).toBe(0xdeadbeefdeadbeefn);
    expect(bus.store64(0x10f8, 0x1_0000_0002n)).toBe(true);
    expect(device.log).toEqual(['r4@4', 'r1@1', 'r4@8', 'r4@12', 'w4@248=2', 'w4@252=1']);
  });

  test.each([
    ['hole', 0x5000, 4],
    ['before the first region', 0, 1],
    ['unaligned device access', 0x1002, 4],
    ['past the end of a device', 0x10fe, 4],
    ['past the end of RAM', 0x40000ffe, 4],
    ['far away', 2 ** 52, 4],
  ] as const)('%s is an external abort', (_name, address, size) => {
    const { bus, device, bytes } = machine();
    expect(bus.load(address, size)).toBeUndefined();
    expect(bus.store(address, size, 1)).toBe(false);
    expect(device.log).toEqual([]);
    expect(bytes.every(byte => byte === 0)).toBe(true);
  });

  test('a policy may answer for holes', () => {
    const { bus } = machine();
    const seen: HoleAccess[] = [];
    bus.onHole = access => {
      seen.push(access);
      return 7;
    };
    expect(bus.load(0x5000, 4)).toBe(7);
    expect(bus.store(0x5004, 2, 3)).toBe(true);
    expect(seen).toEqual([
      { address: 0x5000, size: 4, value: undefined },
      { address: 0x5004, size: 2, value: 3 },
    ]);
  });

  test.each([
    ['same place', 0x1000, 0x100],
    ['end overlaps', 0xf80, 0x100],
    ['start overlaps', 0x10ff, 0x10],
    ['covers', 0, 0x2000],
  ])('refuses an overlap: %s', (_name, base, size) => {
    const { bus } = machine();
    expect(() => bus.map(base, new Recorder('other', size))).toThrow(/overlaps dev/);
    expect(bus.regions).toHaveLength(2);
  });

  test('finds every region among many', () => {
    const bus = new Bus({ bytes: new Uint8Array(0) });
    const order = Array.from({ length: 50 }, (_, i) => (i * 37) % 50);
    for (const i of order) bus.map(i * 0x200, new Recorder(`d${i}`, 0x100));
    for (let i = 0; i < 50; i++) {
      expect(bus.find(i * 0x200 + 0xff)?.name).toBe(`d${i}`);
      expect(bus.find(i * 0x200 + 0x100)).toBeUndefined();
    }
  });

  test('refuses regions that make no sense', () => {
    const { bus } = machine();
    for (const make of [
      () => bus.mapRam('big', 0x80000000, 0x3000, 0x1000),
      () => bus.map(-1, new Recorder('negative', 4)),
      () => bus.map(0, new Recorder('empty', 0)),
      () => bus.map(2 ** 53 - 2, new Recorder('high', 16)),
    ])
      expect(make).toThrow(expect.toSatisfy((e: unknown) => isBusError(e, 'bad-region')));
  });
});

describe('ROM', () => {
  test('is read directly until its device answers, and stores go to the device', () => {
    const { bus, bytes } = machine();
    const flash = new Recorder('flash', 0x1000);
    const region = bus.mapRom(0x8000, flash, 0x2000);
    bytes[0x2001] = 0x5a;
    const remapped: string[] = [];
    bus.onRemap = r => remapped.push(r.name);
    expect(bus.load(0x8001, 1)).toBe(0x5a);
    expect(bus.store(0x8000, 2, 0x9898)).toBe(true);
    bus.setDirectRead(region, false);
    bus.setDirectRead(region, false);
    expect(bus.load(0x8000, 4)).toBe(0xdeadbeef);
    expect(flash.log).toEqual(['w2@0=9898', 'r4@0']);
    expect(remapped).toEqual(['flash']);
  });
});

describe('DMA', () => {
  test.each([
    [0x40000fff, 2],
    [0x3fffffff, 2],
    [0x1000, 4],
    [0x8000, 4],
    [-1, 4],
    [Number.NaN, 4],
    [2 ** 64, 4],
    [0x40000000, -1],
    [0x40000000, Number.NaN],
    [0x40000000, 2 ** 53],
  ])('of %d + %d is refused', (address, size) => {
    const { bus, bytes, device } = machine();
    bus.mapRom(0x8000, new Recorder('flash', 0x1000), 0x2000);
    expect(bus.read(address, size)).toBeUndefined();
    if (size > 0 && size < 100) expect(bus.write(address, new Uint8Array(size).fill(1))).toBe(false);
    expect(bytes.every(byte => byte === 0)).toBe(true);
    expect(device.log).toEqual([]);
  });

  test('copies to and from RAM and reports the change', () => {
    const { bus, changed } = machine();
    expect(bus.write(0x40000ffc, Uint8Array.of(1, 2, 3, 4))).toBe(true);
    const copy = bus.read(0x40000ffc, 4)!;
    expect([...copy]).toEqual([1, 2, 3, 4]);
    copy[0] = 9;
    expect(bus.load(0x40000ffc, 1)).toBe(1);
    expect(changed).toEqual([`${0x1ffc}+4`]);
  });
});

describe('unimplemented registers', () => {
  test('as RAM: remember what was written, in any width', () => {
    const device = new Unimplemented('pmgr', 0x10000000, { mode: 'ram' });
    device.write(0x100, 4, 0x11223344);
    device.write(0x101, 1, 0xff);
    device.write(0xffffffe, 2, 0xabcd);
    const bus = new Bus({ bytes: new Uint8Array(0) });
    bus.map(0, device);
    expect(bus.load(0x100, 4)).toBe(0x1122ff44);
    expect(bus.load(0x102, 2)).toBe(0x1122);
    expect(bus.load(0xffffffc, 4)).toBe(0xabcd0000);
    device.reset();
    expect(bus.load(0x100, 4)).toBe(0);
  });

  test('as zero: forget, and log up to a limit', () => {
    const lines: string[] = [];
    const device = new Unimplemented('aio', 16, { mode: 'zero', log: line => lines.push(line), logLimit: 2 });
    device.write(4, 4, 0xff);
    expect(device.read(4, 4)).toBe(0);
    device.read(8, 4);
    expect(lines).toEqual(['aio: write of 4 at +0x4 = 0xff', 'aio: read of 4 at +0x4']);
  });
});
