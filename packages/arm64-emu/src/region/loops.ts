/** Which loops of a region hold their registers in locals. */
import type { Effect } from '../builder/effects.js';
import { rootsOf, rootsOfFast } from '../interp/effects.js';
import { rootsOfEnd } from '../interp/handler.js';
import type { Node } from '../ir/index.js';
import { loopAccesses, steadyRegisters } from './address.js';
import { dominates, loopBody, successors } from './dominance.js';
import type { Block, Step } from './graph.js';
import { type Held, registerAt, VECTORS, vectorAt } from './registers.js';
import { lowDouble } from './vector-values.js';

const ZERO_REGISTER = 32;
/** An outer loop that uses more registers leaves them to its inner loops: the host has 16 of each kind. */
const MOST_REGISTERS = 16;

/** A loop that carries more general registers keeps waiting flags in memory. */
const FLAGS_IN_LOCALS = 5;

/** Registers of the host for those of the guest and kept pages, and how many each of the latter takes. */
const REGISTERS = 11;
const REGISTERS_OF_PAGE = 3;

type Body = ReadonlySet<Block>;

/** Whether an effect needs registers in memory, or changes them there. */
const meddles = (e: Effect): boolean =>
  e.kind === 'sysread' || e.kind === 'syswrite' || (e.kind === 'if' && e.body.some(meddles));

/** Whether the registers of a loop with this instruction cannot be held. */
function refuses({ built }: Step): boolean {
  if (built.effects.some(meddles)) return true;
  // Lanes of one vector that are written together are put into it one by one.
  const vectors = built.writes.flatMap(w =>
    w.kind === 'v' ? [w.register.n] : w.kind === 'element' ? [w.element.n] : [],
  );
  return new Set(vectors).size !== vectors.length;
}

/** Registers that an instruction reads, those that it writes, and those of them that it writes in full. */
interface Uses {
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
  readonly defines: ReadonlySet<number>;
  /** Vectors that are more than doubles here. */
  readonly wide: ReadonlySet<number>;
  readonly limits: ReadonlySet<string>;
}

/** Arguments that are only for a call for help, where loops leave instead. */
const rootsInLoop = (effects: readonly Effect[]): Node[] =>
  effects.flatMap(e => (e.kind === 'fp' && e.fast ? rootsOfFast(e.fast) : rootsOf([e])));

function usesOf({ built: { effects, writes, newFlags, end } }: Step): Uses {
  const seen = new Set<Node>();
  const reads = new Set<number>();
  const wide = new Set<number>();
  const limits = new Set<string>();
  const visit = (n: Node): void => {
    if (seen.has(n)) return;
    seen.add(n);
    const k = n.k as number;
    if (n.op.startsWith('limit')) limits.add(n.op);
    for (const a of n.args) {
      const isLane = n.op === 'f64x2.get0' || n.op === 'i64x2.get0';
      if (a.op === 'vector' && !isLane) wide.add(vectorAt(a.k as number));
    }
    if (n.op.startsWith('lane')) wide.add(vectorAt(k));
    if (n.op === 'state' || n.op === 'state32') {
      const r = registerAt(k);
      if (r !== undefined) reads.add(r);
    } else if (n.op === 'vector' || n.op.startsWith('lane')) reads.add(vectorAt(k));
    n.args.forEach(visit);
  };
  const roots = [...rootsInLoop(effects), ...writes.map(w => w.value), ...rootsOfEnd(end)];
  roots.forEach(visit);
  for (const n of roots) if (n.op === 'vector') wide.add(vectorAt(n.k as number));
  if (newFlags) [newFlags.a.node, newFlags.b.node].forEach(visit);
  const defines = new Set<number>();
  const all = new Set<number>();
  for (const w of writes) {
    if (w.kind === 'x' && w.register.n !== ZERO_REGISTER) defines.add(w.register.n);
    else if (w.kind === 'v') {
      defines.add(VECTORS + w.register.n);
      if (lowDouble(w.value) === undefined) wide.add(VECTORS + w.register.n);
    } else if (w.kind === 'element') {
      all.add(VECTORS + w.element.n);
      wide.add(VECTORS + w.element.n);
    }
  }
  for (const r of defines) all.add(r);
  return { reads, writes: all, defines, wide, limits };
}

/** Whether all that a general register is given is a word, with zeros above. */
function isWord(r: number, steps: readonly Step[]): boolean {
  return (
    steps.every(({ built: { effects, writes } }) =>
      writes.every(w => {
        if (w.kind !== 'x' || w.register.n !== r || w.value.op === 'i64.extend_u') return true;
        if (w.value.isConst) return (w.value.k as bigint) >> 32n === 0n;
        return effects.some(e => e.kind === 'load' && e.access.size <= 4 && e.results.includes(w.value));
      }),
    ) && r < VECTORS
  );
}

/** Registers whose value from the time before is wanted where a loop of `body` begins, the outer one or an inner. */
function carried(body: Body, uses: ReadonlyMap<Step, Uses>): Set<number> {
  const live = new Map<Block, ReadonlySet<number>>();
  const order = [...body].sort((a, b) => b.order - a.order);
  for (let changed = true; changed; ) {
    changed = false;
    for (const b of order) {
      const now = new Set(successors(b).flatMap(s => (body.has(s) ? [...(live.get(s) ?? [])] : [])));
      for (const step of [...b.steps].reverse()) {
        const { reads, writes, defines } = uses.get(step)!;
        for (const r of defines) now.delete(r);
        for (const r of writes) if (!defines.has(r)) now.add(r);
        for (const r of reads) now.add(r);
      }
      if (now.size === (live.get(b)?.size ?? -1)) continue;
      live.set(b, now);
      changed = true;
    }
  }
  return new Set(order.flatMap(b => (b.isLoop ? [...live.get(b)!] : [])));
}

/** What each block's loop holds, if anything: the largest loops without calls. */
export function heldLoops(order: readonly Block[]): ReadonlyMap<Block, Held> {
  const held = new Map<Block, Held>();
  const predecessors = new Map<Block, Block[]>(order.map(b => [b, []]));
  for (const b of order) for (const s of successors(b)) predecessors.get(s)!.push(b);
  const heads = order.filter(b => b.isLoop);
  const endsOf = (head: Block): Block[] =>
    predecessors.get(head)!.filter(b => b.order >= head.order && dominates(head, b));
  const bodies = new Map(heads.map(head => [head, loopBody(head, endsOf(head), predecessors)]));
  for (const head of heads) {
    if (held.has(head)) continue;
    const body = bodies.get(head)!;
    if ([...body].some(b => b.isCall || b.steps.some(refuses))) continue;
    const steps = [...body].flatMap(b => b.steps);
    const uses = new Map(steps.map(s => [s, usesOf(s)]));
    const used = carried(body, uses);
    const written = new Set([...uses.values()].flatMap(u => [...u.writes].filter(r => used.has(r))));
    const vectors = [...used].filter(r => r >= VECTORS).length;
    const inner = heads.filter(b => b !== head && body.has(b));
    if (inner.length > 0 && Math.max(vectors, used.size - vectors) > MOST_REGISTERS) continue;
    const general = new Set([...uses.values()].flatMap(u => [...u.reads, ...u.writes].filter(r => r < VECTORS)));
    // An access is judged by the innermost loop that it is in; loops that begin in one place are told apart by their ends.
    const nest = [head, ...inner]
      .flatMap(h => [bodies.get(h)!, ...endsOf(h).map(end => loopBody(h, [end], predecessors))])
      .sort((a, b) => a.size - b.size);
    const steady = new Map(
      nest.map(blocks => [
        blocks,
        steadyRegisters(
          [...blocks].flatMap(b => b.steps),
          general,
        ),
      ]),
    );
    const steadyIn = (b: Block): ReadonlySet<number> => steady.get(nest.find(blocks => blocks.has(b))!)!;
    const storesFlags = steps.some(s => s.built.newFlags) && used.size - vectors > FLAGS_IN_LOCALS;
    const all = [...uses.values()];
    const wide = new Set(all.flatMap(u => [...u.wide]));
    const doubles = new Set(all.flatMap(u => [...u.defines, ...u.reads].filter(r => r >= VECTORS && !wide.has(r))));
    const limits = new Set(all.flatMap(u => [...u.limits]));
    const accesses = loopAccesses([...body], steadyIn);
    const pages = new Set(accesses.keys.values()).size;
    const loop: Held = {
      head,
      used,
      written,
      doubles,
      words: new Set([...used].filter(r => written.has(r) && isWord(r, steps))),
      limits,
      storesFlags,
      accesses,
      keepsInLocals: general.size + pages * REGISTERS_OF_PAGE <= REGISTERS,
    };
    for (const b of body) held.set(b, loop);
  }
  return held;
}
