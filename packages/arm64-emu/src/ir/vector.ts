/** 128-bit vectors. A lane size is given as its log2 in bytes: 0 = 8 bits to 3 = 64 bits. */

import { F32, F64 } from './floats.js';
import { I32, I64, i32, i64 } from './integers.js';
import { constant, type Node } from './node.js';
import { make } from './table.js';
import { Val } from './val.js';

/** log2 of the lane's bytes. */
export type Lane = 0 | 1 | 2 | 3;
/** Lane size of a floating-point vector. */
export type FloatLane = 2 | 3;

/** Names of the shapes. */
export const SHAPE = ['i8x16', 'i16x8', 'i32x4', 'i64x2'] as const;
const FLOAT_SHAPE = { 2: 'f32x4', 3: 'f64x2' } as const;
const s = (signed: boolean): string => (signed ? '_s' : '_u');

/** A vector value. */
export class V128 extends Val {
  declare private readonly kind: 'v128';
  private op(name: string, ...o: Val[]): V128 {
    return new V128(make(name, this.node, ...o.map(x => x.node)));
  }
  // bitwise
  and(o: V128): V128 {
    return this.op('v128.and', o);
  }
  andNot(o: V128): V128 {
    return this.op('v128.andnot', o);
  }
  or(o: V128): V128 {
    return this.op('v128.or', o);
  }
  xor(o: V128): V128 {
    return this.op('v128.xor', o);
  }
  not(): V128 {
    return this.op('v128.not');
  }
  /** Bits of `t` where `this` is 1, of `f` where it is 0. */
  mux(t: V128, f: V128): V128 {
    return new V128(make('v128.bitselect', t.node, f.node, this.node));
  }
  anyTrue(): I32 {
    return new I32(make('v128.any_true', this.node));
  }
  allTrue(l: Lane): I32 {
    return new I32(make(`${SHAPE[l]}.all_true`, this.node));
  }
  /** Sign bits of the lanes, lane 0 in bit 0. */
  bitmask(l: Lane): I32 {
    return new I32(make(`${SHAPE[l]}.bitmask`, this.node));
  }
  // integer lanes
  add(l: Lane, o: V128): V128 {
    return this.op(`${SHAPE[l]}.add`, o);
  }
  sub(l: Lane, o: V128): V128 {
    return this.op(`${SHAPE[l]}.sub`, o);
  }
  /** Low half of the product; wasm has no 8-bit multiply, so that one is made of two 16-bit ones. */
  mul(l: Lane, o: V128): V128 {
    if (l > 0) return this.op(`${SHAPE[l]}.mul`, o);
    const low = this.mul(1, o).and(splat(1, i32(255)));
    const high = this.shrU(1, i32(8))
      .mul(1, o.shrU(1, i32(8)))
      .shl(1, i32(8));
    return low.or(high);
  }
  neg(l: Lane): V128 {
    return this.op(`${SHAPE[l]}.neg`);
  }
  abs(l: Lane): V128 {
    return this.op(`${SHAPE[l]}.abs`);
  }
  eq(l: Lane, o: V128): V128 {
    return this.op(`${SHAPE[l]}.eq`, o);
  }
  gt(l: Lane, signed: boolean, o: V128): V128 {
    if (l < 3 || signed) return this.op(`${SHAPE[l]}.gt${s(signed)}`, o);
    const sign = splat(3, i64(1n << 63n));
    return this.xor(sign).gt(3, true, o.xor(sign));
  }
  ge(l: Lane, signed: boolean, o: V128): V128 {
    return o.gt(l, signed, this).not();
  }
  min(l: Lane, signed: boolean, o: V128): V128 {
    return l < 3 ? this.op(`${SHAPE[l]}.min${s(signed)}`, o) : o.gt(l, signed, this).mux(this, o);
  }
  max(l: Lane, signed: boolean, o: V128): V128 {
    return l < 3 ? this.op(`${SHAPE[l]}.max${s(signed)}`, o) : this.gt(l, signed, o).mux(this, o);
  }
  /** Saturating addition and subtraction of 8- and 16-bit lanes. */
  addSat(l: 0 | 1, signed: boolean, o: V128): V128 {
    return this.op(`${SHAPE[l]}.add_sat${s(signed)}`, o);
  }
  subSat(l: 0 | 1, signed: boolean, o: V128): V128 {
    return this.op(`${SHAPE[l]}.sub_sat${s(signed)}`, o);
  }
  /** Unsigned average, rounded up. */
  average(l: 0 | 1, o: V128): V128 {
    return this.op(`${SHAPE[l]}.avgr_u`, o);
  }
  popcnt(): V128 {
    return this.op('i8x16.popcnt');
  }
  /** Shifts of all lanes by an amount taken modulo the lane's width. */
  shl(l: Lane, k: I32): V128 {
    return this.op(`${SHAPE[l]}.shl`, k);
  }
  shrU(l: Lane, k: I32): V128 {
    return this.op(`${SHAPE[l]}.shr_u`, k);
  }
  shrS(l: Lane, k: I32): V128 {
    return this.op(`${SHAPE[l]}.shr_s`, k);
  }
  /** Lanes of `l` bits from the signed lanes twice as wide, saturated; `this` gives the low half. */
  narrow(l: 0 | 1, signed: boolean, high: V128): V128 {
    return this.op(`${SHAPE[l]}.narrow_${SHAPE[l + 1]}${s(signed)}`, high);
  }
  /** Lanes of `l` from the low or high half of lanes half as wide. */
  extend(l: 1 | 2 | 3, half: 'low' | 'high', signed: boolean): V128 {
    return this.op(`${SHAPE[l]}.extend_${half}_${SHAPE[l - 1]}${s(signed)}`);
  }
  /** Products, in lanes of `l`, of the low or high halves. */
  extmul(l: 1 | 2 | 3, half: 'low' | 'high', signed: boolean, o: V128): V128 {
    return this.op(`${SHAPE[l]}.extmul_${half}_${SHAPE[l - 1]}${s(signed)}`, o);
  }
  /** Sums of neighbouring lanes, in lanes of `l`. */
  addPairs(l: 1 | 2, signed: boolean): V128 {
    return this.op(`${SHAPE[l]}.extadd_pairwise_${SHAPE[l - 1]}${s(signed)}`);
  }
  /** Sums of two products of signed 16-bit lanes, in 32-bit lanes. */
  dot(o: V128): V128 {
    return this.op('i32x4.dot_i16x8_s', o);
  }
  /** Rounding Q15 multiplication of 16-bit lanes, saturated. */
  q15mulr(o: V128): V128 {
    return this.op('i16x8.q15mulr_sat_s', o);
  }
  /** Bytes of `this` chosen by the bytes of `index`; an index above 15 gives 0. */
  swizzle(index: V128): V128 {
    return this.op('i8x16.swizzle', index);
  }
  /** Bytes chosen from `this` (0-15) and `o` (16-31). */
  shuffle(o: V128, bytes: readonly number[]): V128 {
    const selector = new Uint8Array(bytes);
    return new V128(make('i8x16.shuffle', this.node, o.node, constant('v128', selector)));
  }
  get(l: 0 | 1 | 2, i: number): I32;
  get(l: 3, i: number): I64;
  get(l: Lane, i: number): I32 | I64;
  get(l: Lane, i: number): I32 | I64 {
    if (l > 1 && this.node.op === `${SHAPE[l]}.put${i}`) {
      const lane = this.node.args[1]!;
      return l === 3 ? new I64(lane) : new I32(lane);
    }
    const n = make(`${SHAPE[l]}.get${i}`, this.node);
    return l < 3 ? new I32(n) : new I64(n);
  }
  /** The lane zero-extended to 64 bits, whatever its size. */
  lane(l: Lane, i: number): I64 {
    return this.get(l, i).u64();
  }
  put(l: 0 | 1 | 2, i: number, x: I32): V128;
  put(l: 3, i: number, x: I64): V128;
  put(l: Lane, i: number, x: I32 | I64): V128 {
    return this.op(`${SHAPE[l]}.put${i}`, x);
  }
  /** Sets a lane to the low bits of `x`, whatever its size. */
  setLane(l: Lane, i: number, x: I64): V128 {
    return l === 3 ? this.put(3, i, x) : this.put(l, i, x.lo32());
  }
  // floating-point lanes, in the host's arithmetic; see Ctx.fp for the architecture's
  private fp(l: FloatLane, name: string, ...o: V128[]): V128 {
    return this.op(`${FLOAT_SHAPE[l]}.${name}`, ...o);
  }
  fadd(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'add', o);
  }
  fsub(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'sub', o);
  }
  fmul(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'mul', o);
  }
  fdiv(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'div', o);
  }
  fsqrt(l: FloatLane): V128 {
    return this.fp(l, 'sqrt');
  }
  /** `o < this ? o : this` and `this < o ? o : this`. */
  pmin(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'pmin', o);
  }
  pmax(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'pmax', o);
  }
  fmin(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'min', o);
  }
  fmax(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'max', o);
  }
  /** Singles to 32-bit integers, truncated and saturated, and back. */
  truncSingles(signed: boolean): V128 {
    return this.op(`i32x4.trunc_f32x4${s(signed)}`);
  }
  convertWords(signed: boolean): V128 {
    return this.op(`f32x4.convert_i32x4${s(signed)}`);
  }
  feq(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'eq', o);
  }
  fgt(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'gt', o);
  }
  fge(l: FloatLane, o: V128): V128 {
    return this.fp(l, 'ge', o);
  }
  fabs(l: FloatLane): V128 {
    return this.fp(l, 'abs');
  }
  fneg(l: FloatLane): V128 {
    return this.fp(l, 'neg');
  }
  fround(l: FloatLane, mode: 'ceil' | 'floor' | 'trunc' | 'nearest'): V128 {
    return this.fp(l, mode);
  }
  /** The two low singles as doubles. */
  promote(): V128 {
    return this.op('f64x2.promote_low_f32x4');
  }
  /** Two doubles as singles in the low half. */
  demote(): V128 {
    return this.op('f32x4.demote_f64x2_zero');
  }
  /** Lane 0 as a number. */
  f64(): F64 {
    return new F64(this.node.op === 'f64x2.put0' ? this.node.args[1]! : make('f64x2.get0', this.node));
  }
  f32(): F32 {
    return new F32(this.node.op === 'f32x4.put0' ? this.node.args[1]! : make('f32x4.get0', this.node));
  }
}

/** A constant vector from its two halves. */
export function v128(low: bigint, high: bigint): V128 {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt.asUintN(64, low), true);
  view.setBigUint64(8, BigInt.asUintN(64, high), true);
  return new V128(constant('v128', bytes));
}

/** A vector with every lane `x`. */
export function splat(l: 0 | 1 | 2, x: I32): V128;
export function splat(l: 3, x: I64): V128;
export function splat(l: Lane, x: I32 | I64): V128;
export function splat(l: Lane, x: I32 | I64): V128 {
  return new V128(make(`${SHAPE[l]}.splat`, x.node));
}
/** Every lane the low bits of `x`. */
export const splatLow = (l: Lane, x: I64): V128 => (l === 3 ? splat(3, x) : splat(l, x.lo32()));
/** `x` in the low half, the rest zero. */
export const vectorOf = (low: I64, high: I64 = i64(0)): V128 => v128(0n, 0n).put(3, 0, low).put(3, 1, high);
/** The number in lane 0, the rest zero. */
export const fromF64 = (x: F64): V128 => new V128(make('f64x2.put0', v128(0n, 0n).node, x.node));
export const fromF32 = (x: F32): V128 => new V128(make('f32x4.put0', v128(0n, 0n).node, x.node));
const LOW_LANES: ReadonlySet<string> = new Set(['f64x2.put0', 'f32x4.put0', 'i64x2.put0', 'i32x4.put0']);
/** The number in lane 0 of a vector whose other lanes are zero, if that is how it was made. */
export function lowLane(n: Node): Node | undefined {
  const [rest, lane] = n.args;
  const isLow = LOW_LANES.has(n.op) && rest!.isConst && (rest!.k as Uint8Array).every(b => b === 0);
  return isLow ? lane : undefined;
}
/** The low half of `v`, the rest zero. */
export const lowHalf = (v: V128): V128 => new V128(make('f64x2.put1', v.node, constant('f64', 0)));
