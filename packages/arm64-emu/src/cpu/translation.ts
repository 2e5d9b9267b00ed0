import { FETCH, type Translation, WRITE } from '../engine/host.js';
import type { AccessObserver } from './accesses.js';
import type { CpuPort } from './cpu-port.js';
import { SelfHostedDebug, virtualAddress } from './debug.js';
import { EC, FSC_DEBUG, ISS } from './esr.js';
import { explainTranslation, type TranslationReport } from './explain.js';
import { HCR } from './hcr.js';
import type { Stage1 } from './mmu.js';
import { Kind } from './regimes.js';
import { slotOf } from './sysreg-slots.js';
import { TlbMaintenance } from './tlb-maintenance.js';
import { transferSyndrome } from './transfer.js';
import { Access, Fault, OK } from './walk.js';

const PAR = slotOf('PAR_EL1');
const SCTLR_NAA = 1n << 6n;
const PAR_RES1 = 1n << 11n;
/** PAR_EL1 after a fault: of stage 2, and of stage 2 on a table walk. */
const PAR_S = 1n << 9n;
const PAR_PTW = 1n << 8n;
/** A translation that succeeded, of the Non-secure state. */
const PAR_OK = PAR_RES1 | (1n << 9n);

const lowHalf = (v: bigint): number => Number(v & 0xffff_ffffn) | 0;
const highHalf = (v: bigint): number => Number((v >> 32n) & 0xffff_ffffn) | 0;

/** Regimes that an AT may ask about: EL1&0 by stage 1, by both stages, EL2's. */
export type AtRegime = 'el1' | 'el12' | 'el2';

/** Translation by the regime of the present exception level: faults with their syndromes, AT. */
export abstract class TranslationState extends TlbMaintenance {
  /** Result of the last successful `translate`. */
  readonly translation: { -readonly [K in keyof Translation]: Translation[K] } = {
    pa: 0,
    device: false,
    nG: false,
    user: false,
    guarded: false,
    keep: true,
    supplied: undefined,
  };
  /** The run loop should look at interrupts, power state and deadlines. */
  attentionWanted = false;
  readonly debug: SelfHostedDebug;
  private accesses: AccessObserver | undefined;
  /** See `CpuHost.asking`. */
  asking = false;
  /** Bytes of the access that was translated last. */
  accessSize = 1;
  private faultClass = 0;
  private faultIss = 0;
  private faultAddress: bigint | undefined;
  private faultToEl2 = false;
  /** Faulting intermediate physical address. */
  private faultIpa: number | undefined;
  /** The syndrome describes the access. */
  private faultHasTransfer = false;
  /** A system instruction recorded a fault. */
  protected trapped = false;

  constructor(port: CpuPort) {
    super(port);
    this.debug = new SelfHostedDebug(this);
  }

  protected get accessesWatched(): boolean {
    return this.accesses !== undefined || this.debug.watching;
  }

  /** Takes the exception that was recorded last. */
  raise(): void {
    const { faultClass, faultAddress, faultToEl2, faultIpa } = this;
    const faultIss = this.faultIss | (this.faultHasTransfer ? transferSyndrome(this.currentWord()) : 0);
    this.takeSynchronous(faultClass, faultIss, this.pc, faultAddress, faultToEl2, faultIpa);
  }

  /** See `CpuHost.translate`. */
  translate(
    lo: number,
    hi: number,
    access: number,
    unprivileged: boolean,
    bytes = 1,
    reads = false,
    part = 0,
  ): boolean {
    if (this.regimeStale) this.refreshRegime();
    this.accessSize = bytes;
    const el0 = this.el === 0 || (unprivileged && this.unprivilegedAsEl0);
    if (access === FETCH && (lo & 3) !== 0) return this.fault(EC.pcAlignment, 0, lo, hi);
    const flags = (1 << access) | (el0 ? Access.unprivileged : this.pan !== 0 ? Access.pan : 0);
    const { mmu, translation } = this;
    const status = mmu.translate(lo, hi, flags);
    if (status !== OK) return this.abort(status, lo, hi, access, mmu.refused);
    translation.pa = mmu.pa;
    // Alignment checking (SCTLR.A) makes all memory behave like Device in that respect.
    translation.device = mmu.isDevice || !this.keep;
    translation.nG = mmu.nG;
    translation.user = mmu.user;
    translation.guarded = mmu.guarded;
    if (mmu.sizeLog2 > 12) this.pageOfBlock(lo, hi, mmu.sizeLog2);
    // Accesses to Device memory are looked at one by one: they must be aligned.
    translation.keep = this.keep && (access === FETCH || !mmu.isDevice);
    if (this.accesses !== undefined && access !== FETCH && !this.observed(lo, hi, access === WRITE, bytes, reads, part))
      return false;
    return access === FETCH || !this.debug.watching || this.watch(lo, hi, access, el0 ? 0 : this.el, bytes);
  }

  /** Lets the observer look at an access; pages that it watches are not kept in the TLB. False: it is to be asked first. */
  private observed(lo: number, hi: number, write: boolean, size: number, reads: boolean, part: number): boolean {
    const { translation } = this;
    const accesses = this.accesses!;
    translation.supplied = undefined;
    const address = virtualAddress((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));
    if (size === 0 || !accesses.covers(address, translation.pa)) return true;
    translation.keep = false;
    const kind = !write ? 'read' : reads ? 'update' : 'write';
    this.asking = !accesses.passes(this.port.index, { address, physical: translation.pa, size, kind, part });
    translation.supplied = accesses.supplied;
    return !this.asking;
  }

  /** Looks for watchpoints; pages that have some are not kept in the TLB. False: one was hit. */
  private watch(lo: number, hi: number, access: number, el: number, bytes: number): boolean {
    const va = virtualAddress((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));
    if (!this.debug.watchesPage(va)) return true;
    this.translation.keep = false;
    const write = access === WRITE;
    if (!this.debug.watches(va, bytes, write, el)) return true;
    this.fault(EC.watchpointLower, FSC_DEBUG | (write ? ISS.WnR : 0), lo, hi);
    this.faultToEl2 = this.debugTarget === 2;
    return false;
  }

  /** See `CpuHost.branchTop` (Arm ARM, AArch64.BranchAddr). */
  branchTop(hi: number): number {
    if (this.regimeStale) this.refreshRegime();
    const { regime } = this.mmu;
    const upper = (hi & 0x80_0000) !== 0 && !regime.single;
    if (!(upper ? regime.high : regime.low).tbiInstruction) return hi;
    return upper ? hi | 0xff00_0000 : hi & 0xff_ffff;
  }

  /** See `CpuHost.allowsMisaligned`: FEAT_LSE2, within 16 bytes, or by SCTLR.nAA anywhere. */
  allowsMisaligned(lo: number, size: number, ordered: boolean): boolean {
    if (!this.model.features.has('LSE2')) return false;
    return (lo & 15) + size <= 16 || (ordered && (this.sctlr & SCTLR_NAA) !== 0n);
  }

  alignmentFault(lo: number, hi: number, access: number): void {
    this.abort(Fault.alignment, lo, hi, access);
  }

  externalAbort(lo: number, hi: number, access: number): void {
    this.abort(Fault.external, lo, hi, access);
  }

  /** AT: translates and reports in PAR_EL1. */
  addressTranslate(va: bigint, write: boolean, unprivileged: boolean, pan: boolean, regime: AtRegime = 'el1'): void {
    const mmu = this.walker(regime === 'el2' ? this.kindOf(2) : this.inHost ? Kind.el20 : Kind.el10, regime === 'el12');
    const el0 = unprivileged ? Access.unprivileged : pan && this.pan !== 0 ? Access.pan : 0;
    const status = mmu.translate(lowHalf(va), highHalf(va), (write ? Access.write : Access.read) | el0);
    const { refused } = mmu;
    const external = status >= Fault.externalWalk && status < Fault.externalWalk + 4;
    if (external || (refused !== undefined && this.el < 2)) {
      // The table walk itself failed: an exception, not a result.
      this.abort(status, lowHalf(va), highHalf(va), WRITE, refused);
      this.faultIss |= ISS.CM;
      this.faultHasTransfer = false;
      this.trapped = true;
      return;
    }
    const par =
      status === OK
        ? (BigInt(mmu.attr) << 56n) | BigInt(mmu.pa - (mmu.pa % 0x1000)) | PAR_OK | (BigInt(mmu.shareability) << 7n)
        : PAR_RES1 | (BigInt(status) << 1n) | 1n;
    this.setSlot(PAR, refused === undefined ? par : par | PAR_S | (refused.onWalk ? PAR_PTW : 0n));
  }

  /** What `translate` would say of an address, and why; nothing changes. `el` is the level whose access it is. */
  explain(va: bigint, access: number, el: number): TranslationReport {
    const privileged = this.el === 2 || this.inHost ? 2 : 1;
    const mmu = this.walker(this.kindOf(el === 0 ? 0 : privileged), true);
    const pan = el >= 1 && this.pan !== 0 ? Access.pan : 0;
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

  /** Has someone look at data accesses; undefined ends that. To be called again when he has other wishes. */
  observeAccesses(observer: AccessObserver | undefined): void {
    this.accesses = observer;
    this.asking = false;
    this.translation.supplied = undefined;
    this.publishTables();
    this.invalidateAll();
  }
  /** Whether PSTATE or translation changed since this was called last: generated code has to look at them again. */
  takeResync(): boolean {
    const { resync } = this;
    this.resync = false;
    return resync;
  }

  /** Cache maintenance by address: nothing to clean, but the address must translate. */
  cacheMaintenance(va: bigint, write: boolean): void {
    const lo = lowHalf(va);
    const hi = highHalf(va);
    if (!write && this.port.tlb.mayRead(lo, hi)) return;
    if (!this.translate(lo, hi, write ? WRITE : 0, false, 0)) {
      this.faultIss |= ISS.CM | ISS.WnR;
      this.faultHasTransfer = false;
      this.trapped = true;
    }
  }

  /** Records an exception without an address, for `raise`. */
  trap(ec: number, iss: number, toEl2 = false): void {
    this.faultClass = ec;
    this.faultIss = iss;
    this.faultAddress = undefined;
    this.faultToEl2 = toEl2;
    this.faultIpa = undefined;
    this.faultHasTransfer = false;
  }

  private fault(ec: number, iss: number, lo: number, hi: number): false {
    this.faultClass = ec;
    this.faultIss = iss;
    this.faultAddress = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
    this.faultToEl2 = false;
    this.faultIpa = undefined;
    this.faultHasTransfer = false;
    return false;
  }

  private abort(status: number, lo: number, hi: number, access: number, refused?: Stage1['refused']): false {
    const fetch = access === FETCH;
    const iss = status | (!fetch && access === WRITE ? ISS.WnR : 0);
    this.fault(fetch ? EC.instructionAbortLower : EC.dataAbortLower, iss, lo, hi);
    if (refused !== undefined) {
      this.faultToEl2 = true;
      this.faultIpa = refused.ipa;
      if (refused.onWalk) this.faultIss |= ISS.S1PTW;
      else this.faultHasTransfer = !fetch;
    } else if (status >= Fault.external && status < Fault.external + 8) this.faultToEl2 = (this.hcr & HCR.TEA) !== 0n;
    return false;
  }

  /** The instruction at PC; its fetch succeeded a moment ago. */
  protected abstract currentWord(): number;
}
