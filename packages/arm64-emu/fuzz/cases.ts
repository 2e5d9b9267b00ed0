/** Test cases: an instruction drawn from the table and the state it starts from. */
import { type Decoder, definitions, G, type Insn } from '../src/a64/spec/index.js';
import { EXCLUSIONS } from './exclusions.js';
import {
  BRANCH,
  BRANCH_AT,
  BRANCH_SLOT,
  BRANCH_SLOTS,
  CODE,
  DATA,
  DATA_SIZE,
  FPCR,
  FPSR,
  Kind,
  NZCV,
  REQUEST_BYTES,
  REQUEST_WORDS,
  SLOTS,
  STATE_BYTES,
  STREAM_WORDS,
  V,
  X,
} from './protocol.js';
import { type FloatFormat, float, integer, type Random } from './random.js';

/** A batch of requests as `runner.c` reads them. */
export interface Batch {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly count: number;
}

const isBranch = (i: Insn): boolean => /^(B,|B\.|CBZ|TBZ|BR,|ERET|DRPS|BRK|HLT|DCPS|UDF)/.test(i.name);
const isMemory = (i: Insn): boolean => /^(LD|ST|CAS|SWP)/.test(i.name);
const FORMATS: readonly FloatFormat[] = [
  [10, 5],
  [23, 8],
  [52, 11],
  [7, 8],
];
/** Vectors that are kept of each kind, and how many of them are new for each test. */
const STOCK = 512;
const RENEWED = 8;
const CONTROL_BITS = [1 << 22, 1 << 23, 3 << 22, 1 << 24, 1 << 25, 1 << 26, 1 << 19];

const isStoreExclusive = (word: number): boolean =>
  (word & 0x3fc00000) === 0x08000000 && ((word & 0x200000) === 0 || word >>> 31 === 1);
const isLdapr = (word: number): boolean => (word & 0x3ffffc00) === 0x38bfc000;

/** Words that are not BRK in a page of a branch. */
const RELOAD_AT = BRANCH_AT - 4;

/** Whether a branch to an address would go on in the harness's code: that of other tests, or what ends a test. */
function goesOn(target: number): boolean {
  if (target < CODE || target >= DATA) return false;
  const inSlots = target >= BRANCH && target < BRANCH + BRANCH_SLOTS * BRANCH_SLOT;
  const at = target & (BRANCH_SLOT - 1);
  return !inSlots || at === RELOAD_AT || at === BRANCH_AT;
}

/** What the words of a test are drawn from: the table, with a bit flipped now and then, or all 2^32. */
export type Draw = 'table' | 'words';

export class Cases {
  private readonly pool: readonly Insn[];
  private readonly words = new Uint32Array(2);
  private readonly stock: DataView[] = [];
  constructor(
    private readonly decoder: Decoder,
    private readonly random: Random,
    only: (name: string) => boolean = () => true,
    private readonly draw: Draw = 'table',
  ) {
    this.pool = definitions().filter(i => only(i.name));
    if (this.pool.length === 0) throw new Error('no definition matches');
  }

  batch(wanted: number): Batch {
    const limit = Math.min(wanted, SLOTS);
    const bytes = new Uint8Array(limit * REQUEST_BYTES);
    const view = new DataView(bytes.buffer);
    let branches = 0;
    let count = 0;
    while (count < limit) {
      const { word, kind } = this.instruction();
      if (kind === Kind.BRANCH && branches >= BRANCH_SLOTS) continue;
      const at = count * REQUEST_BYTES;
      view.setUint32(at, kind, true);
      view.setUint32(at + 4, word, true);
      if (isStoreExclusive(word) && !this.random.chance(4)) {
        view.setUint32(at, kind | Kind.PREFIX, true);
        view.setUint32(at + 8, this.loadExclusive(word), true);
      }
      this.state(view, at + 16, kind, word);
      if (kind === Kind.BRANCH) {
        if (this.escapes(view, at + 16, word, BRANCH + branches * BRANCH_SLOT + BRANCH_AT)) continue;
        branches++;
      }
      count++;
    }
    return { bytes, view, count };
  }

  /** Whether a branch would go on in the harness's code, or to itself without end. */
  private escapes(view: DataView, at: number, word: number, pc: number): boolean {
    const d = this.decoder.decode(word)!;
    for (const { name, lsb, width } of d.insn.pattern.fields) {
      if (!['imm19', 'imm26', 'imm14'].includes(name)) continue;
      const displacement = ((word >>> lsb) << (32 - width)) >> (32 - width);
      return displacement === 0 || goesOn(pc + displacement * 4);
    }
    const n = (word >>> 5) & 31;
    const [low, high] = [view.getUint32(at + X + n * 8, true), view.getUint32(at + X + n * 8 + 4, true)];
    return n !== 31 && (high & 0xffffff) === 0 && goesOn(low);
  }

  /** A batch of streams: instructions in a row with branches forward, and loads and stores at an address in X28. */
  streams(wanted: number): Batch {
    const limit = Math.min(wanted, SLOTS);
    const bytes = new Uint8Array(limit * REQUEST_BYTES);
    const view = new DataView(bytes.buffer);
    for (let count = 0; count < limit; count++) {
      const at = count * REQUEST_BYTES;
      const length = 1 + this.random.below(STREAM_WORDS);
      view.setUint32(at, Kind.STREAM | Kind.MEMORY, true);
      view.setUint32(at + 12, length, true);
      this.state(view, at + 16, Kind.MEMORY, 28 << 5);
      view.setUint32(at + 16 + X + 28 * 8, DATA + DATA_SIZE / 2 + this.random.below(64) * 16, true);
      view.setUint32(at + 16 + X + 28 * 8 + 4, 0, true);
      for (let i = 0; i < length; i++) view.setUint32(at + REQUEST_WORDS + i * 4, this.streamWord(length - i), true);
    }
    return { bytes, view, count: limit };
  }
  /** `left`: instructions up to the end of the stream, this one included. */
  private streamWord(left: number): number {
    const r = this.random;
    for (;;) {
      if (r.chance(8)) return this.forwardBranch(1 + r.below(left));
      const i = this.pool[r.below(this.pool.length)]!;
      if (isBranch(i) || /literal|X[PR],|^MSR|^MRS/.test(i.name)) continue;
      let word = this.tame(i, ((r.next() & ~i.pattern.mask) | i.pattern.bits) >>> 0);
      // The base must stay what it is, and the offset small.
      if (isMemory(i)) word = ((word & ~(31 << 5)) | (28 << 5)) >>> 0;
      const d = this.decoder.decode(word);
      if (d?.insn !== i || EXCLUSIONS.some(e => e.matches(word, i.name))) continue;
      const touched = Object.entries(d.operands).filter(([, o]) => o instanceof G && o.n === 28);
      if (touched.some(([name]) => !isMemory(i) || name !== 'n')) continue;
      if (isMemory(i) && /post|pre|structure|LD1R|P,/.test(i.name)) continue;
      if (isMemory(i) && 'm' in d.operands) continue;
      return word;
    }
  }

  /** B, BL, B.cond, CBZ, CBNZ, TBZ or TBNZ over `words`. */
  private forwardBranch(words: number): number {
    const any = this.random.next();
    const form = this.random.below(4);
    if (form === 0) return ((any & 0x80000000) | 0x14000000 | words) >>> 0;
    if (form === 1) return (0x54000000 | (words << 5) | (any & 15)) >>> 0;
    if (form === 2) return ((any & 0x8100001f) | 0x34000000 | (words << 5)) >>> 0;
    return ((any & 0x81f8001f) | 0x36000000 | (words << 5)) >>> 0;
  }

  /** A word and how it is run. One in twenty has a bit flipped, to see that what should be UNDEFINED is. */
  private instruction(): { word: number; kind: number } {
    const r = this.random;
    for (;;) {
      let word = r.next();
      if (this.draw === 'table') {
        const i = this.pool[r.below(this.pool.length)]!;
        word = ((word & ~i.pattern.mask) | i.pattern.bits) >>> 0;
        word = r.chance(20) ? (word ^ (1 << r.below(32))) >>> 0 : this.tame(i, word);
      }
      const insn = this.decoder.decode(word)?.insn;
      if (EXCLUSIONS.some(e => e.matches(word, insn?.name))) continue;
      const kind =
        insn === undefined ? Kind.PLAIN : isBranch(insn) ? Kind.BRANCH : isMemory(insn) ? Kind.MEMORY : Kind.PLAIN;
      return { word, kind };
    }
  }

  /** A load-exclusive of the same address and size; another size is CONSTRAINED UNPREDICTABLE. */
  private loadExclusive(word: number): number {
    const n = (word >>> 5) & 31;
    const other = (): number => (n + 1 + this.random.below(30)) % 32;
    const w = (word & 0xffe003e0) | 0x00400000 | (31 << 16) | other();
    return (w | ((word & 0x00200000 ? other() : 31) << 10)) >>> 0;
  }

  /** Keeps immediates small most of the time, so that accesses and targets are inside the test's memory. */
  private tame(i: Insn, word: number): number {
    const r = this.random;
    let w = word;
    for (const { name, lsb, width } of i.pattern.fields) {
      if (!['imm12', 'imm19', 'imm26', 'imm14'].includes(name) || !(isMemory(i) || isBranch(i)) || r.chance(8))
        continue;
      const bits = name === 'imm12' ? 6 : 8;
      const mask = (2 ** width - 1) * 2 ** lsb;
      const small = r.below(2 ** bits) - (name === 'imm12' ? 0 : 2 ** (bits - 1));
      w = ((w & ~mask) | ((small * 2 ** lsb) & mask)) >>> 0;
    }
    return w;
  }
  private state(view: DataView, at: number, kind: number, word: number): void {
    const r = this.random;
    for (let i = 0; i < 32; i++) {
      const address = kind === Kind.MEMORY && r.chance(2);
      const [low, high] = address ? this.address() : integer(r);
      view.setUint32(at + X + i * 8, low, true);
      view.setUint32(at + X + i * 8 + 4, high, true);
    }
    if (kind === Kind.MEMORY) this.base(view, at, word);
    if (kind === Kind.BRANCH) this.target(view, at, word);
    this.vectors(view, at + V);
    view.setUint32(at + NZCV, r.below(16), true);
    view.setUint32(at + FPCR, r.below(5) < 3 ? 0 : this.control(), true);
    view.setUint32(at + FPSR, r.chance(2) ? 0x10 : r.next() & 0x0800009f, true);
    view.setUint32(at + STATE_BYTES - 4, 0, true);
  }
  private control(): number {
    let c = 0;
    for (const b of CONTROL_BITS) if (this.random.chance(3)) c |= b;
    return c >>> 0;
  }
  /** Somewhere in the data region, often aligned, sometimes at its ends or in the middle, where a page ends. */
  private address(): [number, number] {
    const r = this.random;
    const where = r.below(8);
    let a =
      where === 0
        ? DATA_SIZE - r.below(64)
        : where === 1
          ? r.below(64) - 32
          : where === 2
            ? DATA_SIZE / 2 - r.below(64)
            : r.below(DATA_SIZE);
    if (!r.chance(3)) a &= -16;
    return [(DATA + a) >>> 0, 0];
  }
  /** The base register gets an address, an index register a small number. */
  private base(view: DataView, at: number, word: number): void {
    const r = this.random;
    const n = (word >>> 5) & 31;
    const m = (word >>> 16) & 31;
    if (m !== 31 && r.chance(2)) {
      view.setInt32(at + X + m * 8, r.below(256) - 128, true);
      view.setInt32(at + X + m * 8 + 4, view.getInt32(at + X + m * 8, true) < 0 ? -1 : 0, true);
    }
    if (!r.chance(16)) {
      const [low, high] = this.address();
      view.setUint32(at + X + n * 8, low, true);
      view.setUint32(at + X + n * 8 + 4, high, true);
    }
    // QEMU lets LDAPR be misaligned, but not its other acquire loads.
    // Whether a store-exclusive that fails checks its address first is left open; the monitor is not armed here.
    if (isStoreExclusive(word) || isLdapr(word)) {
      view.setUint32(at + X + n * 8, DATA + 16 * r.below(DATA_SIZE / 16), true);
      view.setUint32(at + X + n * 8 + 4, 0, true);
    }
    // A compare and swap should succeed now and then: the value in memory is known.
    if (r.chance(3)) {
      const offset = view.getUint32(at + X + n * 8, true) - DATA;
      const s = (word >>> 16) & 31;
      if (offset >= 0 && offset <= DATA_SIZE - 16 && offset % 4 === 0 && s !== n) {
        view.setUint32(at + X + s * 8, Math.imul(offset / 4 + 1, 0x9e3779b1), true);
        view.setUint32(at + X + s * 8 + 4, Math.imul(offset / 4 + 2, 0x9e3779b1), true);
      }
    }
  }
  /** The register of an indirect branch leads to a page of BRK. */
  private target(view: DataView, at: number, word: number): void {
    if (this.random.chance(4)) return;
    const n = (word >>> 5) & 31;
    view.setUint32(
      at + X + n * 8,
      BRANCH + this.random.below(BRANCH_SLOTS) * BRANCH_SLOT + this.random.below(256) * 4,
      true,
    );
    view.setUint32(at + X + n * 8 + 4, 0, true);
  }
  /** All vector registers from the stock of one kind, some of which is replaced for each test: few are operands. */
  private vectors(view: DataView, at: number): void {
    const r = this.random;
    const mode = r.below(5);
    const stock = (this.stock[mode] ??= this.fill(new DataView(new ArrayBuffer(STOCK * 16)), mode));
    for (let i = 0; i < RENEWED; i++) this.vector(stock, r.below(STOCK) * 16, mode);
    for (let i = 0; i < 512; i += 16) {
      const from = r.below(STOCK) * 16;
      view.setBigUint64(at + i, stock.getBigUint64(from, true), true);
      view.setBigUint64(at + i + 8, stock.getBigUint64(from + 8, true), true);
    }
  }
  private fill(stock: DataView, mode: number): DataView {
    for (let i = 0; i < STOCK; i++) this.vector(stock, i * 16, mode);
    return stock;
  }
  /** Lanes of integers, of one floating-point format, or both mixed. */
  private vector(view: DataView, at: number, mode: number): void {
    const r = this.random;
    if (mode === 4) {
      for (let i = 0; i < 16; i += 8) {
        const [low, high] = integer(r);
        view.setUint32(at + i, low, true);
        view.setUint32(at + i + 4, high, true);
      }
      return;
    }
    if (mode === 3 && r.chance(2)) {
      for (let i = 0; i < 16; i++) view.setUint8(at + i, r.chance(2) ? r.below(20) - 10 : r.next());
      return;
    }
    const format = FORMATS[mode]!;
    const bytes = (1 + format[0] + format[1]) / 8;
    const { words } = this;
    for (let i = 0; i < 16; i += bytes) {
      float(r, format, words);
      if (bytes === 2) view.setUint16(at + i, words[0]!, true);
      else view.setUint32(at + i, words[0]!, true);
      if (bytes === 8) view.setUint32(at + i + 4, words[1]!, true);
    }
  }
}
