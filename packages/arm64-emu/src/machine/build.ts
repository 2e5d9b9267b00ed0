import { SysRegTable } from '../cpu/sysreg-table.js';
import { Bus } from '../devices/bus.js';
import { Engine, type EngineOptions } from '../engine/engine.js';
import { fpOperation } from '../fp/ops.js';
import { Machine } from './machine.js';
import type { MachineOptions } from './options.js';
import { busIo, engineMemory } from './physical.js';

/** RAM of a machine. */
export interface RamSpec {
  readonly name?: string;
  /** Physical address and bytes; multiples of 4096. */
  readonly base: number;
  readonly size: number;
  /** Memory that the CPU reads directly while its stores go to a device, which the builder maps. */
  readonly rom?: boolean;
}

/** Options of {@link buildMachine}. */
export interface BuildOptions extends Omit<MachineOptions, 'bus' | 'executor'> {
  readonly ram: readonly RamSpec[];
  /** How instructions are executed; `interpreter` when not given. */
  readonly mode?: EngineOptions['mode'];
  /** When code is compiled, and how much of it is kept. */
  readonly compiler?: EngineOptions['compiler'];
  /** Handlers that the engine makes at once. */
  readonly profile?: EngineOptions['profile'];
}

/** A machine with the engine and the bus that belong to it. */
export interface BuiltMachine {
  readonly machine: Machine;
  readonly engine: Engine;
  readonly bus: Bus;
}

/**
 * Makes engine, bus with RAM, and machine. Devices are mapped by the caller.
 *
 * @example
 * const { machine, bus } = buildMachine({ model: max, mpidrs: [0x80000000n], ram: [{ base: 0x40000000, size: 1 << 26 }] });
 * bus.map(0x09000000, uart);
 */
export function buildMachine(options: BuildOptions): BuiltMachine {
  const { ram, profile, mode, compiler, ...rest } = options;
  const { model, registers = [] } = options;
  const table = new SysRegTable({ model }, { extra: registers });
  const engine = new Engine({
    memory: ram.map(({ base, size, rom }) => ({ base, size, readOnly: rom === true })),
    io: busIo(() => bus),
    fp: fpOperation,
    features: model.features,
    sysAccess: (key, write) => table.access(key, write),
    ...(profile === undefined ? {} : { profile }),
    mode,
    compiler,
  });
  const bus: Bus = new Bus(engineMemory(engine));
  for (const { name, base, size, rom } of ram)
    if (rom !== true) bus.mapRam(name ?? 'ram', base, size, engine.memory.find(base)!.host);
  const machine = new Machine({ ...rest, bus, executor: engine });
  bus.onRemap = ({ base, directRead }) => {
    engine.memory.find(base)!.directRead = directRead;
    for (const cpu of machine.cpus) engine.tlb(cpu.index).flushAll();
  };
  return { machine, engine, bus };
}
