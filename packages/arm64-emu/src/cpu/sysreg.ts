import type { Cpu } from './cpu.js';
import type { Feature } from './features.js';
import type { CpuModel } from './models.js';
import { parseSysKey } from './sysreg-key.js';

/** Exception level, or 4 for "at none". */
export type LowestEl = 0 | 1 | 2 | 3 | 4;

/** Lowest exception level that may read, and that may write. */
export interface SysAccess {
  readonly read: LowestEl;
  readonly write: LowestEl;
}

export const RW0: SysAccess = { read: 0, write: 0 };
export const RO0: SysAccess = { read: 0, write: 4 };
export const WO0: SysAccess = { read: 4, write: 0 };
/** Read at EL0, written from EL1. */
export const R0W1: SysAccess = { read: 0, write: 1 };
export const RW1: SysAccess = { read: 1, write: 1 };
export const RO1: SysAccess = { read: 1, write: 4 };
export const WO1: SysAccess = { read: 4, write: 1 };
export const RW2: SysAccess = { read: 2, write: 2 };
export const RO2: SysAccess = { read: 2, write: 4 };
export const WO2: SysAccess = { read: 4, write: 2 };

/** Bits of HCR_EL2 that trap reads, and writes, from EL1 and EL0 to EL2. */
export interface HcrTrap {
  readonly read?: bigint;
  readonly write?: bigint;
}

/** What a register needs beside its name and encoding. */
export interface SysRegInit {
  /** Value after reset; zero by default. */
  readonly reset?: bigint | ((cpu: Cpu) => bigint);
  /** Bits that a write changes; all by default. */
  readonly mask?: bigint;
  /** Writing ones clears bits (those of `mask`). */
  readonly clears?: boolean;
  readonly get?: (cpu: Cpu) => bigint;
  /** Called with the value after `mask`. A register with storage is written before the call. */
  readonly set?: (cpu: Cpu, value: bigint) => void;
  /** The value, for registers that never hold another one; `get` may add what depends on the exception level. */
  readonly constant?: (model: CpuModel) => bigint;
  /** Bit of SCTLR that opens it to EL0: accesses trap to EL1 (EC 0x18) while it is clear. */
  readonly el0Control?: number;
  /** Whether an access from EL0 is trapped to EL1 for another reason. */
  readonly trapEl0?: (cpu: Cpu, write: boolean) => boolean;
  /** Bits of HCR_EL2 that trap an access from below EL2 to EL2 (EC 0x18). */
  readonly hcr?: HcrTrap;
  /** Whether something else traps such an access to EL2. */
  readonly trapEl2?: (cpu: Cpu, write: boolean) => boolean;
  /** Register of EL2 that answers under this name while HCR_EL2.E2H is set, at EL2 and at EL0 of such a host. */
  readonly e2h?: string;
  /** Another name of a register, which exists only while HCR_EL2.E2H is set (the _EL12 and _EL02 names). */
  readonly alias?: string;
  /** Whether an access is subject to CPACR_EL1.FPEN. */
  readonly fp?: boolean;
  /** The register exists only when the model has the feature. */
  readonly needs?: Feature;
  /** The register exists only when the model says so. */
  readonly exists?: (cpu: { readonly model: CpuModel }) => boolean;
}

/** A row of the system register table. */
export interface SysRegRow extends SysRegInit {
  readonly name: string;
  /** See {@link parseSysKey}. */
  readonly key: number;
  readonly access: SysAccess;
  /** Value kept in a slot of the state block. */
  readonly stored: boolean;
}

/** A register as a CPU has it: row and slot. */
export interface SysReg extends SysRegRow {
  /** Slot of the state block; -1 without storage. */
  readonly slot: number;
  /** Reads at `access.read` and above may take the slot's value without further ado. */
  readonly inlineRead: boolean;
  /** Likewise writes. */
  readonly inlineWrite: boolean;
  /** Nothing but the exception level decides on accesses from EL1. */
  readonly direct: boolean;
}

/** A register with storage. */
export function stored(name: string, encoding: string, access: SysAccess = RW1, init: SysRegInit = {}): SysRegRow {
  return { ...init, name, key: parseSysKey(encoding), access, stored: true };
}

/** A register without storage: a constant, or behaviour. Without `get` and `constant` it reads as zero, without `set` writes vanish. */
export function computed(name: string, encoding: string, access: SysAccess, init: SysRegInit = {}): SysRegRow {
  return { ...init, name, key: parseSysKey(encoding), access, stored: false };
}

/** Rows of a numbered family such as DBGBVR0_EL1 upwards. */
export function family(count: number, row: (n: number) => SysRegRow): SysRegRow[] {
  return Array.from({ length: count }, (_, n) => row(n));
}
