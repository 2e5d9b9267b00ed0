import type { Cpu } from '../cpu/cpu.js';
import { EC, ISS } from '../cpu/esr.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';
import { Fault } from '../cpu/walk.js';
import type { Engine } from '../engine/engine.js';
import type { ExceptionHook, ExceptionWatch, UndefinedHook, UnmappedEvent, UnmappedHook } from './types.js';

const FETCHES: readonly number[] = [EC.instructionAbort, EC.instructionAbortLower];
const DATA: readonly number[] = [EC.dataAbort, EC.dataAbortLower];
const STATUS = 0x3f;
const INSTRUCTION = 4n;

/** An access for which something may have been mapped. */
interface Retry {
  readonly executed: number;
  readonly pc: bigint;
  readonly address: bigint;
}

/** Hooks of what is about to be taken as an exception. */
export class ExceptionHooks {
  readonly unmapped = new Set<UnmappedHook>();
  readonly undefinedWords = new Set<UndefinedHook>();
  /** The newest is asked first. */
  readonly deciders: ExceptionHook[] = [];
  /** Asked when nobody else dealt with it. */
  last: ExceptionHook | undefined;
  readonly watches = new Set<ExceptionWatch>();
  private readonly retries: (Retry | undefined)[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly call: <T>(fn: () => T) => T | undefined,
  ) {}

  get used(): boolean {
    const { unmapped, undefinedWords, deciders, last, watches } = this;
    return unmapped.size + undefinedWords.size + deciders.length + watches.size > 0 || last !== undefined;
  }

  /** See `Cpu.onlyUndefined`. */
  get onlyUndefined(): boolean {
    const { unmapped, deciders, last, watches } = this;
    return unmapped.size + deciders.length + watches.size === 0 && last === undefined;
  }

  /** See `Cpu.onException`. */
  handle(cpu: Cpu, event: ExceptionEvent): boolean {
    if (event.kind === 'synchronous') {
      if (this.unmapped.size > 0 && this.mapped(cpu, event)) return true;
      if (this.undefinedWords.size > 0 && event.ec === EC.unknown && this.emulated(cpu)) return true;
    }
    for (const hook of [...this.deciders]) if (this.call(() => hook(cpu, event)) === true) return true;
    if (this.last?.(cpu, event) === true) return true;
    for (const watch of [...this.watches]) this.call(() => watch(cpu, event));
    return false;
  }

  private mapped(cpu: Cpu, event: ExceptionEvent): boolean {
    const access = unmappedAccess(cpu, event);
    if (access === undefined) return false;
    const { address } = access;
    const { index, pc } = cpu;
    const executed = this.engine.executed(index);
    const before = this.retries[index];
    if (before?.executed === executed && before.pc === pc && before.address === address) return false;
    for (const hook of [...this.unmapped]) {
      if (this.call(() => hook(cpu, access)) !== true) continue;
      // As if it had been there before: the exception costs nothing.
      this.engine.refund(index);
      this.retries[index] = { executed, pc, address };
      return true;
    }
    return false;
  }

  private emulated(cpu: Cpu): boolean {
    const { pc } = cpu;
    const word = cpu.currentWord();
    for (const hook of [...this.undefinedWords]) {
      if (this.call(() => hook(cpu, word)) !== true) continue;
      if (cpu.pc === pc) cpu.pc = BigInt.asUintN(64, pc + INSTRUCTION);
      return true;
    }
    return false;
  }
}

/** The access behind an abort because of a translation fault, or of an address that nothing answers. */
export function unmappedAccess(cpu: Cpu, { ec, iss, far }: ExceptionEvent): UnmappedEvent | undefined {
  const status = iss & STATUS;
  const translation = status >= Fault.translation && status < Fault.accessFlag;
  if (far === undefined || !(translation || status === Fault.external)) return undefined;
  if (FETCHES.includes(ec)) return { address: far, kind: 'fetch', size: 4 };
  if (!DATA.includes(ec)) return undefined;
  return { address: far, kind: (iss & ISS.WnR) !== 0 ? 'write' : 'read', size: cpu.accessSize };
}
