import { hex, MachOError } from '../error.js';
import { SPLIT_SEG_KINDS, type SplitSegReference } from '../macho/split-seg.js';
import { adrp, wordAt } from '../patch/a64.js';
import type { Elf } from './elf.js';
import type { KernelSegment } from './static-kernel.js';

/** Relocations of the AArch64 ELF ABI, and what they are to split-segment info. */
const KINDS: Readonly<Record<number, number>> = {
  257: SPLIT_SEG_KINDS.POINTER_64, // ABS64
  260: SPLIT_SEG_KINDS.DELTA_64, // PREL64
  261: SPLIT_SEG_KINDS.DELTA_32, // PREL32
  275: SPLIT_SEG_KINDS.ARM64_ADRP, // ADR_PREL_PG_HI21
  276: SPLIT_SEG_KINDS.ARM64_ADRP, // ADR_PREL_PG_HI21_NC
  277: SPLIT_SEG_KINDS.ARM64_OFF12, // ADD_ABS_LO12_NC
  278: SPLIT_SEG_KINDS.ARM64_OFF12, // LDST8_ABS_LO12_NC
  282: SPLIT_SEG_KINDS.ARM64_BR26, // JUMP26
  283: SPLIT_SEG_KINDS.ARM64_BR26, // CALL26
  284: SPLIT_SEG_KINDS.ARM64_OFF12, // LDST16_ABS_LO12_NC
  285: SPLIT_SEG_KINDS.ARM64_OFF12, // LDST32_ABS_LO12_NC
  286: SPLIT_SEG_KINDS.ARM64_OFF12, // LDST64_ABS_LO12_NC
  299: SPLIT_SEG_KINDS.ARM64_OFF12, // LDST128_ABS_LO12_NC
};
/** Within one section whatever moves: branches on conditions, literals, ADR. */
const LOCAL = new Set([273, 274, 279, 280]);

/**
 * How a linked ELF file refers from section to section, by the relocations that `--emit-relocs` keeps. Throws `link`
 * for relocations of other kinds between sections, and for instructions that the linker has relaxed.
 */
export function splitSegOf(elf: Elf, segments: readonly KernelSegment[]): SplitSegReference[] {
  const sections = segments.flatMap(segment => (segment.sections ?? []).map(section => ({ section, segment })));
  const holder = (address: bigint): number => {
    const within = sections.findIndex(({ section: s }) => address >= s.address && address < s.address + BigInt(s.size));
    // The end of a section, such as a symbol behind an array.
    return within >= 0 ? within : sections.findIndex(({ section: s }) => address === s.address + BigInt(s.size));
  };
  return elf.relocations.flatMap((relocation): SplitSegReference[] => {
    const symbol = elf.symbols[relocation.r_sym];
    if (relocation.r_type === 0 || symbol === undefined) return [];
    const target = BigInt.asUintN(64, symbol.st_value + relocation.r_addend);
    const [from, to] = [holder(relocation.r_offset), holder(target)];
    if (from < 0 || to < 0) return [];
    const path = `relocation ${relocation.r_type} at ${hex(relocation.r_offset)}`;
    const kind = KINDS[relocation.r_type];
    if (kind === undefined) {
      if (LOCAL.has(relocation.r_type) && from === to) return [];
      throw new MachOError('link', 'has no counterpart in split-segment info', { path });
    }
    const { section, segment } = sections[from]!;
    const fromOffset = Number(relocation.r_offset - section.address);
    if (
      kind === SPLIT_SEG_KINDS.ARM64_ADRP &&
      adrp(wordAt(segment.bytes, Number(relocation.r_offset - segment.address)), 0n) === undefined
    )
      throw new MachOError('link', 'the linker has replaced the ADRP: link with --no-relax', { path });
    return [
      {
        kind,
        fromSection: from + 1,
        fromOffset,
        toSection: to + 1,
        toOffset: Number(target - sections[to]!.section.address),
      },
    ];
  });
}
