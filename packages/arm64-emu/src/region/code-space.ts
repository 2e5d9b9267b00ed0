/** Where the instructions of a region are: positions relative to its first page, and their records. */
import type { Decoded } from '../a64/spec/index.js';
import { PAGE_RECORDS } from '../interp/record.js';

/**
 * The code around a page as one address space maps it. Positions count instructions from the first one of that page;
 * they are virtual, so that neighbouring pages of the guest are neighbours here, wherever their records are.
 */
export interface CodeSpace {
  /** First record of page `page`; undefined when it is not known. */
  records(page: number): number | undefined;
  /** The instruction at a position; undefined when it is not to be compiled. */
  decode(at: number): Decoded | undefined;
  /** Whether so few branches go to this position that it is not worth compiling with the rest. */
  isRare(at: number): boolean;
  /** Whether a call of this position may be a call of a function of the same module. */
  callable(at: number): boolean;
}

/** Page of a position, and the instruction's number in it. */
export const pageOf = (at: number): number => Math.floor(at / PAGE_RECORDS);
export const indexOf = (at: number): number => at - pageOf(at) * PAGE_RECORDS;
