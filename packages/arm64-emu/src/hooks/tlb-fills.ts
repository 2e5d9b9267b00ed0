import { virtualAddress } from '../cpu/debug.js';
import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';
import type { TlbFillEvent, TlbFillHook } from './types.js';

/** Fills of one CPU that hooks have heard of, while an instruction executes. */
interface Instruction {
  executed: number;
  told: TlbFillEvent[];
}

/** Hooks of translations on their way into the TLB. The instruction is left before they are called, and repeated. */
export class TlbFills {
  readonly hooks = new Set<TlbFillHook>();
  private readonly instructions: Instruction[];
  private question: TlbFillEvent | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly engine: Engine,
  ) {
    this.instructions = machine.cpus.map(() => ({ executed: -1, told: [] }));
  }

  forget(): void {
    for (const each of this.instructions) each.executed = -1;
  }

  passes(lo: number, hi: number, pa: number, kind: TlbFillEvent['kind']): boolean {
    if (this.hooks.size === 0) return true;
    const instruction = this.current;
    const address = virtualAddress((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)) & ~0xfffn;
    if (instruction.told.some(t => t.address === address && t.kind === kind)) return true;
    const { translation, asid } = this.machine.current;
    this.question = { address, physical: pa - (pa % 4096), kind, asid: translation.nG ? asid : undefined };
    return false;
  }

  ask(call: <T>(fn: () => T) => T | undefined): void {
    const { question } = this;
    this.question = undefined;
    if (question === undefined) return;
    this.current.told.push(question);
    for (const hook of [...this.hooks]) call(() => hook(this.machine.current, question));
  }

  private get current(): Instruction {
    const { index } = this.machine.current;
    const known = this.instructions[index]!;
    const executed = this.engine.executed(index);
    if (known.executed !== executed) {
      known.executed = executed;
      known.told = [];
    }
    return known;
  }
}
