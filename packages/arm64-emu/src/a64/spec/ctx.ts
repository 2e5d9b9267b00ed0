/** What instruction semantics may do. */
import type { F32, F64, I32, I64, Int, V128 } from '../../ir/index.js';
import type { FpFormat, FpOp } from './fp-ops.js';
import type { Cell, Cond, Disp, Element, G, V } from './operands.js';

/** Bytes of a memory access through general registers. */
export type Size = 1 | 2 | 4 | 8;

/** How a memory access differs from a plain one. */
export interface MemAttr {
  /** The address must be a multiple of this many bytes, or the access faults. */
  readonly align?: 1 | 2 | 4 | 8 | 16;
  /** Done with EL0's permissions when executed at EL1 (LDTR, STTR). */
  readonly unprivileged?: boolean;
  /** Part of an atomic read-modify-write: needs write permission even where it only reads. */
  readonly atomic?: boolean;
  /** Acquire or release, for machines with shared memory. */
  readonly ordered?: boolean;
}

/** Where NZCV comes from: kept symbolic so that consumers can fuse with the producer. */
export class Flags {
  constructor(
    readonly kind: 'add' | 'sub' | 'logic' | 'packed',
    readonly a: I32 | I64,
    readonly b: I32 | I64,
  ) {}
}

/** Exception classes (ESR_ELx.EC) that instructions raise themselves. */
export const ExceptionClass = {
  unknown: 0x00,
  wfx: 0x01,
  fp: 0x07,
  pauth: 0x09,
  branchTarget: 0x0d,
  illegalState: 0x0e,
  svc: 0x15,
  hvc: 0x16,
  smc: 0x17,
  sysreg: 0x18,
  pacFail: 0x1c,
  pcAlignment: 0x22,
  spAlignment: 0x26,
  mops: 0x27,
  brk: 0x3c,
} as const;

/** Ends of an instruction that the CPU model carries out; see {@link Ctx.event}. */
export const CpuEvent = {
  eret: 0,
  wfi: 1,
  wfe: 2,
  sev: 3,
  yield: 4,
  isb: 5,
  eretaa: 6,
  eretab: 7,
  wfit: 8,
  wfet: 9,
} as const;
/** Name of an event. */
export type CpuEventName = keyof typeof CpuEvent;

/** How control reaches the target of a jump: it decides what BTI accepts there. `brLink`: BR through X16 or X17. */
export type JumpKind = 'br' | 'brLink' | 'blr' | 'ret';

/**
 * The context of one instruction's semantics. Register and flag writes happen when the instruction retires: reads give
 * the old values, and a fault leaves no trace. Memory effects happen in order. When one register is written twice the
 * last write counts.
 *
 * `W` is the width selected by the shape field `sf` (64 bits without one).
 */
export interface Ctx<W extends Int<W>> {
  // ---- general registers
  /** At the instruction's width; writes zero-extend. */
  get(r: G): W;
  set(r: G, v: W): void;
  /** A literal, or a 64-bit value cut, at the instruction's width. */
  lit(k: number): W;
  at(v: I64): W;
  x(r: G): I64;
  setX(r: G, v: I64): void;
  w(r: G): I32;
  setW(r: G, v: I32): void;
  /** A stored register that the decoder chose, and any cell of `STATE` by address. */
  cell(r: Cell): I64;
  setCell(r: Cell, v: I64): void;
  state(address: number): I64;
  setState(address: number, v: I64): void;

  // ---- SIMD&FP registers
  v(r: V): V128;
  setV(r: V, v: V128): void;
  /** Scalars; writes clear the rest of the register. */
  d(r: V): F64;
  setD(r: V, v: F64): void;
  s(r: V): F32;
  setS(r: V, v: F32): void;
  /** One lane in place, zero-extended; a write keeps the other lanes. */
  element(e: Element, size: Size): I64;
  setElement(e: Element, size: Size, v: I64): void;
  /** Operations with the architecture's results and FPSR effects. */
  readonly fp: FpContext;
  /** An out-of-line operation on up to four vectors, see `routines.ts`. Runs once, even if its result is not used. */
  routine(name: string, args: readonly V128[], param?: I32): V128;

  // ---- memory
  /** Zero-extended. */
  load(a: I64, size: Size, attr?: MemAttr): I64;
  store(a: I64, size: Size, v: I64, attr?: MemAttr): void;
  loadV(a: I64, attr?: MemAttr): V128;
  storeV(a: I64, v: V128, attr?: MemAttr): void;
  /** Two neighbouring elements (LDP, STP): one check, both or neither. */
  loadPair(a: I64, size: 4 | 8, attr?: MemAttr): readonly [I64, I64];
  storePair(a: I64, size: 4 | 8, v: readonly [I64, I64], attr?: MemAttr): void;
  /**
   * The exclusive monitor: the address that is armed (all ones when open), the bytes it covers, and what they held.
   * Whether a store-exclusive succeeds is decided by comparing values, which is what other masters' stores look like
   * on one host thread.
   */
  exclusiveAddress(): I64;
  exclusiveSize(): I64;
  exclusiveValue(): I64;
  exclusiveValueHigh(): I64;
  setExclusive(a: I64, value: I64, high: I64, size: number): void;
  clearExclusive(): void;
  /** Conditional effects: memory writes and traps only. */
  when(c: I32, body: () => void): void;

  // ---- flags
  addFlags(a: W, b: W): Flags;
  subFlags(a: W, b: W): Flags;
  logicFlags(v: W): Flags;
  /** N Z C V in bits 3-0. */
  packedFlags(v: I32): Flags;
  setFlags(f: Flags): void;
  /** Packed flags: of `f`, or the current ones. */
  nzcv(f?: Flags): I32;
  /** 1 if the condition holds. */
  cond(c: Cond): I32;

  // ---- control flow; at most one of these ends an instruction
  pc(): I64;
  branch(to: Disp, taken?: I32): void;
  jump(to: I64, kind: JumpKind): void;
  /** X30 = address of the next instruction. */
  link(): void;
  /** Raises an exception as the instruction's only effect. SVC, HVC and SMC return behind themselves. */
  exception(ec: number, iss: I32): void;
  /** UNDEFINED. */
  undefined(): void;
  /** Raises an exception instead of going on if `c` is not 0; nothing is written then. May be used anywhere. */
  trap(c: I32, ec: number, iss: I32): void;
  /** Ends the instruction with something that the CPU model does (ERET, WFI ...). */
  event(e: CpuEventName, operand?: I64): void;

  // ---- system
  /** Registers and system instructions that are not plain storage; the key is op0:op1:CRn:CRm:op2. May trap. */
  sysRead(key: I32): I64;
  sysWrite(key: I32, v: I64): void;
  /** Current exception level, 0-3. */
  el(): I32;
  /** PSTATE.DAIF = bits 9-6 of `v`; takes a pending interrupt that becomes unmasked. */
  setDaif(v: I64): void;
}

/** Floating-point operations, see {@link FpOp}. */
export interface FpContext {
  /** Lanes 0 to `lanes - 1` of the result; the rest is zero. A scalar operation has one lane. */
  op(op: FpOp, format: FpFormat, lanes: number, args: readonly V128[], param?: number): V128;
  /** Comparison of lane 0: packed NZCV. */
  compare(format: FpFormat, a: V128, b: V128, signaling: boolean): I32;
}
