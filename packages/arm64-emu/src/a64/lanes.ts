/** Lanes chosen at run time: the index is an operand, not part of the handler. */
import { type I32, type Lane, splat, type V128, v128 } from './spec/index.js';

/** The bytes of lane 0, repeated in every lane. */
const BYTES: readonly V128[] = [
  v128(0n, 0n),
  v128(0x0100010001000100n, 0x0100010001000100n),
  v128(0x0302010003020100n, 0x0302010003020100n),
  v128(0x0706050403020100n, 0x0706050403020100n),
];

/** Lane `index` of `v` in every lane. */
export const broadcast = (v: V128, l: Lane, index: I32): V128 =>
  v.swizzle(BYTES[l]!.add(0, splat(0, l ? index.shl(l) : index)));
