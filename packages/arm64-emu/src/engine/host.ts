/** What the engine asks of the CPU model. Addresses on hot paths are in 32-bit halves: bigints cost an allocation each. */
import type { CpuEventName, FpFormat, FpOp, SysRegAccess } from '../a64/spec/index.js';

/** Kinds of access, as given to {@link CpuHost.translate}. */
export const READ = 0;
export const WRITE = 1;
export const FETCH = 2;
export type AccessKind = typeof READ | typeof WRITE | typeof FETCH;

/** The result of a translation that succeeded. The host owns one object and overwrites it. */
export interface Translation {
  /** Physical address of the byte asked for. */
  readonly pa: number;
  /** Device memory: misaligned accesses fault and exclusives are not supported. */
  readonly device: boolean;
  /** Not global: the entry is dropped when the ASID changes. */
  readonly nG: boolean;
  /** EL0 may access the page: the privileged entry is dropped when PAN is set. */
  readonly user: boolean;
  /** Guarded page (BTI). */
  readonly guarded: boolean;
  /** False when the translation holds for this access only (watchpoint in the page, SCTLR.A set). */
  readonly keep: boolean;
  /** What an observer gives in place of the value read or written; `null`: nothing is written. */
  readonly supplied?: bigint | null | undefined;
}

/** What a system register write asks of the engine. */
export const SYS_CONTINUE = 0;
/** Leave the run loop behind this instruction: interrupts, translation or the run state may have changed. */
export const SYS_LEAVE = 1;
/** The access trapped; the host has the exception ready, see {@link CpuHost.raise}. */
export const SYS_TRAP = 2;
export type SysResult = typeof SYS_CONTINUE | typeof SYS_LEAVE | typeof SYS_TRAP;

/** The CPU model behind an engine. Where a method needs it, `STATE.PC` holds the current instruction's address. */
export interface CpuHost {
  /**
   * Translates `hi:lo` with the current permissions, or those of EL0 when `unprivileged`. False: a fault; the host has
   * recorded it (syndrome, FAR) and takes it when {@link raise} is called.
   * `bytes` is the size of the access, for watchpoints; `reads`: what is written is read first; `part`: where the bytes
   * are within what the instruction writes.
   */
  translate(
    lo: number,
    hi: number,
    access: AccessKind,
    unprivileged: boolean,
    bytes?: number,
    reads?: boolean,
    part?: number,
  ): boolean;
  readonly translation: Translation;
  /** The translation that failed was no fault: an observer is to be asked about the access. */
  readonly asking?: boolean;
  /** Upper half of the address that a branch to one with upper half `hi` leads to: without its tag, where there are tags. */
  branchTop?(hi: number): number;
  /** Whether an access that should be aligned to its `size` bytes may be misaligned at `lo` in Normal memory; never when not given. */
  allowsMisaligned?(lo: number, size: number, ordered: boolean): boolean;
  /** Records an alignment fault, or a synchronous external abort, as {@link translate} does. */
  alignmentFault(lo: number, hi: number, access: AccessKind): void;
  externalAbort(lo: number, hi: number, access: AccessKind): void;
  /** Takes the exception that was recorded last; `STATE.PC` is the instruction that caused it. */
  raise(): void;
  /** Takes an exception that an instruction raised itself (SVC, BRK, UNDEFINED ...). */
  exception(ec: number, iss: number): void;
  /** ERET, WFI and so on. `STATE.PC` is the next instruction, except for ERET. */
  event(event: CpuEventName, operand: bigint): void;
  /** Takes a pending interrupt that is not masked; false when there is none. */
  deliverInterrupt(): boolean;

  /** System register read; undefined when it trapped. */
  sysRead(key: number): bigint | undefined;
  /** System register write or system instruction (TLBI, DC, AT ...). */
  sysWrite(key: number, value: bigint): SysResult;
  /** Where a register lives, for direct access by generated code. Must not depend on changeable state. */
  sysAccess(key: number, write: boolean): SysRegAccess;
  sysName(key: number): string | undefined;

  /** Whether unprivileged accesses (LDTR) from a higher level act as at EL0; unless PSTATE.UAO when not given. */
  readonly unprivilegedAsEl0?: boolean;
  /** PACIASP and PACIBSP accept no BR from a guarded page (SCTLR_EL1.BT0 and BT1). */
  branchTargetStrict(): boolean;
  /** CPACR_EL1.FPEN traps floating point at the current exception level. */
  fpTrapped(): boolean;

  /**
   * The run loop must look at this CPU: interrupt line, power state, deadline. The engine returns from `run` before the
   * next instruction; whoever called it clears the flag.
   */
  attentionWanted: boolean;
}

/** Device access by physical address. */
export interface PhysicalIo {
  /** Undefined when nothing answers. */
  read(address: number, size: 1 | 2 | 4 | 8): number | bigint | undefined;
  write(address: number, size: 1 | 2 | 4 | 8, value: number | bigint): boolean;
}

/** An exact floating-point operation: arguments of 16 bytes at byte `at`; the result replaces the first. */
export type FpRoutine = (view: DataView, at: number, op: FpOp, format: FpFormat, lanes: number, param: number) => void;
