const LIMIT = 4096;

/**
 * Remembers which blocks larger than a page have entries in the TLB. The TLB holds 4 KiB pieces of a block, while
 * one TLBI of any address in the block must drop them all.
 */
export class LargePages {
  private readonly bySize = new Map<number, Set<number>>();
  private count = 0;
  private overflow = false;
  /** Pages of the block added last: most additions repeat it. */
  private lastFirst = 0;
  private lastEnd = 0;

  /** A piece of the block of `2 ** sizeLog2` bytes around page number `page` (VA >> 12) was cached. */
  add(page: number, sizeLog2: number): void {
    if (page >= this.lastFirst && page < this.lastEnd) return;
    let blocks = this.bySize.get(sizeLog2);
    if (blocks === undefined) this.bySize.set(sizeLog2, (blocks = new Set()));
    const pages = 2 ** (sizeLog2 - 12);
    const block = Math.floor(page / pages);
    this.lastFirst = block * pages;
    this.lastEnd = this.lastFirst + pages;
    if (blocks.has(block)) return;
    if (++this.count > LIMIT) this.overflow = true;
    else blocks.add(block);
  }

  /** Whether page number `page` may lie in such a block. */
  has(page: number): boolean {
    if (this.overflow) return true;
    for (const [sizeLog2, blocks] of this.bySize) if (blocks.has(Math.floor(page / 2 ** (sizeLog2 - 12)))) return true;
    return false;
  }

  clear(): void {
    for (const blocks of this.bySize.values()) blocks.clear();
    this.count = 0;
    this.overflow = false;
    this.lastFirst = this.lastEnd = 0;
  }
}
