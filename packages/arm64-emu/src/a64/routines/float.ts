/** Floating-point routines beside `FP_OPS`: fixed point, FMLAL, BFloat16. */
import { add, mul, muladd, neg } from '../../fp/arith.js';
import { fromFixed, toFixed } from '../../fp/convert.js';
import { FPCR, type FpEnv, HALF, Round, SINGLE } from '../../fp/format.js';
import { addFlags, FORMATS, readEnv } from '../../fp/ops.js';
import { routine } from '../spec/routines.js';
import { getLane, setLane, words, writeDoubles, writeWords } from './vector.js';

/** SCVTF, UCVTF, FCVTZS, FCVTZU with fraction bits; the parameter is made in `fp-convert.ts`. */
routine('fixedPoint', (view, at, p) => {
  const size = p & 15;
  const f = FORMATS[size]!;
  const unsigned = ((p >> 8) & 1) === 1;
  const integer = (p >> 10) & 3;
  const bits = p >> 16;
  const e = readEnv(view);
  const toInteger = ((p >> 9) & 1) === 1;
  const results = Array.from({ length: (p >> 4) & 15 }, (_, i) => {
    if (toInteger) return toFixed(f, getLane(view, at, size, i), bits, unsigned, 8 << integer, Round.ZERO, e);
    const raw = getLane(view, at, integer, i);
    return fromFixed(f, unsigned ? raw : BigInt.asIntN(8 << integer, raw), bits, e);
  });
  writeDoubles(view, at, 0n, 0n);
  for (const [i, v] of results.entries()) setLane(view, at, toInteger ? integer : size, i, v);
  addFlags(view, e.flags);
});

/** A half as a single of the same value; NaNs keep their payload and stay signalling. */
function widen(h: bigint, flush: boolean): bigint {
  const sign = (h & HALF.signBit) << 16n;
  const field = (h >> 10n) & 31n;
  let fraction = h & HALF.fracMask;
  if (field === 31n) return sign | SINGLE.inf | (fraction << 13n);
  if (field !== 0n) return sign | ((field + 112n) << 23n) | (fraction << 13n);
  if (fraction === 0n || flush) return sign;
  let exponent = 113n;
  while (!(fraction & 0x400n)) {
    fraction <<= 1n;
    exponent--;
  }
  return sign | (exponent << 23n) | ((fraction & 0x3ffn) << 13n);
}
/** FMLAL, FMLSL: arguments addend, a, b. Bit 0: Q, 1: upper halves, 2: subtract. */
routine('fmlal', (view, at, p) => {
  const count = p & 1 ? 4 : 2;
  const base = p & 2 ? count : 0;
  const e = readEnv(view);
  const flush = (e.fpcr & FPCR.FZ16) !== 0;
  const results = Array.from({ length: count }, (_, i) => {
    const a = widen(getLane(view, at + 16, 1, base + i), flush);
    const b = widen(getLane(view, at + 32, 1, base + i), flush);
    return muladd(SINGLE, getLane(view, at, 2, i), p & 4 ? neg(SINGLE, a) : a, b, e);
  });
  writeDoubles(view, at, 0n, 0n);
  for (const [i, v] of results.entries()) setLane(view, at, 2, i, v);
  addFlags(view, e.flags);
});

/** BFDOT's arithmetic: round to odd, flush denormals, default NaN, no flags. */
function bfDot(sum: number, a: number, b: number): number {
  const e: FpEnv = { fpcr: FPCR.FZ | FPCR.DN, flags: 0 };
  const top = (x: number): bigint => BigInt((x & 0xffff0000) >>> 0);
  const bottom = (x: number): bigint => BigInt((x << 16) >>> 0);
  const p = mul(SINGLE, bottom(a), bottom(b), e, Round.ODD_INF);
  const q = mul(SINGLE, top(a), top(b), e, Round.ODD_INF);
  const products = add(SINGLE, p, q, e, Round.ODD_INF);
  return Number(add(SINGLE, BigInt(sum >>> 0), products, e, Round.ODD_INF)) | 0;
}
routine('bfdot', (view, at, p) => {
  const [d, a, b] = [words(view, at), words(view, at, 1), words(view, at, 2)];
  writeWords(
    view,
    at,
    d.map((x, i) => (i < 2 || p & 1 ? bfDot(x, a[i]!, b[i]!) : 0)),
  );
});
routine('bfmmla', (view, at) => {
  const [d, a, b] = [words(view, at), words(view, at, 1), words(view, at, 2)];
  writeWords(
    view,
    at,
    d.map((x, i) => {
      const [r, c] = [i & 2, (i & 1) * 2];
      return bfDot(bfDot(x, a[r]!, b[c]!), a[r + 1]!, b[c + 1]!);
    }),
  );
});
/** BFMLALB, BFMLALT (bit 0): the even or odd elements. */
routine('bfmlal', (view, at, p) => {
  const e = readEnv(view);
  for (let i = 0; i < 4; i++) {
    const element = (k: number): bigint => getLane(view, at + 16 * k, 1, 2 * i + (p & 1)) << 16n;
    setLane(view, at, 2, i, muladd(SINGLE, getLane(view, at, 2, i), element(1), element(2), e));
  }
  addFlags(view, e.flags);
});
