/**
 * Calls of the guest as calls of functions. A call passes flags, budget and depth in place of what the run loop passes;
 * the function returns a code below `RETURNED` when the guest executed RET, whose target is in a cell: the caller goes
 * on if that is behind its call. Any other way out of a function leaves all of its callers too.
 */
import { CELL } from '../engine/state.js';
import { BUDGET, FLAGS, IP } from '../interp/code.js';
import { Op } from '../wasm/opcodes.js';
import { pageOf } from './code-space.js';
import type { Leaving } from './leaving.js';
import type { Pages } from './pages.js';
import { waitingKind } from './pending-flags.js';
import type { RegionCode } from './region-code.js';

/** Calls inside calls at most: guests may recurse without end, and the host's stack is finite. */
export const DEPTH_LIMIT = 64;
/** Codes below say that the guest returned; flags are in the complement. */
const RETURNED = -0x100;
/** Where the kind of flags that wait is in the flags that are passed. */
const KIND_SHIFT = 4;

/** Emits calls and returns of one region. */
export class Calls {
  /** Local: how many functions of regions are below this one. */
  private readonly depth: number;

  constructor(
    private readonly c: RegionCode,
    private readonly pages: Pages,
    private readonly leaving: Leaving,
    private readonly callees: ReadonlyMap<number, number>,
  ) {
    this.depth = c.newLocal('i32');
  }

  /** The beginning of the function. The run loop passes the record's address, callers the depth. */
  enter(): void {
    const { c } = this;
    c.get(BUDGET);
    c.get(IP);
    c.u8(Op.i32Sub);
    c.set(c.remaining);
    c.loadAt(Op.i64Load, 3, CELL.PC_BIAS);
    c.set(c.bias);
    c.reload();
    c.get(IP);
    c.i32(DEPTH_LIMIT);
    c.u8(Op.i32LeU);
    c.open(Op.if);
    c.get(IP);
    c.set(this.depth);
    this.takeFlags();
    c.close();
  }
  /** Flags as a call or return passes them, in FLAGS, with operands in cells. */
  private takeFlags(): void {
    const { c } = this;
    c.get(FLAGS);
    c.i32(KIND_SHIFT);
    c.u8(Op.i32ShrU);
    c.set(c.flags.kind);
    c.flags.loadOperands();
  }
  /** Stores operands of flags; pushes flags and kind. */
  private passFlags(): void {
    const { c } = this;
    const { pending, kind } = c.flags;
    c.flags.storeOperands();
    if (pending) {
      c.i32(waitingKind(pending) << KIND_SHIFT);
      return;
    }
    c.i32(0);
    c.get(FLAGS);
    c.get(kind);
    c.u8(Op.select);
    c.get(kind);
    c.i32(KIND_SHIFT);
    c.raw(Op.i32Shl, Op.i32Or);
  }

  canCall(target: number): boolean {
    return this.callees.has(target);
  }

  /** Calls the function at a position; goes on behind when the guest returns there. */
  call(target: number, back: number): void {
    const { c, pages, leaving } = this;
    const crossing = pageOf(target) !== pageOf(c.at);
    c.charge();
    if (crossing) pages.check(target);
    c.flags.note();
    leaving.ifSpent(target);
    // Too deep: the run loop goes on there.
    leaving.forIf(target, () => {
      c.get(this.depth);
      c.i32(DEPTH_LIMIT);
      c.u8(Op.i32GeS);
    });
    const code = c.temp('i32');
    const depth = c.temp('i32');
    c.get(this.depth);
    c.i32(1);
    c.u8(Op.i32Add);
    c.tee(depth);
    this.passFlags();
    c.get(c.remaining);
    c.get(depth);
    c.u8(Op.i32Add);
    c.call(this.callees.get(target)!);
    c.tee(code);
    c.i32(RETURNED);
    c.u8(Op.i32GeS);
    c.open(Op.if);
    c.get(code);
    c.u8(Op.return);
    c.close();
    c.get(code);
    c.i32(-1);
    c.u8(Op.i32Xor);
    c.i32(RETURNED);
    c.u8(Op.i32Add);
    c.set(FLAGS);
    this.takeFlags();
    c.flags.pending = undefined;
    c.registers.forget();
    c.reload();
    c.loadAt(Op.i32Load, 2, CELL.BUDGET);
    c.set(c.remaining);
    // A RET looks its target up.
    c.loadAt(Op.i64Load, 3, CELL.JUMP);
    c.tee(pages.address);
    c.address(back);
    c.u8(Op.i64Ne);
    c.branch(pages.label, Op.brIf);
    pages.check(back);
    leaving.ifSpent(back);
  }
  /** RET to the address in a local: back to the caller when there is one. */
  returns(target: number): void {
    const { c } = this;
    c.get(this.depth);
    c.open(Op.if);
    c.charge();
    c.storeAt(Op.i64Store, 3, CELL.JUMP, () => c.get(target));
    c.storeAt(Op.i32Store, 2, CELL.BUDGET, () => c.get(c.remaining));
    this.passFlags();
    c.i32(-1);
    c.u8(Op.i32Xor);
    c.i32(-RETURNED);
    c.u8(Op.i32Sub);
    c.u8(Op.return);
    c.close();
  }
}
