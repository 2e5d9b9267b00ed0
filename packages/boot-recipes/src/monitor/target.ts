import type { BuiltMachine } from 'arm64-emu';
import type { GuestMachine } from '../machines/guest.js';

/** A machine that a monitor can look into. */
export type MonitorTarget = NonNullable<GuestMachine['target']>;
/** One of its CPUs, with its state in place. */
export type MonitorCpu = BuiltMachine['machine']['cpus'][number];

/** Hexadecimal with as many digits as given at least. */
export const hex = (value: bigint | number, digits = 1): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** Wrong use of a command; the message is what it prints. */
export class MonitorError extends Error {}

/** A number as in C: decimal, 0x… */
export function number(text: string | undefined, what: string): bigint {
  if (text === undefined || !/^(0x[0-9a-f]+|\d+)$/i.test(text)) throw new MonitorError(`${what}: a number is missing`);
  return BigInt(text);
}
