import type { Cpu } from '../cpu/cpu.js';
import type { Conduit } from '../cpu/cpu-port.js';
import type { CpuModel } from '../cpu/models.js';
import type { SysRegRow } from '../cpu/sysreg.js';
import type { UnknownPolicy } from '../cpu/sysreg-table.js';
import type { Bus } from '../devices/bus.js';
import type { InterruptLine, Log } from '../devices/device.js';
import type { Executor } from './executor.js';

/** A CPU's interrupt outputs. */
export interface CpuLines {
  readonly cntp?: InterruptLine;
  readonly cntv?: InterruptLine;
  /** Timers of EL2. */
  readonly cnthp?: InterruptLine;
  readonly cnthv?: InterruptLine;
  /** Overflow of the performance monitors. */
  readonly pmu?: InterruptLine;
}

/** A firmware service behind HVC and SMC; false passes the call on. */
export type FirmwareCall = (cpu: Cpu, conduit: Conduit) => boolean;

/** Options of `Machine`. */
export interface MachineOptions {
  readonly model: CpuModel;
  /** MPIDR_EL1 of each CPU; their number is the machine's. */
  readonly mpidrs: readonly bigint[];
  readonly bus: Bus;
  readonly executor: Executor;
  /** Ticks of the system counter per second: 62.5 MHz on `virt`, 24 MHz on Apple's machines. */
  readonly counterFrequency?: number;
  readonly nsPerInstruction?: number;
  /** Instructions before the next CPU has its turn. */
  readonly quantum?: number;
  readonly registers?: readonly SysRegRow[];
  readonly unknownRegisters?: UnknownPolicy;
  /** Services asked before PSCI. */
  readonly firmware?: readonly FirmwareCall[];
  /** Whether PSCI answers; true by default. */
  readonly psci?: boolean;
  /** Seed of RNDR. */
  readonly seed?: bigint;
  readonly log?: Log;
}

/** Why `Machine.run` ended; `replayed`: at the end of a recording. */
export type StopReason = 'instructions' | 'until' | 'deadline' | 'poweroff' | 'reset' | 'stopped' | 'idle' | 'replayed';

/** Limits of `Machine.run`. */
export interface RunOptions {
  /** Instructions of all CPUs together. */
  readonly instructions?: number;
  /** Asked now and then; true ends the run. */
  readonly until?: () => boolean;
  /** Host time in milliseconds (`performance.now()`) at which the run ends. */
  readonly deadline?: number;
  /**
   * `free`: virtual time leaps while every CPU waits. `host`: the host sleeps for that long instead, or until
   * `Machine.wake`.
   */
  readonly pace?: 'free' | 'host';
  /** Milliseconds of work between breaths; 4 by default. */
  readonly slice?: number;
}
