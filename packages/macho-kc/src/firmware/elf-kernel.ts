import { MachOError } from '../error.js';
import { type Elf, readElf } from './elf.js';
import { splitSegOf } from './elf-split-seg.js';
import {
  buildStaticKernel,
  type KernelSection,
  type KernelSegment,
  type StaticKernelOptions,
} from './static-kernel.js';

const PT_LOAD = 1;
const SHF_ALLOC = 2n;
const SHT_NOBITS = 8;
const R_AARCH64_ABS64 = 257;
const R_AARCH64_RELATIVE = 1027;
const S_ATTR_INSTRUCTIONS = 0x80000400;

/** Where ELF sections of the usual names go. */
const SECTION_NAMES: Record<string, string> = {
  '.text': '__text',
  '.rodata': '__const',
  '.data': '__data',
  '.bss': '__bss',
  '.data.rel.ro': '__const',
  '.init_array': '__mod_init_func',
};

/** Segment names by protection, first of a kind first. */
const SEGMENT_NAMES: Record<string, readonly string[]> = {
  'r--': ['__DATA_CONST', '__CONST'],
  'r-x': ['__TEXT_EXEC', '__TEXT_BOOT_EXEC'],
  'rw-': ['__DATA', '__LATE_DATA'],
};

/** Options of {@link kernelFromElf}; all others of {@link StaticKernelOptions} come from the ELF file. */
export interface ElfKernelOptions
  extends Pick<StaticKernelOptions, 'architecture' | 'headerAddress' | 'uuid' | 'platform'> {
  /** Also say how code refers to other segments, so that the kernel can be built into a collection; link with `--no-relax`. */
  readonly movable?: boolean;
}

const sectionName = (name: string): string =>
  SECTION_NAMES[name] ?? `__${name.replace(/^\./, '').replaceAll('.', '_')}`.slice(0, 16);

function segmentsOf(elf: Elf): KernelSegment[] {
  const used = new Map<string, number>();
  return elf.programHeaders
    .filter(header => header.p_type === PT_LOAD && header.p_memsz > 0n)
    .sort((a, b) => (a.p_vaddr < b.p_vaddr ? -1 : 1))
    .map((header, i) => {
      const protection = `r${header.p_flags & 2 ? 'w' : '-'}${header.p_flags & 1 ? 'x' : '-'}`;
      if (protection === 'rwx')
        throw new MachOError('bad-value', 'a segment may not be writable and executable', { path: `Elf64_Phdr[${i}]` });
      const nth = used.get(protection) ?? 0;
      used.set(protection, nth + 1);
      const end = header.p_vaddr + header.p_memsz;
      const seen = new Set<string>();
      const sections: KernelSection[] = elf.sections
        .filter(
          s => (s.sh_flags & SHF_ALLOC) !== 0n && s.sh_size > 0n && s.sh_addr >= header.p_vaddr && s.sh_addr < end,
        )
        .map(s => {
          let name = sectionName(s.name);
          for (let n = 2; seen.has(name); n++) name = `${sectionName(s.name).slice(0, 14)}${n}`;
          seen.add(name);
          return {
            name,
            address: s.sh_addr,
            size: Number(s.sh_size),
            align: s.sh_addralign > 1n ? s.sh_addralign.toString(2).length - 1 : 0,
            flags: s.sh_type === SHT_NOBITS ? 1 : header.p_flags & 1 ? S_ATTR_INSTRUCTIONS : 0,
          };
        });
      return {
        name: SEGMENT_NAMES[protection]?.[nth] ?? `__SEG${i}`,
        address: header.p_vaddr,
        bytes: elf.bytes(header.p_offset, header.p_filesz, `Elf64_Phdr[${i}]`),
        memorySize: Number(header.p_memsz),
        protection,
        sections,
      };
    });
}

/**
 * What {@link buildStaticKernel} needs, from an `aarch64-none-elf` file as ld.lld writes it (linked at its final
 * addresses, 16 KiB apart; `--emit-relocs` lets absolute pointers be found). Symbols get C's leading underscore.
 *
 * @example
 * const machO = buildStaticKernel(kernelFromElf(elfBytes));
 */
export function kernelFromElf(input: Uint8Array, options: ElfKernelOptions = {}): StaticKernelOptions {
  const elf = readElf(input);
  const segments = segmentsOf(elf);
  const symbols = elf.symbols
    .filter(
      s => s.name !== '' && !s.name.startsWith('$') && s.st_shndx !== 0 && s.st_shndx < 0xff00 && (s.st_info & 15) <= 2,
    )
    .map(s => ({ name: `_${s.name}`, address: s.st_value, external: s.st_info >> 4 !== 0 }));
  const pointers = elf.relocations
    .filter(r => r.r_type === R_AARCH64_ABS64 || r.r_type === R_AARCH64_RELATIVE)
    .map(r => r.r_offset);
  const { movable, ...rest } = options;
  const splitSeg = movable ? { splitSeg: splitSegOf(elf, segments) } : {};
  return { ...rest, ...splitSeg, segments, entry: elf.entry, symbols, pointers };
}

/** A Mach-O kernel out of an ELF file: {@link kernelFromElf} and {@link buildStaticKernel}. */
export const buildKernelFromElf = (input: Uint8Array, options: ElfKernelOptions = {}): Uint8Array =>
  buildStaticKernel(kernelFromElf(input, options));

/** Whether `input` begins with ELF's magic number. */
export const isElf = (input: Uint8Array): boolean =>
  input[0] === 0x7f && input[1] === 0x45 && input[2] === 0x4c && input[3] === 0x46;
