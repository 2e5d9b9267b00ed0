import { MAGIC } from './constants.js';
import { BlockEncoder, MAX_D, MAX_L, MAX_M } from './encode-block.js';
import { lzvnEncode } from './lzvn-encode.js';
import { ByteSink } from './sink.js';

const HASH_BITS = 14;
const WAYS = 4;
/** A match this long is taken at once; shorter ones wait for a better one. */
const GOOD_MATCH = 40;
/** Literals that may wait for a match before some are written. */
const MAX_BACKLOG = 8 * MAX_L;
const MAX_MATCH = 100 * MAX_M;
/** Inputs below this size compress better with LZVN. */
const LZVN_BELOW = 4096;
/** Bytes at the end that no match begins in, so that word reads stay inside. */
const MARGIN = 8;
const NOWHERE = -4 * MAX_D;

/** History that matches may reach, and what is collected before a piece is compressed. */
const HISTORY = 1 << 18;
const PIECE = 1 << 19;

/** Finds matches in a buffer and hands triples to the block encoder. */
class MatchFinder {
  private readonly positions = new Int32Array(WAYS << HASH_BITS).fill(NOWHERE);
  private readonly values = new Int32Array(WAYS << HASH_BITS);
  private readonly block = new BlockEncoder();
  /** Next position to look at, and first byte not yet written. */
  private at = 0;
  private literal = 0;
  private pendingAt = 0;
  private pendingFrom = 0;
  private pendingLength = 0;

  constructor(private readonly out: ByteSink) {}

  /** Looks for matches at every position before `end - MARGIN` of `source`. */
  run(source: Uint8Array, end: number): void {
    const { positions, values } = this;
    const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
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
          if (this.pendingLength > 0) this.emitPending(source);
          else this.emit(source, this.literal + MAX_L, 0, 1);
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
        this.emit(source, begin, length, begin - from);
        this.pendingLength = 0;
      } else if (this.pendingLength === 0 || this.pendingAt + this.pendingLength <= begin) {
        if (this.pendingLength > 0) this.emitPending(source);
        this.pendingAt = begin;
        this.pendingFrom = from;
        this.pendingLength = length;
      } else if (length > this.pendingLength) {
        this.emit(source, begin, length, begin - from);
        this.pendingLength = 0;
      } else this.emitPending(source);
      literal = this.literal;
    }
    this.at = Math.max(pos, this.at);
  }

  private emitPending(source: Uint8Array): void {
    this.emit(source, this.pendingAt, this.pendingLength, this.pendingAt - this.pendingFrom);
    this.pendingLength = 0;
  }

  /** Writes the literals before `begin` and a match there, split where a field's range ends. */
  private emit(source: Uint8Array, begin: number, match: number, distance: number): void {
    let literals = begin - this.literal;
    while (literals > MAX_L) {
      this.triple(source, MAX_L, 0, 1);
      literals -= MAX_L;
    }
    while (match > MAX_M) {
      this.triple(source, literals, MAX_M, distance);
      literals = 0;
      match -= MAX_M;
    }
    if (literals > 0 || match > 0) this.triple(source, literals, match, distance);
  }

  private triple(source: Uint8Array, literals: number, match: number, distance: number): void {
    if (!this.block.fits(literals)) this.flush(source);
    this.block.push(source, this.literal, literals, match, distance);
    this.literal += literals + match;
  }

  /** Writes the block, or its bytes as they are where that is shorter. */
  private flush(source: Uint8Array): void {
    if (this.block.empty) return;
    const { rawSize } = this.block;
    const start = this.out.size;
    this.block.flush(this.out);
    const begin = this.literal - rawSize;
    if (this.out.size - start <= rawSize + 8 || begin < 0) return;
    this.out.size = start;
    rawBlock(this.out, source, begin, this.literal);
  }

  finish(source: Uint8Array, end: number): void {
    if (this.pendingLength > 0) this.emitPending(source);
    this.emit(source, end, 0, 1);
    this.flush(source);
  }

  /** Positions count from `delta` bytes later from now on. Returns how many could go: history stays. */
  slide(): number {
    const delta = Math.min(this.at, this.literal) - HISTORY;
    if (delta <= 0) return 0;
    this.at -= delta;
    this.literal -= delta;
    this.pendingAt -= delta;
    this.pendingFrom -= delta;
    const { positions } = this;
    for (let i = 0; i < positions.length; i++) positions[i] = Math.max(positions[i]! - delta, NOWHERE);
    // Entries before the buffer's start cannot be read.
    for (let i = 0; i < positions.length; i++) if (positions[i]! < 0) positions[i] = NOWHERE;
    return delta;
  }
}

/** Length, from 4, of the match of the bytes at `a` and at `b > a`; at most `most` rounded up to a word. */
function matchLength(view: DataView, a: number, b: number, most: number): number {
  let length = 4;
  while (length < most) {
    const difference = view.getInt32(a + length, true) ^ view.getInt32(b + length, true);
    if (difference !== 0) return length + ((31 - Math.clz32(difference & -difference)) >> 3);
    length += 4;
  }
  return length;
}

function word(out: ByteSink, value: number): void {
  for (let shift = 0; shift < 32; shift += 8) out.byte((value >>> shift) & 0xff);
}

function rawBlock(out: ByteSink, source: Uint8Array, from: number, to: number): void {
  word(out, MAGIC.RAW);
  word(out, to - from);
  out.bytes(source, from, to);
}

/** A whole stream for an input that is too short for LZFSE. */
function shortStream(source: Uint8Array, out: ByteSink): void {
  const body = source.length < 8 ? source : lzvnEncode(source);
  if (body.length + 4 < source.length) {
    word(out, MAGIC.LZVN);
    word(out, source.length);
    word(out, body.length);
    out.bytes(body, 0, body.length);
  } else if (source.length > 0) rawBlock(out, source, 0, source.length);
  word(out, MAGIC.END);
}

/**
 * Compresses to an LZFSE stream; inputs below 4 KiB use LZVN, incompressible ones are stored.
 *
 * @example
 * ```ts
 * import { lzfseDecode, lzfseEncode } from 'img4/compression';
 *
 * const data = new Uint8Array(100_000).map((_, i) => i % 50);
 * const stream = lzfseEncode(data);
 * if (stream.length > 2000 || lzfseDecode(stream).data.length !== data.length) throw new Error('round trip failed');
 * ```
 */
export function lzfseEncode(data: Uint8Array): Uint8Array {
  const out = new ByteSink((data.length >> 1) + 1024);
  if (data.length < LZVN_BELOW) shortStream(data, out);
  else {
    const finder = new MatchFinder(out);
    finder.run(data, data.length);
    finder.finish(data, data.length);
    word(out, MAGIC.END);
  }
  return out.take();
}

/**
 * Compresses in pieces with bounded memory (2 MiB): {@link push} input as it comes, then {@link finish}. The stream
 * does not depend on how the input is cut.
 */
export class LzfseEncoder {
  private readonly out = new ByteSink(1 << 17);
  private readonly finder = new MatchFinder(this.out);
  private readonly window = new Uint8Array(HISTORY + PIECE + MAX_MATCH);
  private size = 0;
  private total = 0;

  /** Takes input and returns the output that it completes. */
  push(input: Uint8Array): Uint8Array {
    for (let at = 0; at < input.length; ) {
      const count = Math.min(input.length - at, this.window.length - this.size);
      this.window.set(input.subarray(at, at + count), this.size);
      at += count;
      this.size += count;
      this.total += count;
      if (this.size < this.window.length) continue;
      this.finder.run(this.window, this.size);
      const delta = this.finder.slide();
      this.window.copyWithin(0, delta, this.size);
      this.size -= delta;
    }
    return this.out.take();
  }

  /** Ends the stream and returns the rest of the output. */
  finish(): Uint8Array {
    if (this.total < LZVN_BELOW) shortStream(this.window.subarray(0, this.size), this.out);
    else {
      this.finder.run(this.window, this.size);
      this.finder.finish(this.window, this.size);
      word(this.out, MAGIC.END);
    }
    return this.out.take();
  }
}
