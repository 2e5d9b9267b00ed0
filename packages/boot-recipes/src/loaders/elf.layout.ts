import { bytes, layout, u8, u16, u32, u64 } from '@internal/binary/layout';

/** `Elf64_Ehdr`: ELF-64 Object File Format 1.5, with the identification spelt out. */
export const ElfHeader = layout('Elf64_Ehdr', 'little', {
  magic: bytes(4, '7f 45 4c 46'),
  class: u8('2: 64-bit'),
  data: u8('1: little-endian'),
  identVersion: u8('1'),
  osAbi: u8('EI_OSABI'),
  pad: bytes(8, 'EI_ABIVERSION and padding'),
  type: u16('2: executable, 3: shared object'),
  machine: u16('183: AArch64'),
  version: u32('1'),
  entry: u64('virtual address of the first instruction'),
  phoff: u64('offset of the program headers'),
  shoff: u64('offset of the section headers'),
  flags: u32('processor-specific'),
  ehsize: u16('bytes of this header'),
  phentsize: u16('bytes of a program header'),
  phnum: u16('number of program headers'),
  shentsize: u16('bytes of a section header'),
  shnum: u16('number of section headers'),
  shstrndx: u16('section of the section names'),
});

/** `Elf64_Phdr`. */
export const ElfProgramHeader = layout('Elf64_Phdr', 'little', {
  type: u32('1: PT_LOAD'),
  flags: u32('1 execute, 2 write, 4 read'),
  offset: u64('offset of the bytes in the file'),
  vaddr: u64('virtual address'),
  paddr: u64('physical address'),
  filesz: u64('bytes in the file'),
  memsz: u64('bytes in memory; what the file lacks is zero'),
  align: u64('alignment'),
});
