/**
 * What the generated walker of translation tables works with, in linear memory. It serves the plain cases: stage 1, RAM
 * of one region, no update of descriptors, no fault, nobody who wants to see the access. The CPU model does all others.
 */
import { coverage, TableBits } from '../cpu/descriptors.js';
import type { WalkRange, WalkTables } from '../cpu/walk.js';
import type { MemoryRegion } from '../engine/physical-memory.js';

/** Cells of a range of addresses, from the start of {@link WALK.LOW} or {@link WALK.HIGH}. */
export const WALK_RANGE = {
  /** i64: physical address of the first table. */
  BASE: 0x00,
  /** i32: lowest bit of the first index, and the mask of that index. */
  LSB: 0x08,
  FIRST_INDEX: 0x0c,
  /** i32: bits of every other index, and their mask. */
  STRIDE: 0x10,
  INDEX: 0x14,
  /** i32: log2 of the granule, and of the largest block. */
  GRANULE: 0x18,
  LARGEST: 0x1c,
  /** i32: bits 63:32 that must equal bit 55. */
  TOP_MASK: 0x20,
  /** i32, 0 or 1: bits 63:56 are ignored; EL0 has no access. */
  TBI: 0x24,
  E0PD: 0x28,
  /** i32: which bits of table descriptors count for what is below. */
  HIERARCHY: 0x2c,
  /** i32: 1 when the walker may serve this range. */
  OPEN: 0x30,
} as const;

/** Cells of the walker. */
export const WALK = {
  /** i32: 1 while the current regime's tables are below. */
  ENABLED: 0x2000,
  /** i32: 1 while somebody wants to see what enters the TLB, 2 while what enters it for writes. */
  WATCHED: 0x2004,
  /** i64: MAIR, and the first physical address that is too large. */
  MAIR: 0x2008,
  PA_LIMIT: 0x2010,
  /** i64, i64, i32: the region of RAM that is known here: physical address, bytes, place in linear memory. */
  RAM_BASE: 0x2018,
  RAM_SIZE: 0x2020,
  RAM_HOST: 0x2028,
  /** i32: bytes by page number of linear memory that say whether code was decoded there. */
  CODE_MAP: 0x202c,
  /** i32: tags of the blocks that the running CPU knows to be in its TLB. */
  BLOCKS: 0x2030,
  LOW: 0x2040,
  HIGH: 0x2080,
} as const;

/** Tags of blocks per CPU, i64 each: address of the block, log2 of its bytes. */
export const BLOCK_TAGS = 512;
const BLOCKS_START = 0x3000;
/** First byte of the tags of CPU `n`. */
export const blockTags = (cpu: number): number => BLOCKS_START + cpu * BLOCK_TAGS * 8;

const TWO32 = 2 ** 32;

/** Writes the cells. One per engine. */
export class WalkState {
  private readonly words: Int32Array;
  private readonly u64: BigUint64Array;

  constructor(buffer: ArrayBufferLike) {
    this.words = new Int32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
  }

  /** Takes over the tables of the current regime; undefined: the walker has nothing to do. */
  use(tables: WalkTables | undefined, blocks: number): void {
    this.words[WALK.ENABLED >> 2] = tables === undefined ? 0 : 1;
    if (tables === undefined) return;
    this.words[WALK.BLOCKS >> 2] = blocks;
    this.u64[WALK.MAIR >> 3] = tables.mair;
    this.number(WALK.PA_LIMIT, tables.paLimit);
    this.range(WALK.LOW, tables.low);
    this.range(WALK.HIGH, tables.high);
  }

  private range(at: number, r: WalkRange): void {
    const w = at >> 2;
    const { words } = this;
    const open = !r.disabled && !r.baseTooLarge && r.lowMask === 0;
    words[w + WALK_RANGE.OPEN / 4] = open ? 1 : 0;
    if (!open) return;
    const stride = r.granule - 3;
    this.number(at + WALK_RANGE.BASE, r.base);
    words[w + WALK_RANGE.LSB / 4] = coverage(r.startLevel, r.granule);
    words[w + WALK_RANGE.FIRST_INDEX / 4] = (1 << r.startIndexBits) - 1;
    words[w + WALK_RANGE.STRIDE / 4] = stride;
    words[w + WALK_RANGE.INDEX / 4] = (1 << stride) - 1;
    words[w + WALK_RANGE.GRANULE / 4] = r.granule;
    words[w + WALK_RANGE.LARGEST / 4] = coverage(r.granule === 12 ? 1 : 2, r.granule);
    words[w + WALK_RANGE.TOP_MASK / 4] = r.topMask;
    words[w + WALK_RANGE.TBI / 4] = r.tbiData ? 1 : 0;
    words[w + WALK_RANGE.E0PD / 4] = r.e0pd ? 1 : 0;
    words[w + WALK_RANGE.HIERARCHY / 4] = r.hpd ? 0 : TableBits.all;
  }

  private number(at: number, value: number): void {
    this.words[at >> 2] = value | 0;
    this.words[(at >> 2) + 1] = Math.floor(value / TWO32);
  }

  /** The region that walks may use: the largest of RAM that no other one overlaps. */
  useMemory(regions: readonly MemoryRegion[]): void {
    const apart = (r: MemoryRegion): boolean =>
      regions.every(o => o === r || o.base >= r.base + r.size || o.base + o.size <= r.base);
    let best: MemoryRegion | undefined;
    for (const r of regions) if (!r.readOnly && r.size > (best?.size ?? 0) && apart(r)) best = r;
    this.number(WALK.RAM_BASE, best?.base ?? 0);
    this.number(WALK.RAM_SIZE, best?.size ?? 0);
    this.words[WALK.RAM_HOST >> 2] = best?.host ?? 0;
  }

  /** `map`: a byte per page of linear memory, from the page at `start` on. */
  useCodeMap(map: number, start: number): void {
    this.words[WALK.CODE_MAP >> 2] = map - start / 4096;
  }
  /** Somebody wants to see what enters the TLB, or only what enters it for writes. */
  watch(all: boolean, writes: boolean): void {
    this.words[WALK.WATCHED >> 2] = (all ? 1 : 0) | (writes ? 2 : 0);
  }
}
