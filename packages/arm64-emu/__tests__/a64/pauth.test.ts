import { describe, expect, it } from 'vitest';
import '../../src/a64/index.js';
import { callRoutine, routineNumber } from '../../src/a64/spec/index.js';
import { slotOf } from '../../src/cpu/sysreg-slots.js';
import { STATE_SIZE, sysregAddress } from '../../src/engine/state.js';

const AT = STATE_SIZE;
const AUT = 8;
const [IA, IB, DA, GA] = [0, 1, 2, 4];

function cpu(tcr: bigint, sctlr = 0xffffffffn) {
  const view = new DataView(new ArrayBuffer(STATE_SIZE + 64));
  const set = (name: string, v: bigint): void => view.setBigUint64(sysregAddress(slotOf(name)), v, true);
  set('TCR_EL1', tcr);
  set('SCTLR_EL1', sctlr);
  for (const [i, k] of ['APIA', 'APIB', 'APDA', 'APDB', 'APGA'].entries()) {
    set(`${k}KeyLo_EL1`, 0x123456789n * BigInt(i + 1));
    set(`${k}KeyHi_EL1`, 0xfedcba987n * BigInt(i + 7));
  }
  const call = (name: string, x: bigint, y: bigint, param: number): bigint => {
    view.setBigUint64(AT, x, true);
    view.setBigUint64(AT + 8, y, true);
    callRoutine(routineNumber(name), view, AT, param);
    return view.getBigUint64(AT, true);
  };
  return {
    pauth: (x: bigint, y: bigint, k: number) => call('pauth', x, y, k),
    strip: (x: bigint) => call('strip', x, 0n, 0),
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
    const signed = c.pauth(pointer, 99n, IA);
    expect(signed).not.toBe(pointer);
    expect(c.pauth(signed, 99n, IA | AUT)).toBe(pointer);
    expect(c.strip(signed)).toBe(pointer);
    // The range of the pointer survives.
    expect((signed >> 55n) & 1n).toBe((pointer >> 55n) & 1n);
  });
  it('makes the pointer invalid for another modifier or key', () => {
    const signed = c.pauth(KERNEL, 99n, IA);
    for (const wrong of [c.pauth(signed, 98n, IA | AUT), c.pauth(signed, 99n, IB | AUT)]) {
      expect(wrong).not.toBe(KERNEL);
      expect(c.strip(wrong)).toBe(KERNEL);
    }
  });
});

describe('pointer authentication', () => {
  it('keeps the tag of a data pointer', () => {
    const c = cpu(T48 | TBI);
    const pointer = 0x5a00aaaabbbb1230n;
    const signed = c.pauth(pointer, 1n, DA);
    expect(signed >> 56n).toBe(0x5an);
    expect(c.pauth(signed, 1n, DA | AUT)).toBe(pointer);
  });
  it('does nothing when the key is not enabled', () => {
    const c = cpu(T48, 0n);
    expect(c.pauth(KERNEL, 1n, IA)).toBe(KERNEL);
    expect(c.pauth(KERNEL, 1n, IA | AUT)).toBe(KERNEL);
  });
  it('gives 32 bits of generic code that depend on both operands', () => {
    const c = cpu(T48);
    const code = c.pauth(5n, 6n, GA);
    expect(code & 0xffffffffn).toBe(0n);
    expect(c.pauth(5n, 7n, GA)).not.toBe(code);
    expect(c.pauth(4n, 6n, GA)).not.toBe(code);
  });
});
