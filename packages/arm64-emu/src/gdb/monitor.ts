import type { Control } from '../embed/control.js';
import { translation } from '../embed/guest-memory.js';

/** A command behind `monitor`: what it prints. */
interface Command {
  readonly help: string;
  run(control: Control, cpu: number, argument: string): string;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  help: { help: 'this list', run: () => list() },
  info: { help: 'CPUs, time, devices', run: info },
  reset: {
    help: 'puts the machine back to power-on',
    run: control => {
      control.machine.reset();
      return 'reset\n';
    },
  },
  translate: {
    help: 'ADDRESS: where a virtual address leads, and why',
    run: (control, cpu, argument) => {
      if (!/^(0x[0-9a-f]+|\d+)$/i.test(argument)) return 'an address is missing\n';
      return `${control.machine.within(cpu, c => translation(c, BigInt(argument))).text}\n`;
    },
  },
};

/** Carries out a `monitor` command line for the selected CPU. */
export function monitor(control: Control, cpu: number, line: string): string {
  const [name = '', ...rest] = line.trim().split(/\s+/);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return command?.run(control, cpu, rest.join(' ')) ?? `no such command: ${name}\n${list()}`;
}

function list(): string {
  return Object.entries(COMMANDS)
    .map(([name, { help }]) => `${name.padEnd(10)} ${help}\n`)
    .join('');
}

function info({ machine, engine }: Control): string {
  const cpus = machine.cpus.map(({ index }) =>
    machine.within(index, c => {
      const executed = engine.executed(index);
      return `CPU ${index}: ${c.wait}, EL${c.el}, pc 0x${c.pc.toString(16)}, ${executed} instructions\n`;
    }),
  );
  const devices = machine.bus.regions.map(
    r => `0x${r.base.toString(16).padStart(10, '0')} 0x${r.size.toString(16).padStart(9, '0')} ${r.name}\n`,
  );
  return `${machine.cpus[0]!.model.name}, ${machine.time.now()} ns\n${cpus.join('')}${devices.join('')}`;
}
