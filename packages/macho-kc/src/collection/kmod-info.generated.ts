// Generated from kmod-info.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need, setBytes } from '@internal/binary';

/** kmod_info_64_v1: 196 bytes, little-endian. */
export interface KmodInfo {
  /** next in the list; 0 before loading */
  next_addr: bigint;
  /** 1 in files; the builder leaves it */
  info_version: number;
  /** load tag */
  id: number;
  /** bundle identifier, NUL-padded */
  name: Uint8Array;
  /** version, NUL-padded */
  version: Uint8Array;
  /** references */
  reference_count: number;
  /** list of references */
  reference_list_addr: bigint;
  /** address of the image */
  address: bigint;
  /** bytes of the image */
  size: bigint;
  /** bytes of its header */
  hdr_size: bigint;
  /** start routine */
  start_addr: bigint;
  /** stop routine */
  stop_addr: bigint;
}

/** Bytes that kmod_info_64_v1 takes. */
export const KmodInfoSize = 196;

/**
 * Reads kmod_info_64_v1 (196 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readKmodInfo(bytes: Uint8Array, at: number, fail: Fail, path = 'kmod_info_64_v1', base = 0): KmodInfo {
  need(bytes, at, 196, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as KmodInfo;
  vars.next_addr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.info_version = dataView.getInt32(offset, true);
  offset += 4;
  vars.id = dataView.getUint32(offset, true);
  offset += 4;
  vars.name = bytes.subarray(offset, offset + 64);
  offset += 64;
  vars.version = bytes.subarray(offset, offset + 64);
  offset += 64;
  vars.reference_count = dataView.getInt32(offset, true);
  offset += 4;
  vars.reference_list_addr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.address = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.size = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.hdr_size = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.start_addr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.stop_addr = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes kmod_info_64_v1 (196 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeKmodInfo(value: KmodInfo, bytes: Uint8Array, at: number, fail: Fail, path = 'kmod_info_64_v1'): void {
  need(bytes, at, 196, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigUint64(at, fitsBig(value.next_addr, false, fail, `${path}.next_addr`), true);
  view.setInt32(at + 8, fits(value.info_version, -0x80000000, 0x7fffffff, fail, `${path}.info_version`), true);
  view.setUint32(at + 12, fits(value.id, 0, 0xffffffff, fail, `${path}.id`), true);
  setBytes(bytes, at + 16, 64, value.name, fail, `${path}.name`);
  setBytes(bytes, at + 80, 64, value.version, fail, `${path}.version`);
  view.setInt32(at + 144, fits(value.reference_count, -0x80000000, 0x7fffffff, fail, `${path}.reference_count`), true);
  view.setBigUint64(at + 148, fitsBig(value.reference_list_addr, false, fail, `${path}.reference_list_addr`), true);
  view.setBigUint64(at + 156, fitsBig(value.address, false, fail, `${path}.address`), true);
  view.setBigUint64(at + 164, fitsBig(value.size, false, fail, `${path}.size`), true);
  view.setBigUint64(at + 172, fitsBig(value.hdr_size, false, fail, `${path}.hdr_size`), true);
  view.setBigUint64(at + 180, fitsBig(value.start_addr, false, fail, `${path}.start_addr`), true);
  view.setBigUint64(at + 188, fitsBig(value.stop_addr, false, fail, `${path}.stop_addr`), true);
}
