/** IEEE 754 interchange formats, the control and status bits of A64, unpacking and rounding (Arm ARM, shared/functions/float). */

/** A binary interchange format. Values of a format are bit patterns held in a `bigint`. */
export interface Format {
  /** Total width in bits. */
  readonly bits: number;
  /** Bits of the stored fraction. */
  readonly frac: number;
  /** Bits of the exponent field. */
  readonly exp: number;
  readonly bias: number;
  /** Exponent of the smallest normal number. */
  readonly minExp: number;
  readonly signBit: bigint;
  readonly fracMask: bigint;
  readonly quietBit: bigint;
  /** All ones in the exponent field, which is also the bit pattern of infinity. */
  readonly inf: bigint;
  /** Largest exponent field value, 2^exp - 1. */
  readonly maxField: number;
}

function format(bits: number, exp: number): Format {
  const frac = bits - exp - 1;
  const bias = 2 ** (exp - 1) - 1;
  const maxField = 2 ** exp - 1;
  const one = 1n;
  return {
    bits,
    frac,
    exp,
    bias,
    minExp: 1 - bias,
    signBit: one << BigInt(bits - 1),
    fracMask: (one << BigInt(frac)) - one,
    quietBit: one << BigInt(frac - 1),
    inf: BigInt(maxField) << BigInt(frac),
    maxField,
  };
}

export const HALF = format(16, 5);
export const SINGLE = format(32, 8);
export const DOUBLE = format(64, 11);
export const BFLOAT = format(16, 8);

/** Bits of FPCR. */
export const FPCR = { FZ16: 1 << 19, FZ: 1 << 24, DN: 1 << 25, AHP: 1 << 26 } as const;
/** Cumulative bits of FPSR. */
export const FPSR = { IOC: 1, DZC: 2, OFC: 4, UFC: 8, IXC: 16, IDC: 128, QC: 1 << 27 } as const;

/** Rounding modes: the four of FPCR.RMode, then those that only instructions select. */
export const Round = { NEAREST: 0, UP: 1, DOWN: 2, ZERO: 3, AWAY: 4, ODD: 5, ODD_INF: 6 } as const;
export type RoundMode = (typeof Round)[keyof typeof Round];

/** Control and status of one operation: `fpcr` is read, the bits of `flags` are only ever set. */
export interface FpEnv {
  fpcr: number;
  flags: number;
}

export const rmode = (e: FpEnv): RoundMode => ((e.fpcr >> 22) & 3) as RoundMode;

/** Class of an operand after unpacking. */
export const Kind = { ZERO: 0, FINITE: 1, INF: 2, QNAN: 3, SNAN: 4 } as const;

/** An unpacked operand; when finite its magnitude is `mant * 2^exp`. */
export interface Unpacked {
  kind: number;
  sign: boolean;
  mant: bigint;
  exp: number;
}

export const isNaNKind = (u: Unpacked): boolean => u.kind >= Kind.QNAN;
export const flushes = (f: Format, e: FpEnv): boolean => (e.fpcr & (f === HALF ? FPCR.FZ16 : FPCR.FZ)) !== 0;

/**
 * FPUnpack: splits a bit pattern, flushing denormal inputs as FPCR says. A flushed half raises no flag.
 * @param cv the operand is that of a conversion between formats: FZ16 does not apply, AHP does (FPUnpackCV).
 */
export function unpack(f: Format, v: bigint, e: FpEnv, cv = false): Unpacked {
  const sign = (v & f.signBit) !== 0n;
  const fraction = v & f.fracMask;
  const field = Number((v >> BigInt(f.frac)) & BigInt(f.maxField));
  if (field === 0) {
    if (fraction === 0n) return { kind: Kind.ZERO, sign, mant: 0n, exp: 0 };
    if (flushes(f, e) && !(cv && f === HALF)) {
      if (f !== HALF) e.flags |= FPSR.IDC;
      return { kind: Kind.ZERO, sign, mant: 0n, exp: 0 };
    }
    return { kind: Kind.FINITE, sign, mant: fraction, exp: f.minExp - f.frac };
  }
  if (field === f.maxField && !(cv && f === HALF && e.fpcr & FPCR.AHP)) {
    if (fraction === 0n) return { kind: Kind.INF, sign, mant: 0n, exp: 0 };
    return { kind: fraction & f.quietBit ? Kind.QNAN : Kind.SNAN, sign, mant: 0n, exp: 0 };
  }
  return { kind: Kind.FINITE, sign, mant: fraction | (f.fracMask + 1n), exp: field - f.bias - f.frac };
}

export const zero = (f: Format, sign: boolean): bigint => (sign ? f.signBit : 0n);
export const infinity = (f: Format, sign: boolean): bigint => f.inf | zero(f, sign);
export const maxNormal = (f: Format, sign: boolean): bigint => (f.inf - 1n) | zero(f, sign);
export const defaultNaN = (f: Format): bigint => f.inf | f.quietBit;

/** Number of significant bits. */
export function bitLength(v: bigint): number {
  if (v < 0x20000000000000n) {
    const n = Number(v);
    return n < 0x80000000 ? 32 - Math.clz32(n) : 64 - Math.clz32(Math.floor(n / 0x100000000));
  }
  return v.toString(16).length * 4 - Math.clz32(Number.parseInt(v.toString(16)[0]!, 16)) + 28;
}

/**
 * FPRound: the value `(-1)^sign * mant * 2^exp` (mant > 0) in format `f`, rounded once, with all flags.
 * @param cv the result is that of a conversion between formats: FZ16 does not apply, AHP does (FPRoundCV).
 */
export function round(
  f: Format,
  sign: boolean,
  mant: bigint,
  exp: number,
  e: FpEnv,
  mode: RoundMode = rmode(e),
  cv = false,
): bigint {
  const length = bitLength(mant);
  const exponent = exp + length - 1;
  if (exponent < f.minExp && flushes(f, e) && !(cv && f === HALF)) {
    e.flags |= FPSR.UFC;
    return zero(f, sign);
  }
  let field = Math.max(exponent - f.minExp + 1, 0);
  // Bits of mant below the last place of the result.
  const drop = (field === 0 ? f.minExp : exponent) - f.frac - exp;
  let kept: bigint;
  let rest = 0n;
  let half = 0n;
  if (drop <= 0) kept = mant << BigInt(-drop);
  else {
    kept = mant >> BigInt(drop);
    rest = mant & ((1n << BigInt(drop)) - 1n);
    half = 1n << BigInt(drop - 1);
  }
  const inexact = rest !== 0n;
  if (field === 0 && inexact) e.flags |= FPSR.UFC;
  let up = false;
  let toInf = true;
  switch (mode) {
    case Round.NEAREST:
      up = rest > half || (inexact && rest === half && (kept & 1n) === 1n);
      break;
    case Round.AWAY:
      up = inexact && rest >= half;
      break;
    case Round.UP:
      up = inexact && !sign;
      toInf = !sign;
      break;
    case Round.DOWN:
      up = inexact && sign;
      toInf = sign;
      break;
    default:
      toInf = mode === Round.ODD_INF;
  }
  if (up) {
    kept += 1n;
    if (field === 0 && kept === f.fracMask + 1n) field = 1;
    else if (kept === (f.fracMask + 1n) << 1n) {
      field++;
      kept >>= 1n;
    }
  }
  if (inexact && mode >= Round.ODD) kept |= 1n;
  if (cv && f === HALF && e.fpcr & FPCR.AHP) {
    if (field > f.maxField) {
      e.flags |= FPSR.IOC;
      return zero(f, sign) | (f.signBit - 1n);
    }
  } else if (field >= f.maxField) {
    e.flags |= FPSR.OFC | FPSR.IXC;
    return toInf ? infinity(f, sign) : maxNormal(f, sign);
  }
  if (inexact) e.flags |= FPSR.IXC;
  return zero(f, sign) | (BigInt(field) << BigInt(f.frac)) | (kept & f.fracMask);
}

/** FPProcessNaN: quiets a NaN operand, or replaces it by the default NaN. */
export function processNaN(f: Format, v: bigint, u: Unpacked, e: FpEnv): bigint {
  if (u.kind === Kind.SNAN) e.flags |= FPSR.IOC;
  return e.fpcr & FPCR.DN ? defaultNaN(f) : v | f.quietBit;
}

/** FPProcessNaNs, FPProcessNaNs3: the first signalling NaN in operand order, else the first quiet one. */
export function processNaNs(f: Format, e: FpEnv, ...ops: readonly (readonly [bigint, Unpacked])[]): bigint | undefined {
  for (const kind of [Kind.SNAN, Kind.QNAN]) {
    for (const [v, u] of ops) if (u.kind === kind) return processNaN(f, v, u, e);
  }
  return undefined;
}

/** The default NaN, with Invalid Operation. */
export function invalid(f: Format, e: FpEnv): bigint {
  e.flags |= FPSR.IOC;
  return defaultNaN(f);
}
