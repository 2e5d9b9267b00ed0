/** The TLB's runs of pages, in cells while a loop is running: what they say stays so until it leaves. */
import { CELL, KEPT, TLB_RANGE, TLB_SET } from '../engine/state.js';
import type { Code } from '../interp/code.js';
import type { KeptRange } from '../interp/memory.js';
import { Op } from '../wasm/opcodes.js';

const READ = 0;
const WRITE = 1;
const RUNS = [TLB_SET.READ_RANGE, TLB_SET.WRITE_RANGE] as const;

/** Cell of a kept page by its number; the runs come first. */
export const keptCell = (page: number): number => CELL.KEPT + (RUNS.length + page) * KEPT.SIZE;

/** Accesses of what is kept in a cell. */
export function keptRange(c: Code, cell: number): KeptRange {
  return {
    misses: () => {
      c.loadAt(Op.i64Load, 3, cell + KEPT.ADDRESS);
      c.u8(Op.i64Sub);
      c.loadAt(Op.i64Load, 3, cell + KEPT.LIMIT);
      c.u8(Op.i64GeU);
    },
    addend: () => c.loadAt(Op.i32Load, 2, cell + KEPT.ADDEND),
  };
}

/** The runs of the TLB set in use. */
export class Ranges {
  /** `base`: local with the first byte of the set. */
  constructor(
    private readonly c: Code,
    private readonly base: number,
  ) {}

  /** A loop begins. */
  load(reads: boolean, writes: boolean): void {
    if (reads) this.loadRun(READ);
    if (writes) this.loadRun(WRITE);
  }
  private loadRun(run: number): void {
    const { c } = this;
    for (const [load, store, from, to] of [
      [Op.i64Load, Op.i64Store, TLB_RANGE.ADDRESS, KEPT.ADDRESS],
      [Op.i64Load, Op.i64Store, TLB_RANGE.LIMIT, KEPT.LIMIT],
      [Op.i32Load, Op.i32Store, TLB_RANGE.ADDEND, KEPT.ADDEND],
    ] as const)
      c.storeAt(store, 2, CELL.KEPT + run * KEPT.SIZE + to, () => {
        c.get(this.base);
        c.raw(load, 2);
        c.u32(RUNS[run]! + from);
      });
  }
  /** The run for reads or writes. */
  get(write: boolean): KeptRange {
    return keptRange(this.c, CELL.KEPT + (write ? WRITE : READ) * KEPT.SIZE);
  }
}
