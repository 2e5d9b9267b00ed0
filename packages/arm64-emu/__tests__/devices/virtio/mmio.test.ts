import { describe, expect, test } from 'vitest';
import { STATUS_NEEDS_RESET } from '../../../src/devices/virtio/device.js';
import { VirtioMmio } from '../../../src/devices/virtio/mmio.js';
import { VirtioRng } from '../../../src/devices/virtio/rng.js';
import { hostile, TestLine } from '../lines.js';
import { Driver, RAM, RAM_SIZE } from './driver.js';

const rng = (version: 1 | 2): Driver =>
  new Driver(bus => new VirtioRng(bus, n => new Uint8Array(n).fill(0x5a)), version);

describe.each([1, 2] as const)('virtio-mmio version %i', version => {
  test('identification and features', () => {
    const driver = rng(version);
    expect([0, 4, 8, 12].map(o => driver.read(o))).toEqual([0x74726976, version, 4, 0x554d4551]);
    driver.write(0x14, 0);
    // Facts: QEMU 7.2's entropy device.
    expect(driver.read(0x10)).toBe(version === 1 ? 0x39000000 : 0x30000000);
    driver.write(0x14, 1);
    expect(driver.read(0x10)).toBe(version === 1 ? 0 : 1);
    driver.write(0x14, 2);
    expect(driver.read(0x10)).toBe(0);
    driver.write(0x30, 0);
    expect(driver.read(0x34)).toBe(1024);
    driver.write(0x30, 1);
    expect(driver.read(0x34)).toBe(0);
    expect(driver.config(0, 4)).toBe(0xffffffff);
  });

  test('a request comes back filled, with an interrupt', () => {
    const driver = rng(version);
    driver.start();
    const [a, b] = driver.queue(0, [{ room: 8 }, { room: 5 }]) as [number, number];
    expect(driver.line.level).toBe(true);
    expect(driver.read(0x60)).toBe(1);
    expect(driver.used(0)).toEqual([0, 13]);
    expect([...driver.bytes(a, 8), ...driver.bytes(b, 5)]).toEqual(new Array(13).fill(0x5a));
    driver.write(0x64, 1);
    expect(driver.line.level).toBe(false);
  });

  test('indirect descriptors', () => {
    const driver = rng(version);
    driver.start({ features: 1n << 28n });
    const table = RAM + 0x30000;
    const entries: [bigint, number, number, number][] = [
      [BigInt(RAM + 0x31000), 4, 3, 1],
      [BigInt(RAM + 0x32000), 4, 2, 0],
    ];
    entries.forEach(([address, length, flags, next], i) => {
      driver.bus.store64(table + 16 * i, address);
      driver.bus.store(table + 16 * i + 8, 4, length);
      driver.bus.store(table + 16 * i + 12, 4, flags | (next << 16));
    });
    driver.descriptor(0, 3, table, 32, 4);
    driver.offer(0, 3);
    expect(driver.used(0)).toEqual([3, 8]);
    expect(driver.bytes(RAM + 0x32000, 5)).toEqual([0x5a, 0x5a, 0x5a, 0x5a, 0]);
  });

  test('suppresses interrupts when asked to', () => {
    const driver = rng(version);
    driver.start();
    driver.bus.store(driver.ring(0).driver, 2, 1);
    driver.queue(0, [{ room: 4 }]);
    expect(driver.used(0)).toEqual([0, 4]);
    expect(driver.line.level).toBe(false);
  });

  test('event index: interrupts at the entry asked for', () => {
    const driver = rng(version);
    driver.start({ features: 1n << 29n });
    const { driver: available, device } = driver.ring(0);
    driver.bus.store(available + 4 + 2 * 16, 2, 1);
    driver.queue(0, [{ room: 4 }]);
    expect(driver.line.level).toBe(false);
    driver.queue(0, [{ room: 4 }]);
    expect(driver.line.level).toBe(true);
    expect(driver.bus.load(device + 4 + 8 * 16, 2)).toBe(2);
  });

  test('rings wrap around', () => {
    const driver = rng(version);
    driver.start({ queueSize: 4 });
    let good = 0;
    for (let i = 0; i < 70000; i++) {
      driver.descriptor(0, i % 4, RAM + 0x3f000, 2, 2);
      driver.offer(0, i % 4);
      const used = driver.used(0);
      if (used?.[0] === i % 4 && used[1] === 2) good++;
    }
    expect(good).toBe(70000);
  });

  test('nothing happens before DRIVER_OK, and reset stops it', () => {
    const driver = rng(version);
    driver.start();
    driver.write(0x70, 0);
    expect(driver.read(0x70)).toBe(0);
    driver.queue(0, [{ room: 4 }]);
    expect(driver.used(0)).toBeUndefined();
  });

  const broken: [string, (d: Driver) => void][] = [
    [
      'chain that loops',
      d => {
        d.descriptor(0, 0, RAM, 1, 3, 0);
        d.offer(0, 0);
      },
    ],
    ['head out of range', d => d.offer(0, 16)],
    [
      'next out of range',
      d => {
        d.descriptor(0, 0, RAM, 1, 3, 99);
        d.offer(0, 0);
      },
    ],
    [
      'buffer outside RAM',
      d => {
        d.descriptor(0, 0, RAM + RAM_SIZE - 1, 2, 2);
        d.offer(0, 0);
      },
    ],
    [
      'buffer at a device',
      d => {
        d.descriptor(0, 0, 0x0a000000, 4, 2);
        d.offer(0, 0);
      },
    ],
    [
      'buffer beyond 64 bits of sense',
      d => {
        d.descriptor(0, 0, 0xfffffffffffffff0n, 0x20, 2);
        d.offer(0, 0);
      },
    ],
    [
      'chain of too many bytes',
      d => {
        d.descriptor(0, 0, RAM, 0xffffffff, 2);
        d.offer(0, 0);
      },
    ],
    [
      'empty indirect table',
      d => {
        d.descriptor(0, 0, RAM, 0, 4);
        d.offer(0, 0);
      },
    ],
    [
      'indirect table of odd size',
      d => {
        d.descriptor(0, 0, RAM, 17, 4);
        d.offer(0, 0);
      },
    ],
    [
      'huge indirect table',
      d => {
        d.descriptor(0, 0, RAM, 16 * 1025, 4);
        d.offer(0, 0);
      },
    ],
    [
      'indirect in indirect',
      d => {
        d.descriptor(0, 0, d.ring(0).descriptors, 16, 4);
        d.offer(0, 0);
      },
    ],
    [
      'readable behind writable',
      d => {
        d.descriptor(0, 0, RAM, 1, 3, 1);
        d.descriptor(0, 1, RAM, 1, 0);
        d.offer(0, 0);
      },
    ],
    [
      'available index far ahead',
      d => {
        d.bus.store(d.ring(0).driver + 2, 2, 0x8000);
        d.write(0x50, 0);
      },
    ],
  ];
  test.each(broken)('breaks the device until reset: %s', (_name, act) => {
    const driver = rng(version);
    driver.start();
    act(driver);
    expect(driver.read(0x70) & STATUS_NEEDS_RESET).toBe(STATUS_NEEDS_RESET);
    expect(driver.read(0x60) & 2).toBe(2);
    expect(driver.guardsIntact()).toBe(true);
    driver.memory.fill(0);
    driver.start();
    driver.queue(0, [{ room: 4 }]);
    expect(driver.used(0)).toEqual([0, 4]);
  });

  test('hostile registers and rings touch nothing outside RAM', () => {
    const next = hostile(23 + version);
    const driver = rng(version);
    const interesting = [
      0x14, 0x20, 0x24, 0x28, 0x30, 0x38, 0x3c, 0x40, 0x44, 0x50, 0x64, 0x70, 0x80, 0x84, 0x90, 0x94, 0xa0, 0xa4,
    ];
    for (let i = 0; i < 3000; i++) {
      if (i % 20 === 0) {
        driver.start({ features: BigInt(next()) });
        for (let at = 0; at < 0x400; at += 4)
          driver.bus.store(RAM + at, 4, next() % 3 ? next() : RAM + (next() % RAM_SIZE));
      }
      const value = next() % 4 ? next() % 32 : next();
      driver.write(interesting[next() % interesting.length]!, value);
      driver.write(0x50, next() % 2);
      expect(driver.read((next() % 0x200) & ~3)).toBeLessThan(2 ** 32);
    }
    expect(driver.guardsIntact()).toBe(true);
  });
});

test('version 2 refuses FEATURES_OK without VERSION_1', () => {
  const driver = rng(2);
  driver.write(0x70, 3);
  driver.write(0x70, 11);
  expect(driver.read(0x70)).toBe(3);
});

test('an empty slot has magic, version and device 0', () => {
  const slot = new VirtioMmio({ version: 1, line: new TestLine() });
  expect([0, 4, 8, 12, 0x34, 0x70, 0x100].map(o => slot.read(o, 4))).toEqual([0x74726976, 1, 0, 0x554d4551, 0, 0, 0]);
  slot.write(0x70, 4, 1);
  expect(slot.read(0x70, 4)).toBe(0);
});
