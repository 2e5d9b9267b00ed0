/** Which loops of a region hold their registers in locals. */
import type { Effect } from '../builder/effects.js';
import { STATE } from '../engine/state.js';
import { rootsOf } from '../interp/effects.js';
import { rootsOfEnd } from '../interp/handler.js';
import type { Node } from '../ir/index.js';
import { loopAccesses, steadyRegisters } from './address.js';
import { dominates, successors } from './dominance.js';
import type { Block, Step } from './graph.js';
import { type Held, registerAt, VECTORS } from './registers.js';

const ZERO_REGISTER = 32;
const VECTOR_SHIFT = 4;
/** An outer loop that uses more registers leaves them to its inner loops: the host has 16 of each kind. */
const MOST_REGISTERS = 16;

type Body = ReadonlySet<Block>;

/** The blocks of the loop that begins at `head` and goes back there from one of `ends`. */
function bodyOf(head: Block, ends: readonly Block[], predecessors: ReadonlyMap<Block, readonly Block[]>): Body {
  const body = new Set([head]);
  const queue = [...ends];
  for (let b = queue.pop(); b !== undefined; b = queue.pop()) {
    if (body.has(b)) continue;
    body.add(b);
    queue.push(...predecessors.get(b)!);
  }
  return body;
}

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

function collect(step: Step, used: Set<number>, written: Set<number>): void {
  const seen = new Set<Node>();
  const visit = (n: Node): void => {
    if (seen.has(n)) return;
    seen.add(n);
    const k = n.k as number;
    if (n.op === 'state' || n.op === 'state32') {
      const r = registerAt(k);
      if (r !== undefined) used.add(r);
    } else if (n.op === 'vector' || n.op.startsWith('lane')) used.add(VECTORS + ((k - STATE.V) >> VECTOR_SHIFT));
    n.args.forEach(visit);
  };
  const { effects, writes, newFlags, end } = step.built;
  [...rootsOf(effects), ...writes.map(w => w.value), ...rootsOfEnd(end)].forEach(visit);
  if (newFlags) [newFlags.a.node, newFlags.b.node].forEach(visit);
  for (const w of writes) {
    const r =
      w.kind === 'x'
        ? w.register.n
        : w.kind === 'v'
          ? VECTORS + w.register.n
          : w.kind === 'element'
            ? VECTORS + w.element.n
            : -1;
    if (r < 0 || (w.kind === 'x' && r === ZERO_REGISTER)) continue;
    used.add(r);
    written.add(r);
  }
}

/** What each block's loop holds, if anything: the largest loops without calls. */
export function heldLoops(order: readonly Block[]): ReadonlyMap<Block, Held> {
  const held = new Map<Block, Held>();
  const predecessors = new Map<Block, Block[]>(order.map(b => [b, []]));
  for (const b of order) for (const s of successors(b)) predecessors.get(s)!.push(b);
  const heads = order.filter(b => b.isLoop);
  const endsOf = (head: Block): Block[] =>
    predecessors.get(head)!.filter(b => b.order >= head.order && dominates(head, b));
  const bodies = new Map(heads.map(head => [head, bodyOf(head, endsOf(head), predecessors)]));
  for (const head of heads) {
    if (held.has(head)) continue;
    const body = bodies.get(head)!;
    if ([...body].some(b => b.isCall || b.steps.some(refuses))) continue;
    const used = new Set<number>();
    const written = new Set<number>();
    for (const b of body) for (const s of b.steps) collect(s, used, written);
    const vectors = [...used].filter(r => r >= VECTORS).length;
    const inner = heads.filter(b => b !== head && body.has(b));
    if (inner.length > 0 && Math.max(vectors, used.size - vectors) > MOST_REGISTERS) continue;
    // An access is judged by the innermost loop that it is in; loops that begin in one place are told apart by their ends.
    const nest = [head, ...inner]
      .flatMap(h => [bodies.get(h)!, ...endsOf(h).map(end => bodyOf(h, [end], predecessors))])
      .sort((a, b) => a.size - b.size);
    const steady = new Map(
      nest.map(blocks => [
        blocks,
        steadyRegisters(
          [...blocks].flatMap(b => b.steps),
          used,
        ),
      ]),
    );
    const steadyIn = (b: Block): ReadonlySet<number> => steady.get(nest.find(blocks => blocks.has(b))!)!;
    const loop: Held = { head, used, written, accesses: loopAccesses([...body], steadyIn) };
    for (const b of body) held.set(b, loop);
  }
  return held;
}
