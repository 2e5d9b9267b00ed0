// osfmk/kern/cs_blobs.h; big-endian.
import { layout, u8, u32, u64 } from '@internal/binary/layout';

export const SuperBlob = layout('CS_SuperBlob', 'big', {
  magic: u32('0xfade0cc0'),
  length: u32('bytes of the whole signature'),
  count: u32('blobs that follow'),
});

export const BlobIndex = layout('CS_BlobIndex', 'big', {
  type: u32('CSSLOT_*'),
  offset: u32('of the blob from the super blob'),
});

export const GenericBlob = layout('CS_GenericBlob', 'big', { magic: u32('CSMAGIC_*'), length: u32('bytes') });

export const CodeDirectory = layout('CS_CodeDirectory', 'big', {
  magic: u32('0xfade0c02'),
  length: u32('bytes'),
  version: u32('0x20001 or later'),
  flags: u32('CS_*'),
  hashOffset: u32('offset of the hash of code slot 0'),
  identOffset: u32('offset of the identifier'),
  nSpecialSlots: u32('special slots, before slot 0'),
  nCodeSlots: u32('code slots'),
  codeLimit: u32('bytes of the file that are signed'),
  hashSize: u8('bytes of each hash'),
  hashType: u8('1 SHA-1, 2 SHA-256, 3 SHA-256 cut to 20 bytes, 4 SHA-384'),
  platform: u8('platform identifier, 0 for none'),
  pageSize: u8('log2 of the page size'),
  spare2: u32('0'),
});

/** Fields of version 0x20400; those of earlier versions come first. */
export const CodeDirectoryExtension = layout('CS_CodeDirectory extension', 'big', {
  scatterOffset: u32('0x20100: offset of the scatter vector'),
  teamOffset: u32('0x20200: offset of the team identifier'),
  spare3: u32('0x20300: 0'),
  codeLimit64: u64('0x20300: codeLimit past 4 GiB'),
  execSegBase: u64('0x20400: offset of the executable segment'),
  execSegLimit: u64('0x20400: its bytes'),
  execSegFlags: u64('0x20400: its flags'),
});
