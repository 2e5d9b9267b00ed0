/** The software TLB: arrays in linear memory that generated code reads and this class writes. */
import { CELL, REGIMES, TLB_ENTRIES, TLB_ENTRY_SIZE, TLB_SET, TLB_START } from './state.js';

const PAGE_BITS = 12;
const ARRAYS = [TLB_SET.READ, TLB_SET.WRITE, TLB_SET.FETCH] as const;
/** Array of an access kind (read, write, fetch). */
export type TlbArray = (typeof ARRAYS)[number];
const WORDS = TLB_ENTRY_SIZE / 4;
/** Entries that belong to an address space, before the whole set is dropped instead of following the list. */
const LIST_LIMIT = 4096;

/** Translation regimes; each has a set of arrays of its own. With PAN set, privileged accesses have their own too. */
export const Regime = { el0: 0, el1: 1, el1Pan: 2, el2: 3 } as const;

/** The TLB of one CPU. Addresses are in halves; pages are of 4096 bytes whatever the guest's granule. */
export class Tlb {
  private readonly base: number;
  private readonly nonGlobal: number[][] = Array.from({ length: REGIMES }, () => []);
  /** Regimes that may hold entries. */
  private readonly dirty: boolean[] = new Array<boolean>(REGIMES).fill(true);

  constructor(
    private readonly words: Int32Array,
    cpu: number,
  ) {
    this.base = TLB_START + cpu * REGIMES * TLB_SET.SIZE;
    this.flushAll();
  }

  /** First byte of a regime's set. */
  set(regime: number): number {
    return this.base + regime * TLB_SET.SIZE;
  }
  /** Makes sets current: for plain, and for unprivileged accesses. */
  select(regime: number, unprivileged: number): void {
    this.words[CELL.TLB >> 2] = this.set(regime);
    this.words[CELL.TLB_UNPRIVILEGED >> 2] = this.set(unprivileged);
  }

  /**
   * Enters a page: `host` is its first byte in linear memory (for fetches, of its records). Returns the address of the
   * entry relative to the array, as generated code computes it.
   */
  fill(regime: number, array: TlbArray, lo: number, hi: number, host: number, nG: boolean): number {
    this.dirty[regime] = true;
    const entry = this.set(regime) + ((lo >>> PAGE_BITS) & (TLB_ENTRIES - 1)) * TLB_ENTRY_SIZE;
    const w = (entry + array) >> 2;
    const page = lo & -4096;
    this.words[w] = page;
    this.words[w + 1] = hi;
    this.words[w + 2] = array === TLB_SET.FETCH ? host : host - page;
    this.words[w + 3] = nG ? 1 : 0;
    if (nG) this.nonGlobal[regime]!.push(w);
    return entry;
  }
  /** An entry for this access only: the access at `lo` goes to `host`. */
  scratch(regime: number, array: TlbArray, lo: number, host: number): number {
    const entry = this.set(regime) + TLB_SET.SCRATCH - array;
    this.words[(entry + array + 8) >> 2] = host - lo;
    return entry;
  }

  flushAll(): void {
    for (let regime = 0; regime < REGIMES; regime++) this.flushRegime(regime);
  }
  private flushRegime(regime: number): void {
    this.nonGlobal[regime]!.length = 0;
    if (!this.dirty[regime]) return;
    this.dirty[regime] = false;
    const w = this.set(regime) >> 2;
    this.words.fill(-1, w, w + TLB_SET.SCRATCH / 4);
  }
  /** Drops the page around an address; the top byte of the address does not matter. */
  flushPage(lo: number): void {
    for (let regime = 0; regime < REGIMES; regime++) {
      if (!this.dirty[regime]) continue;
      const w = (this.set(regime) >> 2) + ((lo >>> PAGE_BITS) & (TLB_ENTRIES - 1)) * WORDS;
      for (const array of ARRAYS) this.drop(w + array / 4);
    }
  }
  private drop(w: number): void {
    this.words[w] = -1;
    this.words[w + 1] = -1;
  }
  /** Drops the entries of the current address space. */
  flushNonGlobal(): void {
    this.nonGlobal.forEach((list, regime) => {
      if (list.length > LIST_LIMIT) {
        this.flushRegime(regime);
        return;
      }
      for (const w of list) if (this.words[w + 3] === 1) this.drop(w);
      list.length = 0;
    });
  }

  /** Drops write entries that lead to the page at `host`. */
  dropWrites(host: number): void {
    this.dropWhere(TLB_SET.WRITE, (tag, addend) => ((tag + addend) | 0) === host);
  }
  /** Drops fetch entries that lead to the records at `records`. */
  dropFetches(records: number): void {
    this.dropWhere(TLB_SET.FETCH, (_, addend) => addend === records);
  }
  private dropWhere(array: TlbArray, test: (tag: number, addend: number) => boolean): void {
    const { words } = this;
    for (let regime = 0; regime < REGIMES; regime++) {
      if (!this.dirty[regime]) continue;
      const first = (this.set(regime) + array) >> 2;
      for (let w = first; w < first + TLB_ENTRIES * WORDS; w += WORDS) {
        if (words[w + 1] === -1 && words[w] === -1) continue;
        if (test(words[w]!, words[w + 2]!)) this.drop(w);
      }
    }
  }
  /** Drops all fetch entries. */
  flushFetches(): void {
    this.dropWhere(TLB_SET.FETCH, () => true);
  }
}
