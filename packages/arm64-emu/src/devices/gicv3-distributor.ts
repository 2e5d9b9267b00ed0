import type { AccessSize, Device } from './device.js';
import { GicBank, gicIdentification } from './gic-bank.js';

const ENABLE_GROUP0 = 1;
const ENABLE_GROUP1 = 2;
/** Affinity routing on and one security state, both for ever. */
const ARE_DS = (1 << 4) | (1 << 6);
/** GICD_IIDR and GICR_IIDR: implementer ARM. */
export const GIC_IIDR = 0x43b;

/**
 * GICv3 distributor (GIC architecture 12.9) with one security state and affinity routing.
 * Holds the SPIs; what belongs to SGIs and PPIs reads as zero, as affinity routing demands.
 */
export class Gicv3Distributor implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['control', 'banks', 'router', 'target'];
  readonly name = 'gicd';
  readonly size = 0x10000;
  /** GICD_CTLR's group enables. */
  control = 0;
  /** `banks[n]` holds interrupts 32n to 32n + 31; the first one stays unused. */
  readonly banks: readonly GicBank[];
  /** GICD_IROUTER, low and high words. */
  readonly router: Uint32Array;
  /** CPU that each SPI goes to; -1 when its route names none. */
  readonly target: Int16Array;

  /**
   * @param lines number of interrupt ids, a multiple of 32: 32 SGIs and PPIs, then the SPIs
   * @param cpuAt index of the CPU with an affinity (Aff3.Aff2.Aff1.Aff0), -1 if there is none
   * @param update recomputes what each CPU sees
   */
  constructor(
    readonly lines: number,
    private readonly cpuAt: (affinity: number) => number,
    private readonly update: () => void,
  ) {
    this.banks = Array.from({ length: lines / 32 }, () => new GicBank());
    this.router = new Uint32Array(2 * lines);
    this.target = new Int16Array(lines);
    this.reset();
  }

  reset(): void {
    this.control = 0;
    for (const bank of this.banks) bank.reset();
    this.router.fill(0);
    this.target.fill(this.cpuAt(0));
  }

  /** Bit mask of interrupts of a bank whose group is enabled. */
  groupMask(bank: GicBank): number {
    return (this.control & ENABLE_GROUP0 ? ~bank.group : 0) | (this.control & ENABLE_GROUP1 ? bank.group : 0);
  }

  read(offset: number, size: AccessSize): number {
    if (offset >= 0x400 && offset < 0x800) return this.readPriority(offset - 0x400, size);
    if (size !== 4) return 0;
    if (offset >= 0x80 && offset < 0x400) return this.bank((offset & 0x7c) >> 2)?.readBits(offset) ?? 0;
    if (offset >= 0xc00 && offset < 0xd00)
      return this.bank((offset - 0xc00) >> 3)?.readConfig(((offset >> 2) & 1) * 16) ?? 0;
    if (offset >= 0x6100 && offset < 0x6000 + 8 * this.lines) return this.router[(offset - 0x6000) >> 2]!;
    switch (offset) {
      case 0x0: // GICD_CTLR
        return this.control | ARE_DS;
      // GICD_TYPER: no 1-of-N, affinity level 3 valid, 16 id bits; the number of lines as QEMU gives it, one bank short.
      case 0x4:
        return (1 << 25) | (1 << 24) | (0xf << 19) | Math.max(0, this.lines / 32 - 2);
      case 0x8:
        return GIC_IIDR;
      default:
        return offset >= 0xffd0 ? gicIdentification(offset, 0x92, 3) : 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (offset >= 0x400 && offset < 0x800) this.writePriority(offset - 0x400, size, value);
    else if (size !== 4) return;
    else if (offset === 0) this.control = value & (ENABLE_GROUP0 | ENABLE_GROUP1);
    else if (offset >= 0x80 && offset < 0x400) this.bank((offset & 0x7c) >> 2)?.writeBits(offset, value);
    else if (offset >= 0xc00 && offset < 0xd00)
      this.bank((offset - 0xc00) >> 3)?.writeConfig(((offset >> 2) & 1) * 16, value);
    else if (offset >= 0x6100 && offset < 0x6000 + 8 * this.lines) this.writeRouter((offset - 0x6000) >> 2, value);
    else return;
    this.update();
  }

  private bank(index: number): GicBank | undefined {
    return index === 0 ? undefined : this.banks[index];
  }

  private readPriority(id: number, size: AccessSize): number {
    let value = 0;
    if (size === 2 || id < 32 || id >= this.lines) return 0;
    for (let i = size - 1; i >= 0; i--) value = (value << 8) | this.banks[id >> 5]!.priority[(id + i) & 31]!;
    return value;
  }

  private writePriority(id: number, size: AccessSize, value: number): void {
    if (size === 2 || id < 32 || id >= this.lines) return;
    for (let i = 0; i < size; i++) this.banks[id >> 5]!.priority[(id + i) & 31] = value >>> (8 * i);
  }

  private writeRouter(word: number, value: number): void {
    this.router[word] = value;
    const id = word >> 1;
    const [low, high] = [this.router[2 * id]!, this.router[2 * id + 1]!];
    this.target[id] = this.cpuAt((high & 0xff) * 0x1000000 + (low & 0xffffff));
  }
}
