/** Floating-point numbers: F32 and F64. */

import { I32, I64 } from './integers.js';
import { constant, type Node } from './node.js';
import { make } from './table.js';
import { Val } from './val.js';

/** What F32 and F64 share; host arithmetic, see `Ctx.fp` for the architecture's. */
export abstract class Float<T extends Float<T>> extends Val {
  protected abstract readonly ty: 'f32' | 'f64';
  protected abstract of(node: Node): T;
  private op(name: string, ...o: Float<T>[]): T {
    return this.of(make(`${this.ty}.${name}`, this.node, ...o.map(x => x.node)));
  }
  private compare(name: string, o: T): I32 {
    return new I32(make(`${this.ty}.${name}`, this.node, o.node));
  }
  add(o: T): T {
    return this.op('add', o);
  }
  sub(o: T): T {
    return this.op('sub', o);
  }
  mul(o: T): T {
    return this.op('mul', o);
  }
  div(o: T): T {
    return this.op('div', o);
  }
  min(o: T): T {
    return this.op('min', o);
  }
  max(o: T): T {
    return this.op('max', o);
  }
  neg(): T {
    return this.op('neg');
  }
  abs(): T {
    return this.op('abs');
  }
  sqrt(): T {
    return this.op('sqrt');
  }
  ceil(): T {
    return this.op('ceil');
  }
  floor(): T {
    return this.op('floor');
  }
  trunc(): T {
    return this.op('trunc');
  }
  nearest(): T {
    return this.op('nearest');
  }
  eq(o: T): I32 {
    return this.compare('eq', o);
  }
  ne(o: T): I32 {
    return this.compare('ne', o);
  }
  lt(o: T): I32 {
    return this.compare('lt', o);
  }
  le(o: T): I32 {
    return this.compare('le', o);
  }
  gt(o: T): I32 {
    return this.compare('gt', o);
  }
  ge(o: T): I32 {
    return this.compare('ge', o);
  }
  /** Saturating truncation to an integer; NaN gives 0. */
  trunc32(signed: boolean): I32 {
    return new I32(make(`i32.trunc_${this.ty}_${signed ? 's' : 'u'}`, this.node));
  }
  trunc64(signed: boolean): I64 {
    return new I64(make(`i64.trunc_${this.ty}_${signed ? 's' : 'u'}`, this.node));
  }
}

/** A single-precision number. */
export class F32 extends Float<F32> {
  declare private readonly kind: 'f32';
  protected readonly ty = 'f32';
  protected of(node: Node): F32 {
    return new F32(node);
  }
  bits(): I32 {
    return new I32(make('f32.bits', this.node));
  }
  promote(): F64 {
    return new F64(make('f64.promote', this.node));
  }
}

/** A double-precision number. */
export class F64 extends Float<F64> {
  declare private readonly kind: 'f64';
  protected readonly ty = 'f64';
  protected of(node: Node): F64 {
    return new F64(node);
  }
  bits(): I64 {
    return new I64(make('f64.bits', this.node));
  }
  demote(): F32 {
    return new F32(make('f32.demote', this.node));
  }
}

/** Constants. */
export const f64 = (k: number): F64 => new F64(constant('f64', k));
export const f32 = (k: number): F32 => new F32(constant('f32', Math.fround(k)));
