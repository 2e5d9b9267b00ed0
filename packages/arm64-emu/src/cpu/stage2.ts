import { coverage, Descriptor } from './descriptors.js';
import { Found, Lookup } from './lookup.js';
import type { CpuModel } from './models.js';
import { hasGranule, high32, IPS_BITS, low32 } from './regime.js';
import { Access, Fault, OK, tableIndex, type WalkMemory, type WalkStep } from './walk.js';

/** Registers that control stage 2 of the EL1&0 regime. */
export interface Stage2Registers {
  readonly vtcr: bigint;
  readonly vttbr: bigint;
}

/** Stage 2, unpacked from its registers. */
export interface Stage2Regime {
  /** log2 of the granule; 0 when the registers ask for what does not exist: every address faults then. */
  readonly granule: number;
  /** Bits of intermediate physical address. */
  readonly bits: number;
  readonly startLevel: number;
  readonly startIndexBits: number;
  /** Physical address of the first table. */
  readonly base: number;
  readonly baseTooLarge: boolean;
  /** First physical address that is too large. */
  readonly paLimit: number;
  readonly ha: boolean;
  readonly hd: boolean;
  /** Execution of EL1 and EL0 is controlled apart. */
  readonly xnx: boolean;
}

const TWO32 = 0x1_0000_0000;
// These are where stage 1 has them.
const ACCESS_FLAG = 1 << Descriptor.accessFlag;
const DIRTY_MODIFIER = 1 << (Descriptor.dirtyModifier - 32);
const GRANULES = [12, 16, 14, 0];
/** First level by VTCR_EL2.SL0, for granules of 4K, and of 16K and 64K. */
const START_4K = [2, 1, 0, 3];
const START_LARGE = [3, 2, 1, 0];

/** Whether a first level suits the address sizes (Arm ARM, D8.2: the sizes that need a level, concatenation). */
function startAllowed(granule: number, level: number, bits: number, output: number): boolean {
  if (
    granule === 12 ? level === 0 && output <= 42 : level === 0 || (level === 1 && output <= (granule === 14 ? 40 : 42))
  )
    return false;
  if (bits > output) return false;
  const stride = granule - 3;
  const index = bits - granule - stride * (3 - level);
  // Up to 16 tables may be concatenated.
  return index >= 1 && index <= stride + 4;
}

/** Unpacks VTCR_EL2 and VTTBR_EL2. */
export function stage2Regime(model: CpuModel, { vtcr, vttbr }: Stage2Registers): Stage2Regime {
  const { features } = model;
  const control = low32(vtcr);
  const tsz = control & 63;
  const granule = GRANULES[(control >>> 14) & 3]!;
  const output = Math.min(model.paBits, IPS_BITS[(control >>> 16) & 7]!);
  const bits = 64 - tsz;
  const startLevel = (granule === 12 ? START_4K : START_LARGE)[(control >>> 6) & 3]!;
  const smallest = Math.max(16, 64 - model.paBits);
  const ok =
    hasGranule(model, granule) &&
    tsz >= smallest &&
    tsz <= (features.has('TTST') ? 48 : 39) &&
    startAllowed(granule, startLevel, bits, output);
  const startIndexBits = ok ? bits - granule - (granule - 3) * (3 - startLevel) : 0;
  const align = 2 ** Math.max(startIndexBits + 3, 6);
  const address = (high32(vttbr) & 0xffff) * TWO32 + ((low32(vttbr) & ~1) >>> 0);
  const ha = features.has('HAF') && (control & (1 << 21)) !== 0;
  return {
    granule: ok ? granule : 0,
    bits,
    startLevel,
    startIndexBits,
    base: address - (address % align),
    baseTooLarge: address >= 2 ** output,
    paLimit: 2 ** output,
    ha,
    hd: ha && features.has('HAFDBS') && (control & (1 << 22)) !== 0,
    xnx: features.has('XNX'),
  };
}

/**
 * Stage 2 address translation (Arm ARM, D8): from intermediate to physical addresses. One object per CPU; its result
 * fields are valid after `translate` returned {@link OK}.
 */
export class Stage2 {
  pa = 0;
  /** {@link Access} bits that stage 2 allows. */
  allowed = 0;
  /** MemAttr[3:0]. */
  attr = 0;
  shareability = 0;
  level = 0;
  /** Set for looking without being seen: descriptors stay as they are, and the walk is noted here. */
  steps: WalkStep[] | undefined;

  private readonly lookup: Lookup;

  constructor(
    memory: WalkMemory,
    public regime: Stage2Regime,
  ) {
    this.lookup = new Lookup(memory);
  }

  /** HCR_EL2.FWB. */
  forced = false;

  /** Whether the memory that the last translation led to is of a Device type. */
  get isDevice(): boolean {
    return this.forced ? (this.attr & 4) === 0 : (this.attr & 12) === 0;
  }

  /** Translates an intermediate physical address. Returns {@link OK}, or the fault status code. */
  translate(ipa: number, access: number): number {
    const { regime, lookup } = this;
    const { granule, paLimit } = regime;
    if (granule === 0 || ipa >= 2 ** regime.bits) return Fault.translation;
    if (regime.baseTooLarge) return Fault.addressSize;
    const lo = ipa | 0;
    const hi = Math.floor(ipa / TWO32);
    let table = regime.base;
    let indexBits = regime.startIndexBits;
    for (let level = regime.startLevel; ; level++) {
      const lsb = coverage(level, granule);
      const address = table + tableIndex(lo, hi, lsb, indexBits) * 8;
      const found = lookup.read(address, level, granule, paLimit, this.steps);
      if (found === Found.table) {
        table = lookup.output;
        indexBits = granule - 3;
        continue;
      }
      if (found !== Found.leaf) return found;
      this.level = level;
      this.pa = lookup.leafAddress(lo, lsb);
      return this.leaf(access);
    }
  }

  private leaf(access: number): number {
    const { lookup, regime, level } = this;
    const { lo: dlo, hi: dhi } = lookup;
    let set = 0;
    if ((dlo & ACCESS_FLAG) === 0) {
      if (!regime.ha) return Fault.accessFlag + level;
      set = ACCESS_FLAG;
    }
    // Writable-clean: DBM with S2AP[1] clear.
    const clean = regime.hd && (dhi & DIRTY_MODIFIER) !== 0 && (dlo & 0x80) === 0;
    let allowed = ((dlo & 0x40) !== 0 ? Access.read : 0) | ((dlo & 0x80) !== 0 || clean ? Access.write : 0);
    if (this.executable((dhi >>> 21) & 3, (access & Access.unprivileged) !== 0)) allowed |= Access.fetch;
    const wanted = access & 7;
    if ((allowed & wanted) !== wanted) return Fault.permission + level;
    let changed = dlo | set;
    if (clean) {
      if ((wanted & Access.write) !== 0) changed |= 0x80;
      else allowed &= ~Access.write;
    }
    if (changed !== dlo && this.steps === undefined) {
      lookup.update(changed);
    }
    this.allowed = allowed;
    this.attr = (dlo >>> 2) & 15;
    this.shareability = (dlo >>> 8) & 3;
    return OK;
  }

  /** What XN[1:0] says; only its upper bit exists without FEAT_XNX. */
  private executable(xn: number, el0: boolean): boolean {
    if (!this.regime.xnx) return (xn & 2) === 0;
    return xn === 0 || xn === (el0 ? 1 : 3);
  }
}

/**
 * MAIR-like attributes of stage 1 and MemAttr of stage 2 together (Arm ARM, D8.6.6). `forced`: MemAttr as HCR_EL2.FWB
 * has it, where stage 2 may have the last word.
 */
export function combineAttributes(first: number, second: number, forced = false): number {
  if (forced && (second & 4) !== 0) {
    if ((second & 3) === 3) return first;
    const device = (first & 0xf0) === 0;
    if ((second & 3) === 2) return device ? 0xff : first | 0xcc;
    return device ? first : 0x44;
  }
  const firstDevice = (first & 0xf0) === 0;
  if ((second & 12) === 0) {
    const type = (second & 3) << 2;
    return firstDevice ? Math.min(first & 12, type) : type;
  }
  if (firstDevice) return first;
  return (combineCache(first >> 4, second >> 2) << 4) | combineCache(first & 15, second & 3);
}

const NON_CACHEABLE = 4;
/** One nibble: 1, 2 and 3 in stage 2 are Non-cacheable, Write-Through and Write-Back. */
function combineCache(first: number, second: number): number {
  if (first === NON_CACHEABLE || second === 1) return NON_CACHEABLE;
  if ((first >> 2) % 2 === 0) return first; // Write-Through already
  return second === 2 ? 8 | (first & 3) : first;
}
