import { latin1 } from './bytes.js';
import {
  type ComplzssParts,
  complzssDecode,
  complzssEncode,
  isComplzss,
  parseComplzss,
} from './compression/complzss.js';
import { type DecompressOptions, lzfseDecode } from './compression/lzfse/decode.js';
import { lzfseEncode } from './compression/lzfse/encode.js';
import { COMPRESSION, encryptedError, Im4p } from './containers/im4p.js';
import { Img4Error } from './error.js';

/** How a payload's data is compressed; `lzss` and `lzvn` are kernelcaches with a `comp` header. */
export type PayloadCompression = 'none' | 'lzfse' | 'lzss' | 'lzvn';

/** A payload's data, decompressed. */
export interface Payload {
  readonly data: Uint8Array;
  readonly compression: PayloadCompression;
  /** Stored bytes after the compressed stream: KPP or other extra data, or padding. */
  readonly extra: Uint8Array;
}

const isLzfse = (data: Uint8Array): boolean => /^bvx[-12n]$/.test(latin1(data.subarray(0, 4)));

/**
 * How the stored data is compressed, by its own magic; ciphertext has none and counts as `none`.
 *
 * @example
 * ```ts
 * import { createPayload, payloadCompression } from 'img4';
 *
 * const image = createPayload({ type: 'krnl', data: new Uint8Array(5000), compression: 'lzss' });
 * if (payloadCompression(image) !== 'lzss') throw new Error('not seen');
 * ```
 */
export function payloadCompression(image: Im4p): PayloadCompression {
  if (isLzfse(image.data)) return 'lzfse';
  if (isComplzss(image.data)) return parseComplzss(image.data).type;
  return 'none';
}

/**
 * Whether the stored data is ciphertext: it has a keybag, and no plaintext's magic.
 *
 * @example
 * ```ts
 * import { createPayload, isCiphertext } from 'img4';
 *
 * const image = createPayload({ type: 'ibss', data: new Uint8Array(64) });
 * const keybags = [{ type: 1, iv: new Uint8Array(16), key: new Uint8Array(32) }];
 * if (!isCiphertext(image.with({ keybags }))) throw new Error('a keybag means ciphertext');
 * ```
 */
export function isCiphertext(image: Im4p): boolean {
  return image.encrypted && !isLzfse(image.data) && !isComplzss(image.data);
}

/**
 * The decompressed payload of an image.
 *
 * @throws Img4Error `encrypted` when it needs a key first (see `decryptPayload`), `corrupt` when it does not
 *   decompress to the size that the image declares
 * @example
 * ```ts
 * import { createPayload, extractPayload } from 'img4';
 *
 * const image = createPayload({ type: 'krnl', data: new Uint8Array(8192), compression: 'lzfse' });
 * const { data, compression } = extractPayload(image);
 * if (data.length !== 8192 || compression !== 'lzfse') throw new Error('round trip failed');
 * ```
 */
export function extractPayload(image: Im4p, options: DecompressOptions = {}): Payload {
  if (isCiphertext(image)) throw encryptedError(image);
  const compression = payloadCompression(image);
  if (compression === 'lzfse') {
    const { data, consumed } = lzfseDecode(image.data, options);
    const declared = image.compression?.uncompressedSize;
    if (declared !== undefined && declared !== data.length)
      throw new Img4Error('corrupt', `the payload holds ${data.length} bytes, the image declares ${declared}`, {
        path: 'IM4P.compression.uncompressedSize',
        offset: image.offset,
      });
    return { data, compression, extra: image.data.subarray(consumed) };
  }
  if (compression !== 'none') {
    const { data, extra } = complzssDecode(image.data, options);
    return { data, compression, extra };
  }
  if (image.compression)
    throw new Img4Error('corrupt', 'the image declares compression, the payload shows none', {
      path: 'IM4P.data',
      offset: image.offset,
    });
  return { data: image.data, compression, extra: new Uint8Array(0) };
}

/** How to store a payload. */
export interface StoreOptions {
  /** Default `none`. */
  readonly compression?: PayloadCompression;
  /** Data to put after the compressed stream, such as a KPP image. */
  readonly extra?: Uint8Array | undefined;
  /** Fields of the `comp` header, for `lzss` and `lzvn`. */
  readonly header?: Omit<ComplzssParts, 'type' | 'extra'>;
}

function store(data: Uint8Array, options: StoreOptions): Pick<Im4p, 'data' | 'compression'> {
  const { compression = 'none', extra } = options;
  if (compression === 'lzss' || compression === 'lzvn')
    return {
      data: complzssEncode(data, { ...options.header, type: compression, ...(extra ? { extra } : {}) }),
      compression: undefined,
    };
  const stream = compression === 'lzfse' ? lzfseEncode(data) : data;
  const stored = new Uint8Array(stream.length + (extra?.length ?? 0));
  stored.set(stream);
  if (extra) stored.set(extra, stream.length);
  const info = { algorithm: COMPRESSION.LZFSE, uncompressedSize: data.length };
  return { data: stored, compression: compression === 'lzfse' ? info : undefined };
}

/**
 * Makes an IM4P from plain data, compressing it as asked.
 *
 * @example
 * ```ts
 * import { createPayload } from 'img4';
 *
 * const kpp = new Uint8Array([1, 2, 3]);
 * const image = createPayload({ type: 'krnl', data: new Uint8Array(5000), compression: 'lzss', extra: kpp });
 * if (image.type !== 'krnl' || image.encrypted) throw new Error('not what was asked for');
 * ```
 */
export function createPayload(
  parts: { readonly type: string; readonly description?: string; readonly data: Uint8Array } & StoreOptions,
): Im4p {
  const { type, description = '' } = parts;
  return Im4p.create({ type, description, ...store(parts.data, parts) });
}

/**
 * A copy of `image` with another payload, stored as the old one was unless told otherwise: same compression, same
 * `comp` header fields, same extra data. A keybag is dropped, as it would not fit the new data.
 *
 * @example
 * ```ts
 * import { createPayload, extractPayload, replacePayload } from 'img4';
 *
 * const before = createPayload({ type: 'krnl', data: new Uint8Array(5000), compression: 'lzfse' });
 * const after = replacePayload(before, new Uint8Array(6000));
 * if (extractPayload(after).compression !== 'lzfse') throw new Error('stored in another way');
 * ```
 */
export function replacePayload(image: Im4p, data: Uint8Array, options: StoreOptions = {}): Im4p {
  const before = isCiphertext(image) ? 'none' : payloadCompression(image);
  const compression = options.compression ?? before;
  let { header, extra } = options;
  if (before === 'lzss' || before === 'lzvn') {
    const old = parseComplzss(image.data);
    header ??= old.header;
    extra ??= old.extra;
  } else if (before === 'lzfse') extra ??= image.data.subarray(lzfseDecode(image.data).consumed);
  return image.with({
    keybags: undefined,
    ...store(data, { compression, extra, ...(header ? { header } : {}) }),
  });
}

/**
 * A copy of `image` with other extra data after its compressed stream, which stays as it is.
 *
 * @example
 * ```ts
 * import { createPayload, extractPayload, replaceExtra } from 'img4';
 *
 * const image = createPayload({ type: 'krnl', data: new Uint8Array(5000), compression: 'lzss' });
 * if (extractPayload(replaceExtra(image, new Uint8Array(7))).extra.length !== 7) throw new Error('not there');
 * ```
 */
export function replaceExtra(image: Im4p, extra: Uint8Array): Im4p {
  const compression = payloadCompression(image);
  if (compression === 'none')
    throw new Img4Error('unsupported', 'extra data follows a compressed payload only', { path: 'IM4P.data' });
  const end =
    compression === 'lzfse'
      ? lzfseDecode(image.data).consumed
      : image.data.length - parseComplzss(image.data).extra.length;
  const data = new Uint8Array(end + extra.length);
  data.set(image.data.subarray(0, end));
  data.set(extra, end);
  return image.with({ data });
}
