import type { AccessSize, Device, InterruptLine } from '../device.js';
import type { VirtioDevice } from './device.js';
import { Negotiation } from './negotiation.js';
import type { VirtQueue } from './queue.js';

const MAGIC = 0x74726976;
/** QEMU's vendor id, which drivers may look for. */
const VENDOR = 0x554d4551;

/** Options of {@link VirtioMmio}. */
export interface VirtioMmioOptions {
  /** 1 is legacy, QEMU's default; 2 is Virtio 1.x. */
  readonly version: 1 | 2;
  readonly line: InterruptLine;
  /** What is plugged in; an empty slot has device id 0. */
  readonly device?: VirtioDevice | undefined;
}

/**
 * Virtio over MMIO (Virtio 1.2, 4.2), register layouts 1 (legacy) and 2.
 *
 * @example
 * bus.map(0x0a000000, new VirtioMmio({ version: 2, line: gic.spi(16), device: disk }));
 */
export class VirtioMmio implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = [
    'device',
    'negotiation',
    'interruptStatus',
    'queueSelect',
    'generation',
    'pageSize',
    'align',
    'pages',
  ];
  readonly name: string;
  readonly size = 0x200;
  private readonly device: VirtioDevice | undefined;
  private readonly negotiation: Negotiation | undefined;
  private interruptStatus = 0;
  private queueSelect = 0;
  private generation = 0;
  private pageSize = 0;
  private align = 0;
  /** QueuePFN of each queue. */
  private readonly pages: number[];

  constructor(private readonly options: VirtioMmioOptions) {
    const { device } = options;
    this.device = device;
    this.negotiation = device && new Negotiation(device, options.version);
    this.name = `virtio-mmio${device === undefined ? '' : ` ${device.name}`}`;
    this.pages = (device?.queues ?? []).map(() => 0);
    if (device !== undefined)
      device.interrupt = reason => {
        if (reason === 'config') this.generation = (this.generation + 1) >>> 0;
        this.interruptStatus |= reason === 'queue' ? 1 : 2;
        this.update();
      };
  }

  reset(): void {
    this.device?.reset();
    this.negotiation?.reset();
    this.interruptStatus = this.queueSelect = 0;
    this.pageSize = this.align = 0;
    this.pages.fill(0);
    this.update();
  }

  read(offset: number, size: AccessSize): number {
    const { device } = this;
    if (offset < 0x0c || device === undefined)
      return size !== 4
        ? 0
        : offset === 0
          ? MAGIC
          : offset === 4
            ? this.options.version
            : offset === 8
              ? (device?.id ?? 0)
              : offset === 0xc
                ? VENDOR
                : 0;
    if (offset >= 0x100) {
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = (value << 8) | device.readConfig(offset - 0x100 + i);
      return value;
    }
    if (size !== 4) return 0;
    const legacy = this.options.version === 1;
    const queue = device.queues[this.queueSelect];
    switch (offset) {
      case 0x0c:
        return VENDOR;
      case 0x10:
        return this.negotiation!.readFeatures();
      case 0x34:
        return queue?.maximum ?? 0;
      case 0x40:
        return legacy ? (this.pages[this.queueSelect] ?? 0) : 0;
      case 0x44:
        return !legacy && queue?.ready ? 1 : 0;
      case 0x60:
        return this.interruptStatus;
      case 0x70:
        return device.status;
      case 0xb0: // shared memory of no length
      case 0xb4:
      case 0xb8:
      case 0xbc:
        return 0xffffffff;
      case 0xfc:
        return legacy ? 0 : this.generation;
      default:
        return 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): void {
    const { device, negotiation } = this;
    if (device === undefined || negotiation === undefined) return;
    if (offset >= 0x100) {
      for (let i = 0; i < size; i++) device.writeConfig(offset - 0x100 + i, (value >>> (8 * i)) & 0xff);
      return;
    }
    if (size !== 4) return;
    switch (offset) {
      case 0x14:
        negotiation.deviceSelect = value;
        break;
      case 0x20:
        negotiation.writeDriverFeatures(value);
        break;
      case 0x24:
        negotiation.driverSelect = value;
        break;
      case 0x30:
        this.queueSelect = value;
        break;
      case 0x38: {
        const queue = device.queues[this.queueSelect];
        if (queue !== undefined && value <= queue.maximum) queue.size = value;
        break;
      }
      case 0x50:
        device.notify(value);
        break;
      case 0x64:
        this.interruptStatus &= ~value;
        this.update();
        break;
      case 0x70:
        negotiation.writeStatus(value & 0xff);
        if (device.status === 0) this.deviceReset();
        break;
      default:
        if (this.options.version === 1) this.writeLegacy(device, offset, value);
        else writeAddress(device.queues[this.queueSelect], offset, value);
    }
  }

  /** The driver wrote zero to the status. */
  private deviceReset(): void {
    this.interruptStatus = 0;
    this.pages.fill(0);
    this.update();
  }

  /** Registers of layout 1: the three parts of a queue follow one another from a page on. */
  private writeLegacy(device: VirtioDevice, offset: number, value: number): void {
    const queue = device.queues[this.queueSelect];
    if (offset === 0x28) this.pageSize = value;
    else if (offset === 0x3c) this.align = value;
    else if (offset === 0x40 && queue !== undefined) {
      this.pages[this.queueSelect] = value;
      if (value === 0) {
        queue.reset();
        return;
      }
      const align = this.align === 0 ? 4096 : this.align;
      queue.descriptors = value * this.pageSize;
      queue.driver = queue.descriptors + 16 * queue.size;
      queue.device = Math.ceil((queue.driver + 4 + 2 * queue.size) / align) * align;
      queue.ready = true;
    }
  }

  private update(): void {
    this.options.line.set(this.interruptStatus !== 0);
  }
}

/** Registers of layout 2: the addresses of a queue's three parts, in halves, and QueueReady. */
function writeAddress(queue: VirtQueue | undefined, offset: number, value: number): void {
  if (queue === undefined) return;
  const part = ({ 128: 'descriptors', 144: 'driver', 160: 'device' } as const)[offset & ~4];
  if (offset === 0x44) queue.ready = (value & 1) === 1;
  else if (part !== undefined) {
    const [low, high] = [queue[part] % 2 ** 32, Math.floor(queue[part] / 2 ** 32)];
    queue[part] = offset & 4 ? value * 2 ** 32 + low : high * 2 ** 32 + value;
  }
}
