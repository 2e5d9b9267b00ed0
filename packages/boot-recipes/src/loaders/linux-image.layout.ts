import { layout, u32, u64 } from '@internal/binary/layout';

/** The 64-byte header of an arm64 Image: Linux, Documentation/arm64/booting.rst. */
export const LinuxImageHeader = layout('arm64_image_header', 'little', {
  code0: u32('executable code'),
  code1: u32('executable code'),
  textOffset: u64('distance of the image from a 2 MiB boundary'),
  imageSize: u64('bytes in memory, with BSS; 0 before Linux 3.17'),
  flags: u64('bit 0 big-endian, bits 2:1 page size, bit 3 anywhere in memory'),
  res2: u64('reserved'),
  res3: u64('reserved'),
  res4: u64('reserved'),
  magic: u32('0x644d5241, "ARM\\x64"'),
  res5: u32('offset of the PE header, with an EFI stub'),
});
