/** What the harness and `runner.c` agree on: addresses, slots, and the layout of requests and results. */

export const CODE = 0x10000000;
export const SLOTS = 4096;
export const SLOT = 16;
/** The instruction under test within its slot. */
export const SLOT_AT = 4;
export const EPILOGUE = CODE + SLOTS * SLOT;
/** Slots of branches are pages of BRK around the instruction, so that every target ends the test. */
export const BRANCH = 0x11000000;
export const BRANCH_SLOTS = 256;
export const BRANCH_SLOT = 4096;
export const BRANCH_AT = 2048;
/** Slots of streams: the reload, then instructions in a row. */
export const STREAM = 0x12000000;
export const STREAM_SLOT = 128;
export const STREAM_WORDS = 28;
export const DATA = 0x20000000;
export const DATA_SIZE = 8192;

/** Bits of a request's kind; with PREFIX another instruction runs first. */
export const Kind = { PLAIN: 0, MEMORY: 1, BRANCH: 2, PREFIX: 4, STREAM: 8 } as const;
/** Words that fill slots. */
export const RELOAD = 0xa94efbdd;
export const BRK = 0xd4200000;
/** Contents of the data region before every test. */
export const pristine = (i: number): number => Math.imul(i + 1, 0x9e3779b1);

/** Layout of the register state: x0-x30 and SP, v0-v31, NZCV, FPCR, FPSR. */
export const X = 0;
export const V = 256;
export const NZCV = 768;
export const FPCR = 772;
export const FPSR = 776;
export const STATE_BYTES = 784;
/** Request: kind, word, prefix, length of the stream, state, words of the stream. */
export const REQUEST_WORDS = 16 + STATE_BYTES;
export const REQUEST_BYTES = REQUEST_WORDS + STREAM_WORDS * 4;
/** Result: signal, hash of changed memory, pc, address, 8 bytes unused, state. */
export const RESULT_STATE = 32;
export const RESULT_BYTES = RESULT_STATE + STATE_BYTES;

/** Linux signal numbers. */
export const Signal = { NONE: 0, ILL: 4, TRAP: 5, BUS: 7, SEGV: 11 } as const;

/** Hash of what differs from the pristine contents, 0 only if nothing does; as in `runner.c`. */
export function memoryHash(data: Uint32Array, clean: Uint32Array): number {
  let hash = 0;
  for (let k = 0; k < data.length; k++) {
    if (data[k] === clean[k]) continue;
    hash = Math.imul(hash ^ Math.imul(k, 0x9e3779b1), 0x85ebca6b);
    hash = Math.imul(hash ^ data[k]!, 0xc2b2ae35) | 1;
  }
  return hash >>> 0;
}
