/**
 * The largest run of neighbouring pages in a TLB array that lead to neighbouring memory: with it, compiled code finds
 * most of a linear map by one comparison. All of its pages are in the TLB, so that it never says more than they do.
 */
import { TLB_RANGE } from './state.js';

const PAGE = 4096;
const LO = TLB_RANGE.ADDRESS / 4;
const HI = LO + 1;
const LIMIT = TLB_RANGE.LIMIT / 4;
const ADDEND = TLB_RANGE.ADDEND / 4;
const SIZE = TLB_RANGE.SIZE / 4;
const WORDS = TLB_RANGE.BYTES / 4;

/**
 * The run of one array, kept in linear memory at `at`, and behind it one that may outgrow it. The generated walker does
 * the same, see `walk/fill.ts`.
 */
export class TlbRange {
  private readonly best: number;
  private readonly next: number;

  constructor(
    private readonly words: Int32Array,
    at: number,
  ) {
    this.best = at >> 2;
    this.next = this.best + WORDS;
    this.clear();
  }

  /** A page was entered. */
  added(lo: number, hi: number, addend: number): void {
    const { words, best, next } = this;
    const page = lo & -PAGE;
    if (!this.extend(best, page, hi, addend)) {
      if (!this.extend(next, page, hi, addend)) {
        words[next + LO] = page;
        words[next + HI] = hi;
        words[next + SIZE] = PAGE;
        words[next + ADDEND] = addend;
      }
      if (words[next + SIZE]! <= words[best + SIZE]!) return;
      for (let i = 0; i < WORDS; i++) {
        const word = words[best + i]!;
        words[best + i] = words[next + i]!;
        words[next + i] = word;
      }
    }
    words[best + LIMIT] = words[best + SIZE]! - TLB_RANGE.MARGIN;
  }
  /** Whether the page belongs to the run, perhaps from now on. */
  private extend(run: number, page: number, hi: number, addend: number): boolean {
    const { words } = this;
    const size = words[run + SIZE]!;
    if (size === 0 || words[run + HI] !== hi || words[run + ADDEND] !== addend) return false;
    // Unsigned, as addresses are: a run does not reach around the end of the low half.
    const offset = (page >>> 0) - (words[run + LO]! >>> 0);
    if (offset === -PAGE) words[run + LO] = page;
    else if (offset !== size) return offset >= 0 && offset < size;
    words[run + SIZE] = size + PAGE;
    return true;
  }
  /** A page is dropped; so is the run that it was in. */
  dropped(lo: number, hi: number): void {
    this.drop(this.best, lo, hi);
    this.drop(this.next, lo, hi);
  }
  private drop(run: number, lo: number, hi: number): void {
    const { words } = this;
    if (words[run + HI] !== hi || (lo - words[run + LO]!) >>> 0 >= words[run + SIZE]!) return;
    words[run + SIZE] = 0;
    words[run + LIMIT] = 0;
  }
  /** All pages are dropped. */
  clear(): void {
    this.words.fill(0, this.best, this.best + 2 * WORDS);
  }
  /** Bytes of the run. */
  get size(): number {
    return this.words[this.best + SIZE]!;
  }
}
