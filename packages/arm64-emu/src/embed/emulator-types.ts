import type { ExceptionEvent } from '../cpu/exceptions.js';
import type { CpuModel } from '../cpu/models.js';
import type { AccessSize } from '../devices/device.js';
import type { EngineMode } from '../engine/engine.js';
import type { StopReason } from '../machine/options.js';
import type { WatchHit } from './control.js';

/** Options of `Emulator`. */
export interface EmulatorOptions {
  /** `max` by default. */
  readonly model?: CpuModel;
  /** Bytes of memory that can be mapped in all; 64 MiB by default. The host gives them as they are used. */
  readonly memory?: number;
  /** Exception level that execution begins at; 0 by default. */
  readonly el?: 0 | 1;
  /**
   * `stop`: an exception that no hook deals with ends the run. `take`: the guest takes it, through VBAR_EL1; the default
   * at EL1.
   */
  readonly exceptions?: 'stop' | 'take';
  /** `auto` compiles what runs often; results are the same. `interpreter` by default. */
  readonly mode?: EngineMode;
}

/** Limits of `Emulator.run`. */
export interface EmulatorRun {
  /** Where to begin; PC by default. */
  readonly from?: bigint | number;
  /** Ends before the instruction at one of these addresses is executed; nothing need be mapped there. */
  readonly until?: bigint | number | readonly (bigint | number)[];
  /** Executes at most so many instructions, exactly. */
  readonly instructions?: number;
  /** Host time in milliseconds. */
  readonly timeout?: number;
}

/** Why `Emulator.run` ended, and where. */
export interface EmulatorStop {
  readonly reason: 'address' | 'exception' | 'watchpoint' | StopReason;
  /** Address of the next instruction; for an exception, of the one that raised it, or behind a call. */
  readonly pc: bigint;
  /** Instructions executed. */
  readonly executed: number;
  readonly exception?: ExceptionEvent;
  readonly watchpoint?: WatchHit;
  /** A sentence for people. */
  readonly text: string;
}

/** Registers of a device; offsets and values as in `Device`. */
export interface Mmio {
  readonly name?: string;
  read?(offset: number, size: AccessSize): number;
  write?(offset: number, size: AccessSize, value: number): void;
  /** What it knows, for checkpoints: `load` gets it back, and must leave it as it is. */
  save?(): unknown;
  load?(state: unknown): void;
}
