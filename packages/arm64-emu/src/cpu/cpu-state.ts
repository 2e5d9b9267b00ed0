import { STATE, sysregAddress, vAddress } from '../engine/state.js';
import { slotOf } from './sysreg-slots.js';

const SP_SLOTS = [slotOf('SP_EL0'), slotOf('SP_EL1'), slotOf('SP_EL2')] as const;

/**
 * The state block of a CPU in linear memory, by name. Only the running CPU's block is in place:
 * the machine copies blocks in and out.
 */
export class CpuState {
  protected readonly i32: Int32Array;
  protected readonly u64: BigUint64Array;

  /** @param memory linear memory whose first bytes are the state block */
  constructor(memory: ArrayBufferLike) {
    this.i32 = new Int32Array(memory, 0, (STATE.SYSREG >> 2) + 1024);
    this.u64 = new BigUint64Array(memory, 0, (STATE.SYSREG >> 3) + 512);
  }

  /** General register 0 to 30, or the current stack pointer as 31. */
  x(n: number): bigint {
    return this.u64[n]!;
  }
  setX(n: number, value: bigint): void {
    this.u64[n] = value;
  }

  /** Vector register 0 to 31, 128 bits. */
  v(n: number): bigint {
    const at = vAddress(n) >> 3;
    return this.u64[at]! | (this.u64[at + 1]! << 64n);
  }
  setV(n: number, value: bigint): void {
    const at = vAddress(n) >> 3;
    this.u64[at] = value;
    this.u64[at + 1] = value >> 64n;
  }

  get pc(): bigint {
    return this.u64[STATE.PC >> 3]!;
  }
  set pc(value: bigint) {
    this.u64[STATE.PC >> 3] = value;
  }

  /** Value of system register slot `n` (see `sysreg-slots.ts`). */
  slot(n: number): bigint {
    return this.u64[sysregAddress(n) >> 3]!;
  }
  setSlot(n: number, value: bigint): void {
    this.u64[sysregAddress(n) >> 3] = value;
  }

  /** Halves of a slot. */
  protected low(n: number): number {
    return this.i32[sysregAddress(n) >> 2]!;
  }
  protected high(n: number): number {
    return this.i32[(sysregAddress(n) >> 2) + 1]!;
  }

  /** Current exception level. */
  get el(): number {
    return this.i32[STATE.CURRENT_EL >> 2]! >> 2;
  }
  get spSel(): number {
    return this.i32[STATE.SPSEL >> 2]!;
  }
  get nzcv(): number {
    return this.i32[STATE.NZCV >> 2]!;
  }
  setNzcv(value: number): void {
    this.i32[STATE.NZCV >> 2] = value;
  }
  /** D, A, I, F in bits 3 to 0. */
  get daif(): number {
    return this.i32[STATE.DAIF >> 2]! >> 6;
  }
  get pan(): number {
    return (this.i32[STATE.PAN >> 2]! >> 22) & 1;
  }
  get uao(): number {
    return (this.i32[STATE.UAO >> 2]! >> 23) & 1;
  }
  get dit(): number {
    return (this.i32[STATE.DIT >> 2]! >> 24) & 1;
  }
  setDit(value: number): void {
    this.i32[STATE.DIT >> 2] = value << 24;
  }
  get ssbs(): number {
    return (this.i32[STATE.SSBS >> 2]! >> 12) & 1;
  }
  setSsbs(value: number): void {
    this.i32[STATE.SSBS >> 2] = value << 12;
  }
  get btype(): number {
    return this.i32[STATE.BTYPE >> 2]!;
  }
  get fpcr(): number {
    return this.i32[STATE.FPCR >> 2]! >>> 0;
  }
  get fpsr(): number {
    return this.i32[STATE.FPSR >> 2]! >>> 0;
  }
  setFpcr(value: number): void {
    this.i32[STATE.FPCR >> 2] = value;
  }
  setFpsr(value: number): void {
    this.i32[STATE.FPSR >> 2] = value;
  }

  /** SP_EL0, SP_EL1 or SP_EL2, wherever it is now. */
  stackPointer(el: 0 | 1 | 2): bigint {
    return this.currentStack === el ? this.u64[STATE.SP >> 3]! : this.slot(SP_SLOTS[el]);
  }
  setStackPointer(el: 0 | 1 | 2, value: bigint): void {
    this.setSlot(SP_SLOTS[el], value);
    if (this.currentStack === el) this.u64[STATE.SP >> 3] = value;
  }

  /** Selects the stack pointer of EL0 (0) or of the current level (1). */
  setSpSel(value: number): void {
    this.moveStack(this.el, value);
  }

  /** Clears the local exclusive monitor. */
  clearExclusive(): void {
    this.u64[STATE.EXCLUSIVE_ADDRESS >> 3] = 0xffff_ffff_ffff_ffffn;
  }

  /** PSTATE packed as in SPSR_EL1. */
  get pstate(): bigint {
    return BigInt(this.packedPstate >>> 0);
  }
  protected get packedPstate(): number {
    const { i32 } = this;
    return (
      i32[STATE.CURRENT_EL >> 2]! |
      i32[STATE.SPSEL >> 2]! |
      i32[STATE.DAIF >> 2]! |
      (i32[STATE.BTYPE >> 2]! << 10) |
      i32[STATE.SSBS >> 2]! |
      ((i32[STATE.IL >> 2]! & 1) << 20) |
      ((i32[STATE.SS >> 2]! & 1) << 21) |
      i32[STATE.PAN >> 2]! |
      i32[STATE.UAO >> 2]! |
      i32[STATE.DIT >> 2]! |
      (i32[STATE.NZCV >> 2]! << 28)
    );
  }

  /** Sets every PSTATE field from SPSR's layout; the mode must be a legal AArch64 one. */
  protected loadPstate(spsr: number): void {
    const { i32 } = this;
    this.moveStack((spsr >> 2) & 3, spsr & 1);
    i32[STATE.DAIF >> 2] = spsr & 0x3c0;
    i32[STATE.BTYPE >> 2] = (spsr >> 10) & 3;
    i32[STATE.SSBS >> 2] = spsr & (1 << 12);
    i32[STATE.IL >> 2] = (spsr >> 20) & 1;
    i32[STATE.SS >> 2] = (spsr >> 21) & 1;
    i32[STATE.PAN >> 2] = spsr & (1 << 22);
    i32[STATE.UAO >> 2] = spsr & (1 << 23);
    i32[STATE.DIT >> 2] = spsr & (1 << 24);
    i32[STATE.NZCV >> 2] = spsr >>> 28;
  }

  /** Changes level and stack selection, keeping SP in step. */
  protected moveStack(el: number, spSel: number): void {
    const { i32 } = this;
    const from = this.currentStack;
    i32[STATE.CURRENT_EL >> 2] = el << 2;
    i32[STATE.SPSEL >> 2] = spSel;
    const to = this.currentStack;
    if (from === to) return;
    this.copy(STATE.SP, sysregAddress(SP_SLOTS[from]));
    this.copy(sysregAddress(SP_SLOTS[to]), STATE.SP);
  }

  /** Copies a register of 64 bits, by halves: a bigint would be an allocation. */
  protected copy(from: number, to: number): void {
    const { i32 } = this;
    i32[to >> 2] = i32[from >> 2]!;
    i32[(to >> 2) + 1] = i32[(from >> 2) + 1]!;
  }

  private get currentStack(): 0 | 1 | 2 {
    return this.spSel === 0 ? 0 : (this.el as 0 | 1 | 2);
  }
}
