import { Control, type ControlStop } from '../embed/control.js';
import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';
import type { RunOptions } from '../machine/options.js';
import { History } from './history.js';
import { point, readMemory, writeBinary, writeMemory } from './memory-packets.js';
import { acknowledgement, PacketReader, packet } from './packet.js';
import { Points } from './points.js';
import { query } from './queries.js';
import { RegisterPackets } from './register-packets.js';
import { Runner } from './runner.js';
import { FAULT, INVALID, OK, PACKET_SIZE, Session } from './session.js';

/** Options of {@link GdbServer}. */
export interface GdbOptions {
  /** How the machine runs, such as its pace. */
  readonly run?: RunOptions;
  /** Told when the guest has switched itself off, or the client killed it. */
  readonly onExit?: (why: 'poweroff' | 'kill') => void;
  /**
   * Whether the client can go back in time (`reverse-stepi`, `reverse-continue`). States are kept in memory for it, and
   * every device must be one that snapshots can save; the pace has to be `free`. False by default.
   */
  readonly reverse?: boolean;
}

/** One client's end: bytes from it, and that it has gone. */
export interface GdbConnection {
  receive(bytes: Uint8Array): void;
  close(): void;
}

/**
 * GDB's remote protocol for a machine: it owns running the machine. Each CPU is a thread. The machine stands still until a
 * client continues it; without a client it runs on.
 *
 * A step executes one instruction of one CPU, with interrupts held back and the other CPUs standing still.
 *
 * @example
 * const server = new GdbServer(virt);
 * const connection = server.connect(bytes => port.postMessage(bytes));
 * port.onmessage = ({ data }) => connection.receive(data);
 */
export class GdbServer {
  readonly machine: Machine;
  readonly control: Control;
  private readonly session: Session;
  private readonly registers: RegisterPackets;
  private readonly points: Points;
  private readonly runner: Runner;
  private send: ((bytes: Uint8Array) => void) | undefined;
  private acknowledges = true;
  private exited = false;
  private work: Promise<void> = Promise.resolve();

  constructor(
    target: { readonly machine: Machine; readonly engine: Engine },
    private readonly options: GdbOptions = {},
  ) {
    this.machine = target.machine;
    this.control = new Control(target.machine, target.engine);
    this.session = new Session(this.control, options.reverse === true ? new History(this.control) : undefined);
    this.registers = new RegisterPackets(this.session);
    this.points = new Points(this.control);
    this.runner = new Runner(this.session, this.points, options.run);
  }

  /** A client is there; an earlier one is cut off. The machine stops. */
  connect(send: (bytes: Uint8Array) => void): GdbConnection {
    const reader = new PacketReader();
    this.points.clear();
    this.send = send;
    this.acknowledges = true;
    this.session.physical = false;
    this.session.selected = this.machine.current.index;
    this.queue(() => this.runner.halt());
    const current = (): boolean => this.send === send;
    return {
      receive: bytes => {
        for (const incoming of reader.push(bytes)) {
          if (!current()) return;
          // In its turn: the packet that continues may still be waiting.
          if (incoming.kind === 'interrupt') this.queue(async () => this.runner.interrupt());
          else {
            if (this.acknowledges) send(acknowledgement(incoming.kind === 'packet'));
            if (incoming.kind === 'packet') this.queue(() => this.handle(incoming.data));
          }
        }
      },
      close: () => {
        if (!current()) return;
        this.send = undefined;
        this.queue(async () => {
          await this.runner.halt();
          this.detach();
        });
      },
    };
  }

  /** Stops the machine and lets go of it. */
  async close(): Promise<void> {
    this.send = undefined;
    await this.work;
    await this.runner.halt();
    this.points.clear();
    this.control.release();
    this.session.history?.release();
  }

  private queue(job: () => Promise<void>): void {
    this.work = this.work.then(job);
  }
  private reply(text: string): void {
    this.send?.(packet(new TextEncoder().encode(text)));
  }

  private detach(): void {
    this.points.clear();
    if (!this.exited) void this.go(undefined);
  }
  /** Runs until something happens; tells the client that was there, if it still is. */
  private async go(client: ((bytes: Uint8Array) => void) | undefined): Promise<void> {
    const stop: ControlStop = await this.runner.run();
    if (stop.reason === 'poweroff') {
      this.exited = true;
      this.options.onExit?.('poweroff');
    }
    if (client !== undefined && client === this.send) this.reply(this.runner.reply(stop));
  }
  /** The run is not waited for: its end is told when it comes, and packets may arrive before. */
  private resume(): undefined {
    void this.go(this.send);
    return undefined;
  }
  private kill(): undefined {
    this.exited = true;
    this.points.clear();
    this.options.onExit?.('kill');
    return undefined;
  }

  private async handle(data: Uint8Array): Promise<void> {
    let answer: string | undefined = INVALID;
    try {
      answer = this.answer(data);
    } catch {
      // Whatever it was, the client asked for it, and waits.
    }
    if (answer !== undefined) this.reply(answer);
  }

  /** The answer to a packet; undefined when there is none, or it comes later. */
  private answer(data: Uint8Array): string | undefined {
    const text = String.fromCharCode(...data.subarray(0, PACKET_SIZE));
    const rest = text.slice(1);
    const { session, registers, runner } = this;
    if (/^[GPMX]/.test(text) && session.host.deaf) return FAULT;
    if (text.startsWith('qRcmd,')) session.history?.forget();
    switch (text[0]) {
      case '?':
        return runner.standing;
      case 'g':
        return registers.readAll();
      case 'G':
        return registers.writeAll(rest);
      case 'p':
        return registers.readOne(rest);
      case 'P':
        return registers.writeOne(rest);
      case 'm':
        return readMemory(session, rest);
      case 'M':
        return writeMemory(session, rest);
      case 'X':
        return writeBinary(session, rest, data);
      case 'Z':
      case 'z':
        return point(this.points, text[0] === 'Z', rest);
      case 'H':
        return session.select(rest);
      case 'T':
        return session.cpuOf(rest) === undefined ? INVALID : OK;
      case 'c':
        return this.resume();
      case 's':
        return this.step(session.selected);
      case 'b':
        return runner.back(rest);
      case 'v':
        return this.verbose(text);
      case 'q':
      case 'Q':
        if (text === 'QStartNoAckMode') {
          this.acknowledges = false;
          return OK;
        }
        return query(session, registers.xml, text);
      case 'D':
        this.detach();
        return OK;
      case 'k':
        return this.kill();
      default:
        return '';
    }
  }

  private step(cpu: number): string {
    return this.runner.reply(this.runner.step(cpu));
  }

  private verbose(text: string): string | undefined {
    if (text === 'vCont?') return 'vCont;c;C;s;S';
    if (text.startsWith('vKill')) {
      this.kill();
      return OK;
    }
    if (!text.startsWith('vCont;')) return '';
    const actions = text.slice(6).split(';');
    const stepped = actions.find(action => /^s|^S/.test(action));
    if (stepped === undefined) return this.resume();
    return this.step(this.session.cpuOf(stepped.split(':')[1] ?? '') ?? this.session.selected);
  }
}
