import type { Cpu } from '../cpu/cpu.js';
import type { Conduit } from '../cpu/cpu-port.js';
import type { FirmwareCall, StopReason } from './options.js';
import { Psci, type PsciTarget } from './psci.js';

/** What turns on a CPU needs of its machine. */
interface PoweredMachine {
  readonly cpus: readonly Cpu[];
  within<T>(index: number, fn: (cpu: Cpu) => T): T;
  stop(reason: StopReason): void;
  /** Has the run loop look at everything behind the present instruction. */
  wake(): void;
}

/** What the machine's firmware is. */
interface Firmware {
  /** Services asked before PSCI. */
  readonly firmware?: readonly FirmwareCall[];
  /** Whether PSCI answers; true by default. */
  readonly psci?: boolean;
}

/** Turns CPUs and the machine on and off, as its firmware is asked to. */
export class CpuPower implements PsciTarget {
  /** CPUs that were turned on and have not begun yet. */
  private readonly starting = new Map<Cpu, { entry: bigint; context: bigint }>();
  private readonly psci = new Psci(this);

  constructor(
    private readonly machine: PoweredMachine,
    private readonly options: Firmware,
  ) {}

  get cpus(): readonly Cpu[] {
    return this.machine.cpus;
  }

  /** HVC or SMC of `cpu`; false when nobody answers. */
  call(cpu: Cpu, conduit: Conduit): boolean {
    if (this.options.firmware?.some(service => service(cpu, conduit)) === true) return true;
    if (this.options.psci === false) return false;
    this.psci.call(cpu);
    return true;
  }

  startCpu(cpu: Cpu, entry: bigint, context: bigint): void {
    this.starting.set(cpu, { entry, context });
    this.machine.wake();
  }
  isStarting(cpu: Cpu): boolean {
    return this.starting.has(cpu);
  }
  stopCpu(cpu: Cpu): void {
    cpu.wait = 'off';
    this.machine.wake();
  }
  powerOff(): void {
    this.machine.stop('poweroff');
  }
  requestReset(): void {
    this.machine.stop('reset');
  }

  /** Has the CPUs that were turned on begin. */
  begin(): void {
    for (const [cpu, { entry, context }] of this.starting) {
      this.starting.delete(cpu);
      this.machine.within(cpu.index, c => {
        c.reset();
        c.pc = entry;
        c.setX(0, context);
      });
    }
  }

  /** Every CPU as after power-on: the first one executes, the others are off. */
  reset(): void {
    this.starting.clear();
    for (const { index } of this.cpus) {
      this.machine.within(index, cpu => {
        cpu.reset();
        if (index > 0) cpu.wait = 'off';
      });
    }
  }

  /** Number, entry and context of the CPUs that have not begun. */
  get list(): (number | bigint)[][] {
    return [...this.starting].map(([cpu, { entry, context }]) => [cpu.index, entry, context]);
  }
  set list(list: (number | bigint)[][]) {
    this.starting.clear();
    for (const [index, entry, context] of list)
      this.starting.set(this.cpus[Number(index)]!, { entry: BigInt(entry!), context: BigInt(context!) });
  }
}
