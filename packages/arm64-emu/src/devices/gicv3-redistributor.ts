import type { AccessSize, Device } from './device.js';
import { GicBank, gicIdentification } from './gic-bank.js';
import { GIC_IIDR } from './gicv3-distributor.js';

const PROCESSOR_SLEEP = 2;
const CHILDREN_ASLEEP = 4;
/** RD_base and SGI_base, 64 KiB each. */
const FRAMES = 0x20000;

/** GICv3 redistributor of one CPU (GIC architecture 12.11) without LPIs: its SGIs and PPIs. */
export class Gicv3Redistributor implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['bank', 'waker'];
  readonly name = 'gicr';
  readonly size = FRAMES;
  readonly bank = new GicBank(0xffff);
  waker = PROCESSOR_SLEEP | CHILDREN_ASLEEP;

  /** @param affinity of its CPU, Aff3.Aff2.Aff1.Aff0 in 32 bits */
  constructor(
    readonly index: number,
    readonly affinity: number,
    readonly last: boolean,
    private readonly update: () => void,
  ) {}

  reset(): void {
    this.bank.reset();
    this.waker = PROCESSOR_SLEEP | CHILDREN_ASLEEP;
  }

  read(offset: number, size: AccessSize): number {
    const { bank } = this;
    if (offset >= 0x10400 && offset < 0x10420) {
      let value = 0;
      if (size !== 2) for (let i = size - 1; i >= 0; i--) value = (value << 8) | bank.priority[offset - 0x10400 + i]!;
      return value;
    }
    if (size !== 4) return 0;
    switch (offset) {
      case 0x4:
        return GIC_IIDR;
      case 0x8: // GICR_TYPER
        return (1 << 24) | (this.index << 8) | (this.last ? 1 << 4 : 0);
      case 0xc:
        return this.affinity;
      case 0x14:
        return this.waker;
      case 0x10080:
      case 0x10100:
      case 0x10180:
      case 0x10200:
      case 0x10280:
      case 0x10300:
      case 0x10380:
        return bank.readBits(offset);
      case 0x10c00:
      case 0x10c04:
        return bank.readConfig((offset & 4) * 4);
      default:
        return offset >= 0xffd0 && offset < 0x10000 ? gicIdentification(offset, 0x93, 3) : 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): void {
    const { bank } = this;
    if (offset >= 0x10400 && offset < 0x10420) {
      if (size !== 2) for (let i = 0; i < size; i++) bank.priority[offset - 0x10400 + i] = value >>> (8 * i);
    } else if (size !== 4) return;
    else if (offset === 0x14) this.waker = value & PROCESSOR_SLEEP ? PROCESSOR_SLEEP | CHILDREN_ASLEEP : 0;
    else if (offset >= 0x10080 && offset < 0x10400 && (offset & 0x7f) === 0) bank.writeBits(offset, value);
    else if (offset === 0x10c00 || offset === 0x10c04) bank.writeConfig((offset & 4) * 4, value);
    else return;
    this.update();
  }
}

/** The redistributors of all CPUs, one after another. */
export class Gicv3Redistributors implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['list'];
  readonly name = 'gicr';

  /** @param size of the region, in bytes; what no redistributor takes reads as zero */
  constructor(
    readonly list: readonly Gicv3Redistributor[],
    readonly size = list.length * FRAMES,
  ) {}

  read(offset: number, size: AccessSize): number {
    return this.list[Math.floor(offset / FRAMES)]?.read(offset % FRAMES, size) ?? 0;
  }

  write(offset: number, size: AccessSize, value: number): void {
    this.list[Math.floor(offset / FRAMES)]?.write(offset % FRAMES, size, value);
  }

  reset(): void {
    for (const redistributor of this.list) redistributor.reset();
  }
}
