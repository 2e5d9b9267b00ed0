import { isLeafLevel } from './descriptors.js';
import { Fault, type WalkMemory, type WalkStep } from './walk.js';

const TWO32 = 0x1_0000_0000;

/** What {@link Lookup.read} found. */
export const Found = { table: -2, leaf: -1 } as const;

/** One lookup of a table walk, of either stage: its fields are valid until the next. */
export class Lookup {
  /** The descriptor, and where it is: physical address, index into the memory's words. */
  lo = 0;
  hi = 0;
  address = 0;
  word = -1;
  /** Physical address of the next table, or that in the descriptor of a block or page. */
  output = 0;

  constructor(private readonly memory: WalkMemory) {}

  /**
   * Reads the descriptor at a physical address. Returns one of {@link Found}, or the fault status code.
   *
   * @param granule log2
   * @param limit first physical address that is too large
   * @param steps where to note the lookup
   */
  read(address: number, level: number, granule: number, limit: number, steps: WalkStep[] | undefined): number {
    const { memory } = this;
    const word = memory.wordOf(address);
    if (word < 0) return Fault.externalWalk + level;
    const lo = memory.words[word]!;
    const hi = memory.words[word + 1]!;
    steps?.push({ level, address, descriptor: (BigInt(hi) << 32n) | BigInt(lo) });
    this.lo = lo;
    this.hi = hi;
    this.address = address;
    this.word = word;
    const table = (lo & 2) !== 0;
    if ((lo & 1) === 0 || (level === 3 && !table)) return Fault.translation + level;
    this.output = (hi & 0xffff) * TWO32 + ((lo & -(1 << granule)) >>> 0);
    if (this.output >= limit) return Fault.addressSize + level;
    if (table && level < 3) return Found.table;
    return isLeafLevel(level, granule) ? Found.leaf : Fault.translation + level;
  }

  /** Physical address that the leaf, which maps `2 ** sizeLog2` bytes, gives an address with lower half `lo`. */
  leafAddress(lo: number, sizeLog2: number): number {
    const mask = -(1 << sizeLog2);
    return (this.hi & 0xffff) * TWO32 + (((this.lo & mask) | (lo & ~mask)) >>> 0);
  }

  /** Replaces the lower half of the descriptor. */
  update(lo: number): void {
    this.memory.words[this.word] = lo;
    this.memory.changed(this.address);
  }
}
