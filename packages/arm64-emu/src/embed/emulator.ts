import type { Cpu } from '../cpu/cpu.js';
import type { WatchHit } from '../cpu/debug.js';
import { EC } from '../cpu/esr.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';
import type { TranslationReport } from '../cpu/explain.js';
import { type CpuModel, max } from '../cpu/models.js';
import type { AccessSize, Device } from '../devices/device.js';
import type { Engine, EngineMode } from '../engine/engine.js';
import { buildMachine } from '../machine/build.js';
import type { Machine } from '../machine/machine.js';
import type { StopReason } from '../machine/options.js';
import { type Checkpoint, checkpointOf } from '../snapshot/checkpoint.js';
import { mismatch } from '../snapshot/contents.js';
import { Control, type ControlStop } from './control.js';
import { EmulatorError } from './error.js';
import { exceptionText } from './exception-text.js';
import { GuestMemory, physicalOf, translation } from './guest-memory.js';
import { applyMapping, type Mapping, mappingOf } from './mapping.js';
import { type RegisterName, readRegister, writeRegister } from './registers.js';

const MIB = 0x100000;
const PAGE = 4096;
/** Where the pool lies: beyond what any CPU can address. */
const POOL = 2 ** 52;
/** What a called function returns to; nothing may be mapped there. */
const RETURN_TO = 0xffff_fffc_0000n;
/** EL0 may use cache maintenance, CTR_EL0, DC ZVA, WFI and WFE as under an operating system. */
const SCTLR_EL0 = (1n << 26n) | (1n << 18n) | (1n << 16n) | (1n << 15n) | (1n << 14n);
const FETCH_ABORTS: readonly number[] = [EC.instructionAbort, EC.instructionAbortLower];

/** Options of {@link Emulator}. */
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

/** Limits of {@link Emulator.run}. */
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

/** Why {@link Emulator.run} ended, and where. */
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

/** Registers of a device; offsets and values as in {@link Device}. */
export interface Mmio {
  readonly name?: string;
  read?(offset: number, size: AccessSize): number;
  write?(offset: number, size: AccessSize, value: number): void;
}

/** What an exception hook decides: true when it dealt with it, `stop` to end the run, anything else to pass it on. */
export type ExceptionHook = (event: ExceptionEvent, emulator: Emulator) => boolean | 'stop' | undefined;

/**
 * One CPU and nothing else: map memory, load bytes, set registers, run, look at the result. Translation is off until the
 * guest turns it on; addresses are then physical ones, up to 48 bits, and memory is Normal, so that unaligned accesses
 * work as in a program.
 *
 * @example
 * const emu = new Emulator();
 * emu.map(0x10000, 0x1000);
 * emu.write(0x10000, Uint8Array.of(0x00, 0x7c, 0x01, 0x9b, 0xc0, 0x03, 0x5f, 0xd6)); // mul x0, x0, x1; ret
 * emu.call(0x10000, 6n, 7n); // 42n
 */
export class Emulator {
  readonly machine: Machine;
  /** Breakpoints by physical address, and runs that let the host breathe. */
  readonly control: Control;
  readonly memory: GuestMemory;
  private readonly bus;
  /** For snapshots. */
  readonly engine: Engine;
  private readonly cpu: Cpu;
  private readonly pool: { at: number; readonly end: number };
  private freed: { readonly host: number; readonly size: number }[] = [];
  private readonly exceptionHooks: ExceptionHook[] = [];
  private untils: ReadonlySet<bigint> = new Set();

  constructor(options: EmulatorOptions = {}) {
    const { model = max, memory = 64 * MIB, el = 0 } = options;
    const size = Math.ceil(memory / PAGE) * PAGE;
    const take = (options.exceptions ?? (el === 0 ? 'stop' : 'take')) === 'take';
    const ram = [{ name: 'pool', base: POOL, size }];
    const mode = options.mode ?? 'interpreter';
    const built = buildMachine({ model, mpidrs: [0x8000_0000n], ram, psci: false, mode });
    this.machine = built.machine;
    this.engine = built.engine;
    this.bus = built.bus;
    this.cpu = built.machine.cpus[0]!;
    this.control = new Control(built.machine, built.engine);
    this.memory = new GuestMemory(built.engine);
    const { host } = built.engine.memory.find(POOL)!;
    this.pool = { at: host, end: host + size };
    this.control.onException = (_, event) => this.exception(event, take);
    this.cpu.defaultCacheable = true;
    this.cpu.assign('CPACR_EL1', 3n << 20n);
    this.cpu.assign('SCTLR_EL1', this.cpu.read('SCTLR_EL1') | SCTLR_EL0);
    if (el === 0) this.cpu.setPstate(0n);
  }

  // ---- memory

  /** Maps zeroed RAM at a physical address; multiples of 4096. Throws `overlap`, `out-of-memory`, `bad-value`. */
  map(address: bigint | number, size: number): void {
    const base = this.range(address, size);
    const host = this.allocate(size);
    this.insert(() => this.bus.mapRam('ram', base, size, host));
    this.engine.memory.map(base, size, host, false);
    this.changed();
  }
  /** Maps memory that the guest cannot write; its stores vanish. */
  mapRom(address: bigint | number, bytes: Uint8Array): void {
    const size = Math.ceil(bytes.length / PAGE) * PAGE;
    const base = this.range(address, size);
    const host = this.allocate(size);
    const rom: Device = { name: 'rom', size, read: () => 0, write: () => {}, reset: () => {} };
    this.insert(() => this.bus.mapRom(base, rom, host));
    this.engine.memory.map(base, size, host, true);
    this.engine.memory.write(base, bytes);
    this.changed();
  }
  /** Maps registers: accesses call `mmio`. What it does not define reads as zero and ignores writes. */
  mapMmio(address: bigint | number, size: number, mmio: Mmio): void {
    const device: Device = {
      name: mmio.name ?? 'mmio',
      size,
      read: (offset, width) => mmio.read?.(offset, width) ?? 0,
      write: (offset, width, value) => mmio.write?.(offset, width, value),
      reset: () => {},
    };
    this.insert(() => this.bus.map(Number(address), device));
    this.changed();
  }
  /** Unmaps what was mapped at `address`, whole. */
  unmap(address: bigint | number): void {
    const base = Number(address);
    const region = this.bus.find(base);
    if (region === undefined || region.base !== base || base === POOL)
      throw new EmulatorError('bad-value', `nothing was mapped at 0x${base.toString(16)}`, { path: 'unmap' });
    this.bus.unmap(region);
    if (region.host >= 0) {
      this.engine.invalidate(base, region.size);
      this.engine.memory.unmap(base);
      this.freed.push({ host: region.host, size: region.size });
    }
    this.changed();
  }

  /** Copies `size` bytes at a virtual address, whatever the permissions; throws `fault`, explaining the translation. */
  read(address: bigint | number, size: number): Uint8Array {
    return this.memory.read(this.cpu, BigInt(address), size);
  }
  /** Copies bytes to a virtual address, permissions aside. */
  write(address: bigint | number, bytes: Uint8Array): void {
    this.memory.write(this.cpu, BigInt(address), bytes);
  }
  /** How an access at exception level `el`, now the current one, would be translated. */
  translate(address: bigint | number, access: 'read' | 'write' | 'fetch' = 'read', el?: number): TranslationReport {
    return translation(this.cpu, BigInt(address), access, el);
  }

  // ---- registers

  /** Value of a register, or of several by name. Throws `no-register`. */
  get(name: RegisterName): bigint;
  get<N extends RegisterName>(names: readonly N[]): Record<N, bigint>;
  get(names: RegisterName | readonly RegisterName[]): bigint | Record<string, bigint> {
    if (typeof names === 'string') return readRegister(this.cpu, names);
    return Object.fromEntries(names.map(name => [name, readRegister(this.cpu, name)]));
  }
  /** Sets a register, or several; system registers with their effects. Throws `no-register`, `read-only`. */
  set(name: RegisterName, value: bigint | number): void;
  set(values: { readonly [N in RegisterName]?: bigint | number }): void;
  set(names: RegisterName | { readonly [N in RegisterName]?: bigint | number }, value?: bigint | number): void {
    const values = typeof names === 'string' ? { [names]: value } : names;
    for (const [name, v] of Object.entries(values)) writeRegister(this.cpu, name, BigInt(v as bigint | number));
  }

  // ---- execution

  /** Runs until a limit is met, an exception ends it, or {@link stop}. */
  run(limits: EmulatorRun = {}): EmulatorStop {
    const { from, until = [], instructions, timeout } = limits;
    if (from !== undefined) this.cpu.pc = BigInt.asUintN(64, BigInt(from));
    const list = (typeof until === 'object' ? until : [until]).map(BigInt);
    const traps = list.flatMap(va => physicalOf(this.cpu, va) ?? []).filter(pa => this.engine.memory.find(pa));
    const before = this.machine.executed;
    this.untils = new Set(list);
    for (const pa of traps) this.control.addBreakpoint(pa);
    try {
      const limit = instructions === undefined ? {} : { instructions };
      const deadline = timeout === undefined ? {} : { deadline: performance.now() + timeout };
      return this.describe(this.control.runSync({ ...limit, ...deadline }), this.machine.executed - before);
    } finally {
      for (const pa of traps) this.control.removeBreakpoint(pa);
      this.untils = new Set();
    }
  }
  /** Executes `count` instructions, exactly. */
  step(count = 1): EmulatorStop {
    return this.run({ instructions: count });
  }
  /**
   * Calls a function by the procedure call standard: up to eight integer arguments, result in X0. Without a stack pointer
   * one has to be set first. Throws `stopped` when the function does not return.
   */
  call(address: bigint | number, ...args: (bigint | number)[]): bigint {
    if (args.length > 8) throw new EmulatorError('bad-value', 'at most eight arguments are passed in registers');
    args.forEach((arg, n) => {
      this.cpu.setX(n, BigInt.asUintN(64, BigInt(arg)));
    });
    this.cpu.setX(30, RETURN_TO);
    const stop = this.run({ from: address, until: RETURN_TO });
    if (stop.reason !== 'address') throw new EmulatorError('stopped', `the function did not return: ${stop.text}`);
    return this.cpu.x(0);
  }
  /** Ends the run; for hooks and devices. */
  stop(): void {
    this.control.requestStop();
  }

  // ---- hooks

  /** Calls `hook` before the instruction at a virtual address, as it translates now; the result takes it away. */
  onCode(address: bigint | number, hook: (emulator: Emulator) => void): () => void {
    const report = this.cpu.explain(BigInt(address), 0, 1);
    if (report.pa === undefined) throw new EmulatorError('fault', report.text, { path: 'onCode' });
    return this.control.addHook(report.pa, () => hook(this));
  }
  /** Calls `hook` before an access to a range of virtual addresses; true from it ends the run. */
  onAccess(
    address: bigint | number,
    size: number,
    kind: 'read' | 'write' | 'access',
    hook: (hit: WatchHit, emulator: Emulator) => boolean | undefined,
  ): () => void {
    const range = { address: BigInt(address), size, read: kind !== 'write', write: kind !== 'read' };
    return this.control.addWatchpoint(range, (_, hit) => hook(hit, this) === true);
  }
  /** Asks `hook` about exceptions, system calls included; the newest hook first. The result takes it away. */
  onException(hook: ExceptionHook): () => void {
    this.exceptionHooks.unshift(hook);
    return () => {
      this.exceptionHooks.splice(this.exceptionHooks.indexOf(hook), 1);
    };
  }

  // ---- states

  /**
   * Remembers the present state, what is mapped included; `reset()` of the result goes back to it, thousands of times a
   * second. Hooks stay as they are, and what devices of yours know is theirs.
   *
   * @example
   * const point = emu.checkpoint();
   * emu.call(0x10000, 6n, 7n);
   * point.reset();
   */
  checkpoint(): Checkpoint {
    const mapping = mappingOf(this.bus, this.engine);
    const { at } = this.pool;
    const freed = [...this.freed];
    return checkpointOf(this, other => {
      if (other instanceof Emulator) other.adopt(mapping, at, freed, other === this);
    });
  }
  private adopt(mapping: Mapping, at: number, freed: typeof this.freed, own: boolean): void {
    const pool = (list: Mapping['memory']): number | undefined => list.find(({ base }) => base === POOL)?.size;
    if (pool(mapping.memory) !== pool(this.engine.memory.regions)) throw mismatch();
    applyMapping(this.bus, this.engine, mapping, own);
    this.pool.at = at;
    this.freed = [...freed];
    this.control.forgetStop();
  }

  private exception(event: ExceptionEvent, take: boolean): 'guest' | 'handled' | 'stop' {
    if (FETCH_ABORTS.includes(event.ec) && this.untils.has(event.returnTo)) return 'stop';
    for (const hook of [...this.exceptionHooks]) {
      const verdict = hook(event, this);
      if (verdict === true) return 'handled';
      if (verdict === 'stop') return 'stop';
    }
    return take || event.kind !== 'synchronous' ? 'guest' : 'stop';
  }

  private describe(stop: ControlStop, executed: number): EmulatorStop {
    const { pc } = this.cpu;
    const at = `at 0x${pc.toString(16)}`;
    const common = { pc, executed };
    if (stop.reason === 'watchpoint')
      return { ...common, reason: 'watchpoint', watchpoint: stop.hit, text: `watched access ${at}` };
    if (stop.reason === 'breakpoint') return { ...common, reason: 'address', text: `reached 0x${pc.toString(16)}` };
    if (stop.reason !== 'exception') return { ...common, reason: stop.reason, text: `${stop.reason} ${at}` };
    if (this.untils.has(pc) && FETCH_ABORTS.includes(stop.exception.ec))
      return { ...common, reason: 'address', text: `reached 0x${pc.toString(16)}` };
    const { exception } = stop;
    return { ...common, reason: 'exception', exception, text: `${exceptionText(exception)} ${at}` };
  }

  private range(address: bigint | number, size: number): number {
    const base = Number(address);
    if (!Number.isSafeInteger(base) || base < 0 || base % PAGE !== 0 || size % PAGE !== 0 || !(size > 0))
      throw new EmulatorError('bad-value', 'address and size are multiples of 4096', { path: 'map' });
    return base;
  }
  private allocate(size: number): number {
    const at = this.freed.findIndex(piece => piece.size === size);
    const host = at >= 0 ? this.freed.splice(at, 1)[0]!.host : this.pool.at;
    if (at < 0) {
      if (host + size > this.pool.end)
        throw new EmulatorError('out-of-memory', `${size} bytes are more than the option \`memory\` left`, {
          path: 'map',
        });
      this.pool.at += size;
    }
    this.engine.memory.bytes.fill(0, host, host + size);
    this.engine.noteWrite(host, size);
    return host;
  }
  private insert(map: () => void): void {
    try {
      map();
    } catch (cause) {
      throw new EmulatorError('overlap', cause instanceof Error ? cause.message : 'something is mapped there', {
        path: 'map',
        cause,
      });
    }
  }
  private changed(): void {
    this.engine.tlb(0).flushAll();
  }
}
