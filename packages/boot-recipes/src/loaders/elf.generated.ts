// Generated from elf.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, need, setBytes } from '@internal/binary';

/** Elf64_Ehdr: 64 bytes, little-endian. */
export interface ElfHeader {
  /** 7f 45 4c 46 */
  magic: Uint8Array;
  /** 2: 64-bit */
  class: number;
  /** 1: little-endian */
  data: number;
  /** 1 */
  identVersion: number;
  /** EI_OSABI */
  osAbi: number;
  /** EI_ABIVERSION and padding */
  pad: Uint8Array;
  /** 2: executable, 3: shared object */
  type: number;
  /** 183: AArch64 */
  machine: number;
  /** 1 */
  version: number;
  /** virtual address of the first instruction */
  entry: bigint;
  /** offset of the program headers */
  phoff: bigint;
  /** offset of the section headers */
  shoff: bigint;
  /** processor-specific */
  flags: number;
  /** bytes of this header */
  ehsize: number;
  /** bytes of a program header */
  phentsize: number;
  /** number of program headers */
  phnum: number;
  /** bytes of a section header */
  shentsize: number;
  /** number of section headers */
  shnum: number;
  /** section of the section names */
  shstrndx: number;
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
  vars.magic = bytes.subarray(offset, offset + 4);
  offset += 4;
  vars.class = dataView.getUint8(offset);
  offset += 1;
  vars.data = dataView.getUint8(offset);
  offset += 1;
  vars.identVersion = dataView.getUint8(offset);
  offset += 1;
  vars.osAbi = dataView.getUint8(offset);
  offset += 1;
  vars.pad = bytes.subarray(offset, offset + 8);
  offset += 8;
  vars.type = dataView.getUint16(offset, true);
  offset += 2;
  vars.machine = dataView.getUint16(offset, true);
  offset += 2;
  vars.version = dataView.getUint32(offset, true);
  offset += 4;
  vars.entry = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.phoff = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.shoff = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.flags = dataView.getUint32(offset, true);
  offset += 4;
  vars.ehsize = dataView.getUint16(offset, true);
  offset += 2;
  vars.phentsize = dataView.getUint16(offset, true);
  offset += 2;
  vars.phnum = dataView.getUint16(offset, true);
  offset += 2;
  vars.shentsize = dataView.getUint16(offset, true);
  offset += 2;
  vars.shnum = dataView.getUint16(offset, true);
  offset += 2;
  vars.shstrndx = dataView.getUint16(offset, true);
  return vars;
}

/** Writes Elf64_Ehdr (64 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeElfHeader(value: ElfHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Ehdr'): void {
  need(bytes, at, 64, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  setBytes(bytes, at, 4, value.magic, fail, `${path}.magic`);
  view.setUint8(at + 4, fits(value.class, 0, 0xff, fail, `${path}.class`));
  view.setUint8(at + 5, fits(value.data, 0, 0xff, fail, `${path}.data`));
  view.setUint8(at + 6, fits(value.identVersion, 0, 0xff, fail, `${path}.identVersion`));
  view.setUint8(at + 7, fits(value.osAbi, 0, 0xff, fail, `${path}.osAbi`));
  setBytes(bytes, at + 8, 8, value.pad, fail, `${path}.pad`);
  view.setUint16(at + 16, fits(value.type, 0, 0xffff, fail, `${path}.type`), true);
  view.setUint16(at + 18, fits(value.machine, 0, 0xffff, fail, `${path}.machine`), true);
  view.setUint32(at + 20, fits(value.version, 0, 0xffffffff, fail, `${path}.version`), true);
  view.setBigUint64(at + 24, fitsBig(value.entry, false, fail, `${path}.entry`), true);
  view.setBigUint64(at + 32, fitsBig(value.phoff, false, fail, `${path}.phoff`), true);
  view.setBigUint64(at + 40, fitsBig(value.shoff, false, fail, `${path}.shoff`), true);
  view.setUint32(at + 48, fits(value.flags, 0, 0xffffffff, fail, `${path}.flags`), true);
  view.setUint16(at + 52, fits(value.ehsize, 0, 0xffff, fail, `${path}.ehsize`), true);
  view.setUint16(at + 54, fits(value.phentsize, 0, 0xffff, fail, `${path}.phentsize`), true);
  view.setUint16(at + 56, fits(value.phnum, 0, 0xffff, fail, `${path}.phnum`), true);
  view.setUint16(at + 58, fits(value.shentsize, 0, 0xffff, fail, `${path}.shentsize`), true);
  view.setUint16(at + 60, fits(value.shnum, 0, 0xffff, fail, `${path}.shnum`), true);
  view.setUint16(at + 62, fits(value.shstrndx, 0, 0xffff, fail, `${path}.shstrndx`), true);
}

/** Elf64_Phdr: 56 bytes, little-endian. */
export interface ElfProgramHeader {
  /** 1: PT_LOAD */
  type: number;
  /** 1 execute, 2 write, 4 read */
  flags: number;
  /** offset of the bytes in the file */
  offset: bigint;
  /** virtual address */
  vaddr: bigint;
  /** physical address */
  paddr: bigint;
  /** bytes in the file */
  filesz: bigint;
  /** bytes in memory; what the file lacks is zero */
  memsz: bigint;
  /** alignment */
  align: bigint;
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
  vars.type = dataView.getUint32(offset, true);
  offset += 4;
  vars.flags = dataView.getUint32(offset, true);
  offset += 4;
  vars.offset = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.vaddr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.paddr = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.filesz = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.memsz = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.align = dataView.getBigUint64(offset, true);
  return vars;
}

/** Writes Elf64_Phdr (56 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeElfProgramHeader(value: ElfProgramHeader, bytes: Uint8Array, at: number, fail: Fail, path = 'Elf64_Phdr'): void {
  need(bytes, at, 56, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.type, 0, 0xffffffff, fail, `${path}.type`), true);
  view.setUint32(at + 4, fits(value.flags, 0, 0xffffffff, fail, `${path}.flags`), true);
  view.setBigUint64(at + 8, fitsBig(value.offset, false, fail, `${path}.offset`), true);
  view.setBigUint64(at + 16, fitsBig(value.vaddr, false, fail, `${path}.vaddr`), true);
  view.setBigUint64(at + 24, fitsBig(value.paddr, false, fail, `${path}.paddr`), true);
  view.setBigUint64(at + 32, fitsBig(value.filesz, false, fail, `${path}.filesz`), true);
  view.setBigUint64(at + 40, fitsBig(value.memsz, false, fail, `${path}.memsz`), true);
  view.setBigUint64(at + 48, fitsBig(value.align, false, fail, `${path}.align`), true);
}
