import type { AccessSize, Device, InterruptLine } from './device.js';
import { lowestBit } from './gic-bank.js';

/** EVENT: type in bits 23:16, number below. */
const EVENT_IRQ = 0x10000;
const EVENT_IPI_OTHER = 0x40001;
const EVENT_IPI_SELF = 0x40002;
/** Bits of IPI_CLR and the IPI masks; in IPI_SET bits 0 to 30 name CPUs. */
const IPI_OTHER = 1;
const IPI_SELF = 0x80000000 | 0;
const IPIS = IPI_OTHER | IPI_SELF;
/** Writing bit 0 resets the controller. */
const RST = 0x0c;
/** Blocks of 32 one-bit registers. */
const SW_SET = 0x4000;
const SW_CLEAR = 0x4080;
const MASK_SET = 0x4100;
const MASK_CLEAR = 0x4180;
const HW_STATE = 0x4200;

/** Options of {@link AppleAic}. */
export interface AppleAicOptions {
  /** Number of interrupt inputs, up to 1024. */
  readonly lines: number;
  /** IRQ inputs of the CPUs, up to 31 of them. */
  readonly cpus: readonly InterruptLine[];
  /** Index of the CPU that makes the access being handled. */
  readonly current: () => number;
  /** Ticks of the time base, for the registers at 0x8020; 0 without it. */
  readonly timebase?: () => bigint;
}

/** What one CPU has pending and masked of interrupts between processors: bits IPI_OTHER and IPI_SELF. */
interface IpiState {
  pending: number;
  masked: number;
}

/**
 * Apple Interrupt Controller, first version, as in the A7 to A14 and the M1. Level-sensitive inputs, an event register
 * per CPU whose reading masks the source, interrupts between processors. Timers and fast IPIs do not come here.
 *
 * @example
 * const aic = new AppleAic({ lines: 0x240, cpus: [cpu.irq], current: () => machine.current.index });
 * bus.map(0x23b100000, aic);
 * aic.line(0x90).set(true);
 */
export class AppleAic implements Device {
  /** See {@link Stateful}. */
  readonly stateFields = ['hardware', 'software', 'masked', 'target', 'ipis', 'config'];
  readonly name = 'aic';
  readonly size = 0x9000;
  private readonly words: number;
  private readonly hardware: Int32Array;
  private readonly software: Int32Array;
  private readonly masked: Int32Array;
  /** Destination registers: a bit for each CPU. */
  private readonly target: Uint32Array;
  private readonly ipis: IpiState[];
  private config = 0;

  constructor(private readonly options: AppleAicOptions) {
    this.words = Math.ceil(options.lines / 32);
    this.hardware = new Int32Array(this.words);
    this.software = new Int32Array(this.words);
    this.masked = new Int32Array(this.words);
    this.target = new Uint32Array(options.lines);
    this.ipis = options.cpus.map(() => ({ pending: 0, masked: 0 }));
    this.reset();
  }

  reset(): void {
    this.config = 0;
    this.software.fill(0);
    this.masked.fill(-1);
    this.target.fill(0);
    for (const ipi of this.ipis) {
      ipi.pending = 0;
      ipi.masked = IPIS;
    }
    this.update();
  }

  /** Input `n`, level-sensitive. */
  line(n: number): InterruptLine {
    if (!(n >= 0 && n < this.options.lines)) throw new RangeError(`the AIC has no input ${n}`);
    const bit = 1 << (n & 31);
    return {
      set: level => {
        const before = this.hardware[n >> 5]!;
        this.hardware[n >> 5] = level ? before | bit : before & ~bit;
        if (this.hardware[n >> 5] !== before) this.update();
      },
    };
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4) return 0;
    if (offset >= 0x2000 && offset < 0x2080) return this.readCpu(this.options.current(), offset & 0x7f);
    if (offset >= 0x3000 && offset < 0x4000) return this.target[(offset - 0x3000) >> 2] ?? 0;
    if (offset >= SW_SET && offset < 0x4280) return this.readBits(offset & 0xf80, (offset & 0x7f) >> 2);
    if (offset >= 0x5000 && offset < 0x6000) return this.readCpu((offset - 0x5000) >> 7, offset & 0x7f);
    switch (offset) {
      case 0x4: // CAP0
        return this.options.lines;
      case 0x10:
        return this.config;
      case 0x8020:
        return Number((this.options.timebase?.() ?? 0n) & 0xffffffffn);
      case 0x8028:
        return Number(((this.options.timebase?.() ?? 0n) >> 32n) & 0xffffffffn);
      default:
        return 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (size !== 4) return;
    if (offset >= 0x2000 && offset < 0x2080) this.writeCpu(this.options.current(), offset & 0x7f, value);
    else if (offset >= 0x3000 && offset < 0x4000) {
      const n = (offset - 0x3000) >> 2;
      if (n < this.options.lines) this.target[n] = value;
    } else if (offset >= SW_SET && offset < HW_STATE) this.writeBits(offset & 0xf80, (offset & 0x7f) >> 2, value);
    else if (offset >= 0x5000 && offset < 0x6000) this.writeCpu((offset - 0x5000) >> 7, offset & 0x7f, value);
    else if (offset === RST && value & 1) this.reset();
    else if (offset === 0x10) this.config = value;
    this.update();
  }

  private readBits(block: number, index: number): number {
    const words =
      block === (HW_STATE & 0xf80)
        ? this.hardware
        : block === (MASK_SET & 0xf80) || block === (MASK_CLEAR & 0xf80)
          ? this.masked
          : this.software;
    return words[index] ?? 0;
  }

  private writeBits(block: number, index: number, value: number): void {
    if (index >= this.words) return;
    if (block === (SW_SET & 0xf80)) this.software[index]! |= value;
    else if (block === (SW_CLEAR & 0xf80)) this.software[index]! &= ~value;
    else if (block === (MASK_SET & 0xf80)) this.masked[index]! |= value;
    else if (block === (MASK_CLEAR & 0xf80)) this.masked[index]! &= ~value;
  }

  /** Registers of a CPU, at 0x2000 for the one that asks and from 0x5000 for each. */
  private readCpu(cpu: number, register: number): number {
    const ipi = this.ipis[cpu];
    if (ipi === undefined) return 0;
    switch (register) {
      case 0x00: // WHOAMI
        return cpu;
      case 0x04:
        return this.event(cpu, ipi);
      case 0x24:
      case 0x28:
        return ipi.masked;
      default:
        return 0;
    }
  }

  private writeCpu(cpu: number, register: number, value: number): void {
    const ipi = this.ipis[cpu];
    if (ipi === undefined) return;
    switch (register) {
      case 0x08: // IPI_SET
        if (value & IPI_SELF) ipi.pending |= IPI_SELF;
        this.ipis.forEach((other, n) => {
          if ((value >>> n) & 1) other.pending |= IPI_OTHER;
        });
        break;
      case 0x0c: // IPI_CLR
        ipi.pending &= ~value;
        break;
      case 0x24:
        ipi.masked |= value & IPIS;
        break;
      case 0x28:
        ipi.masked &= ~value;
        break;
    }
  }

  /** Takes the first event of a CPU and masks its source; 0 when there is none. */
  private event(cpu: number, ipi: IpiState): number {
    let event = 0;
    const n = this.firstPending(cpu);
    if (n >= 0) {
      this.masked[n >> 5]! |= 1 << (n & 31);
      event = EVENT_IRQ | n;
    } else {
      const pending = ipi.pending & ~ipi.masked;
      if (pending !== 0) {
        ipi.masked |= pending & IPI_OTHER ? IPI_OTHER : IPI_SELF;
        event = pending & IPI_OTHER ? EVENT_IPI_OTHER : EVENT_IPI_SELF;
      }
    }
    this.update();
    return event;
  }

  private firstPending(cpu: number): number {
    for (let w = 0; w < this.words; w++) {
      let word = (this.hardware[w]! | this.software[w]!) & ~this.masked[w]!;
      while (word !== 0) {
        const n = 32 * w + lowestBit(word);
        word &= word - 1;
        if ((this.target[n]! >>> cpu) & 1) return n;
      }
    }
    return -1;
  }

  private update(): void {
    this.options.cpus.forEach((irq, cpu) => {
      const { pending, masked } = this.ipis[cpu]!;
      irq.set((pending & ~masked) !== 0 || this.firstPending(cpu) >= 0);
    });
  }
}
