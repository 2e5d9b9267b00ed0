/** The generated code of an engine: the handlers, the compiled regions, and what these ask about a record. */
import { type Decoded, ExceptionClass } from '../a64/spec/index.js';
import { Exit } from '../interp/exit.js';
import { Handlers } from '../interp/handlers.js';
import { DEFAULT_PROFILE } from '../interp/profile.js';
import { RECORD_SIZE } from '../interp/record.js';
import type { Sequences } from '../interp/sequences.js';
import { Special } from '../interp/special.js';
import { Regions } from '../region/regions.js';
import type { AttachedCpus } from './attached-cpus.js';
import type { DecodeCache } from './decode-cache.js';
import type { FetchPath } from './fetch-path.js';
import { type HookedRecords, usesFp } from './hooked-records.js';
import { generatedCodeImports } from './imports.js';
import type { EngineOptions } from './options.js';
import type { SlowPath } from './slow-path.js';
import { ASK_BEFORE, BASE_NUMBERS, CELL, HOOK_NUMBER, NUMBERS } from './state.js';

/** ISS of a trapped FP instruction: condition valid, always. */
const NO_CONDITION = (1 << 24) | (0xe << 20);

/** What generated code works with. */
interface CodeParts {
  readonly cpus: AttachedCpus;
  readonly cache: DecodeCache;
  readonly fetchPath: FetchPath;
  readonly hooked: HookedRecords;
  readonly slowPath: SlowPath;
  readonly sequences: Sequences;
}

/** Makes the generated code, and answers its questions about records. */
export class GeneratedCode {
  readonly handlers: Handlers;
  readonly regions: Regions;
  readonly compilesAtOnce: boolean;
  /** The generated code executes instruction by instruction. */
  stepping = false;
  private readonly view: DataView;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(
    memory: WebAssembly.Memory,
    options: EngineOptions,
    private readonly parts: CodeParts,
  ) {
    const { buffer } = memory;
    this.view = new DataView(buffer);
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.bytes.fill(1, ASK_BEFORE, ASK_BEFORE + NUMBERS);
    for (let i = 0; i < NUMBERS; i++) this.view.setUint16(BASE_NUMBERS + i * 2, i, true);
    const { cpus, cache, fetchPath, hooked, slowPath, sequences } = parts;
    const imports = generatedCodeImports(memory, {
      host: () => cpus.running.host,
      slowPath,
      fp: options.fp,
      fetchPath,
      check: ip => this.check(ip),
      decode: ip => this.decode(ip),
      hooked,
    });
    const profile = options.profile ?? DEFAULT_PROFILE;
    const compiles = options.mode !== undefined && options.mode !== 'interpreter';
    const pages = {
      pageOf: (ip: number) => cache.pageOfRecord(ip),
      fetched: (lo: number, hi: number) => cpus.running.tlb.findFetch(lo, hi),
      hasRuns: () => cpus.running.tlb.hasRuns,
      decode: (start: number, index: number) => this.compilable(start + index * RECORD_SIZE),
    };
    const policy = options.mode === 'compiled' ? { ...options.compiler, threshold: 1 } : options.compiler;
    this.handlers = new Handlers(imports, fetchPath.sources(profile), sequences, compiles);
    this.regions = new Regions(buffer, this.handlers.table, imports, pages, sequences, policy);
    this.compilesAtOnce = options.mode === 'compiled';
    if (compiles) cache.compiled = this.regions;
    fetchPath.handlers = this.handlers;
  }

  /** The instruction of a record for the compiler; undefined when it is UNDEFINED, hooked, or never executed. */
  private compilable(ip: number): Decoded | undefined {
    if (!this.compilesAtOnce && this.view.getUint16(ip, true) === Special.decode) return undefined;
    return this.parts.fetchPath.compilable(ip);
  }
  /** Decodes the instruction of a fresh record. */
  decode(ip: number): void {
    this.parts.fetchPath.decode(ip);
    if (!this.compilesAtOnce || this.stepping) return;
    this.words[CELL.IP >> 2] = ip;
    this.parts.fetchPath.syncPc();
    this.regions.hot(ip);
  }
  /** Looks at the instruction of a record before it runs; returns a reason to leave instead, or CONTINUE. */
  check(ip: number): number {
    const { view, words } = this;
    if (view.getUint16(ip, true) === Special.decode) this.parts.fetchPath.decode(ip);
    const number = this.parts.sequences.base(ip);
    if (number === Special.pageEnd) return Exit.CONTINUE;
    // Hooked instructions are looked at by their observer first.
    if (number === HOOK_NUMBER) return Exit.CONTINUE;
    if (!usesFp(this.handlers.all[number])) {
      this.bytes[ASK_BEFORE + number] = 0;
      return Exit.CONTINUE;
    }
    if (!this.parts.cpus.running.host.fpTrapped()) return Exit.CONTINUE;
    words[CELL.EXCEPTION_CLASS >> 2] = ExceptionClass.fp;
    words[CELL.EXCEPTION_ISS >> 2] = NO_CONDITION;
    return Exit.EXCEPTION;
  }
}
