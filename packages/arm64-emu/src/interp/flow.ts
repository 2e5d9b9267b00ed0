/** Control flow between instructions: budget, jumps through the fetch TLB, leaving. */
import { CELL, HOT_COUNTER_MASK, HOT_COUNTERS, TLB_SET } from '../engine/state.js';
import { Op } from '../wasm/opcodes.js';
import { BUDGET, type Code, IP } from './code.js';
import { Exit } from './exit.js';
import { Import } from './imports.js';
import { tlbEntry } from './memory.js';
import { RECORD_SIZE } from './record.js';

/** Where a handler's code goes on. Depths are of open blocks. */
export interface Frame {
  readonly c: Code;
  /** Abandons the instruction: `CELL.REASON` says why. */
  readonly fault: number;
  /** Leaves with the reason in local `reason`. */
  readonly exit: number;
  readonly reason: number;
  /** Whether taken branches are counted by their targets. */
  readonly counting: boolean;
  /** Has the instruction, of which nothing is done yet, executed by code that may call; where this may not. */
  readonly elsewhere?: () => void;
  /** Goes on with the instruction whose record is in the local IP. */
  next(): void;
}

/** Kinds of jumps as the `jump` import takes them; direct branches count as `ret`. */
export const JUMP_KIND = { ret: 0, br: 1, blr: 2, brLink: 3 } as const;
const PAGE_OFFSET = 0xffc;
/** The bits of an address that must equal a fetch entry's tag: the page and the two lowest ones. */
export const FETCH_TAG = -4093n;

/** Counts the branch to the record in the local IP; `hot` emits what follows when that was often. */
export function countBranch(c: Code, hot: () => void): void {
  const counter = c.temp('i32');
  const count = c.temp('i32');
  c.get(IP);
  c.i32(2); // 16 bytes of record to 4 of counter
  c.u8(Op.i32ShrU);
  c.i32(HOT_COUNTER_MASK * 4);
  c.u8(Op.i32And);
  c.tee(counter);
  c.get(counter);
  c.raw(Op.i32Load, 2);
  c.u32(HOT_COUNTERS);
  c.i32(1);
  c.u8(Op.i32Add);
  c.tee(count);
  c.raw(Op.i32Store, 2);
  c.u32(HOT_COUNTERS);
  c.get(count);
  c.u8(Op.i32Eqz);
  c.open(Op.if);
  hot();
  c.close();
}
const fetchArray = (kind: number): number => (kind === JUMP_KIND.ret ? TLB_SET.FETCH : TLB_SET.FETCH_INDIRECT);

/** Emits control flow between instructions. */
export class Flow {
  constructor(private readonly f: Frame) {}

  leave(reason: number): void {
    const { c } = this.f;
    c.i32(reason);
    c.set(this.f.reason);
    c.branch(this.f.exit);
  }
  bump(): void {
    const { c } = this.f;
    c.get(IP);
    c.i32(RECORD_SIZE);
    c.u8(Op.i32Add);
    c.set(IP);
  }
  next(): void {
    this.bump();
    this.f.next();
  }
  /** Goes to the record in local `target`; `executed` counts this instruction (not for the end of a page). */
  go(target: number, executed: boolean): void {
    const { c } = this.f;
    const remaining = c.temp('i32');
    c.pushRemaining();
    if (executed) {
      c.i32(RECORD_SIZE);
      c.u8(Op.i32Sub);
    }
    c.tee(remaining);
    c.get(target);
    c.tee(IP);
    c.u8(Op.i32Add);
    c.set(BUDGET);
    c.get(remaining);
    c.ifSpent();
    this.leave(Exit.BUDGET);
    c.close();
    if (this.f.counting) countBranch(c, () => this.leave(Exit.HOT));
    this.f.next();
  }
  /** Looks up the address in i64 local `to`: pushes whether the fetch TLB's entry, which goes to local `entry`, is `op` it. */
  private compareEntry(to: number, kind: number, entry: number, op: number): void {
    const { c } = this.f;
    tlbEntry(c, () => c.get(to));
    c.tee(entry);
    c.raw(Op.i64Load, 3);
    c.u32(fetchArray(kind));
    c.get(to);
    c.i64(FETCH_TAG);
    c.raw(Op.i64And, op);
  }
  /** Leaves the record that a fetch entry has for the address in `to` in local `target`; its page becomes the current one. */
  private land(to: number, kind: number, entry: number, target: number): void {
    const { c } = this.f;
    const page = c.temp('i32');
    c.get(entry);
    c.raw(Op.i32Load, 2);
    c.u32(fetchArray(kind) + 8);
    c.tee(page);
    c.get(to);
    c.u8(Op.i32Wrap);
    c.i32(PAGE_OFFSET);
    c.u8(Op.i32And);
    c.i32(2);
    c.raw(Op.i32Shl, Op.i32Add);
    c.set(target);
    c.storeAt(Op.i64Store, 3, CELL.PC_BIAS, () => {
      c.get(to);
      c.i64(-4096n);
      c.u8(Op.i64And);
      c.get(page);
      c.i32(2);
      c.raw(Op.i32ShrU, Op.i64ExtendU, Op.i64Sub);
    });
  }
  /**
   * The fetch entry of a jump's target, where a miss is done elsewhere: it is looked for before the instruction changes
   * anything. Undefined where {@link jump} can call.
   */
  find(to: number, kind: number): number | undefined {
    const { c, elsewhere } = this.f;
    if (!elsewhere) return undefined;
    const entry = c.temp('i32');
    this.compareEntry(to, kind, entry, Op.i64Ne);
    c.open(Op.if);
    elsewhere();
    c.close();
    return entry;
  }
  /** Jumps to the address in i64 local `to`: through the fetch TLB, or the slow path. `found` comes from {@link find}. */
  jump(to: number, kind: number, executed: boolean, found = this.find(to, kind)): void {
    const { c } = this.f;
    const entry = found ?? c.temp('i32');
    const target = c.temp('i32');
    if (found !== undefined) {
      this.land(to, kind, found, target);
      this.go(target, executed);
      return;
    }
    this.compareEntry(to, kind, entry, Op.i64Eq);
    c.open(Op.if);
    this.land(to, kind, entry, target);
    c.else();
    if (executed) this.bump();
    c.storeAt(Op.i64Store, 3, CELL.JUMP, () => c.get(to));
    c.storeAt(Op.i32Store, 2, CELL.IP, () => c.get(IP));
    c.storeAt(Op.i32Store, 2, CELL.BUDGET, () => c.get(BUDGET));
    c.i32(kind);
    c.call(Import.jump);
    c.tee(target);
    c.i32(0);
    c.u8(Op.i32LtS);
    c.open(Op.if);
    this.leave(Exit.FETCH);
    c.close();
    if (executed) {
      // `go` counts the instruction from its own record.
      c.get(IP);
      c.i32(RECORD_SIZE);
      c.u8(Op.i32Sub);
      c.set(IP);
    }
    c.close();
    this.go(target, executed);
  }
}
