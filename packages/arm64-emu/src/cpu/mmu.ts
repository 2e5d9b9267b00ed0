import type { Range, Regime } from './regime.js';
import { combineAttributes, type Stage2 } from './stage2.js';
import { Access, Fault, OK, tableIndex, type WalkMemory, type WalkStep } from './walk.js';

const TWO32 = 0x1_0000_0000;

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

  constructor(
    private readonly memory: WalkMemory,
    public regime: Regime,
  ) {}

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
    const { memory } = this;
    const { words } = memory;
    const { paLimit } = this.regime;
    const { granule } = range;
    const stride = granule - 3;
    let table = range.base;
    let level = range.startLevel;
    let indexBits = range.startIndexBits;
    let tableBits = 0;
    for (; ; level++) {
      const lsb = granule + stride * (3 - level);
      let address = table + tableIndex(lo, hi, lsb, indexBits) * 8;
      const ipa = address;
      const behind = this.stage2 ?? this.tables;
      if (behind !== undefined) {
        address = this.descriptorAddress(behind, ipa, Access.read);
        if (address < 0) return -1 - address;
      }
      const word = memory.wordOf(address);
      if (word < 0) return Fault.externalWalk + level;
      const dlo = words[word]!;
      const dhi = words[word + 1]!;
      this.steps?.push({ level, address, descriptor: (BigInt(dhi) << 32n) | BigInt(dlo) });
      const page = (dlo & 2) !== 0;
      if ((dlo & 1) === 0 || (level === 3 && !page)) return Fault.translation + level;
      const output = (dhi & 0xffff) * TWO32 + ((dlo & -(1 << granule)) >>> 0);
      if (output >= paLimit) return Fault.addressSize + level;
      if (page && level < 3) {
        if (!range.hpd) tableBits |= dhi >>> 27;
        table = output;
        indexBits = stride;
        continue;
      }
      if (level < 3 && (level === 0 || (granule !== 12 && level === 1))) return Fault.translation + level;
      this.level = level;
      this.sizeLog2 = lsb;
      return this.leaf(lo, hi, access, address, word, dlo, dhi, tableBits, ipa);
    }
  }

  /** `table` holds bits 63:59 of the table descriptors, ORed: NSTable, APTable[1:0], UXNTable, PXNTable. */
  private leaf(
    lo: number,
    hi: number,
    access: number,
    address: number,
    word: number,
    dlo: number,
    dhi: number,
    table: number,
    ipa: number,
  ): number {
    const { memory, regime, level } = this;
    const { words } = memory;
    let set = 0;
    if ((dlo & 0x400) === 0) {
      if (!regime.ha) return Fault.accessFlag + level;
      set = 0x400;
    }
    // Writable-clean: DBM with AP[2] set.
    const clean = regime.hd && (dhi & (1 << 19)) !== 0 && (dlo & 0x80) !== 0;
    const readOnly = ((dlo & 0x80) !== 0 && !clean) || (table & 8) !== 0;
    const user = (dlo & 0x40) !== 0 && (table & 4) === 0 && !regime.single;
    const uxn = (dhi & (1 << 22)) !== 0 || (table & 2) !== 0;
    // Regimes without EL0 have one XN bit, where UXN is elsewhere.
    const pxn = regime.single ? uxn : (dhi & (1 << 21)) !== 0 || (table & 1) !== 0;
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
      if ((wanted & Access.write) !== 0) changed &= ~0x80;
      else allowed &= ~Access.write; // the first write has to come here again
    }
    if (changed !== dlo && this.steps === undefined) {
      const behind = this.stage2 ?? this.tables;
      if (behind !== undefined) {
        const writable = this.descriptorAddress(behind, ipa, Access.read | Access.write);
        if (writable < 0) return -1 - writable;
      }
      words[word] = changed;
      memory.changed(address);
    }
    this.setOutput(lo, hi, dlo, dhi);
    this.allowed = allowed;
    this.user = user;
    return this.stage2 === undefined ? OK : this.second(this.stage2, access);
  }

  private setOutput(lo: number, hi: number, dlo: number, dhi: number): void {
    const size = 2 ** this.sizeLog2;
    const output = (dhi & 0xffff) * TWO32 + ((dlo & ~0xfff) >>> 0);
    const base = Math.floor(output / size) * size;
    const offset = this.sizeLog2 <= 32 ? (lo >>> 0) % size : (hi % 2 ** (this.sizeLog2 - 32)) * TWO32 + (lo >>> 0);
    this.pa = base + offset;
    const shift = BigInt(((dlo >> 2) & 7) * 8);
    this.attr = Number((this.regime.mair >> shift) & 0xffn);
    this.isDevice = (this.attr & 0xf0) === 0;
    // Device and Non-cacheable memory is outer shareable whatever the descriptor says.
    this.shareability = this.isDevice || this.attr === 0x44 ? 2 : (dlo >> 8) & 3;
    this.nG = (dlo & 0x800) !== 0 && !this.regime.single;
    this.guarded = (dhi & (1 << 18)) !== 0;
  }
}
