import { describe, expect, it } from 'vitest';
import { add, div, mul, muladd, sqrt } from '../../src/fp/arith.js';
import { compare, max, maxnm, min } from '../../src/fp/compare.js';
import { convert, fromFixed, roundInt, roundIntN, toFixed, toInt32JS } from '../../src/fp/convert.js';
import { recpe, rsqrte, urecpe, ursqrte } from '../../src/fp/estimate.js';
import { DOUBLE, FPCR, FPSR, type FpEnv, HALF, Round, SINGLE } from '../../src/fp/format.js';

const env = (fpcr = 0): FpEnv => ({ fpcr, flags: 0 });
const f64 = new Float64Array(1);
const u64 = new BigUint64Array(f64.buffer);
function d(x: number): bigint {
  f64[0] = x;
  return u64[0]!;
}
const UP = 1 << 22;
const DOWN = 2 << 22;
const ZERO = 3 << 22;

describe('rounding', () => {
  it.each([
    ['nearest', 0, 0x3fd5555555555555n],
    ['up', UP, 0x3fd5555555555556n],
    ['down', DOWN, 0x3fd5555555555555n],
    ['zero', ZERO, 0x3fd5555555555555n],
  ])('1 / 3 towards %s', (_, mode, bits) => {
    const e = env(mode);
    expect(div(DOUBLE, d(1), d(3), e)).toBe(bits);
    expect(e.flags).toBe(FPSR.IXC);
  });
  it('overflow goes to infinity or stops at the largest number, by mode', () => {
    const largest = DOUBLE.inf - 1n;
    expect(add(DOUBLE, largest, largest, env())).toBe(DOUBLE.inf);
    const e = env(ZERO);
    expect(add(DOUBLE, largest, largest, e)).toBe(largest);
    expect(e.flags).toBe(FPSR.OFC | FPSR.IXC);
  });
  it('is tiny before rounding', () => {
    const e = env();
    // The largest number below the smallest normal one, times a bit more than 1.
    expect(mul(DOUBLE, DOUBLE.fracMask, d(1 + 2 ** -52), e)).toBe(1n << 52n);
    expect(e.flags).toBe(FPSR.UFC | FPSR.IXC);
  });
  it('keeps the sign of an exact zero by mode', () => {
    expect(add(DOUBLE, d(1), d(-1), env())).toBe(0n);
    expect(add(DOUBLE, d(1), d(-1), env(DOWN))).toBe(DOUBLE.signBit);
  });
});

describe('flushing', () => {
  it('denormal inputs count as zero and raise IDC', () => {
    const e = env(FPCR.FZ);
    expect(add(DOUBLE, 1n, d(1), e)).toBe(d(1));
    expect(e.flags).toBe(FPSR.IDC);
  });
  it('denormal results become zero and raise UFC only', () => {
    const e = env(FPCR.FZ);
    expect(mul(DOUBLE, 1n << 52n, d(0.5), e)).toBe(0n);
    expect(e.flags).toBe(FPSR.UFC);
  });
  it('FZ16 is for half precision, without IDC', () => {
    const e = env(FPCR.FZ16);
    expect(add(HALF, 1n, 0x3c00n, e)).toBe(0x3c00n);
    expect(e.flags).toBe(0);
  });
});

describe('NaNs', () => {
  const q1 = DOUBLE.inf | DOUBLE.quietBit | 1n;
  const q2 = DOUBLE.inf | DOUBLE.quietBit | 2n;
  const s = DOUBLE.inf | 3n;
  it('the first quiet NaN wins, a signalling one before it', () => {
    expect(add(DOUBLE, q1, q2, env())).toBe(q1);
    const e = env();
    expect(add(DOUBLE, q1, s, e)).toBe(s | DOUBLE.quietBit);
    expect(e.flags).toBe(FPSR.IOC);
  });
  it('DN gives the default NaN', () => {
    expect(add(DOUBLE, q1, q2, env(FPCR.DN))).toBe(0x7ff8000000000000n);
  });
  it('infinity times zero plus a quiet NaN is the default NaN', () => {
    const e = env();
    expect(muladd(DOUBLE, q1, DOUBLE.inf, 0n, e)).toBe(0x7ff8000000000000n);
    expect(e.flags).toBe(FPSR.IOC);
  });
  it('FMAXNM prefers the number, FMAX the NaN', () => {
    expect(maxnm(DOUBLE, q1, d(2), env())).toBe(d(2));
    expect(max(DOUBLE, q1, d(2), env())).toBe(q1);
    expect(min(DOUBLE, 0n, DOUBLE.signBit, env())).toBe(DOUBLE.signBit);
  });
  it('compares unordered', () => {
    const e = env();
    expect(compare(DOUBLE, q1, d(0), false, e)).toBe(3);
    expect(e.flags).toBe(0);
    expect(compare(DOUBLE, q1, d(0), true, e)).toBe(3);
    expect(e.flags).toBe(FPSR.IOC);
  });
});

describe('conversions', () => {
  it('saturate with Invalid Operation', () => {
    const e = env();
    expect(toFixed(DOUBLE, d(3e9), 0, false, 32, Round.ZERO, e)).toBe(0x7fffffffn);
    expect(toFixed(DOUBLE, d(-1), 0, true, 32, Round.ZERO, e)).toBe(0n);
    expect(e.flags).toBe(FPSR.IOC);
  });
  it('round ties away for FCVTA', () => {
    expect(toFixed(DOUBLE, d(2.5), 0, false, 64, Round.AWAY, env())).toBe(3n);
    expect(toFixed(DOUBLE, d(2.5), 0, false, 64, Round.NEAREST, env())).toBe(2n);
  });
  it('take fraction bits', () => {
    expect(toFixed(SINGLE, 0x3fc00000n, 4, false, 32, Round.ZERO, env())).toBe(24n);
    expect(fromFixed(SINGLE, 24n, 4, env())).toBe(0x3fc00000n);
  });
  it('half precision: infinity or, with AHP, the largest number', () => {
    expect(convert(DOUBLE, HALF, d(1e6), env())).toBe(0x7c00n);
    const e = env(FPCR.AHP);
    expect(convert(DOUBLE, HALF, d(1e6), e)).toBe(0x7fffn);
    expect(e.flags).toBe(FPSR.IOC);
  });
  it('round to integral, with and without Inexact', () => {
    const e = env();
    expect(roundInt(DOUBLE, d(-0.5), Round.NEAREST, false, e)).toBe(DOUBLE.signBit);
    expect(e.flags).toBe(0);
    expect(roundInt(DOUBLE, d(1.5), Round.NEAREST, true, e)).toBe(d(2));
    expect(e.flags).toBe(FPSR.IXC);
    expect(roundIntN(DOUBLE, d(2 ** 31), Round.ZERO, 32, env())).toBe(d(-(2 ** 31)));
  });
  it('FJCVTZS wraps like ECMAScript', () => {
    expect(toInt32JS(DOUBLE, d(2 ** 32 + 5), env())).toEqual({ value: 5, z: 0 });
    expect(toInt32JS(DOUBLE, d(-7), env())).toEqual({ value: -7, z: 1 });
    expect(toInt32JS(DOUBLE, DOUBLE.signBit, env())).toEqual({ value: 0, z: 0 });
  });
});

describe('estimates', () => {
  it('have eight bits', () => {
    expect(recpe(SINGLE, 0x3f800000n, env())).toBe(0x3f7f8000n);
    expect(rsqrte(SINGLE, 0x40800000n, env())).toBe(0x3eff8000n);
    expect(urecpe(0x80000000 | 0)).toBe(0xff800000 | 0);
    expect(ursqrte(0x40000000)).toBe(0xff800000 | 0);
  });
  it('of zero are infinite and raise Division by Zero', () => {
    const e = env();
    expect(recpe(DOUBLE, DOUBLE.signBit, e)).toBe(DOUBLE.inf | DOUBLE.signBit);
    expect(e.flags).toBe(FPSR.DZC);
  });
});

describe('square root', () => {
  it('is exact where it can be, and inexact elsewhere', () => {
    const e = env();
    expect(sqrt(DOUBLE, d(144), e)).toBe(d(12));
    expect(e.flags).toBe(0);
    expect(sqrt(DOUBLE, d(2), e)).toBe(d(Math.SQRT2));
    expect(e.flags).toBe(FPSR.IXC);
  });
});
