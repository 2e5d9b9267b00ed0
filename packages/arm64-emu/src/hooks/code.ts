import type { Cpu } from '../cpu/cpu.js';
import { virtualAddress } from '../cpu/debug.js';
import { type AddressRange, inRange, isEverywhere } from './range.js';

const PAGE = 4096;

/** Instructions that somebody wants to see. */
export interface CodeEntry {
  readonly range: AddressRange;
  /** Which of the instructions; all when not given. */
  readonly word?: (word: number) => boolean;
  /** Sees an instruction before it executes. */
  readonly before?: (cpu: Cpu, address: bigint, word: number) => 'skip' | undefined;
  /** Hears of the block that begins behind the instruction. */
  readonly block?: (cpu: Cpu, start: bigint) => void;
}

/** Where a page of a virtual range has been found: physical page, offsets. */
interface Mark {
  readonly page: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Which instructions are hooked. Decoded code is kept by physical address: a virtual range finds its pages when they are
 * first fetched from, and an instruction that is hooked may turn out to be at another address.
 */
export class CodeEntries {
  private readonly marks = new Map<CodeEntry, Mark[]>();

  get list(): Iterable<CodeEntry> {
    return this.marks.keys();
  }
  get size(): number {
    return this.marks.size;
  }
  add(entry: CodeEntry): void {
    this.marks.set(entry, []);
  }
  /** Physical ranges that the entry had hooked; undefined for everything. */
  remove(entry: CodeEntry): { readonly address: number; readonly size: number }[] | undefined {
    const marks = this.marks.get(entry) ?? [];
    this.marks.delete(entry);
    return this.reach(entry, marks);
  }
  /** Physical ranges that the entry hooks as far as is known. */
  reachOf(entry: CodeEntry): { readonly address: number; readonly size: number }[] | undefined {
    return this.reach(entry, this.marks.get(entry) ?? []);
  }
  private reach({ range }: CodeEntry, marks: readonly Mark[]) {
    if (isEverywhere(range)) return undefined;
    if (range.physical === true) {
      const size = Number(range.to - range.from);
      return size > PAGE * 16 ? undefined : [{ address: Number(range.from), size }];
    }
    return marks.map(({ page, from, to }) => ({ address: page * PAGE + from, size: to - from }));
  }

  /** Whether an instruction at a physical address is hooked. */
  wants(address: number, word: number): boolean {
    for (const [entry, marks] of this.marks) {
      if (entry.word?.(word) === false) continue;
      const { range } = entry;
      if (range.physical === true ? inRange(range, BigInt(address)) : isEverywhere(range) || marked(marks, address))
        return true;
    }
    return false;
  }
  /** Whether an entry is for an instruction with these addresses. */
  applies({ range, word: matches }: CodeEntry, virtual: bigint, physical: number, word: number): boolean {
    if (matches?.(word) === false) return false;
    return inRange(range, range.physical === true ? BigInt(physical) : virtual);
  }

  /** A page is fetched from: physical ranges that are hooked for the first time. */
  entered(lo: number, hi: number, physical: number): { readonly address: number; readonly size: number }[] {
    const found: { address: number; size: number }[] = [];
    let va: bigint | undefined;
    for (const [{ range }, marks] of this.marks) {
      if (range.physical === true || isEverywhere(range)) continue;
      va ??= virtualAddress((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)) & ~0xfffn;
      if (range.from >= va + 0x1000n || range.to <= va) continue;
      const page = Math.floor(physical / PAGE);
      const from = range.from > va ? Number(range.from - va) : 0;
      const to = range.to < va + 0x1000n ? Number(range.to - va) : PAGE;
      if (marks.some(m => m.page === page && m.from === from && m.to === to)) continue;
      marks.push({ page, from, to });
      found.push({ address: page * PAGE + from, size: to - from });
    }
    return found;
  }
}

function marked(marks: readonly Mark[], address: number): boolean {
  const page = Math.floor(address / PAGE);
  const offset = address % PAGE;
  return marks.some(m => m.page === page && offset >= m.from && offset < m.to);
}

/** Whether control may go elsewhere than to the next instruction: branches, exceptions and returns from them. */
export function endsBlock(word: number): boolean {
  const top = word >>> 24;
  return (
    (top & 0x7c) === 0x14 || // B, BL
    (top & 0x7c) === 0x34 || // CBZ, CBNZ, TBZ, TBNZ
    (top & 0xfe) === 0x54 || // B.cond, BC.cond
    top === 0xd4 || // SVC, HVC, SMC, BRK, HLT
    (top & 0xfe) === 0xd6 // BR, BLR, RET, ERET
  );
}
