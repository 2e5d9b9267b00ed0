import { MachOError } from '../error.js';
import { plainBytes, viewOf } from '../source.js';
import type { PlistValue } from './value.js';

const MAX_DEPTH = 128;

/** Whether bytes begin like a binary property list. */
export const isBinaryPlist = (bytes: Uint8Array): boolean =>
  bytes.length >= 40 && String.fromCharCode(...bytes.subarray(0, 8)) === 'bplist00';

/** CoreFoundation's binary property list: offset table at the end, objects by number. */
class BinaryPlistReader {
  private readonly view: DataView;
  private readonly offsets: number[];
  private readonly refSize: number;
  private readonly top: number;
  private budget: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly base: number,
  ) {
    this.view = viewOf(bytes);
    const trailer = bytes.length - 32;
    const offsetSize = bytes[trailer + 6]!;
    this.refSize = bytes[trailer + 7]!;
    const count = Number(this.view.getBigUint64(trailer + 8));
    this.top = Number(this.view.getBigUint64(trailer + 16));
    const table = Number(this.view.getBigUint64(trailer + 24));
    if (
      ![1, 2, 4, 8].includes(offsetSize) ||
      ![1, 2, 4, 8].includes(this.refSize) ||
      count * offsetSize > trailer - table
    )
      throw this.fail('bad trailer', trailer);
    this.offsets = Array.from({ length: count }, (_, i) => this.uint(table + i * offsetSize, offsetSize));
    // Shared objects are read once per reference; more than this is an attack.
    this.budget = 4 * bytes.length + 1024;
  }

  private fail(reason: string, at: number): MachOError {
    return new MachOError('bad-plist', reason, { offset: this.base + at, path: 'bplist' });
  }

  private uint(at: number, size: number): number {
    if (at < 0 || at + size > this.bytes.length) throw this.fail('passes the end', at);
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.bytes[at + i]!;
    return value;
  }

  private slice(at: number, size: number): Uint8Array {
    if (!(size >= 0 && at + size <= this.bytes.length)) throw this.fail(`${size} bytes pass the end`, at);
    return this.bytes.subarray(at, at + size);
  }

  object(index: number, depth: number): PlistValue {
    const at = this.offsets[index];
    if (at === undefined || at >= this.bytes.length) throw this.fail(`no object ${index}`, 0);
    if (depth > MAX_DEPTH || --this.budget < 0)
      throw new MachOError('limit', 'nested too deep or too often', { offset: this.base + at, path: 'bplist' });
    const marker = this.bytes[at]!;
    const kind = marker >> 4;
    let length = marker & 15;
    let p = at + 1;
    if (kind === 1) {
      const size = 2 ** length;
      const bytes = this.slice(p, size);
      let value = 0n;
      for (const byte of bytes) value = (value << 8n) | BigInt(byte);
      return size === 8 ? BigInt.asIntN(64, value) : value;
    }
    if (kind === 2)
      return length === 2 ? viewOf(this.slice(p, 4)).getFloat32(0) : viewOf(this.slice(p, 8)).getFloat64(0);
    if (kind === 3) return new Date((viewOf(this.slice(p, 8)).getFloat64(0) + 978307200) * 1000);
    if (marker === 8 || marker === 9) return marker === 9;
    if (length === 15) {
      const size = 2 ** (this.uint(p, 1) & 15);
      if (size > 8) throw this.fail('bad length', p);
      length = this.uint(p + 1, size);
      p += 1 + size;
    }
    switch (kind) {
      case 4:
        return this.slice(p, length).slice();
      case 5:
        return String.fromCharCode(...this.slice(p, length));
      case 6:
        return new TextDecoder('utf-16be').decode(this.slice(p, length * 2));
      case 8:
        return BigInt(this.uint(p, length + 1));
      case 10:
      case 12:
        this.slice(p, length * this.refSize);
        return Array.from({ length }, (_, i) => this.object(this.uint(p + i * this.refSize, this.refSize), depth + 1));
      case 13: {
        this.slice(p, length * 2 * this.refSize);
        const dict = new Map<string, PlistValue>();
        for (let i = 0; i < length; i++) {
          const key = this.object(this.uint(p + i * this.refSize, this.refSize), depth + 1);
          const value = this.object(this.uint(p + (length + i) * this.refSize, this.refSize), depth + 1);
          if (typeof key !== 'string') throw this.fail('key is no text', at);
          dict.set(key, value);
        }
        return dict;
      }
      default:
        throw this.fail(`unknown object 0x${marker.toString(16)}`, at);
    }
  }

  document(): PlistValue {
    return this.object(this.top, 0);
  }
}

/** Value of a binary property list. Throws `bad-plist` and `limit`. */
export const parseBinaryPlist = (bytes: Uint8Array, base = 0): PlistValue =>
  new BinaryPlistReader(plainBytes(bytes), base).document();
