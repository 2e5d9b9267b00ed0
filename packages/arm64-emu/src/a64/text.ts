/** Pieces of assembler text in the spelling of GNU binutils. */

/** General register: `sf` 1 for X, 0 for W; number 31 is ZR, or SP where `sp` says so. */
export const gpr = (sf: number, n: number, sp = 0): string =>
  n === 31 ? (sp ? (sf ? 'sp' : 'wsp') : sf ? 'xzr' : 'wzr') : (sf ? 'x' : 'w') + n;
export const xr = (n: number): string => gpr(1, n);
export const wr = (n: number): string => gpr(0, n);
/** Base register of an address. */
export const base = (n: number): string => gpr(1, n, 1);
export const CONDITIONS = 'eq ne cs cc mi pl vs vc hi ls ge lt gt le al nv'.split(' ');
export const SHIFTS = ['lsl', 'lsr', 'asr', 'ror'];
export const EXTENDS = ['uxtb', 'uxth', 'uxtw', 'uxtx', 'sxtb', 'sxth', 'sxtw', 'sxtx'];
export const hex = (k: number | bigint): string => (k < 0 ? `-0x${(-k).toString(16)}` : `0x${k.toString(16)}`);
/** Element size letters, log2 of bytes. */
export const SIZES = 'bhsdq';
/** Scalar SIMD&FP register by log2 of bytes. */
export const vreg = (size: number, n: number): string => SIZES[size]! + n;
/** Arrangement: `8b`, `4s`, `2d` … */
export const arrangement = (Q: number, size: number): string => `${(16 >> size) / (2 - Q)}${SIZES[size]}`;
export const vec = (n: number, Q: number, size: number): string => `v${n}.${arrangement(Q, size)}`;
export const element = (n: number, size: number, index: number): string => `v${n}.${SIZES[size]}[${index}]`;
/** Sign-extends the low `bits` of `v`. */
export const sx = (v: number, bits: number): number => (v << (32 - bits)) >> (32 - bits);
/** FP scalar by the two-bit `ftype` of the encoding: 0 single, 1 double, 3 half. */
export const fpSize = (type: number): number => (type === 3 ? 1 : type + 2);
export const fpr = (type: number, n: number): string => vreg(fpSize(type), n);
