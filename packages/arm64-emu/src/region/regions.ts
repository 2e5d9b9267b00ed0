/** Compiled regions: which records they stand at, when they are made, and when they go. */
import type { Decoded } from '../a64/spec/index.js';
import { HOT_COUNTER_MASK, HOT_COUNTERS, REGION_BASE, REGION_ORIGINALS } from '../engine/state.js';
import { FUNC_TYPES, IMPORTS } from '../interp/imports.js';
import { RECORD_SIZE } from '../interp/record.js';
import { Special } from '../interp/special.js';
import { buildModule, type Func } from '../wasm/module.js';
import { emitRegion } from './emit-region.js';
import { regionGraph } from './graph.js';

/** Records that wait before they are compiled together: a module costs a millisecond or two whatever is in it. */
const BATCH = 64;
/** Instructions for which a hot record waits at most. */
const PATIENCE = 1_000_000;
/** Times that the regions of a page may be dropped before it is left to the interpreter. */
const DROPS_BEFORE_DISTRUST = 8;
const LAST_NUMBER = 0xffff;

/** What the compiler needs to know of the decode cache. */
export interface RecordPages {
  /** Which page of records holds the record at `ip`, and where that page begins. */
  pageOf(ip: number): { readonly page: number; readonly start: number };
  /** The instruction of a record of the page; undefined when it is UNDEFINED. */
  decode(start: number, index: number): Decoded | undefined;
}

interface Region {
  readonly ip: number;
  readonly number: number;
}

/** What has been compiled. */
export interface RegionStatistics {
  regions: number;
  instructions: number;
  modules: number;
  bytes: number;
  milliseconds: number;
  dropped: number;
}

/** The regions of one engine. */
export class Regions {
  readonly statistics: RegionStatistics = {
    regions: 0,
    instructions: 0,
    modules: 0,
    bytes: 0,
    milliseconds: 0,
    dropped: 0,
  };
  private readonly view: DataView;
  private readonly byPage = new Map<number, Region[]>();
  private readonly drops = new Map<number, number>();
  private readonly free: number[] = [];
  private next = REGION_BASE;
  private queue: number[] = [];
  /** Instructions executed when the queue began. */
  private since = 0;

  constructor(
    buffer: ArrayBufferLike,
    private readonly table: WebAssembly.Table,
    private readonly imports: WebAssembly.Imports,
    private readonly pages: RecordPages,
  ) {
    this.view = new DataView(buffer);
  }

  /** The record at `ip` is worth compiling. */
  hot(ip: number): void {
    this.view.setInt32(HOT_COUNTERS + ((ip >>> 2) & (HOT_COUNTER_MASK * 4)), 0, true);
    if (this.view.getUint16(ip, true) >= REGION_BASE || this.queue.includes(ip)) return;
    this.queue.push(ip);
  }
  /** Between slices: compiles what waits, when it is enough or has waited long enough. */
  poll(executed: number): void {
    if (this.queue.length === 0) this.since = executed;
    else if (this.queue.length >= BATCH || Math.abs(executed - this.since) > PATIENCE) this.compile();
  }
  /** The handler that a record has beneath a region. */
  original(number: number): number {
    return number < REGION_BASE ? number : this.view.getUint16(REGION_ORIGINALS + (number - REGION_BASE) * 2, true);
  }
  /** Drops the regions of a page of records; false when there are none. */
  drop(page: number): boolean {
    const regions = this.byPage.get(page);
    if (regions === undefined) return false;
    this.byPage.delete(page);
    this.drops.set(page, (this.drops.get(page) ?? 0) + 1);
    for (const { ip, number } of regions) {
      if (this.view.getUint16(ip, true) === number) this.view.setUint16(ip, this.original(number), true);
      this.table.set(number, null);
      this.free.push(number);
      this.statistics.dropped++;
    }
    return true;
  }
  /** Another page of code lives in these records now. */
  renew(page: number): void {
    this.drop(page);
    this.drops.delete(page);
  }
  dropAll(): void {
    for (const page of [...this.byPage.keys()]) this.renew(page);
    this.queue = [];
  }

  private compile(): void {
    const start = performance.now();
    const heads = this.queue;
    this.queue = [];
    const made: { ip: number; page: number; func: Func }[] = [];
    for (const ip of heads) {
      const number = this.view.getUint16(ip, true);
      if (number < Special.count || number >= REGION_BASE) continue;
      const { page, start: records } = this.pages.pageOf(ip);
      if ((this.drops.get(page) ?? 0) >= DROPS_BEFORE_DISTRUST) continue;
      const blocks = regionGraph((ip - records) / RECORD_SIZE, index => this.pages.decode(records, index));
      if (blocks.length === 0) continue;
      this.statistics.instructions += blocks.reduce((n, b) => n + b.steps.length, 0);
      made.push({ ip, page, func: { ...emitRegion(blocks, records), exportAs: `r${made.length}` } });
    }
    if (made.length > 0) this.install(made);
    this.statistics.milliseconds += performance.now() - start;
  }
  private install(made: readonly { ip: number; page: number; func: Func }[]): void {
    const bytes = buildModule({ types: FUNC_TYPES, imports: IMPORTS, funcs: made.map(m => m.func) });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), this.imports);
    this.statistics.modules++;
    this.statistics.bytes += bytes.length;
    made.forEach(({ ip, page }, i) => {
      const number = this.free.pop() ?? this.next++;
      if (number > LAST_NUMBER) {
        this.next--;
        return;
      }
      this.table.set(number, exports[`r${i}`]);
      this.view.setUint16(REGION_ORIGINALS + (number - REGION_BASE) * 2, this.view.getUint16(ip, true), true);
      this.view.setUint16(ip, number, true);
      const regions = this.byPage.get(page) ?? [];
      regions.push({ ip, number });
      this.byPage.set(page, regions);
      this.statistics.regions++;
    });
  }
}
