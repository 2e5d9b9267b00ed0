const CYCLE = 31;
const E = 1n;
const RESET_EVENTS = 2n;
const RESET_CYCLES = 4n;
const LC = 0x40n;
const STORED_CONTROL = 0xf9n;

/** Events that can be counted: number, and whether they follow retired instructions. */
const SW_INCR = 0x00n;
const INST_RETIRED = 0x08n;
const CPU_CYCLES = 0x11n;

/**
 * Performance monitors (PMUv3). An instruction takes one cycle here, so that INST_RETIRED, CPU_CYCLES and the cycle
 * counter all follow the instruction count; exception level filters are stored but do not filter.
 */
export class Pmu {
  enabled = 0n;
  overflow = 0n;
  selected = 0n;
  userEnable = 0n;
  interrupts = 0n;
  private stored = LC;
  private readonly types: bigint[];
  /** Counter values minus the instruction count while they run, plain values while they do not. */
  private readonly values: bigint[];

  constructor(
    private readonly counters: number,
    private readonly instructions: () => bigint,
    private readonly idcode = 0x41n,
  ) {
    this.types = new Array<bigint>(32).fill(0n);
    this.values = new Array<bigint>(32).fill(0n);
  }

  /** PMCEID0_EL0: the common events that can be counted. */
  get commonEvents(): bigint {
    return (1n << SW_INCR) | (1n << INST_RETIRED) | (1n << CPU_CYCLES);
  }

  /** PMCR_EL0. */
  get control(): bigint {
    return (this.idcode << 24n) | (BigInt(this.counters) << 11n) | this.stored;
  }

  setControl(v: bigint): void {
    this.reprogram(() => {
      this.stored = v & STORED_CONTROL;
    });
    if ((v & RESET_EVENTS) !== 0n) for (let n = 0; n < this.counters; n++) this.setCounter(n, 0n);
    if ((v & RESET_CYCLES) !== 0n) this.setCounter(CYCLE, 0n);
  }

  enable(bits: bigint, on: boolean): void {
    this.reprogram(() => {
      this.enabled = (on ? this.enabled | bits : this.enabled & ~bits) & this.implemented;
    });
  }

  setOverflow(bits: bigint, on: boolean): void {
    this.overflow = (on ? this.overflow | bits : this.overflow & ~bits) & this.implemented;
  }

  allow(bits: bigint, on: boolean): void {
    this.interrupts = (on ? this.interrupts | bits : this.interrupts & ~bits) & this.implemented;
  }

  setUserEnable(v: bigint): void {
    this.userEnable = v & 0xfn;
  }

  select(v: bigint): void {
    this.selected = v & 31n;
  }

  softwareIncrement(bits: bigint): void {
    for (let n = 0; n < this.counters; n++) {
      if (((bits & this.enabled) >> BigInt(n)) & 1n && (this.types[n]! & 0xffffn) === SW_INCR && this.stored & E)
        this.values[n] = BigInt.asUintN(32, this.values[n]! + 1n);
    }
  }

  /** Value of an event counter, or of the cycle counter as 31. Absent counters read as zero. */
  counter(n: number): bigint {
    if (!this.exists(n)) return 0n;
    const value = this.values[n]! + (this.runs(n) ? this.instructions() : 0n);
    return BigInt.asUintN(n === CYCLE ? 64 : 32, value);
  }

  setCounter(n: number, v: bigint): void {
    if (this.exists(n)) this.values[n] = v - (this.runs(n) ? this.instructions() : 0n);
  }

  type(n: number): bigint {
    return this.exists(n) ? this.types[n]! : 0n;
  }

  setType(n: number, v: bigint): void {
    if (!this.exists(n)) return;
    this.reprogram(() => {
      this.types[n] = v & (n === CYCLE ? 0xf800_0000n : 0xf800_ffffn);
    });
  }

  reset(): void {
    this.enabled = this.overflow = this.selected = this.userEnable = this.interrupts = 0n;
    this.stored = LC;
    this.types.fill(0n);
    this.values.fill(0n);
  }

  private get implemented(): bigint {
    return (1n << 31n) | ((1n << BigInt(this.counters)) - 1n);
  }

  private exists(n: number): boolean {
    return n === CYCLE || n < this.counters;
  }

  private runs(n: number): boolean {
    if ((this.stored & E) === 0n || ((this.enabled >> BigInt(n)) & 1n) === 0n) return false;
    const event = this.types[n]! & 0xffffn;
    return n === CYCLE || event === INST_RETIRED || event === CPU_CYCLES;
  }

  /** Changes what counts without losing counts. */
  private reprogram(change: () => void): void {
    const before = this.values.map((_, n) => this.counter(n));
    change();
    before.forEach((v, n) => {
      this.setCounter(n, v);
    });
  }
}
