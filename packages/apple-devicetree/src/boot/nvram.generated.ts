// Generated from nvram.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, need, setBytes } from '@internal/binary';

/** chrp_nvram_header_t: 16 bytes, little-endian. */
export interface ChrpHeader {
  /** 0x70 system or common, 0x7f free */
  signature: number;
  /** byte sum of the other fields, with the carry added back in */
  checksum: number;
  /** size of the partition with its header, in blocks of 16 bytes */
  length: number;
  /** NUL-padded name */
  name: Uint8Array;
}

/** Bytes that chrp_nvram_header_t takes. */
export const ChrpHeaderSize = 16;

/**
 * Reads chrp_nvram_header_t (16 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readChrpHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'chrp_nvram_header_t', base = 0): ChrpHeader {
  need(bytes, at, 16, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ChrpHeader;
  vars.signature = dataView.getUint8(offset);
  offset += 1;
  vars.checksum = dataView.getUint8(offset);
  offset += 1;
  vars.length = dataView.getUint16(offset, true);
  offset += 2;
  vars.name = bytes.subarray(offset, offset + 12);
  return vars;
}

/** Writes chrp_nvram_header_t (16 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeChrpHeader(value: ChrpHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'chrp_nvram_header_t'): void {
  need(bytes, at, 16, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint8(at, fits(value.signature, 0, 0xff, fail, `${path}.signature`));
  view.setUint8(at + 1, fits(value.checksum, 0, 0xff, fail, `${path}.checksum`));
  view.setUint16(at + 2, fits(value.length, 0, 0xffff, fail, `${path}.length`), true);
  setBytes(bytes, at + 4, 12, value.name, fail, `${path}.name`);
}

/** apple_nvram_header_t: 16 bytes, little-endian. */
export interface NvramBank {
  /** Adler-32 of all that follows this field, to the end of the image */
  adler: number;
  /** higher in the newer of two images */
  generation: number;
  /** not read */
  padding: Uint8Array;
}

/** Bytes that apple_nvram_header_t takes. */
export const NvramBankSize = 16;

/**
 * Reads apple_nvram_header_t (16 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readNvramBank(bytes: Uint8Array, at: number, fail: Fail, path = 'apple_nvram_header_t', base = 0): NvramBank {
  need(bytes, at, 16, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as NvramBank;
  vars.adler = dataView.getUint32(offset, true);
  offset += 4;
  vars.generation = dataView.getUint32(offset, true);
  offset += 4;
  vars.padding = bytes.subarray(offset, offset + 8);
  return vars;
}

/** Writes apple_nvram_header_t (16 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeNvramBank(value: NvramBank, bytes: Uint8Array, at: number, fail: Fail, path = 'apple_nvram_header_t'): void {
  need(bytes, at, 16, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.adler, 0, 0xffffffff, fail, `${path}.adler`), true);
  view.setUint32(at + 4, fits(value.generation, 0, 0xffffffff, fail, `${path}.generation`), true);
  setBytes(bytes, at + 8, 8, value.padding, fail, `${path}.padding`);
}
