/** Reading arguments and writing results of routines. */

import { STATE } from '../../engine/state.js';
import { getLane, setLane } from '../../fp/ops.js';

export { getLane, setLane };

/** Argument `k` as four 32-bit words. */
export function words(view: DataView, at: number, k = 0): number[] {
  return [0, 4, 8, 12].map(i => view.getInt32(at + 16 * k + i, true));
}
export function writeWords(view: DataView, at: number, w: readonly number[]): void {
  for (let i = 0; i < 4; i++) view.setInt32(at + 4 * i, w[i]!, true);
}
/** Argument `k` as two 64-bit words. */
export function doubles(view: DataView, at: number, k = 0): [bigint, bigint] {
  return [view.getBigUint64(at + 16 * k, true), view.getBigUint64(at + 16 * k + 8, true)];
}
export function writeDoubles(view: DataView, at: number, low: bigint, high: bigint): void {
  view.setBigUint64(at, BigInt.asUintN(64, low), true);
  view.setBigUint64(at + 8, BigInt.asUintN(64, high), true);
}
export const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));
export const rotr = (x: number, k: number): number => (x >>> k) | (x << (32 - k));
export const rotr64 = (x: bigint, k: bigint): bigint => BigInt.asUintN(64, (x >> k) | (x << (64n - k)));

/** FPSR.QC. */
const QC = 1 << 27;
export function setSaturated(view: DataView): void {
  view.setUint32(STATE.FPSR, (view.getUint32(STATE.FPSR, true) | QC) >>> 0, true);
}
/** `v` limited to `bits` bits; the second value says whether it did not fit. */
export function saturate(v: bigint, bits: number, unsigned: boolean): [bigint, boolean] {
  const low = unsigned ? 0n : -(1n << BigInt(bits - 1));
  const high = (1n << BigInt(unsigned ? bits : bits - 1)) - 1n;
  return v < low ? [low, true] : v > high ? [high, true] : [v, false];
}
