/** Integer operations. */
import type { Const } from './node.js';
import { OperationRows } from './operation.js';

const list = new OperationRows();
const operation = list.add;
/** Rows of the operation table. */
export const INTEGER_OPERATIONS = list.rows;

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const s64 = (x: bigint): bigint => BigInt.asIntN(64, x);
const bit = (x: boolean): number => (x ? 1 : 0);
const n = (x: Const | undefined): number => x as number;
const b = (x: Const | undefined): bigint => x as bigint;

type Compare = readonly [
  code: number,
  number: (x: number, y: number) => boolean,
  big: (x: bigint, y: bigint) => boolean,
];
const COMPARE: Record<string, Compare> = {
  eq: [0x46, (x, y) => x === y, (x, y) => x === y],
  ne: [0x47, (x, y) => x !== y, (x, y) => x !== y],
  lt_s: [0x48, (x, y) => x < y, (x, y) => s64(x) < s64(y)],
  lt_u: [0x49, (x, y) => x >>> 0 < y >>> 0, (x, y) => x < y],
  gt_s: [0x4a, (x, y) => x > y, (x, y) => s64(x) > s64(y)],
  gt_u: [0x4b, (x, y) => x >>> 0 > y >>> 0, (x, y) => x > y],
  le_s: [0x4c, (x, y) => x <= y, (x, y) => s64(x) <= s64(y)],
  le_u: [0x4d, (x, y) => x >>> 0 <= y >>> 0, (x, y) => x <= y],
  ge_s: [0x4e, (x, y) => x >= y, (x, y) => s64(x) >= s64(y)],
  ge_u: [0x4f, (x, y) => x >>> 0 >= y >>> 0, (x, y) => x >= y],
};
operation('i32.eqz', 'i32', [0x45], x => bit(x === 0));
operation('i64.eqz', 'i32', [0x50], x => bit(x === 0n));
for (const [name, [code, f, g]] of Object.entries(COMPARE)) {
  operation(`i32.${name}`, 'i32', [code], (x, y) => bit(f(n(x), n(y))));
  operation(`i64.${name}`, 'i32', [code + 11], (x, y) => bit(g(b(x), b(y))));
}

const bits = (x: bigint): string => x.toString(2).padStart(64, '0');
const count = (x: bigint): bigint => BigInt(bits(x).replaceAll('0', '').length);
const trailing = (x: bigint): bigint => BigInt(x === 0n ? 64 : 63 - bits(x).lastIndexOf('1'));

type Arithmetic = readonly [
  code: number,
  code64: number,
  f: (x: number, y: number) => number,
  g: (x: bigint, y: bigint) => bigint,
];
const ARITHMETIC: Record<string, Arithmetic> = {
  clz: [0x67, 0x79, x => Math.clz32(x), x => BigInt(x === 0n ? 64 : 64 - x.toString(2).length)],
  ctz: [0x68, 0x7a, x => (x === 0 ? 32 : 31 - Math.clz32(x & -x)), trailing],
  popcnt: [0x69, 0x7b, x => Number(count(BigInt(x >>> 0))), count],
  add: [0x6a, 0x7c, (x, y) => x + y, (x, y) => x + y],
  sub: [0x6b, 0x7d, (x, y) => x - y, (x, y) => x - y],
  mul: [0x6c, 0x7e, Math.imul, (x, y) => x * y],
  div_s: [0x6d, 0x7f, (x, y) => x / y, (x, y) => s64(x) / s64(y)],
  div_u: [0x6e, 0x80, (x, y) => (x >>> 0) / (y >>> 0), (x, y) => x / y],
  and: [0x71, 0x83, (x, y) => x & y, (x, y) => x & y],
  or: [0x72, 0x84, (x, y) => x | y, (x, y) => x | y],
  xor: [0x73, 0x85, (x, y) => x ^ y, (x, y) => x ^ y],
  shl: [0x74, 0x86, (x, y) => x << y, (x, y) => x << (y & 63n)],
  shr_s: [0x75, 0x87, (x, y) => x >> y, (x, y) => s64(x) >> (y & 63n)],
  shr_u: [0x76, 0x88, (x, y) => x >>> y, (x, y) => x >> (y & 63n)],
  rotl: [0x77, 0x89, (x, y) => (x << (y & 31)) | (x >>> (-y & 31)), (x, y) => (x << (y & 63n)) | (x >> (-y & 63n))],
  rotr: [0x78, 0x8a, (x, y) => (x >>> (y & 31)) | (x << (-y & 31)), (x, y) => (x >> (y & 63n)) | (x << (-y & 63n))],
};
for (const [name, [code, code64, f, g]] of Object.entries(ARITHMETIC)) {
  operation(`i32.${name}`, 'i32', [code], (x, y) => f(n(x), n(y)) | 0);
  operation(`i64.${name}`, 'i64', [code64], (x, y) => u64(g(b(x), b(y))));
}

operation('i32.wrap', 'i32', [0xa7], x => Number(BigInt.asIntN(32, b(x))));
operation('i64.extend_s', 'i64', [0xac], x => u64(BigInt(n(x))));
operation('i64.extend_u', 'i64', [0xad], x => BigInt(n(x) >>> 0));
operation('i32.extend8_s', 'i32', [0xc0], x => (n(x) << 24) >> 24);
operation('i32.extend16_s', 'i32', [0xc1], x => (n(x) << 16) >> 16);
operation('i64.extend8_s', 'i64', [0xc2], x => u64(BigInt.asIntN(8, b(x))));
operation('i64.extend16_s', 'i64', [0xc3], x => u64(BigInt.asIntN(16, b(x))));
operation('i64.extend32_s', 'i64', [0xc4], x => u64(BigInt.asIntN(32, b(x))));
