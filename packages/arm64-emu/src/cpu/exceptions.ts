import { STATE, sysregAddress } from '../engine/state.js';
import { CpuState } from './cpu-state.js';
import { EC, esr } from './esr.js';
import { effectiveHcr, HCR } from './hcr.js';
import type { CpuModel } from './models.js';
import { slotOf } from './sysreg-slots.js';

/** Registers of exceptions, by the level that takes them. */
const registersOf = (el: 1 | 2) => ({
  SCTLR: slotOf(`SCTLR_EL${el}`),
  VBAR: slotOf(`VBAR_EL${el}`),
  ESR: slotOf(`ESR_EL${el}`),
  FAR: slotOf(`FAR_EL${el}`),
  ELR: slotOf(`ELR_EL${el}`),
  SPSR: slotOf(`SPSR_EL${el}`),
});
const AT_EL1 = registersOf(1);
const AT_EL2 = registersOf(2);
const HCR_EL2 = slotOf('HCR_EL2');
const HPFAR_EL2 = slotOf('HPFAR_EL2');

/** Bits of SCTLR, DSSBS in the upper half. */
const SPAN = 1 << 23;
const DSSBS = 1 << 12;
const PAN_BIT = 1 << 22;
const SSBS_BIT = 1 << 12;
/** Bits of SPSR that come with features. */
const SPSR_BITS = [
  ['PAN', PAN_BIT],
  ['UAO', 1 << 23],
  ['DIT', 1 << 24],
  ['SSBS', SSBS_BIT],
  ['BTI', 0xc00],
] as const;
const TWO32 = 0x1_0000_0000;
const DAIF_ALL = 0x3c0;
/** Classes with another number, the next one, when they are taken to the level that they come from. */
const BY_ORIGIN: readonly number[] = [
  EC.instructionAbortLower,
  EC.dataAbortLower,
  EC.breakpointLower,
  EC.softwareStepLower,
  EC.watchpointLower,
];

/** Bytes of an A64 instruction. */
export const INSTRUCTION_BYTES = 4n;

/** Offset of each kind of exception within its group of vectors. */
export const VECTOR = { synchronous: 0x000, irq: 0x080, fiq: 0x100, serror: 0x180 } as const;

/** Interrupts in the bit positions of DAIF. */
export const PENDING = { fiq: 0x40, irq: 0x80, serror: 0x100 } as const;
/** Shift of pending interrupts that no mask of PSTATE holds back: those for EL2 while EL1 or EL0 executes. */
const UNMASKABLE = 12;
/** Interrupts with the bits of HCR_EL2 that give them to EL2, and that make virtual ones. */
const ROUTES = [
  { bit: PENDING.fiq, toEl2: HCR.FMO, virtual: HCR.VF },
  { bit: PENDING.irq, toEl2: HCR.IMO, virtual: HCR.VI },
  { bit: PENDING.serror, toEl2: HCR.AMO, virtual: HCR.VSE },
] as const;

/** An exception that is about to be taken, as an observer outside the machine sees it. */
export interface ExceptionEvent {
  readonly kind: keyof typeof VECTOR;
  /** Level that takes it. */
  readonly target: number;
  /** Class and syndrome, ESR_ELx's EC and ISS; zero for interrupts. */
  readonly ec: number;
  readonly iss: number;
  /** Preferred return address: the instruction, or for calls the one behind it. */
  readonly returnTo: bigint;
  /** What FAR_ELx would become, for the classes that report an address. */
  readonly far: bigint | undefined;
}

/** Exception entry and return at EL1 and EL2 (Arm ARM, D1.3). EL3 is not there: EL1 takes what EL2 does not ask for. */
export abstract class ExceptionState extends CpuState {
  abstract readonly model: CpuModel;
  /** Asked before an exception is taken; true when it was dealt with: the CPU goes on at `returnTo`, or where PC was set. */
  onException: ((event: ExceptionEvent) => boolean) | undefined;
  /** Only exceptions of the class {@link EC.unknown} concern {@link onException}: undefined instructions. */
  onlyUndefined = false;
  /** Whether this CPU has EL2. */
  protected hasEl2 = false;
  /** HCR_EL2 as it counts, see {@link effectiveHcr}; zero without EL2. */
  hcr = 0n;
  /** HCR_EL2.E2H: EL2 has a regime like EL1's, and its registers under EL1's names. */
  e2h = false;
  /** HCR_EL2.TGE: exceptions of EL0 go to EL2. */
  tge = false;
  private knownBits: number | undefined;

  /** PSTATE.SS after a return to `target` with interrupt masks `daif` and SPSR.SS `ss`. */
  protected abstract stepAfterReturn(target: number, daif: number, ss: number): number;

  /** Exception level, stack, PAN or translation may have changed: whoever caches them looks again. */
  protected abstract contextChanged(): void;

  /** Upper half of an address as PC takes it. */
  abstract branchTop(hi: number): number;

  /** Takes over HCR_EL2. */
  protected readHcr(): void {
    if (!this.hasEl2) return;
    const hcr = this.slot(HCR_EL2);
    this.hcr = effectiveHcr(hcr);
    this.e2h = (hcr & HCR.E2H) !== 0n;
    this.tge = (hcr & HCR.TGE) !== 0n;
  }

  /** Whether EL2 and its programs at EL0 share a regime (E2H and TGE). */
  get inHost(): boolean {
    return this.e2h && this.tge;
  }

  /** Level that takes a synchronous exception from here; `toEl2` when a control of EL2 asks for it. */
  private targetOf(toEl2: boolean): 1 | 2 {
    return this.hasEl2 && (toEl2 || this.tge || this.el === 2) ? 2 : 1;
  }

  /**
   * Takes a synchronous exception.
   *
   * @param ec exception class (see `EC`); where there are two, that of a lower level
   * @param iss syndrome
   * @param returnTo preferred return address, saved in ELR_ELx
   * @param far faulting address, for the classes that report one
   * @param toEl2 whether a control of EL2 sends it there
   * @param ipa faulting intermediate physical address, when stage 2 is at fault
   */
  takeSynchronous(ec: number, iss: number, returnTo: bigint, far?: bigint, toEl2 = false, ipa?: number): void {
    const target = this.targetOf(toEl2);
    let [ecTaken, issTaken] = [ec, iss];
    if (BY_ORIGIN.includes(ec) && target === this.el) ecTaken++;
    // What CPACR_EL1 traps, EL2 does not know about.
    if (ec === EC.fpAccess && target === 2 && !toEl2 && this.el < 2) [ecTaken, issTaken] = [EC.unknown, 0];
    if (
      this.onException !== undefined &&
      (ecTaken === EC.unknown || !this.onlyUndefined) &&
      this.dealtWith({ kind: 'synchronous', target, ec: ecTaken, iss: issTaken, returnTo, far })
    )
      return;
    const registers = target === 2 ? AT_EL2 : AT_EL1;
    this.setSlot(registers.ESR, esr(ecTaken, issTaken));
    if (far !== undefined) this.setSlot(registers.FAR, far);
    if (ipa !== undefined) this.setSlot(HPFAR_EL2, BigInt(Math.floor(ipa / 0x1000)) << 4n);
    this.enter(target, VECTOR.synchronous, returnTo);
  }

  /**
   * Pending interrupts as they concern the present level: in the positions of DAIF those that PSTATE masks, further up
   * those that it does not. `virtual` are those of a virtual interrupt controller.
   */
  protected routed(physical: number, virtual: number): number {
    if (!this.hasEl2) return physical;
    const { hcr, el, tge } = this;
    let routed = 0;
    for (const route of ROUTES) {
      const { bit } = route;
      const taken = (hcr & route.toEl2) !== 0n;
      if ((physical & bit) !== 0) {
        if (taken || tge) routed |= el === 2 || this.inHost ? bit : bit << UNMASKABLE;
        else if (el < 2) routed |= bit;
      }
      if (el < 2 && taken && !tge && ((virtual & bit) !== 0 || (hcr & route.virtual) !== 0n)) routed |= bit;
    }
    return routed;
  }

  /**
   * Takes the most urgent of the interrupts in `pending` ({@link routed}) that PSTATE does not mask. Call between
   * instructions. Returns whether there was one.
   */
  takeInterrupt(pending: number): boolean {
    const open = pending & ~this.i32[STATE.DAIF >> 2]!;
    if (open === 0) return false;
    const unmaskable = open >> UNMASKABLE;
    const kinds = unmaskable !== 0 ? unmaskable : open;
    const kind = (kinds & PENDING.serror) !== 0 ? 'serror' : (kinds & PENDING.fiq) !== 0 ? 'fiq' : 'irq';
    const target = unmaskable !== 0 || this.el === 2 || this.inHost ? 2 : 1;
    if (kind === 'serror') {
      this.setSlot((target === 2 ? AT_EL2 : AT_EL1).ESR, esr(EC.serror, 0));
      // A virtual SError is gone once it was taken.
      if (target === 1 && (this.hcr & HCR.AMO) !== 0n) {
        this.setSlot(HCR_EL2, this.slot(HCR_EL2) & ~HCR.VSE);
        this.readHcr();
      }
    }
    if (!this.onlyUndefined) this.onException?.({ kind, target, ec: 0, iss: 0, returnTo: this.pc, far: undefined });
    this.enter(target, VECTOR[kind], this.pc);
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
    const registers = this.el === 2 ? AT_EL2 : AT_EL1;
    const spsr = this.low(registers.SPSR);
    const { i32 } = this;
    this.copy(sysregAddress(registers.ELR), STATE.PC);
    this.clearExclusive();
    const target = (spsr >> 2) & 3;
    const mode = spsr & 0x1f;
    // With TGE there is no EL1 to return to.
    const illegal = (mode & 0x12) !== 0 || mode === 1 || target > this.el || (target === 1 && this.tge);
    let value = spsr & this.spsrBits;
    const ss = this.stepAfterReturn(target, (spsr >> 6) & 15, (spsr >> 21) & 1);
    value = (value & ~(1 << 21)) | (illegal ? 0 : ss << 21);
    if (illegal) value = (value & ~0x1f) | (this.el << 2) | this.spSel | (1 << 20);
    this.loadPstate(value);
    if (i32[STATE.IL >> 2] !== 0) {
      this.takeSynchronous(EC.illegalState, 0, this.pc);
      return;
    }
    this.contextChanged();
    const pc = STATE.PC >> 2;
    i32[pc + 1] = this.branchTop(i32[pc + 1]!);
  }

  /** Saves PSTATE and the return address, and goes to the vector. */
  private enter(target: 1 | 2, vector: number, returnTo: bigint): void {
    const { i32 } = this;
    const registers = target === 2 ? AT_EL2 : AT_EL1;
    const group = this.el !== target ? 0x400 : this.spSel === 0 ? 0x000 : 0x200;
    const spsr = sysregAddress(registers.SPSR) >> 2;
    i32[spsr] = this.packedPstate;
    i32[spsr + 1] = 0;
    this.setSlot(registers.ELR, returnTo);
    this.moveStack(target, 1);
    i32[STATE.DAIF >> 2] = DAIF_ALL;
    i32[STATE.BTYPE >> 2] = 0;
    i32[STATE.IL >> 2] = 0;
    i32[STATE.SS >> 2] = 0;
    i32[STATE.UAO >> 2] = 0;
    const keepsPan = (this.low(registers.SCTLR) & SPAN) !== 0 || (target === 2 && !this.inHost);
    if ((this.spsrBits & PAN_BIT) !== 0 && !keepsPan) i32[STATE.PAN >> 2] = PAN_BIT;
    if ((this.spsrBits & SSBS_BIT) !== 0)
      i32[STATE.SSBS >> 2] = (this.high(registers.SCTLR) & DSSBS) !== 0 ? SSBS_BIT : 0;
    const low = (this.low(registers.VBAR) >>> 0) + group + vector;
    i32[STATE.PC >> 2] = low;
    i32[(STATE.PC >> 2) + 1] = this.high(registers.VBAR) + (low >= TWO32 ? 1 : 0);
    this.contextChanged();
  }

  /** The bits of PSTATE in SPSR that this CPU has. */
  private get spsrBits(): number {
    return (this.knownBits ??= SPSR_BITS.reduce(
      (bits, [f, bit]) => (this.model.features.has(f) ? bits : bits & ~bit),
      -1,
    ));
  }
}
