/** The engine: linear memory, generated code, and the loop around it. */
import { instructionSet } from '../a64/index.js';
import {
  CpuEvent,
  type CpuEventName,
  type Decoded,
  type DecodeEnv,
  Decoder,
  disassemble,
  ExceptionClass,
} from '../a64/spec/index.js';
import type { Feature } from '../cpu/features.js';
import { Exit } from '../interp/exit.js';
import { Handlers } from '../interp/handlers.js';
import { DEFAULT_PROFILE, type HandlerProfile } from '../interp/profile.js';
import { RECORD_SIZE } from '../interp/record.js';
import { Special } from '../interp/special.js';
import { type RegionPolicy, type RegionStatistics, Regions } from '../region/regions.js';
import { DecodeCache } from './decode-cache.js';
import { DirtyPages } from './dirty-pages.js';
import { FetchPath } from './fetch-path.js';
import { HookedRecords, usesFp } from './hooked-records.js';
import type { CpuHost, FpRoutine, PhysicalIo } from './host.js';
import { generatedCodeImports } from './imports.js';
import type { Observer } from './observer.js';
import { PhysicalMemory, type RegionSpec } from './physical-memory.js';
import { SlowPath } from './slow-path.js';
import { ASK_BEFORE, CELL, HOOK_NUMBER, MAX_CPUS, RECORDS_START, STATE, STATE_SIZE } from './state.js';
import { Regime, Tlb } from './tlb.js';

const PAGE = 4096;
const DEFAULT_CODE_PAGES = 4096;
const WASM_PAGE = 65536;
/** The switch only checks the budget at taken branches and page ends; the last stretch is run instruction by instruction. */
const EXACT_TAIL = 2048;
/** V8 replaces code only between calls, so that the loop must return now and then. */
const SLICE = 1 << 18;

/** ISS of a trapped FP instruction: condition valid, always. */
const NO_CONDITION = (1 << 24) | (0xe << 20);

const EVENT_NAMES = Object.keys(CpuEvent) as CpuEventName[];

/**
 * How an engine executes: `interpreter`; `auto`, which compiles what runs often; or `compiled`, where everything is
 * compiled when it is first executed. Results are the same; `compiled` is for tests.
 */
export type EngineMode = 'interpreter' | 'auto' | 'compiled';

/** What an engine is made of. */
export interface EngineOptions {
  readonly memory: readonly RegionSpec[];
  readonly io: PhysicalIo;
  readonly fp: FpRoutine;
  /** Features that instructions may need; undefined for all. */
  readonly features?: ReadonlySet<Feature>;
  /**
   * Pages of guest code (4096 bytes) that stay decoded, at 16 KiB of memory each; 4096 by default. When there are more,
   * all are decoded anew.
   */
  readonly codePages?: number;
  /** `interpreter` by default. */
  readonly mode?: EngineMode | undefined;
  /** When `auto` compiles, and what either compiling mode keeps. */
  readonly compiler?: RegionPolicy | undefined;
  /** Handlers made at once; by default those of `interp/profile.ts`. */
  readonly profile?: HandlerProfile;
}

/** A CPU's place in the engine. */
interface Attached {
  readonly host: CpuHost;
  readonly tlb: Tlb;
  /** State block while another CPU runs. */
  readonly saved: Uint8Array;
  executed: number;
}

/**
 * Executes A64 code. The engine knows instructions and memory; a {@link CpuHost} per CPU knows translation, exceptions
 * and system registers.
 *
 * @example
 * const engine = new Engine({ memory: [{ base: 0, size: 1 << 20 }], io, fp });
 * engine.attach(0, cpu);
 * engine.select(0);
 * const executed = engine.run(1_000_000);
 */
export class Engine {
  readonly buffer: ArrayBuffer;
  readonly view: DataView;
  readonly memory: PhysicalMemory;
  /** Called before each instruction while set: address and word. Slow; see {@link trace}. */
  private tracer: ((pc: bigint, word: number) => void) | undefined;
  private readonly words: Int32Array;
  private readonly u64: BigUint64Array;
  private readonly bytes: Uint8Array;
  private readonly tlbs: Tlb[] = [];
  private readonly cache: DecodeCache;
  private readonly fetchPath: FetchPath;
  private readonly handlers: Handlers;
  private readonly regions: Regions;
  private readonly compilesAtOnce: boolean;
  /** The generated code executes instruction by instruction. */
  private stepping = false;
  /** The next instruction gave up because of compiled code in its way; it must not be compiled again before it has run. */
  private retrying = false;
  private readonly slowPath: SlowPath;
  private readonly hooked: HookedRecords;
  /** Decoded code is to be dropped when none of it executes. */
  private stale = false;
  private readonly cpus: (Attached | undefined)[] = new Array<Attached | undefined>(MAX_CPUS).fill(undefined);
  private current: Attached | undefined;
  private currentIndex = -1;
  /** Budget that the running slice began with, times 16; its executed instructions are not in `executed` yet. */
  private sliceBudget = 0;

  constructor(options: EngineOptions) {
    const recordStart = RECORDS_START;
    const codePages = options.codePages ?? DEFAULT_CODE_PAGES;
    const ramStart = Math.ceil((recordStart + DecodeCache.size(codePages)) / WASM_PAGE) * WASM_PAGE;
    const total = ramStart + PhysicalMemory.total(options.memory);
    const memory = new WebAssembly.Memory({ initial: Math.ceil(total / WASM_PAGE) });
    this.buffer = memory.buffer;
    this.view = new DataView(this.buffer);
    this.words = new Int32Array(this.buffer);
    this.u64 = new BigUint64Array(this.buffer);
    this.bytes = new Uint8Array(this.buffer);
    this.bytes.fill(1, ASK_BEFORE, RECORDS_START);
    this.memory = new PhysicalMemory(this.buffer, options.memory, ramStart);
    this.memory.onChange = (address, size) => this.invalidate(address, size);
    this.cache = new DecodeCache(this.buffer, recordStart, codePages, this.tlbs, this.memory);
    const decoder = new Decoder(options.features, this.decodeEnv(), instructionSet());
    const bti = options.features?.has('BTI') ?? true;
    this.fetchPath = new FetchPath(this.buffer, this.memory, this.cache, decoder, bti, () => this.running);
    this.hooked = new HookedRecords(this.buffer, this.hookedContext());
    this.fetchPath.hooked = this.hooked;
    this.slowPath = new SlowPath(this.buffer, this.memory, this.cache, options.io, this.slowContext());
    const imports = generatedCodeImports(memory, {
      host: () => this.running.host,
      slowPath: this.slowPath,
      fp: options.fp,
      fetchPath: this.fetchPath,
      check: ip => this.check(ip),
      decode: ip => this.decode(ip),
      hooked: this.hooked,
    });
    const profile = options.profile ?? DEFAULT_PROFILE;
    const compiles = options.mode !== undefined && options.mode !== 'interpreter';
    this.handlers = new Handlers(imports, this.fetchPath.sources(profile), profile.hot, compiles);
    const pages = {
      pageOf: (ip: number) => this.cache.pageOfRecord(ip),
      fetched: (lo: number, hi: number) => this.running.tlb.findFetch(lo, hi),
      hasRuns: () => this.running.tlb.hasRuns,
      decode: (start: number, index: number) => this.compilable(start + index * RECORD_SIZE),
    };
    const policy = options.mode === 'compiled' ? { ...options.compiler, threshold: 1 } : options.compiler;
    this.regions = new Regions(this.buffer, this.handlers.table, imports, pages, policy);
    this.compilesAtOnce = options.mode === 'compiled';
    if (compiles) this.cache.compiled = this.regions;
    this.fetchPath.handlers = this.handlers;
  }

  // ---- CPUs

  /** Adds CPU `index`; its state block starts as zeros. */
  attach(index: number, host: CpuHost): void {
    const tlb = new Tlb(this.words, index);
    this.tlbs.push(tlb);
    const saved = new Uint8Array(STATE_SIZE);
    this.cpus[index] = { host, tlb, saved, executed: 0 };
  }
  /** Puts the state block of CPU `index` in place. */
  select(index: number): void {
    if (index === this.currentIndex) return;
    const next = this.cpu(index);
    this.current?.saved.set(this.bytes.subarray(0, STATE_SIZE));
    if (this.current !== undefined) this.current.tlb.active = false;
    next.tlb.active = true;
    this.bytes.set(next.saved, 0);
    this.current = next;
    this.currentIndex = index;
    this.contextChanged();
  }
  private cpu(index: number): Attached {
    const cpu = this.cpus[index];
    if (cpu === undefined) throw new RangeError(`no CPU ${index}`);
    return cpu;
  }
  private get running(): Attached {
    if (this.current === undefined) throw new Error('no CPU is selected');
    return this.current;
  }
  /** The TLB of CPU `index`. */
  tlb(index: number): Tlb {
    return this.cpu(index).tlb;
  }
  /** Instructions that CPU `index` has executed; exact also inside calls from generated code. */
  executed(index: number): number {
    const cpu = this.cpu(index);
    if (index !== this.currentIndex || this.sliceBudget === 0) return cpu.executed;
    const remaining = (this.words[CELL.BUDGET >> 2]! - this.words[CELL.IP >> 2]!) | 0;
    return cpu.executed + (this.sliceBudget - remaining) / RECORD_SIZE;
  }
  /** The state block of CPU `index`, wherever it is now. For snapshots, as the next two are. */
  stateBlock(index: number): Uint8Array {
    return index === this.currentIndex ? this.bytes.subarray(0, STATE_SIZE) : this.cpu(index).saved;
  }
  setExecuted(index: number, instructions: number): void {
    this.cpu(index).executed = instructions;
  }
  /** All of memory is other than it was: decoded code and translations are dropped. */
  forget(): void {
    for (const { host, size } of this.memory.regions) this.slowPath.dirty?.mark(host, size);
    this.dropCode();
    for (const tlb of this.tlbs) tlb.flushAll();
  }
  /** EL, PAN or UAO of the selected CPU changed: other translations are current; perhaps of another address space. */
  contextChanged(asid?: number, space?: number): void {
    const cpu = this.current;
    if (cpu === undefined) return;
    const el = (this.words[STATE.CURRENT_EL >> 2]! >> 2) & 3;
    const pan = this.words[STATE.PAN >> 2] !== 0;
    const regime = el === 0 ? Regime.el0 : pan ? Regime.privilegedPan : Regime.privileged;
    const likeEl0 = el !== 0 && (cpu.host.unprivilegedAsEl0 ?? this.words[STATE.UAO >> 2] === 0);
    cpu.tlb.select(regime, likeEl0 ? Regime.unprivileged : regime, asid, space);
  }

  // ---- memory and code

  /** Tells the engine that memory changed (DMA, loading): decoded instructions there are dropped. */
  invalidate(address: number, size: number): void {
    if (this.slowPath.dirty !== undefined) {
      const region = this.memory.find(address);
      if (region !== undefined) this.slowPath.dirty.mark(region.host + (address - region.base), size);
    }
    for (let page = Math.floor(address / PAGE); page * PAGE < address + size; page++) {
      const from = Math.max(address, page * PAGE);
      const to = Math.min(address + size, (page + 1) * PAGE);
      this.cache.written(page, from - page * PAGE, to - from, this.sliceBudget === 0 ? -1 : this.words[CELL.IP >> 2]!);
    }
  }
  /** Begins to note which pages are written, or begins anew; translations are dropped, decoded code stays. */
  trackWrites(): void {
    this.slowPath.dirty ??= new DirtyPages(this.buffer.byteLength);
    this.slowPath.dirty.clear();
    for (const tlb of this.tlbs) tlb.flushAll();
  }
  /** Tells that `size` bytes of linear memory changed, of which no code is decoded. */
  noteWrite(host: number, size: number): void {
    this.slowPath.dirty?.mark(host, size);
  }
  /** Numbers of the pages of linear memory that were written since {@link trackWrites}. */
  trackedWrites(): readonly number[] {
    return this.slowPath.dirty?.pages ?? [];
  }
  /** Gives a page of linear memory other contents, zeros when there are none; code in it stays decoded where it is the same. */
  replacePage(host: number, contents: Uint8Array | undefined): void {
    for (const { base, host: start, size } of this.memory.regions) {
      if (host < start || host >= start + size) continue;
      const page = Math.floor((base + (host - start)) / PAGE);
      if (this.cache.has(page)) this.cache.replaced(page, this.bytes.subarray(host, host + PAGE), contents);
    }
    if (contents === undefined) this.bytes.fill(0, host, host + PAGE);
    else this.bytes.set(contents, host);
  }
  /** Has someone look at execution; undefined ends that. Ask for {@link redecode} of what they want to see. */
  set observer(observer: Observer | undefined) {
    this.hooked.observer = observer;
    this.slowPath.observer = observer;
    this.fetchPath.observer = observer;
  }
  get observer(): Observer | undefined {
    return this.hooked.observer;
  }
  /** Decodes instructions anew, by physical address and bytes, or all of them: the observer has other wishes. */
  redecode(address?: number, size = 4): void {
    if (address !== undefined)
      for (let at = address; at < address + size; at += 4) this.cache.renew(Math.floor(at / PAGE), at % PAGE);
    else if (this.sliceBudget === 0) this.dropCode();
    else this.stale = true;
    if (this.sliceBudget !== 0) this.running.host.attentionWanted = true;
  }
  /** Fetches translate anew: the observer wants to hear of them. */
  refetch(): void {
    for (const tlb of this.tlbs) tlb.flushFetches();
    if (this.sliceBudget !== 0) this.running.host.attentionWanted = true;
  }
  /** Makes PC the address of the current instruction, in calls from generated code. */
  syncPc(): void {
    if (this.sliceBudget !== 0) this.fetchPath.syncPc();
  }
  private dropCode(): void {
    this.stale = false;
    this.cache.clear();
    this.hooked.forget();
  }
  /** Takes back the instruction that CPU `index` is charged for an exception that the guest never sees. */
  refund(index: number): void {
    this.cpu(index).executed--;
  }
  /** The text of an instruction, for traces. */
  disassemble(word: number, pc: bigint): string {
    return disassemble(this.fetchPath.decoder, word, pc);
  }
  /** Which handler executes `word` at `offset` in its page; undefined when it is UNDEFINED. For profiles. */
  identifyHandler(word: number, offset: number): { readonly key: string; readonly far: boolean } | undefined {
    return this.fetchPath.identify(word, offset);
  }
  /** Calls `tracer` before each instruction, with exact state; undefined stops that. */
  trace(tracer: ((pc: bigint, word: number) => void) | undefined): void {
    this.tracer = tracer;
  }

  /** What has been compiled so far, and how many instructions were executed by it. */
  get compiled(): Readonly<RegionStatistics> & { readonly executed: number } {
    return { ...this.regions.statistics, executed: Number(this.u64[CELL.COMPILED >> 3]!) / RECORD_SIZE };
  }

  /** Pages of guest code that are decoded now. */
  get codePages(): number {
    return this.cache.count;
  }

  private decodeEnv(): DecodeEnv {
    return {
      sysreg: (key, write) => this.current?.host.sysAccess(key, write) ?? { minEl: 0 },
      sysregName: key => this.current?.host.sysName(key),
    };
  }
  private hookedContext(): ConstructorParameters<typeof HookedRecords>[1] {
    const engine = this;
    return {
      get host() {
        return engine.running.host;
      },
      get handlers() {
        return engine.handlers.all;
      },
      addressOf: ip => engine.cache.addressOf(ip),
      word: ip => engine.fetchPath.word(ip),
      decode: ip => engine.fetchPath.decode(ip),
      syncPc: () => engine.fetchPath.syncPc(),
    };
  }
  // ---- calls from generated code

  private slowContext(): ConstructorParameters<typeof SlowPath>[4] {
    const engine = this;
    return {
      get host() {
        return engine.running.host;
      },
      get tlb() {
        return engine.running.tlb;
      },
      syncPc: () => engine.fetchPath.syncPc(),
    };
  }

  /** The instruction of a record for the compiler; undefined when it is UNDEFINED, hooked, or never executed. */
  private compilable(ip: number): Decoded | undefined {
    if (!this.compilesAtOnce && this.view.getUint16(ip, true) === Special.decode) return undefined;
    return this.fetchPath.compilable(ip);
  }
  /** Decodes the instruction of a fresh record. */
  private decode(ip: number): void {
    this.fetchPath.decode(ip);
    if (!this.compilesAtOnce || this.stepping) return;
    this.words[CELL.IP >> 2] = ip;
    this.fetchPath.syncPc();
    this.regions.hot(ip);
  }
  /** Looks at the instruction of a record before it runs; returns a reason to leave instead, or CONTINUE. */
  private check(ip: number): number {
    const { view, words } = this;
    if (view.getUint16(ip, true) === Special.decode) this.fetchPath.decode(ip);
    const number = this.regions.original(view.getUint16(ip, true));
    if (number === Special.pageEnd) return Exit.CONTINUE;
    if (this.tracer !== undefined) {
      this.fetchPath.syncPc();
      this.tracer(this.u64[STATE.PC >> 3]!, this.fetchPath.word(ip));
    }
    // Hooked instructions are looked at by their observer first.
    if (number === HOOK_NUMBER) return Exit.CONTINUE;
    if (!usesFp(this.handlers.all[number])) {
      this.bytes[ASK_BEFORE + number] = 0;
      return Exit.CONTINUE;
    }
    if (!this.running.host.fpTrapped()) return Exit.CONTINUE;
    words[CELL.EXCEPTION_CLASS >> 2] = ExceptionClass.fp;
    words[CELL.EXCEPTION_ISS >> 2] = NO_CONDITION;
    return Exit.EXCEPTION;
  }

  // ---- the run loop

  /**
   * Runs the selected CPU for exactly `count` instructions, or until its host wants attention. Returns the number
   * executed. `turns` limits the calls of generated code: each may be an exception, and take a microsecond. An exception
   * counts as one instruction, so that a guest whose exceptions lead nowhere ends too.
   */
  run(count: number, turns = Number.POSITIVE_INFINITY): number {
    const cpu = this.running;
    const { host } = cpu;
    const before = cpu.executed;
    let remaining = count;
    for (let turn = 0; remaining > 0 && turn < turns && !host.attentionWanted; turn++) {
      if ((this.words[STATE.PENDING >> 2]! & ~this.words[STATE.DAIF >> 2]!) !== 0 && host.deliverInterrupt())
        this.observer?.interrupted();
      if (this.observer?.blockDue === true && !this.observer.blockBegins()) continue;
      const sofar = cpu.executed;
      this.slice(cpu, Math.min(remaining, SLICE));
      remaining -= cpu.executed - sofar;
    }
    return cpu.executed - before;
  }

  /** Runs one call of the generated code, carries out why it returned, and counts the instructions executed. */
  private slice(cpu: Attached, limit: number): void {
    const { words } = this;
    if (this.stale) this.dropCode();
    this.regions.poll(cpu.executed);
    const ip = this.fetchPath.resume(words[STATE.PC >> 2]!, words[(STATE.PC >> 2) + 1]!);
    if (ip < 0) {
      this.fetchFault(cpu);
      return;
    }
    const check = this.tracer !== undefined || cpu.host.fpTrapped();
    words[CELL.CHECK >> 2] = this.tracer !== undefined ? 1 : check ? 2 : 0;
    const exact = check || limit <= EXACT_TAIL || this.retrying;
    const budget = (this.retrying ? 1 : exact ? limit : limit - EXACT_TAIL) * RECORD_SIZE;
    this.retrying = false;
    this.sliceBudget = budget;
    const enter = exact ? this.handlers.step : this.handlers.run;
    this.stepping = exact;
    if (this.compilesAtOnce && !exact) this.regions.hot(ip);
    const reason = enter(ip, words[STATE.NZCV >> 2]!, budget + ip);
    const remaining = (words[CELL.BUDGET >> 2]! - words[CELL.IP >> 2]!) | 0;
    this.sliceBudget = 0;
    cpu.executed += (budget - remaining) / RECORD_SIZE;
    this.finish(cpu, reason);
  }

  /** Carries out the reason for leaving. What raises an exception is counted when that is taken. */
  private finish(cpu: Attached, reason: number): void {
    const { words, u64 } = this;
    const { host } = cpu;
    if (reason === Exit.FETCH) {
      u64[STATE.PC >> 3] = u64[CELL.JUMP >> 3]!;
      this.fetchFault(cpu);
      return;
    }
    if (reason === Exit.MOVED) return;
    this.fetchPath.syncPc();
    switch (reason) {
      case Exit.RETRY:
        this.retrying = true;
        return;
      case Exit.ABORT:
        this.observer?.interrupted();
        host.raise();
        cpu.executed++;
        return;
      case Exit.EXCEPTION:
        this.observer?.interrupted();
        host.exception(words[CELL.EXCEPTION_CLASS >> 2]!, words[CELL.EXCEPTION_ISS >> 2]!);
        cpu.executed++;
        return;
      case Exit.EVENT:
        host.event(EVENT_NAMES[words[CELL.EVENT >> 2]!]!, u64[CELL.BOUNCE >> 3]!);
        return;
      case Exit.REPLAY:
        this.replay(cpu);
        return;
      case Exit.ASK:
        if (this.observer?.ask() ?? true) this.replay(cpu);
        return;
      case Exit.SKIPPED:
        u64[STATE.PC >> 3] = u64[STATE.PC >> 3]! + 4n;
        cpu.executed++;
        return;
      case Exit.HOT:
        this.regions.hot(words[CELL.IP >> 2]!);
        return;
    }
  }

  /** The instruction at PC cannot be fetched, or may not be branched to. */
  private fetchFault(cpu: Attached): void {
    if (this.fetchPath.asks) {
      this.fetchPath.asks = false;
      this.observer?.ask();
      return;
    }
    this.observer?.interrupted();
    const btype = this.words[CELL.JUMP_BTYPE >> 2]!;
    if (btype === 0) cpu.host.raise();
    else cpu.host.exception(ExceptionClass.branchTarget, btype);
    cpu.executed++;
  }

  /** Repeats the instruction whose device access asked for attention; the accesses are not repeated. */
  private replay(cpu: Attached): void {
    this.slowPath.beginReplay();
    this.slice(cpu, 1);
    this.slowPath.endReplay();
  }
}
