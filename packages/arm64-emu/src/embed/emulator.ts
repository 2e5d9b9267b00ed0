import type { Cpu } from '../cpu/cpu.js';
import { EC } from '../cpu/esr.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';
import type { TranslationReport } from '../cpu/explain.js';
import { max } from '../cpu/models.js';
import type { Engine } from '../engine/engine.js';
import { buildMachine } from '../machine/build.js';
import type { Machine } from '../machine/machine.js';
import { HostAccess } from '../record/host-access.js';
import { type Checkpoint, checkpointOf } from '../snapshot/checkpoint.js';
import { AddressSpace, POOL } from './address-space.js';
import { Control, type ControlStop } from './control.js';
import { type EmulatorExceptionHook, EmulatorHooks } from './emulator-hooks.js';
import type { EmulatorOptions, EmulatorRun, EmulatorStop, Mmio } from './emulator-types.js';
import { EmulatorError } from './error.js';
import { exceptionText } from './exception-text.js';
import { GuestMemory, physicalOf, translation } from './guest-memory.js';
import { type RegisterName, readRegister } from './registers.js';

const MIB = 0x100000;
const PAGE = 4096;
/** What a called function returns to; nothing may be mapped there. */
const RETURN_TO = 0xffff_fffc_0000n;
/** EL0 may use memory copies, cache maintenance, CTR_EL0, DC ZVA, WFI and WFE as under an operating system. */
const SCTLR_EL0 = (1n << 33n) | (1n << 26n) | (1n << 18n) | (1n << 16n) | (1n << 15n) | (1n << 14n);
const FETCH_ABORTS: readonly number[] = [EC.instructionAbort, EC.instructionAbortLower];

/** See `Emulator.onException`. */
export type ExceptionHook = EmulatorExceptionHook<Emulator>;

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
export class Emulator extends EmulatorHooks {
  readonly machine: Machine;
  /** Breakpoints, all hooks by CPU, and runs that let the host breathe. */
  readonly control: Control;
  readonly memory: GuestMemory;
  /** For snapshots. */
  readonly engine: Engine;
  private readonly cpu: Cpu;
  private readonly host: HostAccess;
  private readonly space: AddressSpace;
  private untils: ReadonlySet<bigint> = new Set();
  /** Physical addresses of the last run's ends: they stay hooked until another run has others. */
  private readonly ends = new Map<number, () => void>();

  constructor(options: EmulatorOptions = {}) {
    super();
    const { model = max, memory = 64 * MIB, el = 0 } = options;
    const size = Math.ceil(memory / PAGE) * PAGE;
    const take = (options.exceptions ?? (el === 0 ? 'stop' : 'take')) === 'take';
    const ram = [{ name: 'pool', base: POOL, size }];
    const mode = options.mode ?? 'interpreter';
    const built = buildMachine({ model, mpidrs: [0x8000_0000n], ram, psci: false, mode });
    this.machine = built.machine;
    this.engine = built.engine;
    this.cpu = built.machine.cpus[0]!;
    this.control = new Control(built.machine, built.engine);
    this.host = HostAccess.of(built);
    this.memory = new GuestMemory(built);
    this.space = new AddressSpace(built.bus, built.engine, this.host);
    this.control.onException = (_, event) => this.exception(event, take);
    this.cpu.defaultCacheable = true;
    this.cpu.assign('CPACR_EL1', 3n << 20n);
    this.cpu.assign('SCTLR_EL1', this.cpu.read('SCTLR_EL1') | SCTLR_EL0);
    if (el === 0) this.cpu.setPstate(0n);
  }

  // ---- memory

  /** Maps zeroed RAM at a physical address; multiples of 4096. Throws `overlap`, `out-of-memory`, `bad-value`. */
  map(address: bigint | number, size: number): void {
    this.space.map(address, size);
  }
  /** Maps memory that the guest cannot write; its stores vanish. */
  mapRom(address: bigint | number, bytes: Uint8Array): void {
    this.space.mapRom(address, bytes);
  }
  /** Maps registers: accesses call `mmio`. What it does not define reads as zero and ignores writes. */
  mapMmio(address: bigint | number, size: number, mmio: Mmio): void {
    this.space.mapMmio(address, size, mmio);
  }
  /** Unmaps what was mapped at `address`, whole. */
  unmap(address: bigint | number): void {
    this.space.unmap(address);
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
    for (const [name, v] of Object.entries(values)) this.host.setRegister(0, name, BigInt(v as bigint | number));
  }

  // ---- execution

  /** Runs until a limit is met, an exception ends it, or {@link stop}. */
  run(limits: EmulatorRun = {}): EmulatorStop {
    const { options, before } = this.begin(limits);
    try {
      return this.describe(this.control.runSync(options), this.machine.executed - before);
    } finally {
      this.untils = new Set();
    }
  }
  /** Like {@link run}, with time for the host in between, so that {@link stop} may be called from outside. */
  async runAsync(limits: EmulatorRun = {}): Promise<EmulatorStop> {
    const { options, before } = this.begin(limits);
    try {
      return this.describe(await this.control.run(options), this.machine.executed - before);
    } finally {
      this.untils = new Set();
    }
  }
  private begin({ from, until = [], instructions, timeout }: EmulatorRun) {
    if (from !== undefined) {
      this.host.setRegister(0, 'pc', BigInt(from));
      this.control.forgetStop();
    }
    const list = (typeof until === 'object' ? until : [until]).map(BigInt);
    this.endAt(list);
    this.untils = new Set(list);
    const options = {
      ...(instructions === undefined ? {} : { instructions }),
      ...(timeout === undefined ? {} : { deadline: performance.now() + timeout }),
    };
    return { options, before: this.machine.executed };
  }
  /** Has the addresses looked at where they lead; where nothing is mapped the fetch will fail. */
  private endAt(addresses: readonly bigint[]): void {
    const wanted = new Set(
      addresses.flatMap(va => physicalOf(this.cpu, va) ?? []).filter(pa => this.engine.memory.find(pa)),
    );
    for (const [pa, remove] of this.ends) if (!wanted.has(pa) && this.ends.delete(pa)) remove();
    for (const pa of wanted) {
      if (this.ends.has(pa)) continue;
      const hook = (cpu: Cpu): void => {
        if (this.untils.has(cpu.pc)) this.control.stopHere(cpu);
      };
      this.ends.set(pa, this.control.addHook(pa, hook));
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
      this.host.setRegister(0, `x${n}`, BigInt(arg));
    });
    this.host.setRegister(0, 'x30', RETURN_TO);
    const stop = this.run({ from: address, until: RETURN_TO });
    if (stop.reason !== 'address') throw new EmulatorError('stopped', `the function did not return: ${stop.text}`);
    return this.cpu.x(0);
  }
  /** Ends the run; for hooks and devices. */
  stop(): void {
    this.control.requestStop();
  }

  // ---- states

  /**
   * Remembers the present state, what is mapped included; `reset()` of the result goes back to it, thousands of times a
   * second. Hooks stay as they are; devices of yours are asked to `save` and `load` what they know.
   *
   * @example
   * const point = emu.checkpoint();
   * emu.call(0x10000, 6n, 7n);
   * point.reset();
   */
  checkpoint(): Checkpoint {
    const saved = this.space.save();
    return checkpointOf(this, other => {
      if (!(other instanceof Emulator)) return;
      other.space.restore(saved, other === this);
      other.control.forgetStop();
    });
  }

  protected endsAt(address: bigint): boolean {
    return this.untils.has(address);
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
}
