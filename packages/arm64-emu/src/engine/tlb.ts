/** The software TLB of one CPU. */
import type { WalkTables } from '../cpu/walk.js';
import { BLOCK_TAGS, blockTags, type WalkState } from '../walk/state.js';
import { CELL, TLB_SET, TLB_SETS, TLB_START } from './state.js';
import { TlbSet } from './tlb-set.js';

/**
 * Translation regimes. Privileged accesses with PAN set have one of their own, and so have unprivileged accesses from
 * EL1, because a kernel may use another ASID than the program that it serves.
 */
export const Regime = { el0: 0, privileged: 1, privilegedPan: 2, unprivileged: 3 } as const;
/**
 * Sets of each regime, for as many address spaces. A kernel that hides itself from programs changes the ASID at each
 * entry and exit.
 */
const SETS_OF_REGIME = [4, 5, 4, 3] as const;

/** Bytes of a run of pages that compiled code looks for. */
const LONG_RUN = 3 * 4096;

const FETCHES = [TLB_SET.FETCH, TLB_SET.FETCH_INDIRECT] as const;

/** All sets of a CPU. A regime's set is chosen by the ASID; global entries may stay when a set is reused. */
export class Tlb {
  private readonly sets: readonly (readonly TlbSet[])[];
  private readonly all: readonly TlbSet[];
  private asid = 0;
  private space = 0;
  private clock = 0;
  private regime: number = Regime.privileged;
  private unprivilegedRegime: number = Regime.unprivileged;
  private isActive = false;
  /** First word of the tags of known blocks. */
  private readonly blocks: number;
  private tables: WalkTables | undefined;
  /** The sets of plain, and of unprivileged accesses. */
  current: TlbSet;
  unprivileged: TlbSet;

  constructor(
    private readonly words: Int32Array,
    cpu: number,
    private readonly walk?: WalkState,
  ) {
    this.blocks = blockTags(cpu) >> 2;
    let base = TLB_START + cpu * TLB_SETS * TLB_SET.SIZE;
    this.sets = SETS_OF_REGIME.map(count =>
      Array.from({ length: count }, () => {
        const set = new TlbSet(words, base);
        base += TLB_SET.SIZE;
        return set;
      }),
    );
    this.all = this.sets.flat();
    this.current = this.setOf(this.regime);
    this.unprivileged = this.setOf(this.unprivilegedRegime);
  }

  /** Whether this CPU is the one that runs. */
  get active(): boolean {
    return this.isActive;
  }
  set active(on: boolean) {
    this.isActive = on;
    if (on) this.publishTables();
  }
  /** Tables that the generated walker may use for this CPU; to be told again when they changed. */
  useTables(tables: WalkTables | undefined): void {
    this.tables = tables;
    if (this.isActive) this.publishTables();
  }
  private publishTables(): void {
    this.walk?.use(this.tables, this.blocks * 4);
  }
  /** The CPU knows that pages of the block of `2 ** sizeLog2` bytes around `hi:lo` are in the TLB. */
  noteBlock(lo: number, hi: number, sizeLog2: number): void {
    const number = sizeLog2 >= 32 ? hi >>> (sizeLog2 - 32) : (lo >>> sizeLog2) | (hi << (32 - sizeLog2));
    const w = this.blocks + (number & (BLOCK_TAGS - 1)) * 2;
    this.words[w] = (sizeLog2 >= 32 ? 0 : lo & -(2 ** sizeLog2)) | sizeLog2;
    this.words[w + 1] = sizeLog2 > 32 ? hi & -(2 ** (sizeLog2 - 32)) : hi;
  }

  /** Makes a regime current, for plain and for unprivileged accesses; and an address space, see {@link setAsid}. */
  select(regime: number, unprivileged: number, asid = this.asid, space = this.space): void {
    this.asid = asid;
    this.space = space;
    this.regime = regime;
    this.unprivilegedRegime = unprivileged;
    this.choose();
  }
  /** Another address space is current; `space` tells whose ASID it is, where there are several regimes or VMIDs. */
  setAsid(asid: number, space = 0): void {
    if (asid === this.asid && space === this.space) return;
    this.asid = asid;
    this.space = space;
    this.choose();
  }
  private choose(): void {
    this.current = this.setOf(this.regime);
    this.unprivileged = this.setOf(this.unprivilegedRegime);
    this.publish();
  }
  /** Tells generated code which sets are current. */
  private publish(): void {
    if (!this.isActive) return;
    this.words[CELL.TLB >> 2] = this.current.base;
    this.words[CELL.TLB_UNPRIVILEGED >> 2] = this.unprivileged.base;
  }
  /** The regime's set for the current ASID; the one not used for longest is given over to it if need be. */
  private setOf(regime: number): TlbSet {
    const sets = this.sets[regime]!;
    let oldest = sets[0]!;
    for (const set of sets) {
      if (set.asid === this.asid && set.space === this.space) {
        set.used = ++this.clock;
        return set;
      }
      if (set.used < oldest.used) oldest = set;
    }
    if (oldest.space === this.space) oldest.flushNonGlobal();
    else oldest.flush();
    oldest.asid = this.asid;
    oldest.space = this.space;
    oldest.used = ++this.clock;
    return oldest;
  }

  /** Whether data is in runs of pages that are worth a comparison. */
  get hasRuns(): boolean {
    return [...this.current.ranges.values()].some(range => range.size >= LONG_RUN);
  }
  /** The records that a fetch of `hi:lo` leads to in any set, the current one first; -1 when none knows. */
  findFetch(lo: number, hi: number): number {
    for (const set of [this.current, ...this.all]) {
      const records = set.lookupFetch(lo, hi);
      if (records >= 0) return records;
    }
    return -1;
  }

  /** Whether an entry says that `hi:lo` may be read as things are now. */
  mayRead(lo: number, hi: number): boolean {
    return this.current.lookup(TLB_SET.READ, lo, hi) >= 0;
  }

  flushAll(): void {
    this.words.fill(0, this.blocks, this.blocks + BLOCK_TAGS * 2);
    for (const set of this.all) set.flush();
  }
  /** Drops the page around an address, in every regime and address space. */
  flushPage(lo: number, _hi: number): void {
    for (const set of this.all) set.flushPage(lo);
  }
  /** Drops the entries of an address space. */
  flushAsid(asid: number): void {
    for (const set of this.all) if (set.asid === asid) set.flushNonGlobal();
  }
  /** Drops write entries that lead to the page at `host`. */
  dropWrites(host: number): void {
    // Addends wrap: memory reaches beyond 2 GiB.
    for (const set of this.all) set.dropWhere(TLB_SET.WRITE, (tag, addend) => ((tag + addend) | 0) === (host | 0));
  }
  /** Drops fetch entries that lead to the records at `records`. */
  dropFetches(records: number): void {
    for (const set of this.all) {
      for (const array of FETCHES) set.dropWhere(array, (_, addend) => addend === records);
    }
  }
  /** Drops all fetch entries. */
  flushFetches(): void {
    for (const set of this.all) {
      for (const array of FETCHES) set.dropWhere(array, () => true);
    }
  }
}
