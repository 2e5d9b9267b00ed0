/** The engine: linear memory, generated code, and the loop around it. */
import { instructionSet } from '../a64/index.js';
import { type DecodeEnv, Decoder, disassemble } from '../a64/spec/index.js';
import { RECORD_SIZE } from '../interp/record.js';
import { Sequences } from '../interp/sequences.js';
import type { RegionStatistics } from '../region/regions.js';
import { WalkState } from '../walk/state.js';
import { AttachedCpus } from './attached-cpus.js';
import { CodeMemory } from './code-memory.js';
import { DecodeCache } from './decode-cache.js';
import { DeviceAccesses } from './device-accesses.js';
import { FetchPath, type HandlerIdentity } from './fetch-path.js';
import { GeneratedCode } from './generated-code.js';
import { HookedRecords } from './hooked-records.js';
import type { CpuHost } from './host.js';
import type { Observer } from './observer.js';
import type { EngineOptions } from './options.js';
import { PhysicalMemory } from './physical-memory.js';
import { RunLoop } from './run-loop.js';
import { SlowPath } from './slow-path.js';
import { CELL, RECORDS_START } from './state.js';
import type { Tlb } from './tlb.js';

export type { EngineMode, EngineOptions } from './options.js';

const DEFAULT_CODE_PAGES = 4096;
const WASM_PAGE = 65536;
const GUEST_PAGE = 4096;

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
  private readonly u64: BigUint64Array;
  private readonly cpus: AttachedCpus;
  private readonly cache: DecodeCache;
  private readonly fetchPath: FetchPath;
  private readonly hooked: HookedRecords;
  private readonly slowPath: SlowPath;
  private readonly code: GeneratedCode;
  private readonly codeMemory: CodeMemory;
  private readonly loop: RunLoop;
  private readonly sequences: Sequences;

  constructor(options: EngineOptions) {
    const codePages = options.codePages ?? DEFAULT_CODE_PAGES;
    const codeMap = RECORDS_START + DecodeCache.size(codePages);
    const ram = PhysicalMemory.total(options.memory);
    // A byte for each page of guest memory; the last one may be part of a larger WebAssembly page.
    const codeMapSize = Math.ceil((ram + WASM_PAGE) / GUEST_PAGE);
    const ramStart = Math.ceil((codeMap + codeMapSize) / WASM_PAGE) * WASM_PAGE;
    const total = ramStart + ram;
    const linear = new WebAssembly.Memory({ initial: Math.ceil(total / WASM_PAGE) });
    const { buffer } = linear;
    this.buffer = buffer;
    this.view = new DataView(buffer);
    this.u64 = new BigUint64Array(buffer);
    this.memory = new PhysicalMemory(buffer, options.memory, ramStart);
    this.memory.onChange = (address, size) => this.invalidate(address, size);
    const walk = new WalkState(buffer);
    walk.useMemory(this.memory.regions);
    walk.useCodeMap(codeMap, ramStart);
    this.memory.onLayout = () => walk.useMemory(this.memory.regions);
    const cpus = new AttachedCpus(buffer, walk);
    this.cpus = cpus;
    const sequences = new Sequences(buffer);
    this.sequences = sequences;
    this.cache = new DecodeCache(buffer, RECORDS_START, codePages, cpus.tlbs, this.memory, codeMap, sequences);
    const decoder = new Decoder(options.features, this.decodeEnv(options), instructionSet());
    const bti = options.features?.has('BTI') ?? true;
    this.fetchPath = new FetchPath(buffer, this.memory, this.cache, sequences, decoder, bti, () => cpus.running);
    this.hooked = new HookedRecords(buffer, this.hookedContext());
    this.fetchPath.hooked = this.hooked;
    const devices = new DeviceAccesses(buffer, options.io);
    this.slowPath = new SlowPath(buffer, this.memory, this.cache, devices, this.slowContext(), walk);
    const { cache, fetchPath, hooked, slowPath } = this;
    this.code = new GeneratedCode(linear, options, { cpus, cache, fetchPath, hooked, slowPath, sequences });
    this.codeMemory = new CodeMemory(buffer, this.memory, cpus, cache, hooked, slowPath);
    this.loop = new RunLoop(buffer, cpus, this.code, this.codeMemory, fetchPath, hooked, devices);
  }

  // ---- CPUs

  /** Adds CPU `index`; its state block starts as zeros. */
  attach(index: number, host: CpuHost): void {
    this.cpus.attach(index, host);
  }
  /** Puts the state block of CPU `index` in place. */
  select(index: number): void {
    this.cpus.select(index);
  }
  /** The TLB of CPU `index`. */
  tlb(index: number): Tlb {
    return this.cpus.cpu(index).tlb;
  }
  /** Instructions that CPU `index` has executed; exact also inside calls from generated code. */
  executed(index: number): number {
    return this.cpus.executed(index);
  }
  /** The state block of CPU `index`, wherever it is now. For snapshots, as the next two are. */
  stateBlock(index: number): Uint8Array {
    return this.cpus.stateBlock(index);
  }
  setExecuted(index: number, instructions: number): void {
    this.cpus.cpu(index).executed = instructions;
  }
  /** All of memory is other than it was: decoded code and translations are dropped. */
  forget(): void {
    this.codeMemory.forget();
  }
  /** EL, PAN or UAO of the selected CPU changed: other translations are current; perhaps of another address space. */
  contextChanged(asid?: number, space?: number): void {
    this.cpus.contextChanged(asid, space);
  }

  // ---- memory and code

  /** Tells the engine that memory changed (DMA, loading): decoded instructions there are dropped. */
  invalidate(address: number, size: number): void {
    this.codeMemory.invalidate(address, size);
  }
  /** Begins to note which pages are written, or begins anew; translations are dropped, decoded code stays. */
  trackWrites(): void {
    this.codeMemory.trackWrites();
  }
  /** Tells that `size` bytes of linear memory changed, of which no code is decoded. */
  noteWrite(host: number, size: number): void {
    this.codeMemory.noteWrite(host, size);
  }
  /** Numbers of the pages of linear memory that were written since {@link trackWrites}. */
  trackedWrites(): readonly number[] {
    return this.codeMemory.trackedWrites();
  }
  /** Gives a page of linear memory other contents, zeros when there are none; code in it stays decoded where it is the same. */
  replacePage(host: number, contents: Uint8Array | undefined): void {
    this.codeMemory.replacePage(host, contents);
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
    this.codeMemory.redecode(address, size);
  }
  /** Fetches translate anew: the observer wants to hear of them. */
  refetch(): void {
    this.codeMemory.refetch();
  }
  /** Makes PC the address of the current instruction, in calls from generated code. */
  syncPc(): void {
    if (this.cpus.executing) this.fetchPath.syncPc();
  }
  /** Takes back the instruction that CPU `index` is charged for an exception that the guest never sees. */
  refund(index: number): void {
    this.cpus.cpu(index).executed--;
  }
  /** The text of an instruction, for traces. */
  disassemble(word: number, pc: bigint): string {
    return disassemble(this.fetchPath.decoder, word, pc);
  }
  /** Which handler executes `word` at `offset` in its page; undefined when it is UNDEFINED. For profiles. */
  identifyHandler(word: number, offset: number): HandlerIdentity | undefined {
    return this.fetchPath.identify(word, offset);
  }

  /** Whether whoever runs this lets the host do other things every few milliseconds: compiling takes pieces of that time then. */
  get breathes(): boolean {
    return this.code.regions.breathes;
  }
  set breathes(value: boolean) {
    this.code.regions.breathes = value;
  }
  /** What has been compiled so far, and how many instructions were executed by it. */
  get compiled(): Readonly<RegionStatistics> & { readonly executed: number } {
    return { ...this.code.regions.statistics, executed: Number(this.u64[CELL.COMPILED >> 3]!) / RECORD_SIZE };
  }

  /** Pages of guest code that are decoded now. */
  get codePages(): number {
    return this.cache.count;
  }

  /**
   * Runs the selected CPU for exactly `count` instructions, or until its host wants attention. Returns the number
   * executed. `turns` limits the calls of generated code: each may be an exception, and take a microsecond. An exception
   * counts as one instruction, so that a guest whose exceptions lead nowhere ends too. When `enough` are executed it may
   * stop anywhere before `count`: a stop at an exact instruction is slow.
   */
  run(count: number, turns = Number.POSITIVE_INFINITY, enough = count): number {
    return this.loop.run(count, turns, enough);
  }

  private decodeEnv({ sysAccess = () => ({ minEl: 0 }) }: EngineOptions): DecodeEnv {
    return {
      sysreg: (key, write) => this.cpus.host?.sysAccess(key, write) ?? sysAccess(key, write),
      sysregName: key => this.cpus.host?.sysName(key),
    };
  }
  private hookedContext(): ConstructorParameters<typeof HookedRecords>[1] {
    const engine = this;
    return {
      get host() {
        return engine.cpus.running.host;
      },
      get handlers() {
        return engine.code.handlers.all;
      },
      addressOf: ip => engine.cache.addressOf(ip),
      word: ip => engine.fetchPath.word(ip),
      decode: ip => engine.fetchPath.decode(ip),
      base: ip => engine.sequences.base(ip),
      syncPc: () => engine.fetchPath.syncPc(),
    };
  }
  private slowContext(): ConstructorParameters<typeof SlowPath>[4] {
    const engine = this;
    return {
      get host() {
        return engine.cpus.running.host;
      },
      get tlb() {
        return engine.cpus.running.tlb;
      },
      syncPc: () => engine.fetchPath.syncPc(),
    };
  }
}
