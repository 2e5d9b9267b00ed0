const MASK64 = 0xffff_ffff_ffff_ffffn;
const ENABLE = 1n;
const IMASK = 2n;
const ISTATUS = 4n;

/** The system counter as a CPU sees it: virtual time in ticks of `frequency`. */
export interface SystemCounter {
  /** Ticks per second; what CNTFRQ_EL0 holds after reset. */
  readonly frequency: number;
  /** CNTPCT_EL0. */
  physical(): bigint;
  /** CNTVCT_EL0. */
  virtual(): bigint;
}

/** What a timer needs from its surroundings. */
export interface TimerPort {
  /** Count that the timer compares with. */
  count(): bigint;
  /** The output or the deadline may have changed. */
  changed(): void;
}

/**
 * A timer of the generic timer (Arm ARM, D11.2): compare value, control, and the derived TimerValue view.
 * The condition is met when the count has reached CVAL, both unsigned.
 *
 * @example
 * const timer = new GenericTimer({ count: () => 100n, changed: () => {} });
 * timer.tval = 0x20n; // cval = 132
 * timer.ctl = 1n;
 */
export class GenericTimer {
  /** See {@link Stateful}. */
  readonly stateFields = ['compare', 'control'];
  private compare = 0n;
  private control = 0n;

  constructor(private readonly port: TimerPort) {}

  /** CVAL: the count at which the condition is met. */
  get cval(): bigint {
    return this.compare;
  }
  set cval(value: bigint) {
    this.compare = value & MASK64;
    this.port.changed();
  }

  /** TVAL: CVAL - count in 32 bits; writes are signed. Reads zero-extend. */
  get tval(): bigint {
    return BigInt.asUintN(32, this.compare - this.port.count());
  }
  set tval(value: bigint) {
    this.cval = this.port.count() + BigInt.asIntN(32, value);
  }

  /** CTL: ENABLE, IMASK and, read only, ISTATUS. */
  get ctl(): bigint {
    return this.control | (this.enabled && this.met ? ISTATUS : 0n);
  }
  set ctl(value: bigint) {
    this.control = value & (ENABLE | IMASK);
    this.port.changed();
  }

  /** The interrupt output: enabled, condition met and not masked. */
  get output(): boolean {
    return this.control === ENABLE && this.met;
  }

  /** Count at which the output rises; undefined when it will not, or is up. */
  get deadline(): bigint | undefined {
    return this.control === ENABLE && !this.met ? this.compare : undefined;
  }

  /** Counts until the output rises; undefined when it will not, or is up. */
  get remaining(): bigint | undefined {
    const { deadline } = this;
    return deadline === undefined ? undefined : deadline - this.port.count();
  }

  /** Back to disabled. */
  reset(): void {
    this.compare = 0n;
    this.control = 0n;
    this.port.changed();
  }

  private get enabled(): boolean {
    return (this.control & ENABLE) !== 0n;
  }

  private get met(): boolean {
    return this.port.count() >= this.compare;
  }
}
