/** Compiled regions: which records they stand at, when they are made, and when they go. */
import type { Decoded } from '../a64/spec/index.js';
import { HOT_COUNTER_MASK, HOT_COUNTERS, REGION_BASE, REGION_ORIGINALS } from '../engine/state.js';
import { FUNC_TYPES, IMPORTS } from '../interp/imports.js';
import { RECORD_SIZE } from '../interp/record.js';
import { Special } from '../interp/special.js';
import { buildModule, type Func } from '../wasm/module.js';
import { emitRegion } from './emit-region.js';
import { regionGraph } from './graph.js';

/**
 * Taken branches to a record before it is compiled. What a region saves at each entry is some ten thousandth of what
 * making it costs, so that neither rare code is compiled nor much time lost with what turns out to be frequent.
 */
const DEFAULT_THRESHOLD = 60_000;
/** Instructions that wait before they are compiled together: a module costs a millisecond whatever is in it. */
const BATCH = 500;
/** Estimated instructions of a region that waits. */
const TYPICAL = 40;
/** Instructions executed for which a hot record waits at most, as a multiple of the threshold. */
const PATIENCE = 32;
/** Times that the regions of a page may be dropped before it is left to the interpreter. */
const DROPS_BEFORE_DISTRUST = 8;
const LAST_NUMBER = 0xffff;
/** Taken branches to what has been, or cannot be, compiled before it is looked at again. */
const AGAIN = 4096;
/** Bytes of modules that may be in use. */
const DEFAULT_CAPACITY = 48 * 2 ** 20;
/** When there are more, the oldest go until so much is left. */
const KEPT = 0.75;

/** What the compiler needs to know of the decode cache. */
export interface RecordPages {
  /** Which page of records holds the record at `ip`, and where that page begins. */
  pageOf(ip: number): { readonly page: number; readonly start: number };
  /** The instruction of a record of the page; undefined when it is UNDEFINED. */
  decode(start: number, index: number): Decoded | undefined;
}

/** When regions are made, and how many are kept. Results do not depend on it. */
export interface RegionPolicy {
  /** Taken branches to an instruction before it is compiled; 1 for at once. 60,000 by default. */
  readonly threshold?: number | undefined;
  /** Bytes of modules kept, 48 MiB by default; the machine code that the host makes of them is several times as large. */
  readonly capacity?: number | undefined;
}

/** A compiled module; it is garbage when none of its regions is left. */
interface CompiledModule {
  readonly bytes: number;
  readonly regions: Set<Region>;
}
interface Region {
  readonly ip: number;
  readonly number: number;
  readonly module: CompiledModule;
}

/** What has been compiled. */
export interface RegionStatistics {
  /** Regions, instructions, modules and their bytes that were made. */
  regions: number;
  instructions: number;
  modules: number;
  bytes: number;
  /** Host time spent with that. */
  milliseconds: number;
  /** Regions that were dropped. */
  dropped: number;
  /** Modules in use now, and their bytes. */
  liveModules: number;
  liveBytes: number;
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
    liveModules: 0,
    liveBytes: 0,
  };
  private readonly view: DataView;
  private readonly threshold: number;
  private readonly capacity: number;
  private readonly byPage = new Map<number, Region[]>();
  /** Modules in use, oldest first. */
  private readonly modules = new Set<CompiledModule>();
  private readonly drops = new Map<number, number>();
  private readonly free: number[] = [];
  private next = REGION_BASE;
  private readonly queue = new Set<number>();
  /** Instructions executed when the queue began. */
  private since = 0;

  constructor(
    buffer: ArrayBufferLike,
    private readonly table: WebAssembly.Table,
    private readonly imports: WebAssembly.Imports,
    private readonly pages: RecordPages,
    policy: RegionPolicy = {},
  ) {
    this.view = new DataView(buffer);
    this.threshold = policy.threshold ?? DEFAULT_THRESHOLD;
    this.capacity = policy.capacity ?? DEFAULT_CAPACITY;
    new Int32Array(buffer, HOT_COUNTERS, HOT_COUNTER_MASK + 1).fill(-this.threshold);
  }

  /** Whether everything is compiled when it is first executed. */
  get eager(): boolean {
    return this.threshold === 1;
  }
  /** The record at `ip` is worth compiling. */
  hot(ip: number): void {
    this.view.setInt32(HOT_COUNTERS + ((ip >>> 2) & (HOT_COUNTER_MASK * 4)), -Math.max(this.threshold, AGAIN), true);
    if (this.view.getUint16(ip, true) >= REGION_BASE) return;
    this.queue.add(ip);
    if (this.eager) this.compile();
  }
  /** Between slices: compiles what waits, when it is enough or has waited long enough. */
  poll(executed: number): void {
    const { size } = this.queue;
    if (size === 0) this.since = executed;
    else if (size * TYPICAL >= BATCH || Math.abs(executed - this.since) > this.threshold * PATIENCE) {
      this.compile();
      this.since = executed;
    }
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
    for (const region of regions) this.remove(region);
    return true;
  }
  private remove(region: Region): void {
    const { ip, number, module } = region;
    if (this.view.getUint16(ip, true) === number) this.view.setUint16(ip, this.original(number), true);
    this.table.set(number, null);
    this.free.push(number);
    this.statistics.dropped++;
    module.regions.delete(region);
    if (module.regions.size > 0 || !this.modules.delete(module)) return;
    this.statistics.liveModules--;
    this.statistics.liveBytes -= module.bytes;
  }
  /** Another page of code lives in these records now. */
  renew(page: number): void {
    this.drop(page);
    this.drops.delete(page);
  }
  dropAll(): void {
    for (const page of [...this.byPage.keys()]) this.renew(page);
    this.queue.clear();
  }
  /** Drops the oldest modules when there are too many bytes of them. */
  private evict(numbers: number): void {
    const room = this.free.length + LAST_NUMBER + 1 - this.next >= numbers;
    if (this.statistics.liveBytes <= this.capacity && room) return;
    const limit = Math.min(this.capacity, this.statistics.liveBytes) * KEPT;
    for (const { regions } of this.modules) {
      if (this.statistics.liveBytes <= limit) break;
      for (const region of [...regions]) {
        const { page } = this.pages.pageOf(region.ip);
        const rest = this.byPage.get(page)?.filter(r => r !== region) ?? [];
        if (rest.length > 0) this.byPage.set(page, rest);
        else this.byPage.delete(page);
        this.remove(region);
      }
    }
  }

  /** One module, of the regions that have waited longest. */
  private compile(): void {
    const start = performance.now();
    const made: { ip: number; page: number; func: Func }[] = [];
    let instructions = 0;
    for (const ip of this.queue) {
      if (instructions >= BATCH) break;
      this.queue.delete(ip);
      const number = this.view.getUint16(ip, true);
      if (number < Special.count || number >= REGION_BASE) continue;
      const { page, start: records } = this.pages.pageOf(ip);
      if ((this.drops.get(page) ?? 0) >= DROPS_BEFORE_DISTRUST) continue;
      const blocks = regionGraph((ip - records) / RECORD_SIZE, index => this.pages.decode(records, index));
      if (blocks.length === 0) continue;
      instructions += blocks.reduce((n, b) => n + b.steps.length, 0);
      made.push({ ip, page, func: { ...emitRegion(blocks, records), exportAs: `r${made.length}` } });
    }
    if (made.length > 0) this.install(made);
    this.statistics.instructions += instructions;
    this.statistics.milliseconds += performance.now() - start;
  }
  private install(made: readonly { ip: number; page: number; func: Func }[]): void {
    this.evict(made.length);
    const bytes = buildModule({ types: FUNC_TYPES, imports: IMPORTS, funcs: made.map(m => m.func) });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), this.imports);
    const { statistics } = this;
    const module: CompiledModule = { bytes: bytes.length, regions: new Set() };
    made.forEach(({ ip, page }, i) => {
      const number = this.free.pop() ?? this.next++;
      if (number > LAST_NUMBER) {
        this.next--;
        return;
      }
      this.table.set(number, exports[`r${i}`]);
      this.view.setUint16(REGION_ORIGINALS + (number - REGION_BASE) * 2, this.view.getUint16(ip, true), true);
      this.view.setUint16(ip, number, true);
      const region: Region = { ip, number, module };
      module.regions.add(region);
      const regions = this.byPage.get(page) ?? [];
      regions.push(region);
      this.byPage.set(page, regions);
      statistics.regions++;
    });
    statistics.modules++;
    statistics.bytes += bytes.length;
    if (module.regions.size === 0) return;
    this.modules.add(module);
    statistics.liveModules++;
    statistics.liveBytes += bytes.length;
  }
}
