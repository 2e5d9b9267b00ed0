/** Order, dominators, loops and merges of a region's blocks, and where flags are wanted. */
import type { Block } from './graph.js';

export const successors = (b: Block): Block[] => [b.takenBlock, b.fallBlock].filter(s => s !== undefined);

/** Orders the blocks, finds dominators, loops and merges, and cuts edges that would make the graph irreducible. */
export function analyse(head: Block): Block[] {
  const order: Block[] = [];
  const seen = new Set<Block>([head]);
  const stack: { block: Block; next: number }[] = [{ block: head, next: 0 }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const s = successors(top.block)[top.next++];
    if (s === undefined) {
      order.push(top.block);
      stack.pop();
    } else if (!seen.has(s)) {
      seen.add(s);
      stack.push({ block: s, next: 0 });
    }
  }
  order.reverse().forEach((b, i) => {
    b.order = i;
  });
  const predecessors = new Map<Block, Block[]>(order.map(b => [b, []]));
  for (const b of order) for (const s of successors(b)) predecessors.get(s)!.push(b);
  findDominators(head, order, predecessors);
  for (const b of order) {
    for (const edge of ['takenBlock', 'fallBlock'] as const) {
      const s = b[edge];
      if (s === undefined || s.order > b.order) continue;
      // Entering a loop other than at its head is left to the interpreter.
      if (dominates(s, b)) s.isLoop = true;
      else delete b[edge];
    }
  }
  for (const b of order) {
    if (b !== head) b.dominator!.children.push(b);
    const forward = predecessors.get(b)!.filter(p => p.order < b.order);
    const edges = forward.reduce((n, p) => n + Number(p.takenBlock === b) + Number(p.fallBlock === b), 0);
    b.isMerge = edges > 1;
  }
  flagLiveness(order);
  return order;
}

/** Whether every way to `b` leads through `a`. */
export function dominates(a: Block, b: Block): boolean {
  let at = b;
  while (at.order > a.order) at = at.dominator!;
  return at === a;
}

/** Cooper, Harvey and Kennedy's iteration. */
function findDominators(head: Block, order: readonly Block[], predecessors: ReadonlyMap<Block, Block[]>): void {
  head.dominator = head;
  const intersect = (a: Block, b: Block): Block => {
    let [x, y] = [a, b];
    while (x !== y) {
      while (x.order > y.order) x = x.dominator!;
      while (y.order > x.order) y = y.dominator!;
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const b of order.slice(1)) {
      const known = predecessors.get(b)!.filter(p => p.dominator !== undefined);
      const dominator = known.reduce(intersect);
      if (b.dominator !== dominator) {
        b.dominator = dominator;
        changed = true;
      }
    }
  }
}

/** Whether the flags are read there before an instruction of the block writes them; undefined when neither happens. */
function flagsFirst(b: Block): boolean | undefined {
  for (const { built } of b.steps) {
    if (built.readsFlags) return true;
    if (built.newFlags) return false;
  }
  return undefined;
}

/** Only reads count: whoever leaves the region makes the flags on the way out. */
function flagLiveness(order: readonly Block[]): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const b of [...order].reverse()) {
      const live = flagsFirst(b) ?? successors(b).some(s => s.flagsIn);
      if (live === b.flagsIn) continue;
      b.flagsIn = live;
      changed = true;
    }
  }
}
