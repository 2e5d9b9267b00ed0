import { BootError, fail } from '../error.js';
import type { RandomAccess } from './source.js';
import {
  readZip64End,
  readZip64Locator,
  readZipEnd,
  readZipEntry,
  readZipLocal,
  Zip64EndSize,
  Zip64LocatorSize,
  ZipEndSize,
  ZipEntrySize,
  ZipLocalSize,
} from './zip.generated.js';

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const EXTRA_ZIP64 = 1;
/** The comment that may follow the end record has at most this many bytes. */
const LONGEST_COMMENT = 0xffff;
/** Bytes of a directory, and of a file's content, that are read at most. */
const LARGEST_DIRECTORY = 64 << 20;
const LARGEST_CONTENT = 2 ** 31;

/** A file in an archive. */
export interface ZipFile {
  readonly name: string;
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes of it in the archive. */
  readonly compressedSize: number;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  /** Offset of its local header. */
  readonly offset: number;
}

/**
 * A zip archive of which single files are read: ZIP64 too, stored or deflated.
 *
 * @example
 * ```ts
 * import { isBootError, memorySource, ZipArchive } from 'boot-recipes';
 *
 * try {
 *   await ZipArchive.open(memorySource('no.zip', new Uint8Array(100)));
 * } catch (error) {
 *   if (!isBootError(error, 'bad-value')) throw error;
 * }
 * ```
 */
export class ZipArchive {
  private constructor(
    private readonly source: RandomAccess,
    /** By name. */
    readonly files: ReadonlyMap<string, ZipFile>,
  ) {}

  /**
   * Reads the directory at the end of an archive.
   *
   * @throws {@link BootError} `bad-value`, `truncated`, `out-of-range` for what is no archive or a damaged one
   */
  static async open(source: RandomAccess): Promise<ZipArchive> {
    const start = Math.max(0, source.size - ZipEndSize - LONGEST_COMMENT - Zip64LocatorSize);
    const tail = await source.read(start, source.size - start);
    const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
    let at = tail.length - ZipEndSize;
    while (at >= 0 && view.getUint32(at, true) !== END) at--;
    if (at < 0) throw new BootError('bad-value', 'no zip archive: it has no end record', { path: source.name });
    const end = readZipEnd(tail, at, fail);
    let [entries, size, offset] = [end.entries, end.directorySize, end.directoryOffset];
    const locator = at - Zip64LocatorSize;
    if (locator >= 0 && view.getUint32(locator, true) === LOCATOR64) {
      const { offset: where } = readZip64Locator(tail, locator, fail);
      const record = await source.read(safe(where, 'zip64_end_locator.offset'), Zip64EndSize);
      const end64 = readZip64End(record, 0, fail);
      if (end64.signature !== END64)
        throw new BootError('bad-value', 'no ZIP64 end record', { offset: Number(where), path: source.name });
      entries = safe(end64.entries, 'entries');
      size = safe(end64.directorySize, 'directorySize');
      offset = safe(end64.directoryOffset, 'directoryOffset');
    }
    if (size > LARGEST_DIRECTORY || offset + size > source.size || entries * ZipEntrySize > size)
      throw new BootError('out-of-range', `a directory of ${entries} entries, ${size} bytes at ${offset}`, {
        path: source.name,
      });
    const directory = await source.read(offset, size);
    return new ZipArchive(source, readDirectory(directory, entries, offset));
  }

  /**
   * The content of a file, its CRC-32 checked.
   *
   * @throws {@link BootError} `missing-input` for an unknown name, `unsupported` methods, `bad-value` for damage
   */
  async read(name: string): Promise<Uint8Array> {
    const file = this.files.get(name);
    if (file === undefined)
      throw new BootError('missing-input', `the archive has no ${name}`, { path: this.source.name });
    if (file.encrypted || (file.method !== STORED && file.method !== DEFLATED))
      throw new BootError('unsupported', file.encrypted ? 'encrypted' : `method ${file.method}`, { path: name });
    if (file.size > LARGEST_CONTENT || file.compressedSize > LARGEST_CONTENT)
      throw new BootError('out-of-range', `${file.size} bytes are more than can be read`, { path: name });
    const header = await this.source.read(file.offset, ZipLocalSize);
    const local = readZipLocal(header, 0, fail);
    if (local.signature !== LOCAL)
      throw new BootError('bad-value', 'no local header', { offset: file.offset, path: name });
    const at = file.offset + ZipLocalSize + local.nameLength + local.extraLength;
    const packed = await this.source.read(at, file.compressedSize);
    if (packed.length !== file.compressedSize)
      throw new BootError('truncated', `${packed.length} of ${file.compressedSize} bytes are there`, {
        offset: at,
        path: name,
      });
    const bytes = file.method === STORED ? packed : await inflate(packed, file.size, name);
    if (bytes.length !== file.size || crc32(bytes) !== file.crc)
      throw new BootError('bad-value', 'the content does not match its CRC-32', { offset: at, path: name });
    return bytes;
  }
}

function safe(value: bigint, path: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new BootError('out-of-range', `${value}`, { path });
  return Number(value);
}

function readDirectory(bytes: Uint8Array, entries: number, base: number): Map<string, ZipFile> {
  const files = new Map<string, ZipFile>();
  let at = 0;
  for (let i = 0; i < entries; i++) {
    const path = `central_file_header[${i}]`;
    const entry = readZipEntry(bytes, at, fail, path, base);
    const nameAt = at + ZipEntrySize;
    const extraAt = nameAt + entry.nameLength;
    const next = extraAt + entry.extraLength + entry.commentLength;
    if (entry.signature !== ENTRY || next > bytes.length)
      throw new BootError('bad-value', 'damaged directory entry', { offset: base + at, path });
    const wide = zip64Fields(bytes.subarray(extraAt, extraAt + entry.extraLength));
    // The extra field holds the values that are all ones here, in this order.
    const value = (small: number): number => (small === 0xffffffff ? safe(wide.shift() ?? 0xffffffffn, path) : small);
    const size = value(entry.size);
    const compressedSize = value(entry.compressedSize);
    const offset = value(entry.offset);
    const name = new TextDecoder().decode(bytes.subarray(nameAt, extraAt));
    const { method, crc } = entry;
    files.set(name, { name, size, compressedSize, method, encrypted: (entry.flags & 1) !== 0, crc: crc >>> 0, offset });
    at = next;
  }
  return files;
}

/** The 64-bit values of the ZIP64 extra field: 4.5.3. */
function zip64Fields(extra: Uint8Array): bigint[] {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length; ) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === EXTRA_ZIP64) {
      const count = Math.min(size, extra.length - at - 4) >> 3;
      return Array.from({ length: count }, (_, i) => view.getBigUint64(at + 4 + 8 * i, true));
    }
    at += 4 + size;
  }
  return [];
}

async function inflate(packed: Uint8Array, size: number, path: string): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
  const reader = stream.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const bytes = new Uint8Array(size);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new BootError('bad-value', 'damaged deflate data', { path, cause });
    });
    if (done) return bytes.subarray(0, at);
    if (at + value.length > size) {
      await reader.cancel();
      throw new BootError('bad-value', `more than the ${size} bytes that the directory says`, { path });
    }
    bytes.set(value, at);
    at += value.length;
  }
}

let table: Uint32Array | undefined;

/** CRC-32 of ISO 3309, as zip has it. */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    return c;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
