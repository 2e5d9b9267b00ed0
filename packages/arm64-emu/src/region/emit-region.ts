/** Emits a region as one function with the signature of a handler: control flow here, instructions by `RegionCode`. */
import { CpuEvent } from '../a64/spec/index.js';
import type { End } from '../builder/effects.js';
import { CELL, STATE } from '../engine/state.js';
import { EffectEmitter, rootsOf } from '../interp/effects.js';
import { Exit } from '../interp/exit.js';
import { Flow, type Frame, JUMP_KIND } from '../interp/flow.js';
import { raise, rootsOfEnd } from '../interp/handler.js';
import { FuncTypes } from '../interp/imports.js';
import { closeExits, openExits } from '../interp/module.js';
import type { Func } from '../wasm/module.js';
import { Op } from '../wasm/opcodes.js';
import { Calls } from './calls.js';
import { pageOf } from './code-space.js';
import type { Block, Step } from './graph.js';
import { HeldLoops } from './held-loops.js';
import { checkBudget, Leaving, leaveAfter } from './leaving.js';
import { heldLoops } from './loops.js';
import { Pages } from './pages.js';
import { RegionCode } from './region-code.js';
import type { RegionPlace } from './region-place.js';
import { type Held, VECTORS } from './registers.js';
import { beforeStore, store } from './writes.js';

const ZERO_REGISTER = 32;

/** Emission, which may be interrupted at each `yield`. */
type Emission<T = void> = Generator<void, T, void>;

/** Instructions emitted between two of them at least. */
const PIECE = 16;

/** The function of a region. `callees`: functions of the same module by the positions that calls may lead to. */
export function* emitRegion(
  blocks: readonly Block[],
  place: RegionPlace,
  callees: ReadonlyMap<number, number>,
): Emission<Func> {
  const c = new RegionCode(place);
  const head = blocks[0]!;
  const exits = openExits(c);
  const frame: Frame = {
    ...exits,
    counting: true,
    next: () => {
      c.i32(Exit.CONTINUE);
      c.set(exits.reason);
      c.branch(exits.exit);
    },
  };
  const emitter = new RegionEmitter(c, new HeldLoops(c, frame, heldLoops(blocks)), callees);
  emitter.enter(head);
  emitter.leaving.begin();
  emitter.pages.begin();
  yield* emitter.tree(head);
  emitter.pages.end();
  emitter.leaving.end();
  closeExits(exits, () => c.flags.settle());
  return { type: FuncTypes.handler, locals: c.locals, code: c.result() };
}

/** The position that a block is left at. */
const lastOf = (b: Block): number => b.steps.at(-1)?.at ?? b.first;

/** Structured control flow from the dominator tree (Ramsey, "Beyond Relooper"). */
class RegionEmitter {
  readonly pages: Pages;
  readonly leaving: Leaving;
  private readonly calls: Calls;
  /** Depth of the wasm block or loop that leads to a block. */
  private readonly labels = new Map<Block, number>();
  private emitted = 0;

  constructor(
    private readonly c: RegionCode,
    private readonly held: HeldLoops,
    callees: ReadonlyMap<number, number>,
  ) {
    this.pages = new Pages(c);
    this.leaving = new Leaving(c);
    this.calls = new Calls(c, this.pages, this.leaving, callees);
  }

  /** Takes over the state from whoever calls. */
  enter(head: Block): void {
    this.calls.enter();
    if (head.flagsIn) this.c.flags.settle();
  }

  /** A block and all that it dominates. */
  *tree(b: Block): Emission {
    const loop = this.held.of(b);
    if (loop?.head === b) {
      yield* this.heldLoop(b, loop);
      return;
    }
    yield* this.nest(b);
  }
  private *nest(b: Block): Emission {
    const merges = b.children.filter(child => child.isMerge).sort((x, y) => y.order - x.order);
    if (!b.isLoop) {
      yield* this.within(b, merges, 0);
      return;
    }
    this.labels.set(b, this.c.open(Op.loop));
    yield* this.within(b, merges, 0);
    this.c.close();
    this.c.u8(Op.unreachable);
  }
  /** The loop, between loading its registers and the ways out. */
  private *heldLoop(b: Block, loop: Held): Emission {
    if (b.isMerge) this.join(undefined);
    this.held.enter(loop);
    yield* this.nest(b);
    this.held.leave(loop);
  }
  /** Code that several ways lead to begins: of what each of them knows, nothing is known here. */
  private join(loop: Held | undefined): void {
    const { c } = this;
    c.flags.pending = undefined;
    c.due = 0;
    c.registers.begin(loop);
  }
  /** The block inside wasm blocks whose ends are the merges, the last one outermost. */
  private *within(b: Block, merges: readonly Block[], at: number): Emission {
    const merge = merges[at];
    if (merge === undefined) {
      yield* this.block(b);
      return;
    }
    this.labels.set(merge, this.c.open(Op.block));
    yield* this.within(b, merges, at + 1);
    this.c.close();
    yield* this.tree(merge);
  }

  private *block(b: Block): Emission {
    const { c } = this;
    if (b.isMerge || b.isLoop) this.join(this.held.of(b));
    c.due += b.steps.length;
    for (const [i, s] of b.steps.entries()) {
      c.at = s.at;
      c.left = b.steps.length - i;
      const kept = this.step(s, b);
      const { end } = s.built;
      if (end) yield* this.end(s, b, end, kept);
      if (++this.emitted % PIECE === 0) yield;
    }
    const end = b.steps.at(-1)?.built.end;
    if (end === undefined || end.kind === 'unmask') yield* this.goTo(b, b.fallBlock, b.fall!, false);
  }

  /** An instruction but for its end, whose operand it leaves in a local. */
  private step(s: Step, b: Block): number | undefined {
    const { c } = this;
    const frame = this.held.frame(b);
    const { effects, writes, newFlags, end } = s.built;
    c.releaseTemps();
    const operand = rootsOfEnd(end)[0];
    const flagRoots = newFlags ? [newFlags.a.node, newFlags.b.node] : [];
    c.count([...rootsOf(effects), ...writes.map(w => w.value), ...flagRoots, ...(operand ? [operand] : [])]);
    c.leaveInstead = c.leaveInexact = this.held.original(b);
    const emitter = new EffectEmitter(c, frame.fault);
    emitter.emit(effects);
    if (end?.kind === 'exception') {
      raise(frame, end.ec, end.iss);
      return undefined;
    }
    let kept: number | undefined;
    if (operand) {
      kept = c.temp(operand.ty);
      c.value(operand);
      c.set(kept);
    }
    const real = writes.filter(w => !(w.kind === 'x' && w.register.n === ZERO_REGISTER));
    // Values may read the flags that this instruction replaces, and flags the registers that it writes.
    for (const w of [...real].reverse()) {
      beforeStore(c, w);
      if (w.kind === 'v') c.vector(VECTORS + w.register.n, w.value);
      else if (w.kind === 'x') c.general(w.register.n, w.value);
      else c.value(w.value);
    }
    if (newFlags) c.flags.keep(newFlags);
    for (const w of real) store(c, w);
    if (emitter.leave !== undefined) {
      // A system register may stand for a general one: SPSel chooses SP.
      c.registers.forget();
      c.reload();
      leaveAfter(c, frame, () => c.get(emitter.leave!));
    }
    return kept;
  }

  private *end(s: Step, b: Block, end: End, kept: number | undefined): Emission {
    const { c } = this;
    const frame = this.held.frame(b);
    const flow = new Flow(frame);
    switch (end.kind) {
      case 'branch': {
        if (b.isCall) {
          yield* this.call(b, s.at + end.to.k / 4);
          return;
        }
        const conditional = kept !== undefined;
        if (conditional) {
          c.get(kept);
          c.open(Op.if);
        }
        yield* this.goTo(b, b.takenBlock, s.at + end.to.k / 4, true);
        if (conditional) {
          c.close();
          yield* this.goTo(b, b.fallBlock, b.fall!, false);
        }
        return;
      }
      case 'jump':
        if (end.how === 'ret') {
          this.calls.returns(kept!);
          this.pages.leaveFor(() => c.get(kept!));
          return;
        }
        c.sync();
        flow.jump(kept!, JUMP_KIND[end.how], true);
        return;
      case 'event':
        c.sync();
        flow.bump();
        c.storeAt(Op.i32Store, 2, CELL.EVENT, () => c.i32(CpuEvent[end.event]));
        c.storeAt(Op.i64Store, 3, CELL.BOUNCE, () => c.get(kept!));
        flow.leave(Exit.EVENT);
        return;
      case 'unmask':
        leaveAfter(c, frame, () => {
          c.loadAt(Op.i32Load, 2, STATE.PENDING);
          c.loadAt(Op.i32Load, 2, STATE.DAIF);
          c.i32(-1);
          c.raw(Op.i32Xor, Op.i32And);
        });
        return;
      case 'exception':
        return; // raised before anything is written
    }
  }

  private *call(b: Block, target: number): Emission {
    if (b.fall === undefined || !this.calls.canCall(target)) {
      yield* this.goTo(b, undefined, target, true);
      return;
    }
    this.calls.call(target, b.fall);
    if (b.fallBlock?.flagsIn) this.c.flags.settle();
    yield* this.goTo(b, b.fallBlock, b.fall, false);
  }

  /** Goes on in a block of the region, or leaves for the instruction at a position. */
  private *goTo(from: Block, to: Block | undefined, at: number, taken: boolean): Emission {
    const { c } = this;
    // Another way out of the block may have been emitted before, with all that it leads to.
    c.at = lastOf(from);
    const here = this.held.of(from);
    const isBack = to !== undefined && to.order <= from.order;
    const inline = to !== undefined && !isBack && !to.isMerge;
    if (here !== undefined && (to === undefined || this.held.of(to) !== here)) c.releaseLoop();
    if (!inline || to.isLoop) {
      if (to?.flagsIn) c.flags.make();
      else c.flags.note();
      c.registers.save();
    }
    if (to !== undefined && (!inline || to.isLoop)) c.charge();
    const crossing = pageOf(c.at) !== pageOf(at);
    if (to === undefined) {
      // Registers are in memory.
      if (crossing) this.pages.leaveFor(() => c.address(at));
      else this.leaving.for(at, taken);
      return;
    }
    if (crossing) this.pages.check(at);
    if (isBack) {
      if (here !== undefined && this.held.of(to) === here) checkBudget(c, to.first, this.held.frame(to));
      else this.leaving.ifSpent(to.first);
      c.branch(this.labels.get(to)!);
    } else if (to.isMerge) c.branch(this.labels.get(to)!);
    else yield* this.tree(to);
  }
}
