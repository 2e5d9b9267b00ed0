import type { Timer } from 'arm64-emu';
import { type ConsoleScript, ConsoleWatch } from './console.js';
import type { GuestMachine } from './machines/guest.js';

/** Guest time from a byte of output to a look at it, in nanoseconds: what comes close together is looked at once. */
const LATENCY = 500_000n;

/** What becomes of the console. */
interface ConsoleOptions extends ConsoleScript {
  /** Called with what the guest printed. */
  readonly output?: ((bytes: Uint8Array) => void) | undefined;
  /** `until` has matched. */
  readonly matched: () => void;
}

/** Follows the console of a machine while that runs, whoever runs it: passes output on, and types what is due. */
export class ConsoleDriver {
  private readonly watch: ConsoleWatch;
  private printed: number[] = [];
  private looking: Timer | undefined;

  constructor(
    private readonly machine: GuestMachine,
    private readonly options: ConsoleOptions,
  ) {
    this.watch = new ConsoleWatch(options);
  }

  attach(): void {
    const { machine } = this;
    machine.serial.output = byte => {
      this.printed.push(byte);
      this.lookAt(machine.time.now() + LATENCY);
    };
  }
  detach(): void {
    this.machine.serial.output = undefined;
    this.cancel();
  }

  /** Whether it will look by itself, when the guest's time has come so far. */
  get pending(): boolean {
    return this.looking !== undefined;
  }

  /** Types at the guest's console. */
  type(bytes: Uint8Array): void {
    this.machine.serial.receive(bytes);
    this.machine.wake();
  }

  /** Passes output on, looks for `until`, types what is due. */
  look(): void {
    const now = this.machine.time.now();
    if (this.printed.length > 0) {
      const bytes = Uint8Array.from(this.printed);
      this.printed = [];
      this.options.output?.(bytes);
      this.watch.output(bytes, now);
      if (this.watch.matched) this.options.matched();
    }
    const text = this.watch.next(now);
    if (text !== undefined) this.type(new TextEncoder().encode(text));
    else {
      const deadline = this.watch.promptDeadline();
      if (deadline !== undefined) this.lookAt(deadline);
    }
  }

  /** Passes output on and has nothing scheduled, so that the machine can be saved. */
  cease(): void {
    this.look();
    this.cancel();
  }

  private cancel(): void {
    this.looking?.cancel();
    this.looking = undefined;
  }

  /** Has the console looked at when the guest's time is `at`. */
  private lookAt(at: bigint): void {
    if (this.looking !== undefined) return;
    this.looking = this.machine.time.schedule(at, () => {
      this.looking = undefined;
      this.look();
    });
  }
}
