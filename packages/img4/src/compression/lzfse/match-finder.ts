import { BlockEncoder } from './encode-block.js';
import { HISTORY, MAX_D, MAX_L, MAX_M } from './limits.js';

const HASH_BITS = 14;
const WAYS = 4;
/** A match this long is taken at once; shorter ones wait for a better one. */
const GOOD_MATCH = 40;
/** Literals that may wait for a match before some are written. */
const MAX_BACKLOG = 8 * MAX_L;
const MAX_MATCH = 100 * MAX_M;
/** Bytes at the end that no match begins in, so that word reads stay inside. */
const MARGIN = 8;
const NOWHERE = -4 * MAX_D;

/** Bytes of the encoder's window: history, what is compressed between two moves of it, the longest match. */
export const ENCODER_WINDOW = HISTORY + 524288 + MAX_MATCH;

/** Finds matches in its window and hands triples to its block encoder. */
export interface MatchFinder {
  readonly window: Uint8Array;
  /** Looks for matches at every position of `window[0..end)` that a word fits after. */
  run(end: number): void;
  /** Writes out what is left: `end` is the end of the input. */
  finish(end: number): void;
  /** Moves the window's `size` bytes so that new ones fit; returns by how much. */
  slide(size: number): number;
  /** Gives its memory back; it is not used afterwards. */
  release(): void;
}

/** The match finder in TypeScript. */
export class ScriptMatchFinder implements MatchFinder {
  readonly window = new Uint8Array(ENCODER_WINDOW);
  private readonly view = new DataView(this.window.buffer);
  private readonly positions = new Int32Array(WAYS << HASH_BITS).fill(NOWHERE);
  private readonly values = new Int32Array(WAYS << HASH_BITS);
  private readonly block = new BlockEncoder();
  /** Next position to look at, and first byte not yet written. */
  private at = 0;
  private literal = 0;
  private pendingAt = 0;
  private pendingFrom = 0;
  private pendingLength = 0;

  /** @param flush writes a block and the position in the window after it, and empties it */
  constructor(private readonly flushBlock: (block: BlockEncoder, end: number) => void) {}

  run(end: number): void {
    const { positions, values, view, window: source } = this;
    const stop = end - MARGIN;
    let { literal } = this;
    let pos = this.at;
    for (; pos < stop; pos++) {
      const word = view.getInt32(pos, true);
      const slot = (Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)) << 2;
      const p0 = positions[slot]!;
      const p1 = positions[slot + 1]!;
      const p2 = positions[slot + 2]!;
      const v0 = values[slot]!;
      const v1 = values[slot + 1]!;
      const v2 = values[slot + 2]!;
      const p3 = positions[slot + 3]!;
      const v3 = values[slot + 3]!;
      positions[slot] = pos;
      positions[slot + 1] = p0;
      positions[slot + 2] = p1;
      positions[slot + 3] = p2;
      values[slot] = word;
      values[slot + 1] = v0;
      values[slot + 2] = v1;
      values[slot + 3] = v2;
      if (pos < literal) continue;

      const nearest = pos - MAX_D;
      const most = stop - pos;
      let length = 0;
      let from = 0;
      if (v0 === word && p0 >= nearest) {
        length = matchLength(view, p0, pos, most);
        from = p0;
      }
      if (v1 === word && p1 >= nearest) {
        const n = matchLength(view, p1, pos, most);
        if (n > length) {
          length = n;
          from = p1;
        }
      }
      if (v2 === word && p2 >= nearest) {
        const n = matchLength(view, p2, pos, most);
        if (n > length) {
          length = n;
          from = p2;
        }
      }
      if (v3 === word && p3 >= nearest) {
        const n = matchLength(view, p3, pos, most);
        if (n > length) {
          length = n;
          from = p3;
        }
      }
      if (length === 0) {
        if (pos - literal > MAX_BACKLOG) {
          if (this.pendingLength > 0) this.emitPending();
          else this.emit(this.literal + MAX_L, 0, 1);
          literal = this.literal;
        }
        continue;
      }
      if (length > MAX_MATCH) length = MAX_MATCH;
      let begin = pos;
      while (begin > literal && from > 0 && source[from - 1] === source[begin - 1]) {
        begin--;
        from--;
      }
      length += pos - begin;
      if (length >= GOOD_MATCH) {
        this.emit(begin, length, begin - from);
        this.pendingLength = 0;
      } else if (this.pendingLength === 0 || this.pendingAt + this.pendingLength <= begin) {
        if (this.pendingLength > 0) this.emitPending();
        this.pendingAt = begin;
        this.pendingFrom = from;
        this.pendingLength = length;
      } else if (length > this.pendingLength) {
        this.emit(begin, length, begin - from);
        this.pendingLength = 0;
      } else this.emitPending();
      literal = this.literal;
    }
    this.at = Math.max(pos, this.at);
  }

  private emitPending(): void {
    this.emit(this.pendingAt, this.pendingLength, this.pendingAt - this.pendingFrom);
    this.pendingLength = 0;
  }

  /** Writes the literals before `begin` and a match there, split where a field's range ends. */
  private emit(begin: number, match: number, distance: number): void {
    let literals = begin - this.literal;
    while (literals > MAX_L) {
      this.triple(MAX_L, 0, 1);
      literals -= MAX_L;
    }
    while (match > MAX_M) {
      this.triple(literals, MAX_M, distance);
      literals = 0;
      match -= MAX_M;
    }
    if (literals > 0 || match > 0) this.triple(literals, match, distance);
  }

  private triple(literals: number, match: number, distance: number): void {
    if (!this.block.fits(literals)) this.flush();
    this.block.push(this.window, this.literal, literals, match, distance);
    this.literal += literals + match;
  }

  private flush(): void {
    if (!this.block.empty) this.flushBlock(this.block, this.literal);
  }

  finish(end: number): void {
    if (this.pendingLength > 0) this.emitPending();
    this.emit(end, 0, 1);
    this.flush();
  }

  slide(size: number): number {
    const delta = Math.min(this.at, this.literal) - HISTORY;
    if (delta <= 0) return 0;
    this.at -= delta;
    this.literal -= delta;
    this.pendingAt -= delta;
    this.pendingFrom -= delta;
    const { positions } = this;
    for (let i = 0; i < positions.length; i++) {
      const position = positions[i]! - delta;
      // What has left the window cannot be read.
      positions[i] = position < 0 ? NOWHERE : position;
    }
    this.window.copyWithin(0, delta, size);
    return delta;
  }

  release(): void {}
}

/** Zero bytes at the low end of a word that is not zero. */
const zeroBytes = (word: number): number => (31 - Math.clz32(word & -word)) >> 3;

/** Length, from 4, of the match of the bytes at `a` and at `b > a`; at most `most` rounded up to eight bytes. */
function matchLength(view: DataView, a: number, b: number, most: number): number {
  let length = 4;
  while (length < most) {
    const low = view.getInt32(a + length, true) ^ view.getInt32(b + length, true);
    if (low !== 0) return length + zeroBytes(low);
    const high = view.getInt32(a + length + 4, true) ^ view.getInt32(b + length + 4, true);
    if (high !== 0) return length + 4 + zeroBytes(high);
    length += 8;
  }
  return length;
}
