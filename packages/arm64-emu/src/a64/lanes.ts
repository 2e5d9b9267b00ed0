/** Lanes chosen at run time: the index is an operand, not part of the handler. */
import { type I32, type I64, type Lane, splat, type V128, v128 } from './spec/index.js';

/** Numbers of the lanes: 0, 1, 2 … in lanes of `l`. */
const NUMBERS: readonly V128[] = [
  v128(0x0706050403020100n, 0x0f0e0d0c0b0a0908n),
  v128(0x0003000200010000n, 0x0007000600050004n),
  v128(0x0000000100000000n, 0x0000000300000002n),
  v128(0n, 1n),
];
/** The bytes of lane 0, repeated in every lane. */
const BYTES: readonly V128[] = [
  v128(0n, 0n),
  v128(0x0100010001000100n, 0x0100010001000100n),
  v128(0x0302010003020100n, 0x0302010003020100n),
  v128(0x0706050403020100n, 0x0706050403020100n),
];

/** All ones in lane `index`, zero elsewhere. */
export const laneMask = (l: Lane, index: I32): V128 =>
  NUMBERS[l]!.eq(l, l === 3 ? splat(3, index.u64()) : splat(l, index));
/** Lane `index` of `v` in every lane. */
export const broadcast = (v: V128, l: Lane, index: I32): V128 =>
  v.swizzle(BYTES[l]!.add(0, splat(0, l ? index.shl(l) : index)));
/** Lane `index` of `v`, zero-extended. */
export const laneAt = (v: V128, l: Lane, index: I32): I64 =>
  v.swizzle(BYTES[l]!.add(0, splat(0, l ? index.shl(l) : index))).lane(l, 0);
export const ZERO = v128(0n, 0n);
