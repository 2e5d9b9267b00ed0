import type { Dma, Log } from '../device.js';
import { type Chain, QueueFault, segmentBytes, VirtQueue } from './queue.js';

export const F_NOTIFY_ON_EMPTY = 1n << 24n;
export const F_ANY_LAYOUT = 1n << 27n;
export const F_INDIRECT_DESC = 1n << 28n;
export const F_EVENT_IDX = 1n << 29n;
export const F_VERSION_1 = 1n << 32n;

export const STATUS_DRIVER_OK = 4;
export const STATUS_FEATURES_OK = 8;
export const STATUS_NEEDS_RESET = 0x40;

/** Bytes that the requests of one notification may move: far beyond any driver, a second or two for the host. */
const MAX_DRAIN_BYTES = 2 ** 32;

/** Why the transport interrupts: used buffers, or a change of the configuration. */
export type InterruptReason = 'queue' | 'config';

/** What every virtio device has: features, status, queues, configuration space (Virtio 1.2, chapter 2). */
export abstract class VirtioDevice {
  /** See {@link Stateful}. */
  readonly stateFields: readonly string[] = ['status', 'driverFeatures', 'queues', 'config'];
  abstract readonly name: string;
  /** Virtio device id, such as 2 for a block device. */
  abstract readonly id: number;
  /** Feature bits of the device type; the transport adds its own. */
  abstract readonly features: bigint;
  readonly queues: readonly VirtQueue[];
  status = 0;
  /** Features that the driver accepted. */
  driverFeatures = 0n;
  /** Set by the transport. */
  interrupt: ((reason: InterruptReason, queue: number) => void) | undefined;
  log: Log | undefined;

  /**
   * @param queues how many
   * @param config configuration space, little-endian
   */
  constructor(
    protected readonly dma: Dma,
    queues: number,
    protected readonly config: Uint8Array<ArrayBuffer>,
  ) {
    this.queues = Array.from({ length: queues }, () => new VirtQueue(dma));
  }

  /** Whether the driver is up and the device is not broken. */
  get running(): boolean {
    return (this.status & (STATUS_DRIVER_OK | STATUS_NEEDS_RESET)) === STATUS_DRIVER_OK;
  }

  negotiated(feature: bigint): boolean {
    return (this.driverFeatures & feature) !== 0n;
  }

  reset(): void {
    this.status = 0;
    this.driverFeatures = 0n;
    for (const queue of this.queues) queue.reset();
  }

  /** The driver wrote the features and set FEATURES_OK, or DRIVER_OK in legacy mode. */
  featuresDone(): void {
    for (const queue of this.queues) queue.eventIndex = this.negotiated(F_EVENT_IDX);
  }

  /** The driver has put requests into queue `index`. */
  notify(index: number): void {
    if (this.running && this.queues[index] !== undefined) this.guarded(() => this.process(index));
  }

  /** Handles what is in queue `index`. Exceptions of type {@link QueueFault} break the device until it is reset. */
  protected abstract process(index: number): void;

  /** Reads a byte of the configuration space; all ones behind its end, as QEMU answers. */
  readConfig(offset: number): number {
    return this.config[offset] ?? 0xff;
  }

  /** Writes a byte of the configuration space; ignored unless the device type says otherwise. */
  writeConfig(_offset: number, _value: number): void {}

  /** Runs `fn`; a broken ring sets NEEDS_RESET. */
  protected guarded(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      if (!(error instanceof QueueFault)) throw error;
      this.log?.(`${this.name}: ${error.message}`);
      this.status |= STATUS_NEEDS_RESET;
      this.interrupt?.('config', 0);
    }
  }

  /** Takes requests from a queue and answers each with the number of bytes that `handle` wrote. */
  protected drain(index: number, handle: (chain: Chain) => number): void {
    const queue = this.queues[index]!;
    let wanted = false;
    let bytes = 0;
    // No more than the ring can hold: requests may overwrite the ring itself.
    for (let left = queue.size; left > 0; left--) {
      const chain = queue.pop();
      if (chain === undefined) break;
      bytes += segmentBytes(chain.readable) + segmentBytes(chain.writable);
      if (bytes > MAX_DRAIN_BYTES) throw new QueueFault('requests move too much at once');
      wanted = queue.push(chain, handle(chain)) || wanted;
    }
    if (wanted) this.interrupt?.('queue', index);
  }
}
