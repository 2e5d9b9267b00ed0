import { joinWord, type PointerFormat } from './formats.js';

/** Slots that share a format and a distance from file offset to address. */
export interface Run {
  /** First index in the table. */
  readonly first: number;
  readonly format: PointerFormat;
  /** Address of a slot less its file offset. */
  readonly delta: bigint;
  /** 32-bit formats: greater targets are no pointers. */
  readonly maxValidPointer: number;
}

/** Slots in columns: file offset and stored word of each, grouped in runs. Made for hundreds of thousands. */
export class FixupTable {
  length = 0;
  readonly runs: Run[] = [];
  offsets = new Uint32Array(1024);
  low = new Uint32Array(1024);
  high = new Uint32Array(1024);

  /** Begins a run; slots pushed next belong to it. */
  run(format: PointerFormat, delta: bigint, maxValidPointer = 0): void {
    this.runs.push({ first: this.length, format, delta, maxValidPointer });
  }

  /** Makes room for `count` more slots. */
  reserve(count: number): void {
    if (this.length + count <= this.offsets.length) return;
    const size = Math.max(this.length + count, this.offsets.length * 2);
    const grow = (old: Uint32Array) => {
      const next = new Uint32Array(size);
      next.set(old);
      return next;
    };
    this.offsets = grow(this.offsets);
    this.low = grow(this.low);
    this.high = grow(this.high);
  }

  push(offset: number, low: number, high: number): void {
    if (this.length === this.offsets.length) this.reserve(1);
    this.offsets[this.length] = offset;
    this.low[this.length] = low;
    this.high[this.length] = high;
    this.length++;
  }

  /** Run of slot `i`. */
  runOf(i: number): Run {
    let low = 0;
    let high = this.runs.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.runs[middle]!.first <= i) low = middle;
      else high = middle;
    }
    return this.runs[low]!;
  }

  /** Address of slot `i`, unslid. */
  location(i: number): bigint {
    return this.runOf(i).delta + BigInt(this.offsets[i]!);
  }

  /** Stored word of slot `i`. */
  word(i: number): bigint {
    return joinWord(this.low[i]!, this.high[i]!);
  }
}
