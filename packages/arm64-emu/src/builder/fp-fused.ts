/**
 * Fused multiply-add out of the host's separate operations: error-free transformations and rounding to odd (Boldo and
 * Melquiond). Lanes whose operands leave the range in which that is exact are refused.
 */
import { f64, i64, splat, type V128, v128 } from '../ir/index.js';

const D = 3;
/** A result per lane, and all ones where it holds. */
export interface Lanes {
  readonly value: V128;
  readonly ok: V128;
}

const number = (k: number): V128 => splat(D, f64(k).bits());
const sum = (a: V128, b: V128): V128 => a.fadd(D, b);
const difference = (a: V128, b: V128): V128 => a.fsub(D, b);
const product = (a: V128, b: V128): V128 => a.fmul(D, b);

/** The error of `s = a + b`. */
function sumError(a: V128, b: V128, s: V128): V128 {
  const bb = difference(s, a);
  return sum(difference(a, difference(s, bb)), difference(b, bb));
}
/** The error of `p = a * b`. */
function productError(a: V128, b: V128, p: V128): V128 {
  const split = (x: V128): [V128, V128] => {
    const k = product(number(134217729), x);
    const high = difference(k, difference(k, x));
    return [high, difference(x, high)];
  };
  const [ah, al] = split(a);
  const [bh, bl] = split(b);
  const first = difference(product(ah, bh), p);
  return sum(sum(sum(first, product(ah, bl)), product(al, bh)), product(al, bl));
}
/** `s`, the nearest double to an exact sum, and the rest `e`: rounded to odd instead. */
function toOdd(s: V128, e: V128): V128 {
  const one = splat(D, i64(1));
  const zero = v128(0n, 0n);
  // 1 away from zero where the rest has the sign of the sum, else 1 towards it.
  const step = zero.gt(D, true, s.xor(e)).or(one);
  const even = s.and(one).eq(D, zero);
  return even.andNot(e.feq(D, zero)).mux(s.add(D, step), s);
}

const LARGE = 2 ** 900;
const SMALL = 2 ** -900;

/** `addend + a * b` in two lanes of doubles. */
export function fusedDouble(addend: V128, a: V128, b: V128): Lanes {
  const p = product(a, b);
  const e = productError(a, b, p);
  const uh = sum(addend, e);
  const ul = sumError(addend, e, uh);
  const th = sum(p, uh);
  const tl = sumError(p, uh, th);
  const v = sum(tl, ul);
  const value = sum(th, toOdd(v, sumError(tl, ul, v)));
  const below = (x: V128): V128 => number(LARGE).fgt(D, x.fabs(D));
  const above = (x: V128): V128 => x.fabs(D).fgt(D, number(SMALL));
  const addendFits = above(addend)
    .or(addend.feq(D, v128(0n, 0n)))
    .and(below(addend));
  return { value, ok: above(p).and(below(p)).and(below(a)).and(below(b)).and(addendFits) };
}

/** `addend + a * b` for two lanes of singles, given as doubles: rounded once when the result is demoted. */
export function fusedSingle(addend: V128, a: V128, b: V128): V128 {
  const p = product(a, b);
  const s = sum(p, addend);
  return toOdd(s, sumError(p, addend, s)).demote();
}
