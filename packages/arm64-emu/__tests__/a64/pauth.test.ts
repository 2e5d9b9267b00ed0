import { describe, expect, it } from 'vitest';
import '../../src/a64/index.js';
import { Decoder } from '../../src/a64/spec/index.js';
import { slotOf } from '../../src/cpu/sysreg-slots.js';
import { CELL, STATE, sysregAddress, xAddress } from '../../src/engine/state.js';
import { evaluate } from '../../src/eval/evaluator.js';

const [IA, IB, DA] = [0, 1, 2];
const decoder = new Decoder(undefined);

function cpu(tcr: bigint, sctlr = 0xffffffffn) {
  const view = new DataView(new ArrayBuffer(CELL.FP_ARGS + 64));
  const set = (name: string, v: bigint): void => view.setBigUint64(sysregAddress(slotOf(name)), v, true);
  view.setBigUint64(STATE.TCR, tcr, true);
  view.setBigUint64(STATE.SCTLR, sctlr, true);
  for (const [i, k] of ['APIA', 'APIB', 'APDA', 'APDB', 'APGA'].entries()) {
    set(`${k}KeyLo_EL1`, 0x123456789n * BigInt(i + 1));
    set(`${k}KeyHi_EL1`, 0xfedcba987n * BigInt(i + 7));
  }
  const none = (): never => {
    throw new Error('not expected');
  };
  /** X0 after the instruction, with X0 and X1 before it. */
  const execute = (word: number, x0: bigint, x1 = 0n): bigint => {
    view.setBigUint64(xAddress(0), x0, true);
    view.setBigUint64(xAddress(1), x1, true);
    evaluate(decoder.decode(word)!, 0n, { view, memory: none, sysRead: none, sysWrite: none, fp: none });
    return view.getBigUint64(xAddress(0), true);
  };
  return {
    sign: (x: bigint, y: bigint, key: number) => execute(0xdac10020 | (key << 10), x, y), // pacia x0, x1
    authenticate: (x: bigint, y: bigint, key: number) => execute(0xdac11020 | (key << 10), x, y), // autia x0, x1
    strip: (x: bigint) => execute(0xdac143e0, x), // xpaci x0
    generic: (x: bigint, y: bigint) => execute(0x9ac13000, x, y), // pacga x0, x0, x1
  };
}
/** 48 bits in both ranges; TBI for both. */
const T48 = (16n << 16n) | 16n;
const TBI = 3n << 37n;
const KERNEL = 0xffff800010001234n;
const USER = 0x0000aaaabbbb1230n;

describe.each([
  ['without tags', T48],
  ['with tags', T48 | TBI],
])('pointer authentication %s', (_, tcr) => {
  const c = cpu(tcr);
  it.each([KERNEL, USER])('authenticates what it signed: %s', pointer => {
    const signed = c.sign(pointer, 99n, IA);
    expect(signed).not.toBe(pointer);
    expect(c.authenticate(signed, 99n, IA)).toBe(pointer);
    expect(c.strip(signed)).toBe(pointer);
    // The range of the pointer survives.
    expect((signed >> 55n) & 1n).toBe((pointer >> 55n) & 1n);
  });
  it('makes the pointer invalid for another modifier or key', () => {
    const signed = c.sign(KERNEL, 99n, IA);
    for (const wrong of [c.authenticate(signed, 98n, IA), c.authenticate(signed, 99n, IB)]) {
      expect(wrong).not.toBe(KERNEL);
      expect(c.strip(wrong)).toBe(KERNEL);
    }
  });
});

describe('pointer authentication', () => {
  it('keeps the tag of a data pointer', () => {
    const c = cpu(T48 | TBI);
    const pointer = 0x5a00aaaabbbb1230n;
    const signed = c.sign(pointer, 1n, DA);
    expect(signed >> 56n).toBe(0x5an);
    expect(c.authenticate(signed, 1n, DA)).toBe(pointer);
  });
  it('does nothing when the key is not enabled', () => {
    const c = cpu(T48, 0n);
    expect(c.sign(KERNEL, 1n, IA)).toBe(KERNEL);
    expect(c.authenticate(KERNEL, 1n, IA)).toBe(KERNEL);
  });
  it('gives 32 bits of generic code that depend on both operands', () => {
    const c = cpu(T48);
    const code = c.generic(5n, 6n);
    expect(code & 0xffffffffn).toBe(0n);
    expect(c.generic(5n, 7n)).not.toBe(code);
    expect(c.generic(4n, 6n)).not.toBe(code);
  });
});
