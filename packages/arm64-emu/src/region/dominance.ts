/** Order, dominators, loops and merges of a region's blocks, and where flags are wanted. */
import type { Block } from './graph.js';

export const successors = (b: Block): Block[] => [b.takenBlock, b.fallBlock].filter(s => s !== undefined);

/** Loops of one head that are told apart at most, one inside the other. */
const DEEPEST = 4;

/** Orders the blocks, finds dominators, loops and merges, and cuts edges that would make the graph irreducible. */
export function analyse(head: Block, depth = 0): Block[] {
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
  if (cutInverted(head, order, predecessors)) {
    for (const b of order) {
      b.isLoop = false;
      delete b.dominator;
    }
    return analyse(head, depth);
  }
  const split = depth < DEEPEST ? splitLoop(order, predecessors) : undefined;
  if (split !== undefined) {
    for (const b of order) {
      b.isLoop = false;
      delete b.dominator;
    }
    return analyse(split.inner === head ? split.outer : head, depth + 1);
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

/** The same for a graph that was changed since. */
export function analyseAgain(order: readonly Block[]): Block[] {
  const head = order[0]!;
  const seen = new Set([head]);
  for (const b of seen) {
    b.isLoop = false;
    b.isMerge = false;
    b.flagsIn = false;
    b.children.length = 0;
    delete b.dominator;
    for (const s of successors(b)) seen.add(s);
  }
  return analyse(head);
}

/** The blocks of the loop that begins at `head` and goes back there from one of `ends`. */
export function loopBody(
  head: Block,
  ends: readonly Block[],
  predecessors: ReadonlyMap<Block, readonly Block[]>,
): Set<Block> {
  const body = new Set([head]);
  const queue = [...ends];
  for (let b = queue.pop(); b !== undefined; b = queue.pop()) {
    if (body.has(b)) continue;
    body.add(b);
    queue.push(...predecessors.get(b)!);
  }
  return body;
}

/**
 * A region whose head is in an inner loop behind the place where the outer loop enters that: the outer one would look
 * like the inner. Its way back leaves instead, to where a region of the right form will begin. Whether that was so.
 */
function cutInverted(
  head: Block,
  order: readonly Block[],
  predecessors: ReadonlyMap<Block, readonly Block[]>,
): boolean {
  const endsOf = (b: Block): Block[] =>
    predecessors.get(b)!.filter(p => p.order >= b.order && successors(p).includes(b));
  const size = (blocks: Iterable<Block>): number => [...blocks].reduce((n, b) => n + b.steps.length, 0);
  for (const inner of order) {
    if (!inner.isLoop || inner === head) continue;
    const ends = endsOf(inner);
    const body = loopBody(inner, ends, predecessors);
    const back = endsOf(head).filter(b => body.has(b));
    if (back.length === 0) continue;
    const without = new Map(predecessors);
    without.set(
      inner,
      predecessors.get(inner)!.filter(b => !ends.includes(b)),
    );
    if (size(loopBody(head, back, without)) >= size(body)) continue;
    for (const b of ends) {
      if (b.takenBlock === inner) delete b.takenBlock;
      if (b.fallBlock === inner) delete b.fallBlock;
    }
    return true;
  }
  return false;
}

/**
 * A region that was found hot at the head of an inner loop has the outer loop go back to the same block: an empty block
 * in front of it becomes the head of the outer one.
 */
function splitLoop(
  order: readonly Block[],
  predecessors: ReadonlyMap<Block, readonly Block[]>,
): { readonly inner: Block; readonly outer: Block } | undefined {
  for (const inner of order) {
    if (!inner.isLoop) continue;
    const ends = predecessors.get(inner)!.filter(b => b.order >= inner.order && successors(b).includes(inner));
    const bodies = ends.map(end => loopBody(inner, [end], predecessors));
    const smallest = bodies.reduce((a, b) => (b.size < a.size ? b : a));
    if (bodies.every(b => b.size === smallest.size)) continue;
    const outer: Block = {
      first: inner.first,
      steps: [],
      fall: inner.first,
      taken: undefined,
      isCall: false,
      fallBlock: inner,
      order: -1,
      isLoop: false,
      isMerge: false,
      children: [],
      flagsIn: false,
    };
    const within = new Set(ends.filter((_, i) => bodies[i]!.size === smallest.size));
    for (const b of predecessors.get(inner)!) {
      if (within.has(b)) continue;
      if (b.takenBlock === inner) b.takenBlock = outer;
      if (b.fallBlock === inner) b.fallBlock = outer;
    }
    return { inner, outer };
  }
  return undefined;
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
