import { beforeEach, describe, expect, it } from 'vitest';
import { Stage1 } from '../../src/cpu/mmu.js';
import { max } from '../../src/cpu/models.js';
import { el1Regime } from '../../src/cpu/regime.js';
import { Access, OK } from '../../src/cpu/walk.js';
import { PhysicalMemory } from '../../src/engine/physical-memory.js';
import { RECORDS_START, STATE, TLB_SET } from '../../src/engine/state.js';
import { Regime, Tlb } from '../../src/engine/tlb.js';
import { WALK, WalkState } from '../../src/walk/state.js';
import { walker } from '../../src/walk/walker.js';

// What the walker does is compared with what the CPU model and the TLB classes do, for tables and accesses at random.

const MIB = 2 ** 20;
const RAM = 0x4000_0000;
const RAM_SIZE = 4 * MIB;
const WASM_PAGE = 65536;
const RAM_HOST = Math.ceil(RECORDS_START / WASM_PAGE) * WASM_PAGE;
/** A page of linear memory that stands for the map of pages with code. */
const CODE_MAP = 0x8000;
const WRITE = 0x80;
const UNPRIVILEGED = 0x100;
const DECLINED = -1;

const linear = new WebAssembly.Memory({ initial: (RAM_HOST + RAM_SIZE) / WASM_PAGE });
const words = new Int32Array(linear.buffer);
const memory = new PhysicalMemory(linear.buffer, [{ base: RAM, size: RAM_SIZE }], RAM_HOST);
const state = new WalkState(linear.buffer);
const walk = walker(linear, () => DECLINED);
/** The walker fills the TLB of CPU 0, the classes that of CPU 1. */
const mine = new Tlb(words, 0, state);
const theirs = new Tlb(words, 1);
mine.active = true;

let changes = 0;
memory.onChange = () => changes++;

/** Numbers from a seed (mulberry32). */
function random(seed: number): (below: number) => number {
  let a = seed;
  return below => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
type Random = ReturnType<typeof random>;
const oneIn = (n: number, r: Random): number => (r(n) === 0 ? 1 : 0);

/** Every location of RAM is a descriptor; most lead to RAM again. */
function fillRam(r: Random): void {
  for (let at = RAM_HOST >> 2; at < (RAM_HOST + RAM_SIZE) >> 2; at += 2) {
    const address = (oneIn(30, r) ? r(2 ** 31) : RAM + r(RAM_SIZE)) & -0x1000;
    const valid = oneIn(20, r) ? 0 : 1;
    const low = (r(5) ? 2 : 0) | (oneIn(20, r) ? r(8) << 2 : 0) | (r(4) << 6) | (r(8) ? 0x400 : 0) | (r(2) << 11);
    const high = (oneIn(10, r) << 19) | (r(4) << 21) | (oneIn(6, r) ? r(32) << 27 : 0) | oneIn(60, r);
    words[at] = address | low | valid;
    words[at + 1] = high;
  }
}

function randomRegime(r: Random) {
  const bits = (n: number, lsb: number): bigint => BigInt(n) << BigInt(lsb);
  const size = (): number => 16 + r(24);
  const granules = [bits(r(3), 14), bits(1 + r(3), 30)];
  const flags = [7, 23, 55, 56].map(n => bits(oneIn(12, r), n)).concat([37, 38, 41, 42].map(n => bits(r(2), n)));
  const updates = bits(r(2), 39) | bits(r(2), 40);
  const tcr = [bits(size(), 0), bits(size(), 16), ...granules, ...flags, updates, bits(2 + r(4), 32)];
  const table = (): bigint => BigInt(RAM + r(RAM_SIZE / WASM_PAGE) * WASM_PAGE);
  return el1Regime(max, {
    sctlr: 1n | bits(r(2), 19),
    tcr: tcr.reduce((a, b) => a | b),
    ttbr0: table(),
    ttbr1: table(),
    // Attribute 0 is the usual one; Device and others are further up.
    mair: 0x44_04_00_0c_bb_f4_4f_ffn,
  });
}

/** An address as programs have them, of either range. */
function randomAddress(r: Random) {
  const upper = r(2) === 0;
  const width = r(4) ? 12 + r(28) : r(64);
  const low = (r(2 ** 31) << 1) | r(2);
  const hi = width > 32 ? r(2 ** (width - 32)) : 0;
  return { lo: low & -8, hi: upper ? ~hi : hi };
}

/** Offset of the first word in which two sets differ by what fills leave there; -1 when they are equal. */
function difference(a: number, b: number): number {
  for (let at = 0; at < TLB_SET.SIZE; at += 4)
    if ((at < TLB_SET.SCRATCH || at >= TLB_SET.READ_RANGE) && words[(a + at) >> 2] !== words[(b + at) >> 2]) return at;
  return -1;
}
/** Where the sets of the two TLBs differ. */
function differences(): number[] {
  const pairs = [
    [mine.current, theirs.current],
    [mine.unprivileged, theirs.unprivileged],
  ] as const;
  return pairs.map(([a, b]) => difference(a.base, b.base)).filter(at => at >= 0);
}

function setLevel(el: 0 | 1, pan: boolean): void {
  words[STATE.CURRENT_EL >> 2] = el << 2;
  words[STATE.PAN >> 2] = pan ? 1 << 22 : 0;
  const regime = el === 0 ? Regime.el0 : pan ? Regime.privilegedPan : Regime.privileged;
  for (const tlb of [mine, theirs]) tlb.select(regime, el === 0 ? regime : Regime.unprivileged);
}

beforeEach(() => {
  state.useMemory(memory.regions);
  state.useCodeMap(CODE_MAP, RAM_HOST);
  state.watch(false, false);
  words.fill(0, CODE_MAP >> 2, (CODE_MAP + RAM_SIZE / 4096) >> 2);
  words[STATE.UAO >> 2] = 0;
  for (const tlb of [mine, theirs]) tlb.flushAll();
});

describe('the walker of generated code', () => {
  it.each([1, 2, 3, 4, 5, 6])('enters what the CPU model allows, and nothing else (seed %i)', seed => {
    const r = random(seed);
    fillRam(r);
    let served = 0;
    for (let round = 0; round < 60; round++) {
      const regime = randomRegime(r);
      const mmu = new Stage1(memory, regime);
      mine.useTables(regime);
      for (let n = 0; n < 100; n++) {
        const el = r(2) as 0 | 1;
        const pan = r(2) === 0;
        setLevel(el, pan);
        const { lo, hi } = randomAddress(r);
        const write = r(2) === 0;
        const unprivileged = el === 1 && oneIn(4, r) === 1;
        const info = 3 | (3 << 4) | (write ? WRITE : 0) | (unprivileged ? UNPRIVILEGED : 0);
        const el0 = el === 0 || unprivileged;
        const flags = (write ? Access.write : Access.read) | (el0 ? Access.unprivileged : pan ? Access.pan : 0);
        let entry = walk(lo, hi, info);
        changes = 0;
        const status = mmu.translate(lo, hi, flags);
        const inRam = mmu.pa >= RAM && mmu.pa < RAM + RAM_SIZE;
        if (status !== OK || changes !== 0 || mmu.isDevice || !inRam || regime.paLimit === 0) {
          expect(entry).toBe(DECLINED);
          continue;
        }
        if (mmu.sizeLog2 > 12) {
          if (entry === DECLINED) mine.noteBlock(lo, hi, mmu.sizeLog2);
          entry = walk(lo, hi, info);
        }
        const range = (hi & 0x80_0000) !== 0 ? regime.high : regime.low;
        if (range.lowMask !== 0) continue;
        const set = unprivileged ? theirs.unprivileged : theirs.current;
        const array = write ? TLB_SET.WRITE : TLB_SET.READ;
        const page = RAM_HOST + (mmu.pa - RAM) - (lo & 0xfff);
        const mineSet = unprivileged ? mine.unprivileged : mine.current;
        // A second walk finds the entry full, and what it does is done once more.
        set.fill(array, lo, hi, page, mmu.nG);
        if (mmu.sizeLog2 > 12 && entry === DECLINED) throw new Error('a known block was declined');
        expect(entry - mineSet.base).toBe(set.fill(array, lo, hi, page, mmu.nG) - set.base);
        walk(lo, hi, info);
        served++;
      }
      expect(differences()).toEqual([]);
      const change = r(4);
      const { lo } = randomAddress(r);
      for (const tlb of [mine, theirs]) {
        if (change === 0) tlb.flushAll();
        else if (change === 1) tlb.flushAsid(0);
        else if (change === 2) tlb.flushPage(lo, 0);
      }
    }
    expect(served).toBeGreaterThan(200);
  });

  /** One level 3 table of pages that map the first 2 MiB to the start of RAM. */
  function plain() {
    const table = RAM + MIB;
    const at = memory.wordOf(table);
    for (let n = 0; n < 512; n++) {
      memory.words[at + n * 2] = (RAM + n * 4096) | 0x743;
      memory.words[at + n * 2 + 1] = 0;
    }
    // 32 bits of address: the walk begins at level 1.
    const [first, second] = [RAM + MIB + 0x3000, RAM + MIB + 0x2000];
    for (const [from, to] of [
      [first, second],
      [second, table],
    ] as const) {
      memory.words[memory.wordOf(from)] = to | 3;
      memory.words[memory.wordOf(from) + 1] = 0;
    }
    const tcr = 32n | (1n << 23n);
    const regime = el1Regime(max, { sctlr: 1n, tcr, ttbr0: BigInt(first), ttbr1: 0n, mair: 0xffn });
    mine.useTables(regime);
    setLevel(1, false);
    return regime;
  }
  const READ8 = 3;
  const WRITE8 = 3 | WRITE;

  it('keeps runs of neighbouring pages', () => {
    plain();
    for (const n of [4, 5, 6, 3, 9, 10, 11, 12, 13, 7]) {
      expect(walk(n * 4096, 0, READ8)).toBeGreaterThan(0);
      theirs.current.fill(TLB_SET.READ, n * 4096, 0, RAM_HOST + n * 4096, false);
      expect(differences()).toEqual([]);
    }
    expect(mine.hasRuns).toBe(true);
  });
  it('goes through more entries than are listed', () => {
    plain();
    for (let n = 0; n < 512; n++) {
      walk(n * 4096, 0, READ8);
      walk(n * 4096, 0, WRITE8);
    }
    mine.flushAll();
    expect(mine.mayRead(0x5000, 0)).toBe(false);
    walk(0x5000, 0, READ8);
    expect(mine.mayRead(0x5000, 0)).toBe(true);
  });
  it('leaves accesses that are misaligned where they must not be, or cross a page, to the slow path', () => {
    plain();
    expect(walk(0x1004, 0, READ8 | (3 << 4))).toBe(DECLINED);
    expect(walk(0x1ffc, 0, READ8)).toBe(DECLINED);
    expect(walk(0x1ff8, 0, READ8 | 8)).toBe(DECLINED);
    expect(walk(0x1ff0, 0, READ8 | 8)).not.toBe(DECLINED);
  });
  it('leaves writes to pages with code to the slow path, and not reads', () => {
    plain();
    const bytes = new Uint8Array(linear.buffer);
    bytes[CODE_MAP + 2] = 1;
    expect([walk(0x2000, 0, WRITE8), walk(0x3000, 0, WRITE8)].map(e => e === DECLINED)).toEqual([true, false]);
    expect(walk(0x2000, 0, READ8)).not.toBe(DECLINED);
  });
  it('leaves what somebody wants to see to the slow path', () => {
    plain();
    state.watch(true, false);
    expect([walk(0x2000, 0, READ8), walk(0x2000, 0, WRITE8)]).toEqual([DECLINED, DECLINED]);
    state.watch(false, true);
    expect([walk(0x2000, 0, READ8), walk(0x2000, 0, WRITE8)].map(e => e === DECLINED)).toEqual([false, true]);
  });
  it('does nothing without tables, or where memory overlaps', () => {
    const regime = plain();
    mine.useTables(undefined);
    expect(walk(0x2000, 0, READ8)).toBe(DECLINED);
    mine.useTables(regime);
    const [ram] = memory.regions;
    state.useMemory([{ ...ram!, base: RAM + 0x2000, size: 0x1000 }, ram!]);
    expect(words[WALK.RAM_SIZE >> 2]).toBe(0);
    expect(walk(0x2000, 0, READ8)).toBe(DECLINED);
  });
  it('serves LDTR and STTR that act as at EL0, and no others', () => {
    plain();
    const sets = [mine.unprivileged.base, mine.current.base];
    expect(sets[0]).not.toBe(sets[1]);
    expect(walk(0x2000, 0, READ8 | UNPRIVILEGED)).toBeGreaterThanOrEqual(sets[0]!);
    words[STATE.UAO >> 2] = 1 << 23;
    expect(walk(0x2000, 0, READ8 | UNPRIVILEGED)).toBe(DECLINED);
  });
  it('is asked again for a block after a TLBI', () => {
    plain();
    const table = memory.wordOf(RAM + MIB + 0x2000);
    memory.words[table] = RAM | 0x741;
    expect(walk(0x2000, 0, READ8)).toBe(DECLINED);
    mine.noteBlock(0x2000, 0, 21);
    expect(walk(0x2000, 0, READ8)).not.toBe(DECLINED);
    expect(walk(0x1f_f000, 0, READ8)).not.toBe(DECLINED);
    mine.flushAll();
    expect(walk(0x2000, 0, READ8)).toBe(DECLINED);
  });
});
