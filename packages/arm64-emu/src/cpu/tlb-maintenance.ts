import { LargePages } from './large-pages.js';
import { RegimeState } from './regimes.js';

/** A range of more pages than this drops the whole TLB. */
const RANGE_PAGES = 512;
const PAGE = 4096;

/** What a TLBI drops; addresses in halves. */
export type TlbScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'asid'; readonly asid: number }
  | { readonly kind: 'va'; readonly lo: number; readonly hi: number }
  | { readonly kind: 'range'; readonly lo: number; readonly hi: number; readonly pages: number };

/** Number of the 4 KiB page of an address in halves; sign bits are kept, so that it is unique. */
const pageNumber = (lo: number, hi: number): number => (hi >>> 0) * 0x10_0000 + (lo >>> 12);

/** What is kept in the TLB, and what TLBI drops of it (Arm ARM, D8.14). */
export abstract class TlbMaintenance extends RegimeState {
  private readonly large = new LargePages();

  /** A page of a block of `2 ** sizeLog2` bytes may be kept in the TLB. */
  protected pageOfBlock(lo: number, hi: number, sizeLog2: number): void {
    this.large.add(pageNumber(lo, hi), sizeLog2);
    this.port.tlb.noteBlock(lo, hi, sizeLog2);
  }

  /** TLBI: drops translations here, or at every CPU of the machine. */
  invalidateTlb(scope: TlbScope, everywhere: boolean): void {
    this.invalidateHere(scope);
    if (everywhere) this.port.others(this.port.index, cpu => cpu.invalidateHere(scope));
  }

  protected invalidateAll(): void {
    this.port.tlb.flushAll();
    this.large.clear();
  }

  /** TLBI at this CPU only. */
  invalidateHere(scope: TlbScope): void {
    if (scope.kind === 'all') this.invalidateAll();
    else if (scope.kind === 'asid') this.port.tlb.flushAsid(scope.asid);
    else {
      const granule = 2 ** this.granuleOf((scope.hi & 0x80_0000) !== 0);
      this.invalidatePages(scope.lo & -granule, scope.hi, scope.kind === 'va' ? granule / PAGE : scope.pages);
    }
  }

  /** Arguments hold bits 55:12 of an address; bit 55 selects the range. */
  private invalidatePages(first: number, hi: number, pages: number): void {
    const { tlb } = this.port;
    let everything = pages > RANGE_PAGES;
    let lo = first | 0;
    let top = (hi << 8) >> 8;
    for (let n = 0; n < pages && !everything; n++) {
      everything = this.large.has(pageNumber(lo, top));
      tlb.flushPage(lo, top);
      lo = (lo + PAGE) | 0;
      if (lo >>> 0 < PAGE) top = ((top + 1) << 8) >> 8;
    }
    if (everything) this.invalidateAll();
  }
}
