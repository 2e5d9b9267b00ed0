import type { Cpu } from '../cpu/cpu.js';
import type { Conduit, CpuPort, TlbControl } from '../cpu/cpu-port.js';
import type { SystemCounter } from '../cpu/timer.js';
import { type InterruptLine, unconnected } from '../devices/device.js';
import type { Executor } from './executor.js';
import type { CpuLines, MachineOptions } from './options.js';

/** What a machine is to its CPUs. */
interface Surroundings {
  cpus(): readonly Cpu[];
  /** Where the outputs of each CPU go; may be set later. */
  readonly lines: readonly CpuLines[];
  call(cpu: Cpu, conduit: Conduit): boolean;
  woken(): void;
  random(): bigint;
}

/** Connects CPU `index` of a machine, with everything that exists only later asked for when it is needed. */
export function cpuPort(
  options: MachineOptions,
  index: number,
  counter: SystemCounter,
  machine: Surroundings,
): CpuPort {
  const { executor, model } = options;
  const line = (name: keyof CpuLines): InterruptLine => ({
    set: level => (machine.lines[index]![name] ?? unconnected).set(level),
  });
  return {
    model,
    index,
    mpidr: options.mpidrs[index]!,
    memory: executor.buffer,
    walk: executor.memory,
    tlb: tlbControl(executor, index),
    counter,
    instructions: () => BigInt(executor.executed(index)),
    lines: {
      cntp: line('cntp'),
      cntv: line('cntv'),
      cnthp: line('cnthp'),
      cnthv: line('cnthv'),
      pmu: line('pmu'),
    },
    call: (cpu, conduit) => machine.call(cpu, conduit),
    others: (self, action) => {
      for (const cpu of machine.cpus()) if (cpu.index !== self) action(cpu);
    },
    woken: () => machine.woken(),
    random: () => machine.random(),
    registers: {
      extra: options.registers ?? [],
      unknown: options.unknownRegisters ?? 'undefined',
      log: options.log,
    },
  };
}

/** The TLB of a CPU that the engine does not know yet. */
function tlbControl(executor: Executor, index: number): TlbControl {
  return {
    flushAll: () => executor.tlb(index).flushAll(),
    flushPage: (lo, hi) => executor.tlb(index).flushPage(lo, hi),
    flushAsid: asid => executor.tlb(index).flushAsid(asid),
    mayRead: (lo, hi) => executor.tlb(index).mayRead(lo, hi),
    useTables: tables => executor.tlb(index).useTables(tables),
    noteBlock: (lo, hi, sizeLog2) => executor.tlb(index).noteBlock(lo, hi, sizeLog2),
    setAsid: (asid, space) => executor.tlb(index).setAsid(asid, space),
    contextChanged: (asid, space) => executor.contextChanged(asid, space),
  };
}
