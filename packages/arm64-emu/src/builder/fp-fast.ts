/**
 * Floating-point operations in the host's arithmetic, with the condition under which the result and FPSR are the
 * architecture's. FPCR must be 0 (round to nearest, no flushing); operations that may be inexact also need FPSR.IXC to
 * be set already, and a result that is neither a NaN, infinite nor tiny raises nothing else.
 */
import { DOUBLE, type FpFormat, type FpOp, Rounding, SINGLE } from '../a64/spec/index.js';
import {
  F32,
  F64,
  type Float,
  type FloatLane,
  f32,
  f64,
  fromF32,
  fromF64,
  type I32,
  type I64,
  i32,
  Node,
  type V128,
  v128,
} from '../ir/index.js';
import type { FpFast } from './effects.js';
import {
  defaultMode,
  FUSED,
  fused,
  inexactAllowed,
  LARGEST,
  quickly,
  type Result,
  SMALLEST_NORMAL,
  vector,
} from './fp-lanes.js';

function scalar<T extends Float<T>>(
  op: FpOp,
  format: FloatLane,
  args: readonly T[],
  lit: (k: number) => T,
): { value: T; ok: I32; quick?: I32; rest?: I32 } | undefined {
  const [a, b] = args as [T, T];
  const quick = (r: T, normal: boolean): I32 => quickly(r as unknown as F32 | F64, normal);
  const largest = lit(LARGEST[format]);
  const finite = (r: T): I32 => r.abs().le(largest);
  const notTiny = (r: T): I32 => r.abs().gt(lit(SMALLEST_NORMAL[format]));
  const zero = lit(0);
  switch (op) {
    case 'add':
    case 'sub': {
      // A tiny sum is exact.
      const value = op === 'add' ? a.add(b) : a.sub(b);
      return { value, ok: inexactAllowed().and(finite(value)), quick: quick(value, false) };
    }
    case 'mul':
    case 'nmul': {
      const product = a.mul(b);
      const exactZero = a.eq(zero).or(b.eq(zero));
      const value = op === 'mul' ? product : product.neg();
      return {
        value,
        ok: inexactAllowed().and(finite(product)).and(notTiny(product).or(exactZero)),
        quick: quick(product, true),
        rest: inexactAllowed().and(product.eq(zero)).and(exactZero),
      };
    }
    case 'div': {
      const value = a.div(b);
      return {
        value,
        ok: inexactAllowed()
          .and(finite(value))
          .and(notTiny(value).or(a.eq(zero))),
        quick: quick(value, true),
        rest: inexactAllowed().and(value.eq(zero)).and(a.eq(zero)),
      };
    }
    case 'sqrt': {
      const value = a.sqrt();
      return { value, ok: inexactAllowed().and(finite(value)), quick: quick(value, false) };
    }
    case 'max':
    case 'min':
    case 'maxnm':
    case 'minnm': {
      const value = op === 'max' || op === 'maxnm' ? a.max(b) : a.min(b);
      return { value, ok: defaultMode().and(a.eq(a)).and(b.eq(b)) };
    }
    default:
      return undefined;
  }
}

function compare<T extends Float<T>>(a: T, b: T): { value: V128; ok: I32 } {
  const nzcv = a.lt(b).select(i32(8), a.eq(b).select(i32(6), i32(2)));
  return { value: v128(0n, 0n).put(2, 0, nzcv), ok: defaultMode().and(a.eq(a)).and(b.eq(b)) };
}

/** Rounded to integral by the first four of `Rounding`. */
const rounded = <T extends Float<T>>(x: T, rounding: number): T =>
  [x.nearest(), x.ceil(), x.floor(), x.trunc()][rounding]!;

/** Integer conversions; see `intParam` for `param`. */
function integer(op: FpOp, format: FloatLane, a: V128, param: number): Result {
  const [rounding, bytes, fraction] = [param & 7, (param >> 3) & 3, param >> 8];
  if (fraction !== 0 || bytes < 2) return undefined;
  const signed = op === 'fromsint' || op === 'tosint';
  if (op === 'fromsint' || op === 'fromuint') {
    const from: I32 | I64 = bytes === 3 ? a.get(3, 0) : a.get(2, 0);
    if (format === DOUBLE) return { value: fromF64(from.toF64(signed)), ok: bytes === 2 ? i32(1) : inexactAllowed() };
    return bytes === 2 ? { value: fromF32(toF32(from as I32, signed)), ok: inexactAllowed() } : undefined;
  }
  if (rounding > Rounding.zero) return undefined;
  const x: F32 | F64 = format === DOUBLE ? rounded(a.f64(), rounding) : rounded(a.f32(), rounding);
  const limit = 2 ** ((bytes === 3 ? 64 : 32) - (signed ? 1 : 0));
  const inside =
    x instanceof F64
      ? x.lt(f64(limit)).and(signed ? x.ge(f64(-limit)) : x.ge(f64(0)))
      : x.lt(f32(limit)).and(signed ? x.ge(f32(-limit)) : x.ge(f32(0)));
  const low: I64 = bytes === 3 ? x.trunc64(signed) : x.trunc32(signed).u64();
  return { value: v128(0n, 0n).put(3, 0, low), ok: inexactAllowed().and(inside) };
}

const toF32 = (x: I32, signed: boolean): F32 =>
  new F32(new Node(signed ? 'f32.convert_i32_s' : 'f32.convert_i32_u', 'f32', [x.node]));

function convert(format: FloatLane, a: V128, to: number): Result {
  if (format === SINGLE && to === DOUBLE) {
    const x = a.f32();
    return { value: fromF64(x.promote()), ok: defaultMode().and(x.eq(x)) };
  }
  if (format === DOUBLE && to === SINGLE) {
    const r = a.f64().demote();
    const fine = r
      .abs()
      .le(f32(LARGEST[2]))
      .and(
        r
          .abs()
          .gt(f32(SMALLEST_NORMAL[2]))
          .or(a.f64().eq(f64(0))),
      );
    return { value: fromF32(r), ok: inexactAllowed().and(fine) };
  }
  return undefined;
}

function roundToIntegral<T extends Float<T>>(x: T, param: number): { value: T; ok: I32 } | undefined {
  if (param > Rounding.zero) return undefined;
  return { value: rounded(x, param), ok: defaultMode().and(x.eq(x)) };
}

/** The fast form of an operation, if it has one. */
export function fpFast(
  op: FpOp,
  format: FpFormat,
  lanes: number,
  args: readonly V128[],
  param: number,
): FpFast | undefined {
  if (format < SINGLE) return undefined;
  const l = format as FloatLane;
  const r = fast(op, l, lanes, args, param);
  if (r === undefined) return undefined;
  const { value, ok, quick, rest } = r;
  return { value: value.node, ok: ok.node, ...(quick && { quick: quick.node }), ...(rest && { rest: rest.node }) };
}

/** Operations whose two lanes are done one by one, or change their size. */
const RESIZING: ReadonlySet<FpOp> = new Set(['convert', 'fromsint', 'fromuint', 'tosint', 'touint']);
function resize(op: FpOp, l: FloatLane, lanes: number, a: V128, param: number): Result {
  if (l === SINGLE && op !== 'convert') return vector(op, l, lanes, [a], param);
  if (lanes !== 2) return undefined;
  const high = a.put(3, 0, l === DOUBLE ? a.get(3, 1) : a.get(2, 1).u64());
  const [first, second] = [a, high].map(x => (op === 'convert' ? convert(l, x, param) : integer(op, l, x, param)));
  if (!first || !second) return undefined;
  const value =
    op === 'convert' && l === DOUBLE
      ? first.value.put(2, 1, second.value.get(2, 0))
      : first.value.put(3, 1, second.value.get(3, 0));
  return { value, ok: first.ok.and(second.ok) };
}

/** Operations that have no scalar form below. */
const VECTOR_FORM: ReadonlySet<FpOp> = new Set(['abd', 'mulx', 'cmeq', 'cmge', 'cmgt', 'acge', 'acgt']);

function fast(op: FpOp, l: FloatLane, lanes: number, args: readonly V128[], param: number): Result {
  const a = args[0]!;
  const signs = FUSED[op];
  if (signs) return fused(signs, l, lanes, args);
  if (lanes > 1 && RESIZING.has(op)) return resize(op, l, lanes, a, param);
  if (lanes > 1 || VECTOR_FORM.has(op)) return vector(op, l, lanes, args, param);
  if (op === 'compare') return l === DOUBLE ? compare(a.f64(), args[1]!.f64()) : compare(a.f32(), args[1]!.f32());
  if (op === 'fromsint' || op === 'fromuint' || op === 'tosint' || op === 'touint') return integer(op, l, a, param);
  if (op === 'convert') return convert(l, a, param);
  if (op === 'roundint') {
    const r = l === DOUBLE ? roundToIntegral(a.f64(), param) : roundToIntegral(a.f32(), param);
    return r && { value: r.value instanceof F64 ? fromF64(r.value) : fromF32(r.value), ok: r.ok };
  }
  if (l === DOUBLE) {
    const r = scalar(
      op,
      l,
      args.map(x => x.f64()),
      f64,
    );
    return r && { ...r, value: fromF64(r.value) };
  }
  const r = scalar(
    op,
    l,
    args.map(x => x.f32()),
    f32,
  );
  return r && { ...r, value: fromF32(r.value) };
}
