import {
  ElfHeaderSize,
  type ElfProgramHeader,
  ElfProgramHeaderSize,
  type ElfRela,
  ElfRelaSize,
  type ElfSectionHeader,
  ElfSectionHeaderSize,
  type ElfSymbol,
  ElfSymbolSize,
  readElfHeader,
  readElfProgramHeader,
  readElfRela,
  readElfSectionHeader,
  readElfSymbol,
} from '@internal/binary/elf';
import { fail, MachOError } from '../error.js';
import { cString, MemorySource, readBytes } from '../source.js';

const SHT_SYMTAB = 2;
const SHT_RELA = 4;
const EM_AARCH64 = 183;

/** A section of an ELF file with its name. */
export interface ElfSection extends ElfSectionHeader {
  readonly name: string;
}
/** A symbol of an ELF file with its name. */
export interface NamedElfSymbol extends ElfSymbol {
  readonly name: string;
}

/** An AArch64 ELF64 file as far as linking a kernel needs it. */
export interface Elf {
  readonly entry: bigint;
  readonly programHeaders: readonly ElfProgramHeader[];
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly NamedElfSymbol[];
  /** Relocations kept by `--emit-relocs`, of all allocated sections. */
  readonly relocations: readonly ElfRela[];
  /** Bytes of the file at an offset. */
  bytes(offset: bigint, size: bigint, path: string): Uint8Array;
}

/** Reads an `aarch64-none-elf` file. Throws `bad-magic`, `unsupported`, `truncated`. */
export function readElf(input: Uint8Array): Elf {
  const source = new MemorySource(input);
  const header = readElfHeader(readBytes(source, 0, ElfHeaderSize, 'Elf64_Ehdr'), 0, fail);
  const [m0, m1, m2, m3, elfClass, order] = header.e_ident;
  if (m0 !== 0x7f || m1 !== 0x45 || m2 !== 0x4c || m3 !== 0x46)
    throw new MachOError('bad-magic', 'no ELF file', { offset: 0, path: 'Elf64_Ehdr.e_ident' });
  if (elfClass !== 2 || order !== 1 || header.e_machine !== EM_AARCH64)
    throw new MachOError('unsupported', 'only little-endian AArch64 ELF64', { offset: 4, path: 'Elf64_Ehdr' });
  const bytes = (offset: bigint, size: bigint, path: string) => readBytes(source, Number(offset), Number(size), path);
  const table = <T>(
    at: bigint,
    count: number,
    size: number,
    path: string,
    read: (b: Uint8Array, at: number, f: typeof fail, path?: string, base?: number) => T,
  ): T[] => {
    if (count === 0) return [];
    const raw = bytes(at, BigInt(count * size), path);
    return Array.from({ length: count }, (_, i) => read(raw, i * size, fail, `${path}[${i}]`, Number(at)));
  };
  const programHeaders = table(
    header.e_phoff,
    header.e_phnum,
    ElfProgramHeaderSize,
    'Elf64_Phdr',
    readElfProgramHeader,
  );
  const headers = table(header.e_shoff, header.e_shnum, ElfSectionHeaderSize, 'Elf64_Shdr', readElfSectionHeader);
  const nameSection = headers[header.e_shstrndx];
  const names = nameSection ? bytes(nameSection.sh_offset, nameSection.sh_size, '.shstrtab') : new Uint8Array(0);
  const sections = headers.map(section => ({ ...section, name: cString(names, section.sh_name) }));
  const symtab = headers.find(section => section.sh_type === SHT_SYMTAB);
  const strings = symtab && headers[symtab.sh_link];
  const pool = strings ? bytes(strings.sh_offset, strings.sh_size, '.strtab') : new Uint8Array(0);
  const count = symtab ? Number(symtab.sh_size) / ElfSymbolSize : 0;
  const symbols = symtab
    ? table(symtab.sh_offset, Math.floor(count), ElfSymbolSize, '.symtab', readElfSymbol).map(symbol => ({
        ...symbol,
        name: cString(pool, symbol.st_name),
      }))
    : [];
  const relocations = headers
    .filter(section => section.sh_type === SHT_RELA && ((headers[section.sh_info]?.sh_flags ?? 0n) & 2n) !== 0n)
    .flatMap(section =>
      table(section.sh_offset, Math.floor(Number(section.sh_size) / ElfRelaSize), ElfRelaSize, '.rela', readElfRela),
    );
  return { entry: header.e_entry, programHeaders, sections, symbols, relocations, bytes };
}
