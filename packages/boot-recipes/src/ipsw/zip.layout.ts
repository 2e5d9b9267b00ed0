import { layout, u16, u32, u64 } from '@internal/binary/layout';

/** End of central directory record: PKWARE APPNOTE 4.3.16. */
export const ZipEnd = layout('end_of_central_directory', 'little', {
  signature: u32('0x06054b50'),
  disk: u16('number of this disk'),
  directoryDisk: u16('disk where the directory begins'),
  entriesHere: u16('entries on this disk'),
  entries: u16('entries; 0xffff: see the ZIP64 record'),
  directorySize: u32('bytes; 0xffffffff: see the ZIP64 record'),
  directoryOffset: u32('offset; 0xffffffff: see the ZIP64 record'),
  commentLength: u16('bytes'),
});

/** ZIP64 end of central directory locator: 4.3.15. */
export const Zip64Locator = layout('zip64_end_locator', 'little', {
  signature: u32('0x07064b50'),
  disk: u32('disk with the record'),
  offset: u64('offset of the record'),
  disks: u32('number of disks'),
});

/** ZIP64 end of central directory record: 4.3.14. */
export const Zip64End = layout('zip64_end_of_central_directory', 'little', {
  signature: u32('0x06064b50'),
  size: u64('bytes that follow'),
  madeBy: u16('version'),
  needed: u16('version'),
  disk: u32('number of this disk'),
  directoryDisk: u32('disk where the directory begins'),
  entriesHere: u64('entries on this disk'),
  entries: u64('entries'),
  directorySize: u64('bytes'),
  directoryOffset: u64('offset'),
});

/** Central directory header: 4.3.12. Name, extra field and comment follow. */
export const ZipEntry = layout('central_file_header', 'little', {
  signature: u32('0x02014b50'),
  madeBy: u16('version'),
  needed: u16('version'),
  flags: u16('bit 0: encrypted'),
  method: u16('0 stored, 8 deflated'),
  time: u16('MS-DOS time'),
  date: u16('MS-DOS date'),
  crc: u32('CRC-32 of the content'),
  compressedSize: u32('bytes; 0xffffffff: in the extra field'),
  size: u32('bytes; 0xffffffff: in the extra field'),
  nameLength: u16('bytes'),
  extraLength: u16('bytes'),
  commentLength: u16('bytes'),
  disk: u16('disk'),
  internalAttributes: u16('internal attributes'),
  externalAttributes: u32('external attributes'),
  offset: u32('of the local header; 0xffffffff: in the extra field'),
});

/** Local file header: 4.3.7. Name, extra field and content follow. */
export const ZipLocal = layout('local_file_header', 'little', {
  signature: u32('0x04034b50'),
  needed: u16('version'),
  flags: u16('flags'),
  method: u16('method'),
  time: u16('MS-DOS time'),
  date: u16('MS-DOS date'),
  crc: u32('CRC-32; may be 0'),
  compressedSize: u32('bytes; may be 0'),
  size: u32('bytes; may be 0'),
  nameLength: u16('bytes'),
  extraLength: u16('bytes'),
});
