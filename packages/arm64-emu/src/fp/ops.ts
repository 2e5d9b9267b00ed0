/** The floating-point operations that semantics name (`FP_OPS`), carried out exactly on vectors in memory. */
import type { FpFormat, FpOp } from '../a64/spec/fp-ops.js';
import { STATE } from '../engine/state.js';
import { abd, add, div, mul, muladd, mulx, neg, nmul, recps, rsqrts, sqrt, sub } from './arith.js';
import { compare, max, maxnm, min, minnm, relation } from './compare.js';
import { convert, convertBF, fromFixed, roundInt, roundIntN, toFixed, toInt32JS } from './convert.js';
import { recpe, recpx, rsqrte } from './estimate.js';
import { DOUBLE, type Format, type FpEnv, HALF, Round, type RoundMode, rmode, SINGLE } from './format.js';
import { hostOperation } from './host.js';

/** Formats by log2 of their bytes. */
export const FORMATS: readonly Format[] = [HALF, HALF, SINGLE, DOUBLE];

/** Reads and writes unsigned lanes. */
export function getLane(view: DataView, at: number, size: number, i: number): bigint {
  const a = at + (i << size);
  if (size === 3) return view.getBigUint64(a, true);
  return BigInt(size === 2 ? view.getUint32(a, true) : size === 1 ? view.getUint16(a, true) : view.getUint8(a));
}
export function setLane(view: DataView, at: number, size: number, i: number, v: bigint): void {
  const a = at + (i << size);
  if (size === 3) view.setBigUint64(a, BigInt.asUintN(64, v), true);
  else if (size === 2) view.setUint32(a, Number(BigInt.asUintN(32, v)), true);
  else if (size === 1) view.setUint16(a, Number(BigInt.asUintN(16, v)), true);
  else view.setUint8(a, Number(BigInt.asUintN(8, v)));
}

/** The environment of the CPU in `view`. */
export const readEnv = (view: DataView): FpEnv => ({ fpcr: view.getUint32(STATE.FPCR, true), flags: 0 });
/** Makes the flags of an operation sticky. */
export function addFlags(view: DataView, flags: number): void {
  if (flags === 0) return;
  view.setUint32(STATE.FPSR, (view.getUint32(STATE.FPSR, true) | flags) >>> 0, true);
}

type LaneOp = (f: Format, e: FpEnv, a: bigint, b: bigint, c: bigint, param: number) => bigint;
const ones = (f: Format, c: boolean): bigint => (c ? (f.signBit << 1n) - 1n : 0n);
const abs = (f: Format, v: bigint): bigint => v & ~f.signBit;
const roundingOf = (param: number, e: FpEnv): RoundMode => ((param & 7) === 5 ? rmode(e) : ((param & 7) as RoundMode));

/** Operations whose lanes are all of the operation's format and independent of each other. */
const LANEWISE: Partial<Record<FpOp, LaneOp>> = {
  add: (f, e, a, b) => add(f, a, b, e),
  sub: (f, e, a, b) => sub(f, a, b, e),
  mul: (f, e, a, b) => mul(f, a, b, e),
  mulx: (f, e, a, b) => mulx(f, a, b, e),
  nmul: (f, e, a, b) => nmul(f, a, b, e),
  div: (f, e, a, b) => div(f, a, b, e),
  max: (f, e, a, b) => max(f, a, b, e),
  min: (f, e, a, b) => min(f, a, b, e),
  maxnm: (f, e, a, b) => maxnm(f, a, b, e),
  minnm: (f, e, a, b) => minnm(f, a, b, e),
  abd: (f, e, a, b) => abd(f, a, b, e),
  sqrt: (f, e, a) => sqrt(f, a, e),
  muladd: (f, e, a, b, c) => muladd(f, a, b, c, e),
  mulsub: (f, e, a, b, c) => muladd(f, a, neg(f, b), c, e),
  nmuladd: (f, e, a, b, c) => muladd(f, neg(f, a), neg(f, b), c, e),
  nmulsub: (f, e, a, b, c) => muladd(f, neg(f, a), b, c, e),
  recpe: (f, e, a) => recpe(f, a, e),
  recpx: (f, e, a) => recpx(f, a, e),
  recps: (f, e, a, b) => recps(f, a, b, e),
  rsqrte: (f, e, a) => rsqrte(f, a, e),
  rsqrts: (f, e, a, b) => rsqrts(f, a, b, e),
  cmeq: (f, e, a, b) => ones(f, relation(f, a, b, false, e) === 0),
  cmge: (f, e, a, b) => ones(f, (relation(f, a, b, true, e) | 1) === 1),
  cmgt: (f, e, a, b) => ones(f, relation(f, a, b, true, e) === 1),
  acge: (f, e, a, b) => ones(f, (relation(f, abs(f, a), abs(f, b), true, e) | 1) === 1),
  acgt: (f, e, a, b) => ones(f, relation(f, abs(f, a), abs(f, b), true, e) === 1),
  roundint: (f, e, a, _b, _c, p) => {
    const size = p >> 4;
    if (size === 0) return roundInt(f, a, roundingOf(p, e), (p & 8) !== 0, e);
    return roundIntN(f, a, roundingOf(p, e), size === 1 ? 32 : 64, e);
  },
};

/** Operations that change the size of lanes, or work on more than one. */
const SPECIAL: Partial<Record<FpOp, (v: DataView, at: number, f: Format, lanes: number, p: number, e: FpEnv) => void>> =
  {
    compare: (v, at, f, _lanes, p, e) => {
      const size = sizeOf(f);
      const flags = compare(f, getLane(v, at, size, 0), getLane(v, at + 16, size, 0), (p & 1) === 1, e);
      clear(v, at);
      v.setUint32(at, flags, true);
    },
    tosint: (v, at, f, lanes, p, e) => toInteger(v, at, f, lanes, p, e, false),
    touint: (v, at, f, lanes, p, e) => toInteger(v, at, f, lanes, p, e, true),
    fromsint: (v, at, f, lanes, p, e) => fromInteger(v, at, f, lanes, p, e, false),
    fromuint: (v, at, f, lanes, p, e) => fromInteger(v, at, f, lanes, p, e, true),
    convert: (v, at, f, lanes, p, e) => map(v, at, sizeOf(f), p, lanes, x => convert(f, FORMATS[p]!, x, e)),
    convertodd: (v, at, f, lanes, _p, e) => map(v, at, sizeOf(f), 2, lanes, x => convert(f, SINGLE, x, e, Round.ODD)),
    tobf16: (v, at, f, lanes, _p, e) => map(v, at, sizeOf(f), 1, lanes, x => convertBF(x, e)),
    jstoint: (v, at, f, _lanes, _p, e) => {
      const { value, z } = toInt32JS(f, getLane(v, at, 3, 0), e);
      clear(v, at);
      v.setInt32(at, value, true);
      v.setInt32(at + 4, z, true);
    },
    cadd: (v, at, f, lanes, p, e) => complexAdd(v, at, f, lanes, p, e),
    cmla: (v, at, f, lanes, p, e) => complexMulAdd(v, at, f, lanes, p, e),
  };

const sizeOf = (f: Format): number => (f === HALF ? 1 : f === SINGLE ? 2 : 3);
function clear(v: DataView, at: number): void {
  v.setBigUint64(at, 0n, true);
  v.setBigUint64(at + 8, 0n, true);
}
/** Clears the lanes from `first` on. */
function clearFrom(v: DataView, at: number, size: number, first: number): void {
  for (let i = first; i < 16 >> size; i++) setLane(v, at, size, i, 0n);
}
/** Lanes of one size to lanes of another, the rest zero. */
function map(v: DataView, at: number, from: number, to: number, lanes: number, f: (x: bigint) => bigint): void {
  const results = Array.from({ length: lanes }, (_, i) => f(getLane(v, at, from, i)));
  clear(v, at);
  for (const [i, x] of results.entries()) setLane(v, at, to, i, x);
}
function toInteger(v: DataView, at: number, f: Format, lanes: number, p: number, e: FpEnv, unsigned: boolean): void {
  const integer = (p >> 3) & 3;
  const mode = roundingOf(p, e);
  map(v, at, sizeOf(f), integer, lanes, x => toFixed(f, x, p >> 8, unsigned, 8 << integer, mode, e));
}
function fromInteger(v: DataView, at: number, f: Format, lanes: number, p: number, e: FpEnv, unsigned: boolean): void {
  const integer = (p >> 3) & 3;
  map(v, at, integer, sizeOf(f), lanes, x => fromFixed(f, unsigned ? x : BigInt.asIntN(8 << integer, x), p >> 8, e));
}
/** FCADD: rotation by 90 (`p` 1) or 270 degrees (3). */
function complexAdd(v: DataView, at: number, f: Format, lanes: number, p: number, e: FpEnv): void {
  const s = sizeOf(f);
  for (let i = 0; i < lanes; i += 2) {
    const re = getLane(v, at + 16, s, i);
    const im = getLane(v, at + 16, s, i + 1);
    const r = add(f, getLane(v, at, s, i), p === 1 ? neg(f, im) : im, e);
    const j = add(f, getLane(v, at, s, i + 1), p === 1 ? re : neg(f, re), e);
    setLane(v, at, s, i, r);
    setLane(v, at, s, i + 1, j);
  }
  clearFrom(v, at, s, lanes);
}
/** FCMLA: arguments addend, a, b; rotation `p` times 90 degrees. */
function complexMulAdd(v: DataView, at: number, f: Format, lanes: number, p: number, e: FpEnv): void {
  const s = sizeOf(f);
  for (let i = 0; i < lanes; i += 2) {
    const a = getLane(v, at + 16, s, i + (p & 1));
    const re = getLane(v, at + 32, s, i);
    const im = getLane(v, at + 32, s, i + 1);
    const [x, y] =
      p === 0 ? [re, im] : p === 1 ? [neg(f, im), re] : p === 2 ? [neg(f, re), neg(f, im)] : [im, neg(f, re)];
    setLane(v, at, s, i, muladd(f, getLane(v, at, s, i), a, x, e));
    setLane(v, at, s, i + 1, muladd(f, getLane(v, at, s, i + 1), a, y, e));
  }
  clearFrom(v, at, s, lanes);
}

/**
 * Carries out `op`: arguments at `at`, 16 bytes each, the result replaces the first. FPCR is read from the state block
 * in `view`, FPSR is updated.
 */
export function fpOperation(
  view: DataView,
  at: number,
  op: FpOp,
  format: FpFormat,
  lanes: number,
  param: number,
): void {
  if (format > 1 && view.getUint32(STATE.FPCR, true) === 0) {
    const flags = hostOperation(view, at, op, format, lanes);
    if (flags >= 0) {
      addFlags(view, flags);
      return;
    }
  }
  const f = FORMATS[format]!;
  const e = readEnv(view);
  const lanewise = LANEWISE[op];
  if (lanewise) {
    for (let i = 0; i < lanes; i++) {
      const [a, b, c] = [at, at + 16, at + 32].map(x => getLane(view, x, format, i)) as [bigint, bigint, bigint];
      setLane(view, at, format, i, lanewise(f, e, a, b, c, param));
    }
    clearFrom(view, at, format, lanes);
  } else SPECIAL[op]!(view, at, f, lanes, param, e);
  addFlags(view, e.flags);
}
