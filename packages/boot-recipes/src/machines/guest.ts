import type { BuiltMachine, Clock, Machine, SerialPort } from 'arm64-emu';

/** A machine as a boot needs it: any board of arm64-emu with a console. */
export interface GuestMachine extends Pick<Machine, 'run' | 'runSync' | 'stop' | 'wake' | 'executed'> {
  /** The host's end of the guest's console. */
  readonly serial: Pick<SerialPort, 'output' | 'receive'>;
  /** The host's ends of all serial ports by their names; the console is `uart0`. */
  readonly ports?: Readonly<Record<string, Pick<SerialPort, 'output' | 'receive'>>>;
  /** Guest time, in nanoseconds since power-on. */
  readonly time: Clock;
  /** The whole machine, for debuggers and traces. */
  readonly target?: Pick<BuiltMachine, 'machine' | 'engine'>;
  /** Program counter of the first CPU, for reports. */
  pc(): bigint;
}

/** The machine of a board as a boot needs it. `others` are serial ports beside the console. */
export function guestOf(
  { machine, engine }: Pick<BuiltMachine, 'machine' | 'engine'>,
  serial: SerialPort,
  others: Readonly<Record<string, SerialPort>> = {},
) {
  return Object.assign(machine, {
    serial,
    ports: { uart0: serial, ...others },
    target: { machine, engine },
    pc: () => machine.within(0, cpu => cpu.pc),
  });
}
