/**
 * Small loops several times in a row: the budget is charged and compared once for all of them, and what one time writes
 * and the next one replaces is not stored.
 */
import { dominates, loopBody, successors } from './dominance.js';
import type { Block, Step } from './graph.js';

/** Instructions of a loop with all of its copies, and copies at most. */
const MOST_INSTRUCTIONS = 28;
const MOST_TIMES = 4;

const sizeOf = (blocks: Iterable<Block>): number => [...blocks].reduce((n, b) => n + b.steps.length, 0);

/** Copies the bodies of innermost loops; whether there were any. `again` makes an instruction's graphs anew. */
export function unroll(order: readonly Block[], again: (s: Step) => Step): boolean {
  const predecessors = new Map<Block, Block[]>(order.map(b => [b, []]));
  for (const b of order) for (const s of successors(b)) predecessors.get(s)!.push(b);
  let changed = false;
  for (const head of order) {
    if (!head.isLoop) continue;
    const ends = predecessors.get(head)!.filter(b => b.order >= head.order && dominates(head, b));
    const body = loopBody(head, ends, predecessors);
    const size = sizeOf(body);
    const times = Math.min(MOST_TIMES, Math.floor(MOST_INSTRUCTIONS / Math.max(size, 1)));
    if (times < 2 || [...body].some(b => b.isCall || (b.isLoop && b !== head))) continue;
    repeat(head, body, times, again);
    changed = true;
  }
  return changed;
}

function repeat(head: Block, body: ReadonlySet<Block>, times: number, again: (s: Step) => Step): void {
  const heads = [head];
  const copies: ReadonlyMap<Block, Block>[] = [];
  for (let i = 1; i < times; i++) {
    const copy = new Map([...body].map(b => [b, { ...b, steps: b.steps.map(again), children: [] }]));
    copies.push(copy);
    heads.push(copy.get(head)!);
  }
  const lead = (b: Block, within: ReadonlyMap<Block, Block> | undefined, next: Block): void => {
    for (const edge of ['takenBlock', 'fallBlock'] as const) {
      const to = b[edge];
      if (to === head) b[edge] = next;
      else if (to !== undefined && within?.has(to)) b[edge] = within.get(to)!;
    }
  };
  copies.forEach((copy, i) => {
    for (const b of copy.values()) lead(b, copy, heads[(i + 2) % times]!);
  });
  for (const b of body) lead(b, undefined, heads[1]!);
}
