import type { SerialPort } from '../devices/serial-port.js';
import { EmulatorError } from '../embed/error.js';
import { GuestMemory } from '../embed/guest-memory.js';
import { readRegister } from '../embed/registers.js';
import { GdbServer } from '../gdb/server.js';
import { HostAccess } from '../record/host-access.js';
import { type Recorder, type Replay, record, replay } from '../record/recording.js';
import { type Checkpoint, checkpoint } from '../snapshot/checkpoint.js';
import type { Saveable } from '../snapshot/contents.js';
import { restoreSnapshot, saveSnapshot, stateHash } from '../snapshot/snapshot.js';
import { sentError } from './error.js';
import { FrameSource } from './frames.js';
import type { Endpoint, Frame, Methods, RemoteAddress, RemoteRun, RemoteStop, Reply, Request } from './protocol.js';

/** Milliseconds between looks at messages: fewer when a flag in shared memory can end a run. */
const SLICE = 10;
const SLICE_SHARED = 40;

/** A machine in a worker, and what of it the client hears. */
export interface HostedMachine extends Saveable {
  /** Serial ports by name. */
  readonly ports?: Readonly<Record<string, Pick<SerialPort, 'output' | 'receive'>>>;
  /** What the framebuffer shows. */
  readonly screen?: (() => Frame) | undefined;
}

/** How a worker makes machines. */
export interface HostOptions {
  /**
   * Makes the machine from what the client gave to `RemoteMachine.create`; `log` sends a line of diagnosis to the
   * client.
   */
  create(options: unknown, log: (line: string) => void): HostedMachine | Promise<HostedMachine>;
}

/**
 * Serves one machine to the other end of a channel: in a worker, to the page. The machine breathes between slices of its
 * run, so that calls are answered meanwhile. The result stops serving.
 *
 * @example
 * // worker.js
 * serveMachine(self, { create: options => { const virt = createVirt(options); return { ...virt, ports: { console: virt.serial } }; } });
 */
export function serveMachine(endpoint: Endpoint, options: HostOptions): () => void {
  const host = new Host(reply => endpoint.postMessage(reply, transferable(reply)), options);
  const listener = ({ data }: { readonly data: unknown }): void => void host.handle(data as Request);
  endpoint.addEventListener('message', listener);
  endpoint.start?.();
  return () => {
    endpoint.removeEventListener('message', listener);
    host.close();
  };
}

/** Buffers that go over instead of being copied. */
function transferable(reply: Reply): Transferable[] {
  const bytes =
    'result' in reply ? reply.result : 'event' in reply && reply.event === 'serial' ? reply.bytes : undefined;
  return bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}

class Host {
  private hosted: HostedMachine | undefined;
  private stopFlag: Int32Array | undefined;
  private running = false;
  private readonly printed = new Map<string, number[]>();
  private readonly checkpoints = new Map<number, Checkpoint>();
  private made = 0;
  private recorder: Recorder | undefined;
  private again: Replay | undefined;
  private frames: FrameSource | undefined;
  private readonly methods: Methods;

  constructor(
    private readonly send: (reply: Reply) => void,
    private readonly options: HostOptions,
  ) {
    this.methods = {
      create: (given, shared) => this.create(given, shared) as unknown as ReturnType<Methods['create']>,
      run: limits => this.run(limits),
      stop: () => {
        if (this.running) this.target.machine.stop();
      },
      status: () => this.status(),
      type: (port, bytes) => this.type(port, bytes),
      readRegisters: (cpu, names) => this.within(cpu, c => names.map(name => readRegister(c, name))),
      writeRegisters: (cpu, values) =>
        this.within(cpu, ({ index }) => {
          for (const [name, value] of values) HostAccess.of(this.target).setRegister(index, name, value);
        }),
      read: (at, size) => this.read(at, size),
      write: (at, bytes) => this.write(at, bytes),
      snapshot: deflate => saveSnapshot(this.target, { deflate }),
      restore: bytes => restoreSnapshot(this.target, bytes),
      stateHash: () => stateHash(this.target),
      checkpoint: () => {
        this.checkpoints.set(++this.made, checkpoint(this.target));
        return this.made;
      },
      resetTo: n => this.point(n).reset(),
      forget: n => void this.checkpoints.delete(n),
      record: async snapshot => {
        this.recorder = await record(this.target, { snapshot });
      },
      finishRecording: () => {
        const { recorder } = this;
        this.recorder = undefined;
        return recorder === undefined ? refuse('nothing is recorded') : recorder.finish();
      },
      replay: async bytes => {
        this.again = await replay(this.target, bytes);
      },
      verify: async () => this.again?.verify() ?? refuse('nothing is replayed'),
      gdb: (port, reverse) => serveGdbPort(new GdbServer(this.target, { reverse, run: { pace: 'host' } }), port),
      frames: interval => this.watchScreen(interval),
    };
  }

  /** Does what is asked for, and answers. */
  async handle({ id, method, args }: Request): Promise<void> {
    try {
      const call = Object.hasOwn(this.methods, method) ? this.methods[method] : undefined;
      if (call === undefined) throw refuse(`there is no ${String(method)}`);
      const result = await (call as (...given: unknown[]) => unknown)(...args);
      this.flush();
      this.send({ id, result });
    } catch (error) {
      this.flush();
      this.send({ id, error: sentError(error) });
    }
  }
  close(): void {
    this.frames?.stop();
    this.hosted?.machine.stop();
  }

  private get target(): HostedMachine {
    return this.hosted ?? refuse('there is no machine yet');
  }
  private within<T>(cpu: number, fn: Parameters<HostedMachine['machine']['within']>[1]): T {
    if (!(cpu in this.target.machine.cpus)) refuse(`there is no CPU ${cpu}`);
    return this.target.machine.within(cpu, fn) as T;
  }
  private point(n: number): Checkpoint {
    return this.checkpoints.get(n) ?? refuse('that checkpoint was given up');
  }

  private async create(given: unknown, shared: Int32Array | undefined): Promise<{ ports: string[]; cpus: number }> {
    this.hosted?.machine.stop();
    const hosted = await this.options.create(given, line => this.send({ event: 'log', line }));
    this.hosted = hosted;
    this.stopFlag = shared;
    this.checkpoints.clear();
    for (const [name, port] of Object.entries(hosted.ports ?? {})) port.output = byte => this.print(name, byte);
    return { ports: Object.keys(hosted.ports ?? {}), cpus: hosted.machine.cpus.length };
  }

  private async run({ timeout, ...limits }: RemoteRun): Promise<RemoteStop> {
    const { machine } = this.target;
    if (this.running) refuse('the machine runs already');
    this.running = true;
    const { stopFlag } = this;
    const asked = (): boolean => stopFlag !== undefined && Atomics.exchange(stopFlag, 0, 0) !== 0;
    try {
      const reason = await machine.run({
        ...limits,
        slice: stopFlag === undefined ? SLICE : SLICE_SHARED,
        until: asked,
        ...(timeout === undefined ? {} : { deadline: performance.now() + timeout }),
      });
      this.frames?.look();
      return { reason: reason === 'until' ? 'stopped' : reason, ...this.status() };
    } finally {
      this.running = false;
    }
  }
  private status(): { executed: number; ns: number } {
    const { executed, time } = this.target.machine;
    return { executed, ns: time.ns };
  }

  private type(name: string, bytes: Uint8Array): void {
    const port = this.target.ports?.[name] ?? refuse(`there is no serial port ${name}`);
    port.receive(bytes);
    this.target.machine.wake();
  }
  /** What the guest prints between two messages goes as one. */
  private print(port: string, byte: number): void {
    if (this.printed.size === 0) setTimeout(() => this.flush(), 0);
    const bytes = this.printed.get(port);
    if (bytes === undefined) this.printed.set(port, [byte]);
    else bytes.push(byte);
  }
  private flush(): void {
    const all = [...this.printed];
    this.printed.clear();
    for (const [port, bytes] of all) this.send({ event: 'serial', port, bytes: Uint8Array.from(bytes) });
  }

  private read({ address, cpu }: RemoteAddress, size: number): Uint8Array {
    const memory = new GuestMemory(this.target);
    if (cpu === undefined) return memory.readPhysical(Number(address), size);
    return this.within(cpu, c => memory.read(c, BigInt(address), size));
  }
  private write({ address, cpu }: RemoteAddress, bytes: Uint8Array): void {
    const memory = new GuestMemory(this.target);
    if (cpu === undefined) memory.writePhysical(Number(address), bytes);
    else this.within(cpu, c => memory.write(c, BigInt(address), bytes));
  }

  private watchScreen(interval: number | undefined): void {
    this.frames?.stop();
    this.frames = undefined;
    if (interval === undefined) return;
    const screen = this.target.screen ?? refuse('the machine has no framebuffer');
    this.frames = new FrameSource(screen, interval, frame => this.send({ event: 'frame', frame }));
  }
}

/**
 * Serves GDB over a port: each message is bytes as they would come over TCP. A null ends it; it is answered by a null when
 * the machine stands still and is let go of.
 */
export function serveGdbPort(server: GdbServer, port: MessagePort): void {
  const connection = server.connect(bytes => port.postMessage(bytes));
  port.addEventListener('message', ({ data }) => {
    if (data instanceof Uint8Array) connection.receive(data);
    else void server.close().then(() => port.postMessage(null));
  });
  port.start();
}

function refuse(reason: string): never {
  throw new EmulatorError('bad-value', reason, { path: 'worker' });
}
