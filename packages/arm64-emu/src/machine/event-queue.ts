import type { Timer } from '../devices/device.js';

interface Entry extends Timer {
  readonly at: number;
  readonly order: number;
  fn: (() => void) | undefined;
}

/** Calls that are due at a virtual time, in order of time and then of scheduling. Times are in nanoseconds. */
export class EventQueue {
  private readonly entries: Entry[] = [];
  private scheduled = 0;

  /** Number of calls that are to come. */
  get length(): number {
    return this.entries.length;
  }

  /** Time of the earliest call; Infinity without one. */
  get next(): number {
    return this.entries[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  schedule(at: number, fn: () => void): Timer {
    const entry: Entry = { at, order: this.scheduled++, fn, cancel: () => this.remove(entry) };
    this.entries.splice(this.position(at), 0, entry);
    return entry;
  }

  /** Makes every call that is due at `now`, also those that calls add for a time up to `now`. */
  runUntil(now: number): void {
    while (this.next <= now) {
      const entry = this.entries.shift()!;
      const fn = entry.fn;
      entry.fn = undefined;
      fn?.();
    }
  }

  clear(): void {
    for (const entry of this.entries.splice(0)) entry.fn = undefined;
  }

  private remove(entry: Entry): void {
    if (entry.fn === undefined) return;
    entry.fn = undefined;
    this.entries.splice(this.entries.indexOf(entry), 1);
  }

  /** Behind every entry that is due at `at` or earlier. */
  private position(at: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
