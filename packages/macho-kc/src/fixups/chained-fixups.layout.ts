// mach-o/fixup-chains.h
import { layout, u16, u32, u64 } from '@internal/binary/layout';

export const ChainedFixupsHeader = layout('dyld_chained_fixups_header', 'little', {
  fixups_version: u32('0'),
  starts_offset: u32('offset of dyld_chained_starts_in_image'),
  imports_offset: u32('offset of the imports'),
  symbols_offset: u32('offset of the names'),
  imports_count: u32('number of imports'),
  imports_format: u32('DYLD_CHAINED_IMPORT, _ADDEND, _ADDEND64'),
  symbols_format: u32('0 = uncompressed'),
});

/** page_start[page_count] follows. */
export const ChainedStartsInSegment = layout('dyld_chained_starts_in_segment', 'little', {
  size: u32('bytes with the page starts'),
  page_size: u16('0x1000 or 0x4000'),
  pointer_format: u16('DYLD_CHAINED_PTR_*'),
  segment_offset: u64("from the Mach header's address, bytes"),
  max_valid_pointer: u32('32-bit formats: greater values are no pointers'),
  page_count: u16('pages'),
});
