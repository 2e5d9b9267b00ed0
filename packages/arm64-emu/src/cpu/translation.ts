import { FETCH, type Translation, WRITE } from '../engine/host.js';
import type { CpuPort } from './cpu-port.js';
import { SelfHostedDebug, virtualAddress, type WatchHit, type WatchRange } from './debug.js';
import { EC, FSC_DEBUG, ISS } from './esr.js';
import { ExceptionState } from './exceptions.js';
import { explainTranslation, type TranslationReport } from './explain.js';
import { LargePages } from './large-pages.js';
import { Access, Fault, OK, Stage1 } from './mmu.js';
import type { CpuModel } from './models.js';
import { el1Regime, type Regime, setTables } from './regime.js';
import { slotOf } from './sysreg-slots.js';

const S = {
  SCTLR: slotOf('SCTLR_EL1'),
  TCR: slotOf('TCR_EL1'),
  TTBR0: slotOf('TTBR0_EL1'),
  TTBR1: slotOf('TTBR1_EL1'),
  MAIR: slotOf('MAIR_EL1'),
  PAR: slotOf('PAR_EL1'),
} as const;

const SCTLR_A = 2n;
const PAR_RES1 = 1n << 11n;
/** A translation that succeeded, of the Non-secure state. */
const PAR_OK = PAR_RES1 | (1n << 9n);
/** A range longer than this many pages drops the whole TLB. */
const RANGE_PAGES = 512;

/** What a TLBI drops. */
export type TlbScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'asid'; readonly asid: number }
  | { readonly kind: 'va'; readonly va: bigint }
  | { readonly kind: 'range'; readonly va: bigint; readonly size: bigint };

/** Number of the 4 KiB page of an address; sign bits are kept, so that it is unique. */
const pageNumber = (lo: number, hi: number): number => (hi >>> 0) * 0x10_0000 + (lo >>> 12);
const lowHalf = (v: bigint): number => Number(v & 0xffff_ffffn) | 0;
const highHalf = (v: bigint): number => Number((v >> 32n) & 0xffff_ffffn) | 0;

/** Translation of the EL1&0 regime: faults with their syndromes, TLB maintenance, AT. */
export abstract class TranslationState extends ExceptionState {
  readonly model: CpuModel;
  /** Result of the last successful `translate`. */
  readonly translation: { -readonly [K in keyof Translation]: Translation[K] } = {
    pa: 0,
    device: false,
    nG: false,
    user: false,
    guarded: false,
    keep: true,
  };
  /** The run loop should look at interrupts, power state and deadlines. */
  attentionWanted = false;
  readonly debug: SelfHostedDebug;
  private readonly mmu: Stage1;
  private keep = true;
  private readonly large = new LargePages();
  private regimeStale = true;
  /** A range watched from outside was touched: not an exception of the guest's. */
  private hit: WatchHit | undefined;
  /** Told of such accesses before they are made; PC is the instruction. */
  onWatch: ((hit: WatchHit) => void) | undefined;
  private faultClass = 0;
  private faultIss = 0;
  private faultAddress: bigint | undefined;
  /** PSTATE or translation changed: generated code has to look at them again. */
  protected resync = false;
  /** A system instruction recorded a fault. */
  protected trapped = false;

  constructor(readonly port: CpuPort) {
    super(port.memory);
    this.model = port.model;
    this.debug = new SelfHostedDebug(this);
    this.mmu = new Stage1(port.walk, this.readRegime());
  }

  /** Takes the exception that was recorded last. */
  raise(): void {
    const { hit } = this;
    this.hit = undefined;
    if (hit !== undefined) this.onWatch?.(hit);
    else this.takeSynchronous(this.faultClass, this.faultIss, this.pc, this.faultAddress);
  }

  /** See `CpuHost.translate`. */
  translate(lo: number, hi: number, access: number, unprivileged: boolean, bytes = 1): boolean {
    if (this.regimeStale) this.refreshRegime();
    const el0 = this.el === 0 || (unprivileged && this.uao === 0);
    if (access === FETCH && (lo & 3) !== 0) return this.fault(EC.pcAlignment, 0, lo, hi);
    const flags = (1 << access) | (el0 ? Access.unprivileged : this.pan !== 0 ? Access.pan : 0);
    const { mmu, translation } = this;
    const status = mmu.translate(lo, hi, flags);
    if (status !== OK) return this.abort(status, lo, hi, access);
    translation.pa = mmu.pa;
    // Alignment checking (SCTLR.A) makes all memory behave like Device in that respect.
    translation.device = mmu.isDevice || !this.keep;
    translation.nG = mmu.nG;
    translation.user = mmu.user;
    translation.guarded = mmu.guarded;
    if (mmu.sizeLog2 > 12) this.large.add(pageNumber(lo, hi), mmu.sizeLog2);
    translation.keep = this.keep;
    return access === FETCH || !this.debug.watching || this.watch(lo, hi, access, el0 ? 0 : 1, bytes);
  }

  /** Looks for watchpoints; pages that have some are not kept in the TLB. False: one was hit. */
  private watch(lo: number, hi: number, access: number, el: number, bytes: number): boolean {
    const va = virtualAddress((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));
    if (!this.debug.watchesPage(va)) return true;
    this.translation.keep = false;
    const write = access === WRITE;
    this.hit = this.debug.outsideHit(va, bytes, write);
    if (this.hit !== undefined) return false;
    if (!this.debug.watches(va, bytes, write, el)) return true;
    return this.fault(this.el === 0 ? EC.watchpointLower : EC.watchpoint, FSC_DEBUG | (write ? ISS.WnR : 0), lo, hi);
  }

  alignmentFault(lo: number, hi: number, access: number): void {
    this.abort(Fault.alignment, lo, hi, access);
  }

  externalAbort(lo: number, hi: number, access: number): void {
    this.abort(Fault.external, lo, hi, access);
  }

  /** AT: translates and reports in PAR_EL1. */
  addressTranslate(va: bigint, write: boolean, unprivileged: boolean, pan: boolean): void {
    if (this.regimeStale) this.refreshRegime();
    const { mmu } = this;
    const el0 = unprivileged ? Access.unprivileged : pan && this.pan !== 0 ? Access.pan : 0;
    const status = mmu.translate(lowHalf(va), highHalf(va), (write ? Access.write : Access.read) | el0);
    if (status >= Fault.externalWalk && status < Fault.externalWalk + 4) {
      // The table walk itself failed: an exception, not a result.
      this.abort(status, lowHalf(va), highHalf(va), WRITE);
      this.faultIss |= ISS.CM;
      this.trapped = true;
      return;
    }
    const par =
      status === OK
        ? (BigInt(mmu.attr) << 56n) | BigInt(mmu.pa - (mmu.pa % 0x1000)) | PAR_OK | (BigInt(mmu.shareability) << 7n)
        : PAR_RES1 | (BigInt(status) << 1n) | 1n;
    this.setSlot(S.PAR, par);
  }

  /** What `translate` would say of an address, and why; nothing changes. `el` is the level whose access it is. */
  explain(va: bigint, access: number, el: number): TranslationReport {
    const mmu = new Stage1(this.port.walk, this.readRegime());
    mmu.defaultCacheable = this.mmu.defaultCacheable;
    const pan = el === 1 && this.pan !== 0 ? Access.pan : 0;
    return explainTranslation(mmu, va, access, el === 0 ? Access.unprivileged : pan);
  }

  /** Data is Normal memory while translation is off, as HCR_EL2.DC makes it. */
  get defaultCacheable(): boolean {
    return this.mmu.defaultCacheable;
  }
  set defaultCacheable(on: boolean) {
    this.mmu.defaultCacheable = on;
    this.invalidateAll();
  }

  /** Ranges whose accesses {@link onWatch} hears of. */
  watchRanges(ranges: readonly WatchRange[]): void {
    this.debug.outside = ranges;
    this.invalidateAll();
  }

  /** Cache maintenance by address: nothing to clean, but the address must translate. */
  cacheMaintenance(va: bigint, write: boolean): void {
    if (!this.translate(lowHalf(va), highHalf(va), write ? WRITE : 0, false)) {
      this.faultIss |= ISS.CM | ISS.WnR;
      this.trapped = true;
    }
  }

  /** TLBI: drops translations here, or at every CPU of the machine. */
  invalidateTlb(scope: TlbScope, everywhere: boolean): void {
    this.invalidateHere(scope);
    if (everywhere) this.port.others(this.port.index, cpu => cpu.invalidateHere(scope));
  }

  /** SCTLR, TCR or MAIR changed. */
  controlChanged(): void {
    this.resync = true;
    this.refreshRegime();
    this.invalidateAll();
  }

  /** A TTBR changed: entries stay valid while the ASID stays. */
  translationChanged(): void {
    this.resync = true;
    if (this.regimeStale) {
      this.refreshRegime();
      return;
    }
    const { regime } = this.mmu;
    const [lo0, hi0, lo1, hi1] = [this.low(S.TTBR0), this.high(S.TTBR0), this.low(S.TTBR1), this.high(S.TTBR1)];
    setTables(regime, lo0, hi0, lo1, hi1);
    this.port.tlb.setAsid(regime.asid);
  }

  /** The registers behind translation were changed as a whole (reset). */
  protected translationReset(): void {
    this.regimeStale = true;
    this.invalidateAll();
  }

  private refreshRegime(): void {
    this.regimeStale = false;
    const regime = this.readRegime();
    this.mmu.regime = regime;
    this.keep = (this.slot(S.SCTLR) & SCTLR_A) === 0n;
    this.port.tlb.setAsid(regime.asid);
  }

  private readRegime(): Regime {
    return el1Regime(this.model, {
      sctlr: this.slot(S.SCTLR),
      tcr: this.slot(S.TCR),
      ttbr0: this.slot(S.TTBR0),
      ttbr1: this.slot(S.TTBR1),
      mair: this.slot(S.MAIR),
    });
  }

  protected invalidateAll(): void {
    this.port.tlb.flushAll();
    this.large.clear();
  }

  /** TLBI at this CPU only. */
  invalidateHere(scope: TlbScope): void {
    if (scope.kind === 'all') this.invalidateAll();
    else if (scope.kind === 'asid') {
      this.port.tlb.flushAsid(scope.asid);
    } else {
      const size = scope.kind === 'va' ? this.granuleSize(scope.va) : scope.size;
      this.invalidateRange(scope.va & -this.granuleSize(scope.va), size);
    }
  }

  private invalidateRange(va: bigint, size: bigint): void {
    const count = Number(size >> 12n);
    const start = BigInt.asIntN(56, va); // TLBI arguments hold bits 55:12; bit 55 selects the range
    let everything = count > RANGE_PAGES;
    for (let n = 0; n < count && !everything; n++) {
      const page = start + BigInt(n * 4096);
      const lo = lowHalf(page);
      const hi = highHalf(page);
      everything = this.large.has(pageNumber(lo, hi));
      this.port.tlb.flushPage(lo, hi);
    }
    if (everything) this.invalidateAll();
  }

  private granuleSize(va: bigint): bigint {
    const { low, high } = this.mmu.regime;
    const { granule } = ((va >> 55n) & 1n) === 0n ? low : high;
    return 1n << BigInt(granule === 0 ? 12 : granule);
  }

  /** Records an exception without an address, for `raise`. */
  trap(ec: number, iss: number): void {
    this.faultClass = ec;
    this.faultIss = iss;
    this.faultAddress = undefined;
  }

  private fault(ec: number, iss: number, lo: number, hi: number): false {
    this.faultClass = ec;
    this.faultIss = iss;
    this.faultAddress = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
    return false;
  }

  private abort(status: number, lo: number, hi: number, access: number): false {
    const lower = this.el === 0;
    if (access === FETCH) return this.fault(lower ? EC.instructionAbortLower : EC.instructionAbort, status, lo, hi);
    const iss = status | (access === WRITE ? ISS.WnR : 0);
    return this.fault(lower ? EC.dataAbortLower : EC.dataAbort, iss, lo, hi);
  }
}
