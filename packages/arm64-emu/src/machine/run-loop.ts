import type { Cpu } from '../cpu/cpu.js';
import { Breath } from './breath.js';
import type { CpuPower } from './cpu-power.js';
import type { InputSchedule } from './input-schedule.js';
import type { RunOptions, StopReason } from './options.js';
import { Sampling } from './sampling.js';
import type { Scheduler, Step } from './scheduler.js';
import type { VirtualTime } from './virtual-time.js';

/** Instructions between looks at `until`, and at most between looks at the host's clock. */
const CHUNK = 200_000;
/** Host time between looks at the clock, in milliseconds; a guest may do next to nothing in it. */
const LOOK = 1;
const LEAST = 1000;
/** Host time between breaths by default. */
const SLICE = 4;

/** What runs. */
interface Runnable {
  readonly cpus: readonly Cpu[];
  readonly time: VirtualTime;
  readonly executed: number;
  readonly schedule: InputSchedule | undefined;
  executing: boolean;
  wakeable(): boolean;
}

/** Runs a machine within the limits of a run, and ends runs. */
export class RunLoop {
  readonly sampling = new Sampling();
  /** Instructions that take about {@link LOOK}; results do not depend on it. */
  private piece = LEAST;
  /** Count of instructions at which `until` is asked next. */
  private asking = 0;
  private stopReason: StopReason | undefined;
  private failure: { readonly error: unknown } | undefined;
  private sleeper: (() => void) | undefined;

  constructor(
    private readonly machine: Runnable,
    private readonly scheduler: Scheduler,
    private readonly power: CpuPower,
  ) {}

  /** See `Machine.stop`; does not wake. */
  stop(reason: StopReason): void {
    this.stopReason = reason;
  }
  /** The next run ends by throwing; the first error counts. */
  fail(error: unknown): void {
    this.failure ??= { error };
  }
  /** See `Machine.endReplay`. */
  endReplay(): void {
    this.stopReason ??= 'replayed';
  }
  /** Nothing ends the next run. */
  clear(): void {
    this.stopReason = undefined;
  }
  /** Ends a sleep of the host. */
  wake(): void {
    this.sleeper?.();
  }

  /** See `Machine.step`. */
  step(index: number, hold: boolean): void {
    this.machine.schedule?.enter();
    if (this.stopReason === 'replayed') return;
    this.machine.executing = true;
    try {
      this.scheduler.single(index, hold);
    } finally {
      this.machine.executing = false;
    }
  }

  /** See `Machine.run`. */
  async run(options: RunOptions): Promise<StopReason> {
    const breath = new Breath();
    const end = this.begin(options);
    const slice = options.slice ?? SLICE;
    this.scheduler.breathes = true;
    try {
      for (;;) {
        const reason = this.runSlice(options, end, performance.now() + slice);
        if (reason === 'idle') {
          if (this.machine.schedule?.leapLimit !== undefined || !(await this.idle(options))) return 'idle';
        } else if (reason !== undefined) return reason;
        else await breath.take();
      }
    } finally {
      this.scheduler.breathes = false;
      breath.close();
    }
  }

  /** See `Machine.runSync`. */
  runSync(options: RunOptions): StopReason {
    const end = this.begin(options);
    for (;;) {
      const reason = this.runSlice({ ...options, pace: 'free' }, end, Number.POSITIVE_INFINITY);
      if (reason !== undefined) return reason;
    }
  }

  /** Count of instructions at which the run ends. */
  private begin(options: RunOptions): number {
    this.asking = this.machine.executed;
    return this.asking + Math.floor(options.instructions ?? Number.POSITIVE_INFINITY);
  }

  /** Until host time `until`; undefined to go on. */
  private runSlice(options: RunOptions, end: number, until: number): StopReason | undefined {
    const { machine, sampling } = this;
    const deadline = options.deadline ?? Number.POSITIVE_INFINITY;
    do {
      if (this.stopReason !== undefined) {
        const { stopReason: reason, failure } = this;
        this.stopReason = this.failure = undefined;
        if (failure !== undefined) throw failure.error;
        return reason;
      }
      machine.schedule?.enter();
      if (options.until !== undefined && machine.executed >= this.asking) {
        if (options.until()) return 'until';
        this.asking = machine.executed + CHUNK;
      }
      if (machine.executed >= sampling.next) sampling.call(machine.executed);
      if (machine.executed >= end) return 'instructions';
      const now = performance.now();
      if (now >= deadline) return 'deadline';
      const most = Math.min(end, sampling.next, options.until === undefined ? end : this.asking);
      // Where a piece ends does not matter, only that it does.
      if (this.chunk(most, machine.executed + this.piece) === 'idle') {
        this.asking = machine.executed;
        if (!this.leap(options)) return options.until?.() === true ? 'until' : 'idle';
      } else this.adapt(performance.now() - now);
    } while (performance.now() < until);
    return undefined;
  }
  /** The last piece took so many milliseconds. */
  private adapt(taken: number): void {
    const wanted = taken > LOOK ? (this.piece * LOOK) / taken : this.piece * 2;
    this.piece = Math.min(CHUNK, Math.max(LEAST, Math.ceil(wanted)));
  }

  private chunk(end: number, enough: number): 'ran' | 'idle' {
    const { machine } = this;
    const { schedule } = machine;
    while (machine.executed < Math.min(end, enough)) {
      schedule?.enter();
      if (this.stopReason !== undefined) break;
      this.power.begin();
      const limit = schedule === undefined ? end : Math.min(end, schedule.until);
      const before = machine.executed;
      if (this.turn(limit - before, enough - before) === 'idle') return 'idle';
      if (limit === before) schedule?.stuck();
    }
    return 'ran';
  }

  private turn(limit: number, enough: number): Step {
    this.machine.executing = true;
    try {
      return this.scheduler.step(limit, enough);
    } finally {
      this.machine.executing = false;
    }
  }

  /** Leaps to the next event when the pace allows it. */
  private leap(options: RunOptions): boolean {
    const limit = this.machine.schedule?.leapLimit;
    const to = Math.min(this.scheduler.deadline, limit ?? Number.POSITIVE_INFINITY);
    if ((options.pace === 'host' && limit === undefined) || to === Number.POSITIVE_INFINITY) return false;
    this.machine.time.skipTo(to);
    return true;
  }

  /** Every CPU waits: sleeps until the next event or {@link wake}. False when neither can come in time. */
  private async idle(options: RunOptions): Promise<boolean> {
    const { machine } = this;
    const { deadline } = this.scheduler;
    const begun = performance.now();
    const ahead = (deadline - machine.time.ns) / 1e6;
    const left = (options.deadline ?? Number.POSITIVE_INFINITY) - begun;
    if (ahead === Number.POSITIVE_INFINITY && !this.canBeWoken()) return false;
    await this.sleep(Math.min(ahead, left, 0x7fff_ffff));
    const passed = (performance.now() - begun) * 1e6;
    const to = Math.min(deadline, Math.ceil(machine.time.ns + passed));
    if (deadline === Number.POSITIVE_INFINITY) return true;
    if (machine.schedule === undefined) machine.time.skipTo(to);
    else machine.schedule.slept(to);
    return true;
  }

  /** Milliseconds of the host, or until {@link wake}. */
  private async sleep(ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, Math.max(0, ms));
      this.sleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.sleeper = undefined;
  }

  /** Whether something from outside could end the wait of a CPU. */
  private canBeWoken(): boolean {
    return this.machine.cpus.some(cpu => cpu.wait !== 'off') && this.machine.wakeable();
  }
}
