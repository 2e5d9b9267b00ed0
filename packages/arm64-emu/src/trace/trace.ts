import type { Cpu } from '../cpu/cpu.js';
import { EC } from '../cpu/esr.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';
import type { Log } from '../devices/device.js';
import { exceptionText } from '../embed/exception-text.js';
import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';
import { observeInstructions } from './instructions.js';

/** What can be traced, by the names of QEMU's `-d`. */
export const TRACE_ITEMS = {
  in_asm: 'each instruction, when it is executed for the first time',
  exec: 'each instruction that is executed',
  int: 'exceptions and interrupts that the guest takes',
  mmu: 'translations that fault, with the descriptors that were read',
  unimp: 'registers and instructions that are not there',
  guest_errors: 'accesses to nothing, and what devices complain about',
} as const satisfies Readonly<Record<string, string>>;

/** See {@link TRACE_ITEMS}. */
export type TraceItem = keyof typeof TRACE_ITEMS;

/** Options of {@link Trace}. */
export interface TraceOptions {
  readonly items: readonly TraceItem[];
  /** Receives each line, without its end. */
  readonly write: (line: string) => void;
  /** `text` by default; `json` writes an object a line. */
  readonly format?: 'text' | 'json';
  /** Instructions from here up to there only. */
  readonly range?: readonly [from: bigint, to: bigint];
  /** Name of an address, as `start_kernel+0x10`. */
  readonly symbol?: (address: bigint) => string | undefined;
}

const ABORTS: readonly number[] = [EC.instructionAbort, EC.instructionAbortLower, EC.dataAbort, EC.dataAbortLower];
const FETCHES: readonly number[] = [EC.instructionAbort, EC.instructionAbortLower];
/** Fault status codes below this come from translation. */
const TRANSLATION_FAULTS = 0x10;
const WNR = 0x40;
const ACCESS = { read: 1, write: 2, fetch: 4 } as const;
const UNIMPLEMENTED = /unknown|unimplemented|not modelled/i;

const hex = (v: bigint): string => `0x${v.toString(16)}`;

/**
 * Writes what a machine does. What is not asked for costs nothing; `in_asm` and `exec` make execution several times
 * slower. The run itself is the same.
 *
 * @example
 * const trace = new Trace({ items: ['int', 'unimp'], write: console.error });
 * const virt = createVirt({ log: trace.log });
 * const stop = trace.attach(virt);
 */
export class Trace {
  private readonly wanted: ReadonlySet<TraceItem>;
  private readonly seen = new Set<string>();

  constructor(private readonly options: TraceOptions) {
    this.wanted = new Set(options.items);
  }

  /** To be given to the machine as its `log`: what comes this way is `unimp` or `guest_errors`. */
  readonly log: Log = message => {
    const item = UNIMPLEMENTED.test(message) ? 'unimp' : 'guest_errors';
    this.emit(item, message, { message });
  };

  /** Watches a machine until the result is called. A `Control` of the same machine has to be there before. */
  attach({ machine, engine }: { readonly machine: Machine; readonly engine: Engine }): () => void {
    const ends: (() => void)[] = [];
    if (this.wanted.has('in_asm') || this.wanted.has('exec'))
      ends.push(observeInstructions(engine, (pc, word) => this.instruction(machine.current.index, engine, pc, word)));
    if (this.wanted.has('int') || this.wanted.has('mmu') || this.wanted.has('unimp'))
      for (const cpu of machine.cpus) ends.push(this.observe(cpu));
    return () => {
      for (const end of ends) end();
    };
  }

  private observe(cpu: Cpu): () => void {
    const before = cpu.onException;
    cpu.onException = event => {
      if (before?.(event) === true) return true;
      this.exception(cpu, event);
      return false;
    };
    return () => {
      cpu.onException = before;
    };
  }

  private instruction(cpu: number, engine: Engine, pc: bigint, word: number): void {
    const { range } = this.options;
    if (range !== undefined && (pc < range[0] || pc >= range[1])) return;
    const key = `${pc}:${word}`;
    const first = this.wanted.has('in_asm') && !this.seen.has(key);
    if (first) this.seen.add(key);
    else if (!this.wanted.has('exec')) return;
    const assembly = engine.disassemble(word, pc);
    const text = `${hex(pc)}:  ${(word >>> 0).toString(16).padStart(8, '0')}  ${assembly}${this.named(pc)}`;
    const fields = { cpu, pc: hex(pc), word: word >>> 0, assembly };
    if (first) this.emit('in_asm', text, fields);
    this.emit('exec', text, fields);
  }

  private exception(cpu: Cpu, event: ExceptionEvent): void {
    const { kind, ec, iss, returnTo, far } = event;
    const what = exceptionText(event);
    const fields = { cpu: cpu.index, el: cpu.el, exception: what, ec, iss, pc: hex(returnTo) };
    const address = far === undefined ? {} : { far: hex(far) };
    const at = `CPU ${cpu.index}, EL${cpu.el}, at ${hex(returnTo)}${this.named(returnTo)}`;
    this.emit('int', `${what}; ${at}`, { ...fields, ...address });
    if (kind !== 'synchronous') return;
    if (ec === EC.unknown) this.emit('unimp', `undefined instruction; ${at}`, fields);
    if (far === undefined || !ABORTS.includes(ec) || (iss & 0x3f) >= TRANSLATION_FAULTS || !this.wanted.has('mmu'))
      return;
    const access = FETCHES.includes(ec) ? 'fetch' : (iss & WNR) !== 0 ? 'write' : 'read';
    const { text, steps } = cpu.explain(far, ACCESS[access], cpu.el);
    const walk = steps.map(s => ({ level: s.level, address: s.address, descriptor: hex(s.descriptor) }));
    this.emit('mmu', `${access} of ${text}`, { cpu: cpu.index, access, va: hex(far), text, walk });
  }

  private named(address: bigint): string {
    const name = this.options.symbol?.(address);
    return name === undefined ? '' : ` <${name}>`;
  }
  private emit(item: TraceItem, text: string, fields: Readonly<Record<string, unknown>>): void {
    if (!this.wanted.has(item)) return;
    const { format = 'text', write } = this.options;
    write(format === 'json' ? JSON.stringify({ trace: item, ...fields }) : `${item}: ${text}`);
  }
}
