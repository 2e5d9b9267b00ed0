import type { Cpu } from '../cpu/cpu.js';
import type { Executor } from './executor.js';

/** The CPUs of a machine and which of them has its state block in place. */
export class CpuSlots {
  private index = 0;

  constructor(
    private readonly executor: Executor,
    private readonly cpus: readonly Cpu[],
  ) {
    for (const cpu of cpus) executor.attach(cpu.index, cpu);
    this.enter(0);
  }

  /** The CPU whose state block is in place. */
  get current(): Cpu {
    return this.cpus[this.index]!;
  }

  /** Puts the state block of CPU `index` in place. */
  select(index: number): Cpu {
    if (index !== this.index) {
      this.current.setCurrent(false);
      this.enter(index);
    }
    return this.current;
  }

  /** Instructions executed by all CPUs. */
  get executed(): number {
    const { executor, cpus } = this;
    let total = 0;
    for (let n = 0; n < cpus.length; n++) total += executor.executed(n);
    return total;
  }

  /** Calls `fn` with the block of CPU `index` in place. */
  within<T>(index: number, fn: (cpu: Cpu) => T): T {
    const before = this.index;
    const result = fn(this.select(index));
    this.select(before);
    return result;
  }

  private enter(index: number): void {
    this.index = index;
    this.executor.select(index);
    this.current.setCurrent(true);
  }
}
