/** Instructions that an observer is asked about before they are executed: their records have another handler. */
import { Element, ExceptionClass, V } from '../a64/spec/index.js';
import { Exit } from '../interp/exit.js';
import type { HandlerSource } from '../interp/handler.js';
import { Special } from '../interp/special.js';
import type { CpuHost } from './host.js';
import { type Observer, Verdict } from './observer.js';
import { CELL, HOOK_NUMBER } from './state.js';

/** ISS of a trapped FP instruction: condition valid, always. */
const NO_CONDITION = (1 << 24) | (0xe << 20);
const CONTINUE = -1;

/** What hooked records need of their engine. */
export interface HookedContext {
  readonly host: CpuHost;
  readonly handlers: readonly (HandlerSource | undefined)[];
  addressOf(ip: number): number;
  word(ip: number): number;
  decode(ip: number): void;
  /** The handler of a record's instruction alone. */
  base(ip: number): number;
  syncPc(): void;
}

/** The records whose handler is {@link HOOK_NUMBER}. */
export class HookedRecords {
  observer: Observer | undefined;
  private readonly view: DataView;
  private readonly words: Int32Array;
  /** Handler of each instruction that has been hooked, by record. */
  private readonly numbers = new Map<number, number>();

  constructor(
    buffer: ArrayBufferLike,
    private readonly context: HookedContext,
  ) {
    this.view = new DataView(buffer);
    this.words = new Int32Array(buffer);
  }

  /** A record has just been written: its instruction is hooked if the observer wants it. */
  decoded(ip: number, address: number, word: number): void {
    if (this.observer?.wants(address, word) !== true) return;
    this.numbers.set(ip, this.view.getUint16(ip, true));
    this.view.setUint16(ip, HOOK_NUMBER, true);
  }
  /** Whether the instruction of a record is hooked, or would be. */
  has(ip: number): boolean {
    const { observer, context } = this;
    return observer?.wants(context.addressOf(ip), context.word(ip)) === true;
  }
  /** All records are gone. */
  forget(): void {
    this.numbers.clear();
  }

  /** Import `hook`. */
  hook(ip: number): number {
    const { context, words } = this;
    context.syncPc();
    const verdict = this.observer?.before(context.addressOf(ip), context.word(ip)) ?? Verdict.go;
    if (verdict === Verdict.leave) return this.leave(Exit.MOVED);
    if (verdict === Verdict.skip) return this.leave(Exit.SKIPPED);
    const number = this.handler(ip);
    if (usesFp(context.handlers[number]) && context.host.fpTrapped()) {
      words[CELL.EXCEPTION_CLASS >> 2] = ExceptionClass.fp;
      words[CELL.EXCEPTION_ISS >> 2] = NO_CONDITION;
      return this.leave(Exit.EXCEPTION);
    }
    words[CELL.AFTER >> 2] = verdict === Verdict.goAndTell ? 1 : 0;
    return number;
  }
  private leave(reason: number): -1 {
    this.words[CELL.REASON >> 2] = reason;
    return -1;
  }
  /** What executes the instruction; the observer may have changed it, or who wants it. */
  private handler(ip: number): number {
    if (this.view.getUint16(ip, true) === Special.decode) this.context.decode(ip);
    const number = this.context.base(ip);
    return number === HOOK_NUMBER ? this.numbers.get(ip)! : number;
  }

  /** Import `after`: the instruction ended a block; tells where it went, or leaves that to the run loop. */
  after(reason: number): number {
    const { observer } = this;
    if (observer === undefined) return reason;
    if (reason !== CONTINUE) {
      observer.interrupted();
      return reason;
    }
    this.context.syncPc();
    return observer.blockBegins() ? CONTINUE : Exit.MOVED;
  }
}

/** Whether an instruction is subject to FP access traps. */
export function usesFp(source: HandlerSource | undefined): boolean {
  return (
    source !== undefined && Object.values(source.decoded.operands).some(o => o instanceof V || o instanceof Element)
  );
}
