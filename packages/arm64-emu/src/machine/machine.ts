import { Cpu } from '../cpu/cpu.js';
import type { Conduit } from '../cpu/cpu-port.js';
import type { Bus } from '../devices/bus.js';
import type { Device } from '../devices/device.js';
import { cpuPort } from './cpu-ports.js';
import { CpuPower } from './cpu-power.js';
import { CpuSlots } from './cpu-slots.js';
import type { InputSchedule } from './input-schedule.js';
import type { CpuLines, MachineOptions, RunOptions, StopReason } from './options.js';
import { DEFAULT_SEED, nextRandomState, randomOf } from './random.js';
import { RunLoop } from './run-loop.js';
import { Scheduler } from './scheduler.js';
import { VirtualTime } from './virtual-time.js';

const DEFAULT_QUANTUM = 20_000;
/** 200 million instructions per second of virtual time. */
const DEFAULT_NS_PER_INSTRUCTION = 5;

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
  private readonly scheduler: Scheduler;
  private readonly power: CpuPower;
  private readonly loop: RunLoop;
  private randomState: bigint;

  constructor(options: MachineOptions) {
    const { bus, executor } = options;
    this.bus = bus;
    this.randomState = options.seed ?? DEFAULT_SEED;
    this.time = new VirtualTime(() => this.executed, options.nsPerInstruction ?? DEFAULT_NS_PER_INSTRUCTION);
    this.lines = options.mpidrs.map(() => ({}));
    const counter = this.time.counter(options.counterFrequency ?? 62_500_000);
    this.power = new CpuPower(this, options);
    const surroundings = {
      lines: this.lines,
      cpus: () => this.cpus,
      call: (cpu: Cpu, conduit: Conduit) => this.power.call(cpu, conduit),
      woken: () => this.loop.wake(),
      random: () => this.random(),
    };
    this.cpus = options.mpidrs.map((_, index) => new Cpu(cpuPort(options, index, counter, surroundings)));
    this.slots = new CpuSlots(executor, this.cpus);
    const quantum = options.quantum ?? DEFAULT_QUANTUM;
    this.scheduler = new Scheduler(executor, this.slots, this.cpus, this.time, c => counter.nsOf(c), quantum);
    this.loop = new RunLoop(this, this.scheduler, this.power);
    this.time.onEarlier = () => this.attention();
    this.power.reset();
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
    return this.power.list;
  }
  set startingCpus(list: (number | bigint)[][]) {
    this.power.list = list;
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
    this.loop.clear();
    this.power.reset();
    this.onReset?.();
  }

  /**
   * Executes one instruction of CPU `index`, whoever's turn it is; `hold` keeps interrupts back meanwhile. Not while the
   * machine runs.
   */
  step(index: number, hold = false): void {
    this.loop.step(index, hold);
  }

  /** Does what is due at this time. */
  settle(): void {
    this.scheduler.advance();
  }

  /** Ends a run soon. Callable from device callbacks. */
  stop(reason: StopReason = 'stopped'): void {
    this.loop.stop(reason);
    this.wake();
  }

  /**
   * Calls `take` after every so many instructions of all CPUs, between two of them, with the state of the CPU that executed
   * last in place; the run is the same without. The result ends that.
   */
  sample(every: number, take: () => void): () => void {
    if (!(every >= 1)) throw new RangeError('a sample is taken after at least one instruction');
    return this.loop.sampling.add(this.executed, Math.floor(every), take);
  }

  /** Ends a run soon: it throws `error`. For what outside code throws while the guest is in the middle of something. */
  fail(error: unknown): void {
    this.loop.fail(error);
    this.stop();
  }

  /** The recording ends here; a run that ends for another reason gives that. */
  endReplay(): void {
    this.loop.endReplay();
  }

  /** Ends a sleep of the host and has everything looked at; interrupts from devices do so by themselves. */
  wake(): void {
    this.attention();
    this.loop.wake();
  }

  /** Runs until one of the limits, letting the host breathe between slices. */
  run(options: RunOptions = {}): Promise<StopReason> {
    return this.loop.run(options);
  }

  /** Like {@link run} at free pace, without giving the host a chance in between. */
  runSync(options: RunOptions = {}): StopReason {
    return this.loop.runSync(options);
  }

  /** Has the run loop look at everything behind the present instruction. */
  private attention(): void {
    this.current.attentionWanted = true;
  }

  private random(): bigint {
    this.randomState = nextRandomState(this.randomState);
    return randomOf(this.randomState);
  }
}
