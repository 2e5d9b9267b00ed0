import type { Cpu } from '../cpu/cpu.js';
import type { Control } from '../embed/control.js';
import { GuestMemory } from '../embed/guest-memory.js';
import { HostAccess } from '../record/host-access.js';
import type { History } from './history.js';

/** Answers that mean the same everywhere. The numbers, EFAULT and EINVAL, mean nothing to GDB. */
export const OK = 'OK';
export const FAULT = 'E0e';
export const INVALID = 'E16';
/** Bytes of a packet at most. */
export const PACKET_SIZE = 0x4000;

/** What the packets of one client are about. */
export class Session {
  readonly memory: GuestMemory;
  readonly host: HostAccess;
  /** CPU that register and memory packets mean. */
  selected = 0;
  /** Addresses are physical. */
  physical = false;

  constructor(
    readonly control: Control,
    readonly history: History | undefined,
  ) {
    this.memory = new GuestMemory(control);
    this.host = HostAccess.of(control);
  }

  /** Calls `fn` with the state of the selected CPU in place. */
  within<T>(fn: (cpu: Cpu) => T): T {
    return this.control.machine.within(this.selected, fn);
  }
  /** CPU of a thread id; 0 is any, -1 all. */
  cpuOf(thread: string): number | undefined {
    if (thread === '0' || thread === '-1') return this.selected;
    const index = Number.parseInt(thread, 16) - 1;
    return this.control.machine.cpus[index] === undefined ? undefined : index;
  }
  /** `H`: which CPU further packets mean; those about running say so themselves. */
  select(rest: string): string {
    const index = this.cpuOf(rest.slice(1));
    if (index === undefined) return INVALID;
    if (rest[0] === 'g') this.selected = index;
    return OK;
  }
}

/** The answer of `fn`, or that it failed. */
export function attempt(fn: () => string): string {
  try {
    return fn();
  } catch {
    return FAULT;
  }
}

/** `ADDRESS,SIZE` */
export function rangeOf(text: string): { readonly address: bigint; readonly size: number } | undefined {
  const m = /^([0-9a-f]{1,16}),([0-9a-f]{1,8})$/i.exec(text);
  return m === null ? undefined : { address: BigInt(`0x${m[1]}`), size: Number.parseInt(m[2]!, 16) };
}
