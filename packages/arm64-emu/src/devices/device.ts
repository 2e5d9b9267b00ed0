/** Width of one device access in bytes; the bus splits wider ones into words, low address first. */
export type AccessSize = 1 | 2 | 4;

/**
 * A block of memory-mapped registers. Offsets are relative to where the bus maps it, aligned to the access
 * and within `size`. Nothing that a guest writes may make a method throw, loop without bound or reach
 * memory other than through {@link Dma}. State is kept in plain fields, so that it can be saved.
 *
 * @example
 * class Scratch implements Device {
 *   readonly name = 'scratch';
 *   readonly size = 4;
 *   value = 0;
 *   read() { return this.value; }
 *   write(_offset: number, _size: AccessSize, value: number) { this.value = value; }
 *   reset() { this.value = 0; }
 * }
 */
export interface Device {
  /** Short name for logs, such as `pl011`. */
  readonly name: string;
  /** Bytes of address space. */
  readonly size: number;
  /** Returns an unsigned value; bits above the access are dropped by the bus. */
  read(offset: number, size: AccessSize): number;
  /** `value` is unsigned and no wider than the access. */
  write(offset: number, size: AccessSize, value: number): void;
  /** Back to the state after power-on. Lowers the device's interrupt lines. */
  reset(): void;
  /** See {@link Stateful}; without it a machine with this device cannot be saved. */
  readonly stateFields?: readonly string[];
  restored?(): void;
  readonly scheduledCalls?: number;
}

/**
 * What snapshots need of an object: which fields are its state. A field holds numbers, bigints, booleans, strings, typed
 * arrays, further objects of this kind, or arrays, maps and plain objects of those. Objects without `stateFields`, such
 * as the file behind a disk, are not part of the machine.
 */
export interface Stateful {
  readonly stateFields: readonly string[];
  /** Called when the fields have been loaded: schedules what was scheduled. */
  restored?(): void;
  /** Calls that this object has scheduled, and schedules again in {@link restored}. */
  readonly scheduledCalls?: number;
}

/** One wire into an interrupt controller or a CPU. Drivers call `set` whenever the level may have changed. */
export interface InterruptLine {
  set(level: boolean): void;
}

/** A wire that ends nowhere; for devices whose interrupt is not connected. */
export const unconnected: InterruptLine = { set() {} };

/** Virtual time, in nanoseconds since the machine was started; it advances with executed instructions. */
export interface Clock {
  now(): bigint;
  /** Calls `fn` once, when virtual time has reached `at`. Never calls it from within `schedule`. */
  schedule(at: bigint, fn: () => void): Timer;
}

/** A pending call of {@link Clock.schedule}. */
export interface Timer {
  cancel(): void;
}

/** Memory access of a device. Addresses are physical, in bytes; only guest RAM can be reached. */
export interface Dma {
  /** Copies `size` bytes out of RAM; undefined when any of them is not RAM. */
  read(address: number, size: number): Uint8Array | undefined;
  /** Copies `bytes` to RAM and returns true, or changes nothing and returns false when any byte is not RAM. */
  write(address: number, bytes: Uint8Array): boolean;
}

/** Receives one line of diagnosis: what a guest did that the machine does not model. */
export type Log = (message: string) => void;
