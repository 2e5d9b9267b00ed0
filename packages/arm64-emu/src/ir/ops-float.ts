/** Scalar floating-point operations. Folding follows the host: NaN payloads are not to be relied on. */
import type { Const } from './node.js';
import { OperationRows } from './operation.js';

const list = new OperationRows();
const operation = list.add;
/** Rows of the operation table. */
export const FLOAT_OPERATIONS = list.rows;

const n = (x: Const | undefined): number => x as number;
const bit = (x: boolean): number => (x ? 1 : 0);
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);

const f64 = new Float64Array(1);
const u64View = new BigUint64Array(f64.buffer);
const f32 = new Float32Array(1);
const i32View = new Int32Array(f32.buffer);

/** Bit patterns of floats and back. */
export function f64Bits(x: number): bigint {
  f64[0] = x;
  return u64View[0]!;
}
export function f64From(x: bigint): number {
  u64View[0] = x;
  return f64[0]!;
}
export function f32Bits(x: number): number {
  f32[0] = x;
  return i32View[0]!;
}
export function f32From(x: number): number {
  i32View[0] = x;
  return f32[0]!;
}

/** Round to nearest, ties to even. */
export function nearest(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const magic = x < 0 || Object.is(x, -0) ? -(2 ** 52) : 2 ** 52;
  const r = x + magic - magic;
  return r === 0 && magic < 0 ? -0 : r;
}

type Unary = (x: number) => number;
type Binary = (x: number, y: number) => number;
const UNARY: Record<string, readonly [code64: number, code32: number, f: Unary]> = {
  abs: [0x99, 0x8b, Math.abs],
  neg: [0x9a, 0x8c, x => -x],
  ceil: [0x9b, 0x8d, Math.ceil],
  floor: [0x9c, 0x8e, Math.floor],
  trunc: [0x9d, 0x8f, Math.trunc],
  nearest: [0x9e, 0x90, nearest],
  sqrt: [0x9f, 0x91, Math.sqrt],
};
const BINARY: Record<string, readonly [code64: number, code32: number, f: Binary]> = {
  add: [0xa0, 0x92, (x, y) => x + y],
  sub: [0xa1, 0x93, (x, y) => x - y],
  mul: [0xa2, 0x94, (x, y) => x * y],
  div: [0xa3, 0x95, (x, y) => x / y],
  min: [0xa4, 0x96, Math.min],
  max: [0xa5, 0x97, Math.max],
};
const COMPARE: Record<string, readonly [code64: number, code32: number, f: (x: number, y: number) => boolean]> = {
  eq: [0x61, 0x5b, (x, y) => x === y],
  ne: [0x62, 0x5c, (x, y) => x !== y],
  lt: [0x63, 0x5d, (x, y) => x < y],
  gt: [0x64, 0x5e, (x, y) => x > y],
  le: [0x65, 0x5f, (x, y) => x <= y],
  ge: [0x66, 0x60, (x, y) => x >= y],
};
for (const [name, [c64, c32, f]] of Object.entries(UNARY)) {
  operation(`f64.${name}`, 'f64', [c64], x => f(n(x)));
  operation(`f32.${name}`, 'f32', [c32], x => Math.fround(f(n(x))));
}
for (const [name, [c64, c32, f]] of Object.entries(BINARY)) {
  operation(`f64.${name}`, 'f64', [c64], (x, y) => f(n(x), n(y)));
  operation(`f32.${name}`, 'f32', [c32], (x, y) => Math.fround(f(n(x), n(y))));
}
for (const [name, [c64, c32, f]] of Object.entries(COMPARE)) {
  operation(`f64.${name}`, 'i32', [c64], (x, y) => bit(f(n(x), n(y))));
  operation(`f32.${name}`, 'i32', [c32], (x, y) => bit(f(n(x), n(y))));
}
operation('f64.bits', 'i64', [0xbd], x => f64Bits(n(x)));
operation('i64.float', 'f64', [0xbf], x => f64From(x as bigint));
operation('f32.bits', 'i32', [0xbc], x => f32Bits(n(x)));
operation('i32.float', 'f32', [0xbe], x => f32From(n(x)));
operation('f64.promote', 'f64', [0xbb], x => x!);
operation('f32.demote', 'f32', [0xb6], x => Math.fround(n(x)));
operation('f64.convert_i32_s', 'f64', [0xb7], x => x!);
operation('f64.convert_i32_u', 'f64', [0xb8], x => n(x) >>> 0);
operation('f64.convert_i64_s', 'f64', [0xb9], x => Number(BigInt.asIntN(64, x as bigint)));
operation('f64.convert_i64_u', 'f64', [0xba], x => Number(x));
operation('f32.convert_i32_s', 'f32', [0xb2], x => Math.fround(n(x)));
operation('f32.convert_i32_u', 'f32', [0xb3], x => Math.fround(n(x) >>> 0));

function saturate(low: bigint, high: bigint, x: number): bigint {
  if (Number.isNaN(x)) return 0n;
  if (x <= Number(low)) return low;
  return x >= Number(high) ? high : BigInt(Math.trunc(x));
}
const MIN32 = -(1n << 31n);
const MIN64 = -(1n << 63n);
for (const [from, add] of [
  ['f32', 0],
  ['f64', 2],
] as const) {
  operation(`i32.trunc_${from}_s`, 'i32', [0xfc, add], x => Number(saturate(MIN32, ~MIN32, n(x))));
  operation(`i32.trunc_${from}_u`, 'i32', [0xfc, 1 + add], x => Number(saturate(0n, (1n << 32n) - 1n, n(x))) | 0);
  operation(`i64.trunc_${from}_s`, 'i64', [0xfc, 4 + add], x => u64(saturate(MIN64, ~MIN64, n(x))));
  operation(`i64.trunc_${from}_u`, 'i64', [0xfc, 5 + add], x => saturate(0n, (1n << 64n) - 1n, n(x)));
}
