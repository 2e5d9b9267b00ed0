// Generated from header.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need } from '@internal/binary';

/** fat_arch: 20 bytes, big-endian. */
export interface FatArch32 {
  /** cpu_type_t */
  cputype: number;
  /** cpu_subtype_t */
  cpusubtype: number;
  /** of the Mach-O file, bytes */
  offset: number;
  /** of the Mach-O file, bytes */
  size: number;
  /** power of two */
  align: number;
}

/** Bytes that fat_arch takes. */
export const FatArch32Size = 20;

/**
 * Reads fat_arch (20 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readFatArch32(bytes: Uint8Array, at: number, fail: Fail, path = 'fat_arch', base = 0): FatArch32 {
  need(bytes, at, 20, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as FatArch32;
  vars.cputype = dataView.getInt32(offset, false);
  offset += 4;
  vars.cpusubtype = dataView.getUint32(offset, false);
  offset += 4;
  vars.offset = dataView.getUint32(offset, false);
  offset += 4;
  vars.size = dataView.getUint32(offset, false);
  offset += 4;
  vars.align = dataView.getUint32(offset, false);
  return vars;
}

/** Writes fat_arch (20 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeFatArch32(value: FatArch32, bytes: Uint8Array, at: number, fail: Fail, path = 'fat_arch'): void {
  need(bytes, at, 20, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setInt32(at, fits(value.cputype, -0x80000000, 0x7fffffff, fail, `${path}.cputype`), false);
  view.setUint32(at + 4, fits(value.cpusubtype, 0, 0xffffffff, fail, `${path}.cpusubtype`), false);
  view.setUint32(at + 8, fits(value.offset, 0, 0xffffffff, fail, `${path}.offset`), false);
  view.setUint32(at + 12, fits(value.size, 0, 0xffffffff, fail, `${path}.size`), false);
  view.setUint32(at + 16, fits(value.align, 0, 0xffffffff, fail, `${path}.align`), false);
}

/** fat_arch_64: 32 bytes, big-endian. */
export interface FatArch64 {
  /** cpu_type_t */
  cputype: number;
  /** cpu_subtype_t */
  cpusubtype: number;
  /** of the Mach-O file, bytes */
  offset: bigint;
  /** of the Mach-O file, bytes */
  size: bigint;
  /** power of two */
  align: number;
  /** 0 */
  reserved: number;
}

/** Bytes that fat_arch_64 takes. */
export const FatArch64Size = 32;

/**
 * Reads fat_arch_64 (32 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readFatArch64(bytes: Uint8Array, at: number, fail: Fail, path = 'fat_arch_64', base = 0): FatArch64 {
  need(bytes, at, 32, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as FatArch64;
  vars.cputype = dataView.getInt32(offset, false);
  offset += 4;
  vars.cpusubtype = dataView.getUint32(offset, false);
  offset += 4;
  vars.offset = dataView.getBigUint64(offset, false);
  offset += 8;
  vars.size = dataView.getBigUint64(offset, false);
  offset += 8;
  vars.align = dataView.getUint32(offset, false);
  offset += 4;
  vars.reserved = dataView.getUint32(offset, false);
  return vars;
}

/** Writes fat_arch_64 (32 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeFatArch64(value: FatArch64, bytes: Uint8Array, at: number, fail: Fail, path = 'fat_arch_64'): void {
  need(bytes, at, 32, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setInt32(at, fits(value.cputype, -0x80000000, 0x7fffffff, fail, `${path}.cputype`), false);
  view.setUint32(at + 4, fits(value.cpusubtype, 0, 0xffffffff, fail, `${path}.cpusubtype`), false);
  view.setBigUint64(at + 8, fitsBig(value.offset, false, fail, `${path}.offset`), false);
  view.setBigUint64(at + 16, fitsBig(value.size, false, fail, `${path}.size`), false);
  view.setUint32(at + 24, fits(value.align, 0, 0xffffffff, fail, `${path}.align`), false);
  view.setUint32(at + 28, fits(value.reserved, 0, 0xffffffff, fail, `${path}.reserved`), false);
}

/** fat_header: 8 bytes, big-endian. */
export interface FatHeader {
  /** 0xcafebabe, or 0xcafebabf for 64-bit offsets */
  magic: number;
  /** number of architectures that follow */
  nfat_arch: number;
}

/** Bytes that fat_header takes. */
export const FatHeaderSize = 8;

/**
 * Reads fat_header (8 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readFatHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'fat_header', base = 0): FatHeader {
  need(bytes, at, 8, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as FatHeader;
  vars.magic = dataView.getUint32(offset, false);
  offset += 4;
  vars.nfat_arch = dataView.getUint32(offset, false);
  return vars;
}

/** Writes fat_header (8 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeFatHeader(value: FatHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'fat_header'): void {
  need(bytes, at, 8, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.magic, 0, 0xffffffff, fail, `${path}.magic`), false);
  view.setUint32(at + 4, fits(value.nfat_arch, 0, 0xffffffff, fail, `${path}.nfat_arch`), false);
}

/** mach_header: 28 bytes, little-endian. */
export interface MachHeader32 {
  /** 0xfeedface */
  magic: number;
  /** cpu_type_t */
  cputype: number;
  /** cpu_subtype_t with capability bits in the top byte */
  cpusubtype: number;
  /** MH_EXECUTE, MH_KEXT_BUNDLE, MH_FILESET ... */
  filetype: number;
  /** number of load commands */
  ncmds: number;
  /** bytes of all load commands */
  sizeofcmds: number;
  /** MH_* flags */
  flags: number;
}

/** Bytes that mach_header takes. */
export const MachHeader32Size = 28;

/**
 * Reads mach_header (28 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readMachHeader32(bytes: Uint8Array, at: number, fail: Fail, path = 'mach_header', base = 0): MachHeader32 {
  need(bytes, at, 28, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as MachHeader32;
  vars.magic = dataView.getUint32(offset, true);
  offset += 4;
  vars.cputype = dataView.getInt32(offset, true);
  offset += 4;
  vars.cpusubtype = dataView.getUint32(offset, true);
  offset += 4;
  vars.filetype = dataView.getUint32(offset, true);
  offset += 4;
  vars.ncmds = dataView.getUint32(offset, true);
  offset += 4;
  vars.sizeofcmds = dataView.getUint32(offset, true);
  offset += 4;
  vars.flags = dataView.getUint32(offset, true);
  return vars;
}

/** Writes mach_header (28 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeMachHeader32(value: MachHeader32, bytes: Uint8Array, at: number, fail: Fail, path = 'mach_header'): void {
  need(bytes, at, 28, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.magic, 0, 0xffffffff, fail, `${path}.magic`), true);
  view.setInt32(at + 4, fits(value.cputype, -0x80000000, 0x7fffffff, fail, `${path}.cputype`), true);
  view.setUint32(at + 8, fits(value.cpusubtype, 0, 0xffffffff, fail, `${path}.cpusubtype`), true);
  view.setUint32(at + 12, fits(value.filetype, 0, 0xffffffff, fail, `${path}.filetype`), true);
  view.setUint32(at + 16, fits(value.ncmds, 0, 0xffffffff, fail, `${path}.ncmds`), true);
  view.setUint32(at + 20, fits(value.sizeofcmds, 0, 0xffffffff, fail, `${path}.sizeofcmds`), true);
  view.setUint32(at + 24, fits(value.flags, 0, 0xffffffff, fail, `${path}.flags`), true);
}

/** mach_header_64: 32 bytes, little-endian. */
export interface MachHeader64 {
  /** 0xfeedfacf */
  magic: number;
  /** cpu_type_t */
  cputype: number;
  /** cpu_subtype_t with capability bits in the top byte */
  cpusubtype: number;
  /** MH_EXECUTE, MH_KEXT_BUNDLE, MH_FILESET ... */
  filetype: number;
  /** number of load commands */
  ncmds: number;
  /** bytes of all load commands */
  sizeofcmds: number;
  /** MH_* flags */
  flags: number;
  /** 0 */
  reserved: number;
}

/** Bytes that mach_header_64 takes. */
export const MachHeader64Size = 32;

/**
 * Reads mach_header_64 (32 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readMachHeader64(bytes: Uint8Array, at: number, fail: Fail, path = 'mach_header_64', base = 0): MachHeader64 {
  need(bytes, at, 32, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as MachHeader64;
  vars.magic = dataView.getUint32(offset, true);
  offset += 4;
  vars.cputype = dataView.getInt32(offset, true);
  offset += 4;
  vars.cpusubtype = dataView.getUint32(offset, true);
  offset += 4;
  vars.filetype = dataView.getUint32(offset, true);
  offset += 4;
  vars.ncmds = dataView.getUint32(offset, true);
  offset += 4;
  vars.sizeofcmds = dataView.getUint32(offset, true);
  offset += 4;
  vars.flags = dataView.getUint32(offset, true);
  offset += 4;
  vars.reserved = dataView.getUint32(offset, true);
  return vars;
}

/** Writes mach_header_64 (32 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeMachHeader64(value: MachHeader64, bytes: Uint8Array, at: number, fail: Fail, path = 'mach_header_64'): void {
  need(bytes, at, 32, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.magic, 0, 0xffffffff, fail, `${path}.magic`), true);
  view.setInt32(at + 4, fits(value.cputype, -0x80000000, 0x7fffffff, fail, `${path}.cputype`), true);
  view.setUint32(at + 8, fits(value.cpusubtype, 0, 0xffffffff, fail, `${path}.cpusubtype`), true);
  view.setUint32(at + 12, fits(value.filetype, 0, 0xffffffff, fail, `${path}.filetype`), true);
  view.setUint32(at + 16, fits(value.ncmds, 0, 0xffffffff, fail, `${path}.ncmds`), true);
  view.setUint32(at + 20, fits(value.sizeofcmds, 0, 0xffffffff, fail, `${path}.sizeofcmds`), true);
  view.setUint32(at + 24, fits(value.flags, 0, 0xffffffff, fail, `${path}.flags`), true);
  view.setUint32(at + 28, fits(value.reserved, 0, 0xffffffff, fail, `${path}.reserved`), true);
}
