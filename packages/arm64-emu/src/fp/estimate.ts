/** Reciprocal and reciprocal square root estimates. */
import {
  DOUBLE,
  type Format,
  FPSR,
  type FpEnv,
  flushes,
  infinity,
  invalid,
  isNaNKind,
  Kind,
  maxNormal,
  processNaN,
  Round,
  rmode,
  unpack,
  zero,
} from './format.js';

/** RecipEstimate: 256..511 to 256..511. */
function recipEstimate(a: number): number {
  const b = Math.floor(2 ** 19 / (a * 2 + 1));
  return (b + 1) >> 1;
}

/** RecipSqrtEstimate: 128..511 to 256..511. */
function rsqrtEstimate(a: number): number {
  const x = a < 256 ? a * 2 + 1 : ((a >> 1) * 2 + 1) * 2;
  let b = 512;
  while (x * (b + 1) * (b + 1) < 2 ** 28) b++;
  return (b + 1) >> 1;
}

/** The fraction as if the format were a double's, and the exponent field. */
function parts(f: Format, v: bigint): { fraction: bigint; exp: number } {
  return {
    fraction: (v & f.fracMask) << BigInt(DOUBLE.frac - f.frac),
    exp: Number((v >> BigInt(f.frac)) & BigInt(f.maxField)),
  };
}
const MASK52 = (1n << 52n) - 1n;
const TOP = 1n << 51n;

/** FPRecipEstimate: FRECPE. */
export function recpe(f: Format, v: bigint, e: FpEnv): bigint {
  const u = unpack(f, v, e);
  if (isNaNKind(u)) return processNaN(f, v, u, e);
  if (u.kind === Kind.INF) return zero(f, u.sign);
  if (u.kind === Kind.ZERO) {
    e.flags |= FPSR.DZC;
    return infinity(f, u.sign);
  }
  // Below 2^(minExp-2) the reciprocal overflows.
  if ((v & ~f.signBit) < f.quietBit >> 1n) {
    e.flags |= FPSR.OFC | FPSR.IXC;
    const mode = rmode(e);
    const toInf = mode === Round.NEAREST || (mode === Round.UP && !u.sign) || (mode === Round.DOWN && u.sign);
    return toInf ? infinity(f, u.sign) : maxNormal(f, u.sign);
  }
  let { fraction, exp } = parts(f, v);
  if (flushes(f, e) && exp >= 2 * f.bias - 1) {
    e.flags |= FPSR.UFC;
    return zero(f, u.sign);
  }
  if (exp === 0) {
    if (fraction & TOP) fraction = (fraction << 1n) & MASK52;
    else {
      exp = -1;
      fraction = (fraction << 2n) & MASK52;
    }
  }
  let field = 2 * f.bias - 1 - exp;
  const estimate = recipEstimate(256 | Number(fraction >> 44n));
  fraction = BigInt(estimate & 255) << 44n;
  if (field === 0) fraction = TOP | (fraction >> 1n);
  else if (field === -1) {
    fraction = (TOP >> 1n) | (fraction >> 2n);
    field = 0;
  }
  return zero(f, u.sign) | (BigInt(field) << BigInt(f.frac)) | (fraction >> BigInt(DOUBLE.frac - f.frac));
}

/** FPRSqrtEstimate: FRSQRTE. */
export function rsqrte(f: Format, v: bigint, e: FpEnv): bigint {
  const u = unpack(f, v, e);
  if (isNaNKind(u)) return processNaN(f, v, u, e);
  if (u.kind === Kind.ZERO) {
    e.flags |= FPSR.DZC;
    return infinity(f, u.sign);
  }
  if (u.sign) return invalid(f, e);
  if (u.kind === Kind.INF) return 0n;
  let { fraction, exp } = parts(f, v);
  if (exp === 0) {
    while (!(fraction & TOP)) {
      fraction = (fraction << 1n) & MASK52;
      exp--;
    }
    fraction = (fraction << 1n) & MASK52;
  }
  const scaled = exp & 1 ? 128 | Number(fraction >> 45n) : 256 | Number(fraction >> 44n);
  const field = (3 * f.bias - 1 - exp) >> 1;
  return (BigInt(field) << BigInt(f.frac)) | (BigInt(rsqrtEstimate(scaled) & 255) << BigInt(f.frac - 8));
}

/** FPRecpX: FRECPX. */
export function recpx(f: Format, v: bigint, e: FpEnv): bigint {
  const u = unpack(f, v, e);
  if (isNaNKind(u)) return processNaN(f, v, u, e);
  const { exp } = parts(f, v);
  const field = exp === 0 ? f.maxField - 1 : f.maxField - exp;
  return zero(f, u.sign) | (BigInt(field) << BigInt(f.frac));
}

/** UnsignedRecipEstimate: URECPE on one 32-bit element. */
export const urecpe = (v: number): number => (v >= 0 ? -1 : recipEstimate(v >>> 23) << 23);
/** UnsignedRSqrtEstimate: URSQRTE on one 32-bit element. */
export const ursqrte = (v: number): number => (v >>> 30 === 0 ? -1 : rsqrtEstimate(v >>> 23) << 23);
