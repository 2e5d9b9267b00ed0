/** Someone outside who looks at execution. While nobody does, it costs nothing. */
import type { AccessKind } from './host.js';

/** What becomes of an instruction that an observer was asked about. */
export const Verdict = {
  /** It executes. */
  go: 0,
  /** It executes, and {@link Observer.blockBegins} is called behind it. */
  goAndTell: 1,
  /** It does not execute: the run loop looks at everything, and goes on at `STATE.PC`. */
  leave: 2,
  /** It has been done: execution goes on behind it. */
  skip: 3,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/**
 * What an engine tells. State is in place and exact in every call, `STATE.PC` too, unless noted. An instruction may come
 * again before it is complete, with the same count of instructions executed.
 */
export interface Observer {
  /** Asked when an instruction is decoded: whether `before` is to be called each time. */
  wants(address: number, word: number): boolean;
  /** Before the instruction at a physical address. */
  before(address: number, word: number): Verdict;
  /** At an instruction behind the end of a block. False: the run loop is to look at everything. */
  blockBegins(): boolean;
  /** Execution went elsewhere by an exception, or the return from one. */
  interrupted(): void;
  /** Whether `blockBegins` is to be called before the next instruction. */
  readonly blockDue: boolean;
  /** A page was translated for fetching, and its instructions may be decoded already. Not exact. */
  entered(lo: number, hi: number, address: number): void;
  /** Whether a translation may enter the TLB now; otherwise `ask` is called, and it is tried again. Not exact. */
  fills(lo: number, hi: number, address: number, access: AccessKind): boolean;
  /** An access that a host left to the observer, or a translation. False: the run loop is to look at everything. */
  ask(): boolean;
}
