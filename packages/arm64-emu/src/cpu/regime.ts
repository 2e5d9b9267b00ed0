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

/** Registers that control stage 1 of the EL1&0 regime. */
export interface RegimeRegisters {
  readonly sctlr: bigint;
  readonly tcr: bigint;
  readonly ttbr0: bigint;
  readonly ttbr1: bigint;
  readonly mair: bigint;
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
  /** The ASID is that of TTBR1 (TCR.A1), and its bits. */
  readonly asidOfHigh: boolean;
  readonly asidMask: number;
  asid: number;
}

const GRANULES_0 = [12, 16, 14, 0];
const GRANULES_1 = [0, 14, 12, 16];
const IPS_BITS = [32, 36, 40, 42, 44, 48, 48, 48];

const field = (v: bigint, lsb: number, width: number): number =>
  Number((v >> BigInt(lsb)) & ((1n << BigInt(width)) - 1n));

/** What {@link range} works out. */
type Derived = 'bits' | 'topMask' | 'lowMask' | 'startLevel' | 'startIndexBits' | 'align' | 'base' | 'baseTooLarge';

function range(model: CpuModel, o: Omit<Range, Derived>, tsz: number): Range {
  const { features } = model;
  const supported =
    (o.granule === 12 && features.has('TGran4')) ||
    (o.granule === 14 && features.has('TGran16')) ||
    (o.granule === 16 && features.has('TGran64'));
  const largest = features.has('TTST') ? (o.granule === 16 ? 47 : 48) : 39;
  const smallest = 16;
  const bits = 64 - Math.max(smallest, tsz);
  const topMask = bits >= 32 ? -(2 ** (bits - 32)) | 0 : -1;
  const lowMask = bits >= 32 ? 0 : -(2 ** bits) | 0;
  if (!supported || tsz < smallest || tsz > largest) {
    const none = { startLevel: 0, startIndexBits: 0, align: 64, base: 0, baseTooLarge: false };
    return { ...o, ...none, disabled: true, granule: 0, bits, topMask, lowMask };
  }
  const stride = o.granule - 3;
  const startLevel = 4 - Math.ceil((bits - o.granule) / stride);
  const startIndexBits = bits - o.granule - stride * (3 - startLevel);
  return {
    ...o,
    bits,
    topMask,
    lowMask,
    startLevel,
    startIndexBits,
    // A table is aligned to its size, at least 64 bytes.
    align: 2 ** Math.max(startIndexBits + 3, 6),
    base: 0,
    baseTooLarge: false,
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

const low32 = (v: bigint): number => Number(v & 0xffff_ffffn);
const high32 = (v: bigint): number => Number((v >> 32n) & 0xffff_ffffn);

/** Unpacks the EL1&0 regime of a model. */
export function el1Regime(model: CpuModel, r: RegimeRegisters): Regime {
  const { features } = model;
  const paBits = Math.min(model.paBits, IPS_BITS[field(r.tcr, 32, 3)]!);
  const bit = (n: number): boolean => field(r.tcr, n, 1) === 1;
  const hpds = features.has('HPDS');
  const tbid = features.has('PAuth');
  const e0pd = features.has('E0PD');
  const low = {
    disabled: bit(7),
    e0pd: e0pd && bit(55),
    granule: GRANULES_0[field(r.tcr, 14, 2)]!,
    tbiData: bit(37),
    tbiInstruction: bit(37) && !(tbid && bit(51)),
    hpd: hpds && bit(41),
  };
  const high = {
    disabled: bit(23),
    e0pd: e0pd && bit(56),
    granule: GRANULES_1[field(r.tcr, 30, 2)]!,
    tbiData: bit(38),
    tbiInstruction: bit(38) && !(tbid && bit(52)),
    hpd: hpds && bit(42),
  };
  const ha = features.has('HAF') && bit(39);
  const enabled = (r.sctlr & 1n) !== 0n;
  const regime = {
    enabled,
    wxn: (r.sctlr & (1n << 19n)) !== 0n,
    low: range(model, low, field(r.tcr, 0, 6)),
    high: range(model, high, field(r.tcr, 16, 6)),
    // TCR's size counts for translations only.
    paLimit: 2 ** (enabled ? paBits : model.paBits),
    ha,
    hd: ha && features.has('HAFDBS') && bit(40),
    mair: r.mair,
    asidOfHigh: bit(22),
    asidMask: features.has('ASID16') && bit(36) ? 0xffff : 0xff,
    asid: 0,
  };
  setTables(regime, low32(r.ttbr0), high32(r.ttbr0), low32(r.ttbr1), high32(r.ttbr1));
  return regime;
}
