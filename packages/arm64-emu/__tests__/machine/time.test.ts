import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../src/machine/event-queue.js';
import { VirtualTime } from '../../src/machine/virtual-time.js';

describe('EventQueue', () => {
  it('calls in order of time, then of scheduling', () => {
    const queue = new EventQueue();
    const log: string[] = [];
    queue.schedule(20, () => log.push('c'));
    queue.schedule(10, () => log.push('a'));
    queue.schedule(10, () => log.push('b'));
    expect(queue.next).toBe(10);
    queue.runUntil(15);
    expect(log).toEqual(['a', 'b']);
    expect(queue.next).toBe(20);
    queue.runUntil(20);
    expect(log).toEqual(['a', 'b', 'c']);
    expect(queue.next).toBe(Number.POSITIVE_INFINITY);
  });
  it('forgets what is cancelled, also from within a call', () => {
    const queue = new EventQueue();
    const log: string[] = [];
    const second = queue.schedule(2, () => log.push('second'));
    queue.schedule(1, () => second.cancel());
    const third = queue.schedule(3, () => log.push('third'));
    queue.runUntil(3);
    third.cancel(); // no longer pending: nothing happens
    expect(log).toEqual(['third']);
  });
  it('runs what calls add for now', () => {
    const queue = new EventQueue();
    const log: number[] = [];
    queue.schedule(1, () => {
      log.push(1);
      queue.schedule(1, () => log.push(2));
      queue.schedule(9, () => log.push(9));
    });
    queue.runUntil(5);
    expect(log).toEqual([1, 2]);
  });
});

describe('VirtualTime', () => {
  const make = (ratio = 5) => {
    const state = { executed: 0 };
    return { state, time: new VirtualTime(() => state.executed, ratio) };
  };
  it('follows instructions, and leaps forward only', () => {
    const { state, time } = make(2.5);
    state.executed = 3;
    expect(time.now()).toBe(7n);
    time.skipTo(100);
    expect(time.ns).toBe(100);
    time.skipTo(50);
    expect(time.ns).toBe(100);
    state.executed = 5;
    expect(time.ns).toBe(105);
  });
  it('says how many instructions reach a time', () => {
    const { state, time } = make(5);
    expect(time.instructionsUntil(12)).toBe(3);
    expect(time.instructionsUntil(0)).toBe(1);
    expect(time.instructionsUntil(Number.POSITIVE_INFINITY)).toBe(Number.MAX_SAFE_INTEGER);
    state.executed = 3;
    expect(time.ns).toBeGreaterThanOrEqual(12);
  });
  it('tells when an event comes earlier than the others', () => {
    const { state, time } = make();
    let told = 0;
    time.onEarlier = () => told++;
    time.schedule(100n, () => {});
    time.schedule(200n, () => {});
    time.schedule(50n, () => {});
    expect(told).toBe(2);
    state.executed = 100;
    time.schedule(1n, () => {}); // the past is now, behind what waits already
    expect(time.queue.next).toBe(50);
    expect(() => new VirtualTime(() => 0, 0)).toThrow(RangeError);
  });
  it.each([1e9, 62_500_000, 24_000_000, 19_200_000])(
    'counter of %i Hz: deadlines are the first moment of a count',
    hz => {
      const { time } = make(1);
      const counter = time.counter(hz);
      for (const count of [1n, 2n, 3n, 1000n, 123_456_789n]) {
        const ns = counter.nsOf(count);
        time.skipTo(ns - 1);
        expect(counter.virtual()).toBe(count - 1n < 0n ? 0n : counter.physical());
        expect(counter.virtual() < count).toBe(true);
        time.skipTo(ns);
        expect(counter.virtual() >= count).toBe(true);
      }
      for (const far of [0xffff_ffff_ffff_ffffn, 1n << 53n, (1n << 53n) - 1n].filter(c => c > 2n ** 53n || hz < 1e9))
        expect(counter.nsOf(far)).toBe(Number.POSITIVE_INFINITY);
    },
  );
});
