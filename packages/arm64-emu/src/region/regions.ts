/** Compiled regions: which records they stand at, when they are made, and when they go. */
import { BASE_NUMBERS, HOT_COUNTER_MASK, HOT_COUNTERS, REGION_BASE, STATE } from '../engine/state.js';
import type { Sequences } from '../interp/sequences.js';
import { Special } from '../interp/special.js';
import type { Compiled, Head, Heat, RecordPages, Translation } from './group.js';
import { ModuleJob } from './module-job.js';
import { supportFunctions } from './support.js';

/**
 * Taken branches to a record before it is compiled. What a region saves at each entry is some ten thousandth of what
 * making it costs, so that neither rare code is compiled nor much time lost with what turns out to be frequent.
 */
const DEFAULT_THRESHOLD = 100_000;
/** Hot records that are compiled together: a module costs a millisecond whatever is in it. */
const BATCH = 12;
/** Instructions executed for which a hot record waits at most, as a multiple of the threshold. */
const PATIENCE = 32;
/**
 * The first module costs 20 ms more than others, as the host has not run the compiler before: it waits until records
 * have become hot `threshold / FIRST` times.
 */
const FIRST = 2 ** 14;
/** Times that the regions of a page may be dropped before it is left to the interpreter. */
const DROPS_BEFORE_DISTRUST = 8;
const LAST_NUMBER = 0xffff;
/** Taken branches to what has been, or cannot be, compiled before it is looked at again. */
const AGAIN = 4096;
/** Part of the threshold that makes a call of a record worth following. */
const WARM = 1 / 4;
/** Part of the threshold below which a branch's target is left out of the region. */
const RARE = 1 / 64;
/** Milliseconds of the host's time in which a piece of a module is made, where its caller lets the host breathe. */
const PIECE = 1;
/** Bytes of modules that may be in use. */
const DEFAULT_CAPACITY = 48 * 2 ** 20;
/** When there are more, the oldest go until so much is left. */
const KEPT = 0.75;

/** When regions are made, and how many are kept. Results do not depend on it. */
export interface RegionPolicy {
  /** Taken branches to an instruction before it is compiled; 1 for at once. 100,000 by default. */
  readonly threshold?: number | undefined;
  /** Bytes of modules kept, 48 MiB by default; the machine code that the host makes of them is several times as large. */
  readonly capacity?: number | undefined;
}

/** A compiled module; it is garbage when none of its regions is left. */
interface CompiledModule {
  readonly bytes: number;
  readonly regions: Set<Region>;
}
interface Region extends Compiled {
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
export class Regions implements Heat {
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
  private readonly byPage = new Map<number, Set<Region>>();
  private readonly byNumber = new Map<number, Region>();
  /** Modules in use, oldest first. */
  private readonly modules = new Set<CompiledModule>();
  private readonly drops = new Map<number, number>();
  private readonly free: number[] = [];
  private next = REGION_BASE;
  private shared: WebAssembly.ModuleImports | undefined;
  /** Hot records, by their address. */
  private readonly queue = new Map<number, Head>();
  /** How often records have become hot. */
  private heated = 0;
  /** Instructions executed when the queue began. */
  private since = 0;
  /**
   * Whether whoever runs this lets the host do other things every few milliseconds: modules are made in pieces then, and
   * compiled in the background.
   */
  breathes = false;
  /** The module that is being made, and the host's time before which that does not go on. */
  private job: ModuleJob | undefined;
  private pause = 0;

  constructor(
    buffer: ArrayBufferLike,
    private readonly table: WebAssembly.Table,
    private readonly imports: WebAssembly.Imports,
    private readonly pages: RecordPages,
    private readonly sequences: Sequences,
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
  /** The record at `ip`, which is that of the current PC, is worth compiling. */
  hot(ip: number): void {
    this.count(ip);
    if (this.view.getUint16(ip, true) >= REGION_BASE) return;
    this.heated++;
    this.queue.set(ip, { ip, lo: this.view.getInt32(STATE.PC, true), hi: this.view.getInt32(STATE.PC + 4, true) });
    if (this.eager) this.compile();
  }
  /** A record that is, or need not be, compiled is not counted from the beginning. */
  private count(ip: number): void {
    this.view.setInt32(this.counter(ip), -Math.max(Math.floor(this.threshold * (1 - WARM)), AGAIN), true);
  }
  private counter(ip: number): number {
    return HOT_COUNTERS + ((ip >>> 2) & (HOT_COUNTER_MASK * 4));
  }
  /** Between slices: compiles what waits, when it is enough or has waited long enough. */
  poll(executed: number): void {
    if (this.job !== undefined) this.goOn();
    else if (this.queue.size === 0 || this.heated < Math.floor(this.threshold / FIRST)) this.since = executed;
    else if (this.queue.size >= BATCH || Math.abs(executed - this.since) > this.threshold * PATIENCE) {
      this.since = executed;
      this.compile();
    }
  }
  /** Drops the regions of a page of records; false when there are none. `written`: that its code changes is held against it. */
  drop(page: number, written = true): boolean {
    const abandoned = this.job?.uses(page) === true;
    if (abandoned) this.job = undefined;
    const regions = this.byPage.get(page);
    if (written && (abandoned || regions !== undefined)) this.drops.set(page, (this.drops.get(page) ?? 0) + 1);
    if (regions === undefined) return false;
    for (const region of [...regions]) this.remove(region);
    return true;
  }
  private remove(region: Region): void {
    const { ip, number, module } = region;
    const { sequences } = this;
    if (this.view.getUint16(ip, true) === number) {
      this.view.setUint16(ip, sequences.base(ip), true);
      sequences.written(ip);
    }
    this.table.set(number, null);
    this.byNumber.delete(number);
    this.free.push(number);
    this.statistics.dropped++;
    for (const page of region.pages) {
      const there = this.byPage.get(page);
      there?.delete(region);
      if (there?.size === 0) this.byPage.delete(page);
    }
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
    this.job = undefined;
    this.queue.clear();
  }
  /** Drops the oldest modules when there are too many bytes of them, or too few numbers left for `numbers` more regions. */
  private evict(numbers: number): void {
    const room = this.free.length + LAST_NUMBER + 1 - this.next >= numbers;
    if (this.statistics.liveBytes <= this.capacity && room) return;
    const limit = Math.min(this.capacity, this.statistics.liveBytes) * KEPT;
    for (const { regions } of this.modules) {
      if (this.statistics.liveBytes <= limit) break;
      for (const region of [...regions]) this.remove(region);
    }
  }

  private compile(): void {
    const heads = [...this.queue.values()].filter(({ ip }) => this.isWanted(ip));
    this.queue.clear();
    if (heads.length === 0) return;
    this.job = new ModuleJob(heads, this.pages, this);
    this.goOn();
  }
  private goOn(): void {
    const { job } = this;
    const inPieces = this.breathes && !this.eager;
    const start = performance.now();
    if (job === undefined || (inPieces && start < this.pause)) return;
    if (job.advance(inPieces ? start + PIECE : Number.POSITIVE_INFINITY, inPieces)) {
      this.job = undefined;
      if (job.module && job.made) this.install(job.module, job.made);
      for (const head of job.left) this.queue.set(head.ip, head);
    }
    const end = performance.now();
    this.statistics.milliseconds += end - start;
    // The guest has as much time, unless it was the host that took it.
    this.pause = end + Math.min(end - start, PIECE);
  }
  private isWanted(ip: number): boolean {
    const number = this.view.getUint16(ip, true);
    return number >= Special.count && number < REGION_BASE && !this.isDistrusted(ip);
  }
  /** See {@link Heat}. */
  isWarm(ip: number): boolean {
    const number = this.view.getUint16(ip, true);
    if (number < Special.count || this.isDistrusted(ip)) return false;
    return number >= REGION_BASE || this.view.getInt32(this.counter(ip), true) >= -this.threshold * (1 - WARM);
  }
  /** See {@link Heat}. */
  isRare(ip: number): boolean {
    const count = this.view.getInt32(this.counter(ip), true);
    return !this.eager && count >= -this.threshold && count < -this.threshold * (1 - RARE);
  }
  /** See {@link Heat}. */
  regionAt(ip: number): Compiled | undefined {
    return this.byNumber.get(this.view.getUint16(ip, true));
  }
  private isDistrusted(ip: number): boolean {
    return !this.eager && (this.drops.get(this.pages.pageOf(ip).page) ?? 0) >= DROPS_BEFORE_DISTRUST;
  }
  private install(compiled: WebAssembly.Module, { bytes, imports, regions }: Translation): void {
    this.evict(regions.length);
    this.shared ??= supportFunctions(this.imports);
    const env = { ...this.imports.env, ...this.shared, ...imports };
    const { exports } = new WebAssembly.Instance(compiled, { env });
    const { statistics } = this;
    const module: CompiledModule = { bytes: bytes.length, regions: new Set() };
    regions.forEach(({ head: { ip }, instructions, pages, leaders }, i) => {
      statistics.instructions += instructions;
      // They are branched to here from now on, mostly.
      for (const leader of leaders) this.count(leader);
      if (this.view.getUint16(ip, true) >= REGION_BASE) return;
      const number = this.free.pop() ?? this.next++;
      if (number > LAST_NUMBER) {
        this.next--;
        return;
      }
      const { sequences } = this;
      sequences.ended(ip);
      const code = exports[`r${i}`]!;
      this.table.set(number, code);
      this.view.setUint16(BASE_NUMBERS + number * 2, sequences.base(ip), true);
      this.view.setUint16(ip, number, true);
      const region: Region = { ip, number, module, pages, code };
      this.byNumber.set(number, region);
      module.regions.add(region);
      for (const page of pages) {
        const there = this.byPage.get(page) ?? new Set();
        this.byPage.set(page, there.add(region));
      }
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
