import type { Dma } from '../device.js';

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const NO_INTERRUPT = 1;
const DESCRIPTOR = 16;
/** Largest queue and largest indirect table. */
export const MAX_QUEUE_SIZE = 1024;
/** Bytes that one chain may describe; no driver comes near. */
const MAX_CHAIN_BYTES = 2 ** 30;

/** A piece of guest memory: physical address and length in bytes. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** One request: what the device reads, then what it writes. */
export interface Chain {
  readonly head: number;
  readonly readable: readonly Segment[];
  readonly writable: readonly Segment[];
}

/** The driver broke the rules of the ring: the device needs a reset. */
export class QueueFault extends Error {}

/** A split virtqueue (Virtio 1.2, 2.7), seen from the device. Every address in it is checked when it is used. */
export class VirtQueue {
  /** See {@link Stateful}. */
  readonly stateFields = ['size', 'ready', 'descriptors', 'driver', 'device', 'eventIndex', 'available', 'used'];
  /** Number of descriptors; 0 until the driver has set it. */
  size = 0;
  ready = false;
  /** Physical addresses of descriptor table, driver area (available ring) and device area (used ring). */
  descriptors = 0;
  driver = 0;
  device = 0;
  /** Whether VIRTIO_F_EVENT_IDX was negotiated. */
  eventIndex = false;
  private available = 0;
  private used = 0;

  /** @param maximum largest size that the driver may choose */
  constructor(
    private readonly dma: Dma,
    readonly maximum = MAX_QUEUE_SIZE,
  ) {}

  reset(): void {
    this.size = this.descriptors = this.driver = this.device = this.available = this.used = 0;
    this.ready = this.eventIndex = false;
  }

  /** Takes the next request; undefined when there is none. Throws {@link QueueFault}. */
  pop(): Chain | undefined {
    if (!this.ready || this.size === 0) return undefined;
    const waiting = (this.u16(this.driver + 2) - this.available) & 0xffff;
    if (waiting === 0) return undefined;
    if (waiting > this.size) throw new QueueFault('available index out of range');
    const head = this.u16(this.driver + 4 + 2 * (this.available % this.size));
    const chain = this.walk(head);
    this.available = (this.available + 1) & 0xffff;
    if (this.eventIndex) this.store16(this.device + 4 + 8 * this.size, this.available);
    return chain;
  }

  /** Gives a request back, `written` bytes long; true when the driver wants an interrupt. Throws {@link QueueFault}. */
  push(chain: Chain, written: number): boolean {
    const entry = new DataView(new ArrayBuffer(8));
    entry.setUint32(0, chain.head, true);
    entry.setUint32(4, written, true);
    this.store(this.device + 4 + 8 * (this.used % this.size), new Uint8Array(entry.buffer));
    const before = this.used;
    this.used = (before + 1) & 0xffff;
    this.store16(this.device + 2, this.used);
    if (!this.eventIndex) return (this.u16(this.driver) & NO_INTERRUPT) === 0;
    const event = this.u16(this.driver + 4 + 2 * this.size);
    return ((this.used - event - 1) & 0xffff) < ((this.used - before) & 0xffff);
  }

  private walk(head: number): Chain {
    const readable: Segment[] = [];
    const writable: Segment[] = [];
    let table = this.descriptors;
    let entries = this.size;
    let index = head;
    let total = 0;
    let indirect = false;
    // A loop in the chain ends here: no chain has more descriptors than its table.
    for (let left = entries; ; left--) {
      if (left === 0 || index >= entries) throw new QueueFault('bad descriptor index');
      const bytes = this.load(table + DESCRIPTOR * index, DESCRIPTOR);
      const view = new DataView(bytes.buffer, bytes.byteOffset, DESCRIPTOR);
      const address = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
      const length = view.getUint32(8, true);
      const flags = view.getUint16(12, true);
      if (flags & INDIRECT) {
        entries = length / DESCRIPTOR;
        if (indirect || flags & NEXT || entries < 1 || entries > MAX_QUEUE_SIZE || !Number.isInteger(entries))
          throw new QueueFault('bad indirect descriptor');
        indirect = true;
        table = address;
        index = 0;
        left = entries + 1;
        continue;
      }
      total += length;
      if (total > MAX_CHAIN_BYTES) throw new QueueFault('chain too long');
      if (flags & WRITE) writable.push({ address, length });
      else if (writable.length > 0) throw new QueueFault('readable behind writable');
      else readable.push({ address, length });
      if (!(flags & NEXT)) return { head, readable, writable };
      index = view.getUint16(14, true);
    }
  }

  private load(address: number, size: number): Uint8Array {
    const bytes = this.dma.read(address, size);
    if (bytes === undefined) throw new QueueFault('ring outside RAM');
    return bytes;
  }
  private u16(address: number): number {
    const bytes = this.load(address, 2);
    return bytes[0]! | (bytes[1]! << 8);
  }
  private store(address: number, bytes: Uint8Array): void {
    if (!this.dma.write(address, bytes)) throw new QueueFault('ring outside RAM');
  }
  private store16(address: number, value: number): void {
    this.store(address, Uint8Array.of(value, value >> 8));
  }
}

/** Bytes in a list of segments. */
export function segmentBytes(segments: readonly Segment[]): number {
  return segments.reduce((sum, { length }) => sum + length, 0);
}

/** The part of `segments` from byte `from` on, at most `size` bytes. */
export function sliceSegments(segments: readonly Segment[], from: number, size = Number.POSITIVE_INFINITY): Segment[] {
  const out: Segment[] = [];
  let skip = from;
  let left = size;
  for (const { address, length } of segments) {
    const use = Math.min(length - skip, left);
    if (use > 0) {
      out.push({ address: address + skip, length: use });
      left -= use;
    }
    skip = Math.max(0, skip - length);
  }
  return out;
}

/** Copies segments out of RAM into one array. Throws {@link QueueFault}. */
export function gather(dma: Dma, segments: readonly Segment[]): Uint8Array {
  const parts = segments.map(({ address, length }) => {
    const part = dma.read(address, length);
    if (part === undefined) throw new QueueFault('buffer outside RAM');
    return part;
  });
  if (parts.length === 1) return parts[0]!;
  const out = new Uint8Array(segmentBytes(segments));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Copies `bytes` into segments, as far as they reach; returns how many fitted. Throws {@link QueueFault}. */
export function scatter(dma: Dma, segments: readonly Segment[], bytes: Uint8Array): number {
  let at = 0;
  for (const { address, length } of segments) {
    const part = bytes.subarray(at, at + length);
    if (part.length === 0) break;
    if (!dma.write(address, part)) throw new QueueFault('buffer outside RAM');
    at += part.length;
  }
  return at;
}
