/** Emits a region as one function with the signature of a handler. */
import { CpuEvent } from '../a64/spec/index.js';
import type { End, Write } from '../builder/effects.js';
import { CELL, STATE, vAddress, xAddress } from '../engine/state.js';
import { BUDGET, IP } from '../interp/code.js';
import { EffectEmitter, rootsOf } from '../interp/effects.js';
import { Exit } from '../interp/exit.js';
import { Flow, type Frame, JUMP_KIND } from '../interp/flow.js';
import { raise, rootsOfEnd } from '../interp/handler.js';
import { FuncTypes } from '../interp/imports.js';
import { withExits } from '../interp/module.js';
import { RECORD_SIZE } from '../interp/record.js';
import type { Func } from '../wasm/module.js';
import { Op } from '../wasm/opcodes.js';
import type { Block, Step } from './graph.js';
import { elementAddress } from './region-builder.js';
import { RegionCode } from './region-code.js';

const ZERO_REGISTER = 32;

/** The function of a region whose page has its records at byte `records`. */
export function emitRegion(blocks: readonly Block[], records: number): Func {
  const c = new RegionCode();
  c.get(BUDGET);
  c.get(IP);
  c.u8(Op.i32Sub);
  c.set(c.remaining);
  withExits(
    c,
    exits => {
      const frame: Frame = {
        ...exits,
        counting: true,
        next: () => {
          c.i32(Exit.CONTINUE);
          c.set(exits.reason);
          c.branch(exits.exit);
        },
      };
      new RegionEmitter(c, frame, records).tree(blocks[0]!);
      c.u8(Op.unreachable);
    },
    () => c.settleFlags(),
  );
  return { type: FuncTypes.handler, locals: c.locals, code: c.result() };
}

/** Structured control flow from the dominator tree (Ramsey, "Beyond Relooper"). */
class RegionEmitter {
  private readonly flow: Flow;
  /** Depth of the wasm block or loop that leads to a block. */
  private readonly labels = new Map<Block, number>();

  constructor(
    private readonly c: RegionCode,
    private readonly frame: Frame,
    private readonly records: number,
  ) {
    this.flow = new Flow(frame);
  }

  /** A block and all that it dominates. */
  tree(b: Block): void {
    const merges = b.children.filter(child => child.isMerge).sort((x, y) => y.order - x.order);
    if (!b.isLoop) {
      this.within(b, merges, 0);
      return;
    }
    this.labels.set(b, this.c.open(Op.loop));
    this.within(b, merges, 0);
    this.c.close();
    this.c.u8(Op.unreachable);
  }
  /** The block inside wasm blocks whose ends are the merges, the last one outermost. */
  private within(b: Block, merges: readonly Block[], at: number): void {
    const merge = merges[at];
    if (merge === undefined) {
      this.block(b);
      return;
    }
    this.labels.set(merge, this.c.open(Op.block));
    this.within(b, merges, at + 1);
    this.c.close();
    this.tree(merge);
  }

  private ip(index: number): number {
    return this.records + index * RECORD_SIZE;
  }

  private block(b: Block): void {
    const { c } = this;
    c.pending = undefined;
    c.get(c.remaining);
    c.i32(b.steps.length * RECORD_SIZE);
    c.u8(Op.i32Sub);
    c.set(c.remaining);
    b.steps.forEach((s, i) => {
      c.ip = this.ip(s.index);
      c.left = b.steps.length - i;
      this.step(s, b);
    });
    const last = b.steps.at(-1)!;
    if (last.built.end === undefined || last.built.end.kind === 'unmask') this.fallThrough(b);
  }

  private step(s: Step, b: Block): void {
    const { c, frame } = this;
    const { effects, writes, newFlags, end } = s.built;
    c.releaseTemps();
    const operand = rootsOfEnd(end)[0];
    const flagRoots = newFlags ? [newFlags.a.node, newFlags.b.node] : [];
    c.count([...rootsOf(effects), ...writes.map(w => w.value), ...flagRoots, ...(operand ? [operand] : [])]);
    const emitter = new EffectEmitter(c, frame.fault);
    emitter.emit(effects);
    if (end?.kind === 'exception') {
      raise(frame, end.ec, end.iss);
      return;
    }
    let kept: number | undefined;
    if (operand) {
      kept = c.temp(operand.ty);
      c.value(operand);
      c.set(kept);
    }
    // A branch out of the page is worked out before registers change.
    const far = end?.kind === 'branch' && b.taken === undefined ? this.target(s.index, end.to.k) : undefined;
    const real = writes.filter(w => !(w.kind === 'x' && w.register.n === ZERO_REGISTER));
    // Values may read the flags that this instruction replaces, and flags the registers that it writes.
    for (const w of [...real].reverse()) {
      c.i32(0);
      c.value(w.value);
    }
    const flags = newFlags && c.keepFlags(newFlags);
    for (const w of real) this.store(w);
    if (flags) c.pending = flags;
    if (emitter.leave !== undefined) this.leaveAfter(() => c.get(emitter.leave!));
    if (end) this.end(s, b, end, kept, far);
  }

  private store(w: Write): void {
    const { c } = this;
    if (w.kind === 'v') c.storeSized(16, vAddress(w.register.n));
    else if (w.kind === 'element') c.storeSized(w.size, elementAddress(w.element));
    else c.storeSized(8, w.kind === 'x' ? xAddress(w.register.n) : w.kind === 'cell' ? w.cell.address : w.address);
  }

  /** Local with the address of a branch's target. */
  private target(index: number, displacement: number): number {
    const { c } = this;
    const to = c.temp('i64');
    c.loadAt(Op.i64Load, 3, CELL.PC_BIAS);
    c.i64(BigInt((this.ip(index) >>> 2) + displacement));
    c.u8(Op.i64Add);
    c.set(to);
    return to;
  }

  private end(s: Step, b: Block, end: End, kept: number | undefined, far: number | undefined): void {
    const { c, flow } = this;
    switch (end.kind) {
      case 'branch': {
        const conditional = kept !== undefined;
        this.passFlags(b);
        if (conditional) {
          c.get(kept);
          c.open(Op.if);
        }
        if (far !== undefined) {
          c.sync();
          flow.jump(far, JUMP_KIND.ret, true);
        } else this.goTo(b, b.takenBlock, b.taken!, true);
        if (conditional) {
          c.close();
          c.ip = this.ip(s.index);
          c.left = 1;
          this.goTo(b, b.fallBlock, b.fall!, false);
        }
        return;
      }
      case 'jump':
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
        this.leaveAfter(() => {
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

  private fallThrough(b: Block): void {
    this.passFlags(b);
    this.goTo(b, b.fallBlock, b.fall!, false);
  }
  /** Flags that a following block reads are made here; otherwise it is enough to say what waits. */
  private passFlags(b: Block): void {
    const { c } = this;
    if (b.flagsOut) c.makeFlags();
    else c.noteFlags();
    c.pending = undefined;
  }

  /** Goes on in a block of the region, or leaves for the record of instruction `index` of the page. */
  private goTo(from: Block, to: Block | undefined, index: number, taken: boolean): void {
    const { c, frame } = this;
    if (to !== undefined) {
      if (to.order <= from.order) this.backEdge(to);
      else if (to.isMerge) c.branch(this.labels.get(to)!);
      else this.tree(to);
      return;
    }
    c.sync();
    if (taken) {
      const target = c.temp('i32');
      c.i32(this.ip(index));
      c.set(target);
      this.flow.go(target, true);
      return;
    }
    this.flow.bump();
    c.get(c.remaining);
    c.i32(0);
    c.u8(Op.i32LeS);
    c.open(Op.if);
    this.flow.leave(Exit.BUDGET);
    c.close();
    frame.next();
  }
  private backEdge(to: Block): void {
    const { c, flow } = this;
    c.get(c.remaining);
    c.i32(0);
    c.u8(Op.i32LeS);
    c.open(Op.if);
    c.i32(this.ip(to.first));
    c.set(IP);
    c.get(c.remaining);
    c.i32(this.ip(to.first));
    c.u8(Op.i32Add);
    c.set(BUDGET);
    flow.leave(Exit.BUDGET);
    c.close();
    c.branch(this.labels.get(to)!);
  }
  /** Leaves behind the current instruction if the value pushed by `condition` is not 0. */
  private leaveAfter(condition: () => void): void {
    const { c, flow } = this;
    condition();
    c.open(Op.if);
    c.sync();
    flow.bump();
    flow.leave(Exit.SYNC);
    c.close();
  }
}
