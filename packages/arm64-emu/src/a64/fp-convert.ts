/** Floating-point conversions: between precisions, to and from integers and fixed point, round to integral. */
import { exists, formatOf, half } from './fp-scalar.js';
import { vregs2, widthOf, write } from './simd-common.js';
import { type FpFormat, imm32, insn, intParam, R, Rounding, VR, vectorOf } from './spec/index.js';
import { fpr, fpSize, gpr, vreg } from './text.js';

insn({
  name: 'FCVT',
  pattern: '00011110 type:2 10001 opc:2 10000 Rn:5 Rd:5',
  shape: { type: 4, opc: 4 },
  where: f => exists(f) && f.opc !== 2 && f.opc !== f.type,
  operands: vregs2,
  asm: f => `fcvt ${fpr(f.opc, f.Rd)}, ${fpr(f.type, f.Rn)}`,
  exec: (c, { d, n }, { type, opc }) => c.setV(d, c.fp.op('convert', formatOf(type), 1, [c.v(n)], fpSize(opc))),
});

/** FRINT forms by their encoding: rounding, and 8 where inexact is raised. */
const ROUND = [
  ['n', Rounding.nearest],
  ['p', Rounding.up],
  ['m', Rounding.down],
  ['z', Rounding.zero],
  ['a', Rounding.away],
  ['', 0],
  ['x', Rounding.fpcr | 8],
  ['i', Rounding.fpcr],
] as const;
insn({
  name: 'FRINTN, FRINTP, FRINTM, FRINTZ, FRINTA, FRINTX, FRINTI (scalar)',
  pattern: '00011110 type:2 1001 op:3 10000 Rn:5 Rd:5',
  shape: { type: 4, op: 8 },
  where: f => exists(f) && f.op !== 5,
  needs: half,
  operands: vregs2,
  asm: f => `frint${ROUND[f.op]![0]} ${fpr(f.type, f.Rd)}, ${fpr(f.type, f.Rn)}`,
  exec: (c, { d, n }, { type, op }) => c.setV(d, c.fp.op('roundint', formatOf(type), 1, [c.v(n)], ROUND[op]![1])),
});
/** FRINT32Z, FRINT32X, FRINT64Z, FRINT64X: `param` of the operation. */
const toSize = (op: number): number => (op & 1 ? Rounding.fpcr : Rounding.zero) | (op & 2 ? 32 : 16);
const SIZED = ['32z', '32x', '64z', '64x'];
insn({
  name: 'FRINT32Z, FRINT32X, FRINT64Z, FRINT64X (scalar)',
  feature: 'FRINTTS',
  pattern: '00011110 type:2 10100 op:2 10000 Rn:5 Rd:5',
  shape: { type: 2, op: 4 },
  where: f => f.type < 2,
  operands: vregs2,
  asm: f => `frint${SIZED[f.op]} ${fpr(f.type, f.Rd)}, ${fpr(f.type, f.Rn)}`,
  exec: (c, { d, n }, { type, op }) => c.setV(d, c.fp.op('roundint', formatOf(type), 1, [c.v(n)], toSize(op))),
});
insn({
  name: 'FRINT32Z, FRINT32X, FRINT64Z, FRINT64X (vector)',
  feature: 'FRINTTS',
  pattern: '0 Q U 011100 sz 10000 1111 op 10 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, sz: 2, op: 2 },
  where: f => f.Q === 1 || f.sz === 0,
  operands: vregs2,
  asm: f => {
    const t = `${(2 << f.Q) >> f.sz}${'sd'[f.sz]}`;
    return `frint${SIZED[f.op * 2 + f.U]} v${f.Rd}.${t}, v${f.Rn}.${t}`;
  },
  exec: (c, { d, n }, { Q, U, sz, op }) =>
    c.setV(d, c.fp.op('roundint', (2 + sz) as FpFormat, (2 << Q) >> sz, [c.v(n)], toSize(op * 2 + U))),
});

// ---- integers ----

const integer = (sf: number): 2 | 3 => (sf ? 3 : 2);
insn({
  name: 'SCVTF, UCVTF (scalar, integer)',
  pattern: 'sf 0011110 type:2 10001 U 000000 Rn:5 Rd:5',
  shape: { sf: 2, type: 4, U: 2 },
  where: exists,
  needs: half,
  operands: f => ({ d: VR(f.Rd), n: R(f.Rn) }),
  asm: f => `${f.U ? 'u' : 's'}cvtf ${fpr(f.type, f.Rd)}, ${gpr(f.sf, f.Rn)}`,
  exec: (c, { d, n }, { sf, type, U }) => {
    const v = vectorOf(c.x(n));
    c.setV(d, c.fp.op(U ? 'fromuint' : 'fromsint', formatOf(type), 1, [v], intParam(0, integer(sf))));
  },
});
/** FCVTNS, FCVTPS, FCVTMS, FCVTZS by rmode; opcode 10x with rmode 0 is FCVTAS. */
const TO_INT = ['n', 'p', 'm', 'z'];
insn({
  name: 'FCVTNS, FCVTPS, FCVTMS, FCVTZS, FCVTAS and unsigned (scalar, integer)',
  pattern: 'sf 0011110 type:2 1 rmode:2 a 0 U 000000 Rn:5 Rd:5',
  shape: { sf: 2, type: 4, rounding: 5, U: 2 },
  pick: f => ({ rounding: f.a ? Rounding.away : f.rmode }),
  where: f => exists(f) && (f.a === 0 || f.rmode === 0),
  needs: half,
  operands: f => ({ d: R(f.Rd), n: VR(f.Rn) }),
  asm: f => `fcvt${f.a ? 'a' : TO_INT[f.rmode]}${f.U ? 'u' : 's'} ${gpr(f.sf, f.Rd)}, ${fpr(f.type, f.Rn)}`,
  exec: (c, { d, n }, { sf, type, rounding, U }) => {
    const r = c.fp.op(U ? 'touint' : 'tosint', formatOf(type), 1, [c.v(n)], intParam(rounding, integer(sf)));
    c.setX(d, r.get(3, 0));
  },
});
insn({
  name: 'FJCVTZS',
  feature: 'JSCVT',
  pattern: '0001111001111110000000 Rn:5 Rd:5',
  shape: {},
  operands: f => ({ d: R(f.Rd), n: VR(f.Rn) }),
  asm: f => `fjcvtzs ${gpr(0, f.Rd)}, ${vreg(3, f.Rn)}`,
  exec: (c, { d, n }) => {
    const r = c.fp.op('jstoint', 3, 1, [c.v(n)]);
    c.setW(d, r.get(2, 0));
    c.setFlags(c.packedFlags(r.get(2, 1).shl(2)));
  },
});

// ---- fixed point: the number of fraction bits is an operand ----

insn({
  name: 'SCVTF, UCVTF, FCVTZS, FCVTZU (scalar, fixed-point)',
  pattern: 'sf 0011110 type:2 0 zero:2 op:2 U scale:6 Rn:5 Rd:5',
  shape: { to: 2 },
  pick: f => ({ to: f.zero ? 1 : 0 }),
  // rmode:opcode 00 01x converts to floating point, 11 00x from it.
  where: f =>
    exists(f) && ((f.zero === 0 && f.op === 1) || (f.zero === 3 && f.op === 0)) && (f.sf === 1 || f.scale >= 32),
  needs: half,
  operands: f => ({
    gd: R(f.zero ? f.Rd : 31),
    gn: R(f.zero ? 31 : f.Rn),
    vd: VR(f.Rd),
    vn: VR(f.Rn),
    k: imm32(fixedParam(fpSize(f.type), 1, f.U, f.zero ? 1 : 0, 64 - f.scale, integer(f.sf))),
  }),
  asm: f => {
    const g = (n: number): string => gpr(f.sf, n);
    return f.zero
      ? `fcvtz${f.U ? 'u' : 's'} ${g(f.Rd)}, ${fpr(f.type, f.Rn)}, #${64 - f.scale}`
      : `${f.U ? 'u' : 's'}cvtf ${fpr(f.type, f.Rd)}, ${g(f.Rn)}, #${64 - f.scale}`;
  },
  exec: (c, { gd, gn, vd, vn, k }, { to }) => {
    if (to) c.setX(gd, c.routine('fixedPoint', [c.v(vn)], k).get(3, 0));
    else c.setV(vd, c.routine('fixedPoint', [vectorOf(c.x(gn))], k));
  },
});
/** Parameter of the routine `fixedPoint`. */
function fixedParam(size: number, lanes: number, U: number, toInteger: number, bits: number, int: number): number {
  return size | (lanes << 4) | (U << 8) | (toInteger << 9) | (int << 10) | (bits << 16);
}
const fixedSize = (f: { immh: number }): number => 31 - Math.clz32(f.immh);
insn({
  name: 'SCVTF, UCVTF, FCVTZS, FCVTZU (vector, fixed-point)',
  pattern: '0 Q U s 11110 immh:4 immb:3 111 to z 1 Rn:5 Rd:5',
  shape: { w: 3, size: 4 },
  pick: f => ({ w: widthOf(f), size: fixedSize(f) }),
  // opcode 11100 converts to floating point, 11111 from it.
  where: f => f.to === f.z && f.immh > 1 && (f.s ? f.Q === 1 : f.immh < 8 || f.Q === 1),
  needs: f => (fixedSize(f) === 1 ? 'FP16' : undefined),
  operands: f => {
    const size = fixedSize(f);
    const lanes = f.s ? 1 : (8 << f.Q) >> size;
    const bits = (16 << size) - (f.immh * 8 + f.immb);
    return { ...vregs2(f), k: imm32(fixedParam(size, lanes, f.U, f.to, bits, size)) };
  },
  asm: f => {
    const size = fixedSize(f);
    const name = f.to ? `fcvtz${f.U ? 'u' : 's'}` : `${f.U ? 'u' : 's'}cvtf`;
    const r = (n: number): string => (f.s ? vreg(size, n) : `v${n}.${(8 << f.Q) >> size}${'bhsd'[size]}`);
    return `${name} ${r(f.Rd)}, ${r(f.Rn)}, #${(16 << size) - (f.immh * 8 + f.immb)}`;
  },
  exec: (c, { d, n, k }, { w, size }) => write(c, d, w, size, c.routine('fixedPoint', [c.v(n)], k)),
});
