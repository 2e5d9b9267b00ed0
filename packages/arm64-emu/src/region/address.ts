/**
 * Pages that a loop's accesses come back to. An access by a register that the loop only moves by constants goes to the
 * same page as the time before, mostly: where that page is in memory is kept in locals, so that the TLB need not be
 * looked up. What is kept was in the TLB, and is forgotten when an access misses it: then an entry may be replaced.
 */
import type { Access, Effect } from '../builder/effects.js';
import type { Code } from '../interp/code.js';
import type { KeptPage } from '../interp/memory.js';
import type { Node } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import type { Step } from './graph.js';
import { registerAt } from './registers.js';

/** Pages that are kept in a loop. */
const MOST_PAGES = 8;
/** Accesses below this offset do not cross the page, whatever their size (LDP of vectors: 32 bytes). */
const SAFE = 4096 - 31;

/** The general registers that a value is made of; undefined when it is made of anything else. */
function registersOf(n: Node, found = new Set<number>()): Set<number> | undefined {
  if (n.op === 'state' || n.op === 'state32') {
    const r = registerAt(n.k as number);
    if (r === undefined) return undefined;
    found.add(r);
    return found;
  }
  if (n.op === 'result' || n.op === 'pc' || n.op === 'vector' || n.op.startsWith('lane')) return undefined;
  return n.args.every(a => registersOf(a, found) !== undefined) ? found : undefined;
}

/** Whether a value is a register plus or minus a constant. */
function isStep(value: Node, r: number): boolean {
  if (value.op !== 'i64.add' && value.op !== 'i64.sub') return false;
  const [a, b] = value.args;
  return a!.op === 'state' && registerAt(a!.k as number) === r && b!.isConst;
}

/** Registers that the instructions move by constants at most, and those that are computed from such alone. */
export function steadyRegisters(steps: readonly Step[], used: ReadonlySet<number>): Set<number> {
  const writes = new Map<number, Node[]>([...used].map(r => [r, []]));
  for (const { built } of steps)
    for (const w of built.writes) if (w.kind === 'x') writes.get(w.register.n)?.push(w.value);
  const steady = new Set<number>();
  const isSteady = (n: Node): boolean => {
    const from = registersOf(n);
    return from !== undefined && [...from].every(r => steady.has(r));
  };
  for (const [r, values] of writes) if (values.every(v => isStep(v, r))) steady.add(r);
  for (let size = -1; size !== steady.size; ) {
    size = steady.size;
    for (const [r, values] of writes) if (!steady.has(r) && values.every(isSteady)) steady.add(r);
  }
  return steady;
}

/** What an access has in common with others of its page; undefined when it may go anywhere. */
function keyOf(address: Node, access: Access, write: boolean, steady: ReadonlySet<number>): string | undefined {
  if (access.align > 1 || access.unprivileged || access.atomic) return undefined;
  const registers = registersOf(address);
  if (registers === undefined || registers.size === 0 || [...registers].some(r => !steady.has(r))) return undefined;
  return `${write ? 'w' : 'r'}${[...registers].sort((x, y) => x - y).join(' ')}`;
}

/** Keys of the accesses of some instructions, as many as are kept. */
export function pageKeys(steps: readonly Step[], steady: ReadonlySet<number>): string[] {
  const keys = new Set<string>();
  const visit = (e: Effect): void => {
    if (e.kind === 'if') e.body.forEach(visit);
    else if (e.kind === 'load' || e.kind === 'store') {
      const key = keyOf(e.address, e.access, e.kind === 'store', steady);
      if (key !== undefined) keys.add(key);
    }
  };
  for (const s of steps) s.built.effects.forEach(visit);
  return [...keys].slice(0, MOST_PAGES);
}

interface Kept {
  /** Locals: the page's virtual address (i64), and what leads from the low half of an address to memory (i32). */
  readonly page: number;
  readonly addend: number;
}

/** The kept pages of one loop. */
export class KeptPages {
  private readonly kept = new Map<string, Kept>();
  /** Locals: offsets below hit, for reads and for writes; 0 while nothing is known. */
  private readonly limits: { readonly r: number; readonly w: number };

  constructor(
    private readonly c: Code,
    keys: readonly string[],
    private readonly steady: ReadonlySet<number>,
  ) {
    for (const key of keys) this.kept.set(key, { page: c.newLocal('i64'), addend: c.newLocal('i32') });
    this.limits = { r: c.newLocal('i64'), w: c.newLocal('i64') };
  }

  /** Nothing is known. */
  forget(): void {
    if (this.kept.size === 0) return;
    for (const limit of [this.limits.r, this.limits.w]) {
      this.c.i64(0n);
      this.c.set(limit);
    }
  }
  /** What is kept for an access. */
  find(address: Node, access: Access, write: boolean): KeptPage | undefined {
    const key = keyOf(address, access, write, this.steady);
    const kept = key === undefined ? undefined : this.kept.get(key);
    if (kept === undefined) return undefined;
    const { c } = this;
    const kind = write ? 'w' : 'r';
    const limit = this.limits[kind];
    return {
      ...kept,
      misses: () => {
        c.get(kept.page);
        c.u8(Op.i64Sub);
        c.get(limit);
        c.u8(Op.i64GeU);
      },
      learnt: () => {
        // The first page that is found stands for all of its kind, so that one limit is enough.
        c.get(limit);
        c.u8(Op.i64Eqz);
        c.open(Op.if);
        for (const [other, { page, addend }] of this.kept) {
          if (other === key || other[0] !== kind) continue;
          c.get(kept.page);
          c.set(page);
          c.get(kept.addend);
          c.set(addend);
        }
        c.i64(BigInt(SAFE));
        c.set(limit);
        c.close();
      },
    };
  }
}
