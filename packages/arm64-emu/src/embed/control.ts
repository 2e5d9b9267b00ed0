import type { Cpu } from '../cpu/cpu.js';
import type { WatchHit, WatchRange } from '../cpu/debug.js';
import { EC } from '../cpu/esr.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';
import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';
import type { RunOptions, StopReason } from '../machine/options.js';
import { physicalOf } from './guest-memory.js';

/** Why a run under control ended. */
export type ControlStop =
  | { readonly reason: 'breakpoint'; readonly cpu: number }
  | { readonly reason: 'watchpoint'; readonly cpu: number; readonly hit: WatchHit }
  | { readonly reason: 'exception'; readonly cpu: number; readonly exception: ExceptionEvent }
  | { readonly reason: StopReason; readonly cpu: number };

/** What becomes of an exception: the guest takes it, it was dealt with, or the run ends. */
export type Verdict = 'guest' | 'handled' | 'stop';

/** Called when execution reaches an address, with the CPU's state in place. */
export type CodeHook = (cpu: Cpu) => void;
/** Called before a watched access is made; true ends the run there. */
export type WatchHook = (cpu: Cpu, hit: WatchHit) => boolean;

/** HVC and SMC are complete when they trap, as SVC is. */
const CALLS: readonly number[] = [EC.svc, EC.hvc, EC.smc];

/**
 * Runs a machine with breakpoints, watchpoints, hooks and an eye on exceptions. What is not asked for costs nothing:
 * a breakpoint is a decoded instruction, a watchpoint keeps its page out of the TLB. The guest sees none of it, and
 * instructions and time are those of a run without.
 *
 * @example
 * const control = new Control(machine, engine);
 * control.addBreakpoint(0x40080000);
 * const { reason } = await control.run({ instructions: 1e9 });
 */
export class Control {
  /** Asked about each exception; by default the guest takes all of them. */
  onException: ((cpu: Cpu, event: ExceptionEvent) => Verdict) | undefined;
  private readonly breakpoints = new Map<number, number>();
  private readonly hooks = new Map<number, Set<CodeHook>>();
  private readonly watches = new Map<WatchRange, WatchHook | undefined>();
  private stopped: ControlStop | undefined;
  /** A hook was called, or a watched access is to be made after all: that instruction comes next, alone. */
  private passing: number | undefined;
  /** The run was interrupted for something that the caller need not know. */
  private again = false;
  /** Where the last run stopped before an instruction. */
  private resume: { readonly cpu: number; readonly pc: bigint } | undefined;
  private single = false;
  private holding = false;

  constructor(
    readonly machine: Machine,
    readonly engine: Engine,
  ) {
    for (const cpu of machine.cpus) {
      cpu.onException = event => this.exception(cpu, event);
      cpu.onWatch = hit => this.watched(cpu, hit);
    }
  }

  /** Lets go of the machine: no breakpoints, no watchpoints, no hooks. */
  release(): void {
    for (const address of [...this.breakpoints.keys(), ...this.hooks.keys()]) this.engine.setTrap(address, false);
    this.breakpoints.clear();
    this.hooks.clear();
    this.watches.clear();
    this.applyWatches();
    for (const cpu of this.machine.cpus) cpu.onException = cpu.onWatch = undefined;
  }

  /** Stops before the instruction at a physical address. As often as it is added it must be removed. */
  addBreakpoint(address: number): void {
    this.breakpoints.set(address, (this.breakpoints.get(address) ?? 0) + 1);
    this.arm(address);
  }
  removeBreakpoint(address: number): void {
    const left = (this.breakpoints.get(address) ?? 0) - 1;
    if (left > 0) this.breakpoints.set(address, left);
    else this.breakpoints.delete(address);
    this.arm(address);
  }

  /** Calls `hook` before the instruction at a physical address; the result takes the hook away. */
  addHook(address: number, hook: CodeHook): () => void {
    const hooks = this.hooks.get(address) ?? new Set();
    this.hooks.set(address, hooks.add(hook));
    this.arm(address);
    return () => {
      hooks.delete(hook);
      if (hooks.size === 0) this.hooks.delete(address);
      this.arm(address);
    };
  }

  /** Stops before an access to a range of virtual addresses, or calls `hook`; the result takes the watchpoint away. */
  addWatchpoint(range: WatchRange, hook?: WatchHook): () => void {
    const own = { ...range };
    this.watches.set(own, hook);
    this.applyWatches();
    return () => {
      this.watches.delete(own);
      this.applyWatches();
    };
  }

  /** Whether a breakpoint is at the next instruction of a CPU. */
  atBreakpoint(cpu: number): boolean {
    const trap = this.machine.within(cpu, c => this.trapAt(c));
    return trap !== undefined && this.breakpoints.has(trap);
  }

  /** The machine has another state than it stopped with: the next run may stop at its first instruction. */
  forgetStop(): void {
    this.resume = undefined;
  }

  /** Calls `fn` while no breakpoint, hook or watchpoint is in place. */
  withoutStops<T>(fn: () => T): T {
    const addresses = [...this.breakpoints.keys(), ...this.hooks.keys()];
    for (const address of addresses) this.engine.setTrap(address, false);
    if (this.watches.size > 0) for (const cpu of this.machine.cpus) cpu.watchRanges([]);
    try {
      return fn();
    } finally {
      for (const address of addresses) this.arm(address);
      if (this.watches.size > 0) this.applyWatches();
    }
  }

  /** Like `Machine.runSync`. */
  runSync(options: RunOptions = {}): ControlStop {
    const end = this.begin(options);
    for (;;) {
      const stop = this.ended(end) ?? this.next(this.machine.runSync(this.limits(options, end)));
      if (stop !== undefined) return stop;
    }
  }
  /** Like `Machine.run`. */
  async run(options: RunOptions = {}): Promise<ControlStop> {
    const end = this.begin(options);
    for (;;) {
      const stop = this.ended(end) ?? this.next(await this.machine.run(this.limits(options, end)));
      if (stop !== undefined) return stop;
    }
  }
  /** Ends the run; for hooks. */
  requestStop(): void {
    this.stop({ reason: 'stopped', cpu: this.machine.current.index });
  }

  /** Executes one instruction of a CPU; `interrupts: false` holds them back meanwhile. A watched access and a breakpoint at PC do not stop it. */
  step(cpu: number, options: { readonly interrupts?: boolean } = {}): ControlStop {
    this.stopped = undefined;
    const { wait } = this.machine.cpus[cpu]!;
    // What waits, waits on: time has to pass.
    if (wait !== 'running') return this.runSync({ instructions: 1 });
    this.passing = cpu;
    this.holding = options.interrupts === false;
    const stop = this.pass();
    this.holding = false;
    this.again = false;
    return stop ?? { reason: 'instructions', cpu };
  }

  /** Where the last run stopped, it goes on with that instruction. */
  private begin({ instructions }: RunOptions): number {
    this.stopped = undefined;
    this.again = false;
    const { current } = this.machine;
    const { resume } = this;
    this.resume = undefined;
    if (resume?.cpu === current.index && resume.pc === current.pc) this.passing = current.index;
    return this.machine.executed + (instructions ?? Number.POSITIVE_INFINITY);
  }
  private ended(end: number): ControlStop | undefined {
    if (this.machine.executed >= end) return { reason: 'instructions', cpu: this.machine.current.index };
    return this.pass();
  }
  private limits(options: RunOptions, end: number): RunOptions {
    return { ...options, instructions: end - this.machine.executed };
  }
  /** After the machine stopped: the reason for the caller, or undefined to go on. */
  private next(reason: StopReason): ControlStop | undefined {
    const { again } = this;
    this.again = false;
    return this.taken() ?? (again ? undefined : { reason, cpu: this.machine.current.index });
  }

  /** Executes the instruction that is to be passed with nothing in its way. */
  private pass(): ControlStop | undefined {
    const index = this.passing;
    if (index === undefined) return undefined;
    this.passing = undefined;
    const { machine, engine } = this;
    const trap = machine.within(index, cpu => this.trapAt(cpu));
    if (trap !== undefined) engine.setTrap(trap, false);
    const watching = this.watches.size > 0;
    if (watching) machine.cpus[index]!.watchRanges([]);
    this.single = true;
    machine.step(index, this.holding);
    this.single = false;
    if (trap !== undefined) this.arm(trap);
    if (watching) this.applyWatches();
    return this.taken();
  }
  private taken(): ControlStop | undefined {
    const { stopped } = this;
    this.stopped = undefined;
    return stopped;
  }

  private trapAt(cpu: Cpu): number | undefined {
    const pa = physicalOf(cpu, cpu.pc);
    return pa !== undefined && this.engine.hasTrap(pa) ? pa : undefined;
  }
  private arm(address: number): void {
    this.engine.setTrap(address, this.breakpoints.has(address) || this.hooks.has(address));
  }
  private applyWatches(): void {
    const ranges = [...this.watches.keys()];
    for (const cpu of this.machine.cpus) cpu.watchRanges(ranges);
  }

  private exception(cpu: Cpu, event: ExceptionEvent): boolean {
    if (event.kind === 'synchronous' && event.ec === EC.brk) {
      const trap = this.trapAt(cpu);
      if (trap !== undefined) return this.trapped(cpu, trap);
    }
    const verdict = this.onException?.(cpu, event) ?? 'guest';
    if (verdict === 'guest') return false;
    if (verdict === 'stop') {
      if (!CALLS.includes(event.ec)) this.engine.refund(cpu.index);
      this.stop({ reason: 'exception', cpu: cpu.index, exception: event });
    }
    return true;
  }
  private trapped(cpu: Cpu, address: number): true {
    const { pc } = cpu;
    this.engine.refund(cpu.index);
    for (const hook of [...(this.hooks.get(address) ?? [])]) hook(cpu);
    if (this.stopped !== undefined) return true;
    if (cpu.pc !== pc) this.goOn();
    else if (this.breakpoints.has(address)) this.stop({ reason: 'breakpoint', cpu: cpu.index });
    else this.passNext(cpu);
    return true;
  }
  private watched(cpu: Cpu, hit: WatchHit): void {
    this.engine.refund(cpu.index);
    const hook = this.watches.get(hit.range);
    const { pc } = cpu;
    if (hook === undefined || hook(cpu, hit)) this.stop({ reason: 'watchpoint', cpu: cpu.index, hit });
    else if (cpu.pc === pc) this.passNext(cpu);
  }

  /** The run goes on with this instruction, alone. */
  private passNext(cpu: Cpu): void {
    this.passing = cpu.index;
    this.goOn();
  }
  private goOn(): void {
    this.again = true;
    this.wake();
  }
  private stop(stop: ControlStop): void {
    this.stopped = stop;
    const { reason, cpu } = stop;
    if (reason === 'breakpoint' || reason === 'watchpoint') this.resume = { cpu, pc: this.machine.cpus[cpu]!.pc };
    this.wake();
  }
  private wake(): void {
    if (!this.single) this.machine.stop();
  }
}
