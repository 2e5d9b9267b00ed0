// Generated from example.layout.ts by tooling/layouts.ts; do not edit.
import { type Fail, fits, fitsBig, fitsCount, getChars, need, setBytes, setChars } from '@internal/binary';

/** example: 86 bytes, little-endian. */
export interface Example {
  /** a word */
  magic: number;
  /** a long word */
  size: bigint;
  /** a byte */
  one: number;
  /** raw bytes */
  tag: Uint8Array;
  /** padded text */
  name: string;
  /** packed word */
  small: { low: number; high: number };
  /** packed long word */
  packed: { a: number; b: number; c: bigint };
  /** nested */
  origin: Point;
  /** nested, repeated */
  points: Point[];
  /** numbers */
  table: number[];
  /** long numbers */
  longs: bigint[];
  /** a double */
  ratio: number;
}

/** Bytes that example takes. */
export const ExampleSize = 86;

/**
 * Reads example (86 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readExample(bytes: Uint8Array, at: number, fail: Fail, path = 'example', base = 0): Example {
  need(bytes, at, 86, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Omit<Example, 'name' | 'small' | 'packed' | 'origin' | 'points'> & { name: Uint8Array; small: number; packed: bigint; origin: Uint8Array; points: Uint8Array };
  vars.magic = dataView.getUint32(offset, true);
  offset += 4;
  vars.size = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.one = dataView.getUint8(offset);
  offset += 1;
  vars.tag = bytes.subarray(offset, offset + 5);
  offset += 5;
  vars.name = bytes.subarray(offset, offset + 8);
  offset += 8;
  vars.small = dataView.getUint32(offset, true);
  offset += 4;
  vars.packed = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.origin = bytes.subarray(offset, offset + 6);
  offset += 6;
  vars.points = bytes.subarray(offset, offset + 12);
  offset += 12;
  vars.table = [];
  for (var $tmp0 = 3; $tmp0 > 0; $tmp0--) {
  var $tmp1 = dataView.getUint16(offset, true);
  offset += 2;
  vars.table.push($tmp1);
  }
  vars.longs = [];
  for (var $tmp2 = 2; $tmp2 > 0; $tmp2--) {
  var $tmp3 = dataView.getBigUint64(offset, true);
  offset += 8;
  vars.longs.push($tmp3);
  }
  vars.ratio = dataView.getFloat64(offset, true);
  return { ...vars, name: getChars(vars.name), small: { low: (vars.small >>> 0) & 0xfff, high: (vars.small >>> 12) & 0xfffff }, packed: { a: Number((vars.packed >> 0n) & 0xfffffn), b: Number((vars.packed >> 20n) & 0xfn), c: (vars.packed >> 24n) & 0xffffffffffn }, origin: readPoint(bytes, at + 38, fail, `${path}.origin`, base), points: Array.from({ length: 2 }, (_, i) => readPoint(bytes, at + 44 + i * 6, fail, `${path}.points[${i}]`, base)) };
}

/** Writes example (86 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writeExample(value: Example, bytes: Uint8Array, at: number, fail: Fail, path = 'example'): void {
  need(bytes, at, 86, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, fits(value.magic, 0, 0xffffffff, fail, `${path}.magic`), true);
  view.setBigUint64(at + 4, fitsBig(value.size, false, fail, `${path}.size`), true);
  view.setUint8(at + 12, fits(value.one, 0, 0xff, fail, `${path}.one`));
  setBytes(bytes, at + 13, 5, value.tag, fail, `${path}.tag`);
  setChars(bytes, at + 18, 8, value.name, fail, `${path}.name`);
  view.setUint32(at + 26, ((fits(value.small.low, 0, 0xfff, fail, `${path}.small.low`) << 0) | (fits(value.small.high, 0, 0xfffff, fail, `${path}.small.high`) << 12)) >>> 0, true);
  view.setBigUint64(at + 30, (BigInt(fits(value.packed.a, 0, 0xfffff, fail, `${path}.packed.a`)) << 0n) | (BigInt(fits(value.packed.b, 0, 0xf, fail, `${path}.packed.b`)) << 20n) | (fitsBig(value.packed.c, false, fail, `${path}.packed.c`) << 24n), true);
  writePoint(value.origin, bytes, at + 38, fail, `${path}.origin`);
  fitsCount(value.points.length, 2, fail, `${path}.points`);
  value.points.forEach((item, i) => writePoint(item, bytes, at + 44 + i * 6, fail, `${path}.points[${i}]`));
  fitsCount(value.table.length, 3, fail, `${path}.table`);
  value.table.forEach((item, i) => view.setUint16(at + 56 + i * 2, fits(item, 0, 0xffff, fail, `${path}.table[${i}]`), true));
  fitsCount(value.longs.length, 2, fail, `${path}.longs`);
  value.longs.forEach((item, i) => view.setBigUint64(at + 62 + i * 8, fitsBig(item, false, fail, `${path}.longs[${i}]`), true));
  view.setFloat64(at + 78, value.ratio, true);
}

/** point: 6 bytes, little-endian. */
export interface Point {
  /** first */
  x: number;
  /** second */
  y: number;
}

/** Bytes that point takes. */
export const PointSize = 6;

/**
 * Reads point (6 bytes) from `bytes` at offset `at`; `base` is added to offsets in errors.
 * Byte fields are views of `bytes`. Throws `truncated` when fewer bytes are there.
 */
export function readPoint(bytes: Uint8Array, at: number, fail: Fail, path = 'point', base = 0): Point {
  need(bytes, at, 6, fail, path, base);
  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = at;
  const vars = {} as Point;
  vars.x = dataView.getInt32(offset, true);
  offset += 4;
  vars.y = dataView.getUint16(offset, false);
  return vars;
}

/** Writes point (6 bytes) into `bytes` at offset `at`. Throws `out-of-range` for values that do not fit. */
export function writePoint(value: Point, bytes: Uint8Array, at: number, fail: Fail, path = 'point'): void {
  need(bytes, at, 6, fail, path, 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setInt32(at, fits(value.x, -0x80000000, 0x7fffffff, fail, `${path}.x`), true);
  view.setUint16(at + 4, fits(value.y, 0, 0xffff, fail, `${path}.y`), false);
}
