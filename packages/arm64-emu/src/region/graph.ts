/** The control-flow graph of a region: instructions of one page, in blocks. */
import { type Decoded, Disp } from '../a64/spec/index.js';
import type { I64 } from '../ir/index.js';
import { RegionBuilder } from './region-builder.js';

/** Instructions of a region at most. */
const REGION_LIMIT = 400;
const PAGE_INSTRUCTIONS = 1024;

/** A decoded instruction with what it does. */
export interface Step {
  /** Which instruction of the page. */
  readonly index: number;
  readonly decoded: Decoded;
  readonly built: RegionBuilder<I64>;
}

/** Where a block goes. Undefined stands for leaving the region there. */
export interface Block {
  readonly first: number;
  readonly steps: readonly Step[];
  /** Index of the instruction that control falls through to, when it does; may be outside the region. */
  readonly fall: number | undefined;
  /** Index of the target of the direct branch at the end, when it is in this page. */
  readonly taken: number | undefined;
  /** Blocks of the region that follow, by what leads there. */
  fallBlock?: Block;
  takenBlock?: Block;
  /** Position in reverse postorder. */
  order: number;
  /** Immediate dominator. */
  dominator?: Block;
  /** A back edge leads here. */
  isLoop: boolean;
  /** More than one forward edge leads here. */
  isMerge: boolean;
  /** Blocks that this one dominates immediately. */
  readonly children: Block[];
  /** Whether the flags that the block leaves are read by what follows. */
  flagsOut: boolean;
}

/** Runs the semantics of an instruction with its operands. */
export function build(index: number, decoded: Decoded): Step {
  const built = new RegionBuilder<I64>(decoded.shape.sf === 0 ? 32 : 64);
  decoded.insn.exec<I64>(built, built.bind(decoded.operands), decoded.shape);
  return { index, decoded, built };
}

/** Whether nothing but a jump elsewhere follows the instruction. */
const leaves = ({ built: { end } }: Step): boolean =>
  end?.kind === 'jump' || end?.kind === 'exception' || end?.kind === 'event';

function branchTarget(step: Step): number | undefined {
  const { end } = step.built;
  if (end?.kind !== 'branch') return undefined;
  const to = end.to;
  const target = step.index + (to instanceof Disp ? to.k : 0) / 4;
  return target >= 0 && target < PAGE_INSTRUCTIONS ? target : undefined;
}

/**
 * The blocks that are reached from instruction `head` by direct branches inside the page, the head first, in reverse
 * postorder. `decode` gives undefined for what is not to be compiled.
 */
export function regionGraph(head: number, decode: (index: number) => Decoded | undefined): Block[] {
  const steps = new Map<number, Step>();
  const leaders = new Set([head]);
  const queue = [head];
  // Everything that is reached, nearest first.
  for (let i = 0; i < queue.length && steps.size < REGION_LIMIT; i++) {
    for (let index = queue[i]!; index < PAGE_INSTRUCTIONS && !steps.has(index) && steps.size < REGION_LIMIT; index++) {
      const decoded = decode(index);
      if (decoded === undefined) break;
      const step = build(index, decoded);
      steps.set(index, step);
      const target = branchTarget(step);
      if (target !== undefined && !isCall(step) && !leaders.has(target)) {
        leaders.add(target);
        queue.push(target);
      }
      if (leaves(step) || isCall(step)) break;
      if (step.built.end?.kind === 'branch') {
        leaders.add(index + 1);
        if (step.built.end.taken === undefined) break;
      }
    }
  }
  const blocks = new Map<number, Block>();
  for (const leader of leaders) if (steps.has(leader)) blocks.set(leader, blockAt(leader, steps, leaders));
  for (const block of blocks.values()) {
    const fall = block.fall === undefined ? undefined : blocks.get(block.fall);
    const taken = block.taken === undefined ? undefined : blocks.get(block.taken);
    if (fall) block.fallBlock = fall;
    if (taken) block.takenBlock = taken;
  }
  const head0 = blocks.get(head);
  return head0 === undefined ? [] : analyse(head0);
}

/** A branch with link: what it calls is a region of its own. */
const isCall = (step: Step): boolean =>
  step.built.end?.kind === 'branch' && step.built.writes.some(w => w.kind === 'x' && w.register.n === 30);

function blockAt(first: number, steps: ReadonlyMap<number, Step>, leaders: ReadonlySet<number>): Block {
  const list: Step[] = [];
  let index = first;
  let fall: number | undefined = index;
  for (;;) {
    const step = steps.get(index);
    if (step === undefined) break;
    list.push(step);
    index++;
    fall = index;
    const { end } = step.built;
    if (leaves(step) || (end?.kind === 'branch' && end.taken === undefined)) {
      fall = undefined;
      break;
    }
    if (end?.kind === 'branch' || leaders.has(index)) break;
  }
  const last = list.at(-1)!;
  return {
    first,
    steps: list,
    fall,
    taken: isCall(last) ? undefined : branchTarget(last),
    order: -1,
    isLoop: false,
    isMerge: false,
    children: [],
    flagsOut: true,
  };
}

const successors = (b: Block): Block[] => [b.takenBlock, b.fallBlock].filter(s => s !== undefined);

/** Orders the blocks, finds dominators, loops and merges, and cuts edges that would make the graph irreducible. */
function analyse(head: Block): Block[] {
  const order: Block[] = [];
  const seen = new Set<Block>([head]);
  const stack: { block: Block; next: number }[] = [{ block: head, next: 0 }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const s = successors(top.block)[top.next++];
    if (s === undefined) {
      order.unshift(top.block);
      stack.pop();
    } else if (!seen.has(s)) {
      seen.add(s);
      stack.push({ block: s, next: 0 });
    }
  }
  order.forEach((b, i) => {
    b.order = i;
  });
  const predecessors = new Map<Block, Block[]>(order.map(b => [b, []]));
  for (const b of order) for (const s of successors(b)) predecessors.get(s)!.push(b);
  dominators(head, order, predecessors);
  const dominates = (a: Block, b: Block): boolean => {
    for (let at: Block | undefined = b; at !== undefined; at = at === head ? undefined : at.dominator)
      if (at === a) return true;
    return false;
  };
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

/** Cooper, Harvey and Kennedy's iteration. */
function dominators(head: Block, order: readonly Block[], predecessors: ReadonlyMap<Block, Block[]>): void {
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
  const liveIn = new Map<Block, boolean>();
  for (let changed = true; changed; ) {
    changed = false;
    for (const b of [...order].reverse()) {
      b.flagsOut = successors(b).some(s => liveIn.get(s) ?? false);
      const live = flagsFirst(b) ?? b.flagsOut;
      if (liveIn.get(b) === live) continue;
      liveIn.set(b, live);
      changed = true;
    }
  }
}
