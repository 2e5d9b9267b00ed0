/** Addition, multiplication, division, square root and the fused forms, exact for every format. */
import {
  type Format,
  FPSR,
  type FpEnv,
  infinity,
  invalid,
  isNaNKind,
  Kind,
  processNaN,
  processNaNs,
  Round,
  type RoundMode,
  rmode,
  round,
  type Unpacked,
  unpack,
  zero,
} from './format.js';

const neg = (f: Format, v: bigint): bigint => v ^ f.signBit;

export { neg };

/** The sum of two finite terms, rounded once; `scale` is added to the exponent of the sum. */
function sum(
  f: Format,
  a: { sign: boolean; mant: bigint; exp: number },
  b: { sign: boolean; mant: bigint; exp: number },
  e: FpEnv,
  mode: RoundMode,
  scale = 0,
): bigint {
  const exp = Math.min(a.exp, b.exp);
  const x = a.mant << BigInt(a.exp - exp);
  const y = b.mant << BigInt(b.exp - exp);
  const total = (a.sign ? -x : x) + (b.sign ? -y : y);
  if (total === 0n) return zero(f, mode === Round.DOWN);
  return total < 0n ? round(f, true, -total, exp + scale, e, mode) : round(f, false, total, exp + scale, e, mode);
}

function addUnpacked(
  f: Format,
  a: bigint,
  ua: Unpacked,
  b: bigint,
  ub: Unpacked,
  flip: boolean,
  e: FpEnv,
  mode: RoundMode,
): bigint {
  const nan = processNaNs(f, e, [a, ua], [b, ub]);
  if (nan !== undefined) return nan;
  const sb = ub.sign !== flip;
  if (ua.kind === Kind.INF || ub.kind === Kind.INF) {
    if (ua.kind === ub.kind && ua.sign !== sb) return invalid(f, e);
    return infinity(f, ua.kind === Kind.INF ? ua.sign : sb);
  }
  if (ua.kind === Kind.ZERO && ub.kind === Kind.ZERO && ua.sign === sb) return zero(f, sb);
  if (ub.kind === Kind.ZERO && ua.kind === Kind.ZERO) return zero(f, mode === Round.DOWN);
  const zeroA = ua.kind === Kind.ZERO ? { ...ua, exp: ub.exp } : ua;
  const zeroB = ub.kind === Kind.ZERO ? { ...ub, exp: ua.exp, sign: sb } : { ...ub, sign: sb };
  return sum(f, zeroA, zeroB, e, mode);
}

/** FPAdd. */
export function add(f: Format, a: bigint, b: bigint, e: FpEnv, mode: RoundMode = rmode(e)): bigint {
  return addUnpacked(f, a, unpack(f, a, e), b, unpack(f, b, e), false, e, mode);
}

/** FPSub. */
export function sub(f: Format, a: bigint, b: bigint, e: FpEnv): bigint {
  return addUnpacked(f, a, unpack(f, a, e), b, unpack(f, b, e), true, e, rmode(e));
}

/** FPAbs(FPSub): FABD. */
export const abd = (f: Format, a: bigint, b: bigint, e: FpEnv): bigint => sub(f, a, b, e) & ~f.signBit;

function mulOr(f: Format, a: bigint, b: bigint, e: FpEnv, infZero: (sign: boolean) => bigint, mode: RoundMode): bigint {
  const ua = unpack(f, a, e);
  const ub = unpack(f, b, e);
  const nan = processNaNs(f, e, [a, ua], [b, ub]);
  if (nan !== undefined) return nan;
  const sign = ua.sign !== ub.sign;
  if (ua.kind === Kind.INF || ub.kind === Kind.INF) {
    return ua.kind === Kind.ZERO || ub.kind === Kind.ZERO ? infZero(sign) : infinity(f, sign);
  }
  if (ua.kind === Kind.ZERO || ub.kind === Kind.ZERO) return zero(f, sign);
  return round(f, sign, ua.mant * ub.mant, ua.exp + ub.exp, e, mode);
}

/** FPMul. */
export function mul(f: Format, a: bigint, b: bigint, e: FpEnv, mode: RoundMode = rmode(e)): bigint {
  return mulOr(f, a, b, e, () => invalid(f, e), mode);
}

/** FPNeg(FPMul): FNMUL. */
export const nmul = (f: Format, a: bigint, b: bigint, e: FpEnv): bigint => neg(f, mul(f, a, b, e));

const two = (f: Format): bigint => BigInt(f.bias + 1) << BigInt(f.frac);
const oneAndHalf = (f: Format): bigint => (BigInt(f.bias) << BigInt(f.frac)) | f.quietBit;

/** FPMulX: infinity times zero is 2. */
export function mulx(f: Format, a: bigint, b: bigint, e: FpEnv): bigint {
  return mulOr(f, a, b, e, sign => two(f) | zero(f, sign), rmode(e));
}

/** FPDiv. */
export function div(f: Format, a: bigint, b: bigint, e: FpEnv): bigint {
  const ua = unpack(f, a, e);
  const ub = unpack(f, b, e);
  const nan = processNaNs(f, e, [a, ua], [b, ub]);
  if (nan !== undefined) return nan;
  const sign = ua.sign !== ub.sign;
  if (ua.kind === ub.kind && ua.kind !== Kind.FINITE) return invalid(f, e);
  if (ua.kind === Kind.INF || ub.kind === Kind.ZERO) {
    if (ua.kind !== Kind.INF) e.flags |= FPSR.DZC;
    return infinity(f, sign);
  }
  if (ua.kind === Kind.ZERO || ub.kind === Kind.INF) return zero(f, sign);
  // Enough quotient bits for any operand, then a sticky bit.
  const extra = 2 * f.frac + 4;
  const top = ua.mant << BigInt(extra);
  const q = top / ub.mant;
  return round(f, sign, (q << 1n) | (q * ub.mant === top ? 0n : 1n), ua.exp - ub.exp - extra - 1, e);
}

/** The integer square root. */
function isqrt(v: bigint): bigint {
  let x = BigInt(Math.floor(Math.sqrt(Number(v))));
  for (;;) {
    const y = (x + v / x) >> 1n;
    if (y === x || y === x + 1n) break;
    x = y;
  }
  while (x * x > v) x -= 1n;
  while ((x + 1n) * (x + 1n) <= v) x += 1n;
  return x;
}

/** FPSqrt. */
export function sqrt(f: Format, a: bigint, e: FpEnv): bigint {
  const u = unpack(f, a, e);
  if (isNaNKind(u)) return processNaN(f, a, u, e);
  if (u.kind === Kind.ZERO) return zero(f, u.sign);
  if (u.sign) return invalid(f, e);
  if (u.kind === Kind.INF) return infinity(f, false);
  let shift = 2 * f.frac + 6;
  if ((u.exp - shift) & 1) shift++;
  const v = u.mant << BigInt(shift);
  const r = isqrt(v);
  return round(f, false, (r << 1n) | (r * r === v ? 0n : 1n), (u.exp - shift) / 2 - 1, e);
}

/** FPMulAdd: `addend + a * b` with one rounding. */
export function muladd(f: Format, addend: bigint, a: bigint, b: bigint, e: FpEnv): bigint {
  const uc = unpack(f, addend, e);
  const ua = unpack(f, a, e);
  const ub = unpack(f, b, e);
  const infZero = (ua.kind === Kind.INF && ub.kind === Kind.ZERO) || (ua.kind === Kind.ZERO && ub.kind === Kind.INF);
  const nan = processNaNs(f, e, [addend, uc], [a, ua], [b, ub]);
  if (uc.kind === Kind.QNAN && infZero) return invalid(f, e);
  if (nan !== undefined) return nan;
  if (infZero) return invalid(f, e);
  const sign = ua.sign !== ub.sign;
  const infP = ua.kind === Kind.INF || ub.kind === Kind.INF;
  if (uc.kind === Kind.INF) return infP && sign !== uc.sign ? invalid(f, e) : infinity(f, uc.sign);
  if (infP) return infinity(f, sign);
  const zeroP = ua.kind === Kind.ZERO || ub.kind === Kind.ZERO;
  if (uc.kind === Kind.ZERO && zeroP) {
    return uc.sign === sign ? zero(f, sign) : zero(f, rmode(e) === Round.DOWN);
  }
  if (zeroP) return round(f, uc.sign, uc.mant, uc.exp, e);
  const p = { sign, mant: ua.mant * ub.mant, exp: ua.exp + ub.exp };
  return sum(f, uc.kind === Kind.ZERO ? { ...uc, exp: p.exp } : uc, p, e, rmode(e));
}

/** `base/div - a*b/div` as FRECPS and FRSQRTS want it, with one rounding. */
function step(f: Format, a: bigint, b: bigint, e: FpEnv, base: bigint, scale: number, special: bigint): bigint {
  const na = neg(f, a);
  const ua = unpack(f, na, e);
  const ub = unpack(f, b, e);
  const nan = processNaNs(f, e, [na, ua], [b, ub]);
  if (nan !== undefined) return nan;
  const sign = ua.sign !== ub.sign;
  if (ua.kind === Kind.INF || ub.kind === Kind.INF) {
    return ua.kind === Kind.ZERO || ub.kind === Kind.ZERO ? special : infinity(f, sign);
  }
  const p = { sign, mant: ua.mant * ub.mant, exp: ua.exp + ub.exp };
  return sum(f, { sign: false, mant: base, exp: 0 }, p.mant === 0n ? { ...p, exp: 0 } : p, e, rmode(e), scale);
}

/** FPRecipStepFused: 2 - a*b. */
export const recps = (f: Format, a: bigint, b: bigint, e: FpEnv): bigint => step(f, a, b, e, 2n, 0, two(f));
/** FPRSqrtStepFused: (3 - a*b) / 2. */
export const rsqrts = (f: Format, a: bigint, b: bigint, e: FpEnv): bigint => step(f, a, b, e, 3n, -1, oneAndHalf(f));
