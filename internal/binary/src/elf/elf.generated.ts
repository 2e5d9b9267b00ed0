// Generated from elf.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need, setBytes } from '@internal/binary';

/** Elf64_Ehdr: 64 bytes, little-endian. */
export interface ElfHeader {
  /** magic, class, byte order */
  e_ident: Uint8Array;
  /** ET_* */
  e_type: number;
  /** 183 = AArch64 */
  e_machine: number;
  /** 1 */
  e_version: number;
  /** entry point */
  e_entry: bigint;
  /** file offset of the program headers */
  e_phoff: bigint;
  /** file offset of the section headers */
  e_shoff: bigint;
  /** 0 */
  e_flags: number;
  /** 64 */
  e_ehsize: number;
  /** 56 */
  e_phentsize: number;
  /** program headers */
  e_phnum: number;
  /** 64 */
  e_shentsize: number;
  /** section headers */
  e_shnum: number;
  /** section with the section names */
  e_shstrndx: number;
}

/** Bytes that Elf64_Ehdr takes. */
export const ElfHeaderSize = 64;

/**
 * Reads Elf64_Ehdr (64 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readElfHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Ehdr', base = 0): ElfHeader {
  need(bytes, at, 64, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ElfHeader;
  vars.e_ident = bytes.subarray(offset, offset + 16);
  offset += 16;
  vars.e_type = dataView.getUint16(offset, true);
  offset += 2;
  vars.e_machine = dataView.getUint16(offset, true);
  offset += 2;
  vars.e_version = dataView.getUint32(offset, true);
  offset += 4;
  vars.e_entry = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.e_phoff = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.e_shoff = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.e_flags = dataView.getUint32(offset, true);
  offset += 4;
  vars.e_ehsize = dataView.getUint16(offset, true);
  offset += 2;
  vars.e_phentsize = dataView.getUint16(offset, true);
  offset += 2;
  vars.e_phnum = dataView.getUint16(offset, true);
  offset += 2;
  vars.e_shentsize = dataView.getUint16(offset, true);
  offset += 2;
  vars.e_shnum = dataView.getUint16(offset, true);
  offset += 2;
  vars.e_shstrndx = dataView.getUint16(offset, true);
  return vars;
}

/** Writes Elf64_Ehdr (64 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeElfHeader(value: ElfHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Ehdr'): void {
  need(bytes, at, 64, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  setBytes(bytes, at, 16, value.e_ident, fail, `${path}.e_ident`);
  view.setUint16(at + 16, fits(value.e_type, 0, 0xffff, fail, `${path}.e_type`), true);
  view.setUint16(at + 18, fits(value.e_machine, 0, 0xffff, fail, `${path}.e_machine`), true);
  view.setUint32(at + 20, fits(value.e_version, 0, 0xffffffff, fail, `${path}.e_version`), true);
  view.setBigUint64(at + 24, fitsBig(value.e_entry, false, fail, `${path}.e_entry`), true);
  view.setBigUint64(at + 32, fitsBig(value.e_phoff, false, fail, `${path}.e_phoff`), true);
  view.setBigUint64(at + 40, fitsBig(value.e_shoff, false, fail, `${path}.e_shoff`), true);
  view.setUint32(at + 48, fits(value.e_flags, 0, 0xffffffff, fail, `${path}.e_flags`), true);
  view.setUint16(at + 52, fits(value.e_ehsize, 0, 0xffff, fail, `${path}.e_ehsize`), true);
  view.setUint16(at + 54, fits(value.e_phentsize, 0, 0xffff, fail, `${path}.e_phentsize`), true);
  view.setUint16(at + 56, fits(value.e_phnum, 0, 0xffff, fail, `${path}.e_phnum`), true);
  view.setUint16(at + 58, fits(value.e_shentsize, 0, 0xffff, fail, `${path}.e_shentsize`), true);
  view.setUint16(at + 60, fits(value.e_shnum, 0, 0xffff, fail, `${path}.e_shnum`), true);
  view.setUint16(at + 62, fits(value.e_shstrndx, 0, 0xffff, fail, `${path}.e_shstrndx`), true);
}

/** Elf64_Phdr: 56 bytes, little-endian. */
export interface ElfProgramHeader {
  /** 1 = PT_LOAD */
  p_type: number;
  /** 1 execute, 2 write, 4 read */
  p_flags: number;
  /** file offset */
  p_offset: bigint;
  /** virtual address */
  p_vaddr: bigint;
  /** physical address */
  p_paddr: bigint;
  /** bytes in the file */
  p_filesz: bigint;
  /** bytes in memory */
  p_memsz: bigint;
  /** alignment */
  p_align: bigint;
}

/** Bytes that Elf64_Phdr takes. */
export const ElfProgramHeaderSize = 56;

/**
 * Reads Elf64_Phdr (56 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readElfProgramHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Phdr', base = 0): ElfProgramHeader {
  need(bytes, at, 56, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ElfProgramHeader;
  vars.p_type = dataView.getUint32(offset, true);
  offset += 4;
  vars.p_flags = dataView.getUint32(offset, true);
  offset += 4;
  vars.p_offset = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.p_vaddr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.p_paddr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.p_filesz = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.p_memsz = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.p_align = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes Elf64_Phdr (56 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeElfProgramHeader(value: ElfProgramHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Phdr'): void {
  need(bytes, at, 56, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.p_type, 0, 0xffffffff, fail, `${path}.p_type`), true);
  view.setUint32(at + 4, fits(value.p_flags, 0, 0xffffffff, fail, `${path}.p_flags`), true);
  view.setBigUint64(at + 8, fitsBig(value.p_offset, false, fail, `${path}.p_offset`), true);
  view.setBigUint64(at + 16, fitsBig(value.p_vaddr, false, fail, `${path}.p_vaddr`), true);
  view.setBigUint64(at + 24, fitsBig(value.p_paddr, false, fail, `${path}.p_paddr`), true);
  view.setBigUint64(at + 32, fitsBig(value.p_filesz, false, fail, `${path}.p_filesz`), true);
  view.setBigUint64(at + 40, fitsBig(value.p_memsz, false, fail, `${path}.p_memsz`), true);
  view.setBigUint64(at + 48, fitsBig(value.p_align, false, fail, `${path}.p_align`), true);
}

/** Elf64_Rela: 24 bytes, little-endian. */
export interface ElfRela {
  /** address of the relocated word */
  r_offset: bigint;
  /** R_AARCH64_* */
  r_type: number;
  /** symbol */
  r_sym: number;
  /** addend */
  r_addend: bigint;
}

/** Bytes that Elf64_Rela takes. */
export const ElfRelaSize = 24;

/**
 * Reads Elf64_Rela (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readElfRela(bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Rela', base = 0): ElfRela {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ElfRela;
  vars.r_offset = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.r_type = dataView.getUint32(offset, true);
  offset += 4;
  vars.r_sym = dataView.getUint32(offset, true);
  offset += 4;
  vars.r_addend = dataView.getBigInt64(offset, true);
  return vars;
}

/** Writes Elf64_Rela (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeElfRela(value: ElfRela, bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Rela'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigUint64(at, fitsBig(value.r_offset, false, fail, `${path}.r_offset`), true);
  view.setUint32(at + 8, fits(value.r_type, 0, 0xffffffff, fail, `${path}.r_type`), true);
  view.setUint32(at + 12, fits(value.r_sym, 0, 0xffffffff, fail, `${path}.r_sym`), true);
  view.setBigInt64(at + 16, fitsBig(value.r_addend, true, fail, `${path}.r_addend`), true);
}

/** Elf64_Shdr: 64 bytes, little-endian. */
export interface ElfSectionHeader {
  /** offset of the name */
  sh_name: number;
  /** SHT_* */
  sh_type: number;
  /** SHF_* */
  sh_flags: bigint;
  /** virtual address */
  sh_addr: bigint;
  /** file offset */
  sh_offset: bigint;
  /** bytes */
  sh_size: bigint;
  /** related section */
  sh_link: number;
  /** for relocations: the section they apply to */
  sh_info: number;
  /** alignment */
  sh_addralign: bigint;
  /** bytes of an entry */
  sh_entsize: bigint;
}

/** Bytes that Elf64_Shdr takes. */
export const ElfSectionHeaderSize = 64;

/**
 * Reads Elf64_Shdr (64 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readElfSectionHeader(bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Shdr', base = 0): ElfSectionHeader {
  need(bytes, at, 64, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ElfSectionHeader;
  vars.sh_name = dataView.getUint32(offset, true);
  offset += 4;
  vars.sh_type = dataView.getUint32(offset, true);
  offset += 4;
  vars.sh_flags = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.sh_addr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.sh_offset = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.sh_size = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.sh_link = dataView.getUint32(offset, true);
  offset += 4;
  vars.sh_info = dataView.getUint32(offset, true);
  offset += 4;
  vars.sh_addralign = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.sh_entsize = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes Elf64_Shdr (64 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeElfSectionHeader(value: ElfSectionHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Shdr'): void {
  need(bytes, at, 64, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.sh_name, 0, 0xffffffff, fail, `${path}.sh_name`), true);
  view.setUint32(at + 4, fits(value.sh_type, 0, 0xffffffff, fail, `${path}.sh_type`), true);
  view.setBigUint64(at + 8, fitsBig(value.sh_flags, false, fail, `${path}.sh_flags`), true);
  view.setBigUint64(at + 16, fitsBig(value.sh_addr, false, fail, `${path}.sh_addr`), true);
  view.setBigUint64(at + 24, fitsBig(value.sh_offset, false, fail, `${path}.sh_offset`), true);
  view.setBigUint64(at + 32, fitsBig(value.sh_size, false, fail, `${path}.sh_size`), true);
  view.setUint32(at + 40, fits(value.sh_link, 0, 0xffffffff, fail, `${path}.sh_link`), true);
  view.setUint32(at + 44, fits(value.sh_info, 0, 0xffffffff, fail, `${path}.sh_info`), true);
  view.setBigUint64(at + 48, fitsBig(value.sh_addralign, false, fail, `${path}.sh_addralign`), true);
  view.setBigUint64(at + 56, fitsBig(value.sh_entsize, false, fail, `${path}.sh_entsize`), true);
}

/** Elf64_Sym: 24 bytes, little-endian. */
export interface ElfSymbol {
  /** offset of the name */
  st_name: number;
  /** binding and type */
  st_info: number;
  /** visibility */
  st_other: number;
  /** section, 0 = undefined, 0xfff1 = absolute */
  st_shndx: number;
  /** address */
  st_value: bigint;
  /** bytes */
  st_size: bigint;
}

/** Bytes that Elf64_Sym takes. */
export const ElfSymbolSize = 24;

/**
 * Reads Elf64_Sym (24 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readElfSymbol(bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Sym', base = 0): ElfSymbol {
  need(bytes, at, 24, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as ElfSymbol;
  vars.st_name = dataView.getUint32(offset, true);
  offset += 4;
  vars.st_info = dataView.getUint8(offset);
  offset += 1;
  vars.st_other = dataView.getUint8(offset);
  offset += 1;
  vars.st_shndx = dataView.getUint16(offset, true);
  offset += 2;
  vars.st_value = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.st_size = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes Elf64_Sym (24 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeElfSymbol(value: ElfSymbol, bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Sym'): void {
  need(bytes, at, 24, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.st_name, 0, 0xffffffff, fail, `${path}.st_name`), true);
  view.setUint8(at + 4, fits(value.st_info, 0, 0xff, fail, `${path}.st_info`));
  view.setUint8(at + 5, fits(value.st_other, 0, 0xff, fail, `${path}.st_other`));
  view.setUint16(at + 6, fits(value.st_shndx, 0, 0xffff, fail, `${path}.st_shndx`), true);
  view.setBigUint64(at + 8, fitsBig(value.st_value, false, fail, `${path}.st_value`), true);
  view.setBigUint64(at + 16, fitsBig(value.st_size, false, fail, `${path}.st_size`), true);
}
