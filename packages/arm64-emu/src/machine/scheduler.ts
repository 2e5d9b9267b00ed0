import type { Cpu } from '../cpu/cpu.js';
import type { GenericTimer } from '../cpu/timer.js';
import type { CpuSlots } from './cpu-slots.js';
import type { Executor } from './executor.js';
import type { VirtualTime } from './virtual-time.js';

/** Exceptions after which a CPU's run is interrupted, for the host's sake: they take a microsecond each. */
const TURNS = 1000;

/** Counts of a system counter as virtual time. */
export type CountToNs = (count: bigint) => number;

/** What one step of {@link Scheduler} came to. */
export type Step = 'ran' | 'idle';

/**
 * Runs CPUs one after the other on one host thread, each for a quantum, and keeps timers and events in step with
 * virtual time. Which CPU executes which instruction at what time follows from the inputs alone.
 */
export class Scheduler {
  /** See {@link Stateful}. */
  readonly stateFields = ['next', 'used'];
  private next = 0;
  private used = 0;
  private readonly deadlines: number[];

  constructor(
    private readonly executor: Executor,
    private readonly slots: CpuSlots,
    private readonly cpus: readonly Cpu[],
    private readonly time: VirtualTime,
    private readonly nsOf: CountToNs,
    /** Instructions before the next CPU has its turn. */
    private readonly quantum: number,
  ) {
    this.deadlines = cpus.map(() => Number.POSITIVE_INFINITY);
  }

  /** See {@link Executor.breathes}. */
  set breathes(value: boolean) {
    this.executor.breathes = value;
  }

  /** Executes at most `limit` instructions of one CPU, `enough` if nothing speaks against it; `idle` when every CPU waits. */
  step(limit: number, enough = limit): Step {
    this.advance();
    const index = this.choose();
    if (index < 0) return 'idle';
    const cpu = this.slots.select(index);
    const turn = this.cpus.length > 1 ? this.quantum - this.used : limit;
    let budget = Math.min(limit, turn, this.time.instructionsUntil(this.deadline));
    if (cpu.pmu.active) budget = Math.min(budget, cpu.pmu.untilOverflow);
    cpu.attentionWanted = false;
    this.turn(
      index,
      cpu.perInstruction ? this.runDebugged(cpu, budget) : this.executor.run(budget, TURNS, Math.min(enough, budget)),
    );
    if (cpu.pmu.active) cpu.pmu.update();
    return 'ran';
  }

  /**
   * One instruction of CPU `index`. With `hold` it is a debugger's: out of turn, with interrupts held back. Otherwise it
   * counts as part of the CPU's turn.
   */
  single(index: number, hold: boolean): void {
    this.advance();
    const executed = this.slots.within(index, cpu => {
      cpu.attentionWanted = false;
      if (hold) cpu.holdInterrupts(true);
      const count = cpu.perInstruction ? this.runDebugged(cpu, 1) : this.executor.run(1);
      if (hold) cpu.holdInterrupts(false);
      if (cpu.pmu.active) cpu.pmu.update();
      return count;
    });
    if (!hold) this.turn(index, executed);
  }

  /** Instruction by instruction, with breakpoints and software step in between. */
  private runDebugged(cpu: Cpu, budget: number): number {
    let executed = 0;
    while (executed < budget && cpu.wait === 'running') {
      cpu.attentionWanted = false;
      cpu.beforeInstruction();
      const armed = cpu.stepArmed;
      executed += this.executor.run(1);
      cpu.afterInstruction(armed);
      if (cpu.attentionWanted || !cpu.perInstruction) break;
    }
    return executed;
  }

  /** Virtual time of the next timer or event; Infinity when nothing will ever happen by itself. */
  get deadline(): number {
    let earliest = this.time.queue.next;
    for (const cpu of this.cpus) earliest = Math.min(earliest, this.timerDeadline(cpu), this.waitDeadline(cpu));
    return earliest;
  }

  /** Does what is due now. */
  advance(): void {
    const { time } = this;
    const now = time.ns;
    if (time.queue.next <= now) time.queue.runUntil(now);
    for (const cpu of this.cpus) {
      // One that was programmed may have become due before its deadline was known.
      if (cpu.timersChanged || this.timerDeadline(cpu) <= now) cpu.updateTimers();
      if (this.waitDeadline(cpu) <= now) cpu.wait = 'running';
    }
  }

  private waitDeadline(cpu: Cpu): number {
    const waits = cpu.wait === 'wfi' || cpu.wait === 'wfe';
    return waits && cpu.waitUntil !== undefined ? this.nsOf(cpu.waitUntil) : Number.POSITIVE_INFINITY;
  }

  private timerDeadline(cpu: Cpu): number {
    if (cpu.timersChanged) {
      cpu.timersChanged = false;
      this.deadlines[cpu.index] = Math.min(...cpu.timers.map(timer => this.nsFor(cpu, timer)));
    }
    return this.deadlines[cpu.index]!;
  }

  private nsFor(cpu: Cpu, timer: GenericTimer): number {
    const { remaining } = timer;
    return remaining === undefined ? Number.POSITIVE_INFINITY : this.nsOf(cpu.counter.physical() + remaining);
  }

  /** The next CPU in turn that executes; failing that, one that pauses in a WFE which nothing else would end. */
  private choose(): number {
    const { cpus, next } = this;
    let pausing = -1;
    for (let n = 0; n < cpus.length; n++) {
      const cpu = cpus[(next + n) % cpus.length]!;
      if (cpu.wait === 'running') return cpu.index;
      if (pausing < 0 && cpu.wait === 'wfe' && cpu.waitUntil === undefined) pausing = cpu.index;
    }
    if (pausing >= 0) cpus[pausing]!.wait = 'running';
    return pausing;
  }

  /** Whose turn is next; a CPU that used up its quantum, or waits, goes to the end. */
  private turn(index: number, executed: number): void {
    if (this.cpus.length === 1) return;
    this.used += executed;
    if (this.used < this.quantum && this.cpus[index]!.wait === 'running') {
      this.next = index;
      return;
    }
    this.used = 0;
    this.next = (index + 1) % this.cpus.length;
    // What they wait for may have been stored meanwhile; a WFE may end at any time.
    for (const cpu of this.cpus) if (cpu.index !== index && cpu.wait === 'wfe') cpu.wait = 'running';
  }
}
