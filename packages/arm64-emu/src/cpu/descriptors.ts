/**
 * Bits of stage 1 descriptors in VMSAv8-64 (Arm ARM, D8.3), by number. The walkers, that of the CPU model and the
 * generated one, take them from here.
 */
export const Descriptor = {
  valid: 0,
  /** Of a table at levels 0 to 2, of a page at level 3. */
  table: 1,
  /** AttrIndx[2:0]. */
  attributes: 2,
  /** AP[1]: EL0 may access; AP[2]: read-only. */
  user: 6,
  readOnly: 7,
  shareability: 8,
  accessFlag: 10,
  notGlobal: 11,
  guarded: 50,
  /** DBM: with read-only set, hardware clears that at the first write. */
  dirtyModifier: 51,
  privilegedExecuteNever: 53,
  executeNever: 54,
  /** First of the five bits of a table descriptor for all below it, see {@link TableBits}. */
  hierarchy: 59,
} as const;

/** Bits 63:59 of a table descriptor: PXNTable, UXNTable, APTable. */
export const TableBits = { privilegedExecuteNever: 1, executeNever: 2, noUser: 4, readOnly: 8, all: 31 } as const;

/** Physical addresses in descriptors: bits 47 down to the granule. */
export const ADDRESS_BITS = 48;

/** Whether a descriptor at `level` may be one of a block, or a page (without FEAT_LPA). */
export function isLeafLevel(level: number, granule: number): boolean {
  return level === 3 || level === 2 || (level === 1 && granule === 12);
}

/** log2 of the bytes that one descriptor at `level` covers. */
export const coverage = (level: number, granule: number): number => granule + (granule - 3) * (3 - level);
