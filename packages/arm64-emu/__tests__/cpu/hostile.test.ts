import { describe, expect, it } from 'vitest';
import { CPU_MODELS, withFeatures } from '../../src/cpu/models.js';
import { APPLE_REGISTERS } from '../../src/cpu/sysregs-apple.js';
import { STATE } from '../../src/engine/state.js';
import { bench } from '../cpu-support.js';

/** A small generator of 64-bit values with many zeros, ones and single bits. */
function values(seed: number): () => bigint {
  let state = BigInt(seed) * 0x9e37_79b9_7f4a_7c15n + 1n;
  const next = (): bigint => {
    state = BigInt.asUintN(64, state ^ (state << 13n));
    state ^= state >> 7n;
    state = BigInt.asUintN(64, state ^ (state << 17n));
    return state;
  };
  return () => {
    const shape = next() % 5n;
    const v = next();
    if (shape === 0n) return 0n;
    if (shape === 1n) return 0xffff_ffff_ffff_ffffn;
    if (shape === 2n) return 1n << (v % 64n);
    return v;
  };
}

/** Every model, without and with EL2. */
const MODELS = Object.values(CPU_MODELS).flatMap((model, n) => [
  [model.name, model, n] as const,
  [`${model.name} with EL2`, withFeatures(model, model.hypervisor), n + 50] as const,
]);

describe('a guest that writes anything anywhere', () => {
  it.each(MODELS)('cannot make the CPU of a %s throw or leave its state block', (_, model, n) => {
    const { cpu } = bench(model, { registers: { extra: APPLE_REGISTERS } });
    const value = values(n + 1);
    const keys = [...cpu.registers].map(r => r.key);
    for (let round = 0; round < 6; round++) {
      for (const key of keys) {
        cpu.setX(0, value());
        const result = cpu.sysWrite(key, value());
        expect([0, 1, 2]).toContain(result);
        const read = cpu.sysRead(key);
        if (read === undefined || result === 2) cpu.raise();
        else expect(BigInt.asUintN(64, read)).toBe(read);
        const va = value();
        const [lo, hi] = [Number(va & 0xffff_ffffn) | 0, Number(va >> 32n) | 0];
        const access = Number(value() % 3n);
        if (!cpu.translate(lo, hi, access, (va & 1n) !== 0n, 8)) cpu.raise();
        else expect(Number.isSafeInteger(cpu.translation.pa) && cpu.translation.pa >= 0).toBe(true);
        cpu.beforeInstruction();
        cpu.afterInstruction(cpu.stepArmed);
        cpu.deliverInterrupt();
        if ((va & 6n) === 0n) cpu.event('eret', 0n);
        if ((va & 24n) === 0n) cpu.event('wfe', va);
        cpu.wait = 'running';
        expect(cpu.el).toBeLessThanOrEqual(model.features.has('EL2') ? 2 : 1);
      }
    }
    expect(cpu.x(STATE.ZR >> 3)).toBe(0n);
  });

  it('cannot reach registers that are not in the table', () => {
    const { cpu } = bench();
    const known = new Set([...cpu.registers].map(r => r.key));
    for (let key = 0; key < 0x1_0000; key++) if (!known.has(key)) expect(cpu.sysWrite(key, 1n)).toBe(2);
  });
});
