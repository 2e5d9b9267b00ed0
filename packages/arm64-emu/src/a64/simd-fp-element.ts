/** Advanced SIMD floating point by element, complex arithmetic (FEAT_FCMA), widening products (FEAT_FHM). */
import { broadcast } from './lanes.js';
import { lanesOf, reg, vregs, widthOf } from './simd-common.js';
import { elementIndex, elementOperands, elementRegister, elementText } from './simd-element.js';
import { type FpFormat, type FpOp, imm32, insn, type Lane, VR } from './spec/index.js';
import { element, vec } from './text.js';

/** size of the encoding to log2 of the bytes: 0 is half precision. */
const bytesOf = (size: number): number => (size === 0 ? 1 : size);
/** By U:opcode. */
const ROWS: readonly (readonly [key: number, name: string, op: FpOp])[] = [
  [0b00001, 'fmla', 'muladd'],
  [0b00101, 'fmls', 'mulsub'],
  [0b01001, 'fmul', 'mul'],
  [0b11001, 'fmulx', 'mulx'],
];
const rowOf = (f: { U: number; opcode: number }): number => ROWS.findIndex(r => r[0] === ((f.U << 4) | f.opcode));

insn({
  name: 'FMLA, FMLS, FMUL, FMULX (by element)',
  pattern: '0 Q U s 1111 size:2 L M Rm:4 opcode:4 H 0 Rn:5 Rd:5',
  shape: { w: 3, row: 4, size: 4 },
  pick: f => ({ w: widthOf(f), row: Math.max(rowOf(f), 0), size: bytesOf(f.size) }),
  where: f => rowOf(f) >= 0 && f.size !== 1 && (f.s ? f.Q === 1 : f.size < 3 || f.Q === 1) && (f.size < 3 || f.L === 0),
  needs: f => (f.size === 0 ? 'FP16' : undefined),
  operands: f => elementOperands(f, bytesOf(f.size)),
  asm: f => {
    const size = bytesOf(f.size);
    return `${ROWS[rowOf(f)]![1]} ${reg(f, size, f.Rd)}, ${reg(f, size, f.Rn)}, ${elementText(f, size)}`;
  },
  exec: (c, { d, n, m, index }, { w, row, size }) => {
    const b = broadcast(c.v(m), size as Lane, index);
    const args = row < 2 ? [c.v(d), c.v(n), b] : [c.v(n), b];
    c.setV(d, c.fp.op(ROWS[row]![2], size as FpFormat, lanesOf(w, size), args));
  },
});

// ---- complex ----

insn({
  name: 'FCMLA (vector)',
  feature: 'FCMA',
  pattern: '0 Q 101110 size:2 0 Rm:5 110 rot:2 1 Rn:5 Rd:5',
  shape: { Q: 2, size: 4, rot: 4 },
  where: f => f.size > 0 && (f.size < 3 || f.Q === 1),
  needs: f => (f.size === 1 ? 'FP16' : undefined),
  operands: vregs,
  asm: f => `fcmla ${vec(f.Rd, f.Q, f.size)}, ${vec(f.Rn, f.Q, f.size)}, ${vec(f.Rm, f.Q, f.size)}, #${f.rot * 90}`,
  exec: (c, { d, n, m }, { Q, size, rot }) =>
    c.setV(d, c.fp.op('cmla', size as FpFormat, lanesOf(Q, size), [c.v(d), c.v(n), c.v(m)], rot)),
});
insn({
  name: 'FCADD',
  feature: 'FCMA',
  pattern: '0 Q 101110 size:2 0 Rm:5 111 rot 01 Rn:5 Rd:5',
  shape: { Q: 2, size: 4, rot: 2 },
  where: f => f.size > 0 && (f.size < 3 || f.Q === 1),
  needs: f => (f.size === 1 ? 'FP16' : undefined),
  operands: vregs,
  asm: f =>
    `fcadd ${vec(f.Rd, f.Q, f.size)}, ${vec(f.Rn, f.Q, f.size)}, ${vec(f.Rm, f.Q, f.size)}, #${f.rot ? 270 : 90}`,
  exec: (c, { d, n, m }, { Q, size, rot }) =>
    c.setV(d, c.fp.op('cadd', size as FpFormat, lanesOf(Q, size), [c.v(n), c.v(m)], rot ? 3 : 1)),
});
/** A pair of elements: index H:L for halfwords, H for words. */
const pairIndex = (f: { size: number; H: number; L: number }): number => (f.size === 1 ? (f.H << 1) | f.L : f.H);
insn({
  name: 'FCMLA (by element)',
  feature: 'FCMA',
  pattern: '0 Q 101111 size:2 L M Rm:4 0 rot:2 1 H 0 Rn:5 Rd:5',
  shape: { Q: 2, size: 3, rot: 4 },
  where: f => (f.size === 1 && (f.Q === 1 || f.H === 0)) || (f.size === 2 && f.L === 0 && f.Q === 1),
  needs: f => (f.size === 1 ? 'FP16' : undefined),
  operands: f => ({
    d: VR(f.Rd),
    n: VR(f.Rn),
    m: VR((f.M << 4) | f.Rm),
    index: imm32(pairIndex(f)),
  }),
  asm: f =>
    `fcmla ${vec(f.Rd, f.Q, f.size)}, ${vec(f.Rn, f.Q, f.size)}, ${element((f.M << 4) | f.Rm, f.size, pairIndex(f))}, #${f.rot * 90}`,
  exec: (c, { d, n, m, index }, { Q, size, rot }) => {
    const b = broadcast(c.v(m), (size + 1) as Lane, index);
    c.setV(d, c.fp.op('cmla', size as FpFormat, lanesOf(Q, size), [c.v(d), c.v(n), b], rot));
  },
});

// ---- FMLAL: products of halves, added to singles ----

const widening = (f: { Q: number; upper: number; S: number }) => imm32(f.Q | (f.upper << 1) | (f.S << 2));
const halves = (Q: number): string => (Q ? '4h' : '2h');
insn({
  name: 'FMLAL, FMLSL, FMLAL2, FMLSL2 (vector)',
  feature: 'FHM',
  pattern: '0 Q upper 01110 S 01 Rm:5 11 one 0 low 1 Rn:5 Rd:5',
  shape: {},
  // opcode 11101 for the lower halves, 11001 for the upper.
  where: f => f.low === 1 && f.one === 1 - f.upper,
  operands: f => ({ ...vregs(f), k: widening(f) }),
  asm: f =>
    `fml${f.S ? 's' : 'a'}l${f.upper ? '2' : ''} ${vec(f.Rd, f.Q, 2)}, v${f.Rn}.${halves(f.Q)}, v${f.Rm}.${halves(f.Q)}`,
  exec: (c, { d, n, m, k }) => c.setV(d, c.routine('fmlal', [c.v(d), c.v(n), c.v(m)], k)),
});
insn({
  name: 'FMLAL, FMLSL, FMLAL2, FMLSL2 (by element)',
  feature: 'FHM',
  pattern: '0 Q upper 0111110 L M Rm:4 u2 S 00 H 0 Rn:5 Rd:5',
  shape: {},
  where: f => f.u2 === f.upper,
  operands: f => ({
    d: VR(f.Rd),
    n: VR(f.Rn),
    m: VR(elementRegister({ ...f, size: 1 })),
    index: imm32(elementIndex({ ...f, size: 1 })),
    k: widening(f),
  }),
  asm: f =>
    `fml${f.S ? 's' : 'a'}l${f.upper ? '2' : ''} ${vec(f.Rd, f.Q, 2)}, v${f.Rn}.${halves(f.Q)}, ${elementText({ ...f, size: 1 })}`,
  exec: (c, { d, n, m, index, k }) => c.setV(d, c.routine('fmlal', [c.v(d), c.v(n), broadcast(c.v(m), 1, index)], k)),
});
