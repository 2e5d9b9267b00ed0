import { fail, hex, MachOError } from '../error.js';
import { viewOf } from '../source.js';
import {
  ChainedFixupsHeaderSize,
  writeChainedFixupsHeader,
  writeChainedStartsInSegment,
} from './chained-fixups.generated.js';
import { type ChainedImport, START_NONE } from './chained-fixups.js';
import type { PointerFormat } from './formats.js';
import { encodePointer, type PointerValue } from './pointer.js';

/** A slot to be chained. */
export interface ChainSlot {
  /** Offset in the segment, bytes. */
  readonly at: number;
  readonly value: PointerValue;
}

/** A segment whose slots are to be chained. */
export interface ChainSegment {
  /** The segment's content; words are written into it. */
  readonly bytes: Uint8Array;
  /** Segment's address less the Mach header's. */
  readonly offset: bigint;
  readonly slots: readonly ChainSlot[];
  /** Offsets of slots whose words stand in `bytes` already, without `next`: for very many. */
  readonly written?: readonly number[];
}

/** Writes a slot's word without `next`, for {@link ChainSegment.written}. Throws `out-of-range`. */
export function writeSlot(format: PointerFormat, bytes: Uint8Array, at: number, value: PointerValue): void {
  if (at + format.size > bytes.length)
    throw new MachOError('out-of-range', `slot at ${hex(at)} passes the segment`, { path: 'slots' });
  const word = encodePointer(format, { ...value, next: 0 });
  const view = viewOf(bytes);
  if (format.size === 8) view.setBigUint64(at, word, true);
  else view.setUint32(at, Number(word), true);
}

/** Options of {@link encodeChainedFixups}. */
export interface ChainedFixupsInput {
  readonly format: PointerFormat;
  readonly pageSize: number;
  /** All segments of the image in load-command order, those without slots too. */
  readonly segments: readonly ChainSegment[];
  readonly imports?: readonly ChainedImport[];
}

/** Bytes that Apple's collection builder counts for one segment's starts. */
const startsSize = (pages: number): number => 24 + 2 * pages;

/** Chains the slots of one segment and returns its page starts. Throws `bad-fixups` for slots that overlap. */
function chainSegment(format: PointerFormat, pageSize: number, segment: ChainSegment): Uint16Array {
  const { bytes } = segment;
  for (const { at, value } of segment.slots) writeSlot(format, bytes, at, value);
  const view = viewOf(bytes);
  const offsets = Float64Array.from([...(segment.written ?? []), ...segment.slots.map(slot => slot.at)]).sort();
  const starts = new Uint16Array(Math.floor(offsets.at(-1)! / pageSize) + 1).fill(START_NONE);
  // `next` lies in one half of the word.
  const half = format.next.shift >= 32 ? 4 : 0;
  const shift = format.next.shift & 31;
  const furthest = 2 ** format.next.width - 1;
  for (let i = 0; i < offsets.length; i++) {
    const at = offsets[i]!;
    const page = Math.floor(at / pageSize);
    if (starts[page] === START_NONE) starts[page] = at % pageSize;
    const following = offsets[i + 1];
    if (following === undefined) break;
    if (following < at + format.size)
      throw new MachOError('bad-fixups', `slots at ${hex(at)} and ${hex(following)} overlap`, { path: 'slots' });
    if (Math.floor(following / pageSize) !== page) continue;
    const next = (following - at) / format.stride;
    if (!Number.isInteger(next) || next > furthest)
      throw new MachOError('bad-fixups', `slot at ${hex(following)} cannot be reached from ${hex(at)}`, {
        path: 'slots',
      });
    view.setUint32(at + half, (view.getUint32(at + half, true) | (next << shift)) >>> 0, true);
  }
  return starts;
}

function encodeImports(imports: readonly ChainedImport[]): { format: number; table: Uint8Array; names: Uint8Array } {
  const wide = imports.some(i => i.addend < -0x80000000n || i.addend > 0x7fffffffn);
  const addend = imports.some(i => i.addend !== 0n);
  const size = wide ? 16 : addend ? 8 : 4;
  const table = new Uint8Array(imports.length * size);
  const view = viewOf(table);
  const names: number[] = [0];
  const offsets = new Map<string, number>();
  const encoder = new TextEncoder();
  imports.forEach((entry, i) => {
    let at = offsets.get(entry.name);
    if (at === undefined) {
      at = names.length;
      offsets.set(entry.name, at);
      for (const byte of encoder.encode(entry.name)) names.push(byte);
      names.push(0);
    }
    if (size === 16) {
      const ordinal = BigInt(entry.libraryOrdinal & 0xffff);
      view.setBigUint64(i * 16, ordinal | (BigInt(entry.weak) << 16n) | (BigInt(at) << 32n), true);
      view.setBigInt64(i * 16 + 8, entry.addend, true);
      return;
    }
    if (at > 0x7fffff) throw new MachOError('limit', 'names of imports pass 8 MiB', { path: 'imports' });
    view.setUint32(i * size, ((entry.libraryOrdinal & 0xff) | (Number(entry.weak) << 8) | (at << 9)) >>> 0, true);
    if (size === 8) view.setInt32(i * 8 + 4, Number(entry.addend), true);
  });
  return {
    format: wide ? 3 : addend ? 2 : 1,
    table,
    names: imports.length === 0 ? new Uint8Array(0) : Uint8Array.from(names),
  };
}

/**
 * Chains slots into their segments and returns the blob of LC_DYLD_CHAINED_FIXUPS, laid out as Apple's collection
 * builder does: header, starts of the image, of each segment, imports, names.
 *
 * @example
 * const blob = encodeChainedFixups({ format: pointerFormat(8)!, pageSize: 0x4000, segments });
 */
export function encodeChainedFixups(input: ChainedFixupsInput): Uint8Array {
  const { format, pageSize, segments } = input;
  const starts = segments.map(segment =>
    segment.slots.length + (segment.written?.length ?? 0) === 0 ? undefined : chainSegment(format, pageSize, segment),
  );
  const imageStarts = 8 + 4 * segments.length;
  let at = ChainedFixupsHeaderSize + imageStarts;
  const offsets = starts.map(pages => {
    if (pages === undefined) return 0;
    const offset = at - ChainedFixupsHeaderSize;
    at += startsSize(pages.length);
    return offset;
  });
  const imports = encodeImports(input.imports ?? []);
  const importsOffset = imports.table.length === 0 ? at : Math.ceil(at / 4) * 4;
  const symbolsOffset = importsOffset + imports.table.length;
  const out = new Uint8Array(symbolsOffset + imports.names.length);
  writeChainedFixupsHeader(
    {
      fixups_version: 0,
      starts_offset: ChainedFixupsHeaderSize,
      imports_offset: importsOffset,
      symbols_offset: symbolsOffset,
      imports_count: input.imports?.length ?? 0,
      imports_format: imports.format,
      symbols_format: 0,
    },
    out,
    0,
    fail,
  );
  const view = viewOf(out);
  view.setUint32(ChainedFixupsHeaderSize, segments.length, true);
  starts.forEach((pages, i) => {
    view.setUint32(ChainedFixupsHeaderSize + 4 + 4 * i, offsets[i]!, true);
    if (pages === undefined) return;
    const where = ChainedFixupsHeaderSize + offsets[i]!;
    writeChainedStartsInSegment(
      {
        size: startsSize(pages.length),
        page_size: pageSize,
        pointer_format: format.id,
        segment_offset: BigInt.asUintN(64, segments[i]!.offset),
        max_valid_pointer: 0,
        page_count: pages.length,
      },
      out,
      where,
      fail,
    );
    pages.forEach((start, page) => {
      view.setUint16(where + 22 + 2 * page, start, true);
    });
  });
  out.set(imports.table, importsOffset);
  out.set(imports.names, symbolsOffset);
  return out;
}
