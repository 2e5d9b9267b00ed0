/** The loop around generated code: slices, why they end, and what is done then. */
import { CpuEvent, type CpuEventName, ExceptionClass } from '../a64/spec/index.js';
import { Exit } from '../interp/exit.js';
import { RECORD_SIZE } from '../interp/record.js';
import type { Attached, AttachedCpus } from './attached-cpus.js';
import type { CodeMemory } from './code-memory.js';
import type { DeviceAccesses } from './device-accesses.js';
import type { FetchPath } from './fetch-path.js';
import type { GeneratedCode } from './generated-code.js';
import type { HookedRecords } from './hooked-records.js';
import { CELL, STATE } from './state.js';

/** The switch only checks the budget at taken branches and page ends; the last stretch is run instruction by instruction. */
const EXACT_TAIL = 2048;
/** V8 replaces code only between calls, so that the loop must return now and then. */
const SLICE = 1 << 18;

const EVENT_NAMES = Object.keys(CpuEvent) as CpuEventName[];

/** Runs the selected CPU of one engine. */
export class RunLoop {
  /** The next instruction gave up because of compiled code in its way; it must not be compiled again before it has run. */
  private retrying = false;
  private readonly words: Int32Array;
  private readonly u64: BigUint64Array;

  constructor(
    buffer: ArrayBufferLike,
    private readonly cpus: AttachedCpus,
    private readonly code: GeneratedCode,
    private readonly codeMemory: CodeMemory,
    private readonly fetchPath: FetchPath,
    private readonly hooked: HookedRecords,
    private readonly devices: DeviceAccesses,
  ) {
    this.words = new Int32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
  }

  /**
   * Runs the selected CPU for exactly `count` instructions, or until its host wants attention. Returns the number
   * executed. `turns` limits the calls of generated code: each may be an exception, and take a microsecond. An exception
   * counts as one instruction, so that a guest whose exceptions lead nowhere ends too. When `enough` are executed it may
   * stop anywhere before `count`: a stop at an exact instruction is slow.
   */
  run(count: number, turns = Number.POSITIVE_INFINITY, enough = count): number {
    const cpu = this.cpus.running;
    const { host } = cpu;
    const before = cpu.executed;
    const done = (): number => cpu.executed - before;
    for (let turn = 0; done() < enough && done() < count && turn < turns && !host.attentionWanted; turn++) {
      if ((this.words[STATE.PENDING >> 2]! & ~this.words[STATE.DAIF >> 2]!) !== 0 && host.deliverInterrupt())
        this.hooked.observer?.interrupted();
      if (this.hooked.observer?.blockDue === true && !this.hooked.observer.blockBegins()) continue;
      this.slice(cpu, Math.min(count - done(), SLICE, enough - done() + EXACT_TAIL));
    }
    return done();
  }

  /** Runs one call of the generated code, carries out why it returned, and counts the instructions executed. */
  private slice(cpu: Attached, limit: number): void {
    const { words } = this;
    if (this.codeMemory.stale) this.codeMemory.dropCode();
    this.code.regions.poll(cpu.executed);
    const ip = this.fetchPath.resume(words[STATE.PC >> 2]!, words[(STATE.PC >> 2) + 1]!);
    if (ip < 0) {
      this.fetchFault(cpu);
      return;
    }
    const check = cpu.host.fpTrapped();
    words[CELL.CHECK >> 2] = check ? 1 : 0;
    const exact = check || limit <= EXACT_TAIL || this.retrying;
    const budget = (this.retrying ? 1 : exact ? limit : limit - EXACT_TAIL) * RECORD_SIZE;
    this.retrying = false;
    this.cpus.sliceBudget = budget;
    const enter = exact ? this.code.handlers.step : this.code.handlers.run;
    this.code.stepping = exact;
    if (this.code.compilesAtOnce && !exact) this.code.regions.hot(ip);
    const reason = enter(ip, words[STATE.NZCV >> 2]!, budget + ip);
    const remaining = (words[CELL.BUDGET >> 2]! - words[CELL.IP >> 2]!) | 0;
    this.cpus.sliceBudget = 0;
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
        this.hooked.observer?.interrupted();
        host.raise();
        cpu.executed++;
        return;
      case Exit.EXCEPTION:
        this.hooked.observer?.interrupted();
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
        if (this.hooked.observer?.ask() ?? true) this.replay(cpu);
        return;
      case Exit.SKIPPED:
        u64[STATE.PC >> 3] = u64[STATE.PC >> 3]! + 4n;
        cpu.executed++;
        return;
      case Exit.HOT:
        this.code.regions.hot(words[CELL.IP >> 2]!);
        return;
    }
  }

  /** The instruction at PC cannot be fetched, or may not be branched to. */
  private fetchFault(cpu: Attached): void {
    if (this.fetchPath.asks) {
      this.fetchPath.asks = false;
      this.hooked.observer?.ask();
      return;
    }
    this.hooked.observer?.interrupted();
    const btype = this.words[CELL.JUMP_BTYPE >> 2]!;
    if (btype === 0) cpu.host.raise();
    else cpu.host.exception(ExceptionClass.branchTarget, btype);
    cpu.executed++;
  }

  /** Repeats the instruction whose device access asked for attention; the accesses are not repeated. */
  private replay(cpu: Attached): void {
    this.devices.begin();
    this.slice(cpu, 1);
    this.devices.end();
  }
}
