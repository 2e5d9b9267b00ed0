import { RemoteError } from './error.js';
import { shared } from './frames.js';
import type { Endpoint, Frame, Methods, RemoteAddress, RemoteRun, RemoteStop, Reply } from './protocol.js';

type Result<M extends keyof Methods> = Awaited<ReturnType<Methods[M]>>;

/** A state of a machine in a worker, to go back to; see `checkpoint`. */
export interface RemoteCheckpoint {
  reset(): Promise<void>;
  /** Gives up the pages that only this state has. */
  release(): Promise<void>;
}

/** A recording in progress in a worker; see `record`. */
export interface RemoteRecorder {
  finish(): Promise<Uint8Array>;
}

/** A replay in progress in a worker; see `replay`. */
export interface RemoteReplay {
  verify(): Promise<void>;
}

/**
 * A machine that runs in a worker, with the calls of one that runs here: each returns a promise, and may be made while
 * the machine runs. Calls that fail reject with the machine's errors. No shared memory is needed; where the page is
 * isolated, it makes {@link stop} quicker and saves copies of frames.
 *
 * @example
 * const worker = new Worker(new URL('./machine.js', import.meta.url), { type: 'module' });
 * const machine = await RemoteMachine.create(worker, { memory: 2 ** 28 });
 * machine.onSerial = (port, bytes) => terminal.write(bytes);
 * await machine.restore(snapshot);
 * const { reason } = await machine.run({ instructions: 1e9 });
 */
export class RemoteMachine {
  /** Called with what the guest sends on a serial port; before a run resolves, with everything that it sent. */
  onSerial: ((port: string, bytes: Uint8Array) => void) | undefined;
  /** Called with what the framebuffer shows, see {@link watchScreen}. */
  onFrame: ((frame: Frame) => void) | undefined;
  /** Called with lines of diagnosis. */
  onLog: ((line: string) => void) | undefined;
  /** Names of the serial ports. */
  ports: readonly string[] = [];
  /** Number of CPUs. */
  cpus = 0;
  private readonly calls = new Map<number, { done: (result: never) => void; failed: (error: Error) => void }>();
  private made = 0;
  private readonly stopFlag: Int32Array | undefined;
  private readonly listener = ({ data }: { readonly data: unknown }): void => this.hear(data as Reply);

  private constructor(private readonly endpoint: Endpoint) {
    const flag = shared(4);
    this.stopFlag = flag && new Int32Array(flag.buffer);
    endpoint.addEventListener('message', this.listener);
    endpoint.start?.();
  }

  /** Has the worker make a machine; `options` are those that its `create` expects, and can be cloned. */
  static async create(endpoint: Endpoint, options?: unknown): Promise<RemoteMachine> {
    const machine = new RemoteMachine(endpoint);
    const { ports, cpus } = await machine.call('create', [options, machine.stopFlag]);
    machine.ports = ports;
    machine.cpus = cpus;
    return machine;
  }

  /** Listens no more; the worker is the caller's to end. Calls that are not answered yet never are. */
  close(): void {
    this.endpoint.removeEventListener('message', this.listener);
  }

  /** Runs until a limit is met or {@link stop}. */
  async run(limits: RemoteRun = {}): Promise<RemoteStop> {
    if (this.stopFlag !== undefined) Atomics.store(this.stopFlag, 0, 0);
    return this.call('run', [limits]);
  }
  /** Ends a run soon. */
  async stop(): Promise<void> {
    if (this.stopFlag !== undefined) Atomics.store(this.stopFlag, 0, 1);
    await this.call('stop', []);
  }
  /** Instructions executed by all CPUs, and virtual time in nanoseconds, since power-on. */
  status(): Promise<Result<'status'>> {
    return this.call('status', []);
  }

  /** Types at a serial port; the first one when `port` is not given. */
  type(bytes: Uint8Array, port = this.ports[0] ?? ''): Promise<void> {
    return this.call('type', [port, bytes]);
  }

  /** Registers of a CPU by name. */
  async get<N extends string>(cpu: number, names: readonly N[]): Promise<Record<N, bigint>> {
    const values = await this.call('readRegisters', [cpu, names]);
    return Object.fromEntries(names.map((name, i) => [name, values[i]!])) as Record<N, bigint>;
  }
  set(cpu: number, values: Readonly<Record<string, bigint | number>>): Promise<void> {
    return this.call('writeRegisters', [
      cpu,
      Object.entries(values).map(([name, value]) => [name, BigInt(value)] as const),
    ]);
  }
  /** Copies bytes at a physical address, or a virtual one of a CPU. */
  read(at: RemoteAddress, size: number): Promise<Uint8Array> {
    return this.call('read', [at, size]);
  }
  write(at: RemoteAddress, bytes: Uint8Array): Promise<void> {
    return this.call('write', [at, bytes]);
  }

  /** As `saveSnapshot`; the bytes are not copied on their way. */
  snapshot(options: { readonly deflate?: boolean } = {}): Promise<Uint8Array> {
    return this.call('snapshot', [options.deflate ?? true]);
  }
  /** As `restoreSnapshot`. With `transfer` the bytes are given away instead of copied. */
  restore(bytes: Uint8Array, options: { readonly transfer?: boolean } = {}): Promise<void> {
    const given = options.transfer === true && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
    return this.call('restore', [bytes], given);
  }
  stateHash(): Promise<string | undefined> {
    return this.call('stateHash', []);
  }
  /** As `checkpoint`. */
  async checkpoint(): Promise<RemoteCheckpoint> {
    const n = await this.call('checkpoint', []);
    return { reset: () => this.call('resetTo', [n]), release: () => this.call('forget', [n]) };
  }
  /** As `record`. */
  async record(options: { readonly snapshot?: boolean } = {}): Promise<RemoteRecorder> {
    await this.call('record', [options.snapshot ?? false]);
    return { finish: () => this.call('finishRecording', []) };
  }
  /** As `replay`. */
  async replay(bytes: Uint8Array): Promise<RemoteReplay> {
    await this.call('replay', [bytes]);
    return { verify: () => this.call('verify', []) };
  }

  /**
   * A port that speaks GDB's remote protocol: messages are bytes. A null ends it, and is answered by a null when the
   * machine stands still. GDB runs the machine itself.
   */
  async gdb(options: { readonly reverse?: boolean } = {}): Promise<MessagePort> {
    const { port1, port2 } = new MessageChannel();
    await this.call('gdb', [port2, options.reverse ?? false], [port2]);
    return port1;
  }
  /** Has {@link onFrame} called with what the framebuffer shows, at most every `interval` milliseconds. */
  watchScreen(interval = 40): Promise<void> {
    return this.call('frames', [interval]);
  }
  /** Ends that. */
  unwatchScreen(): Promise<void> {
    return this.call('frames', [undefined]);
  }

  private call<M extends keyof Methods>(
    method: M,
    args: Parameters<Methods[M]>,
    transfer: Transferable[] = [],
  ): Promise<Result<M>> {
    const id = ++this.made;
    return new Promise<Result<M>>((done, failed) => {
      this.calls.set(id, { done, failed });
      this.endpoint.postMessage({ id, method, args }, transfer);
    });
  }

  private hear(reply: Reply): void {
    if ('event' in reply) {
      if (reply.event === 'serial') this.onSerial?.(reply.port, reply.bytes);
      else if (reply.event === 'frame') this.onFrame?.(reply.frame);
      else this.onLog?.(reply.line);
      return;
    }
    const call = this.calls.get(reply.id);
    this.calls.delete(reply.id);
    if ('error' in reply) call?.failed(new RemoteError(reply.error));
    else call?.done(reply.result as never);
  }
}
