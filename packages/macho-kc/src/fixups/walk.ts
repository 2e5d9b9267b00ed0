import { hex, MachOError } from '../error.js';
import type { MachO } from '../macho/macho.js';
import { type SegmentStarts, START_MULTI, START_NONE } from './chained-fixups.js';
import { FixupTable } from './fixup-table.js';
import type { PointerFormat } from './formats.js';

/** Where a segment of a chain lies. */
export interface ChainArea {
  /** Bytes of the segment. */
  readonly bytes: Uint8Array;
  /** File offset of `bytes[0]`. */
  readonly offset: number;
}

/**
 * Walks one chain: calls `visit(at, low, high)` for each slot, `at` counting from the start of `area`. Returns the
 * number of slots. Throws `bad-fixups` when the chain leaves [start, limit).
 */
export function walkChain(
  area: ChainArea,
  format: PointerFormat,
  start: number,
  limit: number,
  visit: (at: number, low: number, high: number) => void,
): number {
  const { bytes, offset } = area;
  const { size, stride } = format;
  // `next` lies in one half of the word in every format.
  const inHigh = format.next.shift >= 32;
  const shift = format.next.shift & 31;
  const mask = 2 ** format.next.width - 1;
  let at = start;
  let count = 0;
  for (;;) {
    if (at >= limit || at + size > bytes.length)
      throw new MachOError('bad-fixups', `chain from ${hex(offset + start)} leaves its page`, { offset: offset + at });
    const low = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
    const high =
      size === 4 ? 0 : (bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24)) >>> 0;
    visit(at, low, high);
    count++;
    const step = ((inHigh ? high : low) >>> shift) & mask;
    if (step === 0) return count;
    at += step * stride;
  }
}

/** Walks all chains of one page. */
export function walkPage(
  area: ChainArea,
  starts: SegmentStarts,
  page: number,
  visit: (at: number, low: number, high: number) => void,
): void {
  const { pageStarts, pageSize, format } = starts;
  const start = pageStarts[page];
  if (start === undefined || start === START_NONE) return;
  const base = page * pageSize;
  const limit = base + pageSize;
  // XNU refuses several starts per page; only the 32-bit formats have them.
  if (format.size === 8 || (start & START_MULTI) === 0) {
    walkChain(area, format, base + start, limit, visit);
    return;
  }
  for (let i = start & 0x7fff; ; i++) {
    const entry = pageStarts[i];
    if (entry === undefined)
      throw new MachOError('bad-fixups', `page ${page} refers to start ${i} of ${pageStarts.length}`, {
        offset: area.offset + base,
      });
    walkChain(area, format, base + (entry & 0x7fff), limit, visit);
    if (entry & START_MULTI) return;
  }
}

/** File offset and bytes of the segment that chain starts speak of, found by its address. */
export function chainArea(macho: MachO, starts: SegmentStarts): ChainArea & { readonly address: bigint } {
  const address = BigInt.asUintN(64, macho.baseAddress + starts.segmentOffset);
  const segment =
    macho.segments.find(s => s.vmaddr === address && s.vmsize > 0n) ?? macho.segments[starts.segmentIndex];
  if (segment === undefined || segment.vmaddr !== address)
    throw new MachOError('bad-fixups', `no segment begins at ${hex(address)}`, {
      path: `dyld_chained_starts_in_segment[${starts.segmentIndex}].segment_offset`,
    });
  return { bytes: macho.segmentBytes(segment), offset: segment.fileoff, address };
}

/** Adds every slot of chained starts to `table`. */
export function collectChains(macho: MachO, allStarts: readonly SegmentStarts[], table = new FixupTable()): FixupTable {
  for (const starts of allStarts) {
    const area = chainArea(macho, starts);
    table.run(starts.format, area.address - BigInt(area.offset), starts.maxValidPointer);
    const offset = area.offset;
    const visit = (at: number, low: number, high: number) => table.push(offset + at, low, high);
    for (let page = 0; page < starts.pageCount; page++) walkPage(area, starts, page, visit);
  }
  return table;
}
