/** Ways out of a region to a known instruction of its page: a branch, a used-up budget, a change of state. */
import { Exit } from '../interp/exit.js';
import { Flow, type Frame } from '../interp/flow.js';
import { Op } from '../wasm/opcodes.js';
import type { RegionCode } from './region-code.js';

/** Leaves the region for a position. Registers are in memory. */
export function leaveFor(c: RegionCode, outer: Frame, at: number, taken: boolean): void {
  const flow = new Flow(outer);
  c.position(c.at, taken ? 1 : 0);
  if (taken) {
    const target = c.temp('i32');
    c.i32(c.place.ip(at));
    c.set(target);
    flow.go(target, true);
    return;
  }
  checkBudget(c, at, outer);
  c.position(at, 0);
  outer.next();
}
/** Leaves when the budget is used up, for the instruction at a position. */
export function checkBudget(c: RegionCode, at: number, frame: Frame): void {
  c.charge();
  c.get(c.remaining);
  c.ifSpent();
  c.position(at, 0);
  new Flow(frame).leave(Exit.BUDGET);
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
