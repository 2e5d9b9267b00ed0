// Generated from linux-image.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need } from '@internal/binary';

/** arm64_image_header: 64 bytes, little-endian. */
export interface LinuxImageHeader {
  /** executable code */
  code0: number;
  /** executable code */
  code1: number;
  /** distance of the image from a 2 MiB boundary */
  textOffset: bigint;
  /** bytes in memory, with BSS; 0 before Linux 3.17 */
  imageSize: bigint;
  /** bit 0 big-endian, bits 2:1 page size, bit 3 anywhere in memory */
  flags: bigint;
  /** reserved */
  res2: bigint;
  /** reserved */
  res3: bigint;
  /** reserved */
  res4: bigint;
  /** 0x644d5241, "ARM\x64" */
  magic: number;
  /** offset of the PE header, with an EFI stub */
  res5: number;
}

/** Bytes that arm64_image_header takes. */
export const LinuxImageHeaderSize = 64;

/**
 * Reads arm64_image_header (64 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readLinuxImageHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'arm64_image_header', base = 0): LinuxImageHeader {
  need(bytes, at, 64, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as LinuxImageHeader;
  vars.code0 = dataView.getUint32(offset, true);
  offset += 4;
  vars.code1 = dataView.getUint32(offset, true);
  offset += 4;
  vars.textOffset = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.imageSize = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.flags = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.res2 = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.res3 = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.res4 = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.magic = dataView.getUint32(offset, true);
  offset += 4;
  vars.res5 = dataView.getUint32(offset, true);
  return vars;
}

/** Writes arm64_image_header (64 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeLinuxImageHeader(value: LinuxImageHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'arm64_image_header'): void {
  need(bytes, at, 64, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.code0, 0, 0xffffffff, fail, `${path}.code0`), true);
  view.setUint32(at + 4, fits(value.code1, 0, 0xffffffff, fail, `${path}.code1`), true);
  view.setBigUint64(at + 8, fitsBig(value.textOffset, false, fail, `${path}.textOffset`), true);
  view.setBigUint64(at + 16, fitsBig(value.imageSize, false, fail, `${path}.imageSize`), true);
  view.setBigUint64(at + 24, fitsBig(value.flags, false, fail, `${path}.flags`), true);
  view.setBigUint64(at + 32, fitsBig(value.res2, false, fail, `${path}.res2`), true);
  view.setBigUint64(at + 40, fitsBig(value.res3, false, fail, `${path}.res3`), true);
  view.setBigUint64(at + 48, fitsBig(value.res4, false, fail, `${path}.res4`), true);
  view.setUint32(at + 56, fits(value.magic, 0, 0xffffffff, fail, `${path}.magic`), true);
  view.setUint32(at + 60, fits(value.res5, 0, 0xffffffff, fail, `${path}.res5`), true);
}
