/**
 * Floating-point operations as the architecture defines them: rounding by FPCR, NaN propagation, flushing,
 * cumulative exception bits in FPSR. Semantics name them; the interpreter does them in the host's arithmetic when that
 * gives the same bits and calls the exact routines otherwise.
 */

/** Interchange formats: log2 of the bytes. */
export const SINGLE = 2;
export const DOUBLE = 3;
export type FpFormat = 1 | 2 | 3;

/** Number of vector arguments of every operation. The order is the operation's number on the way to the routines. */
export const FP_OPS = {
  add: 2,
  sub: 2,
  mul: 2,
  /** FMULX: 0 x infinity is 2. */
  mulx: 2,
  /** FNMUL: negated product. */
  nmul: 2,
  div: 2,
  max: 2,
  min: 2,
  maxnm: 2,
  minnm: 2,
  /** FABD: absolute difference. */
  abd: 2,
  sqrt: 1,
  /** Fused `addend + a * b`, arguments (addend, a, b). */
  muladd: 3,
  /** Fused `addend - a * b`. */
  mulsub: 3,
  /** FNMADD: `-addend - a * b`; FNMSUB: `-addend + a * b`. */
  nmuladd: 3,
  nmulsub: 3,
  recpe: 1,
  recpx: 1,
  recps: 2,
  rsqrte: 1,
  rsqrts: 2,
  /** Comparisons giving masks: EQ is quiet, GE and GT signal on quiet NaNs too; the absolute forms are FACGE, FACGT. */
  cmeq: 2,
  cmge: 2,
  cmgt: 2,
  acge: 2,
  acgt: 2,
  /** FCMP and FCMPE: the result's low bits are NZCV. `param` 1: signals on quiet NaNs. */
  compare: 2,
  /** Round to integral. `param`: {@link Rounding}, plus 8 to raise Inexact (FRINTX); plus 16 or 32 for FRINT32/FRINT64. */
  roundint: 1,
  /** Convert to signed or unsigned integer or fixed point. `param`: {@link intParam}. */
  tosint: 1,
  touint: 1,
  /** Convert from signed or unsigned integer or fixed point, rounding by FPCR. `param`: {@link intParam}. */
  fromsint: 1,
  fromuint: 1,
  /** Between formats: `param` is the destination format; the operation's format is the source. */
  convert: 1,
  /** FCVTXN: double to single, rounding to odd. */
  convertodd: 1,
  /** FJCVTZS: result in the low 32 bits, Z flag in bit 32. */
  jstoint: 1,
  /** Complex: FCADD (`param` rotation / 90), FCMLA arguments (addend, a, b). */
  cadd: 2,
  cmla: 3,
  /** BFloat16: BFCVT of lanes; BFDOT arguments (addend, a, b). */
  tobf16: 1,
} as const;
/** Name of an operation. */
export type FpOp = keyof typeof FP_OPS;
/** Operations by number. */
export const FP_OP_NAMES = Object.keys(FP_OPS) as readonly FpOp[];

/** Rounding modes as in FPCR.RMode, then "ties away" and "by FPCR". */
export const Rounding = { nearest: 0, up: 1, down: 2, zero: 3, away: 4, fpcr: 5 } as const;
/** `param` of integer conversions: rounding mode, log2 of the integer's bytes, fraction bits. */
export const intParam = (rounding: number, integer: 1 | 2 | 3, fractionBits = 0): number =>
  rounding | (integer << 3) | (fractionBits << 8);
