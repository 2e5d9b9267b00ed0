/** Ways out of a region to a known instruction of its page: a branch, a used-up budget, a change of state. */
import { CELL } from '../engine/state.js';
import { BUDGET, IP } from '../interp/code.js';
import { Exit } from '../interp/exit.js';
import { Flow, type Frame } from '../interp/flow.js';
import { Op } from '../wasm/opcodes.js';
import type { RegionCode } from './region-code.js';
import { Support } from './support.js';

/** The ends that ways out of a region have in common. Registers are in memory. */
export class Leaving {
  /** Depths of blocks: for a branch to the record in IP; for that record without a branch. */
  private taken = 0;
  private fall = 0;

  constructor(private readonly c: RegionCode) {}

  /** The region begins. */
  begin(): void {
    const { c } = this;
    c.inCells = c.open(Op.block);
    this.taken = c.open(Op.block);
    this.fall = c.open(Op.block);
  }
  /** Behind the region, and inside the blocks that handlers leave through: the ends themselves. */
  end(): void {
    const { c } = this;
    for (const taken of [0, 1]) {
      c.close();
      c.get(IP);
      c.i32(taken);
      c.get(c.remaining);
      c.call(Support.leave);
      if (taken === 0) c.branch(c.inCells);
    }
    c.close();
    for (const [local, cell] of [
      [IP, CELL.IP],
      [BUDGET, CELL.BUDGET],
    ] as const) {
      c.loadAt(Op.i32Load, 2, cell);
      c.set(local);
    }
  }

  /** Leaves for a position of the page; flags were noted. */
  for(at: number, taken: boolean): void {
    const { c } = this;
    c.charge();
    c.i32(c.place.ip(at));
    c.set(IP);
    c.branch(taken ? this.taken : this.fall);
  }
  /** Leaves for a position if the value that `condition` pushes is not 0; flags were noted. */
  forIf(at: number, condition: () => void): void {
    const { c } = this;
    c.charge();
    c.i32(c.place.ip(at));
    c.set(IP);
    condition();
    c.branch(this.fall, Op.brIf);
  }
  /** Leaves for a position when the budget is used up; flags were noted. */
  ifSpent(at: number): void {
    const { c } = this;
    this.forIf(at, () => {
      c.get(c.remaining);
      c.i32(0);
      c.u8(Op.i32LeS);
    });
  }
}

/** Leaves a held loop when the budget is used up, for the instruction at a position. */
export function checkBudget(c: RegionCode, at: number, loop: Frame): void {
  c.charge();
  c.get(c.remaining);
  c.ifSpent();
  c.position(at, 0);
  new Flow(loop).leave(Exit.BUDGET);
  c.close();
}
/** Leaves behind the current instruction if the value pushed by `condition` is not 0. */
export function leaveAfter(c: RegionCode, frame: Frame, condition: () => void): void {
  const flow = new Flow(frame);
  condition();
  c.open(Op.if);
  c.sync();
  flow.bump();
  flow.leave(Exit.SYNC);
  c.close();
}
