/** Going from page to page inside a region: the fetch TLB must lead to the records that the region was made of. */
import { CELL, TLB_SET } from '../engine/state.js';
import { FLAGS } from '../interp/code.js';
import { FETCH_TAG } from '../interp/flow.js';
import { tlbEntry } from '../interp/memory.js';
import { PAGE_RECORDS } from '../interp/record.js';
import { Op } from '../wasm/opcodes.js';
import { pageOf } from './code-space.js';
import type { RegionCode } from './region-code.js';
import { Support } from './support.js';

/**
 * Entries of the fetch TLB change only when generated code returns to the engine, or calls it for a jump, after which
 * no region goes on. Hence what a region has found there once stays so until it returns.
 */
export class Pages {
  /** Locals: not 0 once the page has been looked up. */
  private readonly seen = new Map<number, number>();
  /** Local: the address to leave for, and the block that leads there. */
  private readonly target: number;
  private far = 0;

  constructor(private readonly c: RegionCode) {
    this.target = c.newLocal('i64');
  }

  /** The region begins. */
  begin(): void {
    this.far = this.c.open(Op.block);
  }
  /** The way out to other pages, behind the region. */
  end(): void {
    const { c } = this;
    c.u8(Op.unreachable);
    c.close();
    c.storeAt(Op.i64Store, 3, CELL.JUMP, () => c.get(this.target));
    c.i32(0);
    c.get(FLAGS);
    c.get(c.remaining);
    c.call(Support.jumpTo);
    c.branch(c.inCells);
  }
  /** Leaves for the address that `address` pushes. */
  leaveFor(address: () => void): void {
    const { c } = this;
    address();
    c.set(this.target);
    c.flags.note();
    c.charge();
    c.branch(this.far);
  }
  /** Goes to the page of a position: if it is no longer the one of the region, leaves for the position. */
  check(at: number): void {
    const { c } = this;
    const page = pageOf(at);
    let seen = this.seen.get(page);
    if (seen === undefined) this.seen.set(page, (seen = c.newLocal('i32')));
    c.charge();
    c.get(seen);
    c.u8(Op.i32Eqz);
    c.open(Op.if);
    c.flags.note();
    c.registers.spill();
    c.registers.save();
    c.address(at);
    c.set(this.target);
    const entry = c.temp('i32');
    tlbEntry(c, () => c.get(this.target));
    c.tee(entry);
    c.raw(Op.i64Load, 3);
    c.u32(TLB_SET.FETCH);
    c.get(this.target);
    c.i64(FETCH_TAG);
    c.raw(Op.i64And, Op.i64Ne);
    c.branch(this.far, Op.brIf);
    c.get(entry);
    c.raw(Op.i32Load, 2);
    c.u32(TLB_SET.FETCH + 8);
    c.i32(c.place.ip(page * PAGE_RECORDS));
    c.u8(Op.i32Ne);
    c.branch(this.far, Op.brIf);
    c.i32(1);
    c.set(seen);
    c.close();
    c.storeBias(at);
  }
  /** Where the address is that `within` leaves for. */
  get address(): number {
    return this.target;
  }
  get label(): number {
    return this.far;
  }
}
