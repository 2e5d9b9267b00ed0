/**
 * Exact results from the host's arithmetic, for FPCR = 0. Error-free transformations tell whether a result was rounded
 * and make the fused operations; operands outside the range where they hold are left to the general routines.
 */
import type { FpOp } from '../a64/spec/fp-ops.js';
import { FPSR } from './format.js';

/** Operands of two formats and the scratch for their bits. */
const f64 = new Float64Array(1);
const u32 = new Uint32Array(f64.buffer);

/** Set by an operation that rounded. */
let inexact = false;
/** Set by an operation whose operands are out of range. */
let refused = false;
const refuse = (): number => {
  refused = true;
  return 0;
};

/** The error of `s = a + b`; always representable. */
function sumError(a: number, b: number, s: number): number {
  const bb = s - a;
  return a - (s - bb) + (b - bb);
}
/** The error of `p = a * b`, with operands split into halves (Veltkamp, Dekker). */
function productError(a: number, b: number, p: number): number {
  const ca = 134217729 * a;
  const ah = ca - (ca - a);
  const al = a - ah;
  const cb = 134217729 * b;
  const bh = cb - (cb - b);
  const bl = b - bh;
  return ah * bh - p + ah * bl + al * bh + al * bl;
}
/** Rounds `s + e` to odd, where `s` is the nearest double and `e` the rest. */
function toOdd(s: number, e: number): number {
  f64[0] = s;
  if (e === 0 || u32[0]! & 1) return s;
  if (e > 0 === s > 0) u32[0]! += 1;
  else if (u32[0] === 0) {
    u32[0] = 0xffffffff;
    u32[1]! -= 1;
  } else u32[0]! -= 1;
  return f64[0];
}

const LARGE = 2 ** 900;
const SMALL = 2 ** -900;
const inRange = (x: number): boolean => {
  const a = Math.abs(x);
  return a < LARGE && a > SMALL;
};
const FACTOR_LARGE = 2 ** 400;
const FACTOR_SMALL = 2 ** -400;
const factor = (x: number): boolean => {
  const a = Math.abs(x);
  return a < FACTOR_LARGE && a > FACTOR_SMALL;
};

function add64(a: number, b: number): number {
  const s = a + b;
  if (!(Math.abs(s) < LARGE)) return refuse();
  inexact = sumError(a, b, s) !== 0;
  return s;
}
function mul64(a: number, b: number): number {
  if (a === 0 || b === 0) return Number.isFinite(a) && Number.isFinite(b) ? a * b : refuse();
  if (!factor(a) || !factor(b)) return refuse();
  const p = a * b;
  inexact = productError(a, b, p) !== 0;
  return p;
}
function div64(a: number, b: number): number {
  if (!factor(b)) return refuse();
  if (a === 0) return a / b;
  if (!factor(a)) return refuse();
  const q = a / b;
  const p = q * b;
  inexact = p !== a || productError(q, b, p) !== 0;
  return q;
}
function sqrt64(a: number): number {
  if (a === 0) return a;
  if (!(a > 0) || !inRange(a)) return refuse();
  const r = Math.sqrt(a);
  const p = r * r;
  inexact = p !== a || productError(r, r, p) !== 0;
  return r;
}
/** `c + a * b`, rounded once (Boldo and Melquiond). */
function fma64(c: number, a: number, b: number): number {
  if (a === 0 || b === 0) return Number.isFinite(a) && Number.isFinite(b) && Number.isFinite(c) ? a * b + c : refuse();
  if (!factor(a) || !factor(b) || !(c === 0 || inRange(c))) return refuse();
  const p = a * b;
  const e = productError(a, b, p);
  const uh = c + e;
  const ul = sumError(c, e, uh);
  const th = p + uh;
  const tl = sumError(p, uh, th);
  const v = tl + ul;
  const ve = sumError(tl, ul, v);
  const odd = toOdd(v, ve);
  const z = th + odd;
  inexact = ve !== 0 || sumError(th, odd, z) !== 0;
  return z;
}

/** Results of this magnitude are normal in single precision, and stay so whatever the rounding. */
const SINGLE_SMALL = 2 ** -125;
const SINGLE_LARGE = 2 ** 127;
function toSingle(exact: number, more: boolean): number {
  const r = Math.fround(exact);
  if (r === 0 && exact === 0 && !more) return r;
  const a = Math.abs(r);
  if (!(a > SINGLE_SMALL && a < SINGLE_LARGE)) return refuse();
  inexact = more || r !== exact;
  return r;
}
function add32(a: number, b: number): number {
  const s = a + b;
  const e = sumError(a, b, s);
  return Number.isFinite(s) ? toSingle(toOdd(s, e), e !== 0) : refuse();
}
const mul32 = (a: number, b: number): number => {
  const p = a * b;
  return Number.isFinite(p) ? toSingle(p, false) : refuse();
};
function div32(a: number, b: number): number {
  if (b === 0 || !Number.isFinite(a) || !Number.isFinite(b)) return refuse();
  const r = Math.fround(a / b);
  if (a === 0) return r;
  const m = Math.abs(r);
  if (!(m > SINGLE_SMALL && m < SINGLE_LARGE)) return refuse();
  inexact = r * b !== a;
  return r;
}
function sqrt32(a: number): number {
  if (a === 0) return a;
  if (!(a > 0 && a < Infinity)) return refuse();
  const r = Math.fround(Math.sqrt(a));
  inexact = r * r !== a;
  return r;
}
function fma32(c: number, a: number, b: number): number {
  const p = a * b;
  const s = p + c;
  if (!Number.isFinite(s)) return refuse();
  const e = sumError(p, c, s);
  return toSingle(toOdd(s, e), e !== 0);
}

type Operation = (a: number, b: number, c: number) => number;
const DOUBLE: Partial<Record<FpOp, Operation>> = {
  add: add64,
  sub: (a, b) => add64(a, -b),
  abd: (a, b) => Math.abs(add64(a, -b)),
  mul: mul64,
  mulx: mul64,
  nmul: (a, b) => -mul64(a, b),
  div: div64,
  sqrt: sqrt64,
  muladd: fma64,
  mulsub: (c, a, b) => fma64(c, -a, b),
  nmuladd: (c, a, b) => fma64(-c, -a, b),
  nmulsub: (c, a, b) => fma64(-c, a, b),
};
const SINGLE: Partial<Record<FpOp, Operation>> = {
  add: add32,
  sub: (a, b) => add32(a, -b),
  abd: (a, b) => Math.abs(add32(a, -b)),
  mul: mul32,
  mulx: mul32,
  nmul: (a, b) => -mul32(a, b),
  div: div32,
  sqrt: sqrt32,
  muladd: fma32,
  mulsub: (c, a, b) => fma32(c, -a, b),
  nmuladd: (c, a, b) => fma32(-c, -a, b),
  nmulsub: (c, a, b) => fma32(-c, a, b),
};

const results = new Float64Array(4);
/**
 * Carries out `op` for all lanes as `fpOperation` does, with FPCR = 0; returns the FPSR bits to set, or -1 when some
 * lane is out of range and nothing was written.
 */
export function hostOperation(view: DataView, at: number, op: FpOp, format: number, lanes: number): number {
  const f = (format === 3 ? DOUBLE : SINGLE)[op];
  if (f === undefined) return -1;
  const size = 1 << format;
  let flags = 0;
  refused = false;
  for (let i = 0; i < lanes; i++) {
    const a = at + i * size;
    inexact = false;
    results[i] =
      format === 3
        ? f(view.getFloat64(a, true), view.getFloat64(a + 16, true), view.getFloat64(a + 32, true))
        : f(view.getFloat32(a, true), view.getFloat32(a + 16, true), view.getFloat32(a + 32, true));
    if (refused) return -1;
    if (inexact) flags = FPSR.IXC;
  }
  if (lanes * size < 16) view.setBigUint64(at + 8, 0n, true);
  if (format === 3) for (let i = 0; i < lanes; i++) view.setFloat64(at + i * 8, results[i]!, true);
  else {
    if (lanes === 1) view.setUint32(at + 4, 0, true);
    for (let i = 0; i < lanes; i++) view.setFloat32(at + i * 4, results[i]!, true);
  }
  return flags;
}
