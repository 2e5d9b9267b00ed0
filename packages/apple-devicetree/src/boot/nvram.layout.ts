import { bytes, layout, u8, u16, u32 } from '@internal/binary/layout';

/** Header of an NVRAM partition: CHRP 1.7, appendix B; xnu `IONVRAM.cpp` (`chrp_nvram_header_t`). */
export const ChrpHeader = layout('chrp_nvram_header_t', 'little', {
  signature: u8('0x70 system or common, 0x7f free'),
  checksum: u8('byte sum of the other fields, with the carry added back in'),
  length: u16('size of the partition with its header, in blocks of 16 bytes'),
  name: bytes(12, 'NUL-padded name'),
});

/** What follows the header of an image's first partition, `nvram`: xnu `IONVRAMCHRPHandler.cpp` (`apple_nvram_header_t`). */
export const NvramBank = layout('apple_nvram_header_t', 'little', {
  adler: u32('Adler-32 of all that follows this field, to the end of the image'),
  generation: u32('higher in the newer of two images'),
  padding: bytes(8, 'not read'),
});
