import { describe, expect, it } from 'vitest';
import { type CpuModel, cortexA72, max } from '../../src/cpu/models.js';
import { Pmu } from '../../src/cpu/pmu.js';
import { bench } from '../cpu-support.js';

const INST_RETIRED = 8n;
const CHAIN = 0x1en;
const E = 1n;

function pmu(long = false, hypervisor = false) {
  const state = { count: 0n, line: false, el: hypervisor ? 2 : 1 };
  const p = new Pmu(
    { counters: 4, long, hypervisor, stalls: [] },
    {
      instructions: () => state.count,
      level: () => state.el,
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

it('the events of each version are announced', () => {
  const ids = (model: CpuModel): bigint[] => {
    const { cpu } = bench(model);
    return [cpu.read('PMCEID0_EL0'), cpu.read('PMCEID1_EL0')];
  };
  // SW_INCR, INST_RETIRED, CPU_CYCLES, CHAIN; stalls are those that QEMU 7.2 announces for `max`.
  const common = 0x4002_0101n;
  expect(ids(cortexA72)).toEqual([common, 0n]);
  expect(ids(max)).toEqual([common, 0x1000_0018n]);
});

describe('Pmu with EL2', () => {
  const NSH = 1n << 27n;
  const [HPME, HPMD, HCCD, HLP] = [1n << 7n, 1n << 17n, 1n << 23n, 1n << 26n];
  const DP = 1n << 5n;
  const CYCLES = 1n << 31n;

  /** Counters 0 and 1 for EL1, 2 and 3 for EL2; `at(el, n)` executes n instructions there. */
  function shared(mdcr: bigint, long = false) {
    const { p, state } = pmu(long, true);
    const at = (el: number, n: bigint): void => {
      state.el = el;
      p.levelChanged(el);
      state.count += n;
    };
    p.setHypervisor(2n | mdcr);
    for (const n of [0, 1, 2, 3]) p.setType(n, INST_RETIRED | (n & 1 ? NSH : 0n));
    p.setType(31, NSH);
    p.enable(0xfn | CYCLES, true);
    const counts = (): bigint[] => {
      at(2, 0n);
      return [0, 1, 2, 3, 31].map(n => p.counter(n));
    };
    return { p, state, at, counts };
  }

  it('counts at EL2 with NSH, wherever it was turned on', () => {
    const { p, at, counts } = shared(HPME);
    p.setControl(E);
    at(2, 5n);
    at(1, 3n);
    at(0, 2n);
    expect(counts()).toEqual([5n, 10n, 5n, 10n, 10n]);
  });

  it('EL1 has the counters below HPMN, and its own enable bit', () => {
    const { p, at, counts } = shared(HPME);
    at(1, 7n);
    expect(counts()).toEqual([0n, 0n, 7n, 7n, 0n]);
    p.setHypervisor(2n);
    p.setControl(E);
    at(1, 1n);
    expect(counts()).toEqual([1n, 1n, 7n, 7n, 1n]);
  });

  it('below EL2 the others are not there', () => {
    const { p, state, at, counts } = shared(0n);
    at(1, 0n);
    expect((p.control >> 11n) & 31n).toBe(2n);
    expect(p.enabledHere).toBe(3n | CYCLES);
    p.setCounter(3, 9n);
    p.setType(3, 0x11n);
    p.enable(0xfn, false);
    p.allow(0xfn, true);
    p.setOverflow(0xfn, true);
    expect([p.counter(3), p.type(3), p.overflow, p.interruptsHere]).toEqual([0n, 0n, 3n, 3n]);
    p.setControl(2n); // reset event counters
    state.el = 2;
    expect([(p.control >> 11n) & 31n, p.enabledHere, p.type(3)]).toEqual([4n, 0xcn | CYCLES, INST_RETIRED | NSH]);
    p.setCounter(3, 9n);
    at(1, 0n);
    p.setControl(2n);
    expect(counts()[3]).toBe(9n);
  });

  it("HPMD keeps EL1's counters from counting at EL2, the cycle counter with PMCR.DP", () => {
    const { p, at, counts } = shared(HPME | HPMD);
    p.setControl(E);
    at(2, 4n);
    expect(counts()).toEqual([0n, 0n, 0n, 4n, 4n]);
    p.setControl(E | DP);
    at(2, 4n);
    expect(counts()).toEqual([0n, 0n, 0n, 8n, 4n]);
  });

  it('HCCD stops the cycle counter at EL2, with PMUv3p5', () => {
    for (const long of [false, true]) {
      const { p, at, counts } = shared(HCCD, long);
      p.setControl(E);
      at(2, 4n);
      expect(counts()).toEqual([0n, 4n, 0n, 0n, long ? 0n : 4n]);
    }
  });

  it("HLP says where EL2's counters overflow", () => {
    for (const [mdcr, overflows] of [
      [HPME, 8n],
      [HPME | HLP, 0n],
    ] as const) {
      const { p, state, at } = shared(mdcr, true);
      p.setCounter(3, 0xffff_fffen);
      p.allow(8n, true);
      at(1, 2n);
      state.el = 2;
      expect(p.overflow).toBe(overflows);
      p.update();
      expect(state.line).toBe(overflows !== 0n);
      // EL2's enable bit, not EL1's, lets the interrupt through.
      p.setHypervisor(2n | (mdcr & ~HPME));
      expect(state.line).toBe(false);
    }
  });

  it('the filter of EL2 does not exist without it', () => {
    const { p } = pmu();
    p.setType(0, 0xffff_ffffn);
    p.setType(31, 0xffff_ffffn);
    expect([p.type(0), p.type(31)]).toEqual([0xc000_ffffn, 0xc000_0000n]);
  });
});
