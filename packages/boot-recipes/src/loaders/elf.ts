import { BootError, fail } from '../error.js';
import { ElfHeaderSize, ElfProgramHeaderSize, readElfHeader, readElfProgramHeader } from './elf.generated.js';
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
    throw new BootError('unsupported', 'only 64-bit little-endian ELF', { offset: 4, path: 'Elf64_Ehdr.class' });
  const header = readElfHeader(bytes, 0, fail);
  if (header.machine !== EM_AARCH64)
    throw new BootError('unsupported', `machine ${header.machine} is not AArch64`, {
      offset: 18,
      path: 'Elf64_Ehdr.machine',
    });
  if (header.type !== 2 && header.type !== 3)
    throw new BootError('unsupported', `type ${header.type} is not executable`, {
      offset: 16,
      path: 'Elf64_Ehdr.type',
    });
  if (header.phentsize !== ElfProgramHeaderSize)
    throw new BootError('bad-value', `program headers of ${header.phentsize} bytes`, {
      offset: 54,
      path: 'Elf64_Ehdr.phentsize',
    });
  const tableSize = header.phnum * ElfProgramHeaderSize;
  if (header.phoff < ElfHeaderSize || header.phoff + BigInt(tableSize) > bytes.length)
    throw new BootError(
      'truncated',
      `${header.phnum} program headers at ${header.phoff}, ${bytes.length} bytes are there`,
      {
        offset: 32,
        path: 'Elf64_Ehdr.phoff',
      },
    );

  const segments: LoadSegment[] = [];
  let entry = header.entry;
  for (let i = 0; i < header.phnum; i++) {
    const at = Number(header.phoff) + i * ElfProgramHeaderSize;
    const path = `Elf64_Phdr[${i}]`;
    const { type, offset, filesz, memsz, vaddr, paddr } = readElfProgramHeader(bytes, at, fail, path);
    if (type !== PT_LOAD || memsz === 0n) continue;
    if (offset + filesz > bytes.length)
      throw new BootError('truncated', `${filesz} bytes at ${offset}, ${bytes.length} are there`, { offset: at, path });
    if (filesz > memsz || paddr + memsz > BigInt(Number.MAX_SAFE_INTEGER))
      throw new BootError('out-of-range', `${filesz} of ${memsz} bytes at 0x${paddr.toString(16)}`, {
        offset: at,
        path,
      });
    if (header.entry >= vaddr && header.entry < vaddr + memsz) entry = header.entry - vaddr + paddr;
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
      path: 'Elf64_Ehdr.entry',
    });
  return { segments, entry: Number(entry) };
}
