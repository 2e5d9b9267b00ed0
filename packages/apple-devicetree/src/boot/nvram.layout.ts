import { bytes, layout, u8, u16 } from '@internal/binary/layout';

/** Header of an NVRAM partition: CHRP 1.7, appendix B; xnu `IONVRAM.cpp` (`chrp_nvram_header_t`). */
export const ChrpHeader = layout('chrp_nvram_header_t', 'little', {
  signature: u8('0x70 system or common, 0x7f free'),
  checksum: u8('byte sum of the other fields, with the carry added back in'),
  length: u16('size of the partition with its header, in blocks of 16 bytes'),
  name: bytes(12, 'NUL-padded name'),
});
