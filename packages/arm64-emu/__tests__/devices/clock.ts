import type { Clock, Timer } from '../../src/devices/device.js';

/** Virtual time that a test moves by hand. */
export class ManualClock implements Clock {
  private time = 0n;
  private timers: { at: bigint; fn: () => void }[] = [];

  now(): bigint {
    return this.time;
  }

  schedule(at: bigint, fn: () => void): Timer {
    const timer = { at, fn };
    this.timers.push(timer);
    return { cancel: () => void (this.timers = this.timers.filter(other => other !== timer)) };
  }

  advance(nanoseconds: bigint): void {
    const end = this.time + nanoseconds;
    for (;;) {
      const next = this.timers.filter(timer => timer.at <= end).sort((a, b) => Number(a.at - b.at))[0];
      if (next === undefined) break;
      this.timers = this.timers.filter(timer => timer !== next);
      if (next.at > this.time) this.time = next.at;
      next.fn();
    }
    this.time = end;
  }
}
