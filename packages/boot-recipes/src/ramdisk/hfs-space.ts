import { BootError } from '../error.js';
import type { HfsExtent } from './hfs.generated.js';

/** Extents that a fork's own record has. */
export const EXTENTS = 8;

/** Which allocation blocks of a volume are used: a bit for each, the first one highest. */
export class Space {
  constructor(
    readonly bits: Uint8Array,
    /** Blocks of the volume. */
    readonly total: number,
  ) {}

  get free(): number {
    let count = 0;
    for (let block = 0; block < this.total; block++) if (!this.isUsed(block)) count++;
    return count;
  }
  isUsed(block: number): boolean {
    return (this.bits[block >> 3]! & (0x80 >> (block & 7))) !== 0;
  }
  mark(block: number, used: boolean): void {
    const bit = 0x80 >> (block & 7);
    if (used) this.bits[block >> 3]! |= bit;
    else this.bits[block >> 3]! &= ~bit;
  }
  /** Marks the blocks of extents; throws `bad-value` when some are not on the volume. */
  markAll(extents: readonly HfsExtent[], used: boolean): void {
    for (const { startBlock, blockCount } of extents) {
      if (startBlock + blockCount > this.total)
        throw new BootError('bad-value', `blocks from ${startBlock} on, of ${this.total}`, { path: 'extents' });
      for (let n = 0; n < blockCount; n++) this.mark(startBlock + n, used);
    }
  }

  /** Takes blocks: the first run that is long enough, or else the longest ones. Throws `placement`. */
  take(count: number, path: string): HfsExtent[] {
    const runs = this.runs();
    const fitting = runs.find(run => run.blockCount >= count);
    const chosen =
      fitting === undefined ? runs.sort((a, b) => b.blockCount - a.blockCount).slice(0, EXTENTS) : [fitting];
    const extents: HfsExtent[] = [];
    let left = count;
    for (const { startBlock, blockCount } of chosen) {
      if (left === 0) break;
      const part = { startBlock, blockCount: Math.min(blockCount, left) };
      extents.push(part);
      left -= part.blockCount;
    }
    if (left > 0) throw new BootError('placement', `${left} allocation blocks more are needed`, { path });
    this.markAll(extents, true);
    return extents;
  }

  private runs(): HfsExtent[] {
    const runs: { startBlock: number; blockCount: number }[] = [];
    let inside = false;
    for (let block = 0; block < this.total; block++) {
      const free = !this.isUsed(block);
      if (free && !inside) runs.push({ startBlock: block, blockCount: 0 });
      if (free) runs.at(-1)!.blockCount++;
      inside = free;
    }
    return runs;
  }
}
