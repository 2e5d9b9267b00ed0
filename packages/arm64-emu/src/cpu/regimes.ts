import { STATE } from '../engine/state.js';
import type { CpuPort } from './cpu-port.js';
import { ExceptionState } from './exceptions.js';
import { HCR, HCR_CACHED, HCRX } from './hcr.js';
import { Stage1 } from './mmu.js';
import type { CpuModel } from './models.js';
import { el1Regime, el2Regime, type Regime, setTables, tcrOfSingle } from './regime.js';
import { Stage2, type Stage2Regime, stage2Regime } from './stage2.js';
import { slotOf } from './sysreg-slots.js';

/** Registers of stage 1, by the level in their names. */
const registersOf = (el: 1 | 2) => ({
  SCTLR: slotOf(`SCTLR_EL${el}`),
  TCR: slotOf(`TCR_EL${el}`),
  TTBR0: slotOf(`TTBR0_EL${el}`),
  TTBR1: slotOf(`TTBR1_EL${el}`),
  MAIR: slotOf(`MAIR_EL${el}`),
});
const AT_EL1 = registersOf(1);
const AT_EL2 = registersOf(2);
const VTCR = slotOf('VTCR_EL2');
const VTTBR = slotOf('VTTBR_EL2');
const MDCR = slotOf('MDCR_EL2');
const HCRX_EL2 = slotOf('HCRX_EL2');
const MDCR_TDE = 1 << 8;
const SCTLR_A = 2;

/** Translation regimes: EL1&0, EL2 alone, EL2&0. */
export const Kind = { el10: 0, el2: 1, el20: 2 } as const;
/** One of {@link Kind}. */
export type Kind = (typeof Kind)[keyof typeof Kind];
const KINDS = Object.values(Kind);

/** The translation regimes of a CPU, and which of them is current: the one place that reads their registers. */
export abstract class RegimeState extends ExceptionState {
  readonly model: CpuModel;
  protected readonly mmu: Stage1;
  /** SCTLR.A is clear: translations may stay in the TLB. */
  protected keep = true;
  /** The current regime's registers were changed without its being told. */
  protected regimeStale = true;
  /** PSTATE or translation changed: generated code has to look at them again. */
  protected resync = false;
  /** Regimes as their registers were when they were last needed. */
  private readonly regimes: (Regime | undefined)[] = [undefined, undefined, undefined];
  private kind: Kind = Kind.el10;
  private readonly stage2: Stage2;

  constructor(readonly port: CpuPort) {
    super(port.memory);
    this.model = port.model;
    this.hasEl2 = port.model.features.has('EL2');
    this.mmu = new Stage1(port.walk, this.readRegime(Kind.el10));
    this.stage2 = new Stage2(port.walk, this.readStage2());
  }

  protected abstract invalidateAll(): void;
  /** Whether translations of data accesses are looked at by others than this. */
  protected abstract readonly accessesWatched: boolean;

  /** SCTLR, TCR or MAIR of a regime changed. */
  controlChanged(): void {
    this.resync = true;
    this.forgetRegimes();
    this.invalidateAll();
    this.refreshRegime();
  }

  /** A TTBR changed: entries stay valid while the ASID stays. */
  translationChanged(): void {
    this.resync = true;
    if (this.hasEl2) this.forgetRegimes();
    if (this.hasEl2 || this.regimeStale) {
      this.refreshRegime();
      return;
    }
    const { regime } = this.mmu;
    const { TTBR0, TTBR1 } = AT_EL1;
    setTables(regime, this.low(TTBR0), this.high(TTBR0), this.low(TTBR1), this.high(TTBR1));
    this.port.tlb.setAsid(regime.asid, this.addressSpace);
    this.publishTables();
  }

  /** HCR_EL2 changed. */
  hcrChanged(): void {
    const before = this.hcr;
    this.readHcr();
    if (((before ^ this.hcr) & HCR_CACHED) !== 0n) this.invalidateAll();
    this.regimes[Kind.el10] = undefined;
    this.contextChanged();
  }

  /** VTTBR_EL2 changed: what is in the TLB belongs to a VMID. */
  stage2Changed(): void {
    this.resync = true;
    this.stage2.regime = this.readStage2();
    this.contextSelected();
  }

  /** VTCR_EL2 changed. */
  stage2ControlChanged(): void {
    this.invalidateAll();
    this.stage2Changed();
  }

  /** The registers behind translation were changed as a whole (reset). */
  protected translationReset(): void {
    this.readHcr();
    this.forgetRegimes();
    this.stage2.regime = this.readStage2();
    this.regimeStale = true;
    this.kind = this.kindOf(this.el);
    this.publishControls();
    this.invalidateAll();
  }

  private forgetRegimes(): void {
    this.regimes.fill(undefined);
  }

  /** The regime of the present exception level, PAN and UAO become current. */
  protected contextSelected(): void {
    if (!this.hasEl2) {
      this.port.tlb.contextChanged();
      return;
    }
    this.selectRegime();
    this.port.tlb.contextChanged(this.mmu.regime.asid, this.addressSpace);
  }

  private selectRegime(): void {
    this.kind = this.kindOf(this.el);
    const regime = this.regimeOf(this.kind);
    const { mmu } = this;
    mmu.regime = regime;
    mmu.stage2 = this.kind === Kind.el10 && this.stage2On ? this.stage2 : undefined;
    mmu.protectWalks = (this.hcr & HCR.PTW) !== 0n;
    this.stage2.forced = (this.hcr & HCR.FWB) !== 0n;
    this.publishControls();
  }

  protected refreshRegime(): void {
    this.regimeStale = false;
    this.forgetRegimes();
    this.selectRegime();
    this.port.tlb.setAsid(this.mmu.regime.asid, this.addressSpace);
  }

  /** Puts the controls of the current regime where generated code finds them. */
  private publishControls(): void {
    const { SCTLR, TCR } = this.kind === Kind.el10 ? AT_EL1 : AT_EL2;
    const tcr = this.slot(TCR);
    this.u64[STATE.SCTLR >> 3] = this.slot(SCTLR);
    this.u64[STATE.TCR >> 3] = this.kind === Kind.el2 ? tcrOfSingle(tcr) : tcr;
    const isGuest = this.hasEl2 && this.el < 2 && !this.inHost;
    const trapped = isGuest && (this.hcr & HCR.API) === 0n;
    this.i32[STATE.PAUTH_TRAPPED >> 2] = trapped ? 1 : 0;
    this.i32[STATE.MOPS_TRAPPED >> 2] = isGuest && (this.low(HCRX_EL2) & HCRX.MSCEN) === 0 ? 1 : 0;
    this.i32[STATE.ZVA_TRAPPED >> 2] = isGuest && (this.hcr & HCR.TDZ) !== 0n ? 1 : 0;
    this.keep = (this.low(SCTLR) & SCTLR_A) === 0;
    this.publishTables();
  }

  /** Tells the engine whether it may walk the current tables itself: one stage, and nobody who looks at accesses. */
  protected publishTables(): void {
    const { mmu } = this;
    const { regime } = mmu;
    const plain = regime.enabled && !regime.single && mmu.stage2 === undefined && this.keep && !this.regimeStale;
    this.port.tlb.useTables(plain && !this.accessesWatched ? regime : undefined);
  }

  /** SCTLR_ELx of the present exception level. */
  get sctlr(): bigint {
    return this.slot((this.kindOf(this.el) === Kind.el10 ? AT_EL1 : AT_EL2).SCTLR);
  }

  /** See `DebugSource`. */
  get debugTarget(): 1 | 2 {
    return this.hasEl2 && (this.tge || (this.low(MDCR) & MDCR_TDE) !== 0) ? 2 : 1;
  }
  /** The address space that translations which are not global belong to. */
  get asid(): number {
    return this.mmu.regime.asid;
  }
  get hostContext(): boolean {
    return this.e2h && (this.el === 2 || (this.el === 0 && this.tge));
  }

  /** The regime that accesses at `el` use. */
  protected kindOf(el: number): Kind {
    if (el === 2) return this.e2h ? Kind.el20 : Kind.el2;
    return el === 0 && this.inHost ? Kind.el20 : Kind.el10;
  }

  /** Whether LDTR, STTR and their like act as at EL0. */
  get unprivilegedAsEl0(): boolean {
    return this.uao === 0 && (this.el === 1 || this.inHost);
  }

  /** log2 of the largest granule that translations of an address may have. */
  protected granuleOf(upper: boolean): number {
    // At EL2 maintenance may be for another regime than the current one.
    const regimes = this.el === 2 ? KINDS.map(kind => this.regimeOf(kind)) : [this.mmu.regime];
    return Math.max(12, ...regimes.map(({ low, high }) => (upper ? high : low).granule));
  }

  /** A walker of a regime for one question; `both`: with stage 2 where there is one, instead of only for its tables. */
  protected walker(kind: Kind, both: boolean): Stage1 {
    const mmu = new Stage1(this.port.walk, this.readRegime(kind));
    mmu.defaultCacheable = this.mmu.defaultCacheable;
    if (kind !== Kind.el10 || !this.stage2On) return mmu;
    const stage2 = new Stage2(this.port.walk, this.readStage2());
    mmu.protectWalks = (this.hcr & HCR.PTW) !== 0n;
    stage2.forced = (this.hcr & HCR.FWB) !== 0n;
    if (both) mmu.stage2 = stage2;
    else mmu.tablesBehind(stage2);
    return mmu;
  }

  /** Whether the EL1&0 regime has its stage 2. */
  private get stage2On(): boolean {
    return (this.hcr & (HCR.VM | HCR.DC)) !== 0n;
  }

  /** A number for what entries of the TLB belong to beside the ASID: regime, VMID, what HCR_EL2 turns on. */
  private get addressSpace(): number {
    if (this.kind !== Kind.el10) return this.kind;
    const { hcr } = this;
    const flags = (this.stage2On ? 8 : 0) | ((hcr & HCR.DC) === 0n ? 0 : 16) | (this.tge ? 32 : 0);
    return 4 | flags | ((this.high(VTTBR) >>> 16) << 8);
  }

  private regimeOf(kind: Kind): Regime {
    return (this.regimes[kind] ??= this.readRegime(kind));
  }

  private readRegime(kind: Kind): Regime {
    const R = kind === Kind.el10 ? AT_EL1 : AT_EL2;
    const registers = {
      sctlr: this.slot(R.SCTLR),
      tcr: this.slot(R.TCR),
      ttbr0: this.slot(R.TTBR0),
      ttbr1: this.slot(R.TTBR1),
      mair: this.slot(R.MAIR),
    };
    if (kind === Kind.el2) return el2Regime(this.model, registers);
    if (kind === Kind.el20 || !this.hasEl2) return el1Regime(this.model, registers);
    const dc = (this.hcr & HCR.DC) !== 0n;
    // Programs of a host without E2H have no translation of their own.
    return el1Regime(this.model, { ...registers, off: dc || this.tge, defaultCacheable: dc });
  }

  private readStage2(): Stage2Regime {
    return stage2Regime(this.model, { vtcr: this.slot(VTCR), vttbr: this.slot(VTTBR) });
  }
}
