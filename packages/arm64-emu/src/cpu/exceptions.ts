import { STATE } from '../engine/state.js';
import { CpuState } from './cpu-state.js';
import { EC, esr } from './esr.js';
import type { CpuModel } from './models.js';
import { slotOf } from './sysreg-slots.js';

const S = {
  SCTLR: slotOf('SCTLR_EL1'),
  VBAR: slotOf('VBAR_EL1'),
  ESR: slotOf('ESR_EL1'),
  FAR: slotOf('FAR_EL1'),
  ELR: slotOf('ELR_EL1'),
  SPSR: slotOf('SPSR_EL1'),
} as const;

const SPAN = 1n << 23n;
const DSSBS = 1n << 44n;
const PAN_BIT = 1 << 22;
const SSBS_BIT = 1 << 12;
const DAIF_ALL = 0x3c0;

/** Offset of each kind of exception within its group of vectors. */
export const VECTOR = { synchronous: 0x000, irq: 0x080, fiq: 0x100, serror: 0x180 } as const;

/** Interrupts in the bit positions of DAIF. */
export const PENDING = { fiq: 0x40, irq: 0x80, serror: 0x100 } as const;

/** An exception that is about to be taken, as an observer outside the machine sees it. */
export interface ExceptionEvent {
  readonly kind: keyof typeof VECTOR;
  /** Class and syndrome, ESR_EL1's EC and ISS; zero for interrupts. */
  readonly ec: number;
  readonly iss: number;
  /** Preferred return address: the instruction, or for calls the one behind it. */
  readonly returnTo: bigint;
  /** What FAR_EL1 would become, for the classes that report an address. */
  readonly far: bigint | undefined;
}

/** Exception entry and return at EL1 (Arm ARM, D1.3). EL2 and EL3 are not there yet: every exception is taken to EL1. */
export abstract class ExceptionState extends CpuState {
  abstract readonly model: CpuModel;
  /** Asked before an exception is taken; true when it was dealt with: the CPU goes on at `returnTo`, or where PC was set. */
  onException: ((event: ExceptionEvent) => boolean) | undefined;

  /** PSTATE.SS after a return to `target` with interrupt masks `daif` and SPSR.SS `ss`. */
  protected abstract stepAfterReturn(target: number, daif: number, ss: number): number;

  /** Exception level, stack, PAN or translation may have changed: whoever caches them looks again. */
  protected abstract contextChanged(): void;

  /**
   * Takes a synchronous exception to EL1.
   *
   * @param ec exception class (see `EC`)
   * @param iss syndrome
   * @param returnTo preferred return address, saved in ELR_EL1
   * @param far faulting address, for the classes that report one
   */
  takeSynchronous(ec: number, iss: number, returnTo: bigint, far?: bigint): void {
    if (this.onException !== undefined && this.dealtWith({ kind: 'synchronous', ec, iss, returnTo, far })) return;
    this.setSlot(S.ESR, esr(ec, iss));
    if (far !== undefined) this.setSlot(S.FAR, far);
    this.enter(VECTOR.synchronous, returnTo);
  }

  /**
   * Takes the most urgent of the interrupts in `pending` ({@link PENDING}) that PSTATE does not mask, to EL1.
   * Call between instructions. Returns whether there was one.
   */
  takeInterrupt(pending: number): boolean {
    const open = pending & ~this.i32[STATE.DAIF >> 2]!;
    if (open === 0) return false;
    let vector: number = VECTOR.serror;
    if ((open & PENDING.serror) !== 0) this.setSlot(S.ESR, esr(EC.serror, 0));
    else vector = (open & PENDING.fiq) !== 0 ? VECTOR.fiq : VECTOR.irq;
    const kind = vector === VECTOR.serror ? 'serror' : vector === VECTOR.fiq ? 'fiq' : 'irq';
    this.onException?.({ kind, ec: 0, iss: 0, returnTo: this.pc, far: undefined });
    this.enter(vector, this.pc);
    return true;
  }

  private dealtWith(event: ExceptionEvent): boolean {
    const { pc } = this;
    this.pc = event.returnTo;
    if (this.onException?.(event) === true) return true;
    this.pc = pc;
    return false;
  }

  /** ERET. An illegal return, and a return with SPSR.IL set, raise an Illegal Execution state exception. */
  exceptionReturn(): void {
    const spsr = Number(this.slot(S.SPSR) & 0xffff_ffffn) | 0;
    const { i32 } = this;
    this.pc = this.slot(S.ELR);
    this.clearExclusive();
    const target = (spsr >> 2) & 3;
    const mode = spsr & 0x1f;
    const illegal = (mode & 0x12) !== 0 || mode === 1 || target > this.el;
    const { features } = this.model;
    let value = spsr;
    if (!features.has('PAN')) value &= ~PAN_BIT;
    if (!features.has('UAO')) value &= ~(1 << 23);
    if (!features.has('DIT')) value &= ~(1 << 24);
    if (!features.has('SSBS')) value &= ~SSBS_BIT;
    if (!features.has('BTI')) value &= ~0xc00;
    const ss = this.stepAfterReturn(target, (spsr >> 6) & 15, (spsr >> 21) & 1);
    value = (value & ~(1 << 21)) | (illegal ? 0 : ss << 21);
    if (illegal) value = (value & ~0x1f) | (this.el << 2) | this.spSel | (1 << 20);
    this.loadPstate(value);
    if (i32[STATE.IL >> 2] !== 0) this.takeSynchronous(EC.illegalState, 0, this.pc);
    else this.contextChanged();
  }

  /** Saves PSTATE and the return address, and goes to the vector. */
  private enter(vector: number, returnTo: bigint): void {
    const { i32 } = this;
    const group = this.el === 0 ? 0x400 : this.spSel === 0 ? 0x000 : 0x200;
    this.setSlot(S.SPSR, this.pstate);
    this.setSlot(S.ELR, returnTo);
    this.moveStack(1, 1);
    const sctlr = this.slot(S.SCTLR);
    const { features } = this.model;
    i32[STATE.DAIF >> 2] = DAIF_ALL;
    i32[STATE.BTYPE >> 2] = 0;
    i32[STATE.IL >> 2] = 0;
    i32[STATE.SS >> 2] = 0;
    i32[STATE.UAO >> 2] = 0;
    if (features.has('PAN') && (sctlr & SPAN) === 0n) i32[STATE.PAN >> 2] = PAN_BIT;
    if (features.has('SSBS')) i32[STATE.SSBS >> 2] = (sctlr & DSSBS) !== 0n ? SSBS_BIT : 0;
    this.pc = BigInt.asUintN(64, this.slot(S.VBAR) + BigInt(group + vector));
    this.contextChanged();
  }
}
