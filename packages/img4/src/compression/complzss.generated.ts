// Generated from complzss.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsCount, need, setBytes } from '@internal/binary';

/** compressed_kernel_header: 384 bytes, big-endian. */
export interface ComplzssHeader {
  /** "comp" */
  signature: number;
  /** "lzss" or "lzvn" */
  compressType: number;
  /** Adler-32 of the uncompressed data */
  adler32: number;
  /** size of the uncompressed data, in bytes */
  uncompressedSize: number;
  /** size of the compressed data after the header, in bytes */
  compressedSize: number;
  /** 1 when the kernelcache can be slid (KASLR) */
  prelinkVersion: number;
  /** zero */
  reserved: number[];
  /** NUL-padded platform name */
  platformName: Uint8Array;
  /** NUL-padded path of the kernel */
  rootPath: Uint8Array;
}

/** Bytes that compressed_kernel_header takes. */
export const ComplzssHeaderSize = 384;

/**
 * Reads compressed_kernel_header (384 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readComplzssHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'compressed_kernel_header', base = 0): ComplzssHeader {
  need(bytes, at, 384, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ComplzssHeader;
  vars.signature = dataView.getUint32(offset, false);
  offset += 4;
  vars.compressType = dataView.getUint32(offset, false);
  offset += 4;
  vars.adler32 = dataView.getUint32(offset, false);
  offset += 4;
  vars.uncompressedSize = dataView.getUint32(offset, false);
  offset += 4;
  vars.compressedSize = dataView.getUint32(offset, false);
  offset += 4;
  vars.prelinkVersion = dataView.getUint32(offset, false);
  offset += 4;
  vars.reserved = [];
  for (var $tmp0 = 10; $tmp0 > 0; $tmp0--) {
  var $tmp1 = dataView.getUint32(offset, false);
  offset += 4;
  vars.reserved.push($tmp1);
  }
  vars.platformName = bytes.subarray(offset, offset + 64);
  offset += 64;
  vars.rootPath = bytes.subarray(offset, offset + 256);
  return vars;
}

/** Writes compressed_kernel_header (384 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeComplzssHeader(value: ComplzssHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'compressed_kernel_header'): void {
  need(bytes, at, 384, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.signature, 0, 0xffffffff, fail, `${path}.signature`), false);
  view.setUint32(at + 4, fits(value.compressType, 0, 0xffffffff, fail, `${path}.compressType`), false);
  view.setUint32(at + 8, fits(value.adler32, 0, 0xffffffff, fail, `${path}.adler32`), false);
  view.setUint32(at + 12, fits(value.uncompressedSize, 0, 0xffffffff, fail, `${path}.uncompressedSize`), false);
  view.setUint32(at + 16, fits(value.compressedSize, 0, 0xffffffff, fail, `${path}.compressedSize`), false);
  view.setUint32(at + 20, fits(value.prelinkVersion, 0, 0xffffffff, fail, `${path}.prelinkVersion`), false);
  fitsCount(value.reserved.length, 10, fail, `${path}.reserved`);
  value.reserved.forEach((item, i) => view.setUint32(at + 24 + i * 4, fits(item, 0, 0xffffffff, fail, `${path}.reserved[${i}]`), false));
  setBytes(bytes, at + 64, 64, value.platformName, fail, `${path}.platformName`);
  setBytes(bytes, at + 128, 256, value.rootPath, fail, `${path}.rootPath`);
}
