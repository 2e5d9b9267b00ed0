import { Cpu } from '../cpu/cpu.js';
import type { Conduit, CpuPort, TlbControl } from '../cpu/cpu-port.js';
import type { Bus } from '../devices/bus.js';
import { type Device, type InterruptLine, unconnected } from '../devices/device.js';
import { Breath } from './breath.js';
import { CpuSlots } from './cpu-slots.js';
import type { Executor } from './executor.js';
import type { InputSchedule } from './input-schedule.js';
import type { CpuLines, MachineOptions, RunOptions, StopReason } from './options.js';
import { Psci } from './psci.js';
import { Sampling } from './sampling.js';
import { Scheduler, type Step } from './scheduler.js';
import { VirtualTime } from './virtual-time.js';

/** Instructions between looks at `until`, and at most between looks at the host's clock. */
const CHUNK = 200_000;
/** Host time between looks at the clock, in milliseconds; a guest may do next to nothing in it. */
const LOOK = 1;
const LEAST = 1000;
/** Host time between breaths by default. */
const SLICE = 4;
const DEFAULT_QUANTUM = 20_000;
/** 200 million instructions per second of virtual time. */
const DEFAULT_NS_PER_INSTRUCTION = 5;

/** The TLB of a CPU that the engine does not know yet. */
function tlbControl(executor: Executor, index: number): TlbControl {
  return {
    flushAll: () => executor.tlb(index).flushAll(),
    flushPage: (lo, hi) => executor.tlb(index).flushPage(lo, hi),
    flushAsid: asid => executor.tlb(index).flushAsid(asid),
    setAsid: (asid, space) => executor.tlb(index).setAsid(asid, space),
    contextChanged: (asid, space) => executor.contextChanged(asid, space),
  };
}

/**
 * A machine: CPUs, physical address space, virtual time. Deterministic: instructions executed decide the time, and
 * input arrives between slices.
 *
 * @example
 * machine.bus.map(0x09000000, uart);
 * machine.start(0x40080000n, 0x44000000n);
 * const reason = await machine.run({ until: () => output.includes('login:') });
 */
export class Machine {
  /** See {@link Stateful}. */
  readonly stateFields = ['time', 'scheduler', 'randomState', 'startingCpus'];
  readonly cpus: readonly Cpu[];
  readonly bus: Bus;
  readonly time: VirtualTime;
  /** Instructions executed so far, by all CPUs. */
  get executed(): number {
    return this.slots?.executed ?? 0;
  }
  /** Where the CPUs' interrupt outputs go; the machine's builder sets them. */
  readonly lines: CpuLines[];
  /** Devices to reset with the machine. */
  readonly devices: Device[] = [];
  /** Set while what comes from outside is recorded or replayed. */
  schedule: InputSchedule | undefined;
  /** Whether CPUs are executing: what calls now, is called by the guest. */
  executing = false;
  /**
   * Whether an interrupt that the outside world causes could reach a CPU; asked when all wait and no timer runs. The
   * machine's builder sets it: without, sleeps last until {@link wake}.
   */
  wakeable: () => boolean = () => true;
  /** Called after a reset, to put images and the entry state back. */
  onReset: (() => void) | undefined;
  private readonly slots: CpuSlots;
  /** Instructions that take about {@link LOOK}; results do not depend on it. */
  private piece = LEAST;
  /** Count of instructions at which `until` is asked next. */
  private asking = 0;
  private readonly scheduler: Scheduler;
  private readonly starting = new Map<Cpu, { entry: bigint; context: bigint }>();
  private stopReason: StopReason | undefined;
  private readonly sampling = new Sampling();
  private failure: { readonly error: unknown } | undefined;
  private sleeper: (() => void) | undefined;
  private randomState: bigint;

  constructor(private readonly options: MachineOptions) {
    const { bus, executor } = options;
    this.bus = bus;
    this.randomState = options.seed ?? 0x9e37_79b9_7f4a_7c15n;
    this.time = new VirtualTime(() => this.executed, options.nsPerInstruction ?? DEFAULT_NS_PER_INSTRUCTION);
    this.lines = options.mpidrs.map(() => ({}));
    const counter = this.time.counter(options.counterFrequency ?? 62_500_000);
    const psci = new Psci(this);
    const line = (index: number, name: keyof CpuLines): InterruptLine => ({
      set: level => (this.lines[index]![name] ?? unconnected).set(level),
    });
    this.cpus = options.mpidrs.map((mpidr, index) => {
      const port: CpuPort = {
        model: options.model,
        index,
        mpidr,
        memory: executor.buffer,
        walk: executor.memory,
        tlb: tlbControl(executor, index),
        counter,
        instructions: () => BigInt(executor.executed(index)),
        lines: {
          cntp: line(index, 'cntp'),
          cntv: line(index, 'cntv'),
          cnthp: line(index, 'cnthp'),
          cnthv: line(index, 'cnthv'),
          pmu: line(index, 'pmu'),
        },
        call: (cpu, conduit) => this.call(cpu, conduit, psci),
        others: (self, action) => {
          for (const cpu of this.cpus) if (cpu.index !== self) action(cpu);
        },
        woken: () => this.sleeper?.(),
        random: () => this.random(),
        registers: {
          extra: options.registers ?? [],
          unknown: options.unknownRegisters ?? 'undefined',
          log: options.log,
        },
      };
      return new Cpu(port);
    });
    this.slots = new CpuSlots(executor, this.cpus);
    const quantum = options.quantum ?? DEFAULT_QUANTUM;
    this.scheduler = new Scheduler(executor, this.slots, this.cpus, this.time, c => counter.nsOf(c), quantum);
    this.time.onEarlier = () => this.attention();
    this.resetCpus();
  }

  /** The CPU that executes, or executed last. */
  get current(): Cpu {
    return this.slots.current;
  }

  /** Sets where CPU 0 begins: EL1, translation off, `x0` in X0. */
  start(entry: bigint, x0 = 0n): void {
    this.within(0, cpu => {
      cpu.pc = entry;
      cpu.setX(0, x0);
      cpu.wait = 'running';
    });
  }

  /** CPUs that were turned on and have not begun yet: number, entry, context. For snapshots. */
  get startingCpus(): (number | bigint)[][] {
    return [...this.starting].map(([cpu, { entry, context }]) => [cpu.index, entry, context]);
  }
  set startingCpus(list: (number | bigint)[][]) {
    this.starting.clear();
    for (const [index, entry, context] of list)
      this.starting.set(this.cpus[Number(index)]!, { entry: BigInt(entry!), context: BigInt(context!) });
  }
  /** Makes CPU `index` the current one. For snapshots. */
  select(index: number): void {
    this.slots.select(index);
  }

  /** Calls `fn` with the state of CPU `index` accessible. Not while the machine runs. */
  within<T>(index: number, fn: (cpu: Cpu) => T): T {
    return this.slots.within(index, fn);
  }

  /** Everything back to power-on; CPUs other than 0 are off. Memory keeps its contents. */
  reset(): void {
    if (this.schedule?.resets() === true) return;
    this.time.queue.clear();
    for (const device of this.devices) device.reset();
    this.resetCpus();
    this.onReset?.();
  }

  /**
   * Executes one instruction of CPU `index`, whoever's turn it is; `hold` keeps interrupts back meanwhile. Not while the
   * machine runs.
   */
  step(index: number, hold = false): void {
    this.schedule?.enter();
    if (this.stopReason === 'replayed') return;
    this.executing = true;
    try {
      this.scheduler.single(index, hold);
    } finally {
      this.executing = false;
    }
  }

  /** Does what is due at this time. */
  settle(): void {
    this.scheduler.advance();
  }

  /** Ends a run soon. Callable from device callbacks. */
  stop(reason: StopReason = 'stopped'): void {
    this.stopReason = reason;
    this.wake();
  }

  /**
   * Calls `take` after every so many instructions of all CPUs, between two of them, with the state of the CPU that executed
   * last in place; the run is the same without. The result ends that.
   */
  sample(every: number, take: () => void): () => void {
    if (!(every >= 1)) throw new RangeError('a sample is taken after at least one instruction');
    return this.sampling.add(this.executed, Math.floor(every), take);
  }

  /** Ends a run soon: it throws `error`. For what outside code throws while the guest is in the middle of something. */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.stop();
  }

  /** The recording ends here; a run that ends for another reason gives that. */
  endReplay(): void {
    this.stopReason ??= 'replayed';
  }

  /** Ends a sleep of the host and has everything looked at; interrupts from devices do so by themselves. */
  wake(): void {
    this.attention();
    this.sleeper?.();
  }

  /** Runs until one of the limits, letting the host breathe between slices. */
  async run(options: RunOptions = {}): Promise<StopReason> {
    const breath = new Breath();
    this.asking = this.executed;
    const slice = options.slice ?? SLICE;
    const end = this.executed + Math.floor(options.instructions ?? Number.POSITIVE_INFINITY);
    try {
      for (;;) {
        const reason = this.runSlice(options, end, performance.now() + slice);
        if (reason === 'idle') {
          if (this.schedule?.leapLimit !== undefined || !(await this.idle(options))) return 'idle';
        } else if (reason !== undefined) return reason;
        else await breath.take();
      }
    } finally {
      breath.close();
    }
  }

  /** Like {@link run} at free pace, without giving the host a chance in between. */
  runSync(options: RunOptions = {}): StopReason {
    this.asking = this.executed;
    const end = this.executed + Math.floor(options.instructions ?? Number.POSITIVE_INFINITY);
    for (;;) {
      const reason = this.runSlice({ ...options, pace: 'free' }, end, Number.POSITIVE_INFINITY);
      if (reason !== undefined) return reason;
    }
  }

  // ---- PSCI -------------------------------------------------------------------------------------------------

  startCpu(cpu: Cpu, entry: bigint, context: bigint): void {
    this.starting.set(cpu, { entry, context });
    this.attention();
  }
  isStarting(cpu: Cpu): boolean {
    return this.starting.has(cpu);
  }
  stopCpu(cpu: Cpu): void {
    cpu.wait = 'off';
    this.attention();
  }
  powerOff(): void {
    this.stop('poweroff');
  }
  requestReset(): void {
    this.stop('reset');
  }

  /** Until host time `until`; undefined to go on. */
  private runSlice(options: RunOptions, end: number, until: number): StopReason | undefined {
    const deadline = options.deadline ?? Number.POSITIVE_INFINITY;
    do {
      if (this.stopReason !== undefined) {
        const { stopReason: reason, failure } = this;
        this.stopReason = this.failure = undefined;
        if (failure !== undefined) throw failure.error;
        return reason;
      }
      this.schedule?.enter();
      if (options.until !== undefined && this.executed >= this.asking) {
        if (options.until()) return 'until';
        this.asking = this.executed + CHUNK;
      }
      if (this.executed >= this.sampling.next) this.sampling.call(this.executed);
      if (this.executed >= end) return 'instructions';
      const now = performance.now();
      if (now >= deadline) return 'deadline';
      const most = Math.min(end, this.sampling.next, options.until === undefined ? end : this.asking);
      const limit = Math.min(most, this.executed + this.piece);
      if (this.chunk(limit) === 'idle') {
        this.asking = this.executed;
        if (!this.leap(options)) return options.until?.() === true ? 'until' : 'idle';
      } else this.adapt(performance.now() - now);
    } while (performance.now() < until);
    return undefined;
  }
  /** The last piece took so many milliseconds. */
  private adapt(taken: number): void {
    const wanted = taken > LOOK ? (this.piece * LOOK) / taken : this.piece * 2;
    this.piece = Math.min(CHUNK, Math.max(LEAST, Math.ceil(wanted)));
  }

  private chunk(end: number): 'ran' | 'idle' {
    const { schedule } = this;
    while (this.executed < end) {
      schedule?.enter();
      if (this.stopReason !== undefined) break;
      for (const [cpu, { entry, context }] of this.starting) this.begin(cpu, entry, context);
      const limit = schedule === undefined ? end : Math.min(end, schedule.until);
      const before = this.executed;
      if (this.turn(limit - before) === 'idle') return 'idle';
      if (limit === before) schedule?.stuck();
    }
    return 'ran';
  }

  private turn(limit: number): Step {
    this.executing = true;
    try {
      return this.scheduler.step(limit);
    } finally {
      this.executing = false;
    }
  }

  private begin(cpu: Cpu, entry: bigint, context: bigint): void {
    this.starting.delete(cpu);
    this.within(cpu.index, c => {
      c.reset();
      c.pc = entry;
      c.setX(0, context);
    });
  }

  /** Leaps to the next event when the pace allows it. */
  private leap(options: RunOptions): boolean {
    const limit = this.schedule?.leapLimit;
    const to = Math.min(this.scheduler.deadline, limit ?? Number.POSITIVE_INFINITY);
    if ((options.pace === 'host' && limit === undefined) || to === Number.POSITIVE_INFINITY) return false;
    this.time.skipTo(to);
    return true;
  }

  /** Every CPU waits: sleeps until the next event or {@link wake}. False when neither can come in time. */
  private async idle(options: RunOptions): Promise<boolean> {
    const { deadline } = this.scheduler;
    const begun = performance.now();
    const ahead = (deadline - this.time.ns) / 1e6;
    const left = (options.deadline ?? Number.POSITIVE_INFINITY) - begun;
    if (ahead === Number.POSITIVE_INFINITY && !this.canBeWoken()) return false;
    const sleep = Math.min(ahead, left, 0x7fff_ffff);
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, Math.max(0, sleep));
      this.sleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.sleeper = undefined;
    const passed = (performance.now() - begun) * 1e6;
    const to = Math.min(deadline, Math.ceil(this.time.ns + passed));
    if (deadline === Number.POSITIVE_INFINITY) return true;
    if (this.schedule === undefined) this.time.skipTo(to);
    else this.schedule.slept(to);
    return true;
  }

  /** Whether something from outside could end the wait of a CPU. */
  private canBeWoken(): boolean {
    return this.cpus.some(cpu => cpu.wait !== 'off') && this.wakeable();
  }

  private call(cpu: Cpu, conduit: Conduit, psci: Psci): boolean {
    if (this.options.firmware?.some(service => service(cpu, conduit)) === true) return true;
    if (this.options.psci === false) return false;
    psci.call(cpu);
    return true;
  }

  private resetCpus(): void {
    this.starting.clear();
    this.stopReason = undefined;
    for (const { index } of this.cpus) {
      this.within(index, cpu => {
        cpu.reset();
        if (index > 0) cpu.wait = 'off';
      });
    }
  }

  /** Has the run loop look at everything behind the present instruction. */
  private attention(): void {
    this.current.attentionWanted = true;
  }

  private random(): bigint {
    // xorshift64*
    let x = this.randomState;
    x ^= x >> 12n;
    x = BigInt.asUintN(64, x ^ (x << 25n));
    x ^= x >> 27n;
    this.randomState = x;
    return BigInt.asUintN(64, x * 0x2545_f491_4f6c_dd1dn);
  }
}
