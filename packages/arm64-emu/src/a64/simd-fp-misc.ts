/** Advanced SIMD floating point, two-register miscellaneous: vector and scalar forms. */
import { constantLanes, lanesOf, reg, vregs2, widthOf, write } from './simd-common.js';
import { type FpFormat, type FpOp, insn, intParam, Rounding, type V128, v128 } from './spec/index.js';
import { vec, vreg } from './text.js';

interface Row {
  readonly name: string;
  readonly op?: FpOp;
  readonly param?: (size: number) => number;
  /** A scalar form exists; `only`: no vector form. */
  readonly s?: boolean;
  readonly only?: boolean;
  /** Comparison with zero; `swap`: zero is the first operand. */
  readonly zero?: boolean;
  readonly swap?: boolean;
}
const toInt = (rounding: number) => (size: number) => intParam(rounding, size as 1 | 2 | 3);
const constant = (k: number) => () => k;
/** By U:a:opcode (five bits), where `a` is bit 23. */
const TWO: Readonly<Record<string, Row>> = {
  '0011000': { name: 'frintn', op: 'roundint', param: constant(Rounding.nearest) },
  '0011001': { name: 'frintm', op: 'roundint', param: constant(Rounding.down) },
  '0011010': { name: 'fcvtns', op: 'tosint', param: toInt(Rounding.nearest), s: true },
  '0011011': { name: 'fcvtms', op: 'tosint', param: toInt(Rounding.down), s: true },
  '0011100': { name: 'fcvtas', op: 'tosint', param: toInt(Rounding.away), s: true },
  '0011101': { name: 'scvtf', op: 'fromsint', param: toInt(0), s: true },
  '0101100': { name: 'fcmgt', op: 'cmgt', s: true, zero: true },
  '0101101': { name: 'fcmeq', op: 'cmeq', s: true, zero: true },
  '0101110': { name: 'fcmlt', op: 'cmgt', s: true, zero: true, swap: true },
  '0101111': { name: 'fabs' },
  '0111000': { name: 'frintp', op: 'roundint', param: constant(Rounding.up) },
  '0111001': { name: 'frintz', op: 'roundint', param: constant(Rounding.zero) },
  '0111010': { name: 'fcvtps', op: 'tosint', param: toInt(Rounding.up), s: true },
  '0111011': { name: 'fcvtzs', op: 'tosint', param: toInt(Rounding.zero), s: true },
  '0111101': { name: 'frecpe', op: 'recpe', s: true },
  '0111111': { name: 'frecpx', op: 'recpx', s: true, only: true },
  '1011000': { name: 'frinta', op: 'roundint', param: constant(Rounding.away) },
  '1011001': { name: 'frintx', op: 'roundint', param: constant(Rounding.fpcr | 8) },
  '1011010': { name: 'fcvtnu', op: 'touint', param: toInt(Rounding.nearest), s: true },
  '1011011': { name: 'fcvtmu', op: 'touint', param: toInt(Rounding.down), s: true },
  '1011100': { name: 'fcvtau', op: 'touint', param: toInt(Rounding.away), s: true },
  '1011101': { name: 'ucvtf', op: 'fromuint', param: toInt(0), s: true },
  '1101100': { name: 'fcmge', op: 'cmge', s: true, zero: true },
  '1101101': { name: 'fcmle', op: 'cmge', s: true, zero: true, swap: true },
  '1101111': { name: 'fneg' },
  '1111001': { name: 'frinti', op: 'roundint', param: constant(Rounding.fpcr) },
  '1111010': { name: 'fcvtpu', op: 'touint', param: toInt(Rounding.up), s: true },
  '1111011': { name: 'fcvtzu', op: 'touint', param: toInt(Rounding.zero), s: true },
  '1111101': { name: 'frsqrte', op: 'rsqrte', s: true },
  '1111111': { name: 'fsqrt', op: 'sqrt' },
};
const ROWS = Object.entries(TWO).map(([bits, row]) => ({ key: Number.parseInt(bits, 2), row }));
const INDEX = new Map(ROWS.map((r, i) => [r.key, i]));
interface TwoFields {
  readonly U: number;
  readonly a: number;
  readonly opcode: number;
  readonly s: number;
  readonly Q: number;
}
const indexOf = (f: TwoFields): number => INDEX.get((f.U << 6) | (f.a << 5) | f.opcode) ?? -1;
function exists(f: TwoFields): boolean {
  const row = ROWS[indexOf(f)]?.row;
  return row !== undefined && (f.s ? f.Q === 1 && row.s === true : row.only !== true);
}
function text(f: TwoFields & { Rd: number; Rn: number }, size: number): string {
  const { name, zero } = ROWS[indexOf(f)]!.row;
  return `${name} ${reg(f, size, f.Rd)}, ${reg(f, size, f.Rn)}${zero ? ', #0.0' : ''}`;
}
interface Args {
  readonly op: FpOp;
  readonly args: readonly V128[];
  readonly param: number;
}
function args(row: Row & { op: FpOp }, size: number, v: V128): Args {
  const zero = v128(0n, 0n);
  const list = row.zero ? (row.swap ? [zero, v] : [v, zero]) : [v];
  return { op: row.op, args: list, param: row.param?.(size) ?? 0 };
}
const signBits = (size: number): V128 => constantLanes(size, 1n << BigInt((8 << size) - 1));
/** FABS and FNEG, which are no arithmetic. */
const signOperation = (name: string, size: number, v: V128): V128 =>
  name === 'fabs' ? v.andNot(signBits(size)) : v.xor(signBits(size));

insn({
  name: 'FSQRT and the other floating-point operations of two-register miscellaneous',
  pattern: '0 Q U s 1110 a sz 10000 opcode:5 10 Rn:5 Rd:5',
  shape: { w: 3, row: ROWS.length, sz: 2 },
  pick: f => ({ w: widthOf(f), row: Math.max(indexOf(f), 0) }),
  where: f => exists(f) && (f.s === 1 || f.sz === 0 || f.Q === 1),
  operands: vregs2,
  asm: f => text(f, 2 + f.sz),
  exec: (c, { d, n }, { w, row, sz }) => {
    const { op, ...r } = ROWS[row]!.row;
    const size = 2 + sz;
    if (!op) return write(c, d, w, size, signOperation(r.name, size, c.v(n)));
    const a = args({ ...r, op }, size, c.v(n));
    c.setV(d, c.fp.op(a.op, size as FpFormat, lanesOf(w, size), a.args, a.param));
  },
});
insn({
  name: 'FSQRT and the other floating-point operations of two-register miscellaneous (half-precision)',
  feature: 'FP16',
  pattern: '0 Q U s 1110 a 111100 opcode:5 10 Rn:5 Rd:5',
  shape: { w: 3, row: ROWS.length },
  pick: f => ({ w: widthOf(f), row: Math.max(indexOf(f), 0) }),
  where: exists,
  operands: vregs2,
  asm: f => text(f, 1),
  exec: (c, { d, n }, { w, row }) => {
    const { op, ...r } = ROWS[row]!.row;
    if (!op) return write(c, d, w, 1, signOperation(r.name, 1, c.v(n)));
    const a = args({ ...r, op }, 1, c.v(n));
    c.setV(d, c.fp.op(a.op, 1, lanesOf(w, 1), a.args, a.param));
  },
});

// ---- between precisions: FCVTN, FCVTXN, FCVTL, BFCVTN ----

const two = (Q: number): string => (Q ? '2' : '');
insn({
  name: 'FCVTN',
  pattern: '0 Q 0011100 sz 10000 10110 10 Rn:5 Rd:5',
  shape: { Q: 2, sz: 2 },
  operands: vregs2,
  asm: f => `fcvtn${two(f.Q)} ${vec(f.Rd, f.Q, 1 + f.sz)}, ${vec(f.Rn, 1, 2 + f.sz)}`,
  exec: (c, { d, n }, { Q, sz }) => {
    const low = c.fp.op('convert', (2 + sz) as FpFormat, 4 >> sz, [c.v(n)], 1 + sz);
    c.setV(d, Q ? c.v(d).put(3, 1, low.get(3, 0)) : low);
  },
});
insn({
  name: 'FCVTXN',
  pattern: '0 Q 1 s 1110 01 10000 10110 10 Rn:5 Rd:5',
  shape: { w: 3 },
  pick: f => ({ w: widthOf(f) }),
  where: f => f.s === 0 || f.Q === 1,
  operands: vregs2,
  asm: f =>
    f.s ? `fcvtxn ${vreg(2, f.Rd)}, ${vreg(3, f.Rn)}` : `fcvtxn${two(f.Q)} ${vec(f.Rd, f.Q, 2)}, ${vec(f.Rn, 1, 3)}`,
  exec: (c, { d, n }, { w }) => {
    const low = c.fp.op('convertodd', 3, w === 2 ? 1 : 2, [c.v(n)]);
    c.setV(d, w === 1 ? c.v(d).put(3, 1, low.get(3, 0)) : low);
  },
});
insn({
  name: 'FCVTL',
  pattern: '0 Q 0011100 sz 10000 10111 10 Rn:5 Rd:5',
  shape: { Q: 2, sz: 2 },
  operands: vregs2,
  asm: f => `fcvtl${two(f.Q)} ${vec(f.Rd, 1, 2 + f.sz)}, ${vec(f.Rn, f.Q, 1 + f.sz)}`,
  exec: (c, { d, n }, { Q, sz }) => {
    const v = Q ? v128(0n, 0n).put(3, 0, c.v(n).get(3, 1)) : c.v(n);
    c.setV(d, c.fp.op('convert', (1 + sz) as FpFormat, 4 >> sz, [v], 2 + sz));
  },
});
