import type { AccessObserver, DataAccess } from '../cpu/accesses.js';
import type { Engine } from '../engine/engine.js';
import { CELL } from '../engine/state.js';
import type { Machine } from '../machine/machine.js';
import { touches } from './range.js';
import type { AccessEvent, AccessHook, AccessRange } from './types.js';

const PAGE_MASK = ~0xfffn;

/** A hook and what it is for. */
export interface AccessEntry {
  readonly range: AccessRange;
  readonly hook: AccessHook;
}

/** What a hook said of an access of the instruction that is executing. */
interface Answer {
  readonly entry: AccessEntry;
  readonly address: bigint;
  readonly kind: string;
  readonly supplied: bigint | null | undefined;
}
/** The instruction that answers are for. */
interface Instruction {
  executed: number;
  pc: bigint;
  answers: Answer[];
}

/** Hooks of data accesses. The instruction is left before a hook is called, and repeated with the answer. */
export class AccessHooks implements AccessObserver {
  readonly entries = new Set<AccessEntry>();
  supplied: bigint | null | undefined;
  private readonly instructions: Instruction[];
  private question: { readonly access: DataAccess; readonly entries: readonly AccessEntry[] } | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly engine: Engine,
  ) {
    this.instructions = machine.cpus.map(() => ({ executed: -1, pc: 0n, answers: [] }));
  }

  /** Which answers have been given does not matter any more. */
  forget(): void {
    for (const each of this.instructions) each.executed = -1;
  }

  covers(virtual: bigint, physical: number): boolean {
    for (const { range } of this.entries) {
      const page = range.physical === true ? BigInt(physical) & PAGE_MASK : virtual & PAGE_MASK;
      if (touches(range, page, 0x1000)) return true;
    }
    return false;
  }

  passes(cpu: number, access: DataAccess): boolean {
    this.supplied = undefined;
    const { answers } = this.instruction(cpu);
    const open: AccessEntry[] = [];
    for (const entry of this.entries) {
      if (!matches(entry.range, access)) continue;
      const answer = answers.find(a => a.entry === entry && a.address === access.address && a.kind === access.kind);
      if (answer === undefined) open.push(entry);
      else if (answer.supplied !== undefined) this.supplied = answer.supplied;
    }
    if (open.length === 0) return true;
    this.question = { access, entries: open };
    return false;
  }

  /** Asks the hooks about the access that did not pass; `call` calls them. False when there is none. */
  ask(call: <T>(fn: () => T) => T | undefined): boolean {
    const { question, machine } = this;
    if (question === undefined) return false;
    this.question = undefined;
    const cpu = machine.current;
    cpu.asking = false;
    const instruction = this.instruction(cpu.index);
    const { access, entries } = question;
    const { address, physical, size, kind } = access;
    for (const entry of entries) {
      const event: AccessEvent = { address, physical, size, kind, value: this.valueOf(access) };
      const answer = call(() => entry.hook(cpu, event));
      const supplied = answer === 'skip' ? null : typeof answer === 'bigint' ? answer : undefined;
      instruction.answers.push({ entry, address, kind, supplied });
      if (cpu.pc !== instruction.pc) break;
    }
    return true;
  }

  /** The answers for the present instruction. */
  private instruction(index: number): Instruction {
    const known = this.instructions[index]!;
    this.engine.syncPc();
    const { pc } = this.machine.cpus[index]!;
    const executed = this.engine.executed(index);
    if (known.executed !== executed || known.pc !== pc) {
      known.executed = executed;
      known.pc = pc;
      known.answers = [];
    }
    return known;
  }

  private valueOf({ kind, physical, size, part }: DataAccess): bigint | undefined {
    const { engine } = this;
    const bytes =
      kind === 'write'
        ? new Uint8Array(engine.buffer, CELL.BOUNCE + part, size)
        : engine.memory.find(physical)?.directRead === true
          ? engine.memory.view(physical, size)
          : undefined;
    return bytes?.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }
}

function matches(range: AccessRange, { address, physical, size, kind }: DataAccess): boolean {
  const wanted = (range.read !== false && kind !== 'write') || (range.write !== false && kind !== 'read');
  return wanted && touches(range, range.physical === true ? BigInt(physical) : address, size);
}
