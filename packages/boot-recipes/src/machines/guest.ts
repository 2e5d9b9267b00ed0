import type { Clock, Machine, SerialPort } from 'arm64-emu';

/** A machine as a boot needs it: any board of arm64-emu with a console. */
export interface GuestMachine extends Pick<Machine, 'run' | 'runSync' | 'stop' | 'wake' | 'executed'> {
  /** The host's end of the guest's console. */
  readonly serial: Pick<SerialPort, 'output' | 'receive'>;
  /** Guest time, in nanoseconds since power-on. */
  readonly time: Clock;
  /** Program counter of the first CPU, for reports. */
  pc(): bigint;
}
