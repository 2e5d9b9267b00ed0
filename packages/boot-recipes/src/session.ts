import type { Timer } from 'arm64-emu';
import { type ConsoleScript, ConsoleWatch } from './console.js';
import { Gate } from './gate.js';
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

/** Guest time from a byte of output to a look at it, in nanoseconds: what comes close together is looked at once. */
const LATENCY = 500_000n;
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
  private readonly watch: ConsoleWatch;
  private printed: number[] = [];
  private looking: Timer | undefined;
  private readonly gate = new Gate();

  constructor(
    readonly prepared: PreparedBoot,
    private readonly options: RunOptions = {},
  ) {
    this.watch = new ConsoleWatch(options);
  }

  /** Types at the guest's console. */
  type(bytes: Uint8Array): void {
    this.prepared.machine.serial.receive(bytes);
    this.prepared.machine.wake();
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
    machine.serial.output = byte => {
      this.printed.push(byte);
      this.lookAt(machine.time.now() + LATENCY);
    };
    const limits = {
      deadline: start + (options.timeout ?? Number.POSITIVE_INFINITY) * 1000,
      until: this.reporter(start),
    };
    const last = machine.executed + (options.instructions ?? Number.POSITIVE_INFINITY);
    this.gate.enter();
    try {
      while (this.ending === undefined) {
        if (this.gate.closed) {
          this.cease();
          await this.gate.pass();
          this.look();
          continue;
        }
        const left = last - machine.executed;
        const reason = this.inputOpen
          ? await machine.run({ ...limits, pace: 'host', instructions: left })
          : machine.runSync({ ...limits, instructions: Math.min(STRETCH, left) });
        this.look();
        if (reason === 'poweroff') this.end('power-off');
        else if (reason === 'reset') this.end('reset');
        else if (reason === 'deadline') this.end('timeout');
        else if (reason === 'replayed') this.end('replayed');
        else if (machine.executed >= last) this.end('instructions');
        else if (reason === 'idle' && this.looking === undefined) this.end('halted');
        else await nextTask();
      }
    } finally {
      this.gate.leave();
      options.signal?.removeEventListener('abort', abort);
      machine.serial.output = undefined;
      this.looking?.cancel();
      this.looking = undefined;
    }
    const seconds = (performance.now() - start) / 1000;
    return {
      reason: this.ending,
      instructions: machine.executed,
      seconds,
      mips: seconds > 0 ? machine.executed / seconds / 1e6 : 0,
      guestSeconds: Number(machine.time.now()) / 1e9,
      pc: machine.pc(),
    };
  }

  /** The first end that came stays. */
  private end(reason: BootReason): void {
    this.ending ??= reason;
    this.gate.open();
    this.prepared.machine.stop();
  }

  /** Has the console looked at when the guest's time is `at`. */
  private lookAt(at: bigint): void {
    if (this.looking !== undefined) return;
    this.looking = this.prepared.machine.time.schedule(at, () => {
      this.looking = undefined;
      this.look();
    });
  }

  /** Passes output on and has nothing scheduled, so that the machine can be saved. */
  private cease(): void {
    this.look();
    this.looking?.cancel();
    this.looking = undefined;
  }

  /** Passes output on, looks for `until`, types what is due. */
  private look(): void {
    const { machine } = this.prepared;
    const now = machine.time.now();
    if (this.printed.length > 0) {
      const bytes = Uint8Array.from(this.printed);
      this.printed = [];
      this.options.output?.(bytes);
      this.watch.output(bytes, now);
      if (this.watch.matched) this.end('until');
    }
    const text = this.watch.next(now);
    if (text !== undefined) this.type(new TextEncoder().encode(text));
    else {
      const deadline = this.watch.promptDeadline();
      if (deadline !== undefined) this.lookAt(deadline);
    }
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
