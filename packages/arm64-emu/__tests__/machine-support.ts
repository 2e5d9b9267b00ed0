import '../src/a64/index.js';
import { type CpuModel, max } from '../src/cpu/models.js';
import { Bus } from '../src/devices/bus.js';
import type { Device } from '../src/devices/device.js';
import { STATE_SIZE } from '../src/engine/state.js';
import { type BuildOptions, buildMachine } from '../src/machine/build.js';
import type { Executor } from '../src/machine/executor.js';
import { Machine } from '../src/machine/machine.js';
import type { MachineOptions } from '../src/machine/options.js';
import { Ram } from './cpu-support.js';

export const RAM = 0x4000_0000;
export const CONSOLE = 0x0900_0000;
/** Raises CPU n's IRQ while word n is not 0. */
export const IRQS = 0x0910_0000;

/** Little-endian code words at the start of RAM. */
export function words(...list: number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(list).buffer);
}

/** A machine with 4 MiB of RAM, a byte console and interrupt levers, its first CPU about to run `code`. */
export function guest(code: Uint8Array, more: Partial<BuildOptions> & { model?: CpuModel; cpus?: number } = {}) {
  const { cpus = 1, ...options } = more;
  const built = buildMachine({
    model: max,
    mpidrs: Array.from({ length: cpus }, (_, i) => 0x8000_0000n | BigInt(i)),
    ram: [{ base: RAM, size: 0x40_0000 }],
    ...options,
  });
  const { machine, bus } = built;
  const out = { text: '' };
  const console: Device = {
    name: 'console',
    size: 0x1000,
    read: () => out.text.length,
    write: (_offset, _size, value) => {
      out.text += String.fromCharCode(value);
    },
    reset: () => {
      out.text = '';
    },
  };
  const levers: Device = {
    name: 'levers',
    size: 0x1000,
    read: () => 0,
    write: (offset, _size, value) => machine.cpus[offset >> 2]?.irq.set(value !== 0),
    reset() {},
  };
  bus.map(CONSOLE, console);
  bus.map(IRQS, levers);
  machine.devices.push(console, levers);
  bus.write(RAM, code);
  machine.start(BigInt(RAM));
  return { ...built, out, x: (n: number, cpu = 0) => machine.within(cpu, c => c.x(n)) };
}

/** Counts instructions and executes none. */
class IdleExecutor implements Executor {
  readonly buffer = new ArrayBuffer(STATE_SIZE);
  readonly memory = new Ram();
  private readonly saved: Uint8Array[] = [];
  private readonly counts: number[] = [];
  private index = -1;
  attach(index: number): void {
    this.saved[index] = new Uint8Array(STATE_SIZE);
    this.counts[index] = 0;
  }
  select(index: number): void {
    const block = new Uint8Array(this.buffer);
    if (this.index >= 0) this.saved[this.index]!.set(block);
    block.set(this.saved[index]!);
    this.index = index;
  }
  tlb(): ReturnType<Executor['tlb']> {
    return {
      flushAll() {},
      flushPage() {},
      mayRead: () => false,
      useTables() {},
      noteBlock() {},
      setAsid() {},
      flushAsid() {},
    };
  }
  contextChanged(): void {}
  executed(index: number): number {
    return this.counts[index] ?? 0;
  }
  run(count: number): number {
    this.counts[this.index]! += count;
    return count;
  }
}

/** A machine whose CPUs do nothing, for what does not need instructions. */
export function idleMachine(cpus: number, more: Partial<MachineOptions> = {}): Machine {
  return new Machine({
    model: max,
    mpidrs: Array.from({ length: cpus }, (_, i) => 0x8000_0000n | BigInt(i)),
    bus: new Bus({ bytes: new Uint8Array(0) }),
    executor: new IdleExecutor(),
    ...more,
  });
}
