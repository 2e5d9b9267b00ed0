import type { Dma } from '../device.js';
import type { HostInput, InputGate } from '../host-input.js';
import { VirtioDevice } from './device.js';
import { type Chain, gather, QueueFault, type Segment, scatter, segmentBytes, sliceSegments } from './queue.js';

const SECTOR = 512;
const NOTHING = new Uint8Array(0);
const F_SEG_MAX = 1n << 2n;
const F_RO = 1n << 5n;
const F_BLK_SIZE = 1n << 6n;
const F_FLUSH = 1n << 9n;
const T_IN = 0;
const T_OUT = 1;
const T_FLUSH = 4;
const T_GET_ID = 8;
/** Status byte of a request. */
export const BLK_STATUS = { ok: 0, ioError: 1, unsupported: 2 } as const;
/** Bytes of the configuration space up to the discard and zeroing fields. */
const CONFIG_SIZE = 60;

/** Where a disk's contents are kept. Offsets and lengths are in bytes and within `size`. */
export interface BlockStore {
  /** Bytes; what exceeds whole sectors of 512 is not seen by the guest. */
  readonly size: number;
  readonly readOnly: boolean;
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** Makes what was written durable. */
  flush(): void;
}

/**
 * A disk in memory; the guest changes `bytes` itself.
 *
 * @example new VirtioBlock(bus, new MemoryDisk(image))
 */
export class MemoryDisk implements BlockStore {
  /** See {@link Stateful}. */
  readonly stateFields = ['bytes'];
  constructor(
    readonly bytes: Uint8Array,
    readonly readOnly = false,
  ) {}
  get size(): number {
    return this.bytes.length;
  }
  read(offset: number, length: number): Uint8Array {
    return this.bytes.subarray(offset, offset + length);
  }
  write(offset: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, offset);
  }
  flush(): void {}
}

/** Virtio block device (Virtio 1.2, 5.2) with one queue. */
export class VirtioBlock extends VirtioDevice implements HostInput {
  /** See {@link Stateful}. */
  override readonly stateFields = ['status', 'driverFeatures', 'queues', 'config', 'store'];
  readonly name: string = 'virtio-blk';
  readonly id = 2;
  readonly features: bigint;
  /** See {@link HostInput}. */
  readonly hostInput = 'disk';
  gate: InputGate | undefined;
  private readonly sectors: number;

  /**
   * @param serial what VIRTIO_BLK_T_GET_ID answers, up to 20 bytes
   * @param configSize bytes of the configuration space
   */
  constructor(
    dma: Dma,
    private readonly store: BlockStore,
    private readonly serial = '',
    configSize = CONFIG_SIZE,
  ) {
    super(dma, 1, new Uint8Array(configSize));
    this.sectors = Math.floor(store.size / SECTOR);
    this.features = F_SEG_MAX | F_BLK_SIZE | F_FLUSH | (store.readOnly ? F_RO : 0n);
    const config = new DataView(this.config.buffer);
    config.setBigUint64(0, BigInt(this.sectors), true);
    config.setUint32(12, 254, true); // seg_max
    config.setUint32(20, SECTOR, true); // blk_size
  }

  protected process(index: number): void {
    this.drain(index, chain => this.request(chain));
  }

  /** Status of a request of a type that the specification does not have. */
  protected other(_type: number): number {
    return BLK_STATUS.unsupported;
  }

  /** Serves a request; returns the number of bytes written to the guest, the status byte included. */
  private request({ readable, writable }: Chain): number {
    const room = segmentBytes(writable);
    if (segmentBytes(readable) < 16 || room < 1) throw new QueueFault('request without header or status');
    const header = gather(this.dma, sliceSegments(readable, 0, 16));
    const view = new DataView(header.buffer, header.byteOffset, 16);
    const sector = view.getUint32(8, true) + view.getUint32(12, true) * 2 ** 32;
    const target = sliceSegments(writable, 0, room - 1);
    let written = 0;
    let status: number = BLK_STATUS.ok;
    switch (view.getUint32(0, true)) {
      case T_IN:
        if (this.transfer(target, sector, false)) written = room - 1;
        else status = BLK_STATUS.ioError;
        break;
      case T_OUT:
        if (!this.transfer(sliceSegments(readable, 16), sector, true)) status = BLK_STATUS.ioError;
        break;
      case T_FLUSH:
        status = this.done(() => this.store.flush()) ? BLK_STATUS.ok : BLK_STATUS.ioError;
        break;
      case T_GET_ID: {
        const id = new Uint8Array(20);
        id.set(new TextEncoder().encode(this.serial).subarray(0, 20));
        written = scatter(this.dma, target, id);
        break;
      }
      default:
        status = this.other(view.getUint32(0, true));
    }
    scatter(this.dma, sliceSegments(writable, room - 1), Uint8Array.of(status));
    return written + 1;
  }

  /** Nothing comes unasked. */
  enter(): void {}

  /** What the host gives; nothing when it fails, as file access may: the guest sees an I/O error. */
  private answer(give: () => Uint8Array): Uint8Array {
    const make = (): Uint8Array => {
      try {
        return give();
      } catch {
        return NOTHING;
      }
    };
    // A store that is part of the machine answers the same by itself.
    return isStateful(this.store) ? make() : (this.gate?.answers(make) ?? make());
  }
  /** Whether the host did something. */
  private done(act: () => void): boolean {
    const answer = this.answer(() => {
      act();
      return Uint8Array.of(1);
    });
    return answer.length > 0;
  }

  private transfer(segments: readonly Segment[], sector: number, write: boolean): boolean {
    const size = segmentBytes(segments);
    if (size % SECTOR !== 0 || sector + size / SECTOR > this.sectors || (write && this.store.readOnly)) return false;
    let offset = sector * SECTOR;
    for (const segment of segments) {
      if (write) {
        const bytes = gather(this.dma, [segment]);
        if (!this.done(() => this.store.write(offset, bytes))) return false;
      } else {
        const bytes = this.answer(() => this.store.read(offset, segment.length));
        if (bytes.length !== segment.length) return false;
        scatter(this.dma, [segment], bytes);
      }
      offset += segment.length;
    }
    return true;
  }
}

const isStateful = (store: BlockStore): boolean => 'stateFields' in store;
