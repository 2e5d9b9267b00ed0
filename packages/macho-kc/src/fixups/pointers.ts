import { hex, MachOError } from '../error.js';
import type { MachO } from '../macho/macho.js';
import { viewOf } from '../source.js';
import { type ChainedFixups, type ChainedImport, readChainedFixups, type SegmentStarts } from './chained-fixups.js';
import { FixupTable } from './fixup-table.js';
import type { PointerFormat } from './formats.js';
import { collectKaslrOffsets, collectLocalRelocations } from './plain-slots.js';
import { decodePointer, encodePointer, type PointerAuth, type PointerValue, type StoredPointer } from './pointer.js';
import { collectChainStarts, collectThreadStarts } from './thread-starts.js';
import { chainArea, collectChains, walkPage } from './walk.js';

/** A slot that the loader or the kernel fixes up, resolved. Addresses are virtual and unslid. */
export interface Fixup {
  /** Address of the slot. */
  readonly location: bigint;
  /** File offset of the slot, bytes. */
  readonly offset: number;
  readonly format: PointerFormat;
  /** The stored word. */
  readonly word: bigint;
  /** The stored word's fields. */
  readonly stored: StoredPointer;
  /** Where the pointer points, with its top byte; undefined for binds and for collections that are not open. */
  readonly target: bigint | undefined;
  /** What a bind refers to. */
  readonly import: ChainedImport | undefined;
  readonly auth: PointerAuth | undefined;
}

/** Options of {@link Pointers}. */
export interface PointersOptions {
  /** Base addresses by cache level: 0 boot, 1 pageable, 3 auxiliary. Level 0 is the image itself when absent. */
  readonly bases?: readonly (bigint | undefined)[];
  /** `_PrelinkLinkKASLROffsets` of the prelink info. */
  readonly kaslrOffsets?: Uint8Array | undefined;
}

/** Base that cache-level targets of a collection count from: its lowest address. */
export const collectionBase = (macho: MachO): bigint => macho.lowestAddress;

/**
 * The pointers of one image, whatever format says where they are: chained fixups, `__thread_starts`,
 * `__chain_starts`, local relocations, KASLR offsets.
 *
 * Errors: `bad-fixups`, `truncated`, `unsupported`.
 *
 * @example
 * const pointers = new Pointers(kernelcache);
 * pointers.read(0xfffffe0007010000n); // where that slot points
 */
export class Pointers {
  private chainedCache: ChainedFixups | undefined | null = null;
  private tableCache: FixupTable | undefined;
  private sortedCache: Uint32Array | undefined;
  private readonly bases: readonly (bigint | undefined)[];
  private readonly imageBase: bigint;

  constructor(
    readonly macho: MachO,
    readonly options: PointersOptions = {},
  ) {
    this.bases = options.bases ?? [collectionBase(macho)];
    this.imageBase = macho.baseAddress;
  }

  /** The image's chained fixups. */
  get chained(): ChainedFixups | undefined {
    if (this.chainedCache === null) this.chainedCache = readChainedFixups(this.macho);
    return this.chainedCache;
  }

  /** All slots, walked once. */
  get table(): FixupTable {
    if (this.tableCache !== undefined) return this.tableCache;
    const table = new FixupTable();
    if (this.chained !== undefined) collectChains(this.macho, this.chained.starts, table);
    this.collectOthers(table);
    return (this.tableCache = table);
  }

  private collectOthers(table: FixupTable): void {
    collectThreadStarts(this.macho, table);
    collectChainStarts(this.macho, table);
    collectLocalRelocations(this.macho, table);
    if (this.options.kaslrOffsets !== undefined) collectKaslrOffsets(this.macho, this.options.kaslrOffsets, table);
  }

  /** Slot `i` of {@link Pointers.table}, resolved. */
  fixup(i: number): Fixup {
    const table = this.table;
    const run = table.runOf(i);
    return this.resolve(run.format, run.delta, table.offsets[i]!, table.low[i]!, table.high[i]!, run.maxValidPointer);
  }

  /** All slots in the order of the chains. */
  *[Symbol.iterator](): IterableIterator<Fixup> {
    const length = this.table.length;
    for (let i = 0; i < length; i++) yield this.fixup(i);
  }

  private resolve(
    format: PointerFormat,
    delta: bigint,
    offset: number,
    low: number,
    high: number,
    maxValid = 0,
  ): Fixup {
    const stored = decodePointer(format, low, high);
    const word = (BigInt(high) << 32n) | BigInt(low);
    return {
      location: delta + BigInt(offset),
      offset,
      format,
      word,
      stored,
      target: this.target(format, stored, maxValid),
      import: stored.kind === 'bind' ? this.chained?.imports[stored.ordinal] : undefined,
      auth: stored.auth,
    };
  }

  /** Address that a stored pointer means in this image. */
  target(format: PointerFormat, stored: StoredPointer, maxValidPointer = 0): bigint | undefined {
    if (stored.kind === 'bind') return undefined;
    const { target, auth } = stored;
    const top = BigInt(stored.high8) << 56n;
    // DYLD_CHAINED_PTR_32: a value past max_valid_pointer is a number, biased by 64 MiB.
    if (format.id === 3 && maxValidPointer !== 0 && target > BigInt(maxValidPointer))
      return target - (0x04000000n + BigInt(maxValidPointer)) / 2n;
    if (format.id === -1 && auth === undefined)
      return (BigInt.asUintN(64, BigInt.asIntN(43, target)) & 0x00ffffffffffffffn) | top;
    switch (format.target) {
      case 'cache': {
        const base = this.bases[stored.cacheLevel];
        return base === undefined ? undefined : base + target;
      }
      case 'segment': {
        const segment = this.macho.segments[stored.segment];
        return segment === undefined ? undefined : segment.vmaddr + target;
      }
      case 'offset':
        return (this.imageBase + target) | top;
      default:
        // Authenticated targets count from the Mach header in all formats.
        return auth === undefined ? target | top : this.imageBase + target;
    }
  }

  private startsAt(address: bigint): { starts: SegmentStarts; area: ReturnType<typeof chainArea> } | undefined {
    for (const starts of this.chained?.starts ?? []) {
      const area = chainArea(this.macho, starts);
      const at = address - area.address;
      if (at >= 0n && at < BigInt(area.bytes.length)) return { starts, area };
    }
    return undefined;
  }

  /** The slot at exactly this address; undefined when nothing is fixed up there. Walks no more than its page. */
  at(address: bigint): Fixup | undefined {
    const found = this.startsAt(address);
    if (found !== undefined) {
      const { starts, area } = found;
      const wanted = Number(address - area.address);
      let fixup: Fixup | undefined;
      walkPage(area, starts, Math.floor(wanted / starts.pageSize), (at, low, high) => {
        if (at !== wanted) return;
        const delta = area.address - BigInt(area.offset);
        fixup = this.resolve(starts.format, delta, area.offset + at, low, high, starts.maxValidPointer);
      });
      if (fixup !== undefined) return fixup;
    }
    const offset = this.macho.fileOffset(address);
    const i = offset === undefined ? undefined : this.find(offset);
    return i === undefined ? undefined : this.fixup(i);
  }

  /** Index in the table of the slot at a file offset. */
  private find(offset: number): number | undefined {
    const { offsets, length } = this.table;
    this.sortedCache ??= Uint32Array.from({ length }, (_, i) => i).sort((a, b) => offsets[a]! - offsets[b]!);
    const order = this.sortedCache;
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (offsets[order[middle]!]! < offset) low = middle + 1;
      else high = middle;
    }
    const i = order[low];
    return i !== undefined && offsets[i] === offset ? i : undefined;
  }

  /**
   * The pointer at an address: resolved when the slot is fixed up, else the word as stored. Undefined for binds and
   * pointers into collections that are not open. Throws `not-found` for an address without bytes.
   */
  read(address: bigint): bigint | undefined {
    const fixup = this.at(address);
    if (fixup !== undefined) return fixup.target;
    const bytes = this.macho.bytesAt(address, this.macho.is64 ? 8 : 4);
    return this.macho.is64 ? viewOf(bytes).getBigUint64(0, true) : BigInt(viewOf(bytes).getUint32(0, true));
  }

  /** Stored fields that point to `target` (an address of this image, or of the collection of `cacheLevel`). */
  encodeTarget(format: PointerFormat, target: bigint, auth?: PointerAuth, cacheLevel = 0): PointerValue {
    const value = { kind: 'rebase' as const, auth, cacheLevel };
    if (format.target === 'cache') {
      const base = this.bases[cacheLevel];
      if (base === undefined) throw new MachOError('not-found', `no collection of level ${cacheLevel} is open`);
      return { ...value, target: target - base };
    }
    if (format.target === 'segment') {
      const index = this.macho.segments.findIndex(s => target >= s.vmaddr && target < s.vmaddr + s.vmsize);
      return { ...value, segment: index, target: target - (this.macho.segments[index]?.vmaddr ?? 0n) };
    }
    if (format.target === 'offset' || auth !== undefined) {
      const offset = target - this.imageBase;
      return { ...value, target: offset };
    }
    if (format.id === -1) return { ...value, target: target & 0x7ffffffffffn, high8: Number((target >> 56n) & 0xffn) };
    return { ...value, target };
  }

  /**
   * Makes the slot at `address` point to `target`, keeping the chain and, unless `auth` is given, how it is signed.
   * Writes into the source's bytes. Throws `not-found` when nothing is fixed up there.
   */
  write(address: bigint, target: bigint, options: { auth?: PointerAuth | undefined; cacheLevel?: number } = {}): void {
    const fixup = this.at(address);
    if (fixup === undefined) throw new MachOError('not-found', `no fixup at ${hex(address)}`);
    const auth = 'auth' in options ? options.auth : fixup.auth;
    const level = options.cacheLevel ?? fixup.stored.cacheLevel;
    const value = this.encodeTarget(fixup.format, target, auth, level);
    const word = encodePointer(fixup.format, { ...value, next: fixup.stored.next });
    const bytes = this.macho.source.slice(fixup.offset, fixup.offset + fixup.format.size);
    if (fixup.format.size === 8) viewOf(bytes).setBigUint64(0, word, true);
    else viewOf(bytes).setUint32(0, Number(word), true);
    const i = this.tableCache === undefined ? undefined : this.find(fixup.offset);
    if (i === undefined) return;
    this.table.low[i] = Number(word & 0xffffffffn);
    this.table.high[i] = Number(word >> 32n);
  }

  /**
   * A copy of the file with every slot holding its final pointer, as after loading at `slide` bytes from the link
   * address, without signatures. Binds and pointers into collections that are not open stay 0.
   */
  apply(slide = 0n): Uint8Array {
    const out = this.macho.source.slice(0, this.macho.source.byteLength).slice();
    this.applyTo(out, slide);
    return out;
  }

  /** {@link Pointers.apply} into given bytes of the whole file. */
  applyTo(out: Uint8Array, slide = 0n): void {
    const view = viewOf(out);
    const { table } = this;
    for (let i = 0; i < table.length; i++) {
      const { target, offset, format } = this.fixup(i);
      const value = target === undefined ? 0n : BigInt.asUintN(64, target + slide);
      if (format.size === 8) view.setBigUint64(offset, value, true);
      else view.setUint32(offset, Number(value & 0xffffffffn), true);
    }
  }
}
