/**
 * The largest run of neighbouring pages in a TLB array that lead to neighbouring memory: with it, compiled code finds
 * most of a linear map by one comparison. All of its pages are in the TLB, so that it never says more than they do.
 */
import { TLB_RANGE } from './state.js';

const PAGE = 4096;

interface Run {
  hi: number;
  /** Address of the first page without its high half, bytes, and what leads to memory. */
  lo: number;
  size: number;
  addend: number;
}
const none = (): Run => ({ hi: 0, lo: 0, size: 0, addend: 0 });

/** The run of one array, kept in linear memory at `at`: i64 address, i64 bytes, i32 addend. */
export class TlbRange {
  /** The run that compiled code sees, and one that may outgrow it. */
  private best = none();
  private next = none();

  constructor(
    private readonly words: Int32Array,
    private readonly at: number,
  ) {
    this.publish();
  }

  /** A page was entered. */
  added(lo: number, hi: number, addend: number): void {
    const page = (lo & -PAGE) >>> 0;
    if (!this.extend(this.best, page, hi, addend)) {
      if (!this.extend(this.next, page, hi, addend)) this.next = { hi, lo: page, size: PAGE, addend };
      if (this.next.size <= this.best.size) return;
      [this.best, this.next] = [this.next, this.best];
    }
    this.publish();
  }
  /** Whether the page belongs to the run, perhaps from now on. */
  private extend(run: Run, page: number, hi: number, addend: number): boolean {
    if (run.size === 0 || run.hi !== hi || run.addend !== addend) return false;
    if (page === run.lo + run.size) run.size += PAGE;
    else if (page === run.lo - PAGE) {
      run.lo = page;
      run.size += PAGE;
    } else return page >= run.lo && page < run.lo + run.size;
    return true;
  }
  /** A page is dropped; so is the run that it was in. */
  dropped(lo: number, hi: number): void {
    const page = lo >>> 0;
    for (const run of [this.next, this.best]) {
      if (run.hi !== hi || page < run.lo || page >= run.lo + run.size) continue;
      run.size = 0;
      if (run === this.best) this.publish();
    }
  }
  /** All pages are dropped. */
  clear(): void {
    this.best.size = 0;
    this.next.size = 0;
    this.publish();
  }
  private publish(): void {
    const w = this.at >> 2;
    const { lo, hi, size, addend } = this.best;
    this.words[w + TLB_RANGE.ADDRESS / 4] = lo;
    this.words[w + TLB_RANGE.ADDRESS / 4 + 1] = hi;
    this.words[w + TLB_RANGE.LIMIT / 4] = Math.max(size - TLB_RANGE.MARGIN, 0);
    this.words[w + TLB_RANGE.ADDEND / 4] = addend;
  }
  /** Bytes of the run. */
  get size(): number {
    return this.best.size;
  }
}
