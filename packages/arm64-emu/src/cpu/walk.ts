/** What walks of translation tables share. */

/** Physical memory as table walks see it. */
export interface WalkMemory {
  /** Guest RAM's backing bytes as little-endian words. */
  readonly words: Uint32Array;
  /** Index into `words` of the 8-byte RAM location at physical `address`; -1 when it is not RAM. */
  wordOf(address: number): number;
  /** Told when a walk changed the descriptor at physical `address`. */
  changed(address: number): void;
}

/** What a translation is for, as flags. */
export const Access = {
  read: 1,
  write: 2,
  fetch: 4,
  /** With the permissions of EL0. */
  unprivileged: 8,
  /** PSTATE.PAN applies. */
  pan: 16,
} as const;

/** A translation that succeeded. */
export const OK = -1;

/** Fault status codes by kind; the level of the walk is added to the first four. */
export const Fault = {
  addressSize: 0x00,
  translation: 0x04,
  accessFlag: 0x08,
  permission: 0x0c,
  external: 0x10,
  externalWalk: 0x14,
  alignment: 0x21,
} as const;

/** One lookup of a walk. */
export interface WalkStep {
  readonly level: number;
  /** Physical address of the descriptor, and its value. */
  readonly address: number;
  readonly descriptor: bigint;
}

/** Bits `lsb` up to `lsb + width` of a 64-bit number in halves; width at most 17. */
export function tableIndex(lo: number, hi: number, lsb: number, width: number): number {
  const shifted = lsb >= 32 ? hi >>> (lsb - 32) : lsb === 0 ? lo : (lo >>> lsb) | (hi << (32 - lsb));
  return shifted & ((1 << width) - 1);
}

/** A range of addresses as a walk needs it. */
export interface WalkRange {
  readonly disabled: boolean;
  readonly baseTooLarge: boolean;
  readonly e0pd: boolean;
  readonly tbiData: boolean;
  /** Permissions of table descriptors do not count. */
  readonly hpd: boolean;
  /** log2. */
  readonly granule: number;
  readonly startLevel: number;
  readonly startIndexBits: number;
  readonly topMask: number;
  readonly lowMask: number;
  /** Physical address. */
  readonly base: number;
}
/** Tables that a walker may use by itself. */
export interface WalkTables {
  readonly low: WalkRange;
  readonly high: WalkRange;
  readonly mair: bigint;
  readonly paLimit: number;
}
