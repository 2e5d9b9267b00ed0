// Calls of the guest that are calls of WebAssembly functions; every mode must come to the same.
import { describe, expect, it } from 'vitest';
import { STATE } from '../../src/engine/state.js';
import { type Bench, bench, EXECUTIONS, RAM } from '../engine/bare.js';

/** Runs the same in every mode in steps that end anywhere, and expects one state at each of them. */
function everywhere(prepare: (b: Bench) => void, step: number, steps: number): Bench {
  const all = EXECUTIONS.map(execution => bench(execution));
  all.forEach(prepare);
  for (let i = 0; i < steps; i++) {
    const states = all.map(b => {
      if (b.host.log.length === 0) b.run(step);
      return {
        x: Array.from({ length: 32 }, (_, n) => b.x(n)),
        nzcv: b.engine.view.getUint32(STATE.NZCV, true),
        pc: b.pc(),
        log: [...b.host.log],
        executed: b.engine.executed(0),
      };
    });
    for (const state of states) expect(state).toEqual(states[0]);
  }
  for (const b of all.slice(1)) expect(b.engine.compiled.regions).toBeGreaterThan(0);
  return all[0]!;
}
const SP = 31;
const STACK = RAM + 0x8_0000;

describe('calls', () => {
  // f skips the instruction behind the call while bit 2 of x4 is set.
  const SKIPS = [
    0x94000006, 0x91000421, 0x91000442, 0xf1000484, 0x54ffff81, 0xd4000001, 0x36100044, 0x910013de, 0xd65f03c0,
  ]; // biome-ignore format: code
  it('return elsewhere than behind the call', () => {
    const b = everywhere(
      ({ code, setX }) => {
        code(SKIPS);
        setX(4, 8000n);
      },
      997,
      60,
    );
    expect([b.x(1), b.x(2)]).toEqual([4000n, 8000n]);
  });

  // f(300) by recursion, x4 times.
  const RECURSION = [
    0xd2802580, 0x94000004, 0xf1000484, 0x54ffffa1, 0xd4000001, 0xb40000e0, 0xf81f0ffe, 0xd1000400, 0x97fffffd,
    0xf84107fe, 0x91000442, 0xd65f03c0, 0x91000421, 0xd65f03c0,
  ]; // biome-ignore format: code
  it.each([
    [300, 60],
    [20_000, 3],
  ])('go %i deep', (depth, rounds) => {
    const b = everywhere(
      ({ code, setX }) => {
        code([0xd2800000 | (depth << 5), ...RECURSION.slice(1)]);
        setX(4, BigInt(rounds));
        setX(SP, BigInt(STACK + 0x6_0000));
      },
      9973,
      80,
    );
    expect([b.x(1), b.x(2), b.x(SP)]).toEqual([BigInt(rounds), BigInt(depth * rounds), BigInt(STACK + 0x6_0000)]);
  });

  // The callee reads the caller's flags, and the caller those of the callee.
  const FLAGS = [
    0xf1000484, 0x94000005, 0x9a9fa7e5, 0x8b050021, 0xb5ffff84, 0xd4000001, 0x9a820442, 0xf107d09f, 0xd65f03c0,
  ]; // biome-ignore format: code
  it('pass flags there and back', () => {
    const b = everywhere(
      ({ code, setX }) => {
        code(FLAGS);
        setX(4, 3000n);
      },
      1009,
      30,
    );
    expect([b.x(1), b.x(2)]).toEqual([500n, 2999n]);
  });

  it('lead to another page, which is replaced and mapped elsewhere', () => {
    const ADD = (k: number): number[] => [0x91000021 | (k << 10), 0xd65f03c0];
    const other = RAM + 0x1000;
    const results = EXECUTIONS.map(execution => {
      const b = bench(execution);
      // bl to the next page; subs x4, x4, #1; b.ne; svc
      b.engine.memory.write(other, new Uint8Array(new Uint32Array(ADD(1)).buffer));
      b.engine.memory.write(RAM + 0x5000, new Uint8Array(new Uint32Array(ADD(100)).buffer));
      b.code([0x94000400, 0xf1000484, 0x54ffffc1, 0xd4000001]);
      b.setX(4, 6000n);
      const seen = [b.run(5001)];
      const x = [b.x(1)];
      b.engine.memory.write(other, new Uint8Array(new Uint32Array(ADD(10)).buffer));
      b.engine.invalidate(other, 8);
      seen.push(b.run(5000));
      x.push(b.x(1));
      b.host.mapped.set(other >>> 12, (RAM + 0x5000) >>> 12);
      b.engine.tlb(0).flushAll();
      seen.push(b.run(5000));
      x.push(b.x(1));
      b.host.missing.add(other >>> 12);
      b.engine.tlb(0).flushAll();
      seen.push(b.run(5000));
      return { x, seen, log: b.host.log, x4: b.x(4) };
    });
    for (const r of results) expect(r).toEqual(results[0]);
    expect(results[0]!.x).toEqual([1000n, 11_000n, 111_000n]);
    expect(results[0]!.log[0]).toMatch(/abort fetch 40001000/);
  });
});
