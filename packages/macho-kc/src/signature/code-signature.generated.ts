// Generated from code-signature.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need } from '@internal/binary';

/** CS_BlobIndex: 8 bytes, big-endian. */
export interface BlobIndex {
  /** CSSLOT_* */
  type: number;
  /** of the blob from the super blob */
  offset: number;
}

/** Bytes that CS_BlobIndex takes. */
export const BlobIndexSize = 8;

/**
 * Reads CS_BlobIndex (8 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readBlobIndex(bytes: Uint8Array, at: number, fail: Fail, path = 'CS_BlobIndex', base = 0): BlobIndex {
  need(bytes, at, 8, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as BlobIndex;
  vars.type = dataView.getUint32(offset, false);
  offset += 4;
  vars.offset = dataView.getUint32(offset, false);
  return vars;
}

/** Writes CS_BlobIndex (8 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeBlobIndex(value: BlobIndex, bytes: Uint8Array, at: number, fail: Fail, path = 'CS_BlobIndex'): void {
  need(bytes, at, 8, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.type, 0, 0xffffffff, fail, `${path}.type`), false);
  view.setUint32(at + 4, fits(value.offset, 0, 0xffffffff, fail, `${path}.offset`), false);
}

/** CS_CodeDirectory: 44 bytes, big-endian. */
export interface CodeDirectory {
  /** 0xfade0c02 */
  magic: number;
  /** bytes */
  length: number;
  /** 0x20001 or later */
  version: number;
  /** CS_* */
  flags: number;
  /** offset of the hash of code slot 0 */
  hashOffset: number;
  /** offset of the identifier */
  identOffset: number;
  /** special slots, before slot 0 */
  nSpecialSlots: number;
  /** code slots */
  nCodeSlots: number;
  /** bytes of the file that are signed */
  codeLimit: number;
  /** bytes of each hash */
  hashSize: number;
  /** 1 SHA-1, 2 SHA-256, 3 SHA-256 cut to 20 bytes, 4 SHA-384 */
  hashType: number;
  /** platform identifier, 0 for none */
  platform: number;
  /** log2 of the page size */
  pageSize: number;
  /** 0 */
  spare2: number;
}

/** Bytes that CS_CodeDirectory takes. */
export const CodeDirectorySize = 44;

/**
 * Reads CS_CodeDirectory (44 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readCodeDirectory(bytes: Uint8Array, at: number, fail: Fail, path = 'CS_CodeDirectory', base = 0): CodeDirectory {
  need(bytes, at, 44, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as CodeDirectory;
  vars.magic = dataView.getUint32(offset, false);
  offset += 4;
  vars.length = dataView.getUint32(offset, false);
  offset += 4;
  vars.version = dataView.getUint32(offset, false);
  offset += 4;
  vars.flags = dataView.getUint32(offset, false);
  offset += 4;
  vars.hashOffset = dataView.getUint32(offset, false);
  offset += 4;
  vars.identOffset = dataView.getUint32(offset, false);
  offset += 4;
  vars.nSpecialSlots = dataView.getUint32(offset, false);
  offset += 4;
  vars.nCodeSlots = dataView.getUint32(offset, false);
  offset += 4;
  vars.codeLimit = dataView.getUint32(offset, false);
  offset += 4;
  vars.hashSize = dataView.getUint8(offset);
  offset += 1;
  vars.hashType = dataView.getUint8(offset);
  offset += 1;
  vars.platform = dataView.getUint8(offset);
  offset += 1;
  vars.pageSize = dataView.getUint8(offset);
  offset += 1;
  vars.spare2 = dataView.getUint32(offset, false);
  return vars;
}

/** Writes CS_CodeDirectory (44 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeCodeDirectory(value: CodeDirectory, bytes: Uint8Array, at: number, fail: Fail, path = 'CS_CodeDirectory'): void {
  need(bytes, at, 44, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.magic, 0, 0xffffffff, fail, `${path}.magic`), false);
  view.setUint32(at + 4, fits(value.length, 0, 0xffffffff, fail, `${path}.length`), false);
  view.setUint32(at + 8, fits(value.version, 0, 0xffffffff, fail, `${path}.version`), false);
  view.setUint32(at + 12, fits(value.flags, 0, 0xffffffff, fail, `${path}.flags`), false);
  view.setUint32(at + 16, fits(value.hashOffset, 0, 0xffffffff, fail, `${path}.hashOffset`), false);
  view.setUint32(at + 20, fits(value.identOffset, 0, 0xffffffff, fail, `${path}.identOffset`), false);
  view.setUint32(at + 24, fits(value.nSpecialSlots, 0, 0xffffffff, fail, `${path}.nSpecialSlots`), false);
  view.setUint32(at + 28, fits(value.nCodeSlots, 0, 0xffffffff, fail, `${path}.nCodeSlots`), false);
  view.setUint32(at + 32, fits(value.codeLimit, 0, 0xffffffff, fail, `${path}.codeLimit`), false);
  view.setUint8(at + 36, fits(value.hashSize, 0, 0xff, fail, `${path}.hashSize`));
  view.setUint8(at + 37, fits(value.hashType, 0, 0xff, fail, `${path}.hashType`));
  view.setUint8(at + 38, fits(value.platform, 0, 0xff, fail, `${path}.platform`));
  view.setUint8(at + 39, fits(value.pageSize, 0, 0xff, fail, `${path}.pageSize`));
  view.setUint32(at + 40, fits(value.spare2, 0, 0xffffffff, fail, `${path}.spare2`), false);
}

/** CS_CodeDirectory extension: 44 bytes, big-endian. */
export interface CodeDirectoryExtension {
  /** 0x20100: offset of the scatter vector */
  scatterOffset: number;
  /** 0x20200: offset of the team identifier */
  teamOffset: number;
  /** 0x20300: 0 */
  spare3: number;
  /** 0x20300: codeLimit past 4 GiB */
  codeLimit64: bigint;
  /** 0x20400: offset of the executable segment */
  execSegBase: bigint;
  /** 0x20400: its bytes */
  execSegLimit: bigint;
  /** 0x20400: its flags */
  execSegFlags: bigint;
}

/** Bytes that CS_CodeDirectory extension takes. */
export const CodeDirectoryExtensionSize = 44;

/**
 * Reads CS_CodeDirectory extension (44 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readCodeDirectoryExtension(bytes: Uint8Array, at: number, fail: Fail, path = 'CS_CodeDirectory extension', base = 0): CodeDirectoryExtension {
  need(bytes, at, 44, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as CodeDirectoryExtension;
  vars.scatterOffset = dataView.getUint32(offset, false);
  offset += 4;
  vars.teamOffset = dataView.getUint32(offset, false);
  offset += 4;
  vars.spare3 = dataView.getUint32(offset, false);
  offset += 4;
  vars.codeLimit64 = dataView.getBigUint64(offset, false);
  offset += 8;
  vars.execSegBase = dataView.getBigUint64(offset, false);
  offset += 8;
  vars.execSegLimit = dataView.getBigUint64(offset, false);
  offset += 8;
  vars.execSegFlags = dataView.getBigUint64(offset, false);
  return vars;
}

/** Writes CS_CodeDirectory extension (44 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeCodeDirectoryExtension(value: CodeDirectoryExtension, bytes: Uint8Array, at: number, fail: Fail, path = 'CS_CodeDirectory extension'): void {
  need(bytes, at, 44, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.scatterOffset, 0, 0xffffffff, fail, `${path}.scatterOffset`), false);
  view.setUint32(at + 4, fits(value.teamOffset, 0, 0xffffffff, fail, `${path}.teamOffset`), false);
  view.setUint32(at + 8, fits(value.spare3, 0, 0xffffffff, fail, `${path}.spare3`), false);
  view.setBigUint64(at + 12, fitsBig(value.codeLimit64, false, fail, `${path}.codeLimit64`), false);
  view.setBigUint64(at + 20, fitsBig(value.execSegBase, false, fail, `${path}.execSegBase`), false);
  view.setBigUint64(at + 28, fitsBig(value.execSegLimit, false, fail, `${path}.execSegLimit`), false);
  view.setBigUint64(at + 36, fitsBig(value.execSegFlags, false, fail, `${path}.execSegFlags`), false);
}

/** CS_GenericBlob: 8 bytes, big-endian. */
export interface GenericBlob {
  /** CSMAGIC_* */
  magic: number;
  /** bytes */
  length: number;
}

/** Bytes that CS_GenericBlob takes. */
export const GenericBlobSize = 8;

/**
 * Reads CS_GenericBlob (8 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readGenericBlob(bytes: Uint8Array, at: number, fail: Fail, path = 'CS_GenericBlob', base = 0): GenericBlob {
  need(bytes, at, 8, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as GenericBlob;
  vars.magic = dataView.getUint32(offset, false);
  offset += 4;
  vars.length = dataView.getUint32(offset, false);
  return vars;
}

/** Writes CS_GenericBlob (8 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeGenericBlob(value: GenericBlob, bytes: Uint8Array, at: number, fail: Fail, path = 'CS_GenericBlob'): void {
  need(bytes, at, 8, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.magic, 0, 0xffffffff, fail, `${path}.magic`), false);
  view.setUint32(at + 4, fits(value.length, 0, 0xffffffff, fail, `${path}.length`), false);
}

/** CS_SuperBlob: 12 bytes, big-endian. */
export interface SuperBlob {
  /** 0xfade0cc0 */
  magic: number;
  /** bytes of the whole signature */
  length: number;
  /** blobs that follow */
  count: number;
}

/** Bytes that CS_SuperBlob takes. */
export const SuperBlobSize = 12;

/**
 * Reads CS_SuperBlob (12 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readSuperBlob(bytes: Uint8Array, at: number, fail: Fail, path = 'CS_SuperBlob', base = 0): SuperBlob {
  need(bytes, at, 12, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as SuperBlob;
  vars.magic = dataView.getUint32(offset, false);
  offset += 4;
  vars.length = dataView.getUint32(offset, false);
  offset += 4;
  vars.count = dataView.getUint32(offset, false);
  return vars;
}

/** Writes CS_SuperBlob (12 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeSuperBlob(value: SuperBlob, bytes: Uint8Array, at: number, fail: Fail, path = 'CS_SuperBlob'): void {
  need(bytes, at, 12, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.magic, 0, 0xffffffff, fail, `${path}.magic`), false);
  view.setUint32(at + 4, fits(value.length, 0, 0xffffffff, fail, `${path}.length`), false);
  view.setUint32(at + 8, fits(value.count, 0, 0xffffffff, fail, `${path}.count`), false);
}
