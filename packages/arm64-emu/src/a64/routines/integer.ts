/** Uncommon integer arithmetic on vectors, lane by lane. */
import { urecpe, ursqrte } from '../../fp/estimate.js';
import { routine } from '../spec/routines.js';
import { getLane, saturate, setLane, setSaturated, words, writeDoubles, writeWords } from './vector.js';

const signed = (v: bigint, size: number): bigint => BigInt.asIntN(8 << size, v);
const size = (param: number): number => param & 15;
const lanes = (param: number): number => (param >> 4) & 31;

/** Results lane by lane, the rest of the register zero. */
function write(view: DataView, at: number, laneSize: number, results: readonly bigint[]): void {
  writeDoubles(view, at, 0n, 0n);
  for (const [i, v] of results.entries()) setLane(view, at, laneSize, i, v);
}
const each = (n: number, f: (i: number) => bigint): bigint[] => Array.from({ length: n }, (_, i) => f(i));
/** Saturates and notes it. */
function limit(view: DataView, v: bigint, bits: number, unsigned: boolean): bigint {
  const [r, over] = saturate(v, bits, unsigned);
  if (over) setSaturated(view);
  return r;
}

/** SSHL and its kin. Bit 16: unsigned, 17: rounding, 18: saturating. */
routine('shiftLanes', (view, at, p) => {
  const s = size(p);
  const unsigned = ((p >> 16) & 1) === 1;
  const rounding = ((p >> 17) & 1) === 1;
  const saturating = ((p >> 18) & 1) === 1;
  if (s < 3) {
    shiftSmall(view, at, s, lanes(p), unsigned, rounding, saturating);
    return;
  }
  const results = each(lanes(p), i => {
    const raw = getLane(view, at, s, i);
    const v = unsigned ? raw : signed(raw, s);
    const k = Number(BigInt.asIntN(8, getLane(view, at + 16, s, i)));
    const right = BigInt(-k);
    const round = rounding && k < 0 ? 1n << (right - 1n) : 0n;
    const r = k < 0 ? (v + round) >> right : v << BigInt(k);
    return saturating ? limit(view, r, 8 << s, unsigned) : r;
  });
  write(view, at, s, results);
});
/** The same for lanes of up to 32 bits, in doubles: scaling by powers of two is exact. */
function shiftSmall(
  view: DataView,
  at: number,
  s: number,
  count: number,
  unsigned: boolean,
  rounding: boolean,
  saturating: boolean,
): void {
  const bits = 8 << s;
  const [low, high] = unsigned ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  for (let i = 0; i < 16 >> s; i++) {
    const a = at + (i << s);
    let r = 0;
    if (i < count) {
      const k = view.getInt8(a + 16);
      const v = readNumber(view, a, s, unsigned);
      if (k < 0) r = Math.floor((v + (rounding ? 2 ** (-k - 1) : 0)) / 2 ** -k);
      else if (saturating) r = v * 2 ** k;
      else r = k < 32 ? v << k : 0;
      if (saturating && (r < low || r > high)) {
        r = r < low ? low : high;
        setSaturated(view);
      }
    }
    writeNumber(view, a, s, r);
  }
}
function readNumber(view: DataView, a: number, s: number, unsigned: boolean): number {
  if (s === 0) return unsigned ? view.getUint8(a) : view.getInt8(a);
  if (s === 1) return unsigned ? view.getUint16(a, true) : view.getInt16(a, true);
  return unsigned ? view.getUint32(a, true) : view.getInt32(a, true);
}
function writeNumber(view: DataView, a: number, s: number, v: number): void {
  if (s === 0) view.setInt8(a, v);
  else if (s === 1) view.setInt16(a, v, true);
  else view.setInt32(a, v, true);
}

/** URECPE, URSQRTE (bit 0); bit 1: all four lanes. */
routine('unsignedEstimate', (view, at, p) => {
  const f = p & 1 ? ursqrte : urecpe;
  const w = words(view, at).map(f);
  writeWords(view, at, p & 2 ? w : [w[0]!, w[1]!, 0, 0]);
});

/** SMMLA, UMMLA (bit 0), USMMLA (bit 1): 2x8 by 8x2 bytes, added to 2x2 words. */
routine('matrixMultiply', (view, at, p) => {
  const a = (i: number): number => (p ? view.getUint8(at + i) : view.getInt8(at + i));
  const b = (i: number): number => (p & 1 ? view.getUint8(at + 16 + i) : view.getInt8(at + 16 + i));
  const d = words(view, at, 2);
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      let sum = d[2 * i + j]!;
      for (let k = 0; k < 8; k++) sum = (sum + a(8 * i + k) * b(8 * j + k)) | 0;
      d[2 * i + j] = sum;
    }
  }
  writeWords(view, at, d);
});

/** PMULL of the low or (bit 0) high doublewords: carry-less products of halves, in columns of 32 bits. */
routine('pmull64', (view, at, p) => {
  const half = at + (p & 1) * 8;
  const [a0, a1] = [view.getInt32(half, true), view.getInt32(half + 4, true)];
  const [b0, b1] = [view.getInt32(half + 16, true), view.getInt32(half + 20, true)];
  const r = [0, 0, 0, 0];
  carryless(r, 0, a0, b0);
  carryless(r, 1, a0, b1);
  carryless(r, 1, a1, b0);
  carryless(r, 2, a1, b1);
  writeWords(view, at, r);
});
/** Adds the carry-less product of `a` and `b` to words `k` and `k + 1` of `r`. */
function carryless(r: number[], k: number, a: number, b: number): void {
  let low = a & -(b & 1);
  let high = 0;
  for (let i = 1; i < 32; i++) {
    const mask = -((b >>> i) & 1);
    low ^= (a << i) & mask;
    high ^= (a >>> (32 - i)) & mask;
  }
  r[k]! ^= low;
  r[k + 1]! ^= high;
}
