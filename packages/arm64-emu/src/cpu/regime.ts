import type { CpuModel } from './models.js';

/** One half of a translation regime: what TTBR0 or TTBR1 and its TCR fields say. */
export interface Range {
  /** Walks are off (EPD): every address is a translation fault. */
  readonly disabled: boolean;
  /** Unprivileged accesses fault at level 0 (FEAT_E0PD). */
  readonly e0pd: boolean;
  /** log2 of the granule: 12, 14 or 16; 0 for a reserved or unsupported one. */
  readonly granule: number;
  /** Bits of input address. */
  readonly bits: number;
  /** The bits of the address that must equal bit 55, in halves. */
  readonly topMask: number;
  readonly lowMask: number;
  /** Level of the first lookup, 0 to 3, and the bits of its index. */
  readonly startLevel: number;
  readonly startIndexBits: number;
  /** Bytes to which the first table is aligned. */
  readonly align: number;
  /** Physical address of the first table; see {@link setTables}. */
  base: number;
  /** The base exceeds the output address size. */
  baseTooLarge: boolean;
  /** Bits 63:56 of data, and of instruction addresses, are ignored. */
  readonly tbiData: boolean;
  readonly tbiInstruction: boolean;
  /** Hierarchical permissions are off (HPD). */
  readonly hpd: boolean;
}

/** Registers that control stage 1 of a regime. */
export interface RegimeRegisters {
  readonly sctlr: bigint;
  readonly tcr: bigint;
  readonly ttbr0: bigint;
  readonly ttbr1: bigint;
  readonly mair: bigint;
  /** What a hypervisor makes of it: translation is off, and memory then is Normal (HCR_EL2.TGE and DC). */
  readonly off?: boolean;
  readonly defaultCacheable?: boolean;
}

/** Stage 1 of a translation regime, unpacked from its registers once per change. */
export interface Regime {
  readonly enabled: boolean;
  readonly wxn: boolean;
  /** Instruction fetches are cacheable when translation is off (SCTLR.I); kept for attributes only. */
  readonly low: Range;
  readonly high: Range;
  /** First physical address that is too large. */
  readonly paLimit: number;
  /** Hardware sets the Access flag; and clears AP[2] of writable-clean descriptors. */
  readonly ha: boolean;
  readonly hd: boolean;
  readonly mair: bigint;
  /** The attributes in MAIR, by AttrIndx. */
  readonly attributes: readonly number[];
  /** The ASID is that of TTBR1 (TCR.A1), and its bits. */
  readonly asidOfHigh: boolean;
  readonly asidMask: number;
  asid: number;
  /** One range of addresses and one privilege level: EL2 without E2H. */
  readonly single: boolean;
  /** Data is Normal memory while translation is off. */
  readonly defaultCacheable: boolean;
}

const GRANULES_0 = [12, 16, 14, 0];
const GRANULES_1 = [0, 14, 12, 16];
/** Bits of physical address by TCR's IPS or PS. */
export const IPS_BITS = [32, 36, 40, 42, 44, 48, 48, 48];

/** A field of one half of a register. */
const field = (half: number, lsb: number, width: number): number => (half >>> lsb) & ((1 << width) - 1);

/** What {@link range} is told. */
interface RangeControls {
  readonly disabled: boolean;
  readonly e0pd: boolean;
  readonly granule: number;
  readonly tbiData: boolean;
  readonly tbiInstruction: boolean;
  readonly hpd: boolean;
}

/** Whether a CPU has a granule, by its log2. */
export function hasGranule({ features }: CpuModel, granule: number): boolean {
  if (granule === 12) return features.has('TGran4');
  if (granule === 14) return features.has('TGran16');
  return granule === 16 && features.has('TGran64');
}

const SMALLEST_TSZ = 16;

function range(model: CpuModel, o: RangeControls, tsz: number): Range {
  const largest = model.features.has('TTST') ? (o.granule === 16 ? 47 : 48) : 39;
  const bits = 64 - Math.max(SMALLEST_TSZ, tsz);
  const exists = hasGranule(model, o.granule) && tsz >= SMALLEST_TSZ && tsz <= largest;
  const stride = o.granule - 3;
  const startLevel = exists ? 4 - Math.ceil((bits - o.granule) / stride) : 0;
  const startIndexBits = exists ? bits - o.granule - stride * (3 - startLevel) : 0;
  return {
    disabled: o.disabled || !exists,
    e0pd: o.e0pd,
    granule: exists ? o.granule : 0,
    bits,
    topMask: bits >= 32 ? -(2 ** (bits - 32)) | 0 : -1,
    lowMask: bits >= 32 ? 0 : -(2 ** bits) | 0,
    startLevel,
    startIndexBits,
    // A table is aligned to its size, at least 64 bytes.
    align: 2 ** Math.max(startIndexBits + 3, 6),
    base: 0,
    baseTooLarge: false,
    tbiData: o.tbiData,
    tbiInstruction: o.tbiInstruction,
    hpd: o.hpd,
  };
}

/** Points a range at the table of a TTBR, given in halves. */
function setTable(range: Range, lo: number, hi: number, limit: number): void {
  const address = (hi & 0xffff) * 0x1_0000_0000 + ((lo & ~1) >>> 0);
  range.base = address - (address % range.align);
  range.baseTooLarge = address >= limit;
}

/**
 * Takes over TTBR0 and TTBR1, in halves, into a regime whose other registers did not change: kernels write them much
 * more often than those.
 */
export function setTables(regime: Regime, lo0: number, hi0: number, lo1: number, hi1: number): void {
  setTable(regime.low, lo0, hi0, regime.paLimit);
  setTable(regime.high, lo1, hi1, regime.paLimit);
  regime.asid = ((regime.asidOfHigh ? hi1 : hi0) >>> 16) & regime.asidMask;
}

/** Halves of a register. */
export const low32 = (v: bigint): number => Number(BigInt.asUintN(32, v));
export const high32 = (v: bigint): number => Number(BigInt.asUintN(32, v >> 32n));

/** The eight bytes of MAIR. */
function attributesOf(mair: bigint): number[] {
  const attributes: number[] = [];
  for (const half of [low32(mair), high32(mair)])
    for (let lsb = 0; lsb < 32; lsb += 8) attributes.push(field(half, lsb, 8));
  return attributes;
}

const SCTLR_WXN = 1 << 19;

/** Unpacks the EL1&0 regime, or the EL2&0 regime, whose registers look alike. */
export function el1Regime(model: CpuModel, r: RegimeRegisters): Regime {
  const { features } = model;
  const lo = low32(r.tcr);
  const hi = high32(r.tcr);
  const bit = (n: number): boolean => (((n < 32 ? lo : hi) >>> (n & 31)) & 1) !== 0;
  const paBits = Math.min(model.paBits, IPS_BITS[field(hi, 0, 3)]!);
  const hpds = features.has('HPDS');
  const tbid = features.has('PAuth');
  const e0pd = features.has('E0PD');
  const low = {
    disabled: bit(7),
    e0pd: e0pd && bit(55),
    granule: GRANULES_0[field(lo, 14, 2)]!,
    tbiData: bit(37),
    tbiInstruction: bit(37) && !(tbid && bit(51)),
    hpd: hpds && bit(41),
  };
  const high = {
    disabled: bit(23),
    e0pd: e0pd && bit(56),
    granule: GRANULES_1[field(lo, 30, 2)]!,
    tbiData: bit(38),
    tbiInstruction: bit(38) && !(tbid && bit(52)),
    hpd: hpds && bit(42),
  };
  const ha = features.has('HAF') && bit(39);
  const sctlr = low32(r.sctlr);
  const enabled = (sctlr & 1) !== 0 && r.off !== true;
  const regime = {
    enabled,
    wxn: (sctlr & SCTLR_WXN) !== 0,
    low: range(model, low, field(lo, 0, 6)),
    high: range(model, high, field(lo, 16, 6)),
    // TCR's size counts for translations only.
    paLimit: 2 ** (enabled ? paBits : model.paBits),
    ha,
    hd: ha && features.has('HAFDBS') && bit(40),
    mair: r.mair,
    attributes: attributesOf(r.mair),
    asidOfHigh: bit(22),
    asidMask: features.has('ASID16') && bit(36) ? 0xffff : 0xff,
    asid: 0,
    single: false,
    defaultCacheable: r.defaultCacheable === true,
  };
  setTables(regime, low32(r.ttbr0), high32(r.ttbr0), low32(r.ttbr1), high32(r.ttbr1));
  return regime;
}

/** TCR_EL2 without E2H in the layout of TCR_EL1, with the one range twice. */
export function tcrOfSingle(tcr: bigint): bigint {
  const at = (lsb: bigint, width: bigint, to: bigint): bigint => ((tcr >> lsb) & ((1n << width) - 1n)) << to;
  const size = at(0n, 6n, 0n) | at(0n, 6n, 16n);
  const granule = at(14n, 2n, 14n) | (GRANULE_1_OF_0[field(low32(tcr), 14, 2)]! << 30n);
  const tags = at(20n, 1n, 37n) | at(20n, 1n, 38n) | at(29n, 1n, 51n) | at(29n, 1n, 52n);
  const updates = at(21n, 1n, 39n) | at(22n, 1n, 40n);
  const hierarchy = at(24n, 1n, 41n) | at(24n, 1n, 42n);
  return size | granule | at(16n, 3n, 32n) | tags | updates | hierarchy;
}
/** TG1's numbers for those of TG0; 0 is reserved. */
const GRANULE_1_OF_0 = [2n, 3n, 1n, 0n];

/** Unpacks the EL2 regime; `tcr` is in TCR_EL2's own layout. */
export function el2Regime(model: CpuModel, r: Omit<RegimeRegisters, 'ttbr1'>): Regime {
  return { ...el1Regime(model, { ...r, tcr: tcrOfSingle(r.tcr), ttbr1: r.ttbr0 }), single: true, asidMask: 0, asid: 0 };
}
