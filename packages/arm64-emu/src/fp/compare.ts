/** Comparisons, maximum and minimum. */
import {
  type Format,
  FPSR,
  type FpEnv,
  isNaNKind,
  Kind,
  processNaNs,
  round,
  type Unpacked,
  unpack,
  zero,
} from './format.js';

/** -1, 0, 1 for two operands that are no NaNs. */
function order(a: Unpacked, b: Unpacked): number {
  const rank = (u: Unpacked): number => (u.kind === Kind.ZERO ? 0 : u.sign ? -1 : 1);
  const ra = rank(a);
  const rb = rank(b);
  if (ra !== rb) return ra < rb ? -1 : 1;
  if (ra === 0) return 0;
  if (a.kind === Kind.INF || b.kind === Kind.INF) {
    return a.kind === b.kind ? 0 : (a.kind === Kind.INF) === ra > 0 ? 1 : -1;
  }
  const exp = Math.min(a.exp, b.exp);
  const x = a.mant << BigInt(a.exp - exp);
  const y = b.mant << BigInt(b.exp - exp);
  return x === y ? 0 : x > y === ra > 0 ? 1 : -1;
}

/** -1 less, 0 equal, 1 greater, 2 unordered; `signal`: quiet NaNs are Invalid Operation too. */
export function relation(f: Format, a: bigint, b: bigint, signal: boolean, e: FpEnv): number {
  const ua = unpack(f, a, e);
  const ub = unpack(f, b, e);
  if (isNaNKind(ua) || isNaNKind(ub)) {
    if (signal || ua.kind === Kind.SNAN || ub.kind === Kind.SNAN) e.flags |= FPSR.IOC;
    return 2;
  }
  return order(ua, ub);
}

/** FPCompare: NZCV as a 4-bit number. */
export function compare(f: Format, a: bigint, b: bigint, signal: boolean, e: FpEnv): number {
  return [0b1000, 0b0110, 0b0010, 0b0011][relation(f, a, b, signal, e) + 1]!;
}

function pick(f: Format, a: bigint, b: bigint, e: FpEnv, max: boolean): bigint {
  const ua = unpack(f, a, e);
  const ub = unpack(f, b, e);
  const nan = processNaNs(f, e, [a, ua], [b, ub]);
  if (nan !== undefined) return nan;
  const first = order(ua, ub) > 0 === max;
  const u = first ? ua : ub;
  if (ua.kind === Kind.ZERO && ub.kind === Kind.ZERO) return zero(f, max ? ua.sign && ub.sign : ua.sign || ub.sign);
  if (u.kind === Kind.INF) return first ? a : b;
  if (u.kind === Kind.ZERO) return zero(f, u.sign);
  return round(f, u.sign, u.mant, u.exp, e);
}

/** FPMax. */
export const max = (f: Format, a: bigint, b: bigint, e: FpEnv): bigint => pick(f, a, b, e, true);
/** FPMin. */
export const min = (f: Format, a: bigint, b: bigint, e: FpEnv): bigint => pick(f, a, b, e, false);

function num(f: Format, a: bigint, b: bigint, e: FpEnv, isMax: boolean): bigint {
  const quiet = (v: bigint): boolean => (v & f.inf) === f.inf && (v & f.quietBit) !== 0n;
  const nan = (v: bigint): boolean => (v & ~f.signBit) > f.inf;
  const other = f.inf | (isMax ? f.signBit : 0n);
  const x = quiet(a) && !nan(b) ? other : a;
  const y = quiet(b) && !nan(a) ? other : b;
  return pick(f, x, y, e, isMax);
}

/** FPMaxNum: a quiet NaN loses against a number. */
export const maxnm = (f: Format, a: bigint, b: bigint, e: FpEnv): bigint => num(f, a, b, e, true);
/** FPMinNum. */
export const minnm = (f: Format, a: bigint, b: bigint, e: FpEnv): bigint => num(f, a, b, e, false);
