/** Saturating arithmetic on vectors: results, and the lanes in which they did not fit. */
import { constantLanes, lane, narrowTo, saturated, signs, write } from './simd-common.js';
import { type Ctx, type Int, i32, type Lane, type V, type V128 } from './spec/index.js';

/** Lanes, and all ones where they were limited. */
interface Limited {
  readonly value: V128;
  readonly over: V128;
}
const smallest = (size: number): bigint => -(1n << BigInt((8 << size) - 1));
const largest = (size: number): bigint => (1n << BigInt((8 << size) - 1)) - 1n;

/** The low halves of lanes twice as wide, in the low half of the vector. */
export function evenLanes(size: number, v: V128): V128 {
  return v.shuffle(v, evenBytes(size, 0));
}
const evenBytes = (size: number, second: number): number[] =>
  Array.from({ length: 16 }, (_, i) => {
    const k = (i % 8) >> size;
    return ((k * 2) << size) | (i & ((1 << size) - 1)) | (i < 8 ? 0 : second);
  });
/** The low halves of the lanes of two vectors. */
export const evenLanesOf = (size: number, low: V128, high: V128): V128 => low.shuffle(high, evenBytes(size, 16));

/** Sum or difference of lanes. */
export function addSaturated(size: number, unsigned: boolean, sub: boolean, a: V128, b: V128): Limited {
  const l = lane(size);
  const r = sub ? a.sub(l, b) : a.add(l, b);
  if (unsigned) {
    const over = sub ? b.gt(l, false, a) : a.gt(l, false, r);
    return { over, value: over.mux(constantLanes(size, sub ? 0n : -1n), r) };
  }
  const over = signs(size, sub ? a.xor(b).and(a.xor(r)) : a.xor(r).and(b.xor(r)));
  return { over, value: over.mux(signs(size, a).xor(constantLanes(size, largest(size))), r) };
}

/** Lanes limited to what lanes half as wide can hold. */
function clampTo(size: number, v: V128, signedSource: boolean, signedResult: boolean): Limited {
  const wide = lane(size + 1);
  const limit = (k: bigint): V128 => constantLanes(size + 1, k);
  const max = limit(signedResult ? largest(size) : (1n << BigInt(8 << size)) - 1n);
  const above = v.gt(wide, signedSource, max);
  const value = above.mux(max, v);
  if (!signedSource) return { value, over: above };
  const min = limit(signedResult ? smallest(size) : 0n);
  const below = min.gt(wide, true, v);
  return { value: below.mux(min, value), over: above.or(below) };
}

/** Writes narrowed lanes: scalar, to the low half, or (width full) to the high half, which keeps the low one. */
export function writeNarrow<W extends Int<W>>(c: Ctx<W>, d: V, w: number, size: number, low: V128): void {
  if (w === 1) c.setV(d, c.v(d).put(3, 1, low.get(3, 0)));
  else write(c, d, w, size, low);
}
/** Narrows to lanes of `size` with saturation. */
export function narrowSaturated<W extends Int<W>>(
  c: Ctx<W>,
  d: V,
  w: number,
  size: number,
  v: V128,
  signedSource: boolean,
  signedResult: boolean,
): void {
  const source = w === 2 ? narrowTo(2, size + 1, v) : v;
  const { value, over } = clampTo(size, source, signedSource, signedResult);
  saturated(c, w === 2 ? 2 : 1, size + 1, over);
  writeNarrow(c, d, w, size, evenLanes(size, value));
}

/** All ones where both lanes are the smallest number: the one product whose double does not fit. */
const bothSmallest = (size: number, a: V128, b: V128): V128 => {
  const min = constantLanes(size, smallest(size));
  return a.eq(lane(size), min).and(b.eq(lane(size), min));
};
const product = (size: number, half: 'low' | 'high', a: V128, b: V128): V128 =>
  a.extmul((size + 1) as 2 | 3, half, true, b);

/** SQDMULH, SQRDMULH: the high half of the doubled product. */
export function doublingHigh(size: number, round: boolean, a: V128, b: V128): Limited {
  const bits = 8 << size;
  const wide = (size + 1) as Lane;
  const half = (which: 'low' | 'high'): V128 => {
    const p = product(size, which, a, b);
    return (round ? p.add(wide, constantLanes(wide, 1n << BigInt(bits - 2))) : p).shrS(wide, i32(bits - 1));
  };
  const over = bothSmallest(size, a, b);
  return { over, value: over.mux(constantLanes(size, largest(size)), evenLanesOf(size, half('low'), half('high'))) };
}

/** SQRDMLAH, SQRDMLSH: the doubled product, rounded, added to or subtracted from the old value. */
export function doublingAccumulate(size: number, sub: boolean, d: V128, a: V128, b: V128): Limited {
  const bits = 8 << size;
  const wide = (size + 1) as 2 | 3;
  const half = (which: 'low' | 'high'): Limited => {
    // Everything at half its value, so that the sum fits.
    const old = d.extend(wide, which, true).shl(wide, i32(bits - 1));
    const p = product(size, which, a, b);
    const sum = (sub ? old.sub(wide, p) : old.add(wide, p)).add(wide, constantLanes(wide, 1n << BigInt(bits - 2)));
    return clampTo(size, sum.shrS(wide, i32(bits - 1)), true, true);
  };
  const [low, high] = [half('low'), half('high')];
  return {
    value: evenLanesOf(size, low.value, high.value),
    over: evenLanesOf(size, low.over, high.over),
  };
}

/** SQDMULL (`op` 2), SQDMLAL (0), SQDMLSL (1) on a half of the sources: results twice as wide. */
export function doublingLong(size: number, half: 'low' | 'high', op: number, d: () => V128, a: V128, b: V128): Limited {
  const wide = (size + 1) as 2 | 3;
  const doubled = product(size, half, a, b).shl(wide, i32(1));
  const over = bothSmallest(size, a, b).extend(wide, half, true);
  const p = over.mux(constantLanes(wide, largest(wide)), doubled);
  if (op === 2) return { value: p, over };
  const sum = addSaturated(wide, false, op === 1, d(), p);
  return { value: sum.value, over: over.or(sum.over) };
}

/** SUQADD (an unsigned number to a signed one), USQADD (`unsigned`: a signed number to an unsigned one). */
export function mixedAdd(size: number, unsigned: boolean, d: V128, n: V128): Limited {
  const l = lane(size);
  const r = d.add(l, n);
  if (!unsigned) {
    const over = d.gt(l, true, r);
    return { over, value: over.mux(constantLanes(size, largest(size)), r) };
  }
  const negative = signs(size, n);
  const over = negative.mux(r.gt(l, false, d), d.gt(l, false, r));
  return { over, value: over.mux(negative.not(), r) };
}
