import { fail, hex, MachOError } from '../error.js';
import type { MachO } from '../macho/macho.js';
import { cString, readBytes, viewOf } from '../source.js';
import {
  type ChainedFixupsHeader,
  ChainedFixupsHeaderSize,
  ChainedStartsInSegmentSize,
  readChainedFixupsHeader,
  readChainedStartsInSegment,
} from './chained-fixups.generated.js';
import { type PointerFormat, pointerFormat } from './formats.js';

/** Page without fixups. */
export const START_NONE = 0xffff;
/** Page with several chains: the rest is an index of the first. */
export const START_MULTI = 0x8000;

/** An import that chained binds refer to by index. */
export interface ChainedImport {
  readonly name: string;
  /** Dylib ordinal, negative for the special ones; kexts use -2, flat lookup. */
  readonly libraryOrdinal: number;
  readonly weak: boolean;
  readonly addend: bigint;
}

/** Chain starts of one segment. */
export interface SegmentStarts {
  /** Index among the image's segments. */
  readonly segmentIndex: number;
  readonly format: PointerFormat;
  /** Bytes. */
  readonly pageSize: number;
  /** Segment's address less the Mach header's. */
  readonly segmentOffset: bigint;
  readonly maxValidPointer: number;
  /** Offset of the first slot in each page, or {@link START_NONE}; the lists of {@link START_MULTI} pages follow. */
  readonly pageStarts: readonly number[];
  readonly pageCount: number;
}

/** LC_DYLD_CHAINED_FIXUPS. */
export interface ChainedFixups {
  readonly header: ChainedFixupsHeader;
  /** Number of segments in dyld_chained_starts_in_image. */
  readonly segmentCount: number;
  /** Offset of each segment's starts from dyld_chained_starts_in_image; 0 for none. */
  readonly segmentInfoOffsets: readonly number[];
  readonly starts: readonly SegmentStarts[];
  readonly imports: readonly ChainedImport[];
}

function readImports(blob: Uint8Array, header: ChainedFixupsHeader, at: number): ChainedImport[] {
  const { imports_count, imports_format, imports_offset, symbols_offset, symbols_format } = header;
  if (imports_count === 0) return [];
  const size = [0, 4, 8, 16][imports_format];
  if (size === undefined || size === 0)
    throw new MachOError('unsupported', `imports format ${imports_format}`, { offset: at, path: 'imports_format' });
  if (symbols_format !== 0)
    throw new MachOError('unsupported', 'compressed import names', { offset: at, path: 'symbols_format' });
  if (imports_offset + imports_count * size > blob.length || symbols_offset > blob.length)
    throw new MachOError('truncated', `${imports_count} imports pass the end`, {
      offset: at + imports_offset,
      path: 'imports',
    });
  const view = viewOf(blob);
  const names = blob.subarray(symbols_offset);
  return Array.from({ length: imports_count }, (_, i) => {
    const p = imports_offset + i * size;
    if (size === 16) {
      const word = view.getBigUint64(p, true);
      return {
        name: cString(names, Number(word >> 32n)),
        libraryOrdinal: Number(BigInt.asIntN(16, word)),
        weak: ((word >> 16n) & 1n) !== 0n,
        addend: view.getBigInt64(p + 8, true),
      };
    }
    const word = view.getUint32(p, true);
    return {
      name: cString(names, word >>> 9),
      libraryOrdinal: (word << 24) >> 24,
      weak: ((word >>> 8) & 1) !== 0,
      addend: size === 8 ? BigInt(view.getInt32(p + 4, true)) : 0n,
    };
  });
}

function readStarts(blob: Uint8Array, at: number, segmentIndex: number, base: number): SegmentStarts {
  const path = `dyld_chained_starts_in_segment[${segmentIndex}]`;
  const raw = readChainedStartsInSegment(blob, at, fail, path, base);
  const format = pointerFormat(raw.pointer_format);
  if (format === undefined)
    throw new MachOError('unsupported', `pointer format ${raw.pointer_format}`, { offset: base + at + 6, path });
  const listed = Math.max(raw.page_count, Math.floor((raw.size - ChainedStartsInSegmentSize) / 2));
  const first = at + ChainedStartsInSegmentSize;
  const there = Math.min(listed, Math.floor((blob.length - first) / 2));
  if (there < raw.page_count)
    throw new MachOError('truncated', `${raw.page_count} page starts pass the end`, { offset: base + first, path });
  if (raw.page_size === 0)
    throw new MachOError('bad-fixups', 'page size 0', { offset: base + at + 4, path: `${path}.page_size` });
  const view = viewOf(blob);
  return {
    segmentIndex,
    format,
    pageSize: raw.page_size,
    segmentOffset: raw.segment_offset,
    maxValidPointer: raw.max_valid_pointer,
    pageStarts: Array.from({ length: there }, (_, i) => view.getUint16(first + 2 * i, true)),
    pageCount: raw.page_count,
  };
}

/** Parses a chained-fixups blob. `base` is its file offset, for errors. */
export function parseChainedFixups(blob: Uint8Array, base = 0): ChainedFixups {
  const header = readChainedFixupsHeader(blob, 0, fail, 'dyld_chained_fixups_header', base);
  if (header.fixups_version !== 0)
    throw new MachOError('unsupported', `fixups version ${header.fixups_version}`, {
      offset: base,
      path: 'fixups_version',
    });
  const at = header.starts_offset;
  if (at < ChainedFixupsHeaderSize || at + 4 > blob.length)
    throw new MachOError('bad-fixups', `starts at ${hex(at)} lie outside`, { offset: base + 4, path: 'starts_offset' });
  const view = viewOf(blob);
  const segmentCount = view.getUint32(at, true);
  if (segmentCount > (blob.length - at - 4) / 4)
    throw new MachOError('truncated', `starts of ${segmentCount} segments pass the end`, {
      offset: base + at,
      path: 'seg_count',
    });
  const starts: SegmentStarts[] = [];
  const segmentInfoOffsets: number[] = [];
  for (let i = 0; i < segmentCount; i++) {
    const offset = view.getUint32(at + 4 + i * 4, true);
    segmentInfoOffsets.push(offset);
    if (offset !== 0) starts.push(readStarts(blob, at + offset, i, base));
  }
  return { header, segmentCount, segmentInfoOffsets, starts, imports: readImports(blob, header, base) };
}

/** Chained fixups of an image's own LC_DYLD_CHAINED_FIXUPS; undefined when it has none. */
export function readChainedFixups(macho: MachO): ChainedFixups | undefined {
  const fields = macho.command('LC_DYLD_CHAINED_FIXUPS')?.fields;
  if (fields === undefined || fields.datasize === 0) return undefined;
  return parseChainedFixups(
    readBytes(macho.source, fields.dataoff, fields.datasize, 'LC_DYLD_CHAINED_FIXUPS'),
    fields.dataoff,
  );
}
