/** Vector forms of floating-point operations in the host's arithmetic, with the conditions of `fp-fast.ts`. */
import { DOUBLE, type FpOp, intParam, Rounding, SINGLE } from '../a64/spec/index.js';
import { STATE } from '../engine/state.js';
import { type F32, F64, type FloatLane, f32, f64, I32, I64, i32, i64, Node, splat, V128, v128 } from '../ir/index.js';
import { fusedDouble, fusedSingle } from './fp-fused.js';

const IXC = 16;
export const LARGEST = { 2: 3.4028234663852886e38, 3: Number.MAX_VALUE } as const;
export const SMALLEST_NORMAL = { 2: 2 ** -126, 3: 2 ** -1022 } as const;

const state32 = (address: number): I32 => new I32(new Node('state32', 'i32', [], address));
export const defaultMode = (): I32 => state32(STATE.FPCR).isZero();
/** FPCR = 0 and IXC = 1. */
export const inexactAllowed = (): I32 => state32(STATE.FPCR).or(state32(STATE.FPSR).and(IXC).xor(IXC)).isZero();

/**
 * Whether a result is finite, and at least `above` the smallest normal number, and rounding is allowed: one comparison
 * of its bits without the sign. The limit is a leaf that compiled code keeps in a local, 0 while rounding is not allowed.
 */
export const QUICK_LIMITS = {
  'limit finite 3': 0xffe0_0000_0000_0000n,
  'limit normal 3': 0xffbf_ffff_ffff_fffen,
  'limit finite 2': 0xff00_0000n,
  'limit normal 2': 0xfdff_fffen,
  // The same for signed comparison of lanes that a bias was added to.
  'limit finite v3': 0x7fe0_0000_0000_0000n,
  'limit normal v3': 0x7fbf_ffff_ffff_fffen,
  'limit finite v2': 0x7f00_0000n,
  'limit normal v2': 0x7dff_fffen,
} as const;
/** What is added to lanes: the least number that is allowed becomes the least one there is. */
export const LANE_BIASES = {
  'limit bias finite v3': 1n << 63n,
  'limit bias normal v3': (1n << 63n) - 0x0020_0000_0000_0002n,
  'limit bias finite v2': 1n << 31n,
  'limit bias normal v2': (1n << 31n) - 0x0100_0002n,
} as const;
const SMALLEST_ABOVE = { 2: 0x0100_0002, 3: 0x0020_0000_0000_0002n } as const;
export function quickly(r: F32 | F64, normal: boolean): I32 {
  const leaf = (l: FloatLane, ty: 'i32' | 'i64'): Node => new Node(`limit ${normal ? 'normal' : 'finite'} ${l}`, ty);
  if (r instanceof F64) {
    const size = r.bits().shl(1);
    return (normal ? size.sub(i64(SMALLEST_ABOVE[3])) : size).ltU(new I64(leaf(3, 'i64')));
  }
  const size = r.bits().shl(1);
  return (normal ? size.sub(i32(SMALLEST_ABOVE[2])) : size).ltU(new I32(leaf(2, 'i32')));
}

/** The same for all lanes in use of a vector. */
function quicklyInLanes(r: V128, l: FloatLane, lanes: number, kind: 'finite' | 'normal'): I32 {
  const leaf = (name: string): V128 => new V128(new Node(`limit ${name} v${l}`, 'v128'));
  const size = r.shl(l, i32(1)).add(l, leaf(`bias ${kind}`));
  const all = (1 << lanes) - 1;
  const below = leaf(kind).gt(l, true, size).bitmask(l);
  return (lanes << l === 16 ? below : below.and(all)).eq(all);
}

/** A result, and 1 where it and its flags are the architecture's. */
export type Result = { value: V128; ok: I32; quick?: I32; rest?: I32 } | undefined;

/** Mask of the lanes in use. */
function used(lanes: number, format: FloatLane): V128 {
  const width = lanes << format;
  return width === 16 ? v128(-1n, -1n) : v128(width === 8 ? -1n : 0xffffffffn, 0n);
}
const LOWEST = v128(0n, 0n);
const bound = (l: FloatLane, k: number): V128 => (l === DOUBLE ? splat(3, f64(k).bits()) : splat(2, f32(k).bits()));
const ordered = (l: FloatLane, a: V128, b: V128): V128 => a.feq(l, a).and(b.feq(l, b));

/** A result in all lanes, where it holds, and whether FPSR.IXC must be set for it. */
interface LaneResult {
  readonly value: V128;
  readonly ok: V128;
  readonly rounds: boolean;
  /** The result whose lanes tell, mostly, that it holds: by being finite, or normal. */
  readonly quick?: { readonly of: V128; readonly kind: 'finite' | 'normal' };
}
function lanewise(op: FpOp, l: FloatLane, args: readonly V128[], param: number): LaneResult | undefined {
  const [a, b] = args as [V128, V128];
  const finite = (r: V128): V128 => bound(l, LARGEST[l]).fge(l, r.fabs(l));
  const notTiny = (r: V128): V128 => r.fabs(l).fgt(l, bound(l, SMALLEST_NORMAL[l]));
  const isZero = (x: V128): V128 => x.feq(l, LOWEST);
  switch (op) {
    case 'add':
    case 'sub':
    case 'abd': {
      const r = op === 'add' ? a.fadd(l, b) : a.fsub(l, b);
      return {
        value: op === 'abd' ? r.fabs(l) : r,
        ok: finite(r),
        rounds: true,
        quick: { of: r, kind: 'finite' },
      };
    }
    case 'mul':
    case 'mulx': {
      const value = a.fmul(l, b);
      const exact = isZero(a).or(isZero(b));
      return {
        value,
        ok: finite(value).and(notTiny(value).or(exact)),
        rounds: true,
        quick: { of: value, kind: 'normal' },
      };
    }
    case 'div': {
      const value = a.fdiv(l, b);
      return {
        value,
        ok: finite(value).and(notTiny(value).or(isZero(a))),
        rounds: true,
        quick: { of: value, kind: 'normal' },
      };
    }
    case 'sqrt': {
      const value = a.fsqrt(l);
      return { value, ok: finite(value), rounds: true, quick: { of: value, kind: 'finite' } };
    }
    case 'max':
    case 'min':
    case 'maxnm':
    case 'minnm': {
      const value = op === 'max' || op === 'maxnm' ? a.fmax(l, b) : a.fmin(l, b);
      return { value, ok: ordered(l, a, b), rounds: false };
    }
    case 'cmeq':
      return { value: a.feq(l, b), ok: ordered(l, a, b), rounds: false };
    case 'cmge':
    case 'acge': {
      const [x, y] = op === 'acge' ? [a.fabs(l), b.fabs(l)] : [a, b];
      return { value: x.fge(l, y), ok: ordered(l, a, b), rounds: false };
    }
    case 'cmgt':
    case 'acgt': {
      const [x, y] = op === 'acgt' ? [a.fabs(l), b.fabs(l)] : [a, b];
      return { value: x.fgt(l, y), ok: ordered(l, a, b), rounds: false };
    }
    case 'roundint': {
      if (param > Rounding.zero) return undefined;
      const value = a.fround(l, (['nearest', 'ceil', 'floor', 'trunc'] as const)[param]!);
      return { value, ok: ordered(l, a, a), rounds: false };
    }
    case 'tosint':
    case 'touint': {
      if (param !== intParam(Rounding.zero, 2) || l !== SINGLE) return undefined;
      const signed = op === 'tosint';
      const below = bound(l, signed ? 2 ** 31 : 2 ** 32).fgt(l, a);
      return {
        value: a.truncSingles(signed),
        ok: below.and(a.fge(l, bound(l, signed ? -(2 ** 31) : 0))),
        rounds: true,
      };
    }
    case 'fromsint':
    case 'fromuint':
      if (param !== intParam(0, 2) || l !== SINGLE) return undefined;
      return { value: a.convertWords(op === 'fromsint'), ok: v128(-1n, -1n), rounds: true };
    default:
      return undefined;
  }
}

/** An operation on `lanes` lanes; the rest of the result is zero. */
export function vector(op: FpOp, l: FloatLane, lanes: number, args: readonly V128[], param: number): Result {
  const r = lanewise(op, l, args, param);
  if (r === undefined) return undefined;
  const mask = used(lanes, l);
  const all = r.ok.or(mask.not()).allTrue(l);
  const value = lanes << l === 16 ? r.value : r.value.and(mask);
  const ok = (r.rounds ? inexactAllowed() : defaultMode()).and(all);
  if (r.quick === undefined) return { value, ok };
  const quick = quicklyInLanes(r.quick.of, l, lanes, r.quick.kind);
  return r.quick.kind === 'finite' ? { value, ok, quick } : { value, ok, quick, rest: ok };
}

/** Signs of the addend and of the first factor in the fused operations. */
export const FUSED: Partial<Record<FpOp, readonly [addend: boolean, factor: boolean]>> = {
  muladd: [false, false],
  mulsub: [false, true],
  nmuladd: [true, true],
  nmulsub: [true, false],
};

/** The fused operations, as vectors also for scalars. */
export function fused(signs: readonly [boolean, boolean], l: FloatLane, lanes: number, args: readonly V128[]): Result {
  const [addend, a] = [args[0]!, args[1]!].map((x, i) => (signs[i] ? x.fneg(l) : x)) as [V128, V128];
  const b = args[2]!;
  const mask = used(lanes, l);
  const all = (x: V128): I32 => x.or(mask.not()).allTrue(l);
  if (l === DOUBLE) {
    const { value, ok } = fusedDouble(addend, a, b);
    return { value: value.and(mask), ok: inexactAllowed().and(all(ok)) };
  }
  const high = (x: V128): V128 => x.shuffle(x, HIGH_HALF);
  const low = fusedSingle(addend.promote(), a.promote(), b.promote());
  const value =
    lanes > 2
      ? low.shuffle(fusedSingle(high(addend).promote(), high(a).promote(), high(b).promote()), LOW_HALVES)
      : low;
  const size = value.fabs(l);
  const bound = (k: number): V128 => splat(2, f32(k).bits());
  const ok = bound(LARGEST[2])
    .fge(l, size)
    .and(size.fgt(l, bound(SMALLEST_NORMAL[2])));
  return { value: value.and(mask), ok: inexactAllowed().and(all(ok)) };
}
const HIGH_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const LOW_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];
