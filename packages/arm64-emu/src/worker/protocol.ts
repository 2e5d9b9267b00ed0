import type { StopReason } from '../machine/options.js';

/** One end of a channel: a `Worker`, what a worker calls `self`, or a `MessagePort`. */
export interface Endpoint {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  removeEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  /** Ports have it. */
  start?(): void;
}

/** Limits of a run in a worker; as those of `Machine.run`. */
export interface RemoteRun {
  readonly instructions?: number;
  /** Milliseconds of host time. */
  readonly timeout?: number;
  readonly pace?: 'free' | 'host';
}

/** How a run in a worker ended. */
export interface RemoteStop {
  readonly reason: StopReason;
  /** Instructions executed by all CPUs, and virtual time in nanoseconds, since power-on. */
  readonly executed: number;
  readonly ns: number;
}

/** Where bytes are: a physical address, or a virtual one of a CPU. */
export interface RemoteAddress {
  readonly address: bigint | number;
  /** The CPU that translates a virtual address; a physical one when not given. */
  readonly cpu?: number | undefined;
}

/** A picture of a framebuffer: 32 bits for each pixel, B, G, R and one that is ignored. */
export interface Frame {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Bytes from a row to the next. */
  readonly rowBytes: number;
  readonly bytes: Uint8Array;
}

/** What a client can ask for: arguments and results as they are sent. */
export interface Methods {
  create(
    options: unknown,
    shared: Int32Array | undefined,
  ): { readonly ports: readonly string[]; readonly cpus: number };
  run(limits: RemoteRun): Promise<RemoteStop>;
  stop(): void;
  status(): { readonly executed: number; readonly ns: number };
  type(port: string, bytes: Uint8Array): void;
  readRegisters(cpu: number, names: readonly string[]): readonly bigint[];
  writeRegisters(cpu: number, values: readonly (readonly [name: string, value: bigint])[]): void;
  read(at: RemoteAddress, size: number): Uint8Array;
  write(at: RemoteAddress, bytes: Uint8Array): void;
  snapshot(deflate: boolean): Promise<Uint8Array>;
  restore(bytes: Uint8Array): Promise<void>;
  stateHash(): Promise<string | undefined>;
  checkpoint(): number;
  resetTo(checkpoint: number): void;
  forget(checkpoint: number): void;
  record(snapshot: boolean): Promise<void>;
  finishRecording(): Promise<Uint8Array>;
  replay(bytes: Uint8Array): Promise<void>;
  verify(): Promise<void>;
  gdb(port: MessagePort, reverse: boolean): void;
  frames(interval: number | undefined): void;
}

/** A call. */
export interface Request {
  readonly id: number;
  readonly method: keyof Methods;
  readonly args: readonly unknown[];
}

/** An error as it is sent. */
export interface SentError {
  readonly family: string;
  readonly code: string;
  readonly message: string;
  readonly offset: number | undefined;
  readonly path: string;
}

/** An answer to a call, or something that happened. */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: SentError }
  | { readonly event: 'serial'; readonly port: string; readonly bytes: Uint8Array }
  | { readonly event: 'log'; readonly line: string }
  | { readonly event: 'frame'; readonly frame: Frame };
