import { MachOError } from '../error.js';
import { readBytes, viewOf } from '../source.js';
import { CPU_TYPE_X86_64, FILE_TYPES, VM_PROT_WRITE } from './constants.js';
import type { MachO } from './macho.js';

// mach-o/reloc.h, mach-o/arm64/reloc.h, mach-o/x86_64/reloc.h

/** A classic relocation; scattered ones exist only in 32-bit files and are refused. */
export interface Relocation {
  /** r_address: bytes from the start of the section, or for final images from the relocation base. */
  readonly address: number;
  /** Index of a symbol when external, else number of a section. */
  readonly symbol: number;
  readonly pcRelative: boolean;
  /** Log2 of the size: 3 = 8 bytes. */
  readonly length: number;
  readonly external: boolean;
  readonly type: number;
}

/** Names of relocation types, by CPU. */
export const RELOCATION_TYPES = {
  arm64: [
    'UNSIGNED',
    'SUBTRACTOR',
    'BRANCH26',
    'PAGE21',
    'PAGEOFF12',
    'GOT_LOAD_PAGE21',
    'GOT_LOAD_PAGEOFF12',
    'POINTER_TO_GOT',
    'TLVP_LOAD_PAGE21',
    'TLVP_LOAD_PAGEOFF12',
    'ADDEND',
    'AUTHENTICATED_POINTER',
  ],
  x86_64: ['UNSIGNED', 'SIGNED', 'BRANCH', 'GOT_LOAD', 'GOT', 'SUBTRACTOR', 'SIGNED_1', 'SIGNED_2', 'SIGNED_4', 'TLV'],
} as const;

/** `count` relocations at a file offset. */
export function readRelocations(macho: MachO, offset: number, count: number, path: string): Relocation[] {
  if (count === 0) return [];
  const view = viewOf(readBytes(macho.source, offset, count * 8, path));
  return Array.from({ length: count }, (_, i) => {
    const address = view.getInt32(i * 8, true);
    if (address < 0 && !macho.is64)
      throw new MachOError('unsupported', 'scattered relocation', { offset: offset + i * 8, path });
    const word = view.getUint32(i * 8 + 4, true);
    return {
      address,
      symbol: word & 0xffffff,
      pcRelative: ((word >>> 24) & 1) !== 0,
      length: (word >>> 25) & 3,
      external: ((word >>> 27) & 1) !== 0,
      type: word >>> 28,
    };
  });
}

/** Relocations as they stand in a file. */
export function encodeRelocations(relocations: readonly Relocation[]): Uint8Array {
  const out = new Uint8Array(relocations.length * 8);
  const view = viewOf(out);
  relocations.forEach(({ address, symbol, pcRelative, length, external, type }, i) => {
    view.setInt32(i * 8, address, true);
    const word =
      (symbol & 0xffffff) | (Number(pcRelative) << 24) | (length << 25) | (Number(external) << 27) | (type << 28);
    view.setUint32(i * 8 + 4, word >>> 0, true);
  });
  return out;
}

/** Local relocations of LC_DYSYMTAB: addresses inside the image that the loader slides. */
export function localRelocations(macho: MachO): Relocation[] {
  const f = macho.command('LC_DYSYMTAB')?.fields;
  return f === undefined ? [] : readRelocations(macho, f.locreloff, f.nlocrel, 'LC_DYSYMTAB.locreloff');
}

/** External relocations of LC_DYSYMTAB: symbols that another image defines. */
export function externalRelocations(macho: MachO): Relocation[] {
  const f = macho.command('LC_DYSYMTAB')?.fields;
  return f === undefined ? [] : readRelocations(macho, f.extreloff, f.nextrel, 'LC_DYSYMTAB.extreloff');
}

/**
 * Address that `address` fields of final images count from: the first segment that may be written in x86_64 files that
 * are not kexts, the lowest address in collections, the first segment in all others.
 */
export function relocationBase(macho: MachO): bigint {
  const { segments, header } = macho;
  if (header.filetype === FILE_TYPES.MH_FILESET) return macho.lowestAddress;
  if (header.cputype === CPU_TYPE_X86_64 && header.filetype !== FILE_TYPES.MH_KEXT_BUNDLE) {
    const writable = segments.find(segment => (segment.initprot & VM_PROT_WRITE) !== 0);
    if (writable !== undefined) return writable.vmaddr;
  }
  return segments[0]?.vmaddr ?? 0n;
}
