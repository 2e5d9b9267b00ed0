// Generated from trust-cache.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, need, setBytes } from '@internal/binary';

/** trust_cache_entry0: 20 bytes, little-endian. */
export interface TrustCacheEntry0 {
  /** cdhash */
  cdhash: Uint8Array;
}

/** Bytes that trust_cache_entry0 takes. */
export const TrustCacheEntry0Size = 20;

/**
 * Reads trust_cache_entry0 (20 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readTrustCacheEntry0(bytes: Uint8Array, at: number, fail: Fail, path = 'trust_cache_entry0', base = 0): TrustCacheEntry0 {
  need(bytes, at, 20, fail, path, base);
  let offset = at;
  const vars = {} as TrustCacheEntry0;
  vars.cdhash = bytes.subarray(offset, offset + 20);
  return vars;
}

/** Writes trust_cache_entry0 (20 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeTrustCacheEntry0(value: TrustCacheEntry0, bytes: Uint8Array, at: number, fail: Fail, path = 'trust_cache_entry0'): void {
  need(bytes, at, 20, fail, path, 0);
  setBytes(bytes, at, 20, value.cdhash, fail, `${path}.cdhash`);
}

/** trust_cache_entry1: 22 bytes, little-endian. */
export interface TrustCacheEntry1 {
  /** cdhash */
  cdhash: Uint8Array;
  /** 1 SHA-1, 2 SHA-256, 3 SHA-256 cut, 4 SHA-384 */
  hash_type: number;
  /** bit 0: the cdhash of amfid */
  flags: number;
}

/** Bytes that trust_cache_entry1 takes. */
export const TrustCacheEntry1Size = 22;

/**
 * Reads trust_cache_entry1 (22 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readTrustCacheEntry1(bytes: Uint8Array, at: number, fail: Fail, path = 'trust_cache_entry1', base = 0): TrustCacheEntry1 {
  need(bytes, at, 22, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as TrustCacheEntry1;
  vars.cdhash = bytes.subarray(offset, offset + 20);
  offset += 20;
  vars.hash_type = dataView.getUint8(offset);
  offset += 1;
  vars.flags = dataView.getUint8(offset);
  return vars;
}

/** Writes trust_cache_entry1 (22 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeTrustCacheEntry1(value: TrustCacheEntry1, bytes: Uint8Array, at: number, fail: Fail, path = 'trust_cache_entry1'): void {
  need(bytes, at, 22, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  setBytes(bytes, at, 20, value.cdhash, fail, `${path}.cdhash`);
  view.setUint8(at + 20, fits(value.hash_type, 0, 0xff, fail, `${path}.hash_type`));
  view.setUint8(at + 21, fits(value.flags, 0, 0xff, fail, `${path}.flags`));
}

/** trust_cache_entry2: 24 bytes, little-endian. */
export interface TrustCacheEntry2 {
  /** cdhash */
  cdhash: Uint8Array;
  /** 1 SHA-1, 2 SHA-256, 3 SHA-256 cut, 4 SHA-384 */
  hash_type: number;
  /** bit 0: the cdhash of amfid */
  flags: number;
  /** launch constraint category */
  constraint_category: number;
  /** 0 */
  reserved: number;
}

/** Bytes that trust_cache_entry2 takes. */
export const TrustCacheEntry2Size = 24;

/**
 * Reads trust_cache_entry2 (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readTrustCacheEntry2(bytes: Uint8Array, at: number, fail: Fail, path = 'trust_cache_entry2', base = 0): TrustCacheEntry2 {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as TrustCacheEntry2;
  vars.cdhash = bytes.subarray(offset, offset + 20);
  offset += 20;
  vars.hash_type = dataView.getUint8(offset);
  offset += 1;
  vars.flags = dataView.getUint8(offset);
  offset += 1;
  vars.constraint_category = dataView.getUint8(offset);
  offset += 1;
  vars.reserved = dataView.getUint8(offset);
  return vars;
}

/** Writes trust_cache_entry2 (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeTrustCacheEntry2(value: TrustCacheEntry2, bytes: Uint8Array, at: number, fail: Fail, path = 'trust_cache_entry2'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  setBytes(bytes, at, 20, value.cdhash, fail, `${path}.cdhash`);
  view.setUint8(at + 20, fits(value.hash_type, 0, 0xff, fail, `${path}.hash_type`));
  view.setUint8(at + 21, fits(value.flags, 0, 0xff, fail, `${path}.flags`));
  view.setUint8(at + 22, fits(value.constraint_category, 0, 0xff, fail, `${path}.constraint_category`));
  view.setUint8(at + 23, fits(value.reserved, 0, 0xff, fail, `${path}.reserved`));
}

/** trust_cache_module: 24 bytes, little-endian. */
export interface TrustCacheHeader {
  /** 0, 1 or 2 */
  version: number;
  /** UUID of the module */
  uuid: Uint8Array;
  /** entries that follow */
  num_entries: number;
}

/** Bytes that trust_cache_module takes. */
export const TrustCacheHeaderSize = 24;

/**
 * Reads trust_cache_module (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readTrustCacheHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'trust_cache_module', base = 0): TrustCacheHeader {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as TrustCacheHeader;
  vars.version = dataView.getUint32(offset, true);
  offset += 4;
  vars.uuid = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.num_entries = dataView.getUint32(offset, true);
  return vars;
}

/** Writes trust_cache_module (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeTrustCacheHeader(value: TrustCacheHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'trust_cache_module'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.version, 0, 0xffffffff, fail, `${path}.version`), true);
  setBytes(bytes, at + 4, 16, value.uuid, fail, `${path}.uuid`);
  view.setUint32(at + 20, fits(value.num_entries, 0, 0xffffffff, fail, `${path}.num_entries`), true);
}

/** serialized_trust_caches: 4 bytes, little-endian. */
export interface TrustCacheWrapper {
  /** modules; that many 32-bit offsets follow */
  num_caches: number;
}

/** Bytes that serialized_trust_caches takes. */
export const TrustCacheWrapperSize = 4;

/**
 * Reads serialized_trust_caches (4 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readTrustCacheWrapper(bytes: Uint8Array, at: number, fail: Fail, path = 'serialized_trust_caches', base = 0): TrustCacheWrapper {
  need(bytes, at, 4, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as TrustCacheWrapper;
  vars.num_caches = dataView.getUint32(offset, true);
  return vars;
}

/** Writes serialized_trust_caches (4 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeTrustCacheWrapper(value: TrustCacheWrapper, bytes: Uint8Array, at: number, fail: Fail, path = 'serialized_trust_caches'): void {
  need(bytes, at, 4, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.num_caches, 0, 0xffffffff, fail, `${path}.num_caches`), true);
}
