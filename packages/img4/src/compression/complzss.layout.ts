import { array, bytes, layout, u32 } from '@internal/binary/layout';

/** Header of a compressed kernelcache: `compressed_kernel_header` of kext_tools. */
export const ComplzssHeader = layout('compressed_kernel_header', 'big', {
  signature: u32('"comp"'),
  compressType: u32('"lzss" or "lzvn"'),
  adler32: u32('Adler-32 of the uncompressed data'),
  uncompressedSize: u32('size of the uncompressed data, in bytes'),
  compressedSize: u32('size of the compressed data after the header, in bytes'),
  prelinkVersion: u32('1 when the kernelcache can be slid (KASLR)'),
  reserved: array('u32', 10, 'zero'),
  platformName: bytes(64, 'NUL-padded platform name'),
  rootPath: bytes(256, 'NUL-padded path of the kernel'),
});
