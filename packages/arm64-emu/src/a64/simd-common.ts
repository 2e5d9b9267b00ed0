/** What the Advanced SIMD groups share: widths, operands, text. */
import { STATE } from '../engine/state.js';
import { type Ctx, type Int, i32, type Lane, lowHalf, type V, type V128, VR, v128 } from './spec/index.js';
import { vec, vreg } from './text.js';

/** Width of an operation: the low half of the vector, all of it, or one scalar lane. */
export const Width = { HALF: 0, FULL: 1, SCALAR: 2 } as const;
/** Vector and scalar encodings differ in bits 30 (`Q`) and 28 (`s`). */
export interface Form {
  readonly Q: number;
  readonly s: number;
}
export const widthOf = (f: Form): number => (f.s ? Width.SCALAR : f.Q);
/** A vector arrangement exists (not 1D), or the scalar form does. */
export const vectorSize = (f: Form & { size: number }): boolean => f.s === 0 && (f.size < 3 || f.Q === 1);
/** Also the scalar form, for doublewords only. */
export const vectorOrD = (f: Form & { size: number }): boolean =>
  f.s ? f.Q === 1 && f.size === 3 : f.size < 3 || f.Q === 1;
/** Also the scalar form, for any element size. */
export const vectorOrScalar = (f: Form & { size: number }): boolean => (f.s ? f.Q === 1 : f.size < 3 || f.Q === 1);

const KEEP = [v128(0xffn, 0n), v128(0xffffn, 0n), v128(0xffffffffn, 0n), v128(0xffffffffffffffffn, 0n)] as const;
/** `v` with everything outside the width zero: lanes of `size` count for scalars. */
export function narrowTo(w: number, size: number, v: V128): V128 {
  if (w === Width.FULL) return v;
  return w === Width.HALF ? lowHalf(v) : v.and(KEEP[size]!);
}
/** Writes a result of width `w`. */
export function write<W extends Int<W>>(c: Ctx<W>, d: V, w: number, size: number, v: V128): void {
  c.setV(d, narrowTo(w, size, v));
}
/** Number of lanes. */
export const lanesOf = (w: number, size: number): number => (w === Width.SCALAR ? 1 : (8 << w) >> size);

export const vregs = (f: { Rd: number; Rn: number; Rm: number }) => ({ d: VR(f.Rd), n: VR(f.Rn), m: VR(f.Rm) });
export const vregs2 = (f: { Rd: number; Rn: number }) => ({ d: VR(f.Rd), n: VR(f.Rn) });
/** A register in the text of a form: `v1.4s`, or `s1` for a scalar. */
export const reg = (f: Form, size: number, n: number): string => (f.s ? vreg(size, n) : vec(n, f.Q, size));
/** `<d>, <n>, <m>` with one arrangement. */
export const dnm = (f: Form & { size: number; Rd: number; Rn: number; Rm: number }): string =>
  `${reg(f, f.size, f.Rd)}, ${reg(f, f.size, f.Rn)}, ${reg(f, f.size, f.Rm)}`;
export const dn = (f: Form & { size: number; Rd: number; Rn: number }): string =>
  `${reg(f, f.size, f.Rd)}, ${reg(f, f.size, f.Rn)}`;

export const lane = (size: number): Lane => size as Lane;
/** Every lane the constant `k` (sign-extended). */
export const constantLanes = (size: number, k: bigint): V128 => {
  const bits = 8 << size;
  let half = 0n;
  for (let i = 0; i < 64; i += bits) half |= BigInt.asUintN(bits, k) << BigInt(i);
  return v128(half, half);
};
/** Sign of each lane in all its bits. */
export const signs = (size: number, v: V128): V128 => v.shrS(lane(size), i32((8 << size) - 1));

/** Sets FPSR.QC where a lane of `mask` within the width is not zero. */
export function saturated<W extends Int<W>>(c: Ctx<W>, w: number, size: number, mask: V128): void {
  const qc = narrowTo(w, size, mask).anyTrue().shl(27).u64();
  c.setState(STATE.FPSR, c.state(STATE.FPSR).or(qc));
}

/** Shuffle selectors: lanes `pick(i)` of the concatenation of two vectors, each of `count` lanes in use. */
export function selector(size: number, count: number, pick: (i: number) => number): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < 16 >> size; i++) {
    const k = i < count ? pick(i) : 0;
    // Lane k of the first vector's `count` lanes, or of the second vector's.
    const from = k < count ? k << size : 16 + ((k - count) << size);
    for (let b = 0; b < 1 << size; b++) bytes.push(from + b);
  }
  return bytes;
}
