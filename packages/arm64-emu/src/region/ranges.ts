/** The TLB's runs of pages, in locals while a loop is running: what they say stays so until it leaves. */
import { TLB_RANGE, TLB_SET } from '../engine/state.js';
import type { Code } from '../interp/code.js';
import type { KeptRange } from '../interp/memory.js';
import { Op } from '../wasm/opcodes.js';

interface Run {
  readonly at: number;
  /** Locals, see `TLB_RANGE`. */
  readonly address: number;
  readonly limit: number;
  readonly addend: number;
}

/** The runs of the TLB set in use. */
export class Ranges {
  private readonly read: Run;
  private readonly write: Run;

  /** `base`: local with the first byte of the set. */
  constructor(
    private readonly c: Code,
    private readonly base: number,
  ) {
    const run = (at: number): Run => ({
      at,
      address: c.newLocal('i64'),
      limit: c.newLocal('i64'),
      addend: c.newLocal('i32'),
    });
    this.read = run(TLB_SET.READ_RANGE);
    this.write = run(TLB_SET.WRITE_RANGE);
  }

  /** A loop begins. */
  load(): void {
    this.loadRun(this.read);
    this.loadRun(this.write);
  }
  private loadRun({ at, address, limit, addend }: Run): void {
    const { c } = this;
    for (const [local, op, offset] of [
      [address, Op.i64Load, TLB_RANGE.ADDRESS],
      [limit, Op.i64Load, TLB_RANGE.LIMIT],
      [addend, Op.i32Load, TLB_RANGE.ADDEND],
    ] as const) {
      c.get(this.base);
      c.raw(op, 2);
      c.u32(at + offset);
      c.set(local);
    }
  }
  /** The run for reads or writes. */
  get(write: boolean): KeptRange {
    const { c } = this;
    const { address, limit, addend } = write ? this.write : this.read;
    return {
      addend,
      misses: () => {
        c.get(address);
        c.u8(Op.i64Sub);
        c.get(limit);
        c.u8(Op.i64GeU);
      },
    };
  }
}
