import { decodeText, encodeText, viewOf } from '../bytes.js';
import { fail } from '../error.js';
import { anyScalar, type ScalarName, type ScalarValue } from './scalars.js';
import type { ValueType } from './value-type.js';

/** A field's type: a scalar, `text:N` (NUL-padded text in N bytes), `hex:N` (N bytes) or `u32:N` (N numbers). */
export type FieldType = ScalarName | `text:${number}` | `hex:${number}` | `${'u8' | 'u16' | 'u32'}:${number}`;
type FieldValue<Type extends FieldType> = Type extends ScalarName
  ? ScalarValue[Type]
  : Type extends `text:${number}`
    ? string
    : Type extends `hex:${number}`
      ? Uint8Array
      : readonly number[];

/** Fields in the order of the bytes. */
export type Fields = readonly (readonly [name: string, type: FieldType])[];
/** The object that {@link Fields} decode to. */
export type RecordOf<F extends Fields> = { readonly [Field in F[number] as Field[0]]: FieldValue<Field[1]> };

type AnyValue = number | bigint | string | Uint8Array | readonly number[];

interface Field {
  readonly name: string;
  readonly size: number;
  get(bytes: Uint8Array, view: DataView, at: number): AnyValue | undefined;
  put(bytes: Uint8Array, view: DataView, at: number, value: AnyValue): void;
}

function field(name: string, type: FieldType): Field {
  const [kind, count] = type.split(':') as [ScalarName | 'text' | 'hex', string | undefined];
  const size = Number(count ?? 0);
  if (kind === 'text')
    return {
      name,
      size,
      get(bytes, _view, at) {
        let end = at;
        while (end < at + size && bytes[end] !== 0) end++;
        for (let i = end; i < at + size; i++) if (bytes[i] !== 0) return undefined;
        return decodeText(bytes.subarray(at, end));
      },
      put(bytes, _view, at, value) {
        const encoded = typeof value === 'string' ? encodeText(value) : undefined;
        if (encoded === undefined || encoded.includes(0)) throw fail('bad-value', 'this field is text without NUL');
        if (encoded.length > size) throw fail('out-of-range', `text of ${encoded.length} bytes in a field of ${size}`);
        bytes.set(encoded, at);
      },
    };
  if (kind === 'hex')
    return {
      name,
      size,
      get: (bytes, _view, at) => bytes.slice(at, at + size),
      put(bytes, _view, at, value) {
        if (!(value instanceof Uint8Array) || value.length !== size)
          throw fail('bad-value', `this field is ${size} bytes`);
        bytes.set(value, at);
      },
    };
  const element = anyScalar(kind);
  if (count === undefined)
    return {
      name,
      size: element.size,
      get: (_bytes, view, at) => element.get(view, at),
      put: (_bytes, view, at, value) => element.put(view, at, value as number),
    };
  return {
    name,
    size: element.size * size,
    get: (_bytes, view, at) =>
      Array.from({ length: size }, (_, i) => element.get(view, at + i * element.size) as number),
    put(_bytes, view, at, value) {
      if (!Array.isArray(value) || value.length !== size)
        throw fail('bad-value', `this field is a list of ${size} numbers`);
      value.forEach((number: number, i) => {
        element.put(view, at + i * element.size, number);
      });
    },
  };
}

/** A type whose values are lists of one record; `recordSize` is in bytes. */
export interface RecordType<T> extends ValueType<readonly T[]> {
  readonly recordSize: number;
}

/**
 * Records of a fixed layout, one after the other.
 *
 * @param id the type's name in text forms, without `[]`
 * @param fields name and type of each field in order; the one declaration from which reader, writer and types come
 */
export function records<const F extends Fields>(id: string, fields: F): RecordType<RecordOf<F>> {
  const laidOut: (Field & { readonly at: number })[] = [];
  let recordSize = 0;
  for (const [name, type] of fields) {
    const made = field(name, type);
    laidOut.push({ ...made, at: recordSize });
    recordSize += made.size;
  }
  return {
    id: `${id}[]`,
    recordSize,
    decode(bytes) {
      if (bytes.length === 0 || bytes.length % recordSize !== 0) return undefined;
      const view = viewOf(bytes);
      const values: RecordOf<F>[] = [];
      for (let start = 0; start < bytes.length; start += recordSize) {
        const value: Record<string, AnyValue> = {};
        for (const { name, at, get } of laidOut) {
          const part = get(bytes, view, start + at);
          if (part === undefined) return undefined;
          value[name] = part;
        }
        values.push(value as unknown as RecordOf<F>);
      }
      return values;
    },
    encode(values) {
      if (!Array.isArray(values)) throw fail('bad-value', `this is a list of ${id} records`);
      const bytes = new Uint8Array(values.length * recordSize);
      const view = viewOf(bytes);
      values.forEach((value: Record<string, AnyValue>, i) => {
        for (const { name, at, put } of laidOut) {
          const part = value?.[name];
          if (part === undefined) throw fail('bad-value', `a ${id} record needs ${name}`, { path: `[${i}].${name}` });
          put(bytes, view, i * recordSize + at, part);
        }
      });
      return bytes;
    },
  };
}
