/** Advanced SIMD floating point, three same: vector and scalar forms, pairwise, and across lanes. */
import { lanesOf, reg, selector, vregs, vregs2, widthOf } from './simd-common.js';
import { type FpFormat, type FpOp, insn, type V128 } from './spec/index.js';
import { vec, vreg } from './text.js';

/** Operation by U:a:opcode<2:0>, where `a` is bit 23. A scalar form exists where `s` says so. */
interface Row {
  readonly name: string;
  readonly op: FpOp;
  readonly s?: boolean;
  /** The first argument is the destination's old value. */
  readonly acc?: boolean;
  readonly pairwise?: boolean;
}
const THREE: Readonly<Record<string, Row>> = {
  '00000': { name: 'fmaxnm', op: 'maxnm' },
  '00001': { name: 'fmla', op: 'muladd', acc: true },
  '00010': { name: 'fadd', op: 'add' },
  '00011': { name: 'fmulx', op: 'mulx', s: true },
  '00100': { name: 'fcmeq', op: 'cmeq', s: true },
  '00110': { name: 'fmax', op: 'max' },
  '00111': { name: 'frecps', op: 'recps', s: true },
  '01000': { name: 'fminnm', op: 'minnm' },
  '01001': { name: 'fmls', op: 'mulsub', acc: true },
  '01010': { name: 'fsub', op: 'sub' },
  '01110': { name: 'fmin', op: 'min' },
  '01111': { name: 'frsqrts', op: 'rsqrts', s: true },
  '10000': { name: 'fmaxnmp', op: 'maxnm', pairwise: true },
  '10010': { name: 'faddp', op: 'add', pairwise: true },
  '10011': { name: 'fmul', op: 'mul' },
  '10100': { name: 'fcmge', op: 'cmge', s: true },
  '10101': { name: 'facge', op: 'acge', s: true },
  '10110': { name: 'fmaxp', op: 'max', pairwise: true },
  '10111': { name: 'fdiv', op: 'div' },
  '11000': { name: 'fminnmp', op: 'minnm', pairwise: true },
  '11010': { name: 'fabd', op: 'abd', s: true },
  '11100': { name: 'fcmgt', op: 'cmgt', s: true },
  '11101': { name: 'facgt', op: 'acgt', s: true },
  '11110': { name: 'fminp', op: 'min', pairwise: true },
};
const ROWS = Object.entries(THREE).map(([bits, row]) => ({ key: Number.parseInt(bits, 2), row }));
const INDEX = new Map(ROWS.map((r, i) => [r.key, i]));
interface ThreeFields {
  readonly U: number;
  readonly a: number;
  readonly opcode: number;
  readonly s: number;
  readonly Q: number;
}
const indexOf = (f: ThreeFields): number => INDEX.get((f.U << 4) | (f.a << 3) | f.opcode) ?? -1;
const exists = (f: ThreeFields): boolean => {
  const i = indexOf(f);
  return i >= 0 && (f.s === 0 || (f.Q === 1 && ROWS[i]!.row.s === true));
};
const dnm = (f: ThreeFields & { Rd: number; Rn: number; Rm: number }, size: number): string =>
  `${ROWS[indexOf(f)]!.row.name} ${reg(f, size, f.Rd)}, ${reg(f, size, f.Rn)}, ${reg(f, size, f.Rm)}`;

/** What both encodings have in common. */
function operation(row: Row, w: number, size: number, d: () => V128, a: V128, b: V128) {
  const lanes = lanesOf(w, size);
  if (row.pairwise) {
    const [even, odd] = [0, 1].map(k =>
      a.shuffle(
        b,
        selector(size, lanes, i => 2 * i + k),
      ),
    ) as [V128, V128];
    return { lanes, args: [even, odd] };
  }
  return { lanes, args: row.acc ? [d(), a, b] : [a, b] };
}

insn({
  name: 'FADD and the other floating-point operations of three same',
  pattern: '0 Q U s 1110 a sz 1 Rm:5 11 opcode:3 1 Rn:5 Rd:5',
  shape: { w: 3, row: ROWS.length, sz: 2 },
  pick: f => ({ w: widthOf(f), row: Math.max(indexOf(f), 0) }),
  where: f => exists(f) && (f.s === 1 || f.sz === 0 || f.Q === 1),
  operands: vregs,
  asm: f => dnm(f, 2 + f.sz),
  exec: (c, { d, n, m }, { w, row, sz }) => {
    const r = ROWS[row]!.row;
    const { lanes, args } = operation(r, w, 2 + sz, () => c.v(d), c.v(n), c.v(m));
    c.setV(d, c.fp.op(r.op, (2 + sz) as FpFormat, lanes, args));
  },
});
insn({
  name: 'FADD and the other floating-point operations of three same (half-precision)',
  feature: 'FP16',
  pattern: '0 Q U s 1110 a 10 Rm:5 00 opcode:3 1 Rn:5 Rd:5',
  shape: { w: 3, row: ROWS.length },
  pick: f => ({ w: widthOf(f), row: Math.max(indexOf(f), 0) }),
  where: exists,
  operands: vregs,
  asm: f => dnm(f, 1),
  exec: (c, { d, n, m }, { w, row }) => {
    const r = ROWS[row]!.row;
    const { lanes, args } = operation(r, w, 1, () => c.v(d), c.v(n), c.v(m));
    c.setV(d, c.fp.op(r.op, 1, lanes, args));
  },
});

// ---- scalar pairwise, across lanes ----

const PAIR: readonly (readonly [name: string, op: FpOp])[] = [
  ['fmaxnm', 'maxnm'],
  ['fadd', 'add'],
  ['fmax', 'max'],
  ['fminnm', 'minnm'],
  ['', 'add'],
  ['fmin', 'min'],
];
/** Row of `PAIR` by `a` and the opcode's middle bits (00 NM, 01 ADD, 11 MAX or MIN). */
const pairRow = (a: number, op: number): number => a * 3 + (op === 3 ? 2 : op);
const pairExists = (a: number, op: number): boolean => op !== 2 && !(a === 1 && op === 1);

insn({
  name: 'FMAXNMP, FADDP, FMAXP, FMINNMP, FMINP (scalar)',
  pattern: '01 U 11110 a sz 11000 011 op:2 10 Rn:5 Rd:5',
  shape: { row: 6, size: 4 },
  pick: f => ({ row: Math.min(pairRow(f.a, f.op), 5), size: f.U ? 2 + f.sz : 1 }),
  // U = 0 is half precision, and then sz is 0.
  where: f => pairExists(f.a, f.op) && (f.U === 1 || f.sz === 0),
  needs: f => (f.U ? undefined : 'FP16'),
  operands: vregs2,
  asm: f => {
    const size = f.U ? 2 + f.sz : 1;
    return `${PAIR[pairRow(f.a, f.op)]![0]}p ${vreg(size, f.Rd)}, v${f.Rn}.2${'bhsd'[size]}`;
  },
  exec: (c, { d, n }, { row, size }) => {
    const v = c.v(n);
    const second = v.shuffle(
      v,
      selector(size, 16 >> size, i => (i + 1) % (16 >> size)),
    );
    c.setV(d, c.fp.op(PAIR[row]![1], size as FpFormat, 1, [v, second]));
  },
});
insn({
  name: 'FMAXNMV, FMAXV, FMINNMV, FMINV',
  pattern: '0 Q U 01110 a sz 11000 011 op:2 10 Rn:5 Rd:5',
  shape: { Q: 2, row: 6, size: 3 },
  pick: f => ({ row: Math.min(pairRow(f.a, f.op), 5), size: f.U ? 2 : 1 }),
  where: f => pairExists(f.a, f.op) && f.op !== 1 && f.sz === 0 && (f.U === 0 || f.Q === 1),
  needs: f => (f.U ? undefined : 'FP16'),
  operands: vregs2,
  asm: f => {
    const size = f.U ? 2 : 1;
    return `${PAIR[pairRow(f.a, f.op)]![0]}v ${vreg(size, f.Rd)}, ${vec(f.Rn, f.Q, size)}`;
  },
  exec: (c, { d, n }, { Q, row, size }) => {
    // Neighbours first, as the architecture's recursive reduction: it decides which NaN wins.
    let v = c.v(n);
    for (let lanes = lanesOf(Q, size) / 2; lanes >= 1; lanes /= 2) {
      const [even, odd] = [0, 1].map(k =>
        v.shuffle(
          v,
          selector(size, 16 >> size, i => (2 * i + k) % (16 >> size)),
        ),
      );
      v = c.fp.op(PAIR[row]![1], size as FpFormat, lanes, [even!, odd!]);
    }
    c.setV(d, v);
  },
});
