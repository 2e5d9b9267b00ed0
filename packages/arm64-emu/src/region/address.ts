/**
 * Pages that a loop's accesses come back to. An access by a register that the loop only moves by constants goes to the
 * same page as the time before, mostly: where that page is in memory is kept, so that the TLB need not be
 * looked up. What is kept was in the TLB, and is forgotten when an access misses it: then an entry may be replaced.
 */
import type { Effect } from '../builder/effects.js';
import { KEPT } from '../engine/state.js';
import type { Code } from '../interp/code.js';
import type { KeptPage } from '../interp/memory.js';
import type { Node } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import type { Block, Step } from './graph.js';
import { keptCell, keptRange } from './ranges.js';
import { registerAt } from './registers.js';

/** Pages that are kept in a loop. */
const MOST_PAGES = 8;
/** Accesses below this offset do not cross the page, whatever their size (LDP of vectors: 32 bytes). */
const SAFE = 4096 - 31;

/** What keys of kept pages begin with. */
const READS = 'r';
const WRITES = 'w';

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

const SMALL = 0xfff;
/** Whether a value is an index of a table that fits into a page or some. `small`: registers that are. */
function isSmall(n: Node, small: ReadonlySet<number>): boolean {
  if (n.isConst) return n.ty === 'i32' || n.ty === 'i64' ? BigInt.asUintN(64, BigInt(n.k as number)) <= SMALL : false;
  if (n.op === 'state' || n.op === 'state32') return small.has(registerAt(n.k as number) ?? -1);
  const [a, b] = n.args;
  if (n.op.endsWith('.and')) return isSmall(b!, small) || isSmall(a!, small);
  if (n.op === 'i64.extend_u' || n.op === 'i32.wrap') return isSmall(a!, small);
  return n.op.endsWith('.shl') && b!.isConst && isSmall(a!, small);
}

/** What the accesses of a loop have in common, by their addresses. */
export interface LoopAccesses {
  /** Those that come back to a page have the same key as others of that page. */
  readonly keys: ReadonlyMap<Node, string>;
  /** Those that mostly do: a register that comes back plus a small number. They are among the others too. */
  readonly near: ReadonlyMap<Node, string>;
  /** Whether there are others that read, and that write. */
  readonly reads: boolean;
  readonly writes: boolean;
}

/** The registers that a value comes from in the end, where registers are made of others as `made` says. */
function origins(n: Node, made: ReadonlyMap<number, ReadonlySet<number> | undefined>): Set<number> | undefined {
  const from = registersOf(n);
  if (from === undefined) return undefined;
  const all = new Set<number>();
  for (const r of from) {
    const registers = made.get(r);
    if (registers === undefined) return undefined;
    for (const o of registers) all.add(o);
  }
  return all;
}

/**
 * Looks at the accesses of a loop. `steadyIn`: registers that are moved by constants, or made of such, where a block is.
 */
export function loopAccesses(blocks: readonly Block[], steadyIn: (b: Block) => ReadonlySet<number>): LoopAccesses {
  const keys = new Map<Node, string>();
  const near = new Map<Node, string>();
  const names = new Set<string>();
  let [reads, writes] = [false, false];
  let small = new Set<number>();
  const note = (e: Effect, made: ReadonlyMap<number, ReadonlySet<number> | undefined>): void => {
    if (e.kind === 'if') for (const inner of e.body) note(inner, made);
    if (e.kind !== 'load' && e.kind !== 'store') return;
    const isWrite = e.kind === 'store' || e.access.atomic;
    const { align, unprivileged } = e.access;
    if (align > 1 || unprivileged) return;
    const noted = (map: Map<Node, string>, kind: string, from: ReadonlySet<number> | undefined): boolean => {
      if (from === undefined || from.size === 0) return false;
      const key = `${isWrite ? WRITES : READS}${kind}${[...from].sort((x, y) => x - y).join(' ')}`;
      if (!names.has(key) && names.size >= MOST_PAGES) return false;
      names.add(key);
      map.set(e.address, key);
      return true;
    };
    if (!e.access.atomic) {
      if (noted(keys, '', origins(e.address, made))) return;
      const [base, index] = e.address.op === 'i64.add' ? e.address.args : [];
      if (base && isSmall(index!, small)) noted(near, 'near ', origins(base, made));
    }
    if (isWrite) writes = true;
    else reads = true;
  };
  for (const block of blocks) {
    // Within a block a register may be steady for a while.
    const made = new Map<number, ReadonlySet<number> | undefined>([...steadyIn(block)].map(r => [r, new Set([r])]));
    small = new Set();
    for (const { built } of block.steps) {
      for (const e of built.effects) note(e, made);
      const bytes = new Set(built.effects.flatMap(e => (e.kind === 'load' && e.access.size === 1 ? e.results : [])));
      const smallOnes = built.writes.map(w => w.kind === 'x' && (bytes.has(w.value) || isSmall(w.value, small)));
      built.writes.forEach((w, i) => {
        if (w.kind !== 'x') return;
        if (smallOnes[i]) small.add(w.register.n);
        else small.delete(w.register.n);
      });
      const values = built.writes.flatMap(w =>
        w.kind === 'x'
          ? [[w.register.n, isStep(w.value, w.register.n) ? made.get(w.register.n) : origins(w.value, made)] as const]
          : [],
      );
      for (const [r, value] of values) made.set(r, value);
    }
  }
  return { keys, near, reads, writes };
}

/**
 * The kept pages of one loop: in locals where it has registers of the host to spare, else in cells, as what is compared
 * with memory takes no register.
 */
export class KeptPages {
  private readonly pages = new Map<string, KeptPage & { forget(): void }>();

  constructor(
    c: Code,
    private readonly accesses: LoopAccesses,
    inLocals: boolean,
  ) {
    for (const key of new Set([...accesses.keys.values(), ...accesses.near.values()]))
      this.pages.set(
        key,
        inLocals && !key.includes('near') ? pageInLocals(c) : pageInCell(c, keptCell(this.pages.size)),
      );
  }

  /** Nothing is known. */
  forget(): void {
    for (const page of this.pages.values()) page.forget();
  }
  /** What is kept for an access. */
  find(address: Node, write: boolean): KeptPage | undefined {
    return this.page(this.accesses.keys.get(address), write);
  }
  /** The same for an access that may go elsewhere as well. */
  findNear(address: Node, write: boolean): KeptPage | undefined {
    return this.page(this.accesses.near.get(address), write);
  }
  /** An instruction may read and write at one address: a page that may be read need not be writable. */
  private page(key: string | undefined, write: boolean): KeptPage | undefined {
    return key?.startsWith(write ? WRITES : READS) ? this.pages.get(key) : undefined;
  }
}

const pushPage = (c: Code, va: () => void): void => {
  va();
  c.i64(-4096n);
  c.u8(Op.i64And);
};

function pageInCell(c: Code, cell: number): KeptPage & { forget(): void } {
  const limit = (k: number): void => c.storeAt(Op.i64Store, 3, cell + KEPT.LIMIT, () => c.i64(BigInt(k)));
  return {
    ...keptRange(c, cell),
    forget: () => limit(0),
    learn: (va, addend) => {
      c.storeAt(Op.i64Store, 3, cell + KEPT.ADDRESS, () => pushPage(c, va));
      limit(SAFE);
      c.storeAt(Op.i32Store, 2, cell + KEPT.ADDEND, addend);
    },
  };
}

function pageInLocals(c: Code): KeptPage & { forget(): void } {
  const page = c.newLocal('i64');
  const limit = c.newLocal('i64');
  const addend = c.newLocal('i32');
  const set = (k: number): void => {
    c.i64(BigInt(k));
    c.set(limit);
  };
  return {
    addend: () => c.get(addend),
    misses: () => {
      c.get(page);
      c.u8(Op.i64Sub);
      c.get(limit);
      c.u8(Op.i64GeU);
    },
    forget: () => set(0),
    learn: (va, push) => {
      pushPage(c, va);
      c.set(page);
      set(SAFE);
      push();
      c.set(addend);
    },
  };
}
