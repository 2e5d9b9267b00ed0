/**
 * Where guest state lives in linear memory. Every address is a byte offset from the start of the memory.
 * The block `[0, STATE_SIZE)` is one CPU; it is copied out and in when another CPU runs.
 */

/** Number of 8-byte slots for system registers. */
export const SYSREG_SLOTS = 512;

/** Guest state of the running CPU. Slots are 8 bytes, little-endian, unless noted. */
export const STATE = {
  /** X0-X30; the 32nd slot is the current stack pointer. */
  X: 0x000,
  SP: 0x0f8,
  /** Reads of XZR come from here (always 0), writes go to SINK: no handler tests for register 31. */
  ZR: 0x100,
  SINK: 0x108,
  /** Address of the next instruction. Valid whenever no handler is running. */
  PC: 0x110,
  /** i32: N Z C V in bits 3-0. Valid whenever no handler is running. */
  NZCV: 0x118,
  /** i32: PSTATE.BTYPE, IL and SS. */
  BTYPE: 0x11c,
  IL: 0x120,
  SS: 0x124,
  /** PSTATE fields as MRS returns them (DAIF in bits 9-6, CurrentEL in bits 3-2 and so on). */
  CURRENT_EL: 0x128,
  SPSEL: 0x130,
  DAIF: 0x138,
  PAN: 0x140,
  UAO: 0x148,
  DIT: 0x150,
  SSBS: 0x158,
  ALLINT: 0x160,
  TCO: 0x168,
  FPCR: 0x170,
  FPSR: 0x178,
  /** Exclusive monitor: address (all ones when open), the value loaded (two slots, for pairs), size in bytes. */
  EXCLUSIVE_ADDRESS: 0x180,
  EXCLUSIVE_VALUE: 0x188,
  EXCLUSIVE_VALUE_HIGH: 0x190,
  EXCLUSIVE_SIZE: 0x198,
  /** i32: interrupts that are pending at this CPU, in DAIF bit positions (I: 0x80, F: 0x40, A: 0x100). */
  PENDING: 0x1a4,
  /** i32: the event register of WFE. */
  EVENT: 0x1a8,
  /** SCTLR and TCR of the current translation regime; a TCR_EL2 of the form with one range is in TCR_EL1's layout. */
  SCTLR: 0x1b0,
  TCR: 0x1b8,
  /** 1 while a hypervisor traps pointer authentication. */
  PAUTH_TRAPPED: 0x1c0,
  /** 1 while a hypervisor does not allow memory copies and sets (FEAT_MOPS). */
  MOPS_TRAPPED: 0x1c8,
  /** 1 while a hypervisor traps DC ZVA. */
  ZVA_TRAPPED: 0x1d0,
  /** V0-V31, 16 bytes each. */
  V: 0x200,
  /** System registers; slot numbers are handed out by the system register table. */
  SYSREG: 0x400,
} as const;

/** Bytes of one CPU's state. */
export const STATE_SIZE = STATE.SYSREG + SYSREG_SLOTS * 8;

/** Byte address of general register `n`; 31 is SP. */
export const xAddress = (n: number): number => STATE.X + n * 8;
/** Byte address of vector register `n`. */
export const vAddress = (n: number): number => STATE.V + n * 16;
/** Byte address of system register slot `n`. */
export const sysregAddress = (n: number): number => STATE.SYSREG + n * 8;

/** The engine's own cells, behind the CPU state. Not guest state; not copied when CPUs are switched. */
export const CELL = {
  /** i32: record that runs next, and budget (`remaining * 16 + ip`). */
  IP: 0x1800,
  BUDGET: 0x1804,
  /** i32: first byte of the current TLB set, and of the set for unprivileged accesses (LDTR, STTR). */
  TLB: 0x1808,
  TLB_UNPRIVILEGED: 0x180c,
  /** i64: PC = (ip >> 2) + PC_BIAS. */
  PC_BIAS: 0x1810,
  /** i64: target of a jump that leaves the record page; i32: PSTATE.BTYPE when the target refuses it, else 0. */
  JUMP: 0x1818,
  JUMP_BTYPE: 0x1820,
  /** Exception raised by a handler: class (i32) and ISS (i32). */
  EXCEPTION_CLASS: 0x1824,
  EXCEPTION_ISS: 0x1828,
  /** i32: why the current instruction is abandoned, see `Exit`. */
  REASON: 0x182c,
  /** i32: which event ends the instruction; its operand is in BOUNCE. */
  EVENT: 0x1830,
  /** i32: 1 while instructions that FP access traps may be for are looked at before they run. */
  CHECK: 0x1834,
  /** i32: not 0 while the hooked instruction that is executing ends a block that somebody follows. */
  AFTER: 0x1838,
  /** Values on their way between a handler and the slow path (64 bytes). */
  BOUNCE: 0x1840,
  /** Operands and result of an FP operation that is done by the exact routines (4 x 16 bytes). */
  FP_ARGS: 0x1880,
  /** Operands (2 x i64) of flags that wait to be made while a region calls another. */
  FLAG_OPERANDS: 0x18c0,
  /** i32: what kind of flags waits, while a loop keeps that here. */
  FLAG_KIND: 0x18d0,
  /** i64: instructions that regions have executed, times 16. */
  COMPILED: 0x18d8,
  /** Pages and runs of pages that the loop of a region has found in the TLB, see `KEPT`. */
  KEPT: 0x1900,
} as const;
/** What a loop keeps of the TLB: i64 address, i64 offset below which accesses are inside, i32 addend. */
export const KEPT = { ADDRESS: 0, LIMIT: 8, ADDEND: 16, SIZE: 32 } as const;

/** Entries of each TLB array; direct mapped by VA bits 12 and up. */
export const TLB_ENTRIES = 4096;
/** The index is the page number exclusive-ored with itself, shifted by so much: buffers 4 MiB apart do not collide. */
export const TLB_HASH_SHIFT = 10;
/** Bytes of an entry: i64 tag (VA of the page), i32 addend (host = low 32 bits of VA + addend), i32 flags. */
export const TLB_ENTRY_SIZE = 16;
/**
 * One set: read, write and fetch arrays, then a scratch entry for accesses that are not cached. Indirect branches other
 * than RET have a fetch array without guarded pages (FEAT_BTI).
 */
export const TLB_SET = {
  READ: 0x0000,
  WRITE: 0x10000,
  FETCH: 0x20000,
  FETCH_INDIRECT: 0x30000,
  SCRATCH: 0x40000,
  /** Runs of pages, two for each array, see `TLB_RANGE`. */
  READ_RANGE: 0x40100,
  WRITE_RANGE: 0x40140,
  /** i32 for each of two lists, of global entries and of the others: how many are listed; more than the limit: too many. */
  COUNTS: 0x40180,
  /** u16 for each entry made since the set was empty: its number, counted through all arrays; some twice. */
  LISTS: 0x40200,
  SIZE: 0x44000,
} as const;
/** Entries that a list of a set holds, so that dropping them takes time by their number. */
export const TLB_LISTED = 3840;
/**
 * A run of neighbouring pages: i64 address of the first one, i64 offsets below which accesses of any size are inside,
 * i32 addend, i32 bytes. Limit and bytes are 0 when there is none.
 */
export const TLB_RANGE = { ADDRESS: 0, LIMIT: 8, ADDEND: 16, SIZE: 20, MARGIN: 31, BYTES: 32 } as const;
/** Flags in the fourth word of an entry. */
export const TLB_FLAG = { NON_GLOBAL: 1, GUARDED: 2 } as const;
/** Sets of one CPU: translation regimes times address spaces. */
export const TLB_SETS = 16;
/** CPUs that have TLB sets. */
export const MAX_CPUS = 8;
/** First byte of the TLB sets. */
export const TLB_START = 0x10000;
/** First byte behind the TLB sets. */
const TLB_END = TLB_START + MAX_CPUS * TLB_SETS * TLB_SET.SIZE;

/** i32 counters of taken branches, by a hash of the target's record; they count up to zero. */
export const HOT_COUNTERS = TLB_END;
export const HOT_COUNTER_MASK = 0x3ffff;
/** Numbers in records from here on are regions; below, handlers. */
export const REGION_BASE = 16384;
/** The number in records of instructions that an observer is asked about first. */
export const HOOK_NUMBER = REGION_BASE - 1;
/** Numbers that a record may have. */
export const NUMBERS = 0x10000;
/** u16 for each number in records: the handler of the instruction alone, where a region or a sequence stands. */
export const BASE_NUMBERS = HOT_COUNTERS + (HOT_COUNTER_MASK + 1) * 4;
/** u8 for each number in records: whether the engine is asked before such a record while FP is trapped. */
export const ASK_BEFORE = BASE_NUMBERS + NUMBERS * 2;
/** Bytes before the first record that look like records which are not decoded. */
const BEFORE_RECORDS = 64;
/** First byte of the records. */
export const RECORDS_START = ASK_BEFORE + NUMBERS + BEFORE_RECORDS;
