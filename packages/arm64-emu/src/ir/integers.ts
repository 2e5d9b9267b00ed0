/** Integers: I32 and I64. Widths and kinds cannot be mixed: it does not compile. */

import { F32, F64 } from './floats.js';
import { constant, type Node } from './node.js';
import { make, makeSelect } from './table.js';
import { Val } from './val.js';

/** An integer of the width `T` stands for. */
export abstract class Int<T extends Int<T>> extends Val {
  abstract readonly bits: 32 | 64;
  /** A literal of this value's own width. */
  abstract lit(k: number | bigint): T;
  protected abstract of(node: Node): T;
  private arg(o: T | number): Node {
    return (typeof o === 'number' ? this.lit(o) : o).node;
  }
  private op(name: string, o: T | number): T {
    return this.of(make(`i${this.bits}.${name}`, this.node, this.arg(o)));
  }
  private unary(name: string): T {
    return this.of(make(`i${this.bits}.${name}`, this.node));
  }
  private compare(name: string, o: T | number): I32 {
    return new I32(make(`i${this.bits}.${name}`, this.node, this.arg(o)));
  }
  add(o: T | number): T {
    return this.op('add', o);
  }
  sub(o: T | number): T {
    return this.op('sub', o);
  }
  mul(o: T | number): T {
    return this.op('mul', o);
  }
  /** Unsigned division; traps on zero. */
  divU(o: T): T {
    return this.op('div_u', o);
  }
  /** Signed division; traps on zero and on MIN / -1. */
  divS(o: T): T {
    return this.op('div_s', o);
  }
  and(o: T | number): T {
    return this.op('and', o);
  }
  or(o: T | number): T {
    return this.op('or', o);
  }
  xor(o: T | number): T {
    return this.op('xor', o);
  }
  not(): T {
    return this.op('xor', -1);
  }
  neg(): T {
    return this.lit(0).sub(this.of(this.node));
  }
  /** Shifts and rotations take the amount modulo the width. */
  shl(o: T | number): T {
    return this.op('shl', o);
  }
  shrU(o: T | number): T {
    return this.op('shr_u', o);
  }
  shrS(o: T | number): T {
    return this.op('shr_s', o);
  }
  rotr(o: T | number): T {
    return this.op('rotr', o);
  }
  rotl(o: T | number): T {
    return this.op('rotl', o);
  }
  clz(): T {
    return this.unary('clz');
  }
  ctz(): T {
    return this.unary('ctz');
  }
  popcnt(): T {
    return this.unary('popcnt');
  }
  /** Sign-extension of the low 8 or 16 bits. */
  extend8(): T {
    return this.unary('extend8_s');
  }
  extend16(): T {
    return this.unary('extend16_s');
  }
  isZero(): I32 {
    return new I32(make(`i${this.bits}.eqz`, this.node));
  }
  eq(o: T | number): I32 {
    return this.compare('eq', o);
  }
  ne(o: T | number): I32 {
    return this.compare('ne', o);
  }
  ltU(o: T | number): I32 {
    return this.compare('lt_u', o);
  }
  leU(o: T | number): I32 {
    return this.compare('le_u', o);
  }
  gtU(o: T | number): I32 {
    return this.compare('gt_u', o);
  }
  geU(o: T | number): I32 {
    return this.compare('ge_u', o);
  }
  ltS(o: T | number): I32 {
    return this.compare('lt_s', o);
  }
  leS(o: T | number): I32 {
    return this.compare('le_s', o);
  }
  gtS(o: T | number): I32 {
    return this.compare('gt_s', o);
  }
  geS(o: T | number): I32 {
    return this.compare('ge_s', o);
  }
  /** Zero-extended and sign-extended to 64 bits; the low 32 bits. */
  abstract u64(): I64;
  abstract s64(): I64;
  abstract lo32(): I32;
  /** Conversion in the host's arithmetic (round to nearest): only for values that are exact. */
  abstract toF64(signed: boolean): F64;
}

/** A 32-bit integer; comparisons give 0 or 1 in one. */
export class I32 extends Int<I32> {
  declare private readonly kind: 'i32';
  readonly bits = 32;
  lit(k: number | bigint): I32 {
    return i32(Number(BigInt.asIntN(32, BigInt(k))));
  }
  protected of(node: Node): I32 {
    return new I32(node);
  }
  u64(): I64 {
    return new I64(make('i64.extend_u', this.node));
  }
  s64(): I64 {
    return new I64(make('i64.extend_s', this.node));
  }
  lo32(): I32 {
    return this;
  }
  toF64(signed: boolean): F64 {
    return new F64(make(signed ? 'f64.convert_i32_s' : 'f64.convert_i32_u', this.node));
  }
  /** The float with these bits. */
  float(): F32 {
    return new F32(make('i32.float', this.node));
  }
  /** `this ? t : f`; both are evaluated. */
  select<V extends Val>(t: V, f: V): V {
    const make = t.constructor as new (node: Node) => V;
    return new make(makeSelect(this.node, t.node, f.node));
  }
}

/** A 64-bit integer. */
export class I64 extends Int<I64> {
  declare private readonly kind: 'i64';
  readonly bits = 64;
  lit(k: number | bigint): I64 {
    return i64(k);
  }
  protected of(node: Node): I64 {
    return new I64(node);
  }
  u64(): I64 {
    return this;
  }
  s64(): I64 {
    return this;
  }
  lo32(): I32 {
    return new I32(make('i32.wrap', this.node));
  }
  extend32(): I64 {
    return new I64(make('i64.extend32_s', this.node));
  }
  toF64(signed: boolean): F64 {
    return new F64(make(signed ? 'f64.convert_i64_s' : 'f64.convert_i64_u', this.node));
  }
  /** The double with these bits. */
  float(): F64 {
    return new F64(make('i64.float', this.node));
  }
}

/** Constants. */
export const i32 = (k: number): I32 => new I32(constant('i32', k | 0));
export const i64 = (k: number | bigint): I64 => new I64(constant('i64', BigInt.asUintN(64, BigInt(k))));
