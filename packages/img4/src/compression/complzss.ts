import { concatBytes, fromAscii, latin1 } from '../bytes.js';
import { Img4Error } from '../error.js';
import { adler32 } from './adler32.js';
import {
  type ComplzssHeader,
  ComplzssHeaderSize,
  readComplzssHeader,
  writeComplzssHeader,
} from './complzss.generated.js';
import { type DecompressOptions, lzvnDecode } from './lzfse/decode.js';
import { lzvnEncode } from './lzfse/lzvn-encode.js';
import { lzssDecode } from './lzss.js';
import { lzssEncode } from './lzss-encode.js';

export { type ComplzssHeader, ComplzssHeaderSize } from './complzss.generated.js';

const COMP = 0x636f6d70;
const TYPES = { lzss: 0x6c7a7373, lzvn: 0x6c7a766e } as const;

/** Compression of a kernelcache with a `comp` header. */
export type ComplzssType = keyof typeof TYPES;

/** A kernelcache with a `comp` header, taken apart; all parts are views of the input. */
export interface Complzss {
  readonly type: ComplzssType;
  readonly header: ComplzssHeader;
  readonly compressed: Uint8Array;
  /** What follows the compressed data: a KPP image or other extra data. */
  readonly extra: Uint8Array;
}

const fail = (code: 'truncated' | 'bad-value' | 'out-of-range', reason: string, init: object): Img4Error =>
  new Img4Error(code, reason, init);

/**
 * Whether `bytes` begin with a `comp` header of a known type.
 *
 * @example
 * ```ts
 * import { complzssEncode, isComplzss } from 'img4/compression';
 *
 * if (!isComplzss(complzssEncode(new Uint8Array(100)))) throw new Error('not recognised');
 * ```
 */
export function isComplzss(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && /^comp(lzss|lzvn)$/.test(latin1(bytes.subarray(0, 8)));
}

/**
 * Takes a `comp` kernelcache apart: a 0x180-byte header, the compressed data, extra data.
 *
 * @throws Img4Error `unknown-format` or `truncated`
 * @example
 * ```ts
 * import { complzssEncode, parseComplzss } from 'img4/compression';
 *
 * const { header, type } = parseComplzss(complzssEncode(new Uint8Array(100), { prelinkVersion: 1 }));
 * if (type !== 'lzss' || header.uncompressedSize !== 100) throw new Error('not read');
 * ```
 */
export function parseComplzss(bytes: Uint8Array): Complzss {
  const header = readComplzssHeader(bytes, 0, fail, 'complzss');
  const type = (Object.keys(TYPES) as ComplzssType[]).find(name => TYPES[name] === header.compressType);
  if (header.signature !== COMP || type === undefined)
    throw new Img4Error('unknown-format', 'there is no "complzss" or "complzvn"', {
      offset: 0,
      path: 'complzss.signature',
    });
  const end = ComplzssHeaderSize + header.compressedSize;
  if (end > bytes.length)
    throw new Img4Error(
      'truncated',
      `${header.compressedSize} bytes are declared, ${bytes.length - ComplzssHeaderSize} are there`,
      {
        offset: 16,
        path: 'complzss.compressedSize',
      },
    );
  return { type, header, compressed: bytes.subarray(ComplzssHeaderSize, end), extra: bytes.subarray(end) };
}

/**
 * Decompresses a `comp` kernelcache and checks its Adler-32.
 *
 * @throws Img4Error `corrupt` when the checksum differs
 * @example
 * ```ts
 * import { complzssDecode, complzssEncode } from 'img4/compression';
 *
 * const { data, extra } = complzssDecode(complzssEncode(new Uint8Array(100), { extra: new Uint8Array(3) }));
 * if (data.length !== 100 || extra.length !== 3) throw new Error('round trip failed');
 * ```
 */
export function complzssDecode(
  bytes: Uint8Array,
  options: DecompressOptions = {},
): Complzss & { readonly data: Uint8Array } {
  const parts = parseComplzss(bytes);
  const decode = parts.type === 'lzss' ? lzssDecode : lzvnDecode;
  const { data } = decode(parts.compressed, parts.header.uncompressedSize, options);
  const sum = adler32(data);
  if (sum !== parts.header.adler32)
    throw new Img4Error(
      'corrupt',
      `the data's Adler-32 is 0x${sum.toString(16)}, the header says 0x${parts.header.adler32.toString(16)}`,
      {
        offset: 8,
        path: 'complzss.adler32',
      },
    );
  return { ...parts, data };
}

/** What goes into a `comp` header beside sizes and checksum. */
export interface ComplzssParts {
  readonly type?: ComplzssType;
  /** 1 (default) for a kernelcache that can be slid. */
  readonly prelinkVersion?: number;
  readonly platformName?: string | Uint8Array;
  readonly rootPath?: string | Uint8Array;
  readonly reserved?: readonly number[];
  /** Data to put after the compressed data, such as a KPP image. */
  readonly extra?: Uint8Array;
}

function field(value: string | Uint8Array | undefined, size: number, path: string): Uint8Array {
  const bytes = typeof value === 'string' ? fromAscii(value) : (value ?? new Uint8Array(0));
  if (bytes === undefined || bytes.length > size)
    throw new Img4Error('bad-value', `the text does not fit ${size} ASCII bytes`, { path: `complzss.${path}` });
  const padded = new Uint8Array(size);
  padded.set(bytes);
  return padded;
}

/**
 * Compresses a kernelcache and puts a `comp` header before it. The LZSS stream is the one that Apple's own tool makes.
 *
 * @example
 * ```ts
 * import { complzssDecode, complzssEncode } from 'img4/compression';
 *
 * const kernel = new Uint8Array(10_000).map((_, i) => i >> 4);
 * const packed = complzssEncode(kernel, { extra: new Uint8Array([1, 2, 3]) });
 * const { data, extra } = complzssDecode(packed);
 * if (data.length !== kernel.length || extra.length !== 3) throw new Error('round trip failed');
 * ```
 */
export function complzssEncode(data: Uint8Array, parts: ComplzssParts = {}): Uint8Array {
  const type = parts.type ?? 'lzss';
  const compressed = type === 'lzss' ? lzssEncode(data) : lzvnEncode(data);
  const header = new Uint8Array(ComplzssHeaderSize);
  const value: ComplzssHeader = {
    signature: COMP,
    compressType: TYPES[type],
    adler32: adler32(data),
    uncompressedSize: data.length,
    compressedSize: compressed.length,
    prelinkVersion: parts.prelinkVersion ?? 1,
    reserved: [...(parts.reserved ?? new Array<number>(10).fill(0))],
    platformName: field(parts.platformName, 64, 'platformName'),
    rootPath: field(parts.rootPath, 256, 'rootPath'),
  };
  writeComplzssHeader(value, header, 0, fail, 'complzss');
  return concatBytes([header, compressed, parts.extra ?? new Uint8Array(0)]);
}
