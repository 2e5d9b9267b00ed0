import { MachOError } from './error.js';

/**
 * Where a file's bytes come from. `slice` returns a view of the bytes in [start, end), which the caller has checked to
 * lie inside; views of one source share their memory, so that a write through one is seen through all.
 */
export interface ByteSource {
  readonly byteLength: number;
  slice(start: number, end: number): Uint8Array;
}

/** The same memory as a plain Uint8Array: Node's Buffer has a `slice` that does not copy. */
export const plainBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A source over bytes in memory. */
export class MemorySource implements ByteSource {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = plainBytes(bytes);
  }
  get byteLength(): number {
    return this.bytes.length;
  }
  slice(start: number, end: number): Uint8Array {
    return this.bytes.subarray(start, end);
  }
}

/** Part of another source, such as one architecture of a fat file. */
export class PartSource implements ByteSource {
  constructor(
    readonly whole: ByteSource,
    readonly start: number,
    readonly byteLength: number,
  ) {}
  slice(start: number, end: number): Uint8Array {
    return this.whole.slice(this.start + start, this.start + end);
  }
}

/** Makes a source of either argument type. */
export const toSource = (input: Uint8Array | ByteSource): ByteSource =>
  input instanceof Uint8Array ? new MemorySource(input) : input;

/** Bytes [offset, offset + size) of `source`; throws `truncated` when they are not all there. */
export function readBytes(source: ByteSource, offset: number, size: number, path: string): Uint8Array {
  if (!(offset >= 0 && size >= 0 && offset <= source.byteLength && size <= source.byteLength - offset))
    throw new MachOError('truncated', `needs ${size} bytes, the input ends at 0x${source.byteLength.toString(16)}`, {
      offset,
      path,
    });
  return source.slice(offset, offset + size);
}

/** DataView of the same bytes. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Text up to the first NUL or the end, bytes as Latin-1 so that any name survives being written again. */
export function fixedString(bytes: Uint8Array): string {
  let end = bytes.indexOf(0);
  if (end < 0) end = bytes.length;
  let text = '';
  for (let i = 0; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

const utf8 = new TextDecoder();
/** NUL-terminated UTF-8 text at `offset`; an unterminated one ends with the bytes. */
export function cString(bytes: Uint8Array, offset = 0): string {
  let end = bytes.indexOf(0, offset);
  if (end < 0) end = bytes.length;
  return utf8.decode(bytes.subarray(offset, end));
}

/** `value` rounded up to a multiple of `unit`, a power of two. */
export const alignUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
/** {@link alignUp} for addresses. */
export const alignUp64 = (value: bigint, unit: bigint): bigint => (value + unit - 1n) & ~(unit - 1n);

/** Number of `value`, or `out-of-range` when it is past what a file can hold. */
export function toOffset(value: bigint, path: string, offset?: number): number {
  if (value < 0n || value > 0x1fffffffffffffn)
    throw new MachOError('out-of-range', `0x${value.toString(16)} is no file offset or size`, { offset, path });
  return Number(value);
}

/** The greater of two addresses. */
export function maxAddress(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
/** The lesser of two addresses. */
export function minAddress(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
