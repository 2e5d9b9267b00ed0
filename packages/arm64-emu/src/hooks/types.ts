import type { Cpu } from '../cpu/cpu.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';
import type { AddressRange } from './range.js';

/**
 * Called before an instruction, a `word` of 32 bits, once for each time that it is executed. `skip`: the hook has done what the instruction
 * does, and execution goes on behind it. When the hook sets PC, execution goes on there, and the instruction is not
 * counted.
 */
export type CodeHook = (cpu: Cpu, address: bigint, word: number) => 'skip' | void;
/** Called at the first instruction of a block: behind a branch, taken or not, an exception, or the return from one. */
export type BlockHook = (cpu: Cpu, start: bigint) => void;

/** Which data accesses a hook is for. */
export interface AccessRange extends AddressRange {
  readonly read?: boolean;
  readonly write?: boolean;
}

/** A data access that has not been made. */
export interface AccessEvent {
  /** Virtual address of the first byte, without its tag. */
  readonly address: bigint;
  readonly physical: number;
  /** Bytes, up to 32; an access in two pages is two events. */
  readonly size: number;
  /** `update`: an atomic instruction's, or an exclusive store's look at memory: it reads what it writes. */
  readonly kind: 'read' | 'write' | 'update';
  /** What is about to be written, or is in memory now; undefined when a device would have to be asked. */
  readonly value: bigint | undefined;
}
/**
 * Called before a data access, with the state of an instruction that has done nothing yet. A number takes the place of the
 * value that is read or written; `skip` has nothing written.
 */
export type AccessHook = (cpu: Cpu, access: AccessEvent) => bigint | 'skip' | void;

/** An access to an address that does not translate, or at which nothing answers. */
export interface UnmappedEvent {
  readonly address: bigint;
  readonly kind: 'read' | 'write' | 'fetch';
  /** Bytes. */
  readonly size: number;
}
/** Called instead of the exception; true when something has been mapped: the access is tried again, once. */
export type UnmappedHook = (cpu: Cpu, access: UnmappedEvent) => boolean;

/** Asked about an exception that is about to be taken: true when it was dealt with, and the guest does not see it. */
export type ExceptionHook = (cpu: Cpu, event: ExceptionEvent) => boolean | undefined;
/** Told of an exception or interrupt that the guest takes. */
export type ExceptionWatch = (cpu: Cpu, event: ExceptionEvent) => void;
/** Asked about an undefined instruction; true when the hook did what it is to do: execution goes on behind it. */
export type UndefinedHook = (cpu: Cpu, word: number) => boolean;

/** An MRS, MSR or SYS instruction that is about to be executed; whether it is permitted has not been asked. */
export interface SystemRegisterEvent {
  /** Name in the table of this CPU, or `S3_0_C15_C0_0` and the like. */
  readonly name: string;
  readonly write: boolean;
  /** What is to be written. */
  readonly value: bigint | undefined;
}
/** A number takes the place of the value that is read or written, permitted or not; `skip` has nothing written. */
export type SystemRegisterHook = (cpu: Cpu, access: SystemRegisterEvent) => bigint | 'skip' | void;

/** A translation that is about to enter the TLB. */
export interface TlbFillEvent {
  /** Virtual and physical address of the 4 KiB page. */
  readonly address: bigint;
  readonly physical: number;
  readonly kind: 'read' | 'write' | 'fetch';
  /** Address space that it belongs to; undefined for a translation that is global, or while translation is off. */
  readonly asid: number | undefined;
}
/** Called before a translation enters the TLB. */
export type TlbFillHook = (cpu: Cpu, fill: TlbFillEvent) => void;

/** Takes a hook away. */
export type Unhook = () => void;
