/** Uncommon integer arithmetic on vectors, lane by lane. */
import { urecpe, ursqrte } from '../../fp/estimate.js';
import { routine } from '../spec/routines.js';
import { doubles, getLane, saturate, setLane, setSaturated, words, writeDoubles, writeWords } from './vector.js';

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
  const unsigned = (p >> 16) & 1;
  const results = each(lanes(p), i => {
    const raw = getLane(view, at, s, i);
    const v = unsigned ? raw : signed(raw, s);
    const k = Number(BigInt.asIntN(8, getLane(view, at + 16, s, i)));
    const right = BigInt(-k);
    const round = (p >> 17) & 1 && k < 0 ? 1n << (right - 1n) : 0n;
    const r = k < 0 ? (v + round) >> right : v << BigInt(k);
    return (p >> 18) & 1 ? limit(view, r, 8 << s, unsigned === 1) : r;
  });
  write(view, at, s, results);
});

/** SQDMULH, SQRDMULH, SQRDMLAH, SQRDMLSH. Bit 16: rounding, 17: accumulate, 18: subtract. */
routine('doublingHigh', (view, at, p) => {
  const s = size(p);
  const bits = BigInt(8 << s);
  const results = each(lanes(p), i => {
    const product = 2n * signed(getLane(view, at, s, i), s) * signed(getLane(view, at + 16, s, i), s);
    const round = (p >> 16) & 1 ? 1n << (bits - 1n) : 0n;
    const old = (p >> 17) & 1 ? signed(getLane(view, at + 32, s, i), s) << bits : 0n;
    return limit(view, (old + ((p >> 18) & 1 ? -product : product) + round) >> bits, 8 << s, false);
  });
  write(view, at, s, results);
});

/** SUQADD (signed plus unsigned), USQADD (bit 16: unsigned plus signed). */
routine('mixedSaturatingAdd', (view, at, p) => {
  const s = size(p);
  const unsigned = ((p >> 16) & 1) === 1;
  const results = each(lanes(p), i => {
    const n = getLane(view, at, s, i);
    const d = getLane(view, at + 16, s, i);
    return limit(view, unsigned ? d + signed(n, s) : signed(d, s) + n, 8 << s, unsigned);
  });
  write(view, at, s, results);
});

/** SQDMLAL, SQDMLSL, SQDMULL. Bits 4 and 5: add, subtract, plain; 8 and 9: low half, high half, scalar. */
routine('doublingLong', (view, at, p) => {
  const s = size(p);
  const op = (p >> 4) & 3;
  const part = (p >> 8) & 3;
  const count = part === 2 ? 1 : 8 >> s;
  const base = part === 1 ? count : 0;
  const results = each(count, i => {
    const product = 2n * signed(getLane(view, at, s, base + i), s) * signed(getLane(view, at + 16, s, base + i), s);
    const r = limit(view, product, 16 << s, false);
    if (op === 2) return r;
    const old = signed(getLane(view, at + 32, s + 1, i), s + 1);
    return limit(view, op ? old - r : old + r, 16 << s, false);
  });
  write(view, at, s + 1, results);
});

/** SQSHL, UQSHL, SQSHLU by immediate. Bit 16: unsigned source, 17: unsigned result, 20 up: the shift. */
routine('saturatingShiftLeft', (view, at, p) => {
  const s = size(p);
  const results = each(lanes(p), i => {
    const raw = getLane(view, at, s, i);
    const v = (p >> 16) & 1 ? raw : signed(raw, s);
    return limit(view, v << BigInt(p >> 20), 8 << s, ((p >> 17) & 1) === 1);
  });
  write(view, at, s, results);
});

/** SQSHRN and its kin. Bits 16 and 17 as above, 18: rounding, 19: into the high half, 20 up: the shift. */
routine('saturatingShiftRightNarrow', (view, at, p) => {
  const s = size(p);
  const k = BigInt(p >> 20);
  const old = doubles(view, at, 1);
  const results = each(lanes(p), i => {
    const raw = getLane(view, at, s + 1, i);
    const v = (p >> 16) & 1 ? raw : signed(raw, s + 1);
    const round = (p >> 18) & 1 ? 1n << (k - 1n) : 0n;
    return limit(view, (v + round) >> k, 8 << s, ((p >> 17) & 1) === 1);
  });
  write(view, at, s, results);
  if ((p >> 19) & 1) writeDoubles(view, at, old[0], doubles(view, at)[0]);
});

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
