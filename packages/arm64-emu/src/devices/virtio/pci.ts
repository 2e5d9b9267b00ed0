import type { AccessSize } from '../device.js';
import { type PciBar, PciFunction } from '../pci/function.js';
import type { VirtioDevice } from './device.js';
import { Negotiation } from './negotiation.js';

const VENDOR = 0x1af4;
const MODERN_DEVICE = 0x1040;
const CAP_VENDOR = 0x09;
const NO_VECTOR = 0xffff;

/** PCI class codes by virtio device id. */
const CLASS: Readonly<Record<number, number>> = { 1: 0x020000, 2: 0x010000, 3: 0x078000, 4: 0x00ff00 };

/** The structures in BAR 4: `cfg_type`, where and how long, each a page apart as in QEMU. */
const STRUCTURES = [
  [1, 0x0000], // common configuration
  [3, 0x1000], // ISR status
  [4, 0x2000], // device-specific configuration
  [2, 0x3000], // notifications
] as const;
const STRUCTURE_SIZE = 0x1000;
const NOTIFY_MULTIPLIER = 4;
const BAR = 4;

/** What a {@link VirtioPci} may be called instead of its standard ids. */
export interface VirtioPciOptions {
  readonly vendor?: number;
  readonly device?: number;
}

/**
 * Virtio over PCI (Virtio 1.2, 4.1), modern layout only, with INTA and no MSI-X.
 *
 * @example pci.add(new VirtioPci(new VirtioBlock(bus, disk)));
 */
export class VirtioPci extends PciFunction implements PciBar {
  /** See {@link Stateful}. */
  override readonly stateFields = ['config', 'pending', 'device', 'negotiation', 'isr', 'generation', 'queueSelect'];
  readonly index = BAR;
  readonly size = 4 * STRUCTURE_SIZE;
  private readonly negotiation: Negotiation;
  /** Bit 0: used buffers, bit 1: configuration change. */
  private isr = 0;
  private generation = 0;
  private queueSelect = 0;
  private readonly accessCapability: number;

  constructor(
    private readonly device: VirtioDevice,
    options: VirtioPciOptions = {},
  ) {
    super(device.name, {
      vendor: options.vendor ?? VENDOR,
      device: options.device ?? MODERN_DEVICE + device.id,
      classCode: CLASS[device.id] ?? 0xff0000,
      revision: 1,
      subsystemVendor: VENDOR,
      subsystem: 0x1100,
    });
    this.negotiation = new Negotiation(device, 2);
    this.useInterrupt();
    this.addBar(this);
    for (const [type, offset] of STRUCTURES) {
      const body = new Uint8Array(type === 2 ? 18 : 14);
      const view = new DataView(body.buffer);
      body.set([body.length + 2, type, BAR]);
      view.setUint32(6, offset, true);
      view.setUint32(10, STRUCTURE_SIZE, true);
      if (type === 2) view.setUint32(14, NOTIFY_MULTIPLIER, true);
      this.addCapability(CAP_VENDOR, body);
    }
    // Access to the BAR through configuration space: bar, offset, length and data can be written.
    const access = new Uint8Array(18);
    access.set([20, 5]);
    const writable = new Uint8Array(18).fill(0xff, 6);
    writable[2] = 0xff;
    this.accessCapability = this.addCapability(CAP_VENDOR, access, writable);
    device.interrupt = reason => {
      if (reason === 'config') this.generation = (this.generation + 1) & 0xff;
      this.isr |= reason === 'queue' ? 1 : 2;
      this.setInterrupt(true);
    };
  }

  override reset(): void {
    super.reset();
    this.device.reset();
    this.deviceReset();
  }

  override readConfig(offset: number, size: AccessSize): number {
    const window = this.accessWindow(offset, size);
    if (window === undefined) return super.readConfig(offset, size);
    return this.read(window, size);
  }

  override writeConfig(offset: number, size: AccessSize, value: number): void {
    super.writeConfig(offset, size, value);
    const window = this.accessWindow(offset, size);
    if (window !== undefined) this.write(window, size, value);
  }

  /** Offset in the BAR when `offset` is the data field of the access capability, and what it says makes sense. */
  private accessWindow(offset: number, size: AccessSize): number | undefined {
    const at = this.accessCapability;
    if (offset !== at + 16) return undefined;
    const view = new DataView(this.config.buffer);
    const target = view.getUint32(at + 8, true);
    const fits = view.getUint32(at + 12, true) === size && target % size === 0 && target + size <= this.size;
    return this.config[at + 4] === BAR && fits ? target : undefined;
  }

  // ---- BAR 4

  read(offset: number, size: AccessSize): number {
    const at = offset % STRUCTURE_SIZE;
    switch (offset - at) {
      case 0x0000:
        return this.readCommon(at);
      case 0x1000: {
        if (at !== 0) return 0;
        const value = this.isr;
        this.isr = 0;
        this.setInterrupt(false);
        return value;
      }
      case 0x2000: {
        let value = 0;
        for (let i = size - 1; i >= 0; i--) value = (value << 8) | this.device.readConfig(at + i);
        return value;
      }
      default:
        return 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): void {
    const at = offset % STRUCTURE_SIZE;
    if (offset < 0x1000) this.writeCommon(at, value);
    else if (offset >= 0x3000) this.device.notify(Math.floor(at / NOTIFY_MULTIPLIER));
    else if (offset >= 0x2000)
      for (let i = 0; i < size; i++) this.device.writeConfig(at + i, (value >>> (8 * i)) & 0xff);
  }

  private readCommon(at: number): number {
    const queue = this.device.queues[this.queueSelect];
    switch (at) {
      case 0x00:
        return this.negotiation.deviceSelect;
      case 0x04:
        return this.negotiation.readFeatures();
      case 0x08:
        return this.negotiation.driverSelect;
      case 0x0c:
        return this.negotiation.readDriverFeatures();
      case 0x10: // config_msix_vector
      case 0x1a: // queue_msix_vector
        return NO_VECTOR;
      case 0x12:
        return this.device.queues.length;
      case 0x14:
        return this.device.status;
      case 0x15:
        return this.generation;
      case 0x16:
        return this.queueSelect;
      case 0x18:
        return queue === undefined ? 0 : queue.size || queue.maximum;
      case 0x1c:
        return queue?.ready ? 1 : 0;
      case 0x1e: // queue_notify_off
        return queue === undefined ? 0 : this.queueSelect;
      default: {
        const part = queuePart(at);
        if (queue === undefined || part === undefined) return 0;
        return at & 4 ? Math.floor(queue[part] / 2 ** 32) : queue[part] % 2 ** 32;
      }
    }
  }

  private writeCommon(at: number, value: number): void {
    const queue = this.device.queues[this.queueSelect];
    switch (at) {
      case 0x00:
        this.negotiation.deviceSelect = value;
        break;
      case 0x08:
        this.negotiation.driverSelect = value;
        break;
      case 0x0c:
        this.negotiation.writeDriverFeatures(value);
        break;
      case 0x14:
        this.negotiation.writeStatus(value & 0xff);
        if (this.device.status === 0) this.deviceReset();
        break;
      case 0x16:
        this.queueSelect = value & 0xffff;
        break;
      case 0x18:
        if (queue !== undefined && value <= queue.maximum) queue.size = value;
        break;
      case 0x1c:
        if (queue !== undefined && value === 1) {
          queue.size ||= queue.maximum;
          queue.ready = true;
        }
        break;
      default: {
        const part = queuePart(at);
        if (queue === undefined || part === undefined) return;
        const [low, high] = [queue[part] % 2 ** 32, Math.floor(queue[part] / 2 ** 32)];
        queue[part] = at & 4 ? value * 2 ** 32 + low : high * 2 ** 32 + value;
      }
    }
  }

  private deviceReset(): void {
    this.isr = 0;
    this.queueSelect = 0;
    this.negotiation.reset();
    this.setInterrupt(false);
  }
}

/** The queue's address that a word of the common configuration is half of. */
function queuePart(at: number): 'descriptors' | 'driver' | 'device' | undefined {
  return ({ 32: 'descriptors', 40: 'driver', 48: 'device' } as const)[at & ~4];
}
