import { ElfHeaderSize, ElfProgramHeaderSize, readElfHeader, readElfProgramHeader } from '@internal/binary/elf';
import { BootError, fail } from '../error.js';
import type { LoadSegment } from './raw.js';

const PT_LOAD = 1;
const EM_AARCH64 = 183;

/** What an ELF executable asks to be loaded. */
export interface ElfImage {
  readonly segments: readonly LoadSegment[];
  /** Physical address of the first instruction. */
  readonly entry: number;
}

/** Whether `bytes` begin as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/**
 * Reads an AArch64 ELF executable: its PT_LOAD segments at their physical addresses, and the entry point translated
 * from virtual to physical through the segment that holds it.
 *
 * @throws {@link BootError} `not-a-kernel`, `unsupported` (class, byte order or machine), `truncated`, `out-of-range`
 * @example readElf(bytes).entry
 */
export function readElf(bytes: Uint8Array): ElfImage {
  if (!isElf(bytes)) throw new BootError('not-a-kernel', 'no ELF magic', { offset: 0, path: 'Elf64_Ehdr' });
  if (bytes.length > 5 && (bytes[4] !== 2 || bytes[5] !== 1))
    throw new BootError('unsupported', 'only 64-bit little-endian ELF', { offset: 4, path: 'Elf64_Ehdr.e_ident' });
  const header = readElfHeader(bytes, 0, fail);
  if (header.e_machine !== EM_AARCH64)
    throw new BootError('unsupported', `machine ${header.e_machine} is not AArch64`, {
      offset: 18,
      path: 'Elf64_Ehdr.e_machine',
    });
  if (header.e_type !== 2 && header.e_type !== 3)
    throw new BootError('unsupported', `type ${header.e_type} is not executable`, {
      offset: 16,
      path: 'Elf64_Ehdr.e_type',
    });
  if (header.e_phentsize !== ElfProgramHeaderSize)
    throw new BootError('bad-value', `program headers of ${header.e_phentsize} bytes`, {
      offset: 54,
      path: 'Elf64_Ehdr.e_phentsize',
    });
  const tableSize = header.e_phnum * ElfProgramHeaderSize;
  if (header.e_phoff < ElfHeaderSize || header.e_phoff + BigInt(tableSize) > bytes.length)
    throw new BootError(
      'truncated',
      `${header.e_phnum} program headers at ${header.e_phoff}, ${bytes.length} bytes are there`,
      {
        offset: 32,
        path: 'Elf64_Ehdr.e_phoff',
      },
    );

  const segments: LoadSegment[] = [];
  let entry = header.e_entry;
  for (let i = 0; i < header.e_phnum; i++) {
    const at = Number(header.e_phoff) + i * ElfProgramHeaderSize;
    const path = `Elf64_Phdr[${i}]`;
    const program = readElfProgramHeader(bytes, at, fail, path);
    const {
      p_type: type,
      p_offset: offset,
      p_filesz: filesz,
      p_memsz: memsz,
      p_vaddr: vaddr,
      p_paddr: paddr,
    } = program;
    if (type !== PT_LOAD || memsz === 0n) continue;
    if (offset + filesz > bytes.length)
      throw new BootError('truncated', `${filesz} bytes at ${offset}, ${bytes.length} are there`, { offset: at, path });
    if (filesz > memsz || paddr + memsz > BigInt(Number.MAX_SAFE_INTEGER))
      throw new BootError('out-of-range', `${filesz} of ${memsz} bytes at 0x${paddr.toString(16)}`, {
        offset: at,
        path,
      });
    if (header.e_entry >= vaddr && header.e_entry < vaddr + memsz) entry = header.e_entry - vaddr + paddr;
    segments.push({
      name: `segment ${i}`,
      address: Number(paddr),
      bytes: bytes.subarray(Number(offset), Number(offset + filesz)),
      size: Number(memsz),
    });
  }
  if (segments.length === 0) throw new BootError('not-a-kernel', 'no PT_LOAD segment', { path: 'Elf64_Phdr' });
  if (entry > BigInt(Number.MAX_SAFE_INTEGER))
    throw new BootError('out-of-range', `entry point 0x${entry.toString(16)} is in no segment`, {
      offset: 24,
      path: 'Elf64_Ehdr.e_entry',
    });
  return { segments, entry: Number(entry) };
}
