import { Img4Error } from '../../error.js';
import { D, D_VALUES, L, L_VALUES, LITERAL, LITERALS_PER_BLOCK, M, M_VALUES } from './constants.js';
import { literalTable, valueTable } from './fse.js';
import type { LzfseHeader } from './header.js';
import { WINDOW_SIZE } from './limits.js';

const LITERAL_SLOP = 64;

/** Decodes `bvx1` and `bvx2` blocks into its window. Positions are the window's. */
export interface BlockDecoder {
  readonly window: Uint8Array;
  /**
   * Sets up the tables and decodes the literals of the block whose payload begins at `at`.
   *
   * @param offset where errors say the block is
   */
  begin(source: DataView, at: number, header: LzfseHeader, offset: number): void;
  /** Whether triples are left to decode. */
  readonly pending: boolean;
  /** Decodes triples while `at <= fastEnd`, after which `TRIPLE_ROOM` bytes are free. Returns the new position. */
  fast(at: number, fastEnd: number): number;
  /** Decodes the rest of the block, never writing at `end` or after it. Returns the new position. */
  careful(at: number, end: number): number;
  /** Gives its memory back; it is not used afterwards. */
  release(): void;
}

/**
 * The decoder in TypeScript. Its buffers (some 60 KB beside the window) are reused from block to block.
 *
 * FSE streams are read backwards, so a bit position counts down from the end of the payload. Reads take the 32 bits
 * at the byte of the position: up to 25 bits at any alignment. The caller guarantees 4 readable bytes after the payload.
 */
class ScriptBlock implements BlockDecoder {
  readonly window = new Uint8Array(WINDOW_SIZE);
  private readonly view = new DataView(this.window.buffer);
  private readonly literalStates = new Int32Array(LITERAL.states);
  private readonly lTable = new Int32Array(2 * L.states);
  private readonly mTable = new Int32Array(2 * M.states);
  private readonly dTable = new Int32Array(2 * D.states);
  private readonly literals = new Uint8Array(LITERALS_PER_BLOCK + LITERAL_SLOP);
  private readonly literalWords = new Uint32Array(this.literals.buffer);
  private readonly literalView = new DataView(this.literals.buffer);
  private literalCount = 0;
  private literal = 0;
  private matches = 0;
  private source: DataView = this.literalView;
  /** Byte that bit position 0 of the L, M, D stream is at. */
  private base = 0;
  private bit = 0;
  private l = 0;
  private m = 0;
  private d = 0;
  private distance = 0;
  private offset = 0;

  private fail(reason: string): Img4Error {
    return new Img4Error('corrupt', reason, { offset: this.offset, path: 'lzfse' });
  }

  begin(source: DataView, at: number, header: LzfseHeader, offset: number): void {
    this.offset = offset;
    const f = header.frequencies;
    const [m, d, literal] = [L.symbols, L.symbols + M.symbols, L.symbols + M.symbols + D.symbols];
    valueTable(this.lTable, f.subarray(0, m), L_VALUES);
    valueTable(this.mTable, f.subarray(m, d), M_VALUES);
    valueTable(this.dTable, f.subarray(d, literal), D_VALUES);
    literalTable(this.literalStates, f.subarray(literal));
    this.decodeLiterals(source, at, header);
    this.source = source;
    this.base = at + header.literalPayload;
    this.bit = header.lmdPayload * 8 + header.lmdBits;
    this.l = header.lState;
    this.m = header.mState;
    this.d = header.dState;
    this.matches = header.matches;
    this.literal = 0;
    this.distance = 0;
  }

  get pending(): boolean {
    return this.matches > 0;
  }

  release(): void {
    idle = new WeakRef(this);
  }

  private decodeLiterals(source: DataView, at: number, header: LzfseHeader): void {
    const table = this.literalStates;
    const out = this.literalWords;
    let [s0, s1, s2, s3] = header.literalStates as [number, number, number, number];
    let bit = header.literalPayload * 8 + header.literalBits;
    const words = header.literals >> 2;
    for (let i = 0; i < words; i++) {
      const e0 = table[s0]!;
      const e1 = table[s1]!;
      const e2 = table[s2]!;
      const e3 = table[s3]!;
      const k1 = e1 & 0xff;
      const k3 = e3 & 0xff;
      const low = bit - (e0 & 0xff) - k1;
      bit = low - (e2 & 0xff) - k3;
      if (bit < 0) throw this.fail('the literal stream is too short');
      const v01 = source.getUint32(at + (low >> 3), true) >>> (low & 7);
      const v23 = source.getUint32(at + (bit >> 3), true) >>> (bit & 7);
      s1 = (e1 >> 16) + (v01 & ((1 << k1) - 1));
      s0 = (e0 >> 16) + ((v01 >>> k1) & ((1 << (e0 & 0xff)) - 1));
      s3 = (e3 >> 16) + (v23 & ((1 << k3) - 1));
      s2 = (e2 >> 16) + ((v23 >>> k3) & ((1 << (e2 & 0xff)) - 1));
      out[i] = ((e0 >> 8) & 0xff) | (e1 & 0xff00) | ((e2 & 0xff00) << 8) | ((e3 & 0xff00) << 16);
    }
    this.literalCount = header.literals;
  }

  fast(at: number, fastEnd: number): number {
    const { window: out, view } = this;
    const { source, base, lTable, mTable, dTable, literalView, literalCount } = this;
    let { bit, l, m, d, distance, literal, matches } = this;
    while (matches > 0 && at <= fastEnd) {
      const el = lTable[2 * l]!;
      const em = mTable[2 * m]!;
      const ed = dTable[2 * d]!;
      const bitL = bit - (el & 0xff);
      const bitM = bitL - (em & 0xff);
      bit = bitM - (ed & 0xff);
      if (bit < 0) throw this.fail('the L, M, D stream is too short');
      const vl = (source.getUint32(base + (bitL >> 3), true) >>> (bitL & 7)) & ((1 << (el & 0xff)) - 1);
      const vm = (source.getUint32(base + (bitM >> 3), true) >>> (bitM & 7)) & ((1 << (em & 0xff)) - 1);
      const vd = (source.getUint32(base + (bit >> 3), true) >>> (bit & 7)) & ((1 << (ed & 0xff)) - 1);
      const xl = (el >> 8) & 0xff;
      const xm = (em >> 8) & 0xff;
      const xd = (ed >> 8) & 0xff;
      const length = lTable[2 * l + 1]! + (vl & ((1 << xl) - 1));
      const match = mTable[2 * m + 1]! + (vm & ((1 << xm) - 1));
      const newDistance = dTable[2 * d + 1]! + (vd & ((1 << xd) - 1));
      l = (el >> 16) + (vl >>> xl);
      m = (em >> 16) + (vm >>> xm);
      d = (ed >> 16) + (vd >>> xd);
      // 0 repeats the distance before: a mask spares a branch that cannot be predicted.
      distance = newDistance | (distance & ((newDistance - 1) >> 31));
      matches--;
      const literalEnd = literal + length;
      if (literalEnd > literalCount) throw this.fail('a triple asks for more literals than the block has');
      view.setUint32(at, literalView.getUint32(literal, true), true);
      view.setUint32(at + 4, literalView.getUint32(literal + 4, true), true);
      for (let i = 8; i < length; i += 8) {
        view.setUint32(at + i, literalView.getUint32(literal + i, true), true);
        view.setUint32(at + i + 4, literalView.getUint32(literal + i + 4, true), true);
      }
      literal = literalEnd;
      at += length;
      if (match === 0) continue;
      let from = at - distance;
      if (from < 0 || distance === 0) throw this.fail(`distance ${distance} reaches before the output`);
      const end = at + match;
      if (distance >= 4) {
        do {
          view.setUint32(at, view.getUint32(from, true), true);
          view.setUint32(at + 4, view.getUint32(from + 4, true), true);
          at += 8;
          from += 8;
        } while (at < end);
      } else if (distance === 1) out.fill(out[from]!, at, end);
      else while (at < end) out[at++] = out[from++]!;
      at = end;
    }
    this.bit = bit;
    this.l = l;
    this.m = m;
    this.d = d;
    this.distance = distance;
    this.literal = literal;
    this.matches = matches;
    return at;
  }

  careful(at: number, end: number): number {
    const out = this.window;
    while (this.matches > 0) {
      const [length, match] = this.triple(at);
      if (length + match > end - at) throw this.fail('the block holds more than its header says');
      for (let i = 0; i < length; i++) out[at++] = this.literals[this.literal++]!;
      for (let i = 0; i < match; i++, at++) out[at] = out[at - this.distance]!;
    }
    return at;
  }

  /** Decodes one triple and checks it; `at` is where its literals go. */
  private triple(at: number): [number, number] {
    const next = (table: Int32Array, state: number): [value: number, state: number] => {
      const entry = table[2 * state]!;
      this.bit -= entry & 0xff;
      if (this.bit < 0) throw this.fail('the L, M, D stream is too short');
      const word = this.source.getUint32(this.base + (this.bit >> 3), true) >>> (this.bit & 7);
      const bits = word & ((1 << (entry & 0xff)) - 1);
      const extra = (entry >> 8) & 0xff;
      return [table[2 * state + 1]! + (bits & ((1 << extra) - 1)), (entry >> 16) + (bits >>> extra)];
    };
    let length: number;
    let match: number;
    let distance: number;
    [length, this.l] = next(this.lTable, this.l);
    [match, this.m] = next(this.mTable, this.m);
    [distance, this.d] = next(this.dTable, this.d);
    if (distance !== 0) this.distance = distance;
    this.matches--;
    if (this.literal + length > this.literalCount)
      throw this.fail('a triple asks for more literals than the block has');
    if (match > 0 && (this.distance === 0 || this.distance > at + length))
      throw this.fail(`distance ${this.distance} reaches before the output`);
    return [length, match];
  }
}

/** The last instance that was given back: its buffers are used again, unless they are collected first. */
let idle: WeakRef<ScriptBlock> | undefined;

/** A decoder in TypeScript. */
export function scriptBlock(): ScriptBlock {
  const again = idle?.deref();
  idle = undefined;
  return again ?? new ScriptBlock();
}
