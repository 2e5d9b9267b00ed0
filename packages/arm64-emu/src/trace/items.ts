import type { Cpu } from '../cpu/cpu.js';
import { EC } from '../cpu/esr.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';
import { Fault } from '../cpu/walk.js';
import { exceptionText } from '../embed/exception-text.js';
import type { Engine } from '../engine/engine.js';
import type { Hooks } from '../hooks/hooks.js';
import { type AddressRange, EVERYWHERE } from '../hooks/range.js';
import type { Unhook } from '../hooks/types.js';

/** What can be traced: names of QEMU's `-d` first, then our own. */
export const TRACE_ITEMS = {
  in_asm: 'each instruction, when it is executed for the first time',
  exec: 'each instruction that is executed',
  cpu: 'registers, at the beginning of each block',
  int: 'exceptions and interrupts that the guest takes',
  mmu: 'translations that fault, with the descriptors that were read',
  unimp: 'registers and instructions that are not there',
  guest_errors: 'accesses to nothing, and what devices complain about',
  block: 'each block that is executed',
  memory: 'each access to memory by an instruction, before it is made',
  device: 'each access to registers of devices',
  tlb: 'translations that enter the TLB',
} as const satisfies Readonly<Record<string, string>>;

/** See {@link TRACE_ITEMS}. */
export type TraceItem = keyof typeof TRACE_ITEMS;

/** What an item needs to write its lines. */
export interface Sink {
  readonly hooks: Hooks;
  /** Instructions, and data, that are of interest. */
  readonly range: AddressRange;
  readonly data: AddressRange;
  /** ` <name>` of an address that has one. */
  named(address: bigint): string;
  /** Whether a CPU is of interest. */
  wants(cpu: Cpu): boolean;
  emit(item: TraceItem, text: string, fields: Readonly<Record<string, unknown>>): void;
}

const ABORTS: readonly number[] = [EC.instructionAbort, EC.instructionAbortLower, EC.dataAbort, EC.dataAbortLower];
const FETCHES: readonly number[] = [EC.instructionAbort, EC.instructionAbortLower];
const WNR = 0x40;
const ACCESS = { read: 1, write: 2, fetch: 4 } as const;
const REGISTERS = 31;

export const hex = (v: bigint | number): string => `0x${v.toString(16)}`;

/** The items that come from hooks; `guest_errors` comes from the machine's log. */
export const ATTACH: Readonly<Partial<Record<TraceItem, (sink: Sink) => Unhook>>> = {
  in_asm: sink => {
    const seen = new Set<string>();
    return instructions(sink, 'in_asm', (pc, word) => {
      const key = `${pc}:${word}`;
      return !seen.has(key) && seen.add(key) !== undefined;
    });
  },
  exec: sink => instructions(sink, 'exec', () => true),
  cpu: sink =>
    sink.hooks.block(sink.range, (cpu, start) => {
      if (sink.wants(cpu)) registers(sink, cpu, start);
    }),
  block: sink =>
    sink.hooks.block(sink.range, (cpu, start) => {
      if (!sink.wants(cpu)) return;
      const text = `${hex(start)}${sink.named(start)}; CPU ${cpu.index}, EL${cpu.el}`;
      sink.emit('block', text, { cpu: cpu.index, el: cpu.el, pc: hex(start) });
    }),
  memory: sink =>
    sink.hooks.access(sink.data, (cpu, { address, physical, size, kind, value }) => {
      const { pc } = cpu;
      if (!sink.wants(cpu) || pc < sink.range.from || pc >= sink.range.to) return;
      const what = value === undefined ? {} : { value: hex(value) };
      const text = `${kind} of ${size} bytes at ${hex(address)}${value === undefined ? '' : `, ${hex(value)}`}; at ${hex(pc)}${sink.named(pc)}`;
      sink.emit('memory', text, {
        cpu: cpu.index,
        access: kind,
        va: hex(address),
        pa: physical,
        size,
        ...what,
        pc: hex(pc),
      });
    }),
  tlb: sink =>
    sink.hooks.tlbFill((cpu, { address, physical, kind, asid }) => {
      if (!sink.wants(cpu)) return;
      const space = asid === undefined ? '' : `, ASID ${asid}`;
      const text = `${kind} of ${hex(address)} is ${hex(physical)}; CPU ${cpu.index}, EL${cpu.el}${space}`;
      const fields = { cpu: cpu.index, el: cpu.el, access: kind, va: hex(address), pa: physical };
      sink.emit('tlb', text, asid === undefined ? fields : { ...fields, asid });
    }),
  int: sink =>
    taken(sink, (cpu, event) => {
      const { ec, iss, returnTo, far } = event;
      const what = exceptionText(event);
      const address = far === undefined ? {} : { far: hex(far) };
      const fields = { cpu: cpu.index, el: cpu.el, exception: what, ec, iss, pc: hex(returnTo), ...address };
      sink.emit('int', `${what}; ${place(sink, cpu, event)}`, fields);
    }),
  unimp: sink =>
    taken(sink, (cpu, event) => {
      if (event.kind !== 'synchronous' || event.ec !== EC.unknown) return;
      const word = cpu.currentWord();
      const fields = { cpu: cpu.index, el: cpu.el, word, pc: hex(event.returnTo) };
      sink.emit('unimp', `undefined instruction ${hex(word)}; ${place(sink, cpu, event)}`, fields);
    }),
  mmu: sink =>
    taken(sink, (cpu, { kind, ec, iss, far }) => {
      const status = iss & 0x3f;
      if (kind !== 'synchronous' || far === undefined || !ABORTS.includes(ec) || status >= Fault.external) return;
      const access = FETCHES.includes(ec) ? 'fetch' : (iss & WNR) !== 0 ? 'write' : 'read';
      const { text, steps } = cpu.explain(far, ACCESS[access], cpu.el);
      const walk = steps.map(s => ({ level: s.level, address: s.address, descriptor: hex(s.descriptor) }));
      sink.emit('mmu', `${access} of ${text}`, { cpu: cpu.index, access, va: hex(far), text, walk });
    }),
};

function instructions(sink: Sink, item: 'in_asm' | 'exec', wanted: (pc: bigint, word: number) => boolean): Unhook {
  const { engine }: { readonly engine: Engine } = sink.hooks;
  return sink.hooks.code(sink.range, (cpu, pc, word) => {
    if (!sink.wants(cpu) || !wanted(pc, word)) return;
    const assembly = engine.disassemble(word, pc);
    const text = `${hex(pc)}:  ${(word >>> 0).toString(16).padStart(8, '0')}  ${assembly}${sink.named(pc)}`;
    sink.emit(item, text, { cpu: cpu.index, pc: hex(pc), word: word >>> 0, assembly });
  });
}

function registers(sink: Sink, cpu: Cpu, pc: bigint): void {
  const values = Array.from({ length: REGISTERS }, (_, n) => cpu.x(n));
  const fields = Object.fromEntries(values.map((value, n) => [`x${n}`, hex(value)]));
  const { pstate } = cpu;
  const text = `pc=${hex(pc)}${sink.named(pc)} sp=${hex(cpu.x(31))} pstate=${hex(pstate)} ${values
    .map((value, n) => `x${n}=${hex(value)}`)
    .join(' ')}`;
  sink.emit('cpu', text, { cpu: cpu.index, pc: hex(pc), sp: hex(cpu.x(31)), pstate: hex(pstate), ...fields });
}

function taken(sink: Sink, tell: (cpu: Cpu, event: ExceptionEvent) => void): Unhook {
  return sink.hooks.taken((cpu, event) => {
    if (sink.wants(cpu)) tell(cpu, event);
  });
}
function place(sink: Sink, cpu: Cpu, { returnTo }: ExceptionEvent): string {
  return `CPU ${cpu.index}, EL${cpu.el}, at ${hex(returnTo)}${sink.named(returnTo)}`;
}

/** A range as the options give it. */
export function rangeOf(range: readonly [from: bigint, to: bigint] | undefined): AddressRange {
  return range === undefined ? EVERYWHERE : { from: range[0], to: range[1] };
}
