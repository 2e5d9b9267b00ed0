import type { SystemCounter } from '../cpu/timer.js';
import type { Clock, Timer } from '../devices/device.js';
import { EventQueue } from './event-queue.js';

const SECOND = 1e9;

/**
 * Virtual time: nanoseconds since power-on. It advances with executed instructions by a fixed ratio, and by leaps
 * while every CPU waits, so that a run is a function of its inputs alone.
 *
 * @example
 * const time = new VirtualTime(() => engine.executed, 5);
 * time.schedule(time.now() + 1_000_000n, () => console.log('a millisecond of virtual time later'));
 */
export class VirtualTime implements Clock {
  /** See {@link Stateful}. */
  readonly stateFields = ['skipped'];
  readonly queue = new EventQueue();
  /** Called when a call was scheduled earlier than all others: a running slice may be too long for it. */
  onEarlier: (() => void) | undefined;
  /** Nanoseconds beside those of executed instructions. */
  private skipped = 0;

  /**
   * @param executed instructions executed since power-on, exact at any moment
   * @param nsPerInstruction the ratio
   */
  constructor(
    private readonly executed: () => number,
    readonly nsPerInstruction: number,
  ) {
    if (!(nsPerInstruction > 0)) throw new RangeError('an instruction must take time');
  }

  /** Nanoseconds as a number. */
  get ns(): number {
    return Math.floor(this.executed() * this.nsPerInstruction) + this.skipped;
  }

  now(): bigint {
    return BigInt(this.ns);
  }

  schedule(at: bigint, fn: () => void): Timer {
    // A time that has passed is due now, at the next opportunity.
    const ns = Math.max(Number(at), this.ns);
    const earlier = ns < this.queue.next;
    const timer = this.queue.schedule(ns, fn);
    if (earlier) this.onEarlier?.();
    return timer;
  }

  /** Leaps to `ns` if that is in the future. */
  skipTo(ns: number): void {
    const ahead = ns - this.ns;
    if (ahead > 0) this.skipped += ahead;
  }

  /** Instructions that take the time up to `ns`; at least 1. */
  instructionsUntil(ns: number): number {
    if (ns === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER;
    return Math.max(1, Math.ceil((ns - this.ns) / this.nsPerInstruction));
  }

  /** A system counter of `frequency` Hz on this time; virtual and physical count alike. */
  counter(frequency: number): SystemCounter & { nsOf(count: bigint): number } {
    const ticksPerNs = frequency / SECOND;
    const ticks = (ns: number): number => Math.floor(ns * ticksPerNs);
    const count = (): bigint => BigInt(ticks(this.ns));
    const nsOf = (target: bigint): number => {
      // Guests choose the count: what lies beyond 104 days never comes, and numbers stay exact.
      if (target > BigInt(Number.MAX_SAFE_INTEGER)) return Number.POSITIVE_INFINITY;
      const wanted = Number(target);
      let ns = Math.ceil(wanted / ticksPerNs);
      if (ns >= Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY;
      while (ticks(ns) < wanted) ns++;
      return ns;
    };
    return { frequency, physical: count, virtual: count, nsOf };
  }
}
