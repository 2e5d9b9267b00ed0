import { functionStarts } from '../macho/function-starts.js';
import type { MachO } from '../macho/macho.js';
import type { Segment } from '../macho/segments.js';
import { isDefined, readSymbols } from '../macho/symbols.js';
import { adr, adrp, branch26, offsetUse, wordAt } from './a64.js';

/** A range of instructions: address of the first byte, bytes, their file offset. */
export interface CodeRange {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly segment: string;
}

/** An instruction that computes or loads from an address. */
export interface CodeReference {
  /** Address of the instruction that completes the reference. */
  readonly address: bigint;
  readonly target: bigint;
  readonly kind: 'address' | 'load' | 'store';
  /** Loads and stores: bytes moved. */
  readonly size: number;
}

const PACIBSP = 0xd503237f;
const BTI_C = 0xd503245f;
/** Instructions between the making of a frame and the saving of X29 and X30 in it. */
const FRAME = 12;

/**
 * Whether a function begins at `at`: PACIBSP, BTI, or a frame with saved registers. Variadic calls, too, make room on
 * the stack, but keep none of X19 to X30 there.
 */
function beginsFunction(bytes: Uint8Array, at: number): boolean {
  const word = wordAt(bytes, at);
  if (word === PACIBSP || word === BTI_C) return true;
  // STP Xt, Xt2, [SP, #-n]!
  if ((word & 0xffc003e0) >>> 0 === 0xa98003e0) return (word & 0x1f) >= 19 && ((word >>> 10) & 0x1f) >= 19;
  // SUB SP, SP, #n
  if ((word & 0xffc003ff) >>> 0 !== 0xd10003ff) return false;
  for (let next = at + 4; next + 4 <= bytes.length && next <= at + 4 * FRAME; next += 4) {
    const later = wordAt(bytes, next);
    // STP X29, X30, [SP, #n]
    if ((later & 0xffc07fff) >>> 0 === 0xa9007bfd) return true;
    if (branch26(later, 0n) !== undefined) return false;
  }
  return false;
}

/** RET, RETAA, RETAB, a branch to itself, and the instructions that only begin functions. */
const endsFunction = (word: number): boolean =>
  word === 0xd65f03c0 ||
  word === 0xd65f0bff ||
  word === 0xd65f0fff ||
  word === 0x14000000 ||
  word === 0xd503237f ||
  word === 0xd503245f;

/**
 * An arm64 image as patches see it: symbols, instruction ranges, functions, references to addresses. Indexes are made
 * when first asked for.
 */
export class CodeImage {
  private symbolCache: Map<string, bigint> | undefined;
  private startsCache: bigint[] | undefined;

  constructor(readonly macho: MachO) {}

  /** Defined symbols by name; of several with one name the last. */
  get symbols(): ReadonlyMap<string, bigint> {
    if (this.symbolCache !== undefined) return this.symbolCache;
    const map = new Map<string, bigint>();
    const table = readSymbols(this.macho);
    for (let i = 0; i < table.length; i++)
      if (isDefined({ type: table.type(i) })) map.set(table.name(i), table.value(i));
    return (this.symbolCache = map);
  }

  /** Ranges of instructions: executable segments, or the sections with instructions where others may run. */
  get code(): CodeRange[] {
    const out: CodeRange[] = [];
    const whole = (segment: Segment) => {
      const bytes = this.macho.segmentBytes(segment);
      out.push({ address: segment.vmaddr, bytes, offset: segment.fileoff, segment: segment.name });
    };
    for (const segment of this.macho.segments) {
      const sections = segment.sections.filter(s => (s.flags & 0x80000400) !== 0 && !s.zeroFill);
      if (sections.length === 0) {
        if ((segment.initprot & 4) !== 0 && segment.sections.length === 0 && segment.name !== '__TEXT') whole(segment);
        continue;
      }
      for (const section of sections) {
        const bytes = this.macho.sectionBytes(section);
        out.push({ address: section.address, bytes, offset: section.offset, segment: segment.name });
      }
    }
    return out;
  }

  /** Function starts, ascending: of LC_FUNCTION_STARTS, or symbols in code. */
  get functions(): readonly bigint[] {
    if (this.startsCache !== undefined) return this.startsCache;
    let starts = functionStarts(this.macho);
    if (starts.length === 0) {
      const ranges = this.code;
      const inCode = (a: bigint) => ranges.some(r => a >= r.address && a < r.address + BigInt(r.bytes.length));
      starts = [...new Set(this.symbols.values())].filter(inCode).sort((a, b) => (a < b ? -1 : 1));
    }
    return (this.startsCache = starts);
  }

  /** Start of the function that holds an address: by function starts or symbols, else the prologue before it. */
  functionAt(address: bigint): bigint | undefined {
    const starts = this.functions;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    if (low > 0) return starts[low - 1];
    const range = this.rangeOf(address);
    if (range === undefined) return undefined;
    for (let at = Number(address - range.address) & ~3; at >= 0; at -= 4) {
      if (!beginsFunction(range.bytes, at)) continue;
      // The return address is signed before the frame is made.
      const signed = at >= 4 && (wordAt(range.bytes, at - 4) & 0xffffff9f) >>> 0 === 0xd503231f;
      return range.address + BigInt(signed ? at - 4 : at);
    }
    return undefined;
  }

  /** End of the function that begins at `start`: the next one's start, or the end of the range. */
  functionEnd(start: bigint): bigint {
    const range = this.rangeOf(start);
    const limit = range === undefined ? start : range.address + BigInt(range.bytes.length);
    const next = this.functions.find(f => f > start);
    return next !== undefined && next < limit ? next : limit;
  }

  /** Range of instructions around an address. */
  rangeOf(address: bigint): CodeRange | undefined {
    return this.code.find(r => address >= r.address && address < r.address + BigInt(r.bytes.length));
  }

  /** Addresses where `text` stands NUL-terminated, at the start of a string. */
  findString(text: string): bigint[] {
    const needle = new TextEncoder().encode(`${text}\0`);
    const out: bigint[] = [];
    for (const segment of this.macho.segments) {
      if (segment.name === '__LINKEDIT' || segment.name === '__PRELINK_INFO') continue;
      const bytes = this.macho.segmentBytes(segment);
      for (let at = indexOf(bytes, needle, 0); at >= 0; at = indexOf(bytes, needle, at + 1))
        if (at === 0 || bytes[at - 1] === 0) out.push(segment.vmaddr + BigInt(at));
    }
    return out;
  }

  /** Every ADR, and ADRP with the ADD, load or store that completes it, whose address `wanted` accepts. */
  references(wanted: (target: bigint) => boolean, from?: bigint, to?: bigint): CodeReference[] {
    const out: CodeReference[] = [];
    for (const range of this.code) {
      const first = from === undefined || from < range.address ? 0 : Number(from - range.address);
      const last = to === undefined ? range.bytes.length : Math.min(range.bytes.length, Number(to - range.address));
      const pages: (bigint | undefined)[] = [];
      for (let at = first; at + 4 <= last; at += 4) {
        const word = wordAt(range.bytes, at);
        const pc = range.address + BigInt(at);
        if ((word & 0x1f000000) === 0x10000000) {
          const page = adrp(word, pc);
          if (page !== undefined) pages[page.rd] = page.page;
          const near = adr(word, pc);
          if (near !== undefined && wanted(near.address))
            out.push({ address: pc, target: near.address, kind: 'address', size: 0 });
          continue;
        }
        // What a register held before a function's end says nothing after it.
        if (endsFunction(word)) pages.length = 0;
        const use = offsetUse(word);
        if (use === undefined) continue;
        const page = pages[use.rn];
        if (page === undefined) continue;
        const target = page + BigInt(use.offset);
        if (wanted(target))
          out.push({ address: pc, target, kind: use.kind === 'add' ? 'address' : use.kind, size: use.size });
        // After ADD the register holds an address that later loads may count from.
        if (use.kind !== 'store') pages[use.rd] = use.kind === 'add' ? target : undefined;
      }
    }
    return out;
  }

  /** Addresses of B and BL to a target, in [from, to). */
  calls(target: bigint, from?: bigint, to?: bigint): bigint[] {
    const out: bigint[] = [];
    for (const range of this.code) {
      const first = from === undefined || from < range.address ? 0 : Number(from - range.address);
      const last = to === undefined ? range.bytes.length : Math.min(range.bytes.length, Number(to - range.address));
      for (let at = first; at + 4 <= last; at += 4) {
        const pc = range.address + BigInt(at);
        if (branch26(wordAt(range.bytes, at), pc)?.target === target) out.push(pc);
      }
    }
    return out;
  }
}

/** First index of `needle` in `bytes` at or after `from`; -1 when there is none. */
export function indexOf(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  const first = needle[0];
  if (first === undefined) return -1;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let i = 1;
    while (i < needle.length && bytes[at + i] === needle[i]) i++;
    if (i === needle.length) return at;
  }
  return -1;
}
