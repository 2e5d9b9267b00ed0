export { adler32 } from './adler32.js';
export {
  type Complzss,
  type ComplzssHeader,
  ComplzssHeaderSize,
  type ComplzssParts,
  type ComplzssType,
  complzssDecode,
  complzssEncode,
  isComplzss,
  parseComplzss,
} from './complzss.js';
export {
  type Decompressed,
  type DecompressOptions,
  type LzfseBlockInfo,
  lzfseBlocks,
  lzfseDecode,
  lzvnDecode,
} from './lzfse/decode.js';
export { LzfseDecoder } from './lzfse/decoder.js';
export { LzfseEncoder, lzfseEncode } from './lzfse/encode.js';
export { lzvnEncode } from './lzfse/lzvn-encode.js';
export { LzssDecoder, lzssDecode, lzssSize } from './lzss.js';
export { LzssEncoder, lzssEncode } from './lzss-encode.js';
