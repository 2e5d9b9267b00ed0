// Generated from zip.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need } from '@internal/binary';

/** zip64_end_of_central_directory: 56 bytes, little-endian. */
export interface Zip64End {
  /** 0x06064b50 */
  signature: number;
  /** bytes that follow */
  size: bigint;
  /** version */
  madeBy: number;
  /** version */
  needed: number;
  /** number of this disk */
  disk: number;
  /** disk where the directory begins */
  directoryDisk: number;
  /** entries on this disk */
  entriesHere: bigint;
  /** entries */
  entries: bigint;
  /** bytes */
  directorySize: bigint;
  /** offset */
  directoryOffset: bigint;
}

/** Bytes that zip64_end_of_central_directory takes. */
export const Zip64EndSize = 56;

/**
 * Reads zip64_end_of_central_directory (56 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readZip64End(bytes: Uint8Array, at: number, fail: Fail, path = 'zip64_end_of_central_directory', base = 0): Zip64End {
  need(bytes, at, 56, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Zip64End;
  vars.signature = dataView.getUint32(offset, true);
  offset += 4;
  vars.size = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.madeBy = dataView.getUint16(offset, true);
  offset += 2;
  vars.needed = dataView.getUint16(offset, true);
  offset += 2;
  vars.disk = dataView.getUint32(offset, true);
  offset += 4;
  vars.directoryDisk = dataView.getUint32(offset, true);
  offset += 4;
  vars.entriesHere = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.entries = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.directorySize = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.directoryOffset = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes zip64_end_of_central_directory (56 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeZip64End(value: Zip64End, bytes: Uint8Array, at: number, fail: Fail, path = 'zip64_end_of_central_directory'): void {
  need(bytes, at, 56, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.signature, 0, 0xffffffff, fail, `${path}.signature`), true);
  view.setBigUint64(at + 4, fitsBig(value.size, false, fail, `${path}.size`), true);
  view.setUint16(at + 12, fits(value.madeBy, 0, 0xffff, fail, `${path}.madeBy`), true);
  view.setUint16(at + 14, fits(value.needed, 0, 0xffff, fail, `${path}.needed`), true);
  view.setUint32(at + 16, fits(value.disk, 0, 0xffffffff, fail, `${path}.disk`), true);
  view.setUint32(at + 20, fits(value.directoryDisk, 0, 0xffffffff, fail, `${path}.directoryDisk`), true);
  view.setBigUint64(at + 24, fitsBig(value.entriesHere, false, fail, `${path}.entriesHere`), true);
  view.setBigUint64(at + 32, fitsBig(value.entries, false, fail, `${path}.entries`), true);
  view.setBigUint64(at + 40, fitsBig(value.directorySize, false, fail, `${path}.directorySize`), true);
  view.setBigUint64(at + 48, fitsBig(value.directoryOffset, false, fail, `${path}.directoryOffset`), true);
}

/** zip64_end_locator: 20 bytes, little-endian. */
export interface Zip64Locator {
  /** 0x07064b50 */
  signature: number;
  /** disk with the record */
  disk: number;
  /** offset of the record */
  offset: bigint;
  /** number of disks */
  disks: number;
}

/** Bytes that zip64_end_locator takes. */
export const Zip64LocatorSize = 20;

/**
 * Reads zip64_end_locator (20 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readZip64Locator(bytes: Uint8Array, at: number, fail: Fail, path = 'zip64_end_locator', base = 0): Zip64Locator {
  need(bytes, at, 20, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Zip64Locator;
  vars.signature = dataView.getUint32(offset, true);
  offset += 4;
  vars.disk = dataView.getUint32(offset, true);
  offset += 4;
  vars.offset = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.disks = dataView.getUint32(offset, true);
  return vars;
}

/** Writes zip64_end_locator (20 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeZip64Locator(value: Zip64Locator, bytes: Uint8Array, at: number, fail: Fail, path = 'zip64_end_locator'): void {
  need(bytes, at, 20, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.signature, 0, 0xffffffff, fail, `${path}.signature`), true);
  view.setUint32(at + 4, fits(value.disk, 0, 0xffffffff, fail, `${path}.disk`), true);
  view.setBigUint64(at + 8, fitsBig(value.offset, false, fail, `${path}.offset`), true);
  view.setUint32(at + 16, fits(value.disks, 0, 0xffffffff, fail, `${path}.disks`), true);
}

/** end_of_central_directory: 22 bytes, little-endian. */
export interface ZipEnd {
  /** 0x06054b50 */
  signature: number;
  /** number of this disk */
  disk: number;
  /** disk where the directory begins */
  directoryDisk: number;
  /** entries on this disk */
  entriesHere: number;
  /** entries; 0xffff: see the ZIP64 record */
  entries: number;
  /** bytes; 0xffffffff: see the ZIP64 record */
  directorySize: number;
  /** offset; 0xffffffff: see the ZIP64 record */
  directoryOffset: number;
  /** bytes */
  commentLength: number;
}

/** Bytes that end_of_central_directory takes. */
export const ZipEndSize = 22;

/**
 * Reads end_of_central_directory (22 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readZipEnd(bytes: Uint8Array, at: number, fail: Fail, path = 'end_of_central_directory', base = 0): ZipEnd {
  need(bytes, at, 22, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ZipEnd;
  vars.signature = dataView.getUint32(offset, true);
  offset += 4;
  vars.disk = dataView.getUint16(offset, true);
  offset += 2;
  vars.directoryDisk = dataView.getUint16(offset, true);
  offset += 2;
  vars.entriesHere = dataView.getUint16(offset, true);
  offset += 2;
  vars.entries = dataView.getUint16(offset, true);
  offset += 2;
  vars.directorySize = dataView.getUint32(offset, true);
  offset += 4;
  vars.directoryOffset = dataView.getUint32(offset, true);
  offset += 4;
  vars.commentLength = dataView.getUint16(offset, true);
  return vars;
}

/** Writes end_of_central_directory (22 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeZipEnd(value: ZipEnd, bytes: Uint8Array, at: number, fail: Fail, path = 'end_of_central_directory'): void {
  need(bytes, at, 22, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.signature, 0, 0xffffffff, fail, `${path}.signature`), true);
  view.setUint16(at + 4, fits(value.disk, 0, 0xffff, fail, `${path}.disk`), true);
  view.setUint16(at + 6, fits(value.directoryDisk, 0, 0xffff, fail, `${path}.directoryDisk`), true);
  view.setUint16(at + 8, fits(value.entriesHere, 0, 0xffff, fail, `${path}.entriesHere`), true);
  view.setUint16(at + 10, fits(value.entries, 0, 0xffff, fail, `${path}.entries`), true);
  view.setUint32(at + 12, fits(value.directorySize, 0, 0xffffffff, fail, `${path}.directorySize`), true);
  view.setUint32(at + 16, fits(value.directoryOffset, 0, 0xffffffff, fail, `${path}.directoryOffset`), true);
  view.setUint16(at + 20, fits(value.commentLength, 0, 0xffff, fail, `${path}.commentLength`), true);
}

/** central_file_header: 46 bytes, little-endian. */
export interface ZipEntry {
  /** 0x02014b50 */
  signature: number;
  /** version */
  madeBy: number;
  /** version */
  needed: number;
  /** bit 0: encrypted */
  flags: number;
  /** 0 stored, 8 deflated */
  method: number;
  /** MS-DOS time */
  time: number;
  /** MS-DOS date */
  date: number;
  /** CRC-32 of the content */
  crc: number;
  /** bytes; 0xffffffff: in the extra field */
  compressedSize: number;
  /** bytes; 0xffffffff: in the extra field */
  size: number;
  /** bytes */
  nameLength: number;
  /** bytes */
  extraLength: number;
  /** bytes */
  commentLength: number;
  /** disk */
  disk: number;
  /** internal attributes */
  internalAttributes: number;
  /** external attributes */
  externalAttributes: number;
  /** of the local header; 0xffffffff: in the extra field */
  offset: number;
}

/** Bytes that central_file_header takes. */
export const ZipEntrySize = 46;

/**
 * Reads central_file_header (46 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readZipEntry(bytes: Uint8Array, at: number, fail: Fail, path = 'central_file_header', base = 0): ZipEntry {
  need(bytes, at, 46, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ZipEntry;
  vars.signature = dataView.getUint32(offset, true);
  offset += 4;
  vars.madeBy = dataView.getUint16(offset, true);
  offset += 2;
  vars.needed = dataView.getUint16(offset, true);
  offset += 2;
  vars.flags = dataView.getUint16(offset, true);
  offset += 2;
  vars.method = dataView.getUint16(offset, true);
  offset += 2;
  vars.time = dataView.getUint16(offset, true);
  offset += 2;
  vars.date = dataView.getUint16(offset, true);
  offset += 2;
  vars.crc = dataView.getUint32(offset, true);
  offset += 4;
  vars.compressedSize = dataView.getUint32(offset, true);
  offset += 4;
  vars.size = dataView.getUint32(offset, true);
  offset += 4;
  vars.nameLength = dataView.getUint16(offset, true);
  offset += 2;
  vars.extraLength = dataView.getUint16(offset, true);
  offset += 2;
  vars.commentLength = dataView.getUint16(offset, true);
  offset += 2;
  vars.disk = dataView.getUint16(offset, true);
  offset += 2;
  vars.internalAttributes = dataView.getUint16(offset, true);
  offset += 2;
  vars.externalAttributes = dataView.getUint32(offset, true);
  offset += 4;
  vars.offset = dataView.getUint32(offset, true);
  return vars;
}

/** Writes central_file_header (46 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeZipEntry(value: ZipEntry, bytes: Uint8Array, at: number, fail: Fail, path = 'central_file_header'): void {
  need(bytes, at, 46, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.signature, 0, 0xffffffff, fail, `${path}.signature`), true);
  view.setUint16(at + 4, fits(value.madeBy, 0, 0xffff, fail, `${path}.madeBy`), true);
  view.setUint16(at + 6, fits(value.needed, 0, 0xffff, fail, `${path}.needed`), true);
  view.setUint16(at + 8, fits(value.flags, 0, 0xffff, fail, `${path}.flags`), true);
  view.setUint16(at + 10, fits(value.method, 0, 0xffff, fail, `${path}.method`), true);
  view.setUint16(at + 12, fits(value.time, 0, 0xffff, fail, `${path}.time`), true);
  view.setUint16(at + 14, fits(value.date, 0, 0xffff, fail, `${path}.date`), true);
  view.setUint32(at + 16, fits(value.crc, 0, 0xffffffff, fail, `${path}.crc`), true);
  view.setUint32(at + 20, fits(value.compressedSize, 0, 0xffffffff, fail, `${path}.compressedSize`), true);
  view.setUint32(at + 24, fits(value.size, 0, 0xffffffff, fail, `${path}.size`), true);
  view.setUint16(at + 28, fits(value.nameLength, 0, 0xffff, fail, `${path}.nameLength`), true);
  view.setUint16(at + 30, fits(value.extraLength, 0, 0xffff, fail, `${path}.extraLength`), true);
  view.setUint16(at + 32, fits(value.commentLength, 0, 0xffff, fail, `${path}.commentLength`), true);
  view.setUint16(at + 34, fits(value.disk, 0, 0xffff, fail, `${path}.disk`), true);
  view.setUint16(at + 36, fits(value.internalAttributes, 0, 0xffff, fail, `${path}.internalAttributes`), true);
  view.setUint32(at + 38, fits(value.externalAttributes, 0, 0xffffffff, fail, `${path}.externalAttributes`), true);
  view.setUint32(at + 42, fits(value.offset, 0, 0xffffffff, fail, `${path}.offset`), true);
}

/** local_file_header: 30 bytes, little-endian. */
export interface ZipLocal {
  /** 0x04034b50 */
  signature: number;
  /** version */
  needed: number;
  /** flags */
  flags: number;
  /** method */
  method: number;
  /** MS-DOS time */
  time: number;
  /** MS-DOS date */
  date: number;
  /** CRC-32; may be 0 */
  crc: number;
  /** bytes; may be 0 */
  compressedSize: number;
  /** bytes; may be 0 */
  size: number;
  /** bytes */
  nameLength: number;
  /** bytes */
  extraLength: number;
}

/** Bytes that local_file_header takes. */
export const ZipLocalSize = 30;

/**
 * Reads local_file_header (30 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readZipLocal(bytes: Uint8Array, at: number, fail: Fail, path = 'local_file_header', base = 0): ZipLocal {
  need(bytes, at, 30, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ZipLocal;
  vars.signature = dataView.getUint32(offset, true);
  offset += 4;
  vars.needed = dataView.getUint16(offset, true);
  offset += 2;
  vars.flags = dataView.getUint16(offset, true);
  offset += 2;
  vars.method = dataView.getUint16(offset, true);
  offset += 2;
  vars.time = dataView.getUint16(offset, true);
  offset += 2;
  vars.date = dataView.getUint16(offset, true);
  offset += 2;
  vars.crc = dataView.getUint32(offset, true);
  offset += 4;
  vars.compressedSize = dataView.getUint32(offset, true);
  offset += 4;
  vars.size = dataView.getUint32(offset, true);
  offset += 4;
  vars.nameLength = dataView.getUint16(offset, true);
  offset += 2;
  vars.extraLength = dataView.getUint16(offset, true);
  return vars;
}

/** Writes local_file_header (30 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeZipLocal(value: ZipLocal, bytes: Uint8Array, at: number, fail: Fail, path = 'local_file_header'): void {
  need(bytes, at, 30, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.signature, 0, 0xffffffff, fail, `${path}.signature`), true);
  view.setUint16(at + 4, fits(value.needed, 0, 0xffff, fail, `${path}.needed`), true);
  view.setUint16(at + 6, fits(value.flags, 0, 0xffff, fail, `${path}.flags`), true);
  view.setUint16(at + 8, fits(value.method, 0, 0xffff, fail, `${path}.method`), true);
  view.setUint16(at + 10, fits(value.time, 0, 0xffff, fail, `${path}.time`), true);
  view.setUint16(at + 12, fits(value.date, 0, 0xffff, fail, `${path}.date`), true);
  view.setUint32(at + 14, fits(value.crc, 0, 0xffffffff, fail, `${path}.crc`), true);
  view.setUint32(at + 18, fits(value.compressedSize, 0, 0xffffffff, fail, `${path}.compressedSize`), true);
  view.setUint32(at + 22, fits(value.size, 0, 0xffffffff, fail, `${path}.size`), true);
  view.setUint16(at + 26, fits(value.nameLength, 0, 0xffff, fail, `${path}.nameLength`), true);
  view.setUint16(at + 28, fits(value.extraLength, 0, 0xffff, fail, `${path}.extraLength`), true);
}
