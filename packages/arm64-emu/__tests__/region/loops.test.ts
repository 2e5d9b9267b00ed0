// Loops whose registers are in locals; every mode must come to the same, at every stop.
import { describe, expect, it } from 'vitest';
import { STATE, STATE_SIZE } from '../../src/engine/state.js';
import { type Bench, bench, EXECUTIONS, RAM } from '../engine/bare.js';

/** Runs the same in every mode, with something done before each step; all state is compared behind it. */
function everywhere(prepare: (b: Bench) => void, steps: number, before: (b: Bench, step: number) => number): Bench[] {
  const all = EXECUTIONS.map(execution => bench(execution));
  all.forEach(prepare);
  for (let i = 0; i < steps; i++) {
    const states = all.map(b => {
      const count = before(b, i);
      if (b.host.log.length === 0) b.run(count);
      const state = new Uint8Array(b.engine.buffer, 0, STATE_SIZE).slice();
      state.fill(0, STATE.SINK, STATE.SINK + 8);
      return { state: Buffer.from(state).toString('hex'), log: [...b.host.log], executed: b.engine.executed(0) };
    });
    for (const state of states) expect(state).toEqual(states[0]);
  }
  for (const b of all.slice(1)) expect(b.engine.compiled.regions).toBeGreaterThan(0);
  return all;
}
const DATA = RAM + 0x1_0000;
const bits = (x: number): bigint => new DataView(new Float64Array([x]).buffer).getBigUint64(0, true);

/** ldr x6, [x3], #8; add x7, x6, x7; cmp x6, x1; str x7, [x5, x1, lsl #3]; add x1, x1, #1; cbnz x4 */
const COPY = [0xf8408466, 0x8b0700c7, 0xeb0100df, 0xf82178a7, 0x91000421, 0xb5ffff64];
/** ldr d2, [x3], #8; fmul d3, d2, d1; fadd d0, d0, d3; fsub d4, d0, d2; subs x4, x4, #1; b.ne; svc */
const DOUBLES = [0xfc408462, 0x1e610843, 0x1e632800, 0x1e623804, 0xf1000484, 0x54ffff61, 0xd4000001];

function copies(b: Bench): void {
  b.code(COPY);
  b.setX(3, BigInt(DATA));
  b.setX(4, 1n);
  b.setX(5, BigInt(DATA + 0x2_0000));
  b.engine.memory.write(
    DATA,
    new Uint8Array(0x2_0000).map((_, i) => i * 7),
  );
}
function sums(b: Bench): void {
  b.code(DOUBLES);
  b.setX(3, BigInt(DATA));
  b.setX(4, 12_000n);
  b.setV(0, bits(0.5), 0x1111n);
  b.setV(1, bits(1.5), 0x2222n);
  b.setV(3, 7n, 0x3333n);
  b.setV(4, 7n, 0x4444n);
  const numbers = Float64Array.from({ length: 0x4000 }, (_, i) => 1 / (i + 1));
  b.engine.memory.write(DATA, new Uint8Array(numbers.buffer));
}

describe('loops', () => {
  it('stop at any instruction', () => {
    everywhere(copies, 40, (_, step) => 2500 + step);
  });
  it('fault at the load, with all registers as they are before it', () => {
    const [b] = everywhere(
      b => {
        copies(b);
        b.host.missing.add((DATA + 0x8000) >>> 12);
      },
      3,
      () => 20_000,
    );
    expect(b!.host.log).toEqual([`abort read ${(DATA + 0x8000).toString(16)} at ${RAM.toString(16)}`]);
    expect([b!.x(1), b!.x(3)]).toEqual([0x1000n, BigInt(DATA + 0x8000)]);
  });
  it('fault at the store, behind a load that moved its base', () => {
    const [b] = everywhere(
      b => {
        copies(b);
        b.host.readOnly.add((DATA + 0x2_6000) >>> 12);
      },
      3,
      () => 20_000,
    );
    expect(b!.host.log).toEqual([`abort write ${(DATA + 0x2_6000).toString(16)} at ${(RAM + 12).toString(16)}`]);
    expect([b!.x(1), b!.x(3)]).toEqual([0xc00n, BigInt(DATA + 0x6008)]);
  });
  it('lose their pages when translations are dropped', () => {
    everywhere(copies, 30, (b, step) => {
      // Every third time the source moves by a page under the same address.
      if (step % 3 === 1)
        for (let page = 0; page < 0x20; page++)
          b.host.mapped.set((DATA >>> 12) + page, (DATA >>> 12) + ((page + step) & 31));
      b.engine.tlb(0).flushAll();
      return 1999;
    });
  });
  it('see FPCR change, and keep upper halves until a double is written', () => {
    const [b] = everywhere(sums, 26, (b, step) => {
      // To nearest, towards plus and minus infinity, flushing; and without the cumulative inexact bit.
      b.engine.view.setUint32(STATE.FPCR, [0, 0, 0x40_0000, 0x80_0000, 0x100_0000][step % 5]!, true);
      if (step % 7 === 3) b.engine.view.setUint32(STATE.FPSR, 0, true);
      return step === 0 ? 1 : 3001;
    });
    expect(b!.host.log).toEqual([`exception 15 0 at ${(RAM + 24).toString(16)}`]);
  });
  it('come to NaN, infinity and the smallest numbers', () => {
    everywhere(
      b => {
        sums(b);
        const odd = [Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 2 ** -1022, -0, Number.MAX_VALUE, 0, -1];
        for (let i = 0; i < 400; i++) {
          const at = DATA + (400 + i * 25) * 8;
          b.engine.memory.write(at, new Uint8Array(new Float64Array([odd[i % odd.length]!]).buffer));
          if (i % 8 === 7) b.engine.memory.write(at + 8, new Uint8Array(new Float64Array([1e308]).buffer));
        }
      },
      24,
      (b, step) => {
        // Out of NaN again.
        b.setV(0, bits(step), BigInt(step));
        return 3001;
      },
    );
  });
});
