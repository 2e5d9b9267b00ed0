// System V ABI, ELF64 (elf.h).
import { bytes, i64, layout, u8, u16, u32, u64 } from '@internal/binary/layout';

export const ElfHeader = layout('Elf64_Ehdr', 'little', {
  e_ident: bytes(16, 'magic, class, byte order'),
  e_type: u16('ET_*'),
  e_machine: u16('183 = AArch64'),
  e_version: u32('1'),
  e_entry: u64('entry point'),
  e_phoff: u64('file offset of the program headers'),
  e_shoff: u64('file offset of the section headers'),
  e_flags: u32('0'),
  e_ehsize: u16('64'),
  e_phentsize: u16('56'),
  e_phnum: u16('program headers'),
  e_shentsize: u16('64'),
  e_shnum: u16('section headers'),
  e_shstrndx: u16('section with the section names'),
});

export const ElfProgramHeader = layout('Elf64_Phdr', 'little', {
  p_type: u32('1 = PT_LOAD'),
  p_flags: u32('1 execute, 2 write, 4 read'),
  p_offset: u64('file offset'),
  p_vaddr: u64('virtual address'),
  p_paddr: u64('physical address'),
  p_filesz: u64('bytes in the file'),
  p_memsz: u64('bytes in memory'),
  p_align: u64('alignment'),
});

export const ElfSectionHeader = layout('Elf64_Shdr', 'little', {
  sh_name: u32('offset of the name'),
  sh_type: u32('SHT_*'),
  sh_flags: u64('SHF_*'),
  sh_addr: u64('virtual address'),
  sh_offset: u64('file offset'),
  sh_size: u64('bytes'),
  sh_link: u32('related section'),
  sh_info: u32('for relocations: the section they apply to'),
  sh_addralign: u64('alignment'),
  sh_entsize: u64('bytes of an entry'),
});

export const ElfSymbol = layout('Elf64_Sym', 'little', {
  st_name: u32('offset of the name'),
  st_info: u8('binding and type'),
  st_other: u8('visibility'),
  st_shndx: u16('section, 0 = undefined, 0xfff1 = absolute'),
  st_value: u64('address'),
  st_size: u64('bytes'),
});

export const ElfRela = layout('Elf64_Rela', 'little', {
  r_offset: u64('address of the relocated word'),
  r_type: u32('R_AARCH64_*'),
  r_sym: u32('symbol'),
  r_addend: i64('addend'),
});
