import { describe, expect, test } from 'vitest';
import { APPLE_BLOCK_PCI, AppleVirtioBlock } from '../../../src/devices/virtio/apple-blk.js';
import { type BlockStore, MemoryDisk, VirtioBlock } from '../../../src/devices/virtio/blk.js';
import { VirtioPci } from '../../../src/devices/virtio/pci.js';
import { hostile } from '../lines.js';
import { type Buffer, Driver } from './driver.js';

const header = (type: number, sector: number): Uint8Array => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, type, true);
  new DataView(bytes.buffer).setBigUint64(8, BigInt(sector), true);
  return bytes;
};
function disk(store: BlockStore, version: 1 | 2 = 2): Driver {
  const driver = new Driver(bus => new VirtioBlock(bus, store, 'serial-1'), version);
  driver.start();
  return driver;
}
/** Runs a request; returns the status byte, the length reported and the addresses of the buffers. */
function request(driver: Driver, type: number, sector: number, ...data: Buffer[]): [number, number, number[]] {
  const addresses = driver.queue(0, [{ bytes: header(type, sector) }, ...data, { room: 1 }]);
  const used = driver.used(0);
  return [driver.bytes(addresses[addresses.length - 1]!, 1)[0]!, used?.[1] ?? -1, addresses];
}
const image = (): Uint8Array => Uint8Array.from({ length: 8 * 512 + 100 }, (_, i) => (i >> 9) + 1);

describe.each([1, 2] as const)('virtio-blk, version %i', version => {
  test('configuration', () => {
    const driver = disk(new MemoryDisk(image()), version);
    expect([driver.config(0, 4), driver.config(4, 4), driver.config(12, 4), driver.config(20, 4)]).toEqual([
      8, 0, 254, 512,
    ]);
    driver.write(0x14, 0);
    expect(driver.read(0x10) & 0x20).toBe(0);
    const readOnly = disk(new MemoryDisk(image(), true), version);
    expect(readOnly.read(0x10) & 0x20).toBe(0x20);
  });

  test('reads into several buffers', () => {
    const driver = disk(new MemoryDisk(image()), version);
    const [status, length, [, a, b]] = request(driver, 0, 2, { room: 512 }, { room: 1024 });
    expect([status, length]).toEqual([0, 1537]);
    expect(driver.bytes(a!, 512)).toEqual(new Array(512).fill(3));
    expect(driver.bytes(b! + 512, 512)).toEqual(new Array(512).fill(5));
  });

  test('writes', () => {
    const store = new MemoryDisk(image());
    const driver = disk(store, version);
    expect(request(driver, 1, 7, { bytes: new Uint8Array(512).fill(0xaa) }).slice(0, 2)).toEqual([0, 1]);
    expect(store.bytes[7 * 512]).toBe(0xaa);
    expect(store.bytes[6 * 512 + 511]).toBe(7);
    expect(store.bytes[8 * 512]).toBe(9);
  });
});

describe("Apple's virtio-blk", () => {
  test.each([
    ['root', 1],
    ['aux', 2],
  ] as const)('says that it is the %s disk', (type, value) => {
    const driver = new Driver(bus => new AppleVirtioBlock(bus, new MemoryDisk(image()), type), 2);
    expect([driver.config(0, 4), driver.config(60, 4), driver.config(64, 4)]).toEqual([8, value, 0xffffffff]);
  });

  test('knows barriers, and refuses what nobody knows', () => {
    const driver = new Driver(bus => new AppleVirtioBlock(bus, new MemoryDisk(image()), 'root'), 2);
    driver.start();
    expect(request(driver, 0x10000, 0)[0]).toBe(0);
    expect(request(driver, 0x10001, 0)[0]).toBe(2);
    expect(request(driver, 0, 1, { room: 512 }).slice(0, 2)).toEqual([0, 513]);
  });

  test('has ids of its own on PCI', () => {
    const { bus } = new Driver(dma => new AppleVirtioBlock(dma, new MemoryDisk(image()), 'root'), 2);
    const pci = new VirtioPci(new AppleVirtioBlock(bus, new MemoryDisk(image()), 'aux'), APPLE_BLOCK_PCI);
    expect(pci.readConfig(0, 4) >>> 0).toBe(0x1a00106b);
  });
});

describe('virtio-blk', () => {
  test('the header may share a buffer with the data, and the status with what is read', () => {
    const store = new MemoryDisk(image());
    const driver = disk(store);
    const bytes = new Uint8Array(16 + 512).fill(0x77);
    bytes.set(header(1, 0));
    driver.queue(0, [{ bytes }, { room: 1 }]);
    expect(driver.used(0)).toEqual([0, 1]);
    expect(store.bytes[511]).toBe(0x77);
    const [, at] = driver.queue(0, [{ bytes: header(0, 1) }, { room: 513 }]);
    expect(driver.bytes(at! + 511, 2)).toEqual([2, 0]);
  });

  test('flush, identification, unknown requests', () => {
    let flushed = 0;
    const store = Object.assign(new MemoryDisk(image()), { flush: () => void flushed++ });
    const driver = disk(store);
    expect(request(driver, 4, 0)[0]).toBe(0);
    expect(flushed).toBe(1);
    const [status, length, [, id]] = request(driver, 8, 0, { room: 20 });
    expect([status, length]).toEqual([0, 21]);
    expect(String.fromCharCode(...driver.bytes(id!, 9))).toBe('serial-1\0');
    expect(request(driver, 99, 0, { room: 512 }).slice(0, 2)).toEqual([2, 1]);
  });

  test.each([
    ['past the end', 8],
    ['across the end', 7],
    ['far away', 2 ** 52],
  ])('I/O error %s', (_name, sector) => {
    const driver = disk(new MemoryDisk(image()));
    expect(request(driver, 0, sector, { room: 1024 }).slice(0, 2)).toEqual([1, 1]);
  });

  test('I/O error for odd sizes, read-only disks and failing hosts', () => {
    const driver = disk(new MemoryDisk(image(), true));
    expect(request(driver, 0, 0, { room: 500 })[0]).toBe(1);
    expect(request(driver, 1, 0, { bytes: new Uint8Array(512) })[0]).toBe(1);
    const failing: BlockStore = {
      size: 4096,
      readOnly: false,
      read: () => {
        throw new Error('host');
      },
      write: () => {
        throw new Error('host');
      },
      flush: () => {
        throw new Error('host');
      },
    };
    const other = disk(failing);
    expect([
      request(other, 0, 0, { room: 512 })[0],
      request(other, 1, 0, { bytes: new Uint8Array(512) })[0],
      request(other, 4, 0)[0],
    ]).toEqual([1, 1, 1]);
  });

  test('a request without header or status breaks the device', () => {
    const driver = disk(new MemoryDisk(image()));
    driver.queue(0, [{ bytes: new Uint8Array(15) }, { room: 1 }]);
    expect(driver.read(0x70) & 0x40).toBe(0x40);
    driver.start();
    driver.queue(0, [{ bytes: header(0, 0) }]);
    expect(driver.read(0x70) & 0x40).toBe(0x40);
  });

  test('requests that move more than 4 GiB at once break the device', () => {
    const driver = disk(new MemoryDisk(image()));
    const { driver: available } = driver.ring(0);
    // Sixteen requests of nearly 512 MiB each: the sectors are out of range, so that nothing is copied.
    driver.bus.write(0x40040000, header(0, 9));
    driver.descriptor(0, 0, 0x40040000, 16, 1, 1);
    driver.descriptor(0, 1, 0x40050000, 2 ** 29 - 512, 3, 2);
    driver.descriptor(0, 2, 0x40060000, 1, 2);
    for (let i = 0; i < 16; i++) driver.bus.store(available + 4 + 2 * i, 2, 0);
    driver.bus.store(available + 2, 2, 16);
    driver.write(0x50, 0);
    expect(driver.read(0x70) & 0x40).toBe(0x40);
    expect(driver.bus.load(driver.ring(0).device + 2, 2)).toBe(8);
  });

  test('hostile requests', () => {
    const next = hostile(31);
    const store = new MemoryDisk(image());
    const driver = disk(store);
    for (let i = 0; i < 2000; i++) {
      const bytes = header(next() % 12, next() % 3 ? next() % 10 : next());
      driver.memory.set(bytes, 0x10000 + 0x40000);
      for (let d = 0; d < 4; d++)
        driver.descriptor(0, d, 0x40040000 + (next() % 4) * (next() % 0x60000), next() % 3000, next() & 3, next() % 5);
      driver.descriptor(0, 0, 0x40040000, 16, 1, 1);
      driver.offer(0, 0);
      if (driver.read(0x70) & 0x40) driver.start();
    }
    expect(driver.guardsIntact()).toBe(true);
    expect(store.bytes.length).toBe(8 * 512 + 100);
  });
});
