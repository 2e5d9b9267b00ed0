import type { InterruptLine } from '../devices/device.js';
import type { Cpu } from './cpu.js';
import type { CpuModel } from './models.js';
import type { SysRegTableOptions } from './sysreg-table.js';
import type { SystemCounter } from './timer.js';
import type { WalkMemory, WalkTables } from './walk.js';

/** The TLB of one CPU, which the engine keeps. Addresses are in halves. */
export interface TlbControl {
  /** Drops everything. */
  flushAll(): void;
  /** Drops the 4 KiB page around an address, in every set. */
  flushPage(lo: number, hi: number): void;
  /** Whether an entry says that the address may be read as things are now. */
  mayRead(lo: number, hi: number): boolean;
  /** Tables of the current regime that may be walked without asking the CPU; to be told again when they changed. */
  useTables(tables: WalkTables | undefined): void;
  /** Pages of the block of `2 ** sizeLog2` bytes around an address may be in the TLB, and TLBI of any drops them all. */
  noteBlock(lo: number, hi: number, sizeLog2: number): void;
  /** Drops the non-global entries of an address space. */
  flushAsid(asid: number): void;
  /** Another address space is current; `space` is a number for everything but the ASID that tells it from others. */
  setAsid(asid: number, space?: number): void;
  /** EL, PAN or UAO changed: another set may be current, and another address space as for {@link setAsid}. */
  contextChanged(asid?: number, space?: number): void;
}

/** HVC or SMC. */
export type Conduit = 'hvc' | 'smc';

/** Everything that a CPU is connected to. */
export interface CpuPort {
  readonly model: CpuModel;
  /** Number within the machine, from 0. */
  readonly index: number;
  /** MPIDR_EL1. */
  readonly mpidr: bigint;
  /** Linear memory with the state block at 0. */
  readonly memory: ArrayBufferLike;
  readonly walk: WalkMemory;
  readonly tlb: TlbControl;
  readonly counter: SystemCounter;
  /** Instructions that this CPU has executed. */
  instructions(): bigint;
  /** Outputs of the timers and of the performance monitors. */
  readonly lines: {
    readonly cntp: InterruptLine;
    readonly cntv: InterruptLine;
    readonly pmu: InterruptLine;
    /** Timers of EL2. */
    readonly cnthp?: InterruptLine;
    readonly cnthv?: InterruptLine;
  };
  /** Firmware call: returns false when nobody answers, and the instruction is UNDEFINED. */
  call(cpu: Cpu, conduit: Conduit): boolean;
  /** Does something at every CPU but number `self` (TLBI IS, SEV). */
  others(self: number, action: (cpu: Cpu) => void): void;
  /** An interrupt ended this CPU's wait. */
  woken(): void;
  /** 64 random bits. */
  random(): bigint;
  readonly registers?: SysRegTableOptions;
  /** Where execution begins after reset. */
  readonly resetVector?: bigint;
}
