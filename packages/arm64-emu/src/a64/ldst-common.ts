/** What the load and store groups share. */
import { STATE } from '../engine/state.js';
import {
  type Ctx,
  ExceptionClass,
  type G,
  type I64,
  type Int,
  i32,
  type MemAttr,
  type Size,
  type V,
  v128,
  XSP,
} from './spec/index.js';
import { base, gpr, xr } from './text.js';

const STACK_POINTER = XSP(31);
/** SCTLR_ELx.SA and, the bit behind it, SA0. */
const SCTLR_SA = 3;

/** Shape of a base register: 1 for the stack pointer. It is known to the handler, which checks its alignment. */
export const isStack = (Rn: number): number => Number(Rn === 31);
/** The base register of an access, for its write-back. */
export const baseRegister = (n: G, sp: number): G => (sp ? STACK_POINTER : n);
/**
 * The base of an access. An SP that is not a multiple of 16 raises an exception where SCTLR_ELx.SA, at EL0 SA0, says so
 * (Arm ARM, CheckSPAlignment).
 */
export function baseAddress<W extends Int<W>>(c: Ctx<W>, n: G, sp: number): I64 {
  const address = c.x(baseRegister(n, sp));
  if (sp) {
    c.when(address.lo32().and(15), () => {
      const isChecked = c.state(STATE.SCTLR).lo32().shrU(c.el().isZero().add(SCTLR_SA)).and(1);
      c.trap(isChecked, ExceptionClass.spAlignment, i32(0));
    });
  }
  return address;
}

/** size/opc of general register loads and stores; opc: 0 store, 1 load, 2 load signed to 64, 3 load signed to 32. */
export interface Transfer {
  readonly size: number;
  readonly opc: number;
}
/** Which combinations are loads and stores (the rest is PRFM or unallocated). */
export const isTransfer = (s: Transfer): boolean => s.opc < 2 || s.size < 5 - s.opc;

/** Moves one general register to or from memory. */
export function transfer<W extends Int<W>>(c: Ctx<W>, { size, opc }: Transfer, t: G, a: I64, attr?: MemAttr): void {
  const bytes = (1 << size) as Size;
  if (opc === 0) c.store(a, bytes, c.x(t), attr);
  else {
    const v = c.load(a, bytes, attr);
    const signed = size === 0 ? v.extend8() : size === 1 ? v.extend16() : v.extend32();
    c.setX(t, opc === 1 ? v : opc === 2 ? signed : signed.lo32().u64());
  }
}

/** `ldrsb`, `str` … with an infix such as `u` (unscaled), `t` (unprivileged) or `apu`. */
export function transferText({ size, opc }: Transfer, load = 'ldr', store = 'str'): string {
  const suffix = size === 0 ? 'b' : size === 1 ? 'h' : opc > 1 ? 'w' : '';
  return opc === 0 ? store + suffix : load + (opc > 1 ? 's' : '') + suffix;
}
export const transferReg = (f: Transfer & { Rt: number }): string =>
  gpr(Number(f.opc === 2 || (f.opc < 2 && f.size === 3)), f.Rt);

/** Moves one SIMD&FP register; `scale` is log2 of its bytes. */
export function transferV<W extends Int<W>>(c: Ctx<W>, scale: number, load: boolean, t: V, a: I64): void {
  if (scale === 4) {
    if (load) c.setV(t, c.loadV(a));
    else c.storeV(a, c.v(t));
  } else if (load) c.setV(t, v128(0n, 0n).put(3, 0, c.load(a, (1 << scale) as Size)));
  else c.store(a, (1 << scale) as Size, c.v(t).get(3, 0));
}

/** `[xn]` or `[xn, #k]`. */
export const offsetText = (Rn: number, k: number): string => `[${base(Rn)}${k ? `, #${k}` : ''}]`;
/** The address in mode 1 (post-index), 2 (offset) or 3 (pre-index). */
export const modeText = (Rn: number, k: number, mode: number): string =>
  mode === 1 ? `[${base(Rn)}], #${k}` : mode === 3 ? `[${base(Rn)}, #${k}]!` : offsetText(Rn, k);
/** The register offset of an address, extended as `option` says and shifted by `scale` when S. */
export const extendText = (f: { option: number; S: number; Rm: number }, scale: number): string => {
  const m = f.option & 1 ? xr(f.Rm) : gpr(0, f.Rm);
  if (f.option === 3) return f.S ? `${m}, lsl #${scale}` : m;
  return `${m}, ${['', '', 'uxtw', '', '', '', 'sxtw', 'sxtx'][f.option]}${f.S ? ` #${scale}` : ''}`;
};
/** Shape of an extension: 0 UXTW, 1 SXTW, 2 none. */
export const extendKind = (option: number): number => (option === 2 ? 0 : option === 6 ? 1 : 2);
export function extendedAddress<W extends Int<W>>(c: Ctx<W>, base: I64, m: G, ext: number, k: number): I64 {
  return base.add((ext === 0 ? c.w(m).u64() : ext === 1 ? c.w(m).s64() : c.x(m)).shl(k));
}
