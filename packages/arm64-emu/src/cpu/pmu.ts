const CYCLE = 31;
const E = 1n;
const RESET_EVENTS = 2n;
const RESET_CYCLES = 4n;
const LC = 0x40n;
const LP = 0x80n;
const DP = 0x20n;
/** Bits of PMCR that keep what is written: E, X, DP, LC, and LP where it exists. */
const STORED_CONTROL = 0x71n;

const SW_INCR = 0x00n;
const INST_RETIRED = 0x08n;
const CPU_CYCLES = 0x11n;
const CHAIN = 0x1en;
/** What has to be there from PMUv3p1 on, and from PMUv3p4: STALL_FRONTEND and STALL_BACKEND; STALL. */
export const STALLS = { PMUv3p1: [0x23n, 0x24n], PMUv3p4: [0x3cn] } as const;
const EVENT = 0xffffn;
/** Filter bits of PMEVTYPER and PMCCFILTR: do not count at EL0 (U), at EL1 (P); count at EL2 (NSH). */
const FILTER = [1n << 30n, 1n << 31n];
const NSH = 1n << 27n;

/** Bits of MDCR_EL2: EL2's own counters are those from HPMN up. */
const MDCR = {
  HPMN: 0x1fn,
  HPME: 1n << 7n,
  /** The others do not count at EL2; nor the cycle counter, if PMCR.DP says so. */
  HPMD: 1n << 17n,
  /** The cycle counter does not count at EL2 (PMUv3p5). */
  HCCD: 1n << 23n,
  /** EL2's counters overflow out of 64 bits (PMUv3p5). */
  HLP: 1n << 26n,
} as const;

const changed = (old: bigint, bits: bigint, on: boolean): bigint => (on ? old | bits : old & ~bits);

/** What the counters count, and who hears of overflows. */
export interface PmuPort {
  /** Instructions executed so far. */
  instructions(): bigint;
  /** Current exception level. */
  level(): number;
  /** The overflow interrupt. */
  interrupt(level: boolean): void;
}

/** Sizes of a PMU. */
export interface PmuConfig {
  /** Event counters beside the cycle counter. */
  readonly counters: number;
  /** Event counters of 64 bits (PMUv3p5). */
  readonly long: boolean;
  /** Events of stalls that the version has: nothing ever stalls here. */
  readonly stalls: readonly bigint[];
  /** EL2 may keep counters for itself. */
  readonly hypervisor: boolean;
  /** PMCR_EL0.IMP and IDCODE. */
  readonly implementer?: bigint;
}

/**
 * Performance monitors (Arm ARM, D12: PMUv3). An instruction takes one cycle here: INST_RETIRED, CPU_CYCLES and the
 * cycle counter follow the instruction count. Counters are brought up to date when someone looks.
 */
export class Pmu {
  /** See {@link Stateful}. */
  readonly stateFields = [
    'enabled',
    'selected',
    'userEnable',
    'interrupts',
    'overflows',
    'stored',
    'el',
    'mdcr',
    'since',
    'types',
    'values',
  ];
  enabled = 0n;
  selected = 0n;
  userEnable = 0n;
  interrupts = 0n;
  private overflows = 0n;
  private stored = LC;
  private el = 1;
  /** MDCR_EL2. */
  private mdcr = 0n;
  private since = 0n;
  private readonly types = new Array<bigint>(32).fill(0n);
  private readonly values = new Array<bigint>(32).fill(0n);

  constructor(
    private readonly config: PmuConfig,
    private readonly port: PmuPort,
  ) {}

  /** The common events that there are, as bits: PMCEID0_EL0, and 32 bits further up PMCEID1_EL0. */
  get commonEvents(): bigint {
    const events = [SW_INCR, INST_RETIRED, CPU_CYCLES, CHAIN, ...this.config.stalls];
    return events.reduce((set, event) => set | (1n << event), 0n);
  }

  /** Whether any counter runs, so that exception levels and overflows have to be watched. */
  get active(): boolean {
    return this.enabled !== 0n && ((this.stored & E) !== 0n || this.hypervisorOn);
  }

  /** PMCR_EL0. Below EL2, only the counters that EL2 leaves are there. */
  get control(): bigint {
    return ((this.config.implementer ?? 0x41n) << 24n) | (BigInt(this.visible) << 11n) | this.stored;
  }
  setControl(v: bigint): void {
    this.sync();
    this.stored = v & (this.config.long ? STORED_CONTROL | LP : STORED_CONTROL);
    if ((v & RESET_EVENTS) !== 0n) this.values.fill(0n, 0, this.visible);
    if ((v & RESET_CYCLES) !== 0n) this.values[CYCLE] = 0n;
    this.update();
  }

  /** MDCR_EL2 is `v` from now on. */
  setHypervisor(v: bigint): void {
    this.sync();
    this.mdcr = v;
    this.update();
  }

  /** PMCNTENSET_EL0 and PMINTENSET_EL1 as they are read here. */
  get enabledHere(): bigint {
    return this.enabled & this.accessible;
  }
  get interruptsHere(): bigint {
    return this.interrupts & this.accessible;
  }
  /** PMOVSSET_EL0. */
  get overflow(): bigint {
    this.sync();
    return this.overflows & this.accessible;
  }
  setOverflow(bits: bigint, on: boolean): void {
    this.sync();
    this.overflows = changed(this.overflows, bits & this.accessible, on);
    this.update();
  }

  enable(bits: bigint, on: boolean): void {
    this.sync();
    this.enabled = changed(this.enabled, bits & this.accessible, on);
    this.update();
  }

  allow(bits: bigint, on: boolean): void {
    this.interrupts = changed(this.interrupts, bits & this.accessible, on);
    this.update();
  }

  setUserEnable(v: bigint): void {
    this.userEnable = v & 0xfn;
  }
  select(v: bigint): void {
    this.selected = v & 31n;
  }

  /** PMSWINC_EL0. */
  softwareIncrement(bits: bigint): void {
    this.sync();
    for (let n = 0; n < this.visible; n++)
      if (((bits >> BigInt(n)) & 1n) !== 0n && this.counts(n, SW_INCR)) this.add(n, 1n);
    this.update();
  }

  /** Value of an event counter, or of the cycle counter as 31. Absent counters, and those kept by EL2, read as zero. */
  counter(n: number): bigint {
    this.sync();
    return this.isVisible(n) ? this.values[n]! : 0n;
  }
  setCounter(n: number, v: bigint): void {
    this.sync();
    if (this.isVisible(n)) this.values[n] = BigInt.asUintN(this.bits(n), v);
    this.update();
  }

  type(n: number): bigint {
    return this.isVisible(n) ? this.types[n]! : 0n;
  }
  setType(n: number, v: bigint): void {
    this.sync();
    if (!this.isVisible(n)) return;
    const filter = FILTER[0]! | FILTER[1]! | (this.config.hypervisor ? NSH : 0n);
    this.types[n] = v & (n === CYCLE ? filter : filter | EVENT);
    this.update();
  }

  /** The exception level is `el` from now on. */
  levelChanged(el: number): void {
    if (el === this.el) return;
    this.sync();
    this.el = el;
  }

  /** Instructions up to the next overflow that raises the interrupt; Infinity when there is none. */
  get untilOverflow(): number {
    this.sync();
    let least = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 32; n++) {
      if (((this.interrupts >> BigInt(n)) & 1n) === 0n || !this.runs(n)) continue;
      const width = this.overflowBit(n);
      least = Math.min(least, Number((1n << width) - (this.values[n]! & ((1n << width) - 1n))));
    }
    return least;
  }

  /** Brings counters, overflow flags and the interrupt up to date. */
  update(): void {
    this.sync();
    const on = ((this.stored & E) !== 0n ? ~this.kept : 0n) | (this.hypervisorOn ? this.kept : 0n);
    this.port.interrupt((this.overflows & this.interrupts & on) !== 0n);
  }

  reset(): void {
    this.enabled = this.overflows = this.selected = this.userEnable = this.interrupts = 0n;
    this.stored = LC;
    this.el = this.port.level();
    this.mdcr = BigInt(this.config.counters);
    this.types.fill(0n);
    this.values.fill(0n);
    this.since = this.port.instructions();
    this.update();
  }

  private sync(): void {
    const now = this.port.instructions();
    const passed = now - this.since;
    this.since = now;
    if (!this.active) {
      this.el = this.port.level();
      return;
    }
    if (passed === 0n) return;
    for (let n = 0; n < 32; n++) if (this.runs(n)) this.add(n, passed);
  }

  private add(n: number, amount: bigint): void {
    const before = this.values[n]!;
    const after = before + amount;
    this.values[n] = BigInt.asUintN(this.bits(n), after);
    const width = this.overflowBit(n);
    const carries = (after >> width) - (before >> width);
    if (carries === 0n) return;
    this.overflows |= 1n << BigInt(n);
    if ((n & 1) === 0 && this.exists(n + 1) && n + 1 !== CYCLE && this.counts(n + 1, CHAIN)) this.add(n + 1, carries);
  }

  private exists(n: number): boolean {
    return n === CYCLE || n < this.config.counters;
  }
  private get hypervisorOn(): boolean {
    return this.config.hypervisor && (this.mdcr & MDCR.HPME) !== 0n;
  }
  /** First of the counters that EL2 keeps for itself. */
  private get reserved(): number {
    const { counters, hypervisor } = this.config;
    return hypervisor ? Math.min(counters, Number(this.mdcr & MDCR.HPMN)) : counters;
  }
  /** The counters from {@link reserved} up, as bits. */
  private get kept(): bigint {
    return (1n << BigInt(this.config.counters)) - (1n << BigInt(this.reserved));
  }
  /** How many event counters there are for the present level. */
  private get visible(): number {
    return this.port.level() === 2 ? this.config.counters : this.reserved;
  }
  private isVisible(n: number): boolean {
    return n === CYCLE || n < this.visible;
  }
  private get accessible(): bigint {
    return (1n << 31n) | ((1n << BigInt(this.visible)) - 1n);
  }
  private bits(n: number): number {
    return n === CYCLE || this.config.long ? 64 : 32;
  }
  /** Counter `n` overflows when it carries out of this many bits. */
  private overflowBit(n: number): bigint {
    if (n === CYCLE) return (this.stored & LC) !== 0n ? 64n : 32n;
    const isLong = n >= this.reserved ? (this.mdcr & MDCR.HLP) !== 0n : (this.stored & LP) !== 0n;
    return isLong && this.config.long ? 64n : 32n;
  }

  /** Whether counter `n` is on here and counts `event`. */
  private counts(n: number, event: bigint): boolean {
    return this.on(n) && (this.types[n]! & EVENT) === event;
  }
  private runs(n: number): boolean {
    if (!this.on(n)) return false;
    const event = this.types[n]! & EVENT;
    return n === CYCLE || event === INST_RETIRED || event === CPU_CYCLES;
  }
  private on(n: number): boolean {
    if (((this.enabled >> BigInt(n)) & 1n) === 0n) return false;
    const isKept = n !== CYCLE && n >= this.reserved;
    if (!(isKept ? this.hypervisorOn : (this.stored & E) !== 0n)) return false;
    const type = this.types[n]!;
    if (this.el < 2) return (type & FILTER[this.el]!) === 0n;
    return (type & NSH) !== 0n && (isKept || !this.isProhibited(n));
  }
  /** Whether MDCR_EL2 keeps a counter of EL1's from counting at EL2. */
  private isProhibited(n: number): boolean {
    const { mdcr } = this;
    const all = (mdcr & MDCR.HPMD) !== 0n;
    if (n !== CYCLE) return all;
    return (all && (this.stored & DP) !== 0n) || (this.config.long && (mdcr & MDCR.HCCD) !== 0n);
  }
}
