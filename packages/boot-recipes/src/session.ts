import type { ConsoleScript } from './console.js';
import { ConsoleDriver } from './console-driver.js';
import { Gate } from './gate.js';
import type { GuestMachine } from './machines/guest.js';
import type { PreparedBoot } from './recipes/recipe.js';

/** How a run ended. */
export type BootReason =
  /** `until` matched. */
  | 'until'
  /** The guest switched itself off. */
  | 'power-off'
  /** The guest asked for a reset, as kernels do after a panic. */
  | 'reset'
  /** `timeout` passed. */
  | 'timeout'
  /** Every CPU waits for an interrupt that can no longer come. */
  | 'halted'
  /** `instructions` were executed. */
  | 'instructions'
  /** The recording that is replayed ended. */
  | 'replayed'
  /** The debugger ended it. */
  | 'killed'
  /** {@link BootSession.stop} was called or the signal was aborted. */
  | 'stopped';

/** What came of a run. */
export interface BootResult {
  readonly reason: BootReason;
  /** Instructions executed, by all CPUs. */
  readonly instructions: number;
  /** Wall-clock time of the run, without the preparation. */
  readonly seconds: number;
  /** Millions of instructions per second of wall-clock time, time spent waiting for the guest's timers included. */
  readonly mips: number;
  /** Time that passed for the guest. */
  readonly guestSeconds: number;
  /** Program counter of the first CPU at the end. */
  readonly pc: bigint;
}

/** How to run what a recipe prepared. */
export interface RunOptions extends ConsoleScript {
  /** Wall-clock seconds after which the run ends; none when not given. */
  readonly timeout?: number | undefined;
  /** Instructions, of all CPUs, after which the run ends; none when not given. */
  readonly instructions?: number | undefined;
  /** Called with what the guest printed. */
  readonly output?: ((bytes: Uint8Array) => void) | undefined;
  /** Called a few times a second. */
  readonly progress?: ((instructions: number, seconds: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Instructions between looks at the host when the guest's time is free. */
const STRETCH = 2_000_000;

/**
 * One boot: a machine that runs until something ends it, and that can be typed at meanwhile.
 *
 * @example
 * ```ts
 * import { BootSession, prepareBoot } from 'boot-recipes';
 *
 * const session = new BootSession(await prepareBoot('sample', { append: '-s' }), { timeout: 60 });
 * session.inputOpen = true;
 * setTimeout(() => session.type(new TextEncoder().encode('halt\r')), 100);
 * const { reason } = await session.run();
 * if (reason !== 'power-off') throw new Error(reason);
 * ```
 */
export class BootSession {
  /**
   * Whether more input may come. While it is, a guest with nothing to do waits in real time; otherwise its time skips
   * to its next timer, and a guest that only input could wake ends the run as `halted`.
   */
  inputOpen = false;
  private ending: BootReason | undefined;
  private readonly console: ConsoleDriver;
  private readonly gate = new Gate();

  constructor(
    readonly prepared: PreparedBoot,
    private readonly options: RunOptions = {},
  ) {
    this.console = new ConsoleDriver(prepared.machine, { ...options, matched: () => this.end('until') });
  }

  /** Types at the guest's console. */
  type(bytes: Uint8Array): void {
    this.console.type(bytes);
  }

  /** Says that no more input will come. */
  closeInput(): void {
    this.inputOpen = false;
    this.prepared.machine.stop();
  }

  /**
   * Holds the guest: what it does and its time stand still until {@link resume}. Resolves when it does; at once before and
   * after the run.
   */
  pause(): Promise<void> {
    const arrival = this.gate.close();
    this.prepared.machine.stop();
    return arrival;
  }

  /** Lets a held guest go on. */
  resume(): void {
    this.gate.open();
  }

  /** Ends the run soon. */
  stop(): void {
    this.end('stopped');
  }

  /** Runs the machine until something ends it. */
  async run(): Promise<BootResult> {
    const { options } = this;
    const { machine } = this.prepared;
    const start = performance.now();
    const abort = (): void => this.stop();
    options.signal?.addEventListener('abort', abort);
    if (options.signal?.aborted) this.stop();
    this.console.attach();
    const limits = {
      deadline: start + (options.timeout ?? Number.POSITIVE_INFINITY) * 1000,
      until: this.reporter(start),
    };
    const last = machine.executed + (options.instructions ?? Number.POSITIVE_INFINITY);
    this.gate.enter();
    try {
      while (this.ending === undefined) {
        if (this.gate.closed) {
          this.console.cease();
          await this.gate.pass();
          this.console.look();
          continue;
        }
        const left = last - machine.executed;
        const reason = this.inputOpen
          ? await machine.run({ ...limits, pace: 'host', instructions: left })
          : machine.runSync({ ...limits, instructions: Math.min(STRETCH, left) });
        this.console.look();
        if (reason === 'poweroff') this.end('power-off');
        else if (reason === 'reset') this.end('reset');
        else if (reason === 'deadline') this.end('timeout');
        else if (reason === 'replayed') this.end('replayed');
        else if (machine.executed >= last) this.end('instructions');
        else if (reason === 'idle' && !this.console.pending) this.end('halted');
        else await nextTask();
      }
    } finally {
      this.gate.leave();
      options.signal?.removeEventListener('abort', abort);
      this.console.detach();
    }
    return resultOf(machine, this.ending, start);
  }

  /** The first end that came stays. */
  private end(reason: BootReason): void {
    this.ending ??= reason;
    this.gate.open();
    this.prepared.machine.stop();
  }

  /** Reports progress a few times a second; never ends the run. */
  private reporter(start: number): () => boolean {
    let shown = start;
    return () => {
      const now = performance.now();
      if (this.options.progress !== undefined && now - shown > 250) {
        shown = now;
        this.options.progress(this.prepared.machine.executed, (now - start) / 1000);
      }
      return false;
    };
  }
}

/** What came of a run that began at host time `start`. */
export function resultOf(machine: GuestMachine, reason: BootReason, start: number): BootResult {
  const seconds = (performance.now() - start) / 1000;
  return {
    reason,
    instructions: machine.executed,
    seconds,
    mips: seconds > 0 ? machine.executed / seconds / 1e6 : 0,
    guestSeconds: Number(machine.time.now()) / 1e9,
    pc: machine.pc(),
  };
}

/** Lets the host's other work run. */
function nextTask(): Promise<void> {
  const host = globalThis as { setImmediate?: (callback: () => void) => unknown };
  if (host.setImmediate !== undefined) return new Promise(resolve => host.setImmediate!(resolve));
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
