import type { Cpu } from '../cpu/cpu.js';
import { EC } from '../cpu/esr.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';
import type { Engine } from '../engine/engine.js';
import { Hooks } from '../hooks/hooks.js';
import type { AccessEvent, AccessRange, CodeHook, Unhook } from '../hooks/types.js';
import type { Machine } from '../machine/machine.js';
import type { RunOptions, StopReason } from '../machine/options.js';

/** An access that a run stopped before. */
export interface WatchHit extends AccessEvent {
  /** The range that was watched. */
  readonly range: AccessRange;
}

/** Why a run under control ended. */
export type ControlStop =
  | { readonly reason: 'breakpoint'; readonly cpu: number }
  | { readonly reason: 'watchpoint'; readonly cpu: number; readonly hit: WatchHit }
  | { readonly reason: 'exception'; readonly cpu: number; readonly exception: ExceptionEvent }
  | { readonly reason: StopReason; readonly cpu: number };

/** What becomes of an exception: the guest takes it, it was dealt with, or the run ends. */
export type Verdict = 'guest' | 'handled' | 'stop';

/** HVC and SMC are complete when they trap, as SVC is. */
const CALLS: readonly number[] = [EC.svc, EC.hvc, EC.smc];

/** A breakpoint, and how often it was added. */
interface Breakpoint {
  readonly remove: Unhook;
  count: number;
}

/**
 * Runs a machine with breakpoints, watchpoints and an eye on exceptions; {@link Hooks} are beneath. What is not asked for
 * costs nothing, the guest sees none of it, and instructions and time are those of a run without.
 *
 * @example
 * const control = new Control(machine, engine);
 * control.addBreakpoint(0x40080000n);
 * const { reason } = await control.run({ instructions: 1e9 });
 */
export class Control {
  /** Asked about each exception that no hook dealt with; by default the guest takes all of them. */
  onException: ((cpu: Cpu, event: ExceptionEvent) => Verdict) | undefined;
  readonly hooks: Hooks;
  private readonly breakpoints = new Map<bigint | number, Breakpoint>();
  private readonly watches = new Set<Unhook>();
  private stopped: ControlStop | undefined;
  /** Breakpoints and watchpoints do not stop. */
  private muted = false;
  /** One instruction is executed, outside of a run. */
  private single = false;

  constructor(
    readonly machine: Machine,
    readonly engine: Engine,
  ) {
    this.hooks = Hooks.of({ machine, engine });
    this.hooks.lastResort = (cpu, event) => this.exception(cpu, event);
  }

  /** Lets go of the machine: no breakpoints, no watchpoints. */
  release(): void {
    for (const { remove } of this.breakpoints.values()) remove();
    this.breakpoints.clear();
    for (const remove of [...this.watches]) remove();
    this.hooks.lastResort = undefined;
  }

  /**
   * Stops before the instruction at an address: a virtual one, in whatever address space, as bigint, or a physical one as
   * number. Nothing need be mapped there. As often as it is added it must be removed.
   */
  addBreakpoint(address: bigint | number): void {
    const known = this.breakpoints.get(address);
    if (known !== undefined) {
      known.count++;
      return;
    }
    const from = BigInt(address);
    const range = { from, to: from + 4n, physical: typeof address === 'number' };
    const remove = this.hooks.code(range, cpu => this.stopHere(cpu));
    this.breakpoints.set(address, { remove, count: 1 });
  }
  removeBreakpoint(address: bigint | number): void {
    const known = this.breakpoints.get(address);
    if (known === undefined || --known.count > 0) return;
    known.remove();
    this.breakpoints.delete(address);
  }

  /** Calls `hook` before the instruction at an address, as {@link addBreakpoint} takes it; the result takes the hook away. */
  addHook(address: bigint | number, hook: CodeHook): Unhook {
    const from = BigInt(address);
    return this.hooks.code({ from, to: from + 4n, physical: typeof address === 'number' }, hook);
  }

  /** Stops before an access to a range; the result takes the watchpoint away. */
  addWatchpoint(range: AccessRange): Unhook {
    const remove = this.hooks.access(range, (cpu, access) => this.stopAtAccess(cpu, { ...access, range }));
    const gone = (): void => {
      remove();
      this.watches.delete(gone);
    };
    this.watches.add(gone);
    return gone;
  }

  /** Ends the run before an instruction, as at a breakpoint; for its hook. */
  stopHere(cpu: Cpu): void {
    if (!this.muted) this.stop({ reason: 'breakpoint', cpu: cpu.index });
  }
  /** Ends the run before an access; for its hook. */
  stopAtAccess(cpu: Cpu, hit: WatchHit): void {
    if (!this.muted) this.stop({ reason: 'watchpoint', cpu: cpu.index, hit });
  }

  /** The machine has another state than it stopped with: the next run may stop at its first instruction. */
  forgetStop(): void {
    this.hooks.forget();
  }

  /** Calls `fn` while no breakpoint or watchpoint stops; hooks are called. */
  withoutStops<T>(fn: () => T): T {
    this.muted = true;
    try {
      return fn();
    } finally {
      this.muted = false;
    }
  }

  /** Like `Machine.runSync`. */
  runSync(options: RunOptions = {}): ControlStop {
    this.stopped = undefined;
    return this.ended(this.machine.runSync(options));
  }
  /** Like `Machine.run`. */
  async run(options: RunOptions = {}): Promise<ControlStop> {
    this.stopped = undefined;
    return this.ended(await this.machine.run(options));
  }
  /** Ends the run, from inside or outside of it. */
  requestStop(): void {
    this.stop({ reason: 'stopped', cpu: this.machine.current.index });
  }

  /**
   * Executes one instruction of a CPU; `interrupts: false` holds them back meanwhile. A watched access and a breakpoint at
   * PC stop it only with `stops: true`.
   */
  step(cpu: number, options: { readonly interrupts?: boolean; readonly stops?: boolean } = {}): ControlStop {
    this.stopped = undefined;
    const { wait } = this.machine.cpus[cpu]!;
    // What waits, waits on: time has to pass.
    if (wait !== 'running') return this.runSync({ instructions: 1 });
    this.single = true;
    try {
      const step = (): void => this.machine.step(cpu, options.interrupts === false);
      if (options.stops === true) step();
      else this.withoutStops(step);
    } finally {
      this.single = false;
    }
    return this.stopped ?? { reason: 'instructions', cpu };
  }

  private ended(reason: StopReason): ControlStop {
    return this.stopped ?? { reason, cpu: this.machine.current.index };
  }

  private exception(cpu: Cpu, event: ExceptionEvent): boolean {
    const verdict = this.onException?.(cpu, event) ?? 'guest';
    if (verdict === 'guest') return false;
    if (verdict === 'stop') {
      if (!CALLS.includes(event.ec)) this.engine.refund(cpu.index);
      this.stop({ reason: 'exception', cpu: cpu.index, exception: event });
    }
    return true;
  }

  private stop(stop: ControlStop): void {
    this.stopped = stop;
    if (this.single) this.machine.current.attentionWanted = true;
    else this.machine.stop();
  }
}
