// Generated from boot-args.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need, setBytes } from '@internal/binary';

/** boot_args_1024: 1160 bytes, little-endian. */
export interface BootArgs1024 {
  /** Revision */
  revision: number;
  /** Version */
  version: number;
  /** alignment */
  pad0: Uint8Array;
  /** kernel virtual address of physBase */
  virtBase: bigint;
  /** physical address where managed memory begins */
  physBase: bigint;
  /** bytes of managed memory, from physBase */
  memSize: bigint;
  /** physical address of the first byte after everything that the loader placed */
  topOfKernelData: bigint;
  /** framebuffer */
  video: BootVideo;
  /** 0 */
  machineType: number;
  /** alignment */
  pad1: Uint8Array;
  /** kernel virtual address of the flattened device tree */
  deviceTree: bigint;
  /** bytes */
  deviceTreeLength: number;
  /** NUL-terminated */
  commandLine: Uint8Array;
  /** alignment */
  pad2: Uint8Array;
  /** bit 0: dark boot */
  bootFlags: bigint;
  /** bytes of physical memory with what is carved out; 0: memSize */
  memSizeActual: bigint;
  /** reserved */
  tail: Uint8Array;
}

/** Bytes that boot_args_1024 takes. */
export const BootArgs1024Size = 1160;

/**
 * Reads boot_args_1024 (1160 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readBootArgs1024(bytes: Uint8Array, at: number, fail: Fail, path = 'boot_args_1024', base = 0): BootArgs1024 {
  need(bytes, at, 1160, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Omit<BootArgs1024, 'video'> & { video: Uint8Array };
  vars.revision = dataView.getUint16(offset, true);
  offset += 2;
  vars.version = dataView.getUint16(offset, true);
  offset += 2;
  vars.pad0 = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.virtBase = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.physBase = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.memSize = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.topOfKernelData = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.video = bytes.subarray(offset, offset + 48);
  offset += 48;
  vars.machineType = dataView.getUint32(offset, true);
  offset += 4;
  vars.pad1 = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.deviceTree = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.deviceTreeLength = dataView.getUint32(offset, true);
  offset += 4;
  vars.commandLine = bytes.subarray(offset, offset + 1024);
  offset += 1024;
  vars.pad2 = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.bootFlags = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.memSizeActual = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.tail = bytes.subarray(offset, offset + 8);
  return { ...vars, video: readBootVideo(bytes, at + 40, fail, `${path}.video`, base) };
}

/** Writes boot_args_1024 (1160 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeBootArgs1024(value: BootArgs1024, bytes: Uint8Array, at: number, fail: Fail, path = 'boot_args_1024'): void {
  need(bytes, at, 1160, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(at, fits(value.revision, 0, 0xffff, fail, `${path}.revision`), true);
  view.setUint16(at + 2, fits(value.version, 0, 0xffff, fail, `${path}.version`), true);
  setBytes(bytes, at + 4, 4, value.pad0, fail, `${path}.pad0`);
  view.setBigUint64(at + 8, fitsBig(value.virtBase, false, fail, `${path}.virtBase`), true);
  view.setBigUint64(at + 16, fitsBig(value.physBase, false, fail, `${path}.physBase`), true);
  view.setBigUint64(at + 24, fitsBig(value.memSize, false, fail, `${path}.memSize`), true);
  view.setBigUint64(at + 32, fitsBig(value.topOfKernelData, false, fail, `${path}.topOfKernelData`), true);
  writeBootVideo(value.video, bytes, at + 40, fail, `${path}.video`);
  view.setUint32(at + 88, fits(value.machineType, 0, 0xffffffff, fail, `${path}.machineType`), true);
  setBytes(bytes, at + 92, 4, value.pad1, fail, `${path}.pad1`);
  view.setBigUint64(at + 96, fitsBig(value.deviceTree, false, fail, `${path}.deviceTree`), true);
  view.setUint32(at + 104, fits(value.deviceTreeLength, 0, 0xffffffff, fail, `${path}.deviceTreeLength`), true);
  setBytes(bytes, at + 108, 1024, value.commandLine, fail, `${path}.commandLine`);
  setBytes(bytes, at + 1132, 4, value.pad2, fail, `${path}.pad2`);
  view.setBigUint64(at + 1136, fitsBig(value.bootFlags, false, fail, `${path}.bootFlags`), true);
  view.setBigUint64(at + 1144, fitsBig(value.memSizeActual, false, fail, `${path}.memSizeActual`), true);
  setBytes(bytes, at + 1152, 8, value.tail, fail, `${path}.tail`);
}

/** boot_args_256: 384 bytes, little-endian. */
export interface BootArgs256 {
  /** Revision */
  revision: number;
  /** Version */
  version: number;
  /** alignment */
  pad0: Uint8Array;
  /** kernel virtual address of physBase */
  virtBase: bigint;
  /** physical address where managed memory begins */
  physBase: bigint;
  /** bytes of managed memory, from physBase */
  memSize: bigint;
  /** physical address of the first byte after everything that the loader placed */
  topOfKernelData: bigint;
  /** framebuffer */
  video: BootVideo;
  /** 0 */
  machineType: number;
  /** alignment */
  pad1: Uint8Array;
  /** kernel virtual address of the flattened device tree */
  deviceTree: bigint;
  /** bytes */
  deviceTreeLength: number;
  /** NUL-terminated */
  commandLine: Uint8Array;
  /** alignment */
  pad2: Uint8Array;
  /** bit 0: dark boot */
  bootFlags: bigint;
  /** bytes of physical memory with what is carved out; 0: memSize */
  memSizeActual: bigint;
}

/** Bytes that boot_args_256 takes. */
export const BootArgs256Size = 384;

/**
 * Reads boot_args_256 (384 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readBootArgs256(bytes: Uint8Array, at: number, fail: Fail, path = 'boot_args_256', base = 0): BootArgs256 {
  need(bytes, at, 384, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Omit<BootArgs256, 'video'> & { video: Uint8Array };
  vars.revision = dataView.getUint16(offset, true);
  offset += 2;
  vars.version = dataView.getUint16(offset, true);
  offset += 2;
  vars.pad0 = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.virtBase = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.physBase = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.memSize = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.topOfKernelData = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.video = bytes.subarray(offset, offset + 48);
  offset += 48;
  vars.machineType = dataView.getUint32(offset, true);
  offset += 4;
  vars.pad1 = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.deviceTree = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.deviceTreeLength = dataView.getUint32(offset, true);
  offset += 4;
  vars.commandLine = bytes.subarray(offset, offset + 256);
  offset += 256;
  vars.pad2 = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.bootFlags = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.memSizeActual = dataView.getBigUint64(offset, true);
  return { ...vars, video: readBootVideo(bytes, at + 40, fail, `${path}.video`, base) };
}

/** Writes boot_args_256 (384 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeBootArgs256(value: BootArgs256, bytes: Uint8Array, at: number, fail: Fail, path = 'boot_args_256'): void {
  need(bytes, at, 384, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(at, fits(value.revision, 0, 0xffff, fail, `${path}.revision`), true);
  view.setUint16(at + 2, fits(value.version, 0, 0xffff, fail, `${path}.version`), true);
  setBytes(bytes, at + 4, 4, value.pad0, fail, `${path}.pad0`);
  view.setBigUint64(at + 8, fitsBig(value.virtBase, false, fail, `${path}.virtBase`), true);
  view.setBigUint64(at + 16, fitsBig(value.physBase, false, fail, `${path}.physBase`), true);
  view.setBigUint64(at + 24, fitsBig(value.memSize, false, fail, `${path}.memSize`), true);
  view.setBigUint64(at + 32, fitsBig(value.topOfKernelData, false, fail, `${path}.topOfKernelData`), true);
  writeBootVideo(value.video, bytes, at + 40, fail, `${path}.video`);
  view.setUint32(at + 88, fits(value.machineType, 0, 0xffffffff, fail, `${path}.machineType`), true);
  setBytes(bytes, at + 92, 4, value.pad1, fail, `${path}.pad1`);
  view.setBigUint64(at + 96, fitsBig(value.deviceTree, false, fail, `${path}.deviceTree`), true);
  view.setUint32(at + 104, fits(value.deviceTreeLength, 0, 0xffffffff, fail, `${path}.deviceTreeLength`), true);
  setBytes(bytes, at + 108, 256, value.commandLine, fail, `${path}.commandLine`);
  setBytes(bytes, at + 364, 4, value.pad2, fail, `${path}.pad2`);
  view.setBigUint64(at + 368, fitsBig(value.bootFlags, false, fail, `${path}.bootFlags`), true);
  view.setBigUint64(at + 376, fitsBig(value.memSizeActual, false, fail, `${path}.memSizeActual`), true);
}

/** boot_args_608: 736 bytes, little-endian. */
export interface BootArgs608 {
  /** Revision */
  revision: number;
  /** Version */
  version: number;
  /** alignment */
  pad0: Uint8Array;
  /** kernel virtual address of physBase */
  virtBase: bigint;
  /** physical address where managed memory begins */
  physBase: bigint;
  /** bytes of managed memory, from physBase */
  memSize: bigint;
  /** physical address of the first byte after everything that the loader placed */
  topOfKernelData: bigint;
  /** framebuffer */
  video: BootVideo;
  /** 0 */
  machineType: number;
  /** alignment */
  pad1: Uint8Array;
  /** kernel virtual address of the flattened device tree */
  deviceTree: bigint;
  /** bytes */
  deviceTreeLength: number;
  /** NUL-terminated */
  commandLine: Uint8Array;
  /** alignment */
  pad2: Uint8Array;
  /** bit 0: dark boot */
  bootFlags: bigint;
  /** bytes of physical memory with what is carved out; 0: memSize */
  memSizeActual: bigint;
}

/** Bytes that boot_args_608 takes. */
export const BootArgs608Size = 736;

/**
 * Reads boot_args_608 (736 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readBootArgs608(bytes: Uint8Array, at: number, fail: Fail, path = 'boot_args_608', base = 0): BootArgs608 {
  need(bytes, at, 736, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Omit<BootArgs608, 'video'> & { video: Uint8Array };
  vars.revision = dataView.getUint16(offset, true);
  offset += 2;
  vars.version = dataView.getUint16(offset, true);
  offset += 2;
  vars.pad0 = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.virtBase = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.physBase = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.memSize = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.topOfKernelData = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.video = bytes.subarray(offset, offset + 48);
  offset += 48;
  vars.machineType = dataView.getUint32(offset, true);
  offset += 4;
  vars.pad1 = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.deviceTree = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.deviceTreeLength = dataView.getUint32(offset, true);
  offset += 4;
  vars.commandLine = bytes.subarray(offset, offset + 608);
  offset += 608;
  vars.pad2 = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.bootFlags = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.memSizeActual = dataView.getBigUint64(offset, true);
  return { ...vars, video: readBootVideo(bytes, at + 40, fail, `${path}.video`, base) };
}

/** Writes boot_args_608 (736 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeBootArgs608(value: BootArgs608, bytes: Uint8Array, at: number, fail: Fail, path = 'boot_args_608'): void {
  need(bytes, at, 736, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(at, fits(value.revision, 0, 0xffff, fail, `${path}.revision`), true);
  view.setUint16(at + 2, fits(value.version, 0, 0xffff, fail, `${path}.version`), true);
  setBytes(bytes, at + 4, 4, value.pad0, fail, `${path}.pad0`);
  view.setBigUint64(at + 8, fitsBig(value.virtBase, false, fail, `${path}.virtBase`), true);
  view.setBigUint64(at + 16, fitsBig(value.physBase, false, fail, `${path}.physBase`), true);
  view.setBigUint64(at + 24, fitsBig(value.memSize, false, fail, `${path}.memSize`), true);
  view.setBigUint64(at + 32, fitsBig(value.topOfKernelData, false, fail, `${path}.topOfKernelData`), true);
  writeBootVideo(value.video, bytes, at + 40, fail, `${path}.video`);
  view.setUint32(at + 88, fits(value.machineType, 0, 0xffffffff, fail, `${path}.machineType`), true);
  setBytes(bytes, at + 92, 4, value.pad1, fail, `${path}.pad1`);
  view.setBigUint64(at + 96, fitsBig(value.deviceTree, false, fail, `${path}.deviceTree`), true);
  view.setUint32(at + 104, fits(value.deviceTreeLength, 0, 0xffffffff, fail, `${path}.deviceTreeLength`), true);
  setBytes(bytes, at + 108, 608, value.commandLine, fail, `${path}.commandLine`);
  setBytes(bytes, at + 716, 4, value.pad2, fail, `${path}.pad2`);
  view.setBigUint64(at + 720, fitsBig(value.bootFlags, false, fail, `${path}.bootFlags`), true);
  view.setBigUint64(at + 728, fitsBig(value.memSizeActual, false, fail, `${path}.memSizeActual`), true);
}

/** Boot_Video: 48 bytes, little-endian. */
export interface BootVideo {
  /** framebuffer, physical address; 0 for none */
  baseAddr: bigint;
  /** 0 text, 1 graphics */
  display: bigint;
  /** bytes per row */
  rowBytes: bigint;
  /** pixels */
  width: bigint;
  /** pixels */
  height: bigint;
  /** bits 7:0 bits per pixel, 15:8 rotation, 23:16 scale - 1, 31:24 boot rotation */
  depth: bigint;
}

/** Bytes that Boot_Video takes. */
export const BootVideoSize = 48;

/**
 * Reads Boot_Video (48 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readBootVideo(bytes: Uint8Array, at: number, fail: Fail, path = 'Boot_Video', base = 0): BootVideo {
  need(bytes, at, 48, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as BootVideo;
  vars.baseAddr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.display = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.rowBytes = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.width = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.height = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.depth = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes Boot_Video (48 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeBootVideo(value: BootVideo, bytes: Uint8Array, at: number, fail: Fail, path = 'Boot_Video'): void {
  need(bytes, at, 48, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigUint64(at, fitsBig(value.baseAddr, false, fail, `${path}.baseAddr`), true);
  view.setBigUint64(at + 8, fitsBig(value.display, false, fail, `${path}.display`), true);
  view.setBigUint64(at + 16, fitsBig(value.rowBytes, false, fail, `${path}.rowBytes`), true);
  view.setBigUint64(at + 24, fitsBig(value.width, false, fail, `${path}.width`), true);
  view.setBigUint64(at + 32, fitsBig(value.height, false, fail, `${path}.height`), true);
  view.setBigUint64(at + 40, fitsBig(value.depth, false, fail, `${path}.depth`), true);
}
