/** One set of TLB arrays in linear memory: generated code reads them, this class writes them. */
import { TLB_ENTRIES, TLB_ENTRY_SIZE, TLB_FLAG, TLB_HASH_SHIFT, TLB_LISTED, TLB_SET } from './state.js';
import { TlbRange } from './tlb-range.js';

const PAGE_BITS = 12;
const PAGE_MASK = -4096;
/** Bits of an address that must equal a fetch entry's tag: the page, and the two lowest bits. */
const FETCH_TAG = -4093;
const WORDS = TLB_ENTRY_SIZE / 4;
/** The lists, by the flag of their entries. */
const GLOBAL = 0;
const NON_GLOBAL = TLB_FLAG.NON_GLOBAL;

const ARRAYS = [TLB_SET.READ, TLB_SET.WRITE, TLB_SET.FETCH, TLB_SET.FETCH_INDIRECT] as const;
/** Array of an access kind. */
export type TlbArray = (typeof ARRAYS)[number];

/** Entries of one translation regime and address space. Addresses are in halves; pages are of 4096 bytes. */
export class TlbSet {
  /** The address space of the non-global entries. */
  asid = 0;
  /** What tells it from other address spaces of the same number: regime and VMID. */
  space = 0;
  /** When the set was last made current, for choosing which one to reuse. */
  used = 0;
  /** Numbers of the entries made since the set was empty: global ones, and behind the limit the others. */
  private readonly lists: Uint16Array;
  /** The word with the length of the first list; that of the second follows. */
  private readonly counts: number;
  /** Runs of pages of the arrays for data. */
  readonly ranges: ReadonlyMap<TlbArray, TlbRange>;

  constructor(
    private readonly words: Int32Array,
    /** First byte of the arrays. */
    readonly base: number,
  ) {
    words.fill(-1, base >> 2, (base + TLB_SET.SCRATCH) >> 2);
    this.lists = new Uint16Array(words.buffer, words.byteOffset + base + TLB_SET.LISTS, 2 * TLB_LISTED);
    this.counts = (base + TLB_SET.COUNTS) >> 2;
    this.ranges = new Map([
      [TLB_SET.READ, new TlbRange(words, base + TLB_SET.READ_RANGE)],
      [TLB_SET.WRITE, new TlbRange(words, base + TLB_SET.WRITE_RANGE)],
    ]);
  }

  private entry(lo: number): number {
    const page = lo >>> PAGE_BITS;
    return this.base + ((page ^ (page >>> TLB_HASH_SHIFT)) & (TLB_ENTRIES - 1)) * TLB_ENTRY_SIZE;
  }

  /**
   * Enters a page: `host` is its first byte in linear memory (for fetches, of its records). Returns the address of the
   * entry relative to the array, as generated code computes it.
   */
  fill(array: TlbArray, lo: number, hi: number, host: number, nG: boolean, guarded = false): number {
    const { words } = this;
    const isFetch = array === TLB_SET.FETCH || array === TLB_SET.FETCH_INDIRECT;
    const entry = this.entry(lo);
    const w = (entry + array) >> 2;
    const page = lo & PAGE_MASK;
    const range = isFetch ? undefined : this.ranges.get(array);
    const kind = nG ? NON_GLOBAL : GLOBAL;
    if (words[w] === -1 && words[w + 1] === -1) this.enlist(w, kind);
    else {
      if ((words[w + 3]! & TLB_FLAG.NON_GLOBAL) !== kind) this.enlist(w, kind);
      range?.dropped(words[w]!, words[w + 1]!);
    }
    words[w] = page;
    words[w + 1] = hi;
    words[w + 2] = isFetch ? host : host - page;
    words[w + 3] = (nG ? TLB_FLAG.NON_GLOBAL : 0) | (guarded ? TLB_FLAG.GUARDED : 0);
    range?.added(page, hi, words[w + 2]!);
    return entry;
  }
  /** Notes an entry that was empty, or of the other kind. */
  private enlist(w: number, kind: number): void {
    const { words } = this;
    const listed = words[this.counts + kind]!;
    if (listed > TLB_LISTED) return;
    if (listed < TLB_LISTED) this.lists[kind * TLB_LISTED + listed] = (w - (this.base >> 2)) / WORDS;
    words[this.counts + kind] = listed + 1;
  }
  /** An entry for this access only: the access at `lo` goes to `host`. */
  scratch(array: TlbArray, lo: number, host: number): number {
    this.words[(this.base + TLB_SET.SCRATCH + 8) >> 2] = host - lo;
    return this.base + TLB_SET.SCRATCH - array;
  }
  /** The records that a fetch of `hi:lo` leads to; -1 when the entry is not there. */
  lookupFetch(lo: number, hi: number): number {
    const w = (this.entry(lo) + TLB_SET.FETCH) >> 2;
    return this.words[w] === (lo & FETCH_TAG) && this.words[w + 1] === hi ? this.words[w + 2]! : -1;
  }
  /** Whether the page of the fetch entry for `lo` is guarded. */
  isGuarded(lo: number): boolean {
    return (this.words[((this.entry(lo) + TLB_SET.FETCH) >> 2) + 3]! & TLB_FLAG.GUARDED) !== 0;
  }

  /** Where an array leads the byte at `hi:lo`, in linear memory; -1 when the entry is not there. */
  lookup(array: TlbArray, lo: number, hi: number): number {
    const w = (this.entry(lo) + array) >> 2;
    if (this.words[w] !== (lo & PAGE_MASK) || this.words[w + 1] !== hi) return -1;
    return (lo + this.words[w + 2]!) >>> 0;
  }

  /** Drops everything. */
  flush(): void {
    if (this.empty) return;
    const { words, base } = this;
    for (const range of this.ranges.values()) range.clear();
    if (this.overflows(GLOBAL) || this.overflows(NON_GLOBAL)) words.fill(-1, base >> 2, (base + TLB_SET.SCRATCH) >> 2);
    else {
      for (const kind of [GLOBAL, NON_GLOBAL]) {
        const first = kind * TLB_LISTED;
        for (let i = 0; i < words[this.counts + kind]!; i++) {
          const w = (base >> 2) + this.lists[first + i]! * WORDS;
          words[w] = -1;
          words[w + 1] = -1;
        }
      }
    }
    words[this.counts + GLOBAL] = 0;
    words[this.counts + NON_GLOBAL] = 0;
  }
  /** Drops what belongs to the address space. */
  flushNonGlobal(): void {
    if (this.words[this.counts + NON_GLOBAL] === 0) return;
    const first = this.base >> 2;
    const all = this.overflows(NON_GLOBAL);
    const end = all ? ARRAYS.length * TLB_ENTRIES : this.words[this.counts + NON_GLOBAL]!;
    for (let i = 0; i < end; i++) {
      const w = first + (all ? i : this.lists[TLB_LISTED + i]!) * WORDS;
      if ((this.words[w + 3]! & TLB_FLAG.NON_GLOBAL) !== 0) this.drop(w);
    }
    this.words[this.counts + NON_GLOBAL] = 0;
  }
  private overflows(kind: number): boolean {
    return this.words[this.counts + kind]! > TLB_LISTED;
  }
  private get empty(): boolean {
    return this.words[this.counts + GLOBAL] === 0 && this.words[this.counts + NON_GLOBAL] === 0;
  }
  /** Drops the page around an address; the upper half of the address does not matter. */
  flushPage(lo: number): void {
    if (this.empty) return;
    const { words } = this;
    const page = lo & PAGE_MASK;
    const w = this.entry(lo) >> 2;
    for (let i = 0; i < ARRAYS.length; i++) {
      const at = w + ARRAYS[i]! / 4;
      if (words[at] === page) this.drop(at);
    }
  }
  private drop(w: number): void {
    if (this.words[w] === -1 && this.words[w + 1] === -1) return;
    const array = ((w * 4 - this.base) & -(TLB_SET.WRITE - TLB_SET.READ)) as TlbArray;
    this.ranges.get(array)?.dropped(this.words[w]!, this.words[w + 1]!);
    this.words[w] = -1;
    this.words[w + 1] = -1;
  }
  /** Drops the entries of an array that `test` holds for. */
  dropWhere(array: TlbArray, test: (tag: number, addend: number) => boolean): void {
    if (this.empty) return;
    const from = array / TLB_ENTRY_SIZE;
    if (this.overflows(GLOBAL) || this.overflows(NON_GLOBAL)) {
      for (let i = 0; i < TLB_ENTRIES; i++) this.dropIf(from + i, test);
      return;
    }
    for (const kind of [GLOBAL, NON_GLOBAL]) {
      const first = kind * TLB_LISTED;
      for (let i = 0; i < this.words[this.counts + kind]!; i++) {
        const number = this.lists[first + i]!;
        if (number >= from && number < from + TLB_ENTRIES) this.dropIf(number, test);
      }
    }
  }
  private dropIf(number: number, test: (tag: number, addend: number) => boolean): void {
    const { words } = this;
    const w = (this.base >> 2) + number * WORDS;
    if (words[w] === -1 && words[w + 1] === -1) return;
    if (test(words[w]!, words[w + 2]!)) this.drop(w);
  }
}
