// Generated from hfs.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, fitsCount, need, setBytes } from '@internal/binary';

/** HFSPlusExtentDescriptor: 8 bytes, big-endian. */
export interface HfsExtent {
  /** first allocation block */
  startBlock: number;
  /** their number */
  blockCount: number;
}

/** Bytes that HFSPlusExtentDescriptor takes. */
export const HfsExtentSize = 8;

/**
 * Reads HFSPlusExtentDescriptor (8 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readHfsExtent(bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusExtentDescriptor', base = 0): HfsExtent {
  need(bytes, at, 8, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as HfsExtent;
  vars.startBlock = dataView.getUint32(offset, false);
  offset += 4;
  vars.blockCount = dataView.getUint32(offset, false);
  return vars;
}

/** Writes HFSPlusExtentDescriptor (8 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeHfsExtent(value: HfsExtent, bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusExtentDescriptor'): void {
  need(bytes, at, 8, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.startBlock, 0, 0xffffffff, fail, `${path}.startBlock`), false);
  view.setUint32(at + 4, fits(value.blockCount, 0, 0xffffffff, fail, `${path}.blockCount`), false);
}

/** HFSPlusCatalogFile: 248 bytes, big-endian. */
export interface HfsFile {
  /** 2 */
  recordType: number;
  /** bit 1: it has a thread */
  flags: number;
  /** 0 */
  reserved1: number;
  /** catalog node ID */
  fileId: number;
  /** seconds since 1904 */
  createDate: number;
  /** seconds since 1904 */
  contentModDate: number;
  /** seconds since 1904 */
  attributeModDate: number;
  /** seconds since 1904 */
  accessDate: number;
  /** seconds since 1904 */
  backupDate: number;
  /** user */
  ownerId: number;
  /** group */
  groupId: number;
  /** flags of the super user */
  adminFlags: number;
  /** flags of the owner */
  ownerFlags: number;
  /** st_mode */
  fileMode: number;
  /** link count */
  special: number;
  /** Finder */
  userInfo: Uint8Array;
  /** Finder */
  finderInfo: Uint8Array;
  /** 0 */
  textEncoding: number;
  /** 0 */
  reserved2: number;
  /** content */
  dataFork: HfsFork;
  /** resource fork */
  resourceFork: HfsFork;
}

/** Bytes that HFSPlusCatalogFile takes. */
export const HfsFileSize = 248;

/**
 * Reads HFSPlusCatalogFile (248 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readHfsFile(bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusCatalogFile', base = 0): HfsFile {
  need(bytes, at, 248, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Omit<HfsFile, 'dataFork' | 'resourceFork'> & { dataFork: Uint8Array; resourceFork: Uint8Array };
  vars.recordType = dataView.getUint16(offset, false);
  offset += 2;
  vars.flags = dataView.getUint16(offset, false);
  offset += 2;
  vars.reserved1 = dataView.getUint32(offset, false);
  offset += 4;
  vars.fileId = dataView.getUint32(offset, false);
  offset += 4;
  vars.createDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.contentModDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.attributeModDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.accessDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.backupDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.ownerId = dataView.getUint32(offset, false);
  offset += 4;
  vars.groupId = dataView.getUint32(offset, false);
  offset += 4;
  vars.adminFlags = dataView.getUint8(offset);
  offset += 1;
  vars.ownerFlags = dataView.getUint8(offset);
  offset += 1;
  vars.fileMode = dataView.getUint16(offset, false);
  offset += 2;
  vars.special = dataView.getUint32(offset, false);
  offset += 4;
  vars.userInfo = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.finderInfo = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.textEncoding = dataView.getUint32(offset, false);
  offset += 4;
  vars.reserved2 = dataView.getUint32(offset, false);
  offset += 4;
  vars.dataFork = bytes.subarray(offset, offset + 80);
  offset += 80;
  vars.resourceFork = bytes.subarray(offset, offset + 80);
  return { ...vars, dataFork: readHfsFork(bytes, at + 88, fail, `${path}.dataFork`, base), resourceFork: readHfsFork(bytes, at + 168, fail, `${path}.resourceFork`, base) };
}

/** Writes HFSPlusCatalogFile (248 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeHfsFile(value: HfsFile, bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusCatalogFile'): void {
  need(bytes, at, 248, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(at, fits(value.recordType, 0, 0xffff, fail, `${path}.recordType`), false);
  view.setUint16(at + 2, fits(value.flags, 0, 0xffff, fail, `${path}.flags`), false);
  view.setUint32(at + 4, fits(value.reserved1, 0, 0xffffffff, fail, `${path}.reserved1`), false);
  view.setUint32(at + 8, fits(value.fileId, 0, 0xffffffff, fail, `${path}.fileId`), false);
  view.setUint32(at + 12, fits(value.createDate, 0, 0xffffffff, fail, `${path}.createDate`), false);
  view.setUint32(at + 16, fits(value.contentModDate, 0, 0xffffffff, fail, `${path}.contentModDate`), false);
  view.setUint32(at + 20, fits(value.attributeModDate, 0, 0xffffffff, fail, `${path}.attributeModDate`), false);
  view.setUint32(at + 24, fits(value.accessDate, 0, 0xffffffff, fail, `${path}.accessDate`), false);
  view.setUint32(at + 28, fits(value.backupDate, 0, 0xffffffff, fail, `${path}.backupDate`), false);
  view.setUint32(at + 32, fits(value.ownerId, 0, 0xffffffff, fail, `${path}.ownerId`), false);
  view.setUint32(at + 36, fits(value.groupId, 0, 0xffffffff, fail, `${path}.groupId`), false);
  view.setUint8(at + 40, fits(value.adminFlags, 0, 0xff, fail, `${path}.adminFlags`));
  view.setUint8(at + 41, fits(value.ownerFlags, 0, 0xff, fail, `${path}.ownerFlags`));
  view.setUint16(at + 42, fits(value.fileMode, 0, 0xffff, fail, `${path}.fileMode`), false);
  view.setUint32(at + 44, fits(value.special, 0, 0xffffffff, fail, `${path}.special`), false);
  setBytes(bytes, at + 48, 16, value.userInfo, fail, `${path}.userInfo`);
  setBytes(bytes, at + 64, 16, value.finderInfo, fail, `${path}.finderInfo`);
  view.setUint32(at + 80, fits(value.textEncoding, 0, 0xffffffff, fail, `${path}.textEncoding`), false);
  view.setUint32(at + 84, fits(value.reserved2, 0, 0xffffffff, fail, `${path}.reserved2`), false);
  writeHfsFork(value.dataFork, bytes, at + 88, fail, `${path}.dataFork`);
  writeHfsFork(value.resourceFork, bytes, at + 168, fail, `${path}.resourceFork`);
}

/** HFSPlusCatalogFolder: 88 bytes, big-endian. */
export interface HfsFolder {
  /** 1 */
  recordType: number;
  /** 0 */
  flags: number;
  /** how much is right in it */
  valence: number;
  /** catalog node ID */
  folderId: number;
  /** seconds since 1904 */
  createDate: number;
  /** seconds since 1904 */
  contentModDate: number;
  /** seconds since 1904 */
  attributeModDate: number;
  /** seconds since 1904 */
  accessDate: number;
  /** seconds since 1904 */
  backupDate: number;
  /** user */
  ownerId: number;
  /** group */
  groupId: number;
  /** flags of the super user */
  adminFlags: number;
  /** flags of the owner */
  ownerFlags: number;
  /** st_mode */
  fileMode: number;
  /** link count */
  special: number;
  /** Finder */
  userInfo: Uint8Array;
  /** Finder */
  finderInfo: Uint8Array;
  /** 0 */
  textEncoding: number;
  /** folders in it, for HFSX with folder counts */
  folderCount: number;
}

/** Bytes that HFSPlusCatalogFolder takes. */
export const HfsFolderSize = 88;

/**
 * Reads HFSPlusCatalogFolder (88 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readHfsFolder(bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusCatalogFolder', base = 0): HfsFolder {
  need(bytes, at, 88, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as HfsFolder;
  vars.recordType = dataView.getUint16(offset, false);
  offset += 2;
  vars.flags = dataView.getUint16(offset, false);
  offset += 2;
  vars.valence = dataView.getUint32(offset, false);
  offset += 4;
  vars.folderId = dataView.getUint32(offset, false);
  offset += 4;
  vars.createDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.contentModDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.attributeModDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.accessDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.backupDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.ownerId = dataView.getUint32(offset, false);
  offset += 4;
  vars.groupId = dataView.getUint32(offset, false);
  offset += 4;
  vars.adminFlags = dataView.getUint8(offset);
  offset += 1;
  vars.ownerFlags = dataView.getUint8(offset);
  offset += 1;
  vars.fileMode = dataView.getUint16(offset, false);
  offset += 2;
  vars.special = dataView.getUint32(offset, false);
  offset += 4;
  vars.userInfo = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.finderInfo = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.textEncoding = dataView.getUint32(offset, false);
  offset += 4;
  vars.folderCount = dataView.getUint32(offset, false);
  return vars;
}

/** Writes HFSPlusCatalogFolder (88 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeHfsFolder(value: HfsFolder, bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusCatalogFolder'): void {
  need(bytes, at, 88, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(at, fits(value.recordType, 0, 0xffff, fail, `${path}.recordType`), false);
  view.setUint16(at + 2, fits(value.flags, 0, 0xffff, fail, `${path}.flags`), false);
  view.setUint32(at + 4, fits(value.valence, 0, 0xffffffff, fail, `${path}.valence`), false);
  view.setUint32(at + 8, fits(value.folderId, 0, 0xffffffff, fail, `${path}.folderId`), false);
  view.setUint32(at + 12, fits(value.createDate, 0, 0xffffffff, fail, `${path}.createDate`), false);
  view.setUint32(at + 16, fits(value.contentModDate, 0, 0xffffffff, fail, `${path}.contentModDate`), false);
  view.setUint32(at + 20, fits(value.attributeModDate, 0, 0xffffffff, fail, `${path}.attributeModDate`), false);
  view.setUint32(at + 24, fits(value.accessDate, 0, 0xffffffff, fail, `${path}.accessDate`), false);
  view.setUint32(at + 28, fits(value.backupDate, 0, 0xffffffff, fail, `${path}.backupDate`), false);
  view.setUint32(at + 32, fits(value.ownerId, 0, 0xffffffff, fail, `${path}.ownerId`), false);
  view.setUint32(at + 36, fits(value.groupId, 0, 0xffffffff, fail, `${path}.groupId`), false);
  view.setUint8(at + 40, fits(value.adminFlags, 0, 0xff, fail, `${path}.adminFlags`));
  view.setUint8(at + 41, fits(value.ownerFlags, 0, 0xff, fail, `${path}.ownerFlags`));
  view.setUint16(at + 42, fits(value.fileMode, 0, 0xffff, fail, `${path}.fileMode`), false);
  view.setUint32(at + 44, fits(value.special, 0, 0xffffffff, fail, `${path}.special`), false);
  setBytes(bytes, at + 48, 16, value.userInfo, fail, `${path}.userInfo`);
  setBytes(bytes, at + 64, 16, value.finderInfo, fail, `${path}.finderInfo`);
  view.setUint32(at + 80, fits(value.textEncoding, 0, 0xffffffff, fail, `${path}.textEncoding`), false);
  view.setUint32(at + 84, fits(value.folderCount, 0, 0xffffffff, fail, `${path}.folderCount`), false);
}

/** HFSPlusForkData: 80 bytes, big-endian. */
export interface HfsFork {
  /** bytes */
  logicalSize: bigint;
  /** bytes */
  clumpSize: number;
  /** allocation blocks */
  totalBlocks: number;
  /** the first eight extents */
  extents: HfsExtent[];
}

/** Bytes that HFSPlusForkData takes. */
export const HfsForkSize = 80;

/**
 * Reads HFSPlusForkData (80 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readHfsFork(bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusForkData', base = 0): HfsFork {
  need(bytes, at, 80, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Omit<HfsFork, 'extents'> & { extents: Uint8Array };
  vars.logicalSize = dataView.getBigUint64(offset, false);
  offset += 8;
  vars.clumpSize = dataView.getUint32(offset, false);
  offset += 4;
  vars.totalBlocks = dataView.getUint32(offset, false);
  offset += 4;
  vars.extents = bytes.subarray(offset, offset + 64);
  return { ...vars, extents: Array.from({ length: 8 }, (_, i) => readHfsExtent(bytes, at + 16 + i * 8, fail, `${path}.extents[${i}]`, base)) };
}

/** Writes HFSPlusForkData (80 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeHfsFork(value: HfsFork, bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusForkData'): void {
  need(bytes, at, 80, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigUint64(at, fitsBig(value.logicalSize, false, fail, `${path}.logicalSize`), false);
  view.setUint32(at + 8, fits(value.clumpSize, 0, 0xffffffff, fail, `${path}.clumpSize`), false);
  view.setUint32(at + 12, fits(value.totalBlocks, 0, 0xffffffff, fail, `${path}.totalBlocks`), false);
  fitsCount(value.extents.length, 8, fail, `${path}.extents`);
  value.extents.forEach((item, i) => writeHfsExtent(item, bytes, at + 16 + i * 8, fail, `${path}.extents[${i}]`));
}

/** BTNodeDescriptor: 14 bytes, big-endian. */
export interface HfsNode {
  /** next node of the same kind; 0 at the end */
  fLink: number;
  /** the one before */
  bLink: number;
  /** -1 leaf, 0 index, 1 header */
  kind: number;
  /** 1 for leaves */
  height: number;
  /** records */
  numRecords: number;
  /** 0 */
  reserved: number;
}

/** Bytes that BTNodeDescriptor takes. */
export const HfsNodeSize = 14;

/**
 * Reads BTNodeDescriptor (14 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readHfsNode(bytes: Uint8Array, at: number, fail: Fail, path = 'BTNodeDescriptor', base = 0): HfsNode {
  need(bytes, at, 14, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as HfsNode;
  vars.fLink = dataView.getUint32(offset, false);
  offset += 4;
  vars.bLink = dataView.getUint32(offset, false);
  offset += 4;
  vars.kind = dataView.getInt8(offset);
  offset += 1;
  vars.height = dataView.getUint8(offset);
  offset += 1;
  vars.numRecords = dataView.getUint16(offset, false);
  offset += 2;
  vars.reserved = dataView.getUint16(offset, false);
  return vars;
}

/** Writes BTNodeDescriptor (14 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeHfsNode(value: HfsNode, bytes: Uint8Array, at: number, fail: Fail, path = 'BTNodeDescriptor'): void {
  need(bytes, at, 14, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.fLink, 0, 0xffffffff, fail, `${path}.fLink`), false);
  view.setUint32(at + 4, fits(value.bLink, 0, 0xffffffff, fail, `${path}.bLink`), false);
  view.setInt8(at + 8, fits(value.kind, -0x80, 0x7f, fail, `${path}.kind`));
  view.setUint8(at + 9, fits(value.height, 0, 0xff, fail, `${path}.height`));
  view.setUint16(at + 10, fits(value.numRecords, 0, 0xffff, fail, `${path}.numRecords`), false);
  view.setUint16(at + 12, fits(value.reserved, 0, 0xffff, fail, `${path}.reserved`), false);
}

/** BTHeaderRec: 106 bytes, big-endian. */
export interface HfsTree {
  /** levels */
  treeDepth: number;
  /** node */
  rootNode: number;
  /** records in leaves */
  leafRecords: number;
  /** node */
  firstLeafNode: number;
  /** node */
  lastLeafNode: number;
  /** bytes */
  nodeSize: number;
  /** bytes */
  maxKeyLength: number;
  /** nodes */
  totalNodes: number;
  /** nodes */
  freeNodes: number;
  /** 0 */
  reserved1: number;
  /** bytes */
  clumpSize: number;
  /** 0 */
  btreeType: number;
  /** 0xBC: by code units */
  keyCompareType: number;
  /** bit 1 big keys, bit 2 variable index keys */
  attributes: number;
  /** 0 */
  reserved3: Uint8Array;
}

/** Bytes that BTHeaderRec takes. */
export const HfsTreeSize = 106;

/**
 * Reads BTHeaderRec (106 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readHfsTree(bytes: Uint8Array, at: number, fail: Fail, path = 'BTHeaderRec', base = 0): HfsTree {
  need(bytes, at, 106, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as HfsTree;
  vars.treeDepth = dataView.getUint16(offset, false);
  offset += 2;
  vars.rootNode = dataView.getUint32(offset, false);
  offset += 4;
  vars.leafRecords = dataView.getUint32(offset, false);
  offset += 4;
  vars.firstLeafNode = dataView.getUint32(offset, false);
  offset += 4;
  vars.lastLeafNode = dataView.getUint32(offset, false);
  offset += 4;
  vars.nodeSize = dataView.getUint16(offset, false);
  offset += 2;
  vars.maxKeyLength = dataView.getUint16(offset, false);
  offset += 2;
  vars.totalNodes = dataView.getUint32(offset, false);
  offset += 4;
  vars.freeNodes = dataView.getUint32(offset, false);
  offset += 4;
  vars.reserved1 = dataView.getUint16(offset, false);
  offset += 2;
  vars.clumpSize = dataView.getUint32(offset, false);
  offset += 4;
  vars.btreeType = dataView.getUint8(offset);
  offset += 1;
  vars.keyCompareType = dataView.getUint8(offset);
  offset += 1;
  vars.attributes = dataView.getUint32(offset, false);
  offset += 4;
  vars.reserved3 = bytes.subarray(offset, offset + 64);
  return vars;
}

/** Writes BTHeaderRec (106 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeHfsTree(value: HfsTree, bytes: Uint8Array, at: number, fail: Fail, path = 'BTHeaderRec'): void {
  need(bytes, at, 106, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(at, fits(value.treeDepth, 0, 0xffff, fail, `${path}.treeDepth`), false);
  view.setUint32(at + 2, fits(value.rootNode, 0, 0xffffffff, fail, `${path}.rootNode`), false);
  view.setUint32(at + 6, fits(value.leafRecords, 0, 0xffffffff, fail, `${path}.leafRecords`), false);
  view.setUint32(at + 10, fits(value.firstLeafNode, 0, 0xffffffff, fail, `${path}.firstLeafNode`), false);
  view.setUint32(at + 14, fits(value.lastLeafNode, 0, 0xffffffff, fail, `${path}.lastLeafNode`), false);
  view.setUint16(at + 18, fits(value.nodeSize, 0, 0xffff, fail, `${path}.nodeSize`), false);
  view.setUint16(at + 20, fits(value.maxKeyLength, 0, 0xffff, fail, `${path}.maxKeyLength`), false);
  view.setUint32(at + 22, fits(value.totalNodes, 0, 0xffffffff, fail, `${path}.totalNodes`), false);
  view.setUint32(at + 26, fits(value.freeNodes, 0, 0xffffffff, fail, `${path}.freeNodes`), false);
  view.setUint16(at + 30, fits(value.reserved1, 0, 0xffff, fail, `${path}.reserved1`), false);
  view.setUint32(at + 32, fits(value.clumpSize, 0, 0xffffffff, fail, `${path}.clumpSize`), false);
  view.setUint8(at + 36, fits(value.btreeType, 0, 0xff, fail, `${path}.btreeType`));
  view.setUint8(at + 37, fits(value.keyCompareType, 0, 0xff, fail, `${path}.keyCompareType`));
  view.setUint32(at + 38, fits(value.attributes, 0, 0xffffffff, fail, `${path}.attributes`), false);
  setBytes(bytes, at + 42, 64, value.reserved3, fail, `${path}.reserved3`);
}

/** HFSPlusVolumeHeader: 512 bytes, big-endian. */
export interface HfsVolumeHeader {
  /** H+ or HX */
  signature: number;
  /** 4 or 5 */
  version: number;
  /** bit 8: cleanly unmounted */
  attributes: number;
  /** who wrote to it */
  lastMountedVersion: number;
  /** allocation block; 0 without a journal */
  journalInfoBlock: number;
  /** seconds since 1904, local time */
  createDate: number;
  /** seconds since 1904 */
  modifyDate: number;
  /** seconds since 1904 */
  backupDate: number;
  /** seconds since 1904 */
  checkedDate: number;
  /** files */
  fileCount: number;
  /** folders, without the root */
  folderCount: number;
  /** bytes of an allocation block */
  blockSize: number;
  /** allocation blocks */
  totalBlocks: number;
  /** allocation blocks */
  freeBlocks: number;
  /** where to look for free blocks */
  nextAllocation: number;
  /** bytes */
  rsrcClumpSize: number;
  /** bytes */
  dataClumpSize: number;
  /** next unused catalog node ID */
  nextCatalogId: number;
  /** times mounted */
  writeCount: number;
  /** text encodings that occur */
  encodingsBitmap: bigint;
  /** what boots */
  finderInfo: Uint8Array;
  /** bitmap of blocks */
  allocationFile: HfsFork;
  /** B-tree of further extents */
  extentsFile: HfsFork;
  /** B-tree of files and folders */
  catalogFile: HfsFork;
  /** B-tree of extended attributes */
  attributesFile: HfsFork;
  /** for other systems’ boot loaders */
  startupFile: HfsFork;
}

/** Bytes that HFSPlusVolumeHeader takes. */
export const HfsVolumeHeaderSize = 512;

/**
 * Reads HFSPlusVolumeHeader (512 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readHfsVolumeHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusVolumeHeader', base = 0): HfsVolumeHeader {
  need(bytes, at, 512, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Omit<HfsVolumeHeader, 'allocationFile' | 'extentsFile' | 'catalogFile' | 'attributesFile' | 'startupFile'> & { allocationFile: Uint8Array; extentsFile: Uint8Array; catalogFile: Uint8Array; attributesFile: Uint8Array; startupFile: Uint8Array };
  vars.signature = dataView.getUint16(offset, false);
  offset += 2;
  vars.version = dataView.getUint16(offset, false);
  offset += 2;
  vars.attributes = dataView.getUint32(offset, false);
  offset += 4;
  vars.lastMountedVersion = dataView.getUint32(offset, false);
  offset += 4;
  vars.journalInfoBlock = dataView.getUint32(offset, false);
  offset += 4;
  vars.createDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.modifyDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.backupDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.checkedDate = dataView.getUint32(offset, false);
  offset += 4;
  vars.fileCount = dataView.getUint32(offset, false);
  offset += 4;
  vars.folderCount = dataView.getUint32(offset, false);
  offset += 4;
  vars.blockSize = dataView.getUint32(offset, false);
  offset += 4;
  vars.totalBlocks = dataView.getUint32(offset, false);
  offset += 4;
  vars.freeBlocks = dataView.getUint32(offset, false);
  offset += 4;
  vars.nextAllocation = dataView.getUint32(offset, false);
  offset += 4;
  vars.rsrcClumpSize = dataView.getUint32(offset, false);
  offset += 4;
  vars.dataClumpSize = dataView.getUint32(offset, false);
  offset += 4;
  vars.nextCatalogId = dataView.getUint32(offset, false);
  offset += 4;
  vars.writeCount = dataView.getUint32(offset, false);
  offset += 4;
  vars.encodingsBitmap = dataView.getBigUint64(offset, false);
  offset += 8;
  vars.finderInfo = bytes.subarray(offset, offset + 32);
  offset += 32;
  vars.allocationFile = bytes.subarray(offset, offset + 80);
  offset += 80;
  vars.extentsFile = bytes.subarray(offset, offset + 80);
  offset += 80;
  vars.catalogFile = bytes.subarray(offset, offset + 80);
  offset += 80;
  vars.attributesFile = bytes.subarray(offset, offset + 80);
  offset += 80;
  vars.startupFile = bytes.subarray(offset, offset + 80);
  return { ...vars, allocationFile: readHfsFork(bytes, at + 112, fail, `${path}.allocationFile`, base), extentsFile: readHfsFork(bytes, at + 192, fail, `${path}.extentsFile`, base), catalogFile: readHfsFork(bytes, at + 272, fail, `${path}.catalogFile`, base), attributesFile: readHfsFork(bytes, at + 352, fail, `${path}.attributesFile`, base), startupFile: readHfsFork(bytes, at + 432, fail, `${path}.startupFile`, base) };
}

/** Writes HFSPlusVolumeHeader (512 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeHfsVolumeHeader(value: HfsVolumeHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'HFSPlusVolumeHeader'): void {
  need(bytes, at, 512, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(at, fits(value.signature, 0, 0xffff, fail, `${path}.signature`), false);
  view.setUint16(at + 2, fits(value.version, 0, 0xffff, fail, `${path}.version`), false);
  view.setUint32(at + 4, fits(value.attributes, 0, 0xffffffff, fail, `${path}.attributes`), false);
  view.setUint32(at + 8, fits(value.lastMountedVersion, 0, 0xffffffff, fail, `${path}.lastMountedVersion`), false);
  view.setUint32(at + 12, fits(value.journalInfoBlock, 0, 0xffffffff, fail, `${path}.journalInfoBlock`), false);
  view.setUint32(at + 16, fits(value.createDate, 0, 0xffffffff, fail, `${path}.createDate`), false);
  view.setUint32(at + 20, fits(value.modifyDate, 0, 0xffffffff, fail, `${path}.modifyDate`), false);
  view.setUint32(at + 24, fits(value.backupDate, 0, 0xffffffff, fail, `${path}.backupDate`), false);
  view.setUint32(at + 28, fits(value.checkedDate, 0, 0xffffffff, fail, `${path}.checkedDate`), false);
  view.setUint32(at + 32, fits(value.fileCount, 0, 0xffffffff, fail, `${path}.fileCount`), false);
  view.setUint32(at + 36, fits(value.folderCount, 0, 0xffffffff, fail, `${path}.folderCount`), false);
  view.setUint32(at + 40, fits(value.blockSize, 0, 0xffffffff, fail, `${path}.blockSize`), false);
  view.setUint32(at + 44, fits(value.totalBlocks, 0, 0xffffffff, fail, `${path}.totalBlocks`), false);
  view.setUint32(at + 48, fits(value.freeBlocks, 0, 0xffffffff, fail, `${path}.freeBlocks`), false);
  view.setUint32(at + 52, fits(value.nextAllocation, 0, 0xffffffff, fail, `${path}.nextAllocation`), false);
  view.setUint32(at + 56, fits(value.rsrcClumpSize, 0, 0xffffffff, fail, `${path}.rsrcClumpSize`), false);
  view.setUint32(at + 60, fits(value.dataClumpSize, 0, 0xffffffff, fail, `${path}.dataClumpSize`), false);
  view.setUint32(at + 64, fits(value.nextCatalogId, 0, 0xffffffff, fail, `${path}.nextCatalogId`), false);
  view.setUint32(at + 68, fits(value.writeCount, 0, 0xffffffff, fail, `${path}.writeCount`), false);
  view.setBigUint64(at + 72, fitsBig(value.encodingsBitmap, false, fail, `${path}.encodingsBitmap`), false);
  setBytes(bytes, at + 80, 32, value.finderInfo, fail, `${path}.finderInfo`);
  writeHfsFork(value.allocationFile, bytes, at + 112, fail, `${path}.allocationFile`);
  writeHfsFork(value.extentsFile, bytes, at + 192, fail, `${path}.extentsFile`);
  writeHfsFork(value.catalogFile, bytes, at + 272, fail, `${path}.catalogFile`);
  writeHfsFork(value.attributesFile, bytes, at + 352, fail, `${path}.attributesFile`);
  writeHfsFork(value.startupFile, bytes, at + 432, fail, `${path}.startupFile`);
}
