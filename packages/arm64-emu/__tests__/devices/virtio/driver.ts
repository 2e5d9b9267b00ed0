import { Bus } from '../../../src/devices/bus.js';
import type { VirtioDevice } from '../../../src/devices/virtio/device.js';
import { VirtioMmio } from '../../../src/devices/virtio/mmio.js';
import { TestLine } from '../lines.js';

export const RAM = 0x40000000;
export const RAM_SIZE = 0x100000;
const GUARD = 0x10000;
const BASE = 0x0a000000;

export interface Buffer {
  readonly bytes?: Uint8Array;
  /** Room for the device to write. */
  readonly room?: number;
}

/** A driver for one device on virtio-mmio, in a machine of 1 MiB of RAM between two guard areas. */
export class Driver {
  readonly memory = new Uint8Array(RAM_SIZE + 2 * GUARD);
  readonly line = new TestLine();
  readonly bus = new Bus({ bytes: this.memory });
  readonly device: VirtioDevice;
  readonly transport: VirtioMmio;
  private next: number[] = [];
  private usedSeen: number[] = [];
  private heap = RAM + 0x40000;
  private queueSize = 16;

  constructor(
    make: (bus: Bus) => VirtioDevice,
    readonly version: 1 | 2,
  ) {
    this.bus.mapRam('ram', RAM, RAM_SIZE, GUARD);
    this.device = make(this.bus);
    this.transport = new VirtioMmio({ version, line: this.line, device: this.device });
    this.bus.map(BASE, this.transport);
  }

  read(offset: number): number {
    return this.bus.load(BASE + offset, 4)!;
  }
  write(offset: number, value: number): void {
    this.bus.store(BASE + offset, 4, value);
  }
  config(offset: number, size: 1 | 2 | 4): number {
    return this.bus.load(BASE + 0x100 + offset, size)!;
  }

  /** Negotiates, sets up all queues and says DRIVER_OK. */
  start(options: { features?: bigint; queueSize?: number } = {}): void {
    this.queueSize = options.queueSize ?? 16;
    this.write(0x70, 0);
    this.write(0x70, 3);
    const wanted = options.features ?? 0n;
    const features = this.version === 2 ? wanted | (1n << 32n) : wanted;
    for (const half of [0, 1]) {
      this.write(0x24, half);
      this.write(0x20, Number((features >> BigInt(32 * half)) & 0xffffffffn));
    }
    if (this.version === 2) this.write(0x70, 11);
    else this.write(0x28, 4096);
    this.device.queues.forEach((_, i) => {
      this.setup(i);
    });
    this.write(0x70, this.version === 2 ? 15 : 7);
  }

  ring(queue: number) {
    const descriptors = RAM + 0x4000 * queue;
    const driver = descriptors + 16 * this.queueSize;
    return { descriptors, driver, device: Math.ceil((driver + 4 + 2 * this.queueSize) / 4096) * 4096 };
  }

  private setup(queue: number): void {
    const { descriptors, driver, device } = this.ring(queue);
    this.next[queue] = 0;
    this.usedSeen[queue] = 0;
    this.write(0x30, queue);
    this.write(0x38, this.queueSize);
    if (this.version === 1) {
      this.write(0x3c, 4096);
      this.write(0x40, descriptors / 4096);
    } else {
      for (const [offset, address] of [
        [0x80, descriptors],
        [0x90, driver],
        [0xa0, device],
      ] as const) {
        this.write(offset, address);
        this.write(offset + 4, 0);
      }
      this.write(0x44, 1);
    }
  }

  /** Writes a descriptor as it is. */
  descriptor(queue: number, index: number, address: number | bigint, length: number, flags: number, next = 0): void {
    const at = this.ring(queue).descriptors + 16 * index;
    this.bus.store64(at, BigInt(address));
    this.bus.store(at + 8, 4, length);
    this.bus.store(at + 12, 2, flags);
    this.bus.store(at + 14, 2, next);
  }

  /** Makes chain `head` available and notifies. */
  offer(queue: number, head: number): void {
    const { driver } = this.ring(queue);
    const at = this.next[queue]!;
    this.bus.store(driver + 4 + 2 * (at % this.queueSize), 2, head);
    this.next[queue] = (at + 1) & 0xffff;
    this.bus.store(driver + 2, 2, this.next[queue]);
    this.write(0x50, queue);
  }

  /** Queues buffers as one chain; returns their addresses. */
  queue(queue: number, buffers: readonly Buffer[], first = 0): number[] {
    const addresses = buffers.map(({ bytes, room }, i) => {
      const size = bytes?.length ?? room ?? 0;
      const address = this.heap;
      this.heap += (size + 15) & ~15;
      if (bytes !== undefined) this.bus.write(address, bytes);
      const flags = (i + 1 < buffers.length ? 1 : 0) | (bytes === undefined ? 2 : 0);
      this.descriptor(queue, first + i, address, size, flags, first + i + 1);
      return address;
    });
    this.offer(queue, first);
    return addresses;
  }

  /** Takes an element off the used ring: head and length. */
  used(queue: number): [number, number] | undefined {
    const { device } = this.ring(queue);
    const seen = this.usedSeen[queue]!;
    if (this.bus.load(device + 2, 2) === seen) return undefined;
    this.usedSeen[queue] = (seen + 1) & 0xffff;
    const at = device + 4 + 8 * (seen % this.queueSize);
    return [this.bus.load(at, 4)!, this.bus.load(at + 4, 4)!];
  }

  bytes(address: number, size: number): number[] {
    return [...this.bus.read(address, size)!];
  }

  /** Whether nothing outside RAM was touched. */
  guardsIntact(): boolean {
    const { memory } = this;
    return memory.subarray(0, GUARD).every(b => b === 0) && memory.subarray(GUARD + RAM_SIZE).every(b => b === 0);
  }
}
