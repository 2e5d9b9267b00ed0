import {
  D,
  D_VALUES,
  L,
  L_VALUES,
  LITERAL,
  LITERALS_PER_BLOCK,
  M,
  M_VALUES,
  MAGIC,
  MATCHES_PER_BLOCK,
  V2_HEADER,
} from './constants.js';
import { encoderTable, normalize } from './fse.js';
import type { ByteSink } from './sink.js';

/** The symbol of every value up to `max`, small values by table. */
function symbolsOf(values: { readonly base: Int32Array; readonly max: number }): Uint8Array {
  const symbols = new Uint8Array(values.max + 1);
  for (const [symbol, base] of values.base.entries()) symbols.fill(symbol, base);
  return symbols;
}
const L_SYMBOL = symbolsOf(L_VALUES);
const M_SYMBOL = symbolsOf(M_VALUES);
const D_SYMBOL = symbolsOf(D_VALUES);

/** Room for a full header and both payloads at their largest. */
const BLOCK_ROOM = 1024 + LITERALS_PER_BLOCK * 2 + MATCHES_PER_BLOCK * 8;

class Alphabet {
  readonly counts: Uint32Array;
  readonly frequencies: Uint16Array;
  readonly table: Int32Array;
  constructor(private readonly shape: { readonly symbols: number; readonly states: number }) {
    this.counts = new Uint32Array(shape.symbols);
    this.frequencies = new Uint16Array(shape.symbols);
    this.table = new Int32Array(4 * shape.symbols);
  }
  build(): void {
    normalize(this.counts, this.shape.states, this.frequencies);
    encoderTable(this.table, this.frequencies, this.shape.states);
  }
}

/** Collects literals and L, M, D triples, and writes them as one `bvx2` block. */
export class BlockEncoder {
  private readonly l = new Alphabet(L);
  private readonly m = new Alphabet(M);
  private readonly d = new Alphabet(D);
  private readonly literal = new Alphabet(LITERAL);
  matches = 0;
  literalCount = 0;
  /** Bytes that the block stands for. */
  rawSize = 0;

  /** The arrays may be given, to be filled by someone else. */
  constructor(
    private readonly lValues = new Int32Array(MATCHES_PER_BLOCK),
    private readonly mValues = new Int32Array(MATCHES_PER_BLOCK),
    private readonly dValues = new Int32Array(MATCHES_PER_BLOCK),
    private readonly literals = new Uint8Array(LITERALS_PER_BLOCK),
  ) {}

  /** Whether a triple with `length` literals still fits. */
  fits(length: number): boolean {
    return this.matches + 9 <= MATCHES_PER_BLOCK && this.literalCount + length + 16 <= LITERALS_PER_BLOCK;
  }

  push(source: Uint8Array, at: number, length: number, match: number, distance: number): void {
    const n = this.matches++;
    this.lValues[n] = length;
    this.mValues[n] = match;
    this.dValues[n] = distance;
    const { literals } = this;
    let to = this.literalCount;
    if (length > 32) literals.set(source.subarray(at, at + length), to);
    else for (let i = 0; i < length; i++) literals[to++] = source[at + i]!;
    this.literalCount += length;
    this.rawSize += length + match;
  }

  get empty(): boolean {
    return this.matches === 0;
  }

  private count(): void {
    const { lValues, mValues, dValues, literals, matches } = this;
    for (const { counts } of [this.l, this.m, this.d, this.literal]) counts.fill(0);
    const [l, m, d, literal] = [this.l.counts, this.m.counts, this.d.counts, this.literal.counts];
    let previous = 0;
    for (let i = 0; i < matches; i++) {
      l[L_SYMBOL[lValues[i]!]!]!++;
      m[M_SYMBOL[mValues[i]!]!]!++;
      const distance = dValues[i]!;
      // A repeated distance is written as 0.
      if (distance === previous) dValues[i] = 0;
      else previous = distance;
      d[D_SYMBOL[dValues[i]!]!]!++;
    }
    for (let i = 0; i < this.literalCount; i++) literal[literals[i]!]!++;
  }

  /** Writes the block to `out` and starts a new one. */
  flush(out: ByteSink): void {
    while (this.literalCount & 3) this.literals[this.literalCount++] = 0;
    this.count();
    for (const alphabet of [this.l, this.m, this.d, this.literal]) alphabet.build();
    const bytes = out.reserve(BLOCK_ROOM);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = out.size;
    const tablesEnd = this.writeFrequencies(bytes, start + V2_HEADER);
    const literal = this.writeLiterals(view, tablesEnd);
    const lmd = this.writeTriples(view, literal.end);
    const literalPayload = literal.end - tablesEnd;
    const lmdPayload = lmd.end - literal.end;
    const [s0, s1, s2, s3] = literal.states as [number, number, number, number];
    view.setUint32(start, MAGIC.V2, true);
    view.setUint32(start + 4, this.rawSize, true);
    view.setUint32(start + 8, this.literalCount | (literalPayload << 20), true);
    view.setUint32(start + 12, (literalPayload >>> 12) | (this.matches << 8) | ((7 + literal.bits) << 28), true);
    view.setUint32(start + 16, s0 | (s1 << 10) | (s2 << 20) | (s3 << 30), true);
    view.setUint32(start + 20, (s3 >>> 2) | (lmdPayload << 8) | ((7 + lmd.bits) << 28), true);
    view.setUint32(start + 24, tablesEnd - start, true);
    view.setUint32(start + 28, lmd.l | (lmd.m << 10) | (lmd.d << 20), true);
    out.size = lmd.end;
    this.matches = 0;
    this.literalCount = 0;
    this.rawSize = 0;
  }

  /** The prefix code that the reader's counterpart explains. */
  private writeFrequencies(bytes: Uint8Array, at: number): number {
    let pool = 0;
    let bits = 0;
    for (const { frequencies } of [this.l, this.m, this.d, this.literal])
      for (const f of frequencies) {
        let width: number;
        let code: number;
        if (f < 2) [width, code] = [2, f << 1];
        else if (f < 4) [width, code] = [3, 1 | ((f - 2) << 2)];
        else if (f < 8) [width, code] = [5, 3 | ((f - 4) << 3)];
        else if (f < 24) [width, code] = [8, 7 | ((f - 8) << 4)];
        else [width, code] = [14, 15 | ((f - 24) << 4)];
        pool |= code << bits;
        for (bits += width; bits >= 8; bits -= 8) {
          bytes[at++] = pool & 0xff;
          pool >>>= 8;
        }
      }
    if (bits > 0) bytes[at++] = pool;
    return at;
  }

  /** Literals go into four interleaved streams, last first; the pool is emptied every two symbols (20 bits at most). */
  private writeLiterals(view: DataView, at: number): { end: number; bits: number; states: number[] } {
    const { literals } = this;
    const { table } = this.literal;
    const states = [0, 0, 0, 0];
    let [s0, s1, s2, s3] = states as [number, number, number, number];
    let pool = 0;
    let bits = 0;
    for (let i = this.literalCount - 4; i >= 0; i -= 4) {
      let e = 4 * literals[i + 3]!;
      let high = s3 >= table[e]!;
      let n = high ? table[e + 1]! : table[e + 1]! - 1;
      pool |= (s3 & ((1 << n) - 1)) << bits;
      bits += n;
      s3 = (high ? table[e + 2]! : table[e + 3]!) + (s3 >> n);
      e = 4 * literals[i + 2]!;
      high = s2 >= table[e]!;
      n = high ? table[e + 1]! : table[e + 1]! - 1;
      pool |= (s2 & ((1 << n) - 1)) << bits;
      bits += n;
      s2 = (high ? table[e + 2]! : table[e + 3]!) + (s2 >> n);
      view.setUint32(at, pool, true);
      at += bits >> 3;
      pool >>>= bits & 0x18;
      bits &= 7;
      e = 4 * literals[i + 1]!;
      high = s1 >= table[e]!;
      n = high ? table[e + 1]! : table[e + 1]! - 1;
      pool |= (s1 & ((1 << n) - 1)) << bits;
      bits += n;
      s1 = (high ? table[e + 2]! : table[e + 3]!) + (s1 >> n);
      e = 4 * literals[i]!;
      high = s0 >= table[e]!;
      n = high ? table[e + 1]! : table[e + 1]! - 1;
      pool |= (s0 & ((1 << n) - 1)) << bits;
      bits += n;
      s0 = (high ? table[e + 2]! : table[e + 3]!) + (s0 >> n);
      view.setUint32(at, pool, true);
      at += bits >> 3;
      pool >>>= bits & 0x18;
      bits &= 7;
    }
    if (bits > 0) view.setUint8(at++, pool);
    return { end: at, bits: bits === 0 ? 0 : bits - 8, states: [s0, s1, s2, s3] };
  }

  /** Triples, last first, after eight bytes of padding that let a reader load whole words. */
  private writeTriples(view: DataView, at: number): { end: number; bits: number; l: number; m: number; d: number } {
    const { lValues, mValues, dValues } = this;
    const [lTable, mTable, dTable] = [this.l.table, this.m.table, this.d.table];
    let [l, m, d] = [0, 0, 0];
    view.setUint32(at, 0, true);
    view.setUint32(at + 4, 0, true);
    at += 8;
    let pool = 0;
    let bits = 0;
    for (let i = this.matches - 1; i >= 0; i--) {
      let value = dValues[i]!;
      let symbol = D_SYMBOL[value]!;
      pool |= (value - D_VALUES.base[symbol]!) << bits;
      bits += D_VALUES.bits[symbol]!;
      let e = 4 * symbol;
      let high = d >= dTable[e]!;
      let n = high ? dTable[e + 1]! : dTable[e + 1]! - 1;
      pool |= (d & ((1 << n) - 1)) << bits;
      bits += n;
      d = (high ? dTable[e + 2]! : dTable[e + 3]!) + (d >> n);
      view.setUint32(at, pool, true);
      at += bits >> 3;
      pool >>>= bits & 0x18;
      bits &= 7;

      value = mValues[i]!;
      symbol = M_SYMBOL[value]!;
      pool |= (value - M_VALUES.base[symbol]!) << bits;
      bits += M_VALUES.bits[symbol]!;
      e = 4 * symbol;
      high = m >= mTable[e]!;
      n = high ? mTable[e + 1]! : mTable[e + 1]! - 1;
      pool |= (m & ((1 << n) - 1)) << bits;
      bits += n;
      m = (high ? mTable[e + 2]! : mTable[e + 3]!) + (m >> n);
      view.setUint32(at, pool, true);
      at += bits >> 3;
      pool >>>= bits & 0x18;
      bits &= 7;

      value = lValues[i]!;
      symbol = L_SYMBOL[value]!;
      pool |= (value - L_VALUES.base[symbol]!) << bits;
      bits += L_VALUES.bits[symbol]!;
      e = 4 * symbol;
      high = l >= lTable[e]!;
      n = high ? lTable[e + 1]! : lTable[e + 1]! - 1;
      pool |= (l & ((1 << n) - 1)) << bits;
      bits += n;
      l = (high ? lTable[e + 2]! : lTable[e + 3]!) + (l >> n);
      view.setUint32(at, pool, true);
      at += bits >> 3;
      pool >>>= bits & 0x18;
      bits &= 7;
    }
    if (bits > 0) view.setUint8(at++, pool);
    return { end: at, bits: bits === 0 ? 0 : bits - 8, l, m, d };
  }
}
