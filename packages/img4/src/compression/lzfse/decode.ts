import { Img4Error } from '../../error.js';
import { MAGIC } from './constants.js';
import { LzfseDecoder } from './decoder.js';
import { type BlockHeader, fixedHeaderSize, readBlockHeader } from './header.js';
import { LzvnBlock } from './lzvn.js';

/** Limits of a decompression. */
export interface DecompressOptions {
  /** Most bytes the result may have; a stream that declares more is a `too-large` error. Default 1 GiB. */
  readonly maxSize?: number;
}

export const DEFAULT_MAX_SIZE = 0x40000000;

/** A block of an LZFSE stream, for listing. */
export interface LzfseBlockInfo {
  /** `bvx-`, `bvx1`, `bvx2` or `bvxn`. */
  readonly kind: string;
  /** Offset in the stream, bytes of header and payload, and bytes it decodes to. */
  readonly offset: number;
  readonly headerSize: number;
  readonly payloadSize: number;
  readonly rawSize: number;
}

interface Walk {
  readonly blocks: { readonly offset: number; readonly header: BlockHeader }[];
  readonly rawSize: number;
  /** Offset after the `bvx$` block. */
  readonly end: number;
}

/** More blocks than this in one stream are refused: real ones hold 40,000 bytes or more each. */
const MAX_BLOCKS = 1 << 20;

function walk(view: DataView, maxSize: number): Walk {
  const blocks: Walk['blocks'] = [];
  let rawSize = 0;
  let at = 0;
  const need = (size: number, what: string): void => {
    if (size > view.byteLength - at)
      throw new Img4Error('truncated', `the ${what} is cut off`, { offset: at, path: 'lzfse' });
  };
  for (;;) {
    need(4, 'block magic');
    need(fixedHeaderSize(view.getUint32(at, true), at), 'block header');
    const header = readBlockHeader(view, at, at);
    if (header.magic === MAGIC.END) return { blocks, rawSize, end: at + 4 };
    need(header.headerSize + header.payloadSize, 'block');
    rawSize += header.rawSize;
    if (rawSize > maxSize)
      throw new Img4Error('too-large', `the stream declares over ${maxSize} bytes`, { offset: at, path: 'lzfse' });
    if (blocks.length >= MAX_BLOCKS)
      throw new Img4Error('too-large', `the stream has over ${MAX_BLOCKS} blocks`, { offset: at, path: 'lzfse' });
    blocks.push({ offset: at, header });
    at += header.headerSize + header.payloadSize;
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * The blocks of an LZFSE stream and where it ends: found by walking them, as `bvx$` may occur in a payload.
 *
 * @throws Img4Error `truncated` or `corrupt`
 * @example
 * ```ts
 * import { lzfseBlocks, lzfseEncode } from 'img4/compression';
 *
 * const { blocks, rawSize } = lzfseBlocks(lzfseEncode(new Uint8Array(10_000)));
 * if (blocks[0]?.kind !== 'bvx2' || rawSize !== 10_000) throw new Error('another stream');
 * ```
 */
export function lzfseBlocks(
  bytes: Uint8Array,
  options: DecompressOptions = {},
): { readonly blocks: readonly LzfseBlockInfo[]; readonly rawSize: number; readonly end: number } {
  const { blocks, rawSize, end } = walk(viewOf(bytes), options.maxSize ?? DEFAULT_MAX_SIZE);
  return {
    blocks: blocks.map(({ offset, header: { magic, ...sizes } }) => ({
      kind: String.fromCharCode(magic & 255, (magic >> 8) & 255, (magic >> 16) & 255, magic >> 24),
      offset,
      ...sizes,
    })),
    rawSize,
    end,
  };
}

/** The result of a one-shot decompression. */
export interface Decompressed {
  readonly data: Uint8Array;
  /** Bytes of input that the stream took; what follows is not part of it. */
  readonly consumed: number;
}

/**
 * Decompresses an LZFSE stream (blocks `bvx-`, `bvx1`, `bvx2`, `bvxn`, `bvx$`).
 *
 * @throws Img4Error `truncated`, `corrupt` or `too-large`, with the offset of the block
 * @example
 * ```ts
 * import { lzfseDecode, lzfseEncode } from 'img4/compression';
 *
 * const text = new TextEncoder().encode('to be or not to be, '.repeat(100));
 * const { data } = lzfseDecode(lzfseEncode(text));
 * if (data.length !== text.length) throw new Error('round trip failed');
 * ```
 */
export function lzfseDecode(bytes: Uint8Array, options: DecompressOptions = {}): Decompressed {
  const { rawSize, end } = walk(viewOf(bytes), options.maxSize ?? DEFAULT_MAX_SIZE);
  const data = new Uint8Array(rawSize);
  let to = 0;
  const decoder = new LzfseDecoder(piece => {
    data.set(piece, to);
    to += piece.length;
  });
  decoder.push(bytes.subarray(0, end));
  decoder.finish();
  return { data: to === rawSize ? data : data.slice(0, to), consumed: end };
}

/**
 * Decompresses a raw LZVN stream, as in a `complzss`-style header of type `lzvn`.
 *
 * @param size bytes it decodes to, from the header around it
 * @example
 * ```ts
 * import { lzvnDecode, lzvnEncode } from 'img4/compression';
 *
 * if (lzvnDecode(lzvnEncode(new Uint8Array(1000)), 1000).data.length !== 1000) throw new Error('round trip failed');
 * ```
 */
export function lzvnDecode(bytes: Uint8Array, size: number, options: DecompressOptions = {}): Decompressed {
  const maxSize = options.maxSize ?? DEFAULT_MAX_SIZE;
  if (!Number.isSafeInteger(size) || size < 0)
    throw new Img4Error('out-of-range', `${size} is no size`, { path: 'lzvn' });
  if (size > maxSize)
    throw new Img4Error('too-large', `${size} bytes exceed the limit of ${maxSize}`, { path: 'lzvn' });
  if (size > bytes.length * 136 + 271)
    throw new Img4Error('corrupt', `${bytes.length} bytes cannot hold ${size}`, { path: 'lzvn' });
  const data = new Uint8Array(size);
  const block = new LzvnBlock(0);
  const to = block.run(bytes, 0, bytes.length, data, 0, size);
  if (!block.done)
    throw new Img4Error('truncated', 'the stream has no end opcode', { offset: block.position, path: 'lzvn' });
  if (to !== size)
    throw new Img4Error('corrupt', `the stream holds ${to} bytes, ${size} are declared`, { path: 'lzvn' });
  return { data, consumed: block.position };
}
