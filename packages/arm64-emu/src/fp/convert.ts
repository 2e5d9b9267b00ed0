/** Conversions: between formats, to and from integers and fixed point, and rounding to integral values. */
import {
  BFLOAT,
  defaultNaN,
  type Format,
  FPCR,
  FPSR,
  type FpEnv,
  HALF,
  infinity,
  isNaNKind,
  Kind,
  processNaN,
  Round,
  type RoundMode,
  rmode,
  round,
  SINGLE,
  unpack,
  zero,
} from './format.js';

/** FPConvert. */
export function convert(from: Format, to: Format, v: bigint, e: FpEnv, mode: RoundMode = rmode(e)): bigint {
  const u = unpack(from, v, e, true);
  const alt = to === HALF && (e.fpcr & FPCR.AHP) !== 0;
  if (isNaNKind(u)) {
    if (u.kind === Kind.SNAN || alt) e.flags |= FPSR.IOC;
    if (alt) return zero(to, u.sign);
    if (e.fpcr & FPCR.DN) return defaultNaN(to);
    const shift = BigInt(Math.abs(to.frac - from.frac));
    const payload = v & from.fracMask;
    return defaultNaN(to) | zero(to, u.sign) | (to.frac > from.frac ? payload << shift : payload >> shift);
  }
  if (u.kind === Kind.INF) {
    if (!alt) return infinity(to, u.sign);
    e.flags |= FPSR.IOC;
    return zero(to, u.sign) | (to.signBit - 1n);
  }
  if (u.kind === Kind.ZERO) return zero(to, u.sign);
  return round(to, u.sign, u.mant, u.exp, e, mode, true);
}

/** FPConvertBF: single to BFloat16. */
export const convertBF = (v: bigint, e: FpEnv): bigint => convert(SINGLE, BFLOAT, v, e);

/** A magnitude `mant * 2^exp` as an integer, and whether that was exact. */
function toInteger(sign: boolean, mant: bigint, exp: number, mode: RoundMode): { value: bigint; exact: boolean } {
  if (exp >= 0) return { value: exp > 2200 ? 1n << 2200n : mant << BigInt(exp), exact: true };
  const drop = BigInt(-exp);
  const kept = mant >> drop;
  const rest = mant & ((1n << drop) - 1n);
  const half = 1n << (drop - 1n);
  if (rest === 0n) return { value: kept, exact: true };
  const up =
    mode === Round.NEAREST
      ? rest > half || (rest === half && (kept & 1n) === 1n)
      : mode === Round.AWAY
        ? rest >= half
        : mode === Round.UP
          ? !sign
          : mode === Round.DOWN
            ? sign
            : false;
  return { value: up ? kept + 1n : kept, exact: false };
}

/** FPToFixed: to a `width`-bit integer with `fbits` fraction bits, saturating. The result is its two's complement pattern. */
export function toFixed(
  f: Format,
  v: bigint,
  fbits: number,
  unsigned: boolean,
  width: number,
  mode: RoundMode,
  e: FpEnv,
): bigint {
  const u = unpack(f, v, e);
  if (isNaNKind(u)) {
    e.flags |= FPSR.IOC;
    return 0n;
  }
  if (u.kind === Kind.ZERO) return 0n;
  const lo = unsigned ? 0n : -(1n << BigInt(width - 1));
  const hi = (1n << BigInt(unsigned ? width : width - 1)) - 1n;
  const { value, exact } =
    u.kind === Kind.INF ? { value: hi + 2n, exact: true } : toInteger(u.sign, u.mant, u.exp + fbits, mode);
  const r = u.sign ? -value : value;
  if (r < lo || r > hi) {
    e.flags |= FPSR.IOC;
    return BigInt.asUintN(width, r < lo ? lo : hi);
  }
  if (!exact) e.flags |= FPSR.IXC;
  return BigInt.asUintN(width, r);
}

/** FixedToFP: from an integer (already signed or unsigned) with `fbits` fraction bits. */
export function fromFixed(f: Format, v: bigint, fbits: number, e: FpEnv, mode: RoundMode = rmode(e)): bigint {
  if (v === 0n) return 0n;
  return round(f, v < 0n, v < 0n ? -v : v, -fbits, e, mode);
}

/** FPRoundInt: to an integral value in the same format; `exact`: raise Inexact. */
export function roundInt(f: Format, v: bigint, mode: RoundMode, exact: boolean, e: FpEnv): bigint {
  const u = unpack(f, v, e);
  if (isNaNKind(u)) return processNaN(f, v, u, e);
  if (u.kind === Kind.INF) return infinity(f, u.sign);
  if (u.kind === Kind.ZERO) return zero(f, u.sign);
  const r = toInteger(u.sign, u.mant, u.exp, mode);
  if (!r.exact && exact) e.flags |= FPSR.IXC;
  if (r.value === 0n) return zero(f, u.sign);
  return round(f, u.sign, r.value, 0, e, Round.ZERO);
}

/** FPRoundIntN: to an integral value that fits `size` bits, else the most negative one. */
export function roundIntN(f: Format, v: bigint, mode: RoundMode, size: 32 | 64, e: FpEnv): bigint {
  const u = unpack(f, v, e);
  const indefinite = (): bigint => {
    e.flags |= FPSR.IOC;
    return f.signBit | (BigInt(f.bias + size - 1) << BigInt(f.frac));
  };
  if (u.kind === Kind.ZERO) return zero(f, u.sign);
  if (u.kind !== Kind.FINITE) return indefinite();
  const r = toInteger(u.sign, u.mant, u.exp, mode);
  const limit = 1n << BigInt(size - 1);
  if (r.value > limit || (r.value === limit && !u.sign)) return indefinite();
  if (!r.exact) e.flags |= FPSR.IXC;
  if (r.value === 0n) return zero(f, u.sign);
  return round(f, u.sign, r.value, 0, e, Round.ZERO);
}

/** FPToFixedJS: ECMAScript ToInt32 of a double, and the Z flag (1 when the conversion was exact). */
export function toInt32JS(f: Format, v: bigint, e: FpEnv): { value: number; z: number } {
  const u = unpack(f, v, e);
  if (u.kind === Kind.ZERO) return { value: 0, z: u.sign ? 0 : 1 };
  if (u.kind !== Kind.FINITE) {
    e.flags |= FPSR.IOC;
    return { value: 0, z: 0 };
  }
  const r = toInteger(u.sign, u.mant, u.exp, Round.ZERO);
  const n = u.sign ? -r.value : r.value;
  let z = r.exact ? 1 : 0;
  if (n < -(1n << 31n) || n > (1n << 31n) - 1n) {
    e.flags |= FPSR.IOC;
    z = 0;
  } else if (!r.exact) e.flags |= FPSR.IXC;
  return { value: Number(BigInt.asIntN(32, n)), z };
}
