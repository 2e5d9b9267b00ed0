import { describe, expect, it } from 'vitest';
import { cortexA72, max } from '../../src/cpu/models.js';
import { SerialPort } from '../../src/devices/serial-port.js';
import { MemoryDisk, VirtioBlock } from '../../src/devices/virtio/blk.js';
import { VirtioConsole } from '../../src/devices/virtio/console.js';
import { VirtioNet } from '../../src/devices/virtio/net.js';
import { VirtioRng } from '../../src/devices/virtio/rng.js';
import { UserNetwork } from '../../src/devices/virtio/user-network.js';
import { decode, encode, type Value } from '../../src/snapshot/cbor.js';
import { isSnapshotError } from '../../src/snapshot/error.js';
import { restoreSnapshot, saveSnapshot } from '../../src/snapshot/snapshot.js';
import { createVirt, type VirtMachine, type VirtOptions } from '../../src/virt/virt.js';
import { guest } from '../virt/guests.js';

const ENTRY = 0x40080000;
const MIB = 2 ** 20;
const exact = { deflate: false };

function make(options: VirtOptions): { virt: VirtMachine; output: () => string } {
  const virt = createVirt({ memory: 16 * MIB, flash: false, cpu: cortexA72, ...options });
  let text = '';
  virt.serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  return { virt, output: () => text };
}
function boot(name: string, options: VirtOptions): ReturnType<typeof make> {
  const made = make(options);
  made.virt.load(ENTRY, guest(name));
  made.virt.load(0x40800000, made.virt.deviceTree());
  made.virt.machine.start(BigInt(ENTRY), 0x40800000n);
  if (name === 'echo') made.virt.serial.receive(new TextEncoder().encode('az'));
  return made;
}

const DEVICES: VirtOptions = {
  virtio: [
    dma => new VirtioBlock(dma, new MemoryDisk(new Uint8Array(4096))),
    dma => new VirtioRng(dma, size => new Uint8Array(size)),
    dma => new VirtioConsole(dma, new SerialPort()),
  ],
  pci: [dma => new VirtioNet(dma, new UserNetwork(), Uint8Array.of(2, 0, 0, 0, 0, 1))],
};

describe('snapshots', () => {
  it.each([
    ['hello', {}],
    ['timer', {}],
    ['timer', { cpu: max, ...DEVICES }],
    ['sgi', { smp: 2 }],
    ['echo', { gic: 2 }],
    ['gicv2-virtual', { gic: 2, virtualization: true }],
  ] as const)('%s continues as it would have', async (name, options) => {
    const whole = boot(name, options);
    const reason = whole.virt.machine.runSync({ instructions: 20_000 });
    const total = whole.virt.machine.executed;
    const last = await saveSnapshot(whole.virt, exact);
    expect(whole.output().length).toBeGreaterThan(0);
    for (const part of [0, 0.2, 0.4, 0.6, 0.8, 0.97]) {
      const first = boot(name, options);
      first.virt.machine.runSync({ instructions: Math.floor(total * part) });
      const bytes = await saveSnapshot(first.virt);
      const second = make(options);
      second.virt.machine.runSync({ instructions: 77 }); // faults in ROM: another state to replace
      await restoreSnapshot(second.virt, bytes);
      expect(await saveSnapshot(second.virt)).toEqual(bytes);
      expect(second.virt.machine.runSync({ instructions: 20_000 - Math.floor(total * part) })).toBe(reason);
      expect(first.output() + second.output()).toBe(whole.output());
      expect(second.virt.machine.executed).toBe(total);
      expect(second.virt.machine.time.now()).toBe(whole.virt.machine.time.now());
      expect(Buffer.compare(await saveSnapshot(second.virt, exact), last)).toBe(0);
    }
  });

  it('is small, and holds disks and alarms', async () => {
    const disk = new MemoryDisk(new Uint8Array(512).fill(7));
    const options: VirtOptions = { memory: 256 * MIB, virtio: [dma => new VirtioBlock(dma, disk)] };
    const { virt } = make(options);
    virt.bus.store(0x09010004, 4, 5); // PL031: alarm at second 5
    virt.bus.store(0x09010010, 4, 1);
    expect(virt.machine.time.queue.length).toBe(1);
    const bytes = await saveSnapshot(virt);
    expect(bytes.length).toBeLessThan(8192);
    const copy = new MemoryDisk(new Uint8Array(512));
    const other = make({ memory: 256 * MIB, virtio: [dma => new VirtioBlock(dma, copy)] });
    await restoreSnapshot(other.virt, bytes);
    expect(copy.bytes).toEqual(disk.bytes);
    expect(other.virt.machine.time.queue.next).toBe(5e9);
    expect(other.virt.bus.load(0x09010018, 4)).toBe(0);
    other.virt.machine.time.skipTo(5e9);
    other.virt.machine.time.queue.runUntil(5e9);
    expect(other.virt.bus.load(0x09010018, 4)).toBe(1);
  });

  it('refuses what it cannot keep and what does not fit, with typed errors', async () => {
    const { virt } = boot('hello', {});
    const bytes = await saveSnapshot(virt, exact);
    const code = async (fn: () => Promise<unknown>): Promise<string> => {
      const error: unknown = await fn().then(
        () => undefined,
        (e: unknown) => e,
      );
      return isSnapshotError(error) ? error.code : String(error);
    };
    const put = (at: number, value: number): Uint8Array => {
      const changed = bytes.slice();
      changed[at] = value;
      return changed;
    };
    const other = make({}).virt;
    expect(await code(() => restoreSnapshot(other, put(0, 0)))).toBe('bad-magic');
    expect(await code(() => restoreSnapshot(other, put(8, 9)))).toBe('bad-version');
    expect(await code(() => restoreSnapshot(other, bytes.subarray(0, 5000)))).toBe('truncated');
    expect(await code(() => restoreSnapshot(other, put(12, 1)))).toBe('truncated');
    expect(await code(() => restoreSnapshot(make({ memory: 32 * MIB }).virt, bytes))).toBe('mismatch');
    expect(await code(() => restoreSnapshot(make({ smp: 2 }).virt, bytes))).toBe('mismatch');
    virt.machine.time.schedule(1n, () => {});
    expect(await code(() => saveSnapshot(virt))).toBe('busy');
    other.machine.devices.push({ name: 'mine', size: 4, read: () => 0, write: () => {}, reset: () => {} });
    expect(await code(() => saveSnapshot(other))).toBe('unsupported');
  });

  it('survives damaged bytes', async () => {
    const { virt } = boot('hello', {});
    const bytes = await saveSnapshot(virt, exact);
    const other = make({}).virt;
    for (let n = 0; n < 150; n++) {
      const bad = bytes.slice();
      bad[16 + ((n * n * 31 + n * 7) % Math.min(bytes.length - 16, 20_000))]! ^= 1 << (n % 8);
      const error: unknown = await restoreSnapshot(other, bad).then(
        () => undefined,
        (e: unknown) => e,
      );
      if (error !== undefined) expect(isSnapshotError(error), String(error)).toBe(true);
    }
    await restoreSnapshot(other, bytes);
    expect(Buffer.compare(await saveSnapshot(other, exact), bytes)).toBe(0);
  });
});

describe('CBOR', () => {
  it('has the encodings of RFC 8949, appendix A', () => {
    const vectors: readonly (readonly [Value, string])[] = [
      [0, '00'],
      [23, '17'],
      [24, '1818'],
      [1000000, '1a000f4240'],
      [1000000000000, '1b000000e8d4a51000'],
      [-1, '20'],
      [-1000, '3903e7'],
      [1.1, 'fb3ff199999999999a'],
      [18446744073709551616n, 'c249010000000000000000'],
      [false, 'f4'],
      [null, 'f6'],
      [undefined, 'f7'],
      ['IETF', '6449455446'],
      [Uint8Array.of(1, 2, 3, 4), '4401020304'],
      [[1, [2, 3], [4, 5]], '8301820203820405'],
      [{ a: 1, b: [2, 3] }, 'a26161016162820203'],
      [Uint16Array.of(1, 2), 'd8454401000200'],
    ];
    for (const [value, hex] of vectors) {
      expect(Buffer.from(encode(value)).toString('hex')).toBe(hex);
      expect(decode(Buffer.from(hex, 'hex'))).toEqual(value);
    }
    const map = new Map([[3, BigUint64Array.of(5n)]]);
    expect(decode(encode(map))).toEqual(map);
  });
});
