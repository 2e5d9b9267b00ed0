import { LZSS_FILL, LZSS_LONGEST, LZSS_START, LZSS_THRESHOLD, LZSS_WINDOW } from './lzss.js';

const N = LZSS_WINDOW;
const F = LZSS_LONGEST;
const NIL = N;

/**
 * The window's strings in binary search trees, one per first byte (Okumura 1989). Which of several equally long
 * matches is found depends on the trees' shape, so insertions and deletions follow the original's order exactly.
 */
class SearchTrees {
  /** The window, its first F - 1 bytes repeated at the end so that strings need not wrap. */
  readonly window = new Uint8Array(N + F - 1).fill(LZSS_FILL, 0, N - F);
  private readonly left = new Int32Array(N + 1);
  /** Entries from N + 1 are the roots, by first byte. */
  private readonly right = new Int32Array(N + 257).fill(NIL, N + 1);
  private readonly parent = new Int32Array(N + 1).fill(NIL);
  matchPosition = 0;
  matchLength = 0;

  /** Inserts the string of F bytes at `r`, and finds the longest match for it. */
  insert(r: number): void {
    const { window, left, right, parent } = this;
    let order = 1;
    let p = N + 1 + window[r]!;
    right[r] = left[r] = NIL;
    let longest = 0;
    let found = this.matchPosition;
    for (;;) {
      const child = order >= 0 ? right : left;
      const next = child[p]!;
      if (next === NIL) {
        child[p] = r;
        parent[r] = p;
        this.matchLength = longest;
        this.matchPosition = found;
        return;
      }
      p = next;
      let i = 1;
      order = 0;
      while (i < F && (order = window[r + i]! - window[p + i]!) === 0) i++;
      if (i > longest) {
        found = p;
        longest = i;
        if (i >= F) break;
      }
    }
    // The whole string is there already: the new one takes the old one's place, which leaves the window sooner.
    const above = parent[p]!;
    parent[r] = above;
    left[r] = left[p]!;
    right[r] = right[p]!;
    parent[left[p]!] = r;
    parent[right[p]!] = r;
    if (right[above] === p) right[above] = r;
    else left[above] = r;
    parent[p] = NIL;
    this.matchLength = longest;
    this.matchPosition = found;
  }

  /** Removes the string at `p`. */
  remove(p: number): void {
    const { left, right, parent } = this;
    if (parent[p] === NIL) return;
    let q: number;
    if (right[p] === NIL) q = left[p]!;
    else if (left[p] === NIL) q = right[p]!;
    else {
      q = left[p]!;
      if (right[q] !== NIL) {
        do q = right[q]!;
        while (right[q] !== NIL);
        right[parent[q]!] = left[q]!;
        parent[left[q]!] = parent[q]!;
        left[q] = left[p]!;
        parent[left[p]!] = q;
      }
      right[q] = right[p]!;
      parent[right[p]!] = q;
    }
    const above = parent[p]!;
    parent[q] = above;
    if (right[above] === p) right[above] = q;
    else left[above] = q;
    parent[p] = NIL;
  }
}

/**
 * Compresses in pieces: {@link push} input as it comes, then {@link finish}. Memory stays below 100 KB.
 * The stream is the same however the input is cut.
 *
 * @example
 * ```ts
 * import { LzssEncoder, lzssDecode } from 'img4/compression';
 *
 * const encoder = new LzssEncoder();
 * const pieces = [encoder.push(new Uint8Array(500)), encoder.push(new Uint8Array(500)), encoder.finish()];
 * const stream = Uint8Array.from(pieces.flatMap(piece => [...piece]));
 * if (lzssDecode(stream).data.length !== 1000) throw new Error('round trip failed');
 * ```
 */
export class LzssEncoder {
  private readonly trees = new SearchTrees();
  /** A flag byte and up to eight items of two bytes. */
  private readonly group = new Uint8Array(17);
  private groupSize = 1;
  private mask = 1;
  private s = 0;
  private r = LZSS_START;
  /** Bytes of lookahead in the window. */
  private length = 0;
  private started = false;
  /** Steps still to make for the last item before the next is chosen. */
  private skip = 0;
  private out: Uint8Array = new Uint8Array(0);
  private outSize = 0;

  private begin(): void {
    // The spaces before the start take part as strings, longest lookback last.
    for (let i = 1; i <= F; i++) this.trees.insert(this.r - i);
    this.trees.insert(this.r);
    this.started = true;
    this.choose();
  }

  /** Chooses what stands for the bytes at `r`: a literal or a match. */
  private choose(): void {
    const { trees, group } = this;
    if (trees.matchLength > this.length) trees.matchLength = this.length;
    if (trees.matchLength <= LZSS_THRESHOLD) {
      trees.matchLength = 1;
      group[0]! |= this.mask;
      group[this.groupSize++] = trees.window[this.r]!;
    } else {
      group[this.groupSize++] = trees.matchPosition & 0xff;
      group[this.groupSize++] = ((trees.matchPosition >> 4) & 0xf0) | (trees.matchLength - LZSS_THRESHOLD - 1);
    }
    this.mask <<= 1;
    if (this.mask === 0x100) this.flushGroup();
    this.skip = trees.matchLength;
  }

  private flushGroup(): void {
    if (this.out.length - this.outSize < this.groupSize) {
      const larger = new Uint8Array(Math.max(1024, this.out.length * 2));
      larger.set(this.out.subarray(0, this.outSize));
      this.out = larger;
    }
    this.out.set(this.group.subarray(0, this.groupSize), this.outSize);
    this.outSize += this.groupSize;
    this.group[0] = 0;
    this.groupSize = 1;
    this.mask = 1;
  }

  private step(): void {
    this.s = (this.s + 1) & (N - 1);
    this.r = (this.r + 1) & (N - 1);
  }

  private take(): Uint8Array {
    const made = this.out.slice(0, this.outSize);
    this.outSize = 0;
    return made;
  }

  /** Takes input and returns the output that it completes. */
  push(input: Uint8Array): Uint8Array {
    const { trees } = this;
    let at = 0;
    if (!this.started) {
      while (this.length < F && at < input.length) trees.window[this.r + this.length++] = input[at++]!;
      if (this.length < F) return this.take();
      // The last bytes of a full lookahead were not known to be final: begin only when there is more, or at the end.
      if (at < input.length) this.begin();
    }
    for (; at < input.length; at++) {
      trees.remove(this.s);
      const byte = input[at]!;
      trees.window[this.s] = byte;
      if (this.s < F - 1) trees.window[this.s + N] = byte;
      this.step();
      trees.insert(this.r);
      if (--this.skip === 0) this.choose();
    }
    return this.take();
  }

  /** Ends the stream and returns the rest of the output. */
  finish(): Uint8Array {
    const { trees } = this;
    if (!this.started && this.length > 0) this.begin();
    while (this.length > 0) {
      trees.remove(this.s);
      this.step();
      if (--this.length > 0) trees.insert(this.r);
      if (--this.skip === 0 && this.length > 0) this.choose();
    }
    if (this.groupSize > 1) this.flushGroup();
    return this.take();
  }
}

/**
 * Compresses with LZSS, giving the very stream that Apple's kernelcache tool gives.
 *
 * @example
 * ```ts
 * import { lzssDecode, lzssEncode } from 'img4/compression';
 *
 * const data = new TextEncoder().encode('abcabcabcabcabc');
 * if (lzssDecode(lzssEncode(data)).data.length !== data.length) throw new Error('round trip failed');
 * ```
 */
export function lzssEncode(data: Uint8Array): Uint8Array {
  const encoder = new LzssEncoder();
  const body = encoder.push(data);
  const tail = encoder.finish();
  const all = new Uint8Array(body.length + tail.length);
  all.set(body);
  all.set(tail, body.length);
  return all;
}
