/** Vector operations. */
import type { Ty } from '../wasm/types.js';
import type { Const } from './node.js';
import { OperationRows } from './operation.js';
import { f32Bits, f32From, f64Bits, f64From, nearest } from './ops-float.js';

const list = new OperationRows();
const operation = list.add;
/** Rows of the operation table. */
export const VECTOR_OPERATIONS = list.rows;

const SHAPES = ['i8x16', 'i16x8', 'i32x4', 'i64x2'] as const;
const v = (x: Const | undefined): Uint8Array => x as Uint8Array;
const bit = (x: boolean): number => (x ? 1 : 0);

/** SIMD opcodes are LEB128 behind the prefix. */
const simd = (op: number, ...immediates: number[]): number[] => [0xfd, ...leb(op), ...immediates];
const leb = (x: number): number[] => (x < 128 ? [x] : [(x & 127) | 128, ...leb(x >> 7)]);

/** Lane `i` of `1 << s` bytes, unsigned. */
function lane(x: Uint8Array, s: number, i: number): bigint {
  let r = 0n;
  for (let k = (1 << s) - 1; k >= 0; k--) r = (r << 8n) | BigInt(x[(i << s) + k]!);
  return r;
}
function setLane(x: Uint8Array, s: number, i: number, value: bigint): void {
  for (let k = 0; k < 1 << s; k++) x[(i << s) + k] = Number((value >> BigInt(8 * k)) & 255n);
}
function lanes(s: number, f: (i: number) => bigint): Uint8Array {
  const r = new Uint8Array(16);
  for (let i = 0; i < 16 >> s; i++) setLane(r, s, i, f(i));
  return r;
}
const bytes = (f: (i: number) => number): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => f(i));

// bitwise
operation('v128.not', 'v128', simd(0x4d), a => bytes(i => ~v(a)[i]!));
operation('v128.and', 'v128', simd(0x4e), (a, b) => bytes(i => v(a)[i]! & v(b)[i]!));
operation('v128.andnot', 'v128', simd(0x4f), (a, b) => bytes(i => v(a)[i]! & ~v(b)[i]!));
operation('v128.or', 'v128', simd(0x50), (a, b) => bytes(i => v(a)[i]! | v(b)[i]!));
operation('v128.xor', 'v128', simd(0x51), (a, b) => bytes(i => v(a)[i]! ^ v(b)[i]!));
operation('v128.bitselect', 'v128', simd(0x52), (a, b, c) =>
  bytes(i => (v(a)[i]! & v(c)[i]!) | (v(b)[i]! & ~v(c)[i]!)),
);
operation('v128.any_true', 'i32', simd(0x53), a => bit(v(a).some(x => x !== 0)));
operation('i8x16.swizzle', 'v128', simd(0x0e), (a, b) => bytes(i => v(a)[v(b)[i]!] ?? 0));
/** The selector is a constant third argument; the emitter writes it as the instruction's immediate. */
operation('i8x16.shuffle', 'v128', simd(0x0d), (a, b, c) =>
  bytes(i => (v(c)[i]! < 16 ? v(a)[v(c)[i]!]! : v(b)[v(c)[i]! - 16]!)),
);
operation('i8x16.popcnt', 'v128', simd(0x62), a => bytes(i => v(a)[i]!.toString(2).replaceAll('0', '').length));

type Lanewise = (a: bigint, b: bigint) => bigint;
type Opcodes = readonly [number, number, number, number];

SHAPES.forEach((shape, s) => {
  const width = 8 << s;
  const S = (x: bigint): bigint => BigInt.asIntN(width, x);
  const U = (x: bigint): bigint => BigInt.asUintN(width, x);
  const high = (1n << BigInt(width)) - 1n;
  const [min, max] = [-(1n << BigInt(width - 1)), (1n << BigInt(width - 1)) - 1n];
  const clampS = (x: bigint): bigint => (x < min ? min : x > max ? max : x);
  const clampU = (x: bigint): bigint => (x < 0n ? 0n : x > high ? high : x);
  const binary = (name: string, opcodes: Opcodes, f: Lanewise): void => {
    const op = opcodes[s]!;
    if (op === 0) return; // this shape has no such operation
    operation(`${shape}.${name}`, 'v128', simd(op), (a, b) => lanes(s, i => f(lane(v(a), s, i), lane(v(b), s, i))));
  };
  const unary = (name: string, opcodes: Opcodes, f: (a: bigint) => bigint): void => {
    operation(`${shape}.${name}`, 'v128', simd(opcodes[s]!), a => lanes(s, i => f(lane(v(a), s, i))));
  };
  const mask =
    (f: (a: bigint, b: bigint) => boolean): Lanewise =>
    (a, b) =>
      f(a, b) ? -1n : 0n;

  binary('add', [0x6e, 0x8e, 0xae, 0xce], (a, b) => a + b);
  binary('sub', [0x71, 0x91, 0xb1, 0xd1], (a, b) => a - b);
  binary('mul', [0, 0x95, 0xb5, 0xd5], (a, b) => a * b);
  binary(
    'eq',
    [0x23, 0x2d, 0x37, 0xd6],
    mask((a, b) => a === b),
  );
  binary(
    'gt_s',
    [0x27, 0x31, 0x3b, 0xd9],
    mask((a, b) => S(a) > S(b)),
  );
  binary(
    'gt_u',
    [0x28, 0x32, 0x3c, 0],
    mask((a, b) => a > b),
  );
  binary('min_s', [0x76, 0x96, 0xb6, 0], (a, b) => (S(a) < S(b) ? a : b));
  // biome-ignore lint/complexity/useMathMinMax: these are bigints
  binary('min_u', [0x77, 0x97, 0xb7, 0], (a, b) => (b > a ? a : b));
  binary('max_s', [0x78, 0x98, 0xb8, 0], (a, b) => (S(a) > S(b) ? a : b));
  // biome-ignore lint/complexity/useMathMinMax: these are bigints
  binary('max_u', [0x79, 0x99, 0xb9, 0], (a, b) => (a > b ? a : b));
  binary('add_sat_s', [0x6f, 0x8f, 0, 0], (a, b) => clampS(S(a) + S(b)));
  binary('add_sat_u', [0x70, 0x90, 0, 0], (a, b) => clampU(a + b));
  binary('sub_sat_s', [0x72, 0x92, 0, 0], (a, b) => clampS(S(a) - S(b)));
  binary('sub_sat_u', [0x73, 0x93, 0, 0], (a, b) => clampU(a - b));
  binary('avgr_u', [0x7b, 0x9b, 0, 0], (a, b) => (a + b + 1n) >> 1n);
  unary('abs', [0x60, 0x80, 0xa0, 0xc0], a => (S(a) < 0n ? -S(a) : a));
  unary('neg', [0x61, 0x81, 0xa1, 0xc1], a => -a);
  const all = [0x63, 0x83, 0xa3, 0xc3][s]!;
  operation(`${shape}.all_true`, 'i32', simd(all), a =>
    bit(Array.from({ length: 16 >> s }, (_, i) => lane(v(a), s, i)).every(x => x !== 0n)),
  );
  const signs = [0x64, 0x84, 0xa4, 0xc4][s]!;
  operation(`${shape}.bitmask`, 'i32', simd(signs), a =>
    Array.from({ length: 16 >> s }, (_, i) => (S(lane(v(a), s, i)) < 0n ? 1 << i : 0)).reduce((x, y) => x | y, 0),
  );

  const shift = (name: string, opcodes: Opcodes, f: Lanewise): void => {
    operation(`${shape}.${name}`, 'v128', simd(opcodes[s]!), (a, k) =>
      lanes(s, i => f(lane(v(a), s, i), BigInt((k as number) & (width - 1)))),
    );
  };
  shift('shl', [0x6b, 0x8b, 0xab, 0xcb], (a, k) => a << k);
  shift('shr_s', [0x6c, 0x8c, 0xac, 0xcc], (a, k) => S(a) >> k);
  shift('shr_u', [0x6d, 0x8d, 0xad, 0xcd], (a, k) => U(a) >> k);

  const ty: Ty = s < 3 ? 'i32' : 'i64';
  const out = (x: bigint): Const => (s < 3 ? Number(BigInt.asIntN(32, x)) : x);
  operation(`${shape}.splat`, 'v128', simd([0x0f, 0x10, 0x11, 0x12][s]!), a => lanes(s, () => BigInt(a as number)));
  for (let l = 0; l < 16 >> s; l++) {
    operation(`${shape}.get${l}`, ty, simd([0x16, 0x19, 0x1b, 0x1d][s]!, l), a => out(lane(v(a), s, l)));
    operation(`${shape}.put${l}`, 'v128', simd([0x17, 0x1a, 0x1c, 0x1e][s]!, l), (a, x) => {
      const r = v(a).slice();
      setLane(r, s, l, BigInt(x as number));
      return r;
    });
  }

  if (s < 2) {
    // two vectors of wider signed lanes to one, saturated
    const from = SHAPES[s + 1]!;
    const wide = (x: Uint8Array, i: number): bigint => BigInt.asIntN(width * 2, lane(x, s + 1, i));
    const half = 8 >> s;
    for (const [sign, op, clamp] of [
      ['s', [0x65, 0x85][s]!, clampS],
      ['u', [0x66, 0x86][s]!, clampU],
    ] as const) {
      operation(`${shape}.narrow_${from}_${sign}`, 'v128', simd(op), (a, b) =>
        lanes(s, i => clamp(i < half ? wide(v(a), i) : wide(v(b), i - half))),
      );
    }
  }
  if (s > 0) {
    const from = SHAPES[s - 1]!;
    const narrow = width / 2;
    const count = 16 >> s;
    const take = (x: Const, i: number, signed: boolean): bigint => {
      const k = lane(v(x), s - 1, i);
      return signed ? BigInt.asIntN(narrow, k) : k;
    };
    const extend = [0, 0x87, 0xa7, 0xc7][s]!;
    const extmul = [0, 0x9c, 0xbc, 0xdc][s]!;
    (['low_s', 'high_s', 'low_u', 'high_u'] as const).forEach((kind, k) => {
      const [half, sign] = kind.split('_') as [string, string];
      const base = half === 'high' ? count : 0;
      const signed = sign === 's';
      operation(`${shape}.extend_${half}_${from}_${sign}`, 'v128', simd(extend + k), a =>
        lanes(s, i => take(a!, base + i, signed)),
      );
      operation(`${shape}.extmul_${half}_${from}_${sign}`, 'v128', simd(extmul + k), (a, b) =>
        lanes(s, i => take(a!, base + i, signed) * take(b!, base + i, signed)),
      );
    });
    if (s < 3) {
      for (const [sign, op] of [
        ['s', [0, 0x7c, 0x7e][s]!],
        ['u', [0, 0x7d, 0x7f][s]!],
      ] as const) {
        operation(`${shape}.extadd_pairwise_${from}_${sign}`, 'v128', simd(op), a =>
          lanes(s, i => take(a!, 2 * i, sign === 's') + take(a!, 2 * i + 1, sign === 's')),
        );
      }
    }
  }
});

const s16 = (x: Const | undefined, i: number): bigint => BigInt.asIntN(16, lane(v(x), 1, i));
operation('i32x4.dot_i16x8_s', 'v128', simd(0xba), (a, b) =>
  lanes(2, i => s16(a, 2 * i) * s16(b, 2 * i) + s16(a, 2 * i + 1) * s16(b, 2 * i + 1)),
);
operation('i16x8.q15mulr_sat_s', 'v128', simd(0x82), (a, b) =>
  lanes(1, i => {
    const x = (s16(a, i) * s16(b, i) + 0x4000n) >> 15n;
    return x > 32767n ? 32767n : x;
  }),
);

// floating-point lanes
for (const [shape, s, base, toNumber, toBits] of [
  ['f32x4', 2, 0xe0, (x: bigint) => f32From(Number(BigInt.asIntN(32, x))), (x: number) => BigInt(f32Bits(x) >>> 0)],
  ['f64x2', 3, 0xec, f64From, f64Bits],
] as const) {
  const at = (x: Const | undefined, i: number): number => toNumber(lane(v(x), s, i));
  const unary = (name: string, op: number, f: (x: number) => number): void =>
    operation(`${shape}.${name}`, 'v128', simd(op), a => lanes(s, i => toBits(f(at(a, i)))));
  const binary = (name: string, op: number, f: (x: number, y: number) => number): void =>
    operation(`${shape}.${name}`, 'v128', simd(op), (a, b) => lanes(s, i => toBits(f(at(a, i), at(b, i)))));
  const compare = (name: string, op: number, f: (x: number, y: number) => boolean): void =>
    operation(`${shape}.${name}`, 'v128', simd(op), (a, b) => lanes(s, i => (f(at(a, i), at(b, i)) ? -1n : 0n)));
  unary('abs', base, Math.abs);
  unary('neg', base + 1, x => -x);
  unary('sqrt', base + 3, Math.sqrt);
  binary('add', base + 4, (x, y) => x + y);
  binary('sub', base + 5, (x, y) => x - y);
  binary('mul', base + 6, (x, y) => x * y);
  binary('div', base + 7, (x, y) => x / y);
  binary('min', base + 8, Math.min);
  binary('max', base + 9, Math.max);
  // biome-ignore lint/complexity/useMathMinMax: NaN and signed zeros come out differently
  binary('pmin', base + 10, (x, y) => (y < x ? y : x));
  // biome-ignore lint/complexity/useMathMinMax: NaN and signed zeros come out differently
  binary('pmax', base + 11, (x, y) => (x < y ? y : x));
  const first = s === 2 ? 0x41 : 0x47;
  compare('eq', first, (x, y) => x === y);
  compare('ne', first + 1, (x, y) => x !== y);
  compare('lt', first + 2, (x, y) => x < y);
  compare('gt', first + 3, (x, y) => x > y);
  compare('le', first + 4, (x, y) => x <= y);
  compare('ge', first + 5, (x, y) => x >= y);
  const rounding = s === 2 ? [0x67, 0x68, 0x69, 0x6a] : [0x74, 0x75, 0x7a, 0x94];
  unary('ceil', rounding[0]!, Math.ceil);
  unary('floor', rounding[1]!, Math.floor);
  unary('trunc', rounding[2]!, Math.trunc);
  unary('nearest', rounding[3]!, nearest);
  const [get, put] = s === 2 ? [0x1f, 0x20] : [0x21, 0x22];
  operation(`${shape}.get0`, s === 2 ? 'f32' : 'f64', simd(get, 0), a => at(a, 0));
  for (let i = 0; i < 2; i++)
    operation(`${shape}.put${i}`, 'v128', simd(put, i), (a, x) => {
      const r = v(a).slice();
      setLane(r, s, i, toBits(x as number));
      return r;
    });
}

operation('f64x2.promote_low_f32x4', 'v128', simd(0x5f), a =>
  lanes(3, i => f64Bits(f32From(Number(BigInt.asIntN(32, lane(v(a), 2, i)))))),
);
operation('f32x4.demote_f64x2_zero', 'v128', simd(0x5e), a =>
  lanes(2, i => (i < 2 ? BigInt(f32Bits(Math.fround(f64From(lane(v(a), 3, i)))) >>> 0) : 0n)),
);

const single = (x: Const | undefined, i: number): number => f32From(Number(BigInt.asIntN(32, lane(v(x), 2, i))));
for (const [sign, op, low, high] of [
  ['s', 0, -(2 ** 31), 2 ** 31 - 1],
  ['u', 1, 0, 2 ** 32 - 1],
] as const) {
  const clamp = (x: number): number => (Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), low), high));
  operation(`i32x4.trunc_f32x4_${sign}`, 'v128', simd(0xf8 + op), a => lanes(2, i => BigInt(clamp(single(a, i)))));
  operation(`f32x4.convert_i32x4_${sign}`, 'v128', simd(0xfa + op), a =>
    lanes(2, i => {
      const x = lane(v(a), 2, i);
      return BigInt(f32Bits(Math.fround(Number(sign === 's' ? BigInt.asIntN(32, x) : x))) >>> 0);
    }),
  );
}
