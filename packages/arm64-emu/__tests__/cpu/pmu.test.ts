import { describe, expect, it } from 'vitest';
import { Pmu } from '../../src/cpu/pmu.js';

const INST_RETIRED = 8n;
const CHAIN = 0x1en;
const E = 1n;

function pmu(long = false) {
  const state = { count: 0n, line: false };
  const p = new Pmu(
    { counters: 4, long },
    {
      instructions: () => state.count,
      interrupt: level => {
        state.line = level;
      },
    },
  );
  p.reset();
  return { p, state };
}

describe('Pmu', () => {
  it('counts what is enabled, while it is', () => {
    const { p, state } = pmu();
    p.setType(0, INST_RETIRED);
    p.setType(1, 0x99n); // no such event
    p.enable(0b111n | (1n << 31n), true);
    state.count += 10n;
    p.setControl(E);
    state.count += 7n;
    expect([p.counter(0), p.counter(1), p.counter(2), p.counter(31)]).toEqual([7n, 0n, 0n, 7n]);
    p.enable(1n, false);
    state.count += 5n;
    expect([p.counter(0), p.counter(31), p.counter(9)]).toEqual([7n, 12n, 0n]);
  });

  it('filters by exception level', () => {
    const { p, state } = pmu();
    p.setType(0, INST_RETIRED | (1n << 31n)); // not EL1
    p.setType(1, INST_RETIRED | (1n << 30n)); // not EL0
    p.enable(3n, true);
    p.setControl(E);
    state.count += 10n;
    p.levelChanged(0);
    state.count += 3n;
    p.levelChanged(1);
    state.count += 1n;
    expect([p.counter(0), p.counter(1)]).toEqual([3n, 11n]);
  });

  it('overflows after 32 bits, raises its interrupt and says when', () => {
    const { p, state } = pmu();
    p.setType(0, INST_RETIRED);
    p.setCounter(0, 0xffff_fff0n);
    p.enable(1n, true);
    p.allow(1n, true);
    p.setControl(E);
    expect(p.untilOverflow).toBe(16);
    state.count += 15n;
    p.update();
    expect([p.overflow, state.line, p.untilOverflow]).toEqual([0n, false, 1]);
    state.count += 3n;
    p.update();
    expect([p.overflow, state.line, p.counter(0)]).toEqual([1n, true, 2n]);
    p.setOverflow(1n, false);
    expect([p.overflow, state.line]).toEqual([0n, false]);
  });

  it('with 64-bit counters overflows where PMCR.LP says', () => {
    const { p, state } = pmu(true);
    p.setType(0, INST_RETIRED);
    p.setCounter(0, 0xffff_ffffn);
    p.enable(1n, true);
    p.setControl(E);
    state.count += 1n;
    expect([p.overflow, p.counter(0)]).toEqual([1n, 0x1_0000_0000n]);
    p.setOverflow(1n, false);
    p.setControl(E | 0x80n);
    p.setCounter(0, 0xffff_ffff_ffff_ffffn);
    state.count += 2n;
    expect([p.overflow, p.counter(0)]).toEqual([1n, 1n]);
  });

  it('chains odd counters to even ones, and counts software increments', () => {
    const { p } = pmu();
    p.setType(1, CHAIN);
    p.setCounter(0, 0xffff_ffffn);
    p.enable(3n, true);
    p.softwareIncrement(1n);
    expect(p.counter(0)).toBe(0xffff_ffffn); // PMCR.E is clear
    p.setControl(E);
    p.softwareIncrement(1n);
    expect([p.counter(0), p.counter(1), p.overflow]).toEqual([0n, 1n, 1n]);
  });

  it('resets by PMCR.P and C', () => {
    const { p, state } = pmu();
    p.enable(1n | (1n << 31n), true);
    p.setType(0, INST_RETIRED);
    p.setControl(E);
    state.count += 5n;
    p.setControl(E | 2n);
    expect([p.counter(0), p.counter(31)]).toEqual([0n, 5n]);
    p.setControl(E | 4n);
    expect(p.counter(31)).toBe(0n);
    expect((p.control >> 11n) & 31n).toBe(4n);
  });
});
