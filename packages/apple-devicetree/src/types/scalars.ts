import { decodeText, encodeText, latin1, viewOf } from '../bytes.js';
import { fail } from '../error.js';
import type { ValueType } from './value-type.js';

/** A little-endian number in a fixed number of bytes. */
interface Scalar<T extends number | bigint | string> {
  readonly name: string;
  readonly size: number;
  get(view: DataView, at: number): T;
  put(view: DataView, at: number, value: T): void;
}

const describe = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value.slice(0, 40))
    : typeof value === 'object'
      ? 'an object or list'
      : String(value);

/** A whole number from a number, a bigint, or their text (as JSON has it): decimal, or hexadecimal after `0x`. */
export function wholeNumber(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^(0x[0-9a-fA-F]{1,48}|\d{1,40})$/.test(value)) return BigInt(value);
  throw fail('bad-value', `${describe(value)} is not a whole number`);
}

/** Whether a number stays the same in text: not NaN, an infinity or minus zero. */
const survives = (value: unknown): boolean =>
  typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0));

const integer = (bits: 8 | 16 | 24 | 32): Scalar<number> => ({
  name: `u${bits}`,
  size: bits / 8,
  get(view, at) {
    if (bits === 8) return view.getUint8(at);
    if (bits === 16) return view.getUint16(at, true);
    if (bits === 24) return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    return view.getUint32(at, true);
  },
  put(view, at, value) {
    const number = typeof value === 'number' && Number.isInteger(value) ? value : Number(wholeNumber(value));
    if (number < 0 || number >= 2 ** bits) throw fail('out-of-range', `${number} does not fit in ${bits} bits`);
    if (bits === 32) view.setUint32(at, number, true);
    else for (let i = 0; i < bits / 8; i++) view.setUint8(at + i, (number >>> (8 * i)) & 0xff);
  },
});

export const scalar = {
  u8: integer(8),
  u16: integer(16),
  u24: integer(24),
  u32: integer(32),
  u64: {
    name: 'u64',
    size: 8,
    get: (view, at) => view.getBigUint64(at, true),
    put(view, at, value) {
      const wide = wholeNumber(value);
      if (wide < 0n || wide > 0xffffffffffffffffn) throw fail('out-of-range', `${wide} does not fit in 64 bits`);
      view.setBigUint64(at, wide, true);
    },
  } satisfies Scalar<bigint>,
  /** IEEE 754 single precision. */
  f32: {
    name: 'f32',
    size: 4,
    get: (view, at) => view.getFloat32(at, true),
    put(view, at, value) {
      if (typeof value !== 'number') throw fail('bad-value', `${describe(value)} is not a number`);
      view.setFloat32(at, value, true);
    },
  } satisfies Scalar<number>,
  /** Four characters kept as a number, so that memory has them in reverse. */
  fourcc: {
    name: 'fourcc',
    size: 4,
    get: (view, at) =>
      String.fromCharCode(view.getUint8(at + 3), view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at)),
    put(view, at, value) {
      if (typeof value !== 'string' || value.length !== 4)
        throw fail('bad-value', `${describe(value)} is not a four-character code`);
      for (let i = 0; i < 4; i++) {
        const code = value.charCodeAt(i);
        if (code > 0xff) throw fail('bad-value', `${describe(value)} is not a four-character code`);
        view.setUint8(at + 3 - i, code);
      }
    },
  } satisfies Scalar<string>,
} as const;

/** Names of the numbers and codes that records and lists are made of. */
export type ScalarName = keyof typeof scalar;
/** What each scalar decodes to. */
export interface ScalarValue {
  u8: number;
  u16: number;
  u24: number;
  u32: number;
  u64: bigint;
  f32: number;
  fourcc: string;
}

/** @internal The scalar of that name, with its value's type erased. */
export const anyScalar = (name: ScalarName): Scalar<number | bigint | string> =>
  scalar[name] as unknown as Scalar<number | bigint | string>;

/** A single number or code. */
export function one<Name extends ScalarName>(name: Name): ValueType<ScalarValue[Name]> {
  const { size, get, put } = anyScalar(name);
  return {
    id: name,
    decode(bytes) {
      if (bytes.length !== size) return undefined;
      // By far the most frequent type: no view for it.
      if (name === 'u32')
        return ((bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0) as ScalarValue[Name];
      const value = get(viewOf(bytes), 0) as ScalarValue[Name];
      return survives(value) ? value : undefined;
    },
    encode(value) {
      const bytes = new Uint8Array(size);
      put(viewOf(bytes), 0, value);
      return bytes;
    },
  };
}

/** As many numbers or codes as there are bytes for. */
export function list<Name extends ScalarName>(name: Name): ValueType<readonly ScalarValue[Name][]> {
  const { size, get, put } = anyScalar(name);
  return {
    id: `${name}[]`,
    decode(bytes) {
      if (bytes.length % size !== 0) return undefined;
      const view = viewOf(bytes);
      const values: ScalarValue[Name][] = [];
      for (let at = 0; at < bytes.length; at += size) {
        const value = get(view, at) as ScalarValue[Name];
        if (!survives(value)) return undefined;
        values.push(value);
      }
      return values;
    },
    encode(values) {
      if (!Array.isArray(values)) throw fail('bad-value', `${describe(values)} is not a list`);
      const bytes = new Uint8Array(values.length * size);
      const view = viewOf(bytes);
      values.forEach((value, i) => {
        put(view, i * size, value);
      });
      return bytes;
    },
  };
}

const checkText = (value: unknown): string => {
  if (typeof value !== 'string') throw fail('bad-value', `${describe(value)} is not text`);
  if (value.includes('\0')) throw fail('bad-value', 'text has a NUL inside');
  return value;
};

/** NUL-terminated UTF-8 text. */
export const string: ValueType<string> = {
  id: 'string',
  decode(bytes) {
    const end = bytes.length - 1;
    return end >= 0 && bytes.indexOf(0) === end ? decodeText(bytes.subarray(0, end)) : undefined;
  },
  encode: value => encodeText(`${checkText(value)}\0`),
};

/** NUL-terminated texts, one after the other. */
export const strings: ValueType<readonly string[]> = {
  id: 'strings',
  decode(bytes) {
    if (bytes.length === 0 || bytes[bytes.length - 1] !== 0) return undefined;
    return decodeText(bytes.subarray(0, bytes.length - 1))?.split('\0');
  },
  encode(values) {
    if (!Array.isArray(values) || values.length === 0)
      throw fail('bad-value', `${describe(values)} is not a list of texts`);
    return encodeText(values.map(value => `${checkText(value)}\0`).join(''));
  },
};

/** Largest field of {@link text} that is read by its id or guessed, in bytes: a few characters must not ask for gigabytes. */
export const MAX_TEXT = 0x10000;

/** Text in a field of a fixed size, filled up with NULs. */
export function text(size: number): ValueType<string> {
  return {
    id: `text<${size}>`,
    decode(bytes) {
      if (bytes.length !== size) return undefined;
      const nul = bytes.indexOf(0);
      const end = nul < 0 ? size : nul;
      for (let i = end; i < size; i++) if (bytes[i] !== 0) return undefined;
      return decodeText(bytes.subarray(0, end));
    },
    encode(value) {
      const bytes = new Uint8Array(size);
      const encoded = encodeText(checkText(value));
      if (encoded.length > size) throw fail('out-of-range', `text of ${encoded.length} bytes in a field of ${size}`);
      bytes.set(encoded);
      return bytes;
    },
  };
}

/** Nothing: the property says something by being there. */
export const flag: ValueType<true> = {
  id: 'flag',
  decode: bytes => (bytes.length === 0 ? true : undefined),
  encode(value) {
    if (value !== true) throw fail('bad-value', `${describe(value)} is not true`);
    return new Uint8Array();
  },
};

/** Any bytes. */
export const hex: ValueType<Uint8Array> = {
  id: 'hex',
  decode: bytes => bytes,
  encode(value) {
    if (!(value instanceof Uint8Array)) throw fail('bad-value', `${describe(value)} is not bytes`);
    return value;
  },
};

/** NUL-terminated Latin-1 text of a placeholder. @internal */
export const placeholderText = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return latin1(bytes, 0, end < 0 ? bytes.length : end);
};
