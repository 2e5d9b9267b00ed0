import { coverage, Descriptor, TableBits } from './descriptors.js';
import { Found, Lookup } from './lookup.js';
import type { Range, Regime } from './regime.js';
import { combineAttributes, type Stage2 } from './stage2.js';
import { Access, Fault, OK, tableIndex, type WalkMemory, type WalkStep } from './walk.js';

const TWO32 = 0x1_0000_0000;
/** Bits of the lower half of a descriptor, and of the upper one. */
const USER = 1 << Descriptor.user;
const READ_ONLY = 1 << Descriptor.readOnly;
const ACCESS_FLAG = 1 << Descriptor.accessFlag;
const NOT_GLOBAL = 1 << Descriptor.notGlobal;
const GUARDED = 1 << (Descriptor.guarded - 32);
const DIRTY_MODIFIER = 1 << (Descriptor.dirtyModifier - 32);
const PXN = 1 << (Descriptor.privilegedExecuteNever - 32);
const UXN = 1 << (Descriptor.executeNever - 32);

/**
 * Stage 1 address translation (Arm ARM, D8). One object per CPU and regime; its result fields are valid
 * after `translate` returned {@link OK} and until the next call. Addresses are in halves, or numbers when
 * physical: this runs on every TLB miss.
 *
 * @example
 * const mmu = new Stage1(memory, el1Regime(model, registers));
 * if (mmu.translate(0x1000, 0, Access.read) === OK) console.log(mmu.pa, mmu.allowed & Access.write);
 */
export class Stage1 {
  /** Physical address. */
  pa = 0;
  /** {@link Access} bits that this page allows at the privilege asked for. */
  allowed = 0;
  /** Memory attributes from MAIR, 0 for Device-nGnRnE. */
  attr = 0;
  shareability = 0;
  /** Unaligned accesses fault. */
  isDevice = false;
  /** Not global: the entry belongs to the current ASID. */
  nG = false;
  /** EL0 may read or write the page, so that PAN matters. */
  user = false;
  /** The guarded page bit (FEAT_BTI). */
  guarded = false;
  /** Level of the leaf, and log2 of the bytes that one descriptor maps. */
  level = 0;
  sizeLog2 = 12;
  /** Data is Normal memory while translation is off, as HCR_EL2.DC makes it. */
  defaultCacheable = false;
  /** Set for looking without being seen: descriptors stay as they are, and the walk is noted here. */
  steps: WalkStep[] | undefined;
  /** Translates what this stage puts out, while a hypervisor wants that. */
  stage2: Stage2 | undefined;
  private tables: Stage2 | undefined;
  /** What stage 2 refused after a fault: the address, and whether it was that of a table. */
  refused: { readonly ipa: number; readonly onWalk: boolean } | undefined;
  /** Tables in memory that stage 2 makes Device are refused (HCR_EL2.PTW). */
  protectWalks = false;

  private readonly lookup: Lookup;

  constructor(
    memory: WalkMemory,
    public regime: Regime,
  ) {
    this.lookup = new Lookup(memory);
  }

  /** Only the tables are at intermediate addresses that a stage 2 translates; the output stays one. */
  tablesBehind(stage2: Stage2): void {
    this.tables = stage2;
  }

  /** Translates the address `hi:lo`. Returns {@link OK}, or the fault status code (DFSC, IFSC). */
  translate(lo: number, hi: number, access: number): number {
    const { regime } = this;
    this.refused = undefined;
    if (!regime.enabled) return this.flat(lo, hi, access);
    const upper = (hi & 0x80_0000) !== 0 && !regime.single;
    const range = upper ? regime.high : regime.low;
    const fetch = (access & Access.fetch) !== 0;
    if (range.disabled || (range.e0pd && (access & Access.unprivileged) !== 0)) return Fault.translation;
    const ignoreTop = fetch ? range.tbiInstruction : range.tbiData;
    const top = ignoreTop ? (upper ? hi | 0xff00_0000 : hi & 0xff_ffff) : hi;
    // Every bit above the input address must equal bit 55.
    const { topMask, lowMask } = range;
    if ((top & topMask) !== (upper ? topMask : 0) || (lo & lowMask) !== (upper ? lowMask : 0)) return Fault.translation;
    if (range.baseTooLarge) return Fault.addressSize;
    return this.walk(lo, top, access, range);
  }

  /** Translation is off: every address is its own, Device-nGnRnE for data. */
  private flat(lo: number, hi: number, access: number): number {
    const { regime } = this;
    const upper = (hi & 0x80_0000) !== 0 && !regime.single;
    const range = upper ? regime.high : regime.low;
    const ignoreTop = (access & Access.fetch) !== 0 ? range.tbiInstruction : range.tbiData;
    const top = (ignoreTop ? hi & 0xff_ffff : hi) >>> 0;
    const pa = top * TWO32 + (lo >>> 0);
    if (pa >= regime.paLimit) return Fault.addressSize;
    this.pa = pa;
    this.allowed = Access.read | Access.write | Access.fetch;
    const fetch = (access & Access.fetch) !== 0;
    this.attr = this.defaultCacheable || regime.defaultCacheable ? 0xff : fetch ? 0x44 : 0;
    this.shareability = 2;
    this.isDevice = this.attr === 0;
    this.nG = this.user = this.guarded = false;
    this.level = 0;
    this.sizeLog2 = 12;
    return this.stage2 === undefined ? OK : this.second(this.stage2, access);
  }

  /** Translates the output by stage 2 and combines what the stages say. */
  private second(stage2: Stage2, access: number): number {
    const ipa = this.pa;
    const status = stage2.translate(ipa, access);
    if (status !== OK) {
      this.refused = { ipa, onWalk: false };
      return status;
    }
    this.pa = stage2.pa;
    this.allowed &= stage2.allowed;
    this.attr = combineAttributes(this.attr, stage2.attr, stage2.forced);
    this.isDevice = (this.attr & 0xf0) === 0;
    const [a, b] = [this.shareability, stage2.shareability];
    if (this.isDevice || this.attr === 0x44 || a === 2 || b === 2) this.shareability = 2;
    else this.shareability = a === 3 || b === 3 ? 3 : 0;
    return OK;
  }

  /** Physical address of a descriptor at intermediate address `ipa`; -1 - status when stage 2 refuses. */
  private descriptorAddress(stage2: Stage2, ipa: number, access: number): number {
    let status = stage2.translate(ipa, access);
    if (status === OK && this.protectWalks && stage2.isDevice) status = Fault.permission + stage2.level;
    if (status === OK) return stage2.pa;
    this.refused = { ipa, onWalk: true };
    return -1 - status;
  }

  private walk(lo: number, hi: number, access: number, range: Range): number {
    const { lookup } = this;
    const { paLimit } = this.regime;
    const { granule } = range;
    const behind = this.stage2 ?? this.tables;
    let table = range.base;
    let indexBits = range.startIndexBits;
    let hierarchy = 0;
    for (let level = range.startLevel; ; level++) {
      const lsb = coverage(level, granule);
      const ipa = table + tableIndex(lo, hi, lsb, indexBits) * 8;
      const address = behind === undefined ? ipa : this.descriptorAddress(behind, ipa, Access.read);
      if (address < 0) return -1 - address;
      const found = lookup.read(address, level, granule, paLimit, this.steps);
      if (found === Found.table) {
        if (!range.hpd) hierarchy |= lookup.hi >>> (Descriptor.hierarchy - 32);
        table = lookup.output;
        indexBits = granule - 3;
        continue;
      }
      if (found !== Found.leaf) return found;
      this.level = level;
      this.sizeLog2 = lsb;
      return this.leaf(lo, access, hierarchy, ipa);
    }
  }

  /** `hierarchy`: bits 63:59 of the table descriptors, ORed; see `TableBits`. `ipa`: where the descriptor is. */
  private leaf(lo: number, access: number, hierarchy: number, ipa: number): number {
    const { lookup, regime, level } = this;
    const { lo: dlo, hi: dhi } = lookup;
    let set = 0;
    if ((dlo & ACCESS_FLAG) === 0) {
      if (!regime.ha) return Fault.accessFlag + level;
      set = ACCESS_FLAG;
    }
    // Writable-clean: DBM with AP[2] set.
    const clean = regime.hd && (dhi & DIRTY_MODIFIER) !== 0 && (dlo & READ_ONLY) !== 0;
    const readOnly = ((dlo & READ_ONLY) !== 0 && !clean) || (hierarchy & TableBits.readOnly) !== 0;
    const user = (dlo & USER) !== 0 && (hierarchy & TableBits.noUser) === 0 && !regime.single;
    const uxn = (dhi & UXN) !== 0 || (hierarchy & TableBits.executeNever) !== 0;
    // Regimes without EL0 have one XN bit, where UXN is elsewhere.
    const pxn = regime.single ? uxn : (dhi & PXN) !== 0 || (hierarchy & TableBits.privilegedExecuteNever) !== 0;
    let allowed: number;
    if ((access & Access.unprivileged) !== 0) {
      allowed = user ? (readOnly ? Access.read : Access.read | Access.write) : 0;
      if (!uxn && !(regime.wxn && (allowed & Access.write) !== 0)) allowed |= Access.fetch;
    } else {
      allowed = readOnly ? Access.read : Access.read | Access.write;
      // What EL0 can write, EL1 cannot execute.
      if (!pxn && !(user && !readOnly) && !(regime.wxn && !readOnly)) allowed |= Access.fetch;
      if (user && (access & Access.pan) !== 0) allowed &= ~(Access.read | Access.write);
    }
    const wanted = access & 7;
    if ((allowed & wanted) !== wanted) return Fault.permission + level;
    let changed = dlo | set;
    if (clean) {
      if ((wanted & Access.write) !== 0) changed &= ~READ_ONLY;
      else allowed &= ~Access.write; // the first write has to come here again
    }
    if (changed !== dlo && this.steps === undefined) {
      const behind = this.stage2 ?? this.tables;
      if (behind !== undefined) {
        const writable = this.descriptorAddress(behind, ipa, Access.read | Access.write);
        if (writable < 0) return -1 - writable;
      }
      lookup.update(changed);
    }
    this.setOutput(lo);
    this.allowed = allowed;
    this.user = user;
    return this.stage2 === undefined ? OK : this.second(this.stage2, access);
  }

  private setOutput(lo: number): void {
    const { lookup, regime } = this;
    const { lo: dlo, hi: dhi } = lookup;
    this.pa = lookup.leafAddress(lo, this.sizeLog2);
    this.attr = regime.attributes[(dlo >> Descriptor.attributes) & 7]!;
    this.isDevice = (this.attr & 0xf0) === 0;
    // Device and Non-cacheable memory is outer shareable whatever the descriptor says.
    this.shareability = this.isDevice || this.attr === 0x44 ? 2 : (dlo >> Descriptor.shareability) & 3;
    this.nG = (dlo & NOT_GLOBAL) !== 0 && !regime.single;
    this.guarded = (dhi & GUARDED) !== 0;
  }
}
