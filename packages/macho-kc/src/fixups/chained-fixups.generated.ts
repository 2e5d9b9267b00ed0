// Generated from chained-fixups.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need } from '@internal/binary';

/** dyld_chained_fixups_header: 28 bytes, little-endian. */
export interface ChainedFixupsHeader {
  /** 0 */
  fixups_version: number;
  /** offset of dyld_chained_starts_in_image */
  starts_offset: number;
  /** offset of the imports */
  imports_offset: number;
  /** offset of the names */
  symbols_offset: number;
  /** number of imports */
  imports_count: number;
  /** DYLD_CHAINED_IMPORT, _ADDEND, _ADDEND64 */
  imports_format: number;
  /** 0 = uncompressed */
  symbols_format: number;
}

/** Bytes that dyld_chained_fixups_header takes. */
export const ChainedFixupsHeaderSize = 28;

/**
 * Reads dyld_chained_fixups_header (28 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readChainedFixupsHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'dyld_chained_fixups_header', base = 0): ChainedFixupsHeader {
  need(bytes, at, 28, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ChainedFixupsHeader;
  vars.fixups_version = dataView.getUint32(offset, true);
  offset += 4;
  vars.starts_offset = dataView.getUint32(offset, true);
  offset += 4;
  vars.imports_offset = dataView.getUint32(offset, true);
  offset += 4;
  vars.symbols_offset = dataView.getUint32(offset, true);
  offset += 4;
  vars.imports_count = dataView.getUint32(offset, true);
  offset += 4;
  vars.imports_format = dataView.getUint32(offset, true);
  offset += 4;
  vars.symbols_format = dataView.getUint32(offset, true);
  return vars;
}

/** Writes dyld_chained_fixups_header (28 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeChainedFixupsHeader(value: ChainedFixupsHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'dyld_chained_fixups_header'): void {
  need(bytes, at, 28, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.fixups_version, 0, 0xffffffff, fail, `${path}.fixups_version`), true);
  view.setUint32(at + 4, fits(value.starts_offset, 0, 0xffffffff, fail, `${path}.starts_offset`), true);
  view.setUint32(at + 8, fits(value.imports_offset, 0, 0xffffffff, fail, `${path}.imports_offset`), true);
  view.setUint32(at + 12, fits(value.symbols_offset, 0, 0xffffffff, fail, `${path}.symbols_offset`), true);
  view.setUint32(at + 16, fits(value.imports_count, 0, 0xffffffff, fail, `${path}.imports_count`), true);
  view.setUint32(at + 20, fits(value.imports_format, 0, 0xffffffff, fail, `${path}.imports_format`), true);
  view.setUint32(at + 24, fits(value.symbols_format, 0, 0xffffffff, fail, `${path}.symbols_format`), true);
}

/** dyld_chained_starts_in_segment: 22 bytes, little-endian. */
export interface ChainedStartsInSegment {
  /** bytes with the page starts */
  size: number;
  /** 0x1000 or 0x4000 */
  page_size: number;
  /** DYLD_CHAINED_PTR_* */
  pointer_format: number;
  /** from the Mach header's address, bytes */
  segment_offset: bigint;
  /** 32-bit formats: greater values are no pointers */
  max_valid_pointer: number;
  /** pages */
  page_count: number;
}

/** Bytes that dyld_chained_starts_in_segment takes. */
export const ChainedStartsInSegmentSize = 22;

/**
 * Reads dyld_chained_starts_in_segment (22 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readChainedStartsInSegment(bytes: Uint8Array, at: number, fail: Fail, path = 'dyld_chained_starts_in_segment', base = 0): ChainedStartsInSegment {
  need(bytes, at, 22, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ChainedStartsInSegment;
  vars.size = dataView.getUint32(offset, true);
  offset += 4;
  vars.page_size = dataView.getUint16(offset, true);
  offset += 2;
  vars.pointer_format = dataView.getUint16(offset, true);
  offset += 2;
  vars.segment_offset = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.max_valid_pointer = dataView.getUint32(offset, true);
  offset += 4;
  vars.page_count = dataView.getUint16(offset, true);
  return vars;
}

/** Writes dyld_chained_starts_in_segment (22 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeChainedStartsInSegment(value: ChainedStartsInSegment, bytes: Uint8Array, at: number, fail: Fail, path = 'dyld_chained_starts_in_segment'): void {
  need(bytes, at, 22, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.size, 0, 0xffffffff, fail, `${path}.size`), true);
  view.setUint16(at + 4, fits(value.page_size, 0, 0xffff, fail, `${path}.page_size`), true);
  view.setUint16(at + 6, fits(value.pointer_format, 0, 0xffff, fail, `${path}.pointer_format`), true);
  view.setBigUint64(at + 8, fitsBig(value.segment_offset, false, fail, `${path}.segment_offset`), true);
  view.setUint32(at + 16, fits(value.max_valid_pointer, 0, 0xffffffff, fail, `${path}.max_valid_pointer`), true);
  view.setUint16(at + 20, fits(value.page_count, 0, 0xffff, fail, `${path}.page_count`), true);
}
