/** The control-flow graph of a region: instructions in blocks, within the pages that are known. */
import { type Decoded, Disp } from '../a64/spec/index.js';
import type { I64 } from '../ir/index.js';
import { type CodeSpace, indexOf, pageOf } from './code-space.js';
import { analyse, analyseAgain } from './dominance.js';
import { RegionBuilder } from './region-builder.js';
import { dropStackChecks } from './stack-checks.js';
import { unroll } from './unroll.js';

const LINK_REGISTER = 30;
/** Instructions of a region at most. */
const REGION_LIMIT = 500;
/** Instructions found between two interruptions. */
const PIECE = 32;

/** A decoded instruction with what it does. */
export interface Step {
  /** Its position, see {@link CodeSpace}. */
  readonly at: number;
  readonly decoded: Decoded;
  readonly built: RegionBuilder<I64>;
}

/** Where a block goes. Undefined stands for leaving the region there. */
export interface Block {
  readonly first: number;
  readonly steps: readonly Step[];
  /** Position that control falls through to, when it does; may be outside the region. Behind a call: where it returns. */
  readonly fall: number | undefined;
  /** Target of the direct branch at the end, when it is in a page that is known. */
  readonly taken: number | undefined;
  /** The block ends with a branch with link. */
  readonly isCall: boolean;
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
  /** Whether the flags are read here, or behind, before they are written. */
  flagsIn: boolean;
}

/** Runs the semantics of an instruction with its operands. */
export function build(at: number, decoded: Decoded): Step {
  const built = new RegionBuilder<I64>(decoded.shape.sf === 0 ? 32 : 64);
  decoded.insn.exec<I64>(built, built.bind(decoded.operands), decoded.shape);
  return { at, decoded, built };
}

/** Whether nothing but a jump elsewhere follows the instruction. */
const leaves = ({ built: { end } }: Step): boolean =>
  end?.kind === 'jump' || end?.kind === 'exception' || end?.kind === 'event';

/** Target of a direct branch; undefined when there is none, or in a page that is not known. */
function branchTarget(step: Step, space: CodeSpace): number | undefined {
  const { end } = step.built;
  if (end?.kind !== 'branch') return undefined;
  const to = end.to;
  const target = step.at + (to instanceof Disp ? to.k : 0) / 4;
  return space.records(pageOf(target)) === undefined ? undefined : target;
}

/** A direct branch with link: what it calls is a region of its own. */
const isCall = ({ built: { end, writes } }: Step): boolean =>
  end?.kind === 'branch' && writes.some(w => w.kind === 'x' && w.register.n === LINK_REGISTER);

/** Whether control may go on with the next instruction without a branch, or returns there from a call. */
function fallsThrough(step: Step, space: CodeSpace): boolean {
  if (leaves(step)) return false;
  if (!isCall(step)) return !(step.built.end?.kind === 'branch' && step.built.end.taken === undefined);
  const target = branchTarget(step, space);
  return target !== undefined && space.callable(target);
}

/** Blocks do not reach across pages: the next page may be another one when it comes to it. */
const endsPage = (at: number): boolean => indexOf(at + 1) === 0;

/**
 * The blocks that are reached from position `head` by direct branches and behind calls, the head first, in reverse
 * postorder. May be interrupted at each `yield`.
 */
export function* regionGraph(head: number, space: CodeSpace): Generator<void, Block[], void> {
  const steps = new Map<number, Step>();
  const leaders = new Set([head]);
  const queue = [head];
  const lead = (at: number): void => {
    if (leaders.has(at)) return;
    leaders.add(at);
    queue.push(at);
  };
  // Everything that is reached, nearest first.
  for (let i = 0; i < queue.length && steps.size < REGION_LIMIT; i++) {
    for (let at = queue[i]!; !steps.has(at) && steps.size < REGION_LIMIT; at++) {
      const decoded = space.decode(at);
      if (decoded === undefined) break;
      const step = build(at, decoded);
      steps.set(at, step);
      if (steps.size % PIECE === 0) yield;
      const target = isCall(step) ? undefined : branchTarget(step, space);
      if (target !== undefined && !space.isRare(target)) lead(target);
      if (!fallsThrough(step, space)) break;
      if (step.built.end?.kind === 'branch' || isCall(step)) {
        lead(at + 1);
        break;
      }
      if (endsPage(at)) leaders.add(at + 1);
    }
  }
  const blocks = new Map<number, Block>();
  for (const leader of leaders) if (steps.has(leader)) blocks.set(leader, blockAt(leader, steps, leaders, space));
  for (const block of blocks.values()) {
    const fall = block.fall === undefined ? undefined : blocks.get(block.fall);
    const taken = block.taken === undefined || block.isCall ? undefined : blocks.get(block.taken);
    if (fall) block.fallBlock = fall;
    if (taken) block.takenBlock = taken;
  }
  const first = blocks.get(head);
  if (first === undefined) return [];
  const once = analyse(first);
  const order = unroll(once, s => build(s.at, s.decoded)) ? analyseAgain(once) : once;
  dropStackChecks(order);
  return order;
}

function blockAt(
  first: number,
  steps: ReadonlyMap<number, Step>,
  leaders: ReadonlySet<number>,
  space: CodeSpace,
): Block {
  const list: Step[] = [];
  let at = first;
  for (;;) {
    const step = steps.get(at);
    if (step === undefined) break;
    list.push(step);
    at++;
    if (step.built.end?.kind === 'branch' || step.built.end?.kind === 'jump' || leaves(step) || leaders.has(at)) break;
  }
  const last = list.at(-1)!;
  return {
    first,
    steps: list,
    fall: fallsThrough(last, space) ? at : undefined,
    taken: branchTarget(last, space),
    isCall: isCall(last),
    order: -1,
    isLoop: false,
    isMerge: false,
    children: [],
    flagsIn: false,
  };
}
