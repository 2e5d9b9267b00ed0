import type { CpuModel } from './models.js';
import { slotOf } from './sysreg-slots.js';

const SS = 1n;
const KDE = 1n << 13n;
const MDE = 1n << 15n;
const OSLK = 2n;

const numbered = (name: string): readonly number[] => Array.from({ length: 16 }, (_, n) => slotOf(`${name}${n}_EL1`));
const BVR = numbered('DBGBVR');
const BCR = numbered('DBGBCR');
const WVR = numbered('DBGWVR');
const WCR = numbered('DBGWCR');
const MDSCR = slotOf('MDSCR_EL1');
const OSLSR = slotOf('OSLSR_EL1');
const CONTEXTIDR = slotOf('CONTEXTIDR_EL1');
const CONTEXTIDR_EL2 = slotOf('CONTEXTIDR_EL2');
const VTTBR = slotOf('VTTBR_EL2');
const VTCR = slotOf('VTCR_EL2');

/** Breakpoint types (DBGBCR.BT); those with the lowest bit set only count when they are linked to. */
const BT = {
  address: 0,
  addressLinked: 1,
  context: 2,
  context1: 6,
  vmid: 8,
  vmidContext: 10,
  context2: 12,
  full: 14,
} as const;
const LINKED = 1;
const VTCR_VS = 1n << 19n;

/** What debugging needs of its CPU. */
export interface DebugSource {
  readonly el: number;
  /** D, A, I, F in bits 3 to 0. */
  readonly daif: number;
  /** Level that takes debug exceptions, as MDCR_EL2.TDE and HCR_EL2.TGE say. */
  readonly debugTarget: 1 | 2;
  /** Whether CONTEXTIDR_EL2 is the context: EL2 with E2H, and programs of such a host. */
  readonly hostContext: boolean;
  slot(n: number): bigint;
  readonly model: Pick<CpuModel, 'breakpoints' | 'watchpoints' | 'features'>;
}

/** A breakpoint or watchpoint as its registers describe it. */
interface Point {
  readonly address: bigint;
  /** Bits of the address that do not matter. */
  readonly ignore: bigint;
  /** Bytes selected from `address`, for watchpoints without an address mask. */
  readonly bytes: number;
  /** Exception levels: bit 0 for EL0, bit 1 for EL1, bit 2 for EL2. */
  readonly levels: number;
  readonly loads: boolean;
  readonly stores: boolean;
  /** Context breakpoint that has to match as well. */
  readonly linked: number;
  readonly type: number;
  /** DBGBVR as it is, for breakpoints on a context. */
  readonly value: bigint;
}

const bits = (v: bigint, lsb: number, width: number): number =>
  Number((v >> BigInt(lsb)) & ((1n << BigInt(width)) - 1n));
/** An address without its tag: sign-extended from bit 48, as wide as virtual addresses are. */
export const virtualAddress = (v: bigint): bigint => BigInt.asUintN(64, BigInt.asIntN(49, v));
/** Levels by PMC or PAC. */
const LEVELS = [0, 2, 1, 3];
/** EL2, which HMC adds. */
const HIGHER = 4;

/** Self-hosted debug (Arm ARM, D2): breakpoints, watchpoints and software step as a guest programs them. */
export class SelfHostedDebug {
  private breakpoints: readonly Point[] = [];
  private watchpoints: readonly Point[] = [];

  constructor(private readonly cpu: DebugSource) {}

  /** Registers changed. Returns whether data accesses may have to be looked at differently. */
  update(): boolean {
    const { cpu } = this;
    const watched = this.watchpoints.length > 0;
    const on = (cpu.slot(MDSCR) & MDE) !== 0n;
    this.breakpoints = on ? this.points(cpu.model.breakpoints, BVR, BCR, n => this.breakpoint(n)) : [];
    this.watchpoints = on ? this.points(cpu.model.watchpoints, WVR, WCR, n => this.watchpoint(n)) : [];
    return watched || this.watchpoints.length > 0;
  }

  /** Whether instructions must be executed one by one, with a look at this object in between. */
  get perInstruction(): boolean {
    return this.breakpoints.length > 0 || (this.cpu.slot(MDSCR) & SS) !== 0n;
  }

  /** Whether software step is active at the present exception level. */
  get stepActive(): boolean {
    return (this.cpu.slot(MDSCR) & SS) !== 0n && this.enabledAt(this.cpu.el, this.cpu.daif);
  }

  /** Whether debug exceptions are enabled at `el` with these masks. */
  enabledAt(el: number, daif: number): boolean {
    const { cpu } = this;
    if ((cpu.slot(OSLSR) & OSLK) !== 0n) return false;
    const { debugTarget } = cpu;
    if (el !== debugTarget) return el < debugTarget;
    return (cpu.slot(MDSCR) & KDE) !== 0n && (daif & 8) === 0;
  }

  /** PSTATE.SS after a return from `el` with `daif` to a level with its own: SPSR.SS counts only when stepping begins. */
  stepAfterReturn(el: number, daif: number, target: number, targetDaif: number, ss: number): number {
    if ((this.cpu.slot(MDSCR) & SS) === 0n || this.enabledAt(el, daif)) return 0;
    return this.enabledAt(target, targetDaif) ? ss : 0;
  }

  /** Whether a breakpoint matches the instruction at `pc`. */
  breaksAt(pc: bigint): boolean {
    const { cpu, breakpoints } = this;
    if (breakpoints.length === 0 || !this.enabledAt(cpu.el, cpu.daif)) return false;
    return breakpoints.some(p => {
      if (!this.applies(p)) return false;
      if (p.type >= BT.context) return (p.type & LINKED) === 0 && this.contextMatches(p.type, p.value);
      return p.address === (pc & ~3n) && (p.type === BT.address || this.linkMatches(p.linked));
    });
  }

  /** Whether any watchpoint lies in the 4 KiB page of `va`. */
  watchesPage(va: bigint): boolean {
    const page = va & ~0xfffn;
    return this.watchpoints.some(p => {
      const start = p.address & ~p.ignore;
      const end = start + p.ignore + 8n;
      return start < page + 0x1000n && end > page;
    });
  }

  /** Whether an access of `size` bytes at `va` hits a watchpoint; `el` is the level whose permissions it has. */
  watches(va: bigint, size: number, write: boolean, el: number): boolean {
    const { cpu, watchpoints } = this;
    if (watchpoints.length === 0 || !this.enabledAt(cpu.el, cpu.daif)) return false;
    return watchpoints.some(p => {
      if (!(write ? p.stores : p.loads) || ((p.levels >> el) & 1) === 0) return false;
      if (p.type === BT.addressLinked && !this.linkMatches(p.linked)) return false;
      for (let i = 0n; i < BigInt(size); i++) {
        const byte = va + i;
        if ((byte & ~p.ignore & ~7n) !== (p.address & ~p.ignore & ~7n)) continue;
        if (p.ignore >= 7n || ((p.bytes >> Number(byte & 7n)) & 1) !== 0) return true;
      }
      return false;
    });
  }

  get watching(): boolean {
    return this.watchpoints.length > 0;
  }

  private get context(): bigint {
    return this.cpu.slot(this.cpu.hostContext ? CONTEXTIDR_EL2 : CONTEXTIDR) & 0xffff_ffffn;
  }

  private applies(p: Point): boolean {
    return ((p.levels >> this.cpu.el) & 1) !== 0;
  }

  private linkMatches(n: number): boolean {
    const { cpu } = this;
    if (n >= cpu.model.breakpoints) return false;
    const bcr = cpu.slot(BCR[n]!);
    const type = bits(bcr, 20, 4);
    return (bcr & 1n) !== 0n && (type & LINKED) !== 0 && this.contextMatches(type, cpu.slot(BVR[n]!));
  }

  /** Whether the present context is that of a breakpoint, by its type and DBGBVR. */
  private contextMatches(type: number, value: bigint): boolean {
    const { cpu } = this;
    const { features } = cpu.model;
    const isGuest = cpu.el < 2 && !cpu.hostContext;
    const low = value & 0xffff_ffffn;
    const context1 = (): boolean => isGuest && low === (cpu.slot(CONTEXTIDR) & 0xffff_ffffn);
    const context2 = (): boolean => features.has('VHE') && value >> 32n === (cpu.slot(CONTEXTIDR_EL2) & 0xffff_ffffn);
    const vmid = (): boolean => {
      const isLong = features.has('VMID16') && (cpu.slot(VTCR) & VTCR_VS) !== 0n;
      const mask = isLong ? 0xffffn : 0xffn;
      return isGuest && features.has('EL2') && ((value >> 32n) & mask) === ((cpu.slot(VTTBR) >> 48n) & mask);
    };
    switch (type & ~LINKED) {
      case BT.context:
        return low === this.context;
      case BT.context1:
        return context1();
      case BT.vmid:
        return vmid();
      case BT.vmidContext:
        return vmid() && context1();
      case BT.context2:
        return context2();
      case BT.full:
        return context1() && context2();
      default:
        return false;
    }
  }

  private points(count: number, values: readonly number[], controls: readonly number[], make: (n: number) => Point) {
    const list: Point[] = [];
    for (let n = 0; n < count; n++)
      if ((this.cpu.slot(controls[n]!) & 1n) !== 0n && values[n] !== undefined) list.push(make(n));
    return list;
  }

  private breakpoint(n: number): Point {
    const bvr = this.cpu.slot(BVR[n]!);
    const bcr = this.cpu.slot(BCR[n]!);
    const type = bits(bcr, 20, 4);
    return {
      address: virtualAddress(bvr) & ~3n,
      value: bvr,
      ignore: 0n,
      bytes: 0,
      levels: LEVELS[bits(bcr, 1, 2)]! | (bits(bcr, 13, 1) === 1 ? HIGHER : 0),
      loads: false,
      stores: false,
      linked: bits(bcr, 16, 4),
      type,
    };
  }

  private watchpoint(n: number): Point {
    const wvr = virtualAddress(this.cpu.slot(WVR[n]!));
    const wcr = this.cpu.slot(WCR[n]!);
    const mask = bits(wcr, 24, 5);
    const bas = bits(wcr, 5, 8);
    const lsc = bits(wcr, 3, 2);
    return {
      address: wvr & ~3n,
      ignore: mask >= 3 ? (1n << BigInt(mask)) - 1n : 0n,
      // With bit 2 of the address set, the four bytes there are selected.
      bytes: (wvr & 4n) !== 0n ? (bas & 15) << 4 : bas,
      levels: LEVELS[bits(wcr, 1, 2)]! | (bits(wcr, 13, 1) === 1 ? HIGHER : 0),
      loads: (lsc & 1) !== 0,
      stores: (lsc & 2) !== 0,
      linked: bits(wcr, 16, 4),
      type: bits(wcr, 20, 1),
      value: 0n,
    };
  }
}
