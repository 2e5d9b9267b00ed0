import type { Cpu } from '../cpu/cpu.js';
import { Control, type ControlStop } from '../embed/control.js';
import { GuestMemory } from '../embed/guest-memory.js';
import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';
import type { RunOptions } from '../machine/options.js';
import { History } from './history.js';
import { monitor } from './monitor.js';
import { acknowledgement, fromHex, PacketReader, packet, toHex } from './packet.js';
import { POINT, Points } from './points.js';
import { generalCount, readTarget, type TargetRegister, targetRegisters, targetXml, writeTarget } from './target.js';

const PACKET_SIZE = 0x4000;
const SIGINT = '02';
const SIGTRAP = '05';
const OK = 'OK';
/** Instructions between states that are kept for going back. */
const KEEP = 20_000_000;
/** EFAULT and EINVAL; the numbers mean nothing to GDB. */
const FAULT = 'E0e';
const INVALID = 'E16';

/** Options of {@link GdbServer}. */
export interface GdbOptions {
  /** How the machine runs, such as its pace. */
  readonly run?: RunOptions;
  /** Told when the guest has switched itself off, or the client killed it. */
  readonly onExit?: () => void;
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
  private readonly memory: GuestMemory;
  private readonly registers: readonly TargetRegister[];
  private readonly general: number;
  private readonly xml: Uint8Array;
  private readonly points: Points;
  private readonly history: History | undefined;
  private send: ((bytes: Uint8Array) => void) | undefined;
  private acknowledges = true;
  private physical = false;
  /** CPU that register and memory packets mean. */
  private selected = 0;
  private running: Promise<ControlStop> | undefined;
  private interrupted = false;
  private exited = false;
  private work: Promise<void> = Promise.resolve();

  constructor(
    target: { readonly machine: Machine; readonly engine: Engine },
    private readonly options: GdbOptions = {},
  ) {
    this.machine = target.machine;
    this.control = new Control(target.machine, target.engine);
    this.memory = new GuestMemory(target.engine);
    this.registers = targetRegisters(target.machine.cpus[0]!);
    this.general = generalCount(this.registers);
    this.xml = new TextEncoder().encode(targetXml(this.registers));
    this.history = options.reverse === true ? new History(this.control) : undefined;
    this.points = new Points(this.control);
  }

  /** A client is there; an earlier one is cut off. The machine stops. */
  connect(send: (bytes: Uint8Array) => void): GdbConnection {
    const reader = new PacketReader();
    this.points.clear();
    this.send = send;
    this.acknowledges = true;
    this.physical = false;
    this.selected = this.machine.current.index;
    this.queue(() => this.halt());
    const current = (): boolean => this.send === send;
    return {
      receive: bytes => {
        for (const incoming of reader.push(bytes)) {
          if (!current()) return;
          if (incoming.kind === 'interrupt') this.interrupt();
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
          await this.halt();
          this.detach();
        });
      },
    };
  }

  /** Stops the machine and lets go of it. */
  async close(): Promise<void> {
    this.send = undefined;
    await this.work;
    await this.halt();
    this.points.clear();
    this.control.release();
  }

  private queue(job: () => Promise<void>): void {
    this.work = this.work.then(job);
  }
  private reply(text: string): void {
    this.send?.(packet(new TextEncoder().encode(text)));
  }

  // ---- running

  /** In its turn: the packet that continues may still be waiting. */
  private interrupt(): void {
    this.queue(async () => {
      if (this.running === undefined) return;
      this.interrupted = true;
      this.control.requestStop();
    });
  }
  private async halt(): Promise<void> {
    if (this.running === undefined) return;
    this.control.requestStop();
    await this.running;
  }
  private detach(): void {
    this.points.clear();
    if (!this.exited) void this.go(undefined);
  }
  /** Runs until something happens; tells the client that was there, if it still is. */
  private async go(client: ((bytes: Uint8Array) => void) | undefined): Promise<void> {
    this.interrupted = false;
    this.running = this.untilStop();
    const stop = await this.running;
    this.running = undefined;
    if (stop.reason === 'poweroff') {
      this.exited = true;
      this.options.onExit?.();
    }
    if (client !== undefined && client === this.send) this.reply(this.stopReply(stop));
  }
  private async untilStop(): Promise<ControlStop> {
    for (;;) {
      const limit = this.history === undefined ? {} : { instructions: KEEP };
      const before = this.machine.executed;
      this.history?.mark();
      const stop = await this.control.run({ ...this.options.run, ...limit });
      this.history?.executed(before);
      const more = stop.reason === 'instructions' && limit.instructions !== undefined && !this.interrupted;
      if (!more) return stop;
    }
  }
  private stopReply(stop: ControlStop): string {
    if (stop.reason === 'poweroff') return 'W00';
    this.selected = stop.cpu;
    const thread = `thread:${stop.cpu + 1};`;
    if (stop.reason === 'stopped') return `T${this.interrupted ? SIGINT : SIGTRAP}${thread}`;
    if (stop.reason === 'watchpoint') {
      const { range, address } = stop.hit;
      const name = this.points.watchName(range);
      // GDB looks for the watchpoint that begins at, or covers, this address.
      const before = address < range.from;
      const data = before ? range.from : address;
      return `T${SIGTRAP}${name}:${data.toString(16)};${thread}`;
    }
    if (stop.reason !== 'breakpoint') return `T${SIGTRAP}${thread}`;
    const { pc } = this.within(cpu => ({ pc: cpu.pc }));
    return `T${SIGTRAP}${this.points.isHardware(pc) ? 'hwbreak' : 'swbreak'}:;${thread}`;
  }

  // ---- packets

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
    if (/^[GPMX]/.test(text) || text.startsWith('qRcmd,')) this.history?.forget();
    switch (text[0]) {
      case '?':
        return `T${SIGTRAP}thread:${this.selected + 1};`;
      case 'g':
        return this.within(cpu =>
          this.registers
            .slice(0, this.general)
            .map(r => toHex(readTarget(cpu, r)))
            .join(''),
        );
      case 'G':
        return this.writeGeneral(rest);
      case 'p':
        return this.readOne(rest);
      case 'P':
        return this.writeOne(rest);
      case 'm':
        return this.readMemory(rest);
      case 'M':
        return this.writeMemory(rest, digits => fromHex(digits));
      case 'X':
        return this.writeMemory(rest, () => data.subarray(text.indexOf(':') + 1));
      case 'Z':
      case 'z':
        return this.point(text[0] === 'Z', rest);
      case 'H':
        return this.select(rest);
      case 'T':
        return this.cpuOf(rest) === undefined ? INVALID : OK;
      case 'c':
        return this.resume();
      case 's':
        return this.step(this.selected);
      case 'b':
        return this.back(rest);
      case 'v':
        return this.verbose(text);
      case 'q':
      case 'Q':
        return this.query(text);
      case 'D':
        this.detach();
        return OK;
      case 'k':
        return this.kill();
      default:
        return '';
    }
  }

  /** The run is not waited for: its end is told when it comes, and packets may arrive before. */
  private resume(): undefined {
    void this.go(this.send);
    return undefined;
  }
  private step(cpu: number): string {
    const before = this.machine.executed;
    this.history?.mark();
    const stop = this.control.step(cpu, { interrupts: false });
    this.history?.executed(before, cpu);
    return this.stopReply(stop);
  }
  /** `bs` and `bc`. */
  private back(kind: string): string {
    const { history } = this;
    if (history === undefined || (kind !== 's' && kind !== 'c')) return '';
    const found = kind === 's' ? history.stepBack() : history.continueBack();
    this.selected = this.machine.current.index;
    return `T${SIGTRAP}${found ? '' : 'replaylog:begin;'}thread:${this.selected + 1};`;
  }
  private kill(): undefined {
    this.exited = true;
    this.points.clear();
    this.options.onExit?.();
    return undefined;
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
    return this.step(this.cpuOf(stepped.split(':')[1] ?? '') ?? this.selected);
  }

  private query(text: string): string {
    const [name = '', ...values] = text.split(':');
    const value = values.join(':');
    switch (name) {
      case 'qSupported': {
        const back = this.history === undefined ? '' : ';ReverseStep+;ReverseContinue+';
        return `PacketSize=${PACKET_SIZE.toString(16)};qXfer:features:read+;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+${back}`;
      }
      case 'QStartNoAckMode':
        this.acknowledges = false;
        return OK;
      case 'qXfer':
        return this.transfer(value);
      case 'qAttached':
        return '1';
      case 'qC':
        return `QC${this.selected + 1}`;
      case 'qfThreadInfo':
        return `m${this.machine.cpus.map(({ index }) => (index + 1).toString(16)).join(',')}`;
      case 'qsThreadInfo':
        return 'l';
      case 'qSymbol':
        return OK;
      case 'qHostInfo':
        return `triple:${toHex(new TextEncoder().encode('aarch64-unknown-none'))};ptrsize:8;endian:little;`;
      case 'qqemu.PhyMemMode':
        return this.physical ? '1' : '0';
      case 'Qqemu.PhyMemMode':
        this.physical = value === '1';
        return OK;
      default:
        return this.commaQuery(text);
    }
  }
  /** Queries whose argument follows a comma. */
  private commaQuery(text: string): string {
    const [name, argument = ''] = text.split(',');
    if (name === 'qRcmd') {
      const line = fromHex(argument);
      if (line === undefined) return INVALID;
      return toHex(new TextEncoder().encode(monitor(this.control, this.selected, new TextDecoder().decode(line))));
    }
    if (name !== 'qThreadExtraInfo') return '';
    const index = this.cpuOf(argument);
    if (index === undefined) return INVALID;
    const about = this.machine.within(index, cpu => `CPU ${index}, EL${cpu.el}, ${cpu.wait}`);
    return toHex(new TextEncoder().encode(about));
  }
  private transfer(value: string): string {
    const m = /^features:read:target\.xml:([0-9a-f]+),([0-9a-f]+)$/i.exec(value);
    if (m === null) return '';
    const from = Number.parseInt(m[1]!, 16);
    const part = this.xml.subarray(from, from + Math.min(Number.parseInt(m[2]!, 16), PACKET_SIZE - 4));
    const more = from + part.length < this.xml.length;
    return `${more ? 'm' : 'l'}${new TextDecoder().decode(part)}`;
  }

  // ---- threads, registers, memory

  private within<T>(fn: (cpu: Cpu) => T): T {
    return this.machine.within(this.selected, fn);
  }
  /** CPU of a thread id; 0 is any, -1 all. */
  private cpuOf(thread: string): number | undefined {
    if (thread === '0' || thread === '-1') return this.selected;
    const index = Number.parseInt(thread, 16) - 1;
    return this.machine.cpus[index] === undefined ? undefined : index;
  }
  private select(rest: string): string {
    const index = this.cpuOf(rest.slice(1));
    if (index === undefined) return INVALID;
    if (rest[0] === 'g') this.selected = index;
    return OK;
  }

  private writeGeneral(digits: string): string {
    const bytes = fromHex(digits);
    if (bytes === undefined) return INVALID;
    let at = 0;
    for (const register of this.registers.slice(0, this.general)) {
      if (at + register.size > bytes.length) break;
      const part = bytes.subarray(at, at + register.size);
      this.within(cpu => writeTarget(cpu, register, part));
      at += register.size;
    }
    return OK;
  }
  private readOne(number: string): string {
    const register = this.registers[Number.parseInt(number, 16)];
    return register === undefined ? INVALID : this.attempt(() => toHex(this.within(cpu => readTarget(cpu, register))));
  }
  private writeOne(rest: string): string {
    const [number = '', digits = ''] = rest.split('=');
    const register = this.registers[Number.parseInt(number, 16)];
    const bytes = fromHex(digits);
    if (register === undefined || bytes === undefined) return INVALID;
    return this.attempt(() => {
      this.within(cpu => writeTarget(cpu, register, bytes));
      return OK;
    });
  }

  private range(text: string): { address: bigint; size: number } | undefined {
    const m = /^([0-9a-f]{1,16}),([0-9a-f]{1,8})$/i.exec(text);
    return m === null ? undefined : { address: BigInt(`0x${m[1]}`), size: Number.parseInt(m[2]!, 16) };
  }
  private readMemory(rest: string): string {
    const range = this.range(rest);
    if (range === undefined) return INVALID;
    const size = Math.min(range.size, (PACKET_SIZE - 8) / 2);
    return this.attempt(() =>
      toHex(
        this.physical
          ? this.memory.readPhysical(Number(range.address), size)
          : this.within(cpu => this.memory.read(cpu, range.address, size)),
      ),
    );
  }
  private writeMemory(rest: string, bytesOf: (digits: string) => Uint8Array | undefined): string {
    const [head = '', digits = ''] = rest.split(':');
    const range = this.range(head);
    const bytes = bytesOf(digits);
    if (range === undefined || bytes === undefined || bytes.length !== range.size) return INVALID;
    return this.attempt(() => {
      if (this.physical) this.memory.writePhysical(Number(range.address), bytes);
      else this.within(cpu => this.memory.write(cpu, range.address, bytes));
      return OK;
    });
  }
  private attempt(fn: () => string): string {
    try {
      return fn();
    } catch {
      return FAULT;
    }
  }

  private point(insert: boolean, rest: string): string {
    const [kind = '', ...range] = rest.split(',');
    const number = Number.parseInt(kind, 10);
    const at = this.range(range.join(',').split(';')[0] ?? '');
    if (!(number >= POINT.software && number <= POINT.access)) return '';
    if (at === undefined || at.size === 0 || at.size > 4096) return INVALID;
    if (insert) this.points.insert(number, at.address, at.size);
    else this.points.remove(number, at.address, at.size);
    return OK;
  }
}
