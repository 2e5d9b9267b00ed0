import type { TlbControl } from '../cpu/cpu-port.js';
import type { WalkMemory } from '../cpu/walk.js';
import type { CpuHost } from '../engine/host.js';

/** What a machine needs of the engine; a stand-in serves in tests. */
export interface Executor {
  /** Linear memory with the state block of the selected CPU at 0. */
  readonly buffer: ArrayBufferLike;
  /** Guest memory by physical address. */
  readonly memory: WalkMemory;
  /**
   * Whether whoever runs this lets the host do other things every few milliseconds: compiling takes pieces of that time
   * then. Results do not depend on it.
   */
  breathes?: boolean;
  /** Adds CPU `index`; its state block starts as zeros. */
  attach(index: number, host: CpuHost): void;
  /** Puts the state block of CPU `index` in place. */
  select(index: number): void;
  tlb(index: number): Omit<TlbControl, 'contextChanged'>;
  /** EL, PAN or UAO of the selected CPU changed; with them perhaps the address space. */
  contextChanged(asid?: number, space?: number): void;
  /** Instructions that CPU `index` has executed; exact also while a callback runs. */
  executed(index: number): number;
  /**
   * Runs the selected CPU for exactly `count` instructions, or until it wants attention or took `turns` exceptions;
   * takes its interrupts. Returns the number executed. When `enough` are, it may stop anywhere before `count`.
   */
  run(count: number, turns?: number, enough?: number): number;
}
