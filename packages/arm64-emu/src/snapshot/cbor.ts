/**
 * The part of CBOR (RFC 8949) that snapshots use: integers, doubles, text, bytes, arrays, maps, tags 2 for bigints and
 * 64 to 79 for typed arrays (RFC 8746, little-endian). Lengths are definite.
 */
import { SnapshotError } from './error.js';

/** Arrays of numbers of one size. */
export type TypedArray = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | BigUint64Array;

/** What can be encoded. Numbers and bigints stay what they are. */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | TypedArray
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly [key: string]: Value };

/** Tags of typed arrays other than bytes: RFC 8746, 2.1. */
const ARRAYS = [
  [69, Uint16Array],
  [70, Uint32Array],
  [71, BigUint64Array],
  [72, Int8Array],
  [77, Int16Array],
  [78, Int32Array],
] as const;
const POSITIVE_BIGNUM = 2;
/** A map whose keys are not text, as RFC 8949 leaves to applications: tag 259 of the registry. */
const MAP = 259;
const MAX_DEPTH = 32;

/** Encodes one value. */
export function encode(value: Value): Uint8Array {
  const writer = new Writer();
  writer.value(value);
  return writer.finish();
}

/** Decodes one value that fills `bytes`; throws {@link SnapshotError} `truncated` or `bad-value`. */
export function decode(bytes: Uint8Array): Value {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new SnapshotError('bad-value', 'bytes follow the value', { offset: reader.at });
  return value;
}

class Writer {
  private bytes = new Uint8Array(4096);
  private length = 0;

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  value(v: Value): void {
    if (v === undefined) this.byte(0xf7);
    else if (v === null) this.byte(0xf6);
    else if (typeof v === 'boolean') this.byte(v ? 0xf5 : 0xf4);
    else if (typeof v === 'number') this.number(v);
    else if (typeof v === 'bigint') this.bigint(v);
    else if (typeof v === 'string') this.string(3, new TextEncoder().encode(v));
    else if (v instanceof Uint8Array) this.string(2, v);
    else if (ArrayBuffer.isView(v)) this.typed(v as TypedArray);
    else if (Array.isArray(v)) {
      this.head(4, v.length);
      for (const item of v) this.value(item);
    } else if (v instanceof Map) {
      this.head(6, MAP);
      this.head(5, v.size);
      for (const [key, item] of v) {
        this.value(key);
        this.value(item);
      }
    } else {
      const entries = Object.entries(v);
      this.head(5, entries.length);
      for (const [key, item] of entries) {
        this.value(key);
        this.value(item);
      }
    }
  }

  private number(v: number): void {
    if (Number.isSafeInteger(v) && !Object.is(v, -0)) this.head(v < 0 ? 1 : 0, v < 0 ? -1 - v : v);
    else {
      const at = this.reserve(9);
      this.bytes[at] = 0xfb;
      new DataView(this.bytes.buffer).setFloat64(at + 1, v);
    }
  }
  private bigint(v: bigint): void {
    if (v < 0n) throw new RangeError('state consists of unsigned bigints');
    const hex = v === 0n ? '' : v.toString(16);
    const bytes = new Uint8Array(Math.ceil(hex.length / 2));
    const padded = hex.padStart(bytes.length * 2, '0');
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(padded.slice(2 * i, 2 * i + 2), 16);
    this.head(6, POSITIVE_BIGNUM);
    this.string(2, bytes);
  }
  private typed(v: TypedArray): void {
    const [tag] = ARRAYS.find(([, type]) => v instanceof type)!;
    this.head(6, tag);
    this.string(2, new Uint8Array(v.buffer, v.byteOffset, v.byteLength));
  }
  private string(major: number, bytes: Uint8Array): void {
    this.head(major, bytes.length);
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
  }
  private head(major: number, n: number): void {
    const [code, size] =
      n < 24 ? [n, 0] : n < 0x100 ? [24, 1] : n < 0x10000 ? [25, 2] : n < 2 ** 32 ? [26, 4] : [27, 8];
    const at = this.reserve(1 + size);
    this.bytes[at] = (major << 5) | code;
    for (let i = size, rest = n; i > 0; i--, rest = Math.floor(rest / 256)) this.bytes[at + i] = rest % 256;
  }
  private byte(b: number): void {
    const at = this.reserve(1);
    this.bytes[at] = b;
  }
  private reserve(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return at;
  }
}

class Reader {
  at = 0;
  private readonly view: DataView;

  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    // A Buffer's `slice` would not copy.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): Value {
    if (depth > MAX_DEPTH) throw this.bad('values are nested too deeply');
    const initial = this.take(1)[0]!;
    const [major, code] = [initial >> 5, initial & 31];
    if (major === 7) return this.simple(code);
    const n = this.argument(code);
    switch (major) {
      case 0:
        return n;
      case 1:
        return -1 - n;
      case 2:
        return this.take(n).slice();
      case 3:
        return new TextDecoder().decode(this.take(n));
      case 4:
        return this.items(n, depth);
      case 5:
        return Object.fromEntries(this.entries(n, depth).map(([key, v]) => [String(key), v]));
      default:
        return this.tagged(n, depth);
    }
  }

  private tagged(tag: number, depth: number): Value {
    if (tag === MAP) {
      const initial = this.take(1)[0]!;
      if (initial >> 5 !== 5) throw this.bad('not a map');
      return new Map(this.entries(this.argument(initial & 31), depth));
    }
    const bytes = this.value(depth + 1);
    if (!(bytes instanceof Uint8Array)) throw this.bad('not a string of bytes');
    if (tag === POSITIVE_BIGNUM) return bytes.reduce((v, b) => (v << 8n) | BigInt(b), 0n);
    const type = ARRAYS.find(([number]) => number === tag)?.[1];
    if (type === undefined || bytes.length % type.BYTES_PER_ELEMENT !== 0)
      throw this.bad(`tag ${tag} is not used here`);
    return new type(bytes.buffer as ArrayBuffer, 0, bytes.length / type.BYTES_PER_ELEMENT);
  }
  private simple(code: number): Value {
    if (code === 27) {
      this.take(8);
      return this.view.getFloat64(this.at - 8);
    }
    if (code < 20 || code > 23) throw this.bad('a simple value that is not used here');
    return [false, true, null, undefined][code - 20];
  }
  private items(n: number, depth: number): Value[] {
    this.enough(n);
    return Array.from({ length: n }, () => this.value(depth + 1));
  }
  private entries(n: number, depth: number): [Value, Value][] {
    this.enough(2 * n);
    return Array.from({ length: n }, () => [this.value(depth + 1), this.value(depth + 1)]);
  }
  private argument(code: number): number {
    if (code < 24) return code;
    if (code > 27) throw this.bad('a length that is not used here');
    const n = this.take(1 << (code - 24)).reduce((v, b) => v * 256 + b, 0);
    if (!Number.isSafeInteger(n)) throw this.bad('a number that is too large');
    return n;
  }
  private take(n: number): Uint8Array {
    this.enough(n);
    this.at += n;
    return this.bytes.subarray(this.at - n, this.at);
  }
  /** Every item takes a byte at least. */
  private enough(n: number): void {
    if (n > this.bytes.length - this.at) throw new SnapshotError('truncated', 'the snapshot ends', { offset: this.at });
  }
  private bad(reason: string): SnapshotError {
    return new SnapshotError('bad-value', reason, { offset: this.at });
  }
}
