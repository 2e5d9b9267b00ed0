import type { Fail } from './error.js';

/** Reads little- and big-endian integers and bytes in order, within bounds. */
export class Cursor {
  readonly view: DataView;

  /**
   * @param bytes what to read
   * @param fail makes the error thrown when a read passes the end
   * @param offset where to start, in bytes
   * @param path field path that errors begin with
   * @param base offset of `bytes[0]` in the input that errors refer to
   */
  constructor(
    readonly bytes: Uint8Array,
    readonly fail: Fail,
    public offset = 0,
    public path = '',
    readonly base = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  /** Moves past `size` bytes and returns where they began; throws `truncated` when fewer are left. */
  take(size: number, what = 'data'): number {
    const at = this.offset;
    if (size < 0 || size > this.bytes.length - at)
      throw this.fail('truncated', `${what} needs ${size} bytes, ${Math.max(0, this.bytes.length - at)} are left`, {
        offset: this.base + at,
        path: this.path,
      });
    this.offset = at + size;
    return at;
  }

  u8(what?: string): number {
    return this.bytes[this.take(1, what)]!;
  }
  u16(what?: string): number {
    return this.view.getUint16(this.take(2, what), true);
  }
  u32(what?: string): number {
    return this.view.getUint32(this.take(4, what), true);
  }
  u64(what?: string): bigint {
    return this.view.getBigUint64(this.take(8, what), true);
  }
  u32be(what?: string): number {
    return this.view.getUint32(this.take(4, what), false);
  }
  /** A view of the next `size` bytes; not a copy. */
  slice(size: number, what?: string): Uint8Array {
    const at = this.take(size, what);
    return this.bytes.subarray(at, at + size);
  }
}
