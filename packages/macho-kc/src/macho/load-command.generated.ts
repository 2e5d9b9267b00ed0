// Generated from load-command.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need, setBytes } from '@internal/binary';

/** build_tool_version: 8 bytes, little-endian. */
export interface BuildToolVersion {
  /** TOOL_* */
  tool: number;
  /** X.Y.Z in 16.8.8 bits */
  version: number;
}

/** Bytes that build_tool_version takes. */
export const BuildToolVersionSize = 8;

/**
 * Reads build_tool_version (8 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readBuildToolVersion(bytes: Uint8Array, at: number, fail: Fail, path = 'build_tool_version', base = 0): BuildToolVersion {
  need(bytes, at, 8, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as BuildToolVersion;
  vars.tool = dataView.getUint32(offset, true);
  offset += 4;
  vars.version = dataView.getUint32(offset, true);
  return vars;
}

/** Writes build_tool_version (8 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeBuildToolVersion(value: BuildToolVersion, bytes: Uint8Array, at: number, fail: Fail, path = 'build_tool_version'): void {
  need(bytes, at, 8, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.tool, 0, 0xffffffff, fail, `${path}.tool`), true);
  view.setUint32(at + 4, fits(value.version, 0, 0xffffffff, fail, `${path}.version`), true);
}

/** build_version_command: 24 bytes, little-endian. */
export interface BuildVersionCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** PLATFORM_* */
  platform: number;
  /** X.Y.Z in 16.8.8 bits */
  minos: number;
  /** X.Y.Z in 16.8.8 bits */
  sdk: number;
  /** tools that follow */
  ntools: number;
}

/** Bytes that build_version_command takes. */
export const BuildVersionCommandSize = 24;

/**
 * Reads build_version_command (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readBuildVersionCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'build_version_command', base = 0): BuildVersionCommand {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as BuildVersionCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.platform = dataView.getUint32(offset, true);
  offset += 4;
  vars.minos = dataView.getUint32(offset, true);
  offset += 4;
  vars.sdk = dataView.getUint32(offset, true);
  offset += 4;
  vars.ntools = dataView.getUint32(offset, true);
  return vars;
}

/** Writes build_version_command (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeBuildVersionCommand(value: BuildVersionCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'build_version_command'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.platform, 0, 0xffffffff, fail, `${path}.platform`), true);
  view.setUint32(at + 12, fits(value.minos, 0, 0xffffffff, fail, `${path}.minos`), true);
  view.setUint32(at + 16, fits(value.sdk, 0, 0xffffffff, fail, `${path}.sdk`), true);
  view.setUint32(at + 20, fits(value.ntools, 0, 0xffffffff, fail, `${path}.ntools`), true);
}

/** dyld_info_command: 48 bytes, little-endian. */
export interface DyldInfoCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** file offset of the rebase opcodes */
  rebase_off: number;
  /** bytes */
  rebase_size: number;
  /** file offset of the bind opcodes */
  bind_off: number;
  /** bytes */
  bind_size: number;
  /** file offset of the weak bind opcodes */
  weak_bind_off: number;
  /** bytes */
  weak_bind_size: number;
  /** file offset of the lazy bind opcodes */
  lazy_bind_off: number;
  /** bytes */
  lazy_bind_size: number;
  /** file offset of the exports trie */
  export_off: number;
  /** bytes */
  export_size: number;
}

/** Bytes that dyld_info_command takes. */
export const DyldInfoCommandSize = 48;

/**
 * Reads dyld_info_command (48 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readDyldInfoCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'dyld_info_command', base = 0): DyldInfoCommand {
  need(bytes, at, 48, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as DyldInfoCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.rebase_off = dataView.getUint32(offset, true);
  offset += 4;
  vars.rebase_size = dataView.getUint32(offset, true);
  offset += 4;
  vars.bind_off = dataView.getUint32(offset, true);
  offset += 4;
  vars.bind_size = dataView.getUint32(offset, true);
  offset += 4;
  vars.weak_bind_off = dataView.getUint32(offset, true);
  offset += 4;
  vars.weak_bind_size = dataView.getUint32(offset, true);
  offset += 4;
  vars.lazy_bind_off = dataView.getUint32(offset, true);
  offset += 4;
  vars.lazy_bind_size = dataView.getUint32(offset, true);
  offset += 4;
  vars.export_off = dataView.getUint32(offset, true);
  offset += 4;
  vars.export_size = dataView.getUint32(offset, true);
  return vars;
}

/** Writes dyld_info_command (48 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeDyldInfoCommand(value: DyldInfoCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'dyld_info_command'): void {
  need(bytes, at, 48, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.rebase_off, 0, 0xffffffff, fail, `${path}.rebase_off`), true);
  view.setUint32(at + 12, fits(value.rebase_size, 0, 0xffffffff, fail, `${path}.rebase_size`), true);
  view.setUint32(at + 16, fits(value.bind_off, 0, 0xffffffff, fail, `${path}.bind_off`), true);
  view.setUint32(at + 20, fits(value.bind_size, 0, 0xffffffff, fail, `${path}.bind_size`), true);
  view.setUint32(at + 24, fits(value.weak_bind_off, 0, 0xffffffff, fail, `${path}.weak_bind_off`), true);
  view.setUint32(at + 28, fits(value.weak_bind_size, 0, 0xffffffff, fail, `${path}.weak_bind_size`), true);
  view.setUint32(at + 32, fits(value.lazy_bind_off, 0, 0xffffffff, fail, `${path}.lazy_bind_off`), true);
  view.setUint32(at + 36, fits(value.lazy_bind_size, 0, 0xffffffff, fail, `${path}.lazy_bind_size`), true);
  view.setUint32(at + 40, fits(value.export_off, 0, 0xffffffff, fail, `${path}.export_off`), true);
  view.setUint32(at + 44, fits(value.export_size, 0, 0xffffffff, fail, `${path}.export_size`), true);
}

/** dylib_command: 24 bytes, little-endian. */
export interface DylibCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** offset of the path name from the start of the command */
  name: number;
  /** build time, or 0x1a741800 where use flags follow */
  timestamp: number;
  /** X.Y.Z in 16.8.8 bits */
  current_version: number;
  /** X.Y.Z in 16.8.8 bits */
  compatibility_version: number;
}

/** Bytes that dylib_command takes. */
export const DylibCommandSize = 24;

/**
 * Reads dylib_command (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readDylibCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'dylib_command', base = 0): DylibCommand {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as DylibCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.name = dataView.getUint32(offset, true);
  offset += 4;
  vars.timestamp = dataView.getUint32(offset, true);
  offset += 4;
  vars.current_version = dataView.getUint32(offset, true);
  offset += 4;
  vars.compatibility_version = dataView.getUint32(offset, true);
  return vars;
}

/** Writes dylib_command (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeDylibCommand(value: DylibCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'dylib_command'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.name, 0, 0xffffffff, fail, `${path}.name`), true);
  view.setUint32(at + 12, fits(value.timestamp, 0, 0xffffffff, fail, `${path}.timestamp`), true);
  view.setUint32(at + 16, fits(value.current_version, 0, 0xffffffff, fail, `${path}.current_version`), true);
  view.setUint32(at + 20, fits(value.compatibility_version, 0, 0xffffffff, fail, `${path}.compatibility_version`), true);
}

/** dysymtab_command: 80 bytes, little-endian. */
export interface DysymtabCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** first local symbol */
  ilocalsym: number;
  /** local symbols */
  nlocalsym: number;
  /** first exported symbol */
  iextdefsym: number;
  /** exported symbols */
  nextdefsym: number;
  /** first undefined symbol */
  iundefsym: number;
  /** undefined symbols */
  nundefsym: number;
  /** file offset of the table of contents */
  tocoff: number;
  /** its entries */
  ntoc: number;
  /** file offset of the module table */
  modtaboff: number;
  /** its entries */
  nmodtab: number;
  /** file offset of the referenced symbols */
  extrefsymoff: number;
  /** their number */
  nextrefsyms: number;
  /** file offset of the indirect symbol table */
  indirectsymoff: number;
  /** its entries */
  nindirectsyms: number;
  /** file offset of the external relocations */
  extreloff: number;
  /** their number */
  nextrel: number;
  /** file offset of the local relocations */
  locreloff: number;
  /** their number */
  nlocrel: number;
}

/** Bytes that dysymtab_command takes. */
export const DysymtabCommandSize = 80;

/**
 * Reads dysymtab_command (80 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readDysymtabCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'dysymtab_command', base = 0): DysymtabCommand {
  need(bytes, at, 80, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as DysymtabCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.ilocalsym = dataView.getUint32(offset, true);
  offset += 4;
  vars.nlocalsym = dataView.getUint32(offset, true);
  offset += 4;
  vars.iextdefsym = dataView.getUint32(offset, true);
  offset += 4;
  vars.nextdefsym = dataView.getUint32(offset, true);
  offset += 4;
  vars.iundefsym = dataView.getUint32(offset, true);
  offset += 4;
  vars.nundefsym = dataView.getUint32(offset, true);
  offset += 4;
  vars.tocoff = dataView.getUint32(offset, true);
  offset += 4;
  vars.ntoc = dataView.getUint32(offset, true);
  offset += 4;
  vars.modtaboff = dataView.getUint32(offset, true);
  offset += 4;
  vars.nmodtab = dataView.getUint32(offset, true);
  offset += 4;
  vars.extrefsymoff = dataView.getUint32(offset, true);
  offset += 4;
  vars.nextrefsyms = dataView.getUint32(offset, true);
  offset += 4;
  vars.indirectsymoff = dataView.getUint32(offset, true);
  offset += 4;
  vars.nindirectsyms = dataView.getUint32(offset, true);
  offset += 4;
  vars.extreloff = dataView.getUint32(offset, true);
  offset += 4;
  vars.nextrel = dataView.getUint32(offset, true);
  offset += 4;
  vars.locreloff = dataView.getUint32(offset, true);
  offset += 4;
  vars.nlocrel = dataView.getUint32(offset, true);
  return vars;
}

/** Writes dysymtab_command (80 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeDysymtabCommand(value: DysymtabCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'dysymtab_command'): void {
  need(bytes, at, 80, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.ilocalsym, 0, 0xffffffff, fail, `${path}.ilocalsym`), true);
  view.setUint32(at + 12, fits(value.nlocalsym, 0, 0xffffffff, fail, `${path}.nlocalsym`), true);
  view.setUint32(at + 16, fits(value.iextdefsym, 0, 0xffffffff, fail, `${path}.iextdefsym`), true);
  view.setUint32(at + 20, fits(value.nextdefsym, 0, 0xffffffff, fail, `${path}.nextdefsym`), true);
  view.setUint32(at + 24, fits(value.iundefsym, 0, 0xffffffff, fail, `${path}.iundefsym`), true);
  view.setUint32(at + 28, fits(value.nundefsym, 0, 0xffffffff, fail, `${path}.nundefsym`), true);
  view.setUint32(at + 32, fits(value.tocoff, 0, 0xffffffff, fail, `${path}.tocoff`), true);
  view.setUint32(at + 36, fits(value.ntoc, 0, 0xffffffff, fail, `${path}.ntoc`), true);
  view.setUint32(at + 40, fits(value.modtaboff, 0, 0xffffffff, fail, `${path}.modtaboff`), true);
  view.setUint32(at + 44, fits(value.nmodtab, 0, 0xffffffff, fail, `${path}.nmodtab`), true);
  view.setUint32(at + 48, fits(value.extrefsymoff, 0, 0xffffffff, fail, `${path}.extrefsymoff`), true);
  view.setUint32(at + 52, fits(value.nextrefsyms, 0, 0xffffffff, fail, `${path}.nextrefsyms`), true);
  view.setUint32(at + 56, fits(value.indirectsymoff, 0, 0xffffffff, fail, `${path}.indirectsymoff`), true);
  view.setUint32(at + 60, fits(value.nindirectsyms, 0, 0xffffffff, fail, `${path}.nindirectsyms`), true);
  view.setUint32(at + 64, fits(value.extreloff, 0, 0xffffffff, fail, `${path}.extreloff`), true);
  view.setUint32(at + 68, fits(value.nextrel, 0, 0xffffffff, fail, `${path}.nextrel`), true);
  view.setUint32(at + 72, fits(value.locreloff, 0, 0xffffffff, fail, `${path}.locreloff`), true);
  view.setUint32(at + 76, fits(value.nlocrel, 0, 0xffffffff, fail, `${path}.nlocrel`), true);
}

/** encryption_info_command: 20 bytes, little-endian. */
export interface EncryptionInfoCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** file offset of the encrypted range */
  cryptoff: number;
  /** its bytes */
  cryptsize: number;
  /** 0 = not encrypted */
  cryptid: number;
}

/** Bytes that encryption_info_command takes. */
export const EncryptionInfoCommandSize = 20;

/**
 * Reads encryption_info_command (20 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readEncryptionInfoCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'encryption_info_command', base = 0): EncryptionInfoCommand {
  need(bytes, at, 20, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as EncryptionInfoCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.cryptoff = dataView.getUint32(offset, true);
  offset += 4;
  vars.cryptsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.cryptid = dataView.getUint32(offset, true);
  return vars;
}

/** Writes encryption_info_command (20 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeEncryptionInfoCommand(value: EncryptionInfoCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'encryption_info_command'): void {
  need(bytes, at, 20, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.cryptoff, 0, 0xffffffff, fail, `${path}.cryptoff`), true);
  view.setUint32(at + 12, fits(value.cryptsize, 0, 0xffffffff, fail, `${path}.cryptsize`), true);
  view.setUint32(at + 16, fits(value.cryptid, 0, 0xffffffff, fail, `${path}.cryptid`), true);
}

/** encryption_info_command_64: 24 bytes, little-endian. */
export interface EncryptionInfoCommand64 {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** file offset of the encrypted range */
  cryptoff: number;
  /** its bytes */
  cryptsize: number;
  /** 0 = not encrypted */
  cryptid: number;
  /** 0 */
  pad: number;
}

/** Bytes that encryption_info_command_64 takes. */
export const EncryptionInfoCommand64Size = 24;

/**
 * Reads encryption_info_command_64 (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readEncryptionInfoCommand64(bytes: Uint8Array, at: number, fail: Fail, path = 'encryption_info_command_64', base = 0): EncryptionInfoCommand64 {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as EncryptionInfoCommand64;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.cryptoff = dataView.getUint32(offset, true);
  offset += 4;
  vars.cryptsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.cryptid = dataView.getUint32(offset, true);
  offset += 4;
  vars.pad = dataView.getUint32(offset, true);
  return vars;
}

/** Writes encryption_info_command_64 (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeEncryptionInfoCommand64(value: EncryptionInfoCommand64, bytes: Uint8Array, at: number, fail: Fail, path = 'encryption_info_command_64'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.cryptoff, 0, 0xffffffff, fail, `${path}.cryptoff`), true);
  view.setUint32(at + 12, fits(value.cryptsize, 0, 0xffffffff, fail, `${path}.cryptsize`), true);
  view.setUint32(at + 16, fits(value.cryptid, 0, 0xffffffff, fail, `${path}.cryptid`), true);
  view.setUint32(at + 20, fits(value.pad, 0, 0xffffffff, fail, `${path}.pad`), true);
}

/** entry_point_command: 24 bytes, little-endian. */
export interface EntryPointCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** file offset of main() */
  entryoff: bigint;
  /** initial stack size or 0 */
  stacksize: bigint;
}

/** Bytes that entry_point_command takes. */
export const EntryPointCommandSize = 24;

/**
 * Reads entry_point_command (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readEntryPointCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'entry_point_command', base = 0): EntryPointCommand {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as EntryPointCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.entryoff = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.stacksize = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes entry_point_command (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeEntryPointCommand(value: EntryPointCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'entry_point_command'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setBigUint64(at + 8, fitsBig(value.entryoff, false, fail, `${path}.entryoff`), true);
  view.setBigUint64(at + 16, fitsBig(value.stacksize, false, fail, `${path}.stacksize`), true);
}

/** fileset_entry_command: 32 bytes, little-endian. */
export interface FilesetEntryCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** virtual address of the entry's Mach header */
  vmaddr: bigint;
  /** file offset of the entry's Mach header */
  fileoff: bigint;
  /** offset of the bundle identifier from the start of the command */
  entry_id: number;
  /** 0 */
  reserved: number;
}

/** Bytes that fileset_entry_command takes. */
export const FilesetEntryCommandSize = 32;

/**
 * Reads fileset_entry_command (32 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readFilesetEntryCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'fileset_entry_command', base = 0): FilesetEntryCommand {
  need(bytes, at, 32, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as FilesetEntryCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.vmaddr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.fileoff = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.entry_id = dataView.getUint32(offset, true);
  offset += 4;
  vars.reserved = dataView.getUint32(offset, true);
  return vars;
}

/** Writes fileset_entry_command (32 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeFilesetEntryCommand(value: FilesetEntryCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'fileset_entry_command'): void {
  need(bytes, at, 32, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setBigUint64(at + 8, fitsBig(value.vmaddr, false, fail, `${path}.vmaddr`), true);
  view.setBigUint64(at + 16, fitsBig(value.fileoff, false, fail, `${path}.fileoff`), true);
  view.setUint32(at + 24, fits(value.entry_id, 0, 0xffffffff, fail, `${path}.entry_id`), true);
  view.setUint32(at + 28, fits(value.reserved, 0, 0xffffffff, fail, `${path}.reserved`), true);
}

/** fvmfile_command: 16 bytes, little-endian. */
export interface FvmfileCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** offset of the path name from the start of the command */
  name: number;
  /** virtual address */
  header_addr: number;
}

/** Bytes that fvmfile_command takes. */
export const FvmfileCommandSize = 16;

/**
 * Reads fvmfile_command (16 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readFvmfileCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'fvmfile_command', base = 0): FvmfileCommand {
  need(bytes, at, 16, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as FvmfileCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.name = dataView.getUint32(offset, true);
  offset += 4;
  vars.header_addr = dataView.getUint32(offset, true);
  return vars;
}

/** Writes fvmfile_command (16 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeFvmfileCommand(value: FvmfileCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'fvmfile_command'): void {
  need(bytes, at, 16, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.name, 0, 0xffffffff, fail, `${path}.name`), true);
  view.setUint32(at + 12, fits(value.header_addr, 0, 0xffffffff, fail, `${path}.header_addr`), true);
}

/** fvmlib_command: 20 bytes, little-endian. */
export interface FvmlibCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** offset of the path name from the start of the command */
  name: number;
  /** minor version */
  minor_version: number;
  /** header address */
  header_addr: number;
}

/** Bytes that fvmlib_command takes. */
export const FvmlibCommandSize = 20;

/**
 * Reads fvmlib_command (20 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readFvmlibCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'fvmlib_command', base = 0): FvmlibCommand {
  need(bytes, at, 20, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as FvmlibCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.name = dataView.getUint32(offset, true);
  offset += 4;
  vars.minor_version = dataView.getUint32(offset, true);
  offset += 4;
  vars.header_addr = dataView.getUint32(offset, true);
  return vars;
}

/** Writes fvmlib_command (20 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeFvmlibCommand(value: FvmlibCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'fvmlib_command'): void {
  need(bytes, at, 20, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.name, 0, 0xffffffff, fail, `${path}.name`), true);
  view.setUint32(at + 12, fits(value.minor_version, 0, 0xffffffff, fail, `${path}.minor_version`), true);
  view.setUint32(at + 16, fits(value.header_addr, 0, 0xffffffff, fail, `${path}.header_addr`), true);
}

/** linkedit_data_command: 16 bytes, little-endian. */
export interface LinkeditDataCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** file offset */
  dataoff: number;
  /** bytes */
  datasize: number;
}

/** Bytes that linkedit_data_command takes. */
export const LinkeditDataCommandSize = 16;

/**
 * Reads linkedit_data_command (16 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readLinkeditDataCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'linkedit_data_command', base = 0): LinkeditDataCommand {
  need(bytes, at, 16, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as LinkeditDataCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.dataoff = dataView.getUint32(offset, true);
  offset += 4;
  vars.datasize = dataView.getUint32(offset, true);
  return vars;
}

/** Writes linkedit_data_command (16 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeLinkeditDataCommand(value: LinkeditDataCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'linkedit_data_command'): void {
  need(bytes, at, 16, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.dataoff, 0, 0xffffffff, fail, `${path}.dataoff`), true);
  view.setUint32(at + 12, fits(value.datasize, 0, 0xffffffff, fail, `${path}.datasize`), true);
}

/** linker_option_command: 12 bytes, little-endian. */
export interface LinkerOptionCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** texts that follow */
  count: number;
}

/** Bytes that linker_option_command takes. */
export const LinkerOptionCommandSize = 12;

/**
 * Reads linker_option_command (12 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readLinkerOptionCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'linker_option_command', base = 0): LinkerOptionCommand {
  need(bytes, at, 12, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as LinkerOptionCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.count = dataView.getUint32(offset, true);
  return vars;
}

/** Writes linker_option_command (12 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeLinkerOptionCommand(value: LinkerOptionCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'linker_option_command'): void {
  need(bytes, at, 12, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.count, 0, 0xffffffff, fail, `${path}.count`), true);
}

/** load_command: 8 bytes, little-endian. */
export interface LoadCommandHead {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
}

/** Bytes that load_command takes. */
export const LoadCommandHeadSize = 8;

/**
 * Reads load_command (8 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readLoadCommandHead(bytes: Uint8Array, at: number, fail: Fail, path = 'load_command', base = 0): LoadCommandHead {
  need(bytes, at, 8, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as LoadCommandHead;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  return vars;
}

/** Writes load_command (8 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeLoadCommandHead(value: LoadCommandHead, bytes: Uint8Array, at: number, fail: Fail, path = 'load_command'): void {
  need(bytes, at, 8, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
}

/** note_command: 40 bytes, little-endian. */
export interface NoteCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** owner of the data, NUL-padded */
  data_owner: Uint8Array;
  /** file offset */
  offset: bigint;
  /** bytes */
  size: bigint;
}

/** Bytes that note_command takes. */
export const NoteCommandSize = 40;

/**
 * Reads note_command (40 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readNoteCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'note_command', base = 0): NoteCommand {
  need(bytes, at, 40, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as NoteCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.data_owner = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.offset = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.size = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes note_command (40 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeNoteCommand(value: NoteCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'note_command'): void {
  need(bytes, at, 40, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  setBytes(bytes, at + 8, 16, value.data_owner, fail, `${path}.data_owner`);
  view.setBigUint64(at + 24, fitsBig(value.offset, false, fail, `${path}.offset`), true);
  view.setBigUint64(at + 32, fitsBig(value.size, false, fail, `${path}.size`), true);
}

/** prebind_cksum_command: 12 bytes, little-endian. */
export interface PrebindCksumCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** check sum or 0 */
  cksum: number;
}

/** Bytes that prebind_cksum_command takes. */
export const PrebindCksumCommandSize = 12;

/**
 * Reads prebind_cksum_command (12 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readPrebindCksumCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'prebind_cksum_command', base = 0): PrebindCksumCommand {
  need(bytes, at, 12, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as PrebindCksumCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.cksum = dataView.getUint32(offset, true);
  return vars;
}

/** Writes prebind_cksum_command (12 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writePrebindCksumCommand(value: PrebindCksumCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'prebind_cksum_command'): void {
  need(bytes, at, 12, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.cksum, 0, 0xffffffff, fail, `${path}.cksum`), true);
}

/** prebound_dylib_command: 20 bytes, little-endian. */
export interface PreboundDylibCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** offset of the path name from the start of the command */
  name: number;
  /** modules */
  nmodules: number;
  /** offset of the bit vector of linked modules from the start of the command */
  linked_modules: number;
}

/** Bytes that prebound_dylib_command takes. */
export const PreboundDylibCommandSize = 20;

/**
 * Reads prebound_dylib_command (20 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readPreboundDylibCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'prebound_dylib_command', base = 0): PreboundDylibCommand {
  need(bytes, at, 20, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as PreboundDylibCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.name = dataView.getUint32(offset, true);
  offset += 4;
  vars.nmodules = dataView.getUint32(offset, true);
  offset += 4;
  vars.linked_modules = dataView.getUint32(offset, true);
  return vars;
}

/** Writes prebound_dylib_command (20 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writePreboundDylibCommand(value: PreboundDylibCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'prebound_dylib_command'): void {
  need(bytes, at, 20, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.name, 0, 0xffffffff, fail, `${path}.name`), true);
  view.setUint32(at + 12, fits(value.nmodules, 0, 0xffffffff, fail, `${path}.nmodules`), true);
  view.setUint32(at + 16, fits(value.linked_modules, 0, 0xffffffff, fail, `${path}.linked_modules`), true);
}

/** routines_command: 40 bytes, little-endian. */
export interface RoutinesCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** address of the initialisation routine */
  init_address: number;
  /** index of its module */
  init_module: number;
  /** reserved1 to reserved6 */
  reserved: Uint8Array;
}

/** Bytes that routines_command takes. */
export const RoutinesCommandSize = 40;

/**
 * Reads routines_command (40 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readRoutinesCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'routines_command', base = 0): RoutinesCommand {
  need(bytes, at, 40, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as RoutinesCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.init_address = dataView.getUint32(offset, true);
  offset += 4;
  vars.init_module = dataView.getUint32(offset, true);
  offset += 4;
  vars.reserved = bytes.subarray(offset, offset + 24);
  return vars;
}

/** Writes routines_command (40 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeRoutinesCommand(value: RoutinesCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'routines_command'): void {
  need(bytes, at, 40, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.init_address, 0, 0xffffffff, fail, `${path}.init_address`), true);
  view.setUint32(at + 12, fits(value.init_module, 0, 0xffffffff, fail, `${path}.init_module`), true);
  setBytes(bytes, at + 16, 24, value.reserved, fail, `${path}.reserved`);
}

/** routines_command_64: 72 bytes, little-endian. */
export interface RoutinesCommand64 {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** address of the initialisation routine */
  init_address: bigint;
  /** index of its module */
  init_module: bigint;
  /** reserved1 to reserved6 */
  reserved: Uint8Array;
}

/** Bytes that routines_command_64 takes. */
export const RoutinesCommand64Size = 72;

/**
 * Reads routines_command_64 (72 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readRoutinesCommand64(bytes: Uint8Array, at: number, fail: Fail, path = 'routines_command_64', base = 0): RoutinesCommand64 {
  need(bytes, at, 72, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as RoutinesCommand64;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.init_address = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.init_module = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.reserved = bytes.subarray(offset, offset + 48);
  return vars;
}

/** Writes routines_command_64 (72 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeRoutinesCommand64(value: RoutinesCommand64, bytes: Uint8Array, at: number, fail: Fail, path = 'routines_command_64'): void {
  need(bytes, at, 72, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setBigUint64(at + 8, fitsBig(value.init_address, false, fail, `${path}.init_address`), true);
  view.setBigUint64(at + 16, fitsBig(value.init_module, false, fail, `${path}.init_module`), true);
  setBytes(bytes, at + 24, 48, value.reserved, fail, `${path}.reserved`);
}

/** section: 68 bytes, little-endian. */
export interface Section32 {
  /** section name, NUL-padded */
  sectname: Uint8Array;
  /** segment name, NUL-padded */
  segname: Uint8Array;
  /** virtual address */
  addr: number;
  /** bytes */
  size: number;
  /** file offset */
  offset: number;
  /** power of two */
  align: number;
  /** file offset of relocations */
  reloff: number;
  /** number of relocations */
  nreloc: number;
  /** type and S_ATTR_* */
  flags: number;
  /** index into the indirect symbol table */
  reserved1: number;
  /** stub size */
  reserved2: number;
}

/** Bytes that section takes. */
export const Section32Size = 68;

/**
 * Reads section (68 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readSection32(bytes: Uint8Array, at: number, fail: Fail, path = 'section', base = 0): Section32 {
  need(bytes, at, 68, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Section32;
  vars.sectname = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.segname = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.addr = dataView.getUint32(offset, true);
  offset += 4;
  vars.size = dataView.getUint32(offset, true);
  offset += 4;
  vars.offset = dataView.getUint32(offset, true);
  offset += 4;
  vars.align = dataView.getUint32(offset, true);
  offset += 4;
  vars.reloff = dataView.getUint32(offset, true);
  offset += 4;
  vars.nreloc = dataView.getUint32(offset, true);
  offset += 4;
  vars.flags = dataView.getUint32(offset, true);
  offset += 4;
  vars.reserved1 = dataView.getUint32(offset, true);
  offset += 4;
  vars.reserved2 = dataView.getUint32(offset, true);
  return vars;
}

/** Writes section (68 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeSection32(value: Section32, bytes: Uint8Array, at: number, fail: Fail, path = 'section'): void {
  need(bytes, at, 68, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  setBytes(bytes, at, 16, value.sectname, fail, `${path}.sectname`);
  setBytes(bytes, at + 16, 16, value.segname, fail, `${path}.segname`);
  view.setUint32(at + 32, fits(value.addr, 0, 0xffffffff, fail, `${path}.addr`), true);
  view.setUint32(at + 36, fits(value.size, 0, 0xffffffff, fail, `${path}.size`), true);
  view.setUint32(at + 40, fits(value.offset, 0, 0xffffffff, fail, `${path}.offset`), true);
  view.setUint32(at + 44, fits(value.align, 0, 0xffffffff, fail, `${path}.align`), true);
  view.setUint32(at + 48, fits(value.reloff, 0, 0xffffffff, fail, `${path}.reloff`), true);
  view.setUint32(at + 52, fits(value.nreloc, 0, 0xffffffff, fail, `${path}.nreloc`), true);
  view.setUint32(at + 56, fits(value.flags, 0, 0xffffffff, fail, `${path}.flags`), true);
  view.setUint32(at + 60, fits(value.reserved1, 0, 0xffffffff, fail, `${path}.reserved1`), true);
  view.setUint32(at + 64, fits(value.reserved2, 0, 0xffffffff, fail, `${path}.reserved2`), true);
}

/** section_64: 80 bytes, little-endian. */
export interface Section64 {
  /** section name, NUL-padded */
  sectname: Uint8Array;
  /** segment name, NUL-padded */
  segname: Uint8Array;
  /** virtual address */
  addr: bigint;
  /** bytes */
  size: bigint;
  /** file offset */
  offset: number;
  /** power of two */
  align: number;
  /** file offset of relocations */
  reloff: number;
  /** number of relocations */
  nreloc: number;
  /** type and S_ATTR_* */
  flags: number;
  /** index into the indirect symbol table */
  reserved1: number;
  /** stub size */
  reserved2: number;
  /** 0 */
  reserved3: number;
}

/** Bytes that section_64 takes. */
export const Section64Size = 80;

/**
 * Reads section_64 (80 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readSection64(bytes: Uint8Array, at: number, fail: Fail, path = 'section_64', base = 0): Section64 {
  need(bytes, at, 80, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Section64;
  vars.sectname = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.segname = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.addr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.size = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.offset = dataView.getUint32(offset, true);
  offset += 4;
  vars.align = dataView.getUint32(offset, true);
  offset += 4;
  vars.reloff = dataView.getUint32(offset, true);
  offset += 4;
  vars.nreloc = dataView.getUint32(offset, true);
  offset += 4;
  vars.flags = dataView.getUint32(offset, true);
  offset += 4;
  vars.reserved1 = dataView.getUint32(offset, true);
  offset += 4;
  vars.reserved2 = dataView.getUint32(offset, true);
  offset += 4;
  vars.reserved3 = dataView.getUint32(offset, true);
  return vars;
}

/** Writes section_64 (80 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeSection64(value: Section64, bytes: Uint8Array, at: number, fail: Fail, path = 'section_64'): void {
  need(bytes, at, 80, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  setBytes(bytes, at, 16, value.sectname, fail, `${path}.sectname`);
  setBytes(bytes, at + 16, 16, value.segname, fail, `${path}.segname`);
  view.setBigUint64(at + 32, fitsBig(value.addr, false, fail, `${path}.addr`), true);
  view.setBigUint64(at + 40, fitsBig(value.size, false, fail, `${path}.size`), true);
  view.setUint32(at + 48, fits(value.offset, 0, 0xffffffff, fail, `${path}.offset`), true);
  view.setUint32(at + 52, fits(value.align, 0, 0xffffffff, fail, `${path}.align`), true);
  view.setUint32(at + 56, fits(value.reloff, 0, 0xffffffff, fail, `${path}.reloff`), true);
  view.setUint32(at + 60, fits(value.nreloc, 0, 0xffffffff, fail, `${path}.nreloc`), true);
  view.setUint32(at + 64, fits(value.flags, 0, 0xffffffff, fail, `${path}.flags`), true);
  view.setUint32(at + 68, fits(value.reserved1, 0, 0xffffffff, fail, `${path}.reserved1`), true);
  view.setUint32(at + 72, fits(value.reserved2, 0, 0xffffffff, fail, `${path}.reserved2`), true);
  view.setUint32(at + 76, fits(value.reserved3, 0, 0xffffffff, fail, `${path}.reserved3`), true);
}

/** segment_command: 56 bytes, little-endian. */
export interface SegmentCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** segment name, NUL-padded */
  segname: Uint8Array;
  /** virtual address */
  vmaddr: number;
  /** bytes in memory */
  vmsize: number;
  /** file offset */
  fileoff: number;
  /** bytes in the file */
  filesize: number;
  /** greatest VM protection */
  maxprot: number;
  /** initial VM protection */
  initprot: number;
  /** sections that follow */
  nsects: number;
  /** SG_* */
  flags: number;
}

/** Bytes that segment_command takes. */
export const SegmentCommandSize = 56;

/**
 * Reads segment_command (56 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readSegmentCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'segment_command', base = 0): SegmentCommand {
  need(bytes, at, 56, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as SegmentCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.segname = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.vmaddr = dataView.getUint32(offset, true);
  offset += 4;
  vars.vmsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.fileoff = dataView.getUint32(offset, true);
  offset += 4;
  vars.filesize = dataView.getUint32(offset, true);
  offset += 4;
  vars.maxprot = dataView.getUint32(offset, true);
  offset += 4;
  vars.initprot = dataView.getUint32(offset, true);
  offset += 4;
  vars.nsects = dataView.getUint32(offset, true);
  offset += 4;
  vars.flags = dataView.getUint32(offset, true);
  return vars;
}

/** Writes segment_command (56 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeSegmentCommand(value: SegmentCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'segment_command'): void {
  need(bytes, at, 56, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  setBytes(bytes, at + 8, 16, value.segname, fail, `${path}.segname`);
  view.setUint32(at + 24, fits(value.vmaddr, 0, 0xffffffff, fail, `${path}.vmaddr`), true);
  view.setUint32(at + 28, fits(value.vmsize, 0, 0xffffffff, fail, `${path}.vmsize`), true);
  view.setUint32(at + 32, fits(value.fileoff, 0, 0xffffffff, fail, `${path}.fileoff`), true);
  view.setUint32(at + 36, fits(value.filesize, 0, 0xffffffff, fail, `${path}.filesize`), true);
  view.setUint32(at + 40, fits(value.maxprot, 0, 0xffffffff, fail, `${path}.maxprot`), true);
  view.setUint32(at + 44, fits(value.initprot, 0, 0xffffffff, fail, `${path}.initprot`), true);
  view.setUint32(at + 48, fits(value.nsects, 0, 0xffffffff, fail, `${path}.nsects`), true);
  view.setUint32(at + 52, fits(value.flags, 0, 0xffffffff, fail, `${path}.flags`), true);
}

/** segment_command_64: 72 bytes, little-endian. */
export interface SegmentCommand64 {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** segment name, NUL-padded */
  segname: Uint8Array;
  /** virtual address */
  vmaddr: bigint;
  /** bytes in memory */
  vmsize: bigint;
  /** file offset */
  fileoff: bigint;
  /** bytes in the file */
  filesize: bigint;
  /** greatest VM protection */
  maxprot: number;
  /** initial VM protection */
  initprot: number;
  /** sections that follow */
  nsects: number;
  /** SG_* */
  flags: number;
}

/** Bytes that segment_command_64 takes. */
export const SegmentCommand64Size = 72;

/**
 * Reads segment_command_64 (72 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readSegmentCommand64(bytes: Uint8Array, at: number, fail: Fail, path = 'segment_command_64', base = 0): SegmentCommand64 {
  need(bytes, at, 72, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as SegmentCommand64;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.segname = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.vmaddr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.vmsize = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.fileoff = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.filesize = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.maxprot = dataView.getUint32(offset, true);
  offset += 4;
  vars.initprot = dataView.getUint32(offset, true);
  offset += 4;
  vars.nsects = dataView.getUint32(offset, true);
  offset += 4;
  vars.flags = dataView.getUint32(offset, true);
  return vars;
}

/** Writes segment_command_64 (72 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeSegmentCommand64(value: SegmentCommand64, bytes: Uint8Array, at: number, fail: Fail, path = 'segment_command_64'): void {
  need(bytes, at, 72, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  setBytes(bytes, at + 8, 16, value.segname, fail, `${path}.segname`);
  view.setBigUint64(at + 24, fitsBig(value.vmaddr, false, fail, `${path}.vmaddr`), true);
  view.setBigUint64(at + 32, fitsBig(value.vmsize, false, fail, `${path}.vmsize`), true);
  view.setBigUint64(at + 40, fitsBig(value.fileoff, false, fail, `${path}.fileoff`), true);
  view.setBigUint64(at + 48, fitsBig(value.filesize, false, fail, `${path}.filesize`), true);
  view.setUint32(at + 56, fits(value.maxprot, 0, 0xffffffff, fail, `${path}.maxprot`), true);
  view.setUint32(at + 60, fits(value.initprot, 0, 0xffffffff, fail, `${path}.initprot`), true);
  view.setUint32(at + 64, fits(value.nsects, 0, 0xffffffff, fail, `${path}.nsects`), true);
  view.setUint32(at + 68, fits(value.flags, 0, 0xffffffff, fail, `${path}.flags`), true);
}

/** source_version_command: 16 bytes, little-endian. */
export interface SourceVersionCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** A.B.C.D.E in 24.10.10.10.10 bits */
  version: bigint;
}

/** Bytes that source_version_command takes. */
export const SourceVersionCommandSize = 16;

/**
 * Reads source_version_command (16 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readSourceVersionCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'source_version_command', base = 0): SourceVersionCommand {
  need(bytes, at, 16, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as SourceVersionCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.version = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes source_version_command (16 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeSourceVersionCommand(value: SourceVersionCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'source_version_command'): void {
  need(bytes, at, 16, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setBigUint64(at + 8, fitsBig(value.version, false, fail, `${path}.version`), true);
}

/** lc_str command: 12 bytes, little-endian. */
export interface StringCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** offset of the text from the start of the command */
  name: number;
}

/** Bytes that lc_str command takes. */
export const StringCommandSize = 12;

/**
 * Reads lc_str command (12 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readStringCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'lc_str command', base = 0): StringCommand {
  need(bytes, at, 12, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as StringCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.name = dataView.getUint32(offset, true);
  return vars;
}

/** Writes lc_str command (12 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeStringCommand(value: StringCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'lc_str command'): void {
  need(bytes, at, 12, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.name, 0, 0xffffffff, fail, `${path}.name`), true);
}

/** symseg_command: 16 bytes, little-endian. */
export interface SymsegCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** file offset of the symbol segment */
  offset: number;
  /** bytes */
  size: number;
}

/** Bytes that symseg_command takes. */
export const SymsegCommandSize = 16;

/**
 * Reads symseg_command (16 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readSymsegCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'symseg_command', base = 0): SymsegCommand {
  need(bytes, at, 16, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as SymsegCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.offset = dataView.getUint32(offset, true);
  offset += 4;
  vars.size = dataView.getUint32(offset, true);
  return vars;
}

/** Writes symseg_command (16 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeSymsegCommand(value: SymsegCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'symseg_command'): void {
  need(bytes, at, 16, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.offset, 0, 0xffffffff, fail, `${path}.offset`), true);
  view.setUint32(at + 12, fits(value.size, 0, 0xffffffff, fail, `${path}.size`), true);
}

/** symtab_command: 24 bytes, little-endian. */
export interface SymtabCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** file offset of the nlist entries */
  symoff: number;
  /** number of entries */
  nsyms: number;
  /** file offset of the names */
  stroff: number;
  /** bytes of names */
  strsize: number;
}

/** Bytes that symtab_command takes. */
export const SymtabCommandSize = 24;

/**
 * Reads symtab_command (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readSymtabCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'symtab_command', base = 0): SymtabCommand {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as SymtabCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.symoff = dataView.getUint32(offset, true);
  offset += 4;
  vars.nsyms = dataView.getUint32(offset, true);
  offset += 4;
  vars.stroff = dataView.getUint32(offset, true);
  offset += 4;
  vars.strsize = dataView.getUint32(offset, true);
  return vars;
}

/** Writes symtab_command (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeSymtabCommand(value: SymtabCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'symtab_command'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.symoff, 0, 0xffffffff, fail, `${path}.symoff`), true);
  view.setUint32(at + 12, fits(value.nsyms, 0, 0xffffffff, fail, `${path}.nsyms`), true);
  view.setUint32(at + 16, fits(value.stroff, 0, 0xffffffff, fail, `${path}.stroff`), true);
  view.setUint32(at + 20, fits(value.strsize, 0, 0xffffffff, fail, `${path}.strsize`), true);
}

/** target_triple_command: 12 bytes, little-endian. */
export interface TargetTripleCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** offset of the target triple from the start of the command */
  triple: number;
}

/** Bytes that target_triple_command takes. */
export const TargetTripleCommandSize = 12;

/**
 * Reads target_triple_command (12 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readTargetTripleCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'target_triple_command', base = 0): TargetTripleCommand {
  need(bytes, at, 12, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as TargetTripleCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.triple = dataView.getUint32(offset, true);
  return vars;
}

/** Writes target_triple_command (12 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeTargetTripleCommand(value: TargetTripleCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'target_triple_command'): void {
  need(bytes, at, 12, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.triple, 0, 0xffffffff, fail, `${path}.triple`), true);
}

/** thread_command: 8 bytes, little-endian. */
export interface ThreadCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
}

/** Bytes that thread_command takes. */
export const ThreadCommandSize = 8;

/**
 * Reads thread_command (8 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readThreadCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'thread_command', base = 0): ThreadCommand {
  need(bytes, at, 8, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ThreadCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  return vars;
}

/** Writes thread_command (8 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeThreadCommand(value: ThreadCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'thread_command'): void {
  need(bytes, at, 8, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
}

/** twolevel_hints_command: 16 bytes, little-endian. */
export interface TwolevelHintsCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** file offset of the hints */
  offset: number;
  /** their number */
  nhints: number;
}

/** Bytes that twolevel_hints_command takes. */
export const TwolevelHintsCommandSize = 16;

/**
 * Reads twolevel_hints_command (16 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readTwolevelHintsCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'twolevel_hints_command', base = 0): TwolevelHintsCommand {
  need(bytes, at, 16, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as TwolevelHintsCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.offset = dataView.getUint32(offset, true);
  offset += 4;
  vars.nhints = dataView.getUint32(offset, true);
  return vars;
}

/** Writes twolevel_hints_command (16 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeTwolevelHintsCommand(value: TwolevelHintsCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'twolevel_hints_command'): void {
  need(bytes, at, 16, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.offset, 0, 0xffffffff, fail, `${path}.offset`), true);
  view.setUint32(at + 12, fits(value.nhints, 0, 0xffffffff, fail, `${path}.nhints`), true);
}

/** uuid_command: 24 bytes, little-endian. */
export interface UuidCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** UUID */
  uuid: Uint8Array;
}

/** Bytes that uuid_command takes. */
export const UuidCommandSize = 24;

/**
 * Reads uuid_command (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readUuidCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'uuid_command', base = 0): UuidCommand {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as UuidCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.uuid = bytes.subarray(offset, offset + 16);
  return vars;
}

/** Writes uuid_command (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeUuidCommand(value: UuidCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'uuid_command'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  setBytes(bytes, at + 8, 16, value.uuid, fail, `${path}.uuid`);
}

/** version_min_command: 16 bytes, little-endian. */
export interface VersionMinCommand {
  /** LC_* */
  cmd: number;
  /** bytes of the whole command */
  cmdsize: number;
  /** X.Y.Z in 16.8.8 bits */
  version: number;
  /** X.Y.Z in 16.8.8 bits */
  sdk: number;
}

/** Bytes that version_min_command takes. */
export const VersionMinCommandSize = 16;

/**
 * Reads version_min_command (16 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readVersionMinCommand(bytes: Uint8Array, at: number, fail: Fail, path = 'version_min_command', base = 0): VersionMinCommand {
  need(bytes, at, 16, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as VersionMinCommand;
  vars.cmd = dataView.getUint32(offset, true);
  offset += 4;
  vars.cmdsize = dataView.getUint32(offset, true);
  offset += 4;
  vars.version = dataView.getUint32(offset, true);
  offset += 4;
  vars.sdk = dataView.getUint32(offset, true);
  return vars;
}

/** Writes version_min_command (16 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeVersionMinCommand(value: VersionMinCommand, bytes: Uint8Array, at: number, fail: Fail, path = 'version_min_command'): void {
  need(bytes, at, 16, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.cmd, 0, 0xffffffff, fail, `${path}.cmd`), true);
  view.setUint32(at + 4, fits(value.cmdsize, 0, 0xffffffff, fail, `${path}.cmdsize`), true);
  view.setUint32(at + 8, fits(value.version, 0, 0xffffffff, fail, `${path}.version`), true);
  view.setUint32(at + 12, fits(value.sdk, 0, 0xffffffff, fail, `${path}.sdk`), true);
}
