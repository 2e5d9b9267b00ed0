/**
 * Declarations of fixed binary structures. One declaration gives, at build time, the TypeScript interface, a
 * bounds-checked reader (its code comes from binary-parser's `getCode()`), and a writer: see tooling/layouts.ts.
 *
 * ```ts
 * // mach-header.layout.ts
 * export const MachHeader64 = layout('mach_header_64', 'little', {
 *   magic: u32('0xfeedfacf'),
 *   cputype: i32('cpu_type_t'),
 * });
 * ```
 * `npx tsx tooling/layouts.ts` then writes `mach-header.generated.ts` with `interface MachHeader64`,
 * `MachHeader64Size`, `readMachHeader64(bytes, at, fail, path?, base?)` and `writeMachHeader64(value, bytes, at, fail, path?)`.
 * All 64-bit integers are bigints. Layouts may nest and may be repeated with `array`.
 */
export type Endian = 'little' | 'big';

export type IntKind = 'u8' | 'u16' | 'u32' | 'u64' | 'i8' | 'i16' | 'i32' | 'i64';

/** One field of a layout. `doc` becomes the doc comment of the interface's property. */
export type Field =
  | { readonly kind: IntKind; readonly doc: string; readonly endian?: Endian }
  | { readonly kind: 'f32' | 'f64'; readonly doc: string }
  | { readonly kind: 'bytes' | 'chars'; readonly length: number; readonly doc: string }
  | {
      readonly kind: 'bits';
      readonly word: 'u32' | 'u64';
      readonly fields: Readonly<Record<string, number>>;
      readonly doc: string;
    }
  | { readonly kind: 'struct'; readonly layout: Layout; readonly doc: string }
  | { readonly kind: 'array'; readonly of: IntKind | Layout; readonly count: number; readonly doc: string };

export interface Layout {
  /** Name in the specification or header file; errors' paths begin with it. */
  readonly name: string;
  readonly endian: Endian;
  readonly fields: Readonly<Record<string, Field>>;
  /** Bytes. */
  readonly size: number;
}

const WIDTH: Record<IntKind | 'f32' | 'f64', number> = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
};

/** Bytes that a field takes. */
export function fieldSize(field: Field): number {
  switch (field.kind) {
    case 'bytes':
    case 'chars':
      return field.length;
    case 'bits':
      return WIDTH[field.word];
    case 'struct':
      return field.layout.size;
    case 'array':
      return field.count * (typeof field.of === 'string' ? WIDTH[field.of] : field.of.size);
    default:
      return WIDTH[field.kind];
  }
}

/** Declares a structure. Fields follow each other without padding; declare padding as `bytes`. */
export function layout(name: string, endian: Endian, fields: Readonly<Record<string, Field>>): Layout {
  for (const [key, field] of Object.entries(fields))
    if (field.kind === 'bits') {
      const width = Object.values(field.fields).reduce((sum, bits) => sum + bits, 0);
      if (width !== WIDTH[field.word] * 8) throw new Error(`${name}.${key}: ${width} bits in a ${field.word}`);
    }
  return { name, endian, fields, size: Object.values(fields).reduce((sum, field) => sum + fieldSize(field), 0) };
}

const int =
  (kind: IntKind) =>
  (doc: string, endian?: Endian): Field =>
    endian === undefined ? { kind, doc } : { kind, doc, endian };
export const u8 = int('u8');
export const u16 = int('u16');
export const u32 = int('u32');
export const u64 = int('u64');
export const i8 = int('i8');
export const i16 = int('i16');
export const i32 = int('i32');
export const i64 = int('i64');
export const f32 = (doc: string): Field => ({ kind: 'f32', doc });
export const f64 = (doc: string): Field => ({ kind: 'f64', doc });
/** Raw bytes: a view of the input when read. */
export const bytes = (length: number, doc: string): Field => ({ kind: 'bytes', length, doc });
/** NUL-padded Latin-1 text. What stands behind the first NUL is not kept: use `bytes` where that matters. */
export const chars = (length: number, doc: string): Field => ({ kind: 'chars', length, doc });
/** Bit fields of one word, least significant first; read as an object of numbers (bigints above 32 bits). */
export const bits = (word: 'u32' | 'u64', fields: Readonly<Record<string, number>>, doc: string): Field => ({
  kind: 'bits',
  word,
  fields,
  doc,
});
export const struct = (of: Layout, doc: string): Field => ({ kind: 'struct', layout: of, doc });
export const array = (of: IntKind | Layout, count: number, doc: string): Field => ({ kind: 'array', of, count, doc });
