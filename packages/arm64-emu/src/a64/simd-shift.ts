/** Advanced SIMD shift by immediate: vector and scalar forms. */
import { constantLanes, lane, reg, saturated, signs, vregs2, widthOf, write } from './simd-common.js';
import { evenLanes, narrowSaturated, writeNarrow } from './simd-saturate.js';
import { type I32, imm32, insn, type V128 } from './spec/index.js';
import { arrangement, vec, vreg } from './text.js';

interface ShiftFields {
  readonly immh: number;
  readonly immb: number;
}
const sizeOf = (f: ShiftFields): number => 31 - Math.clz32(f.immh);
const rightBy = (f: ShiftFields): number => (16 << sizeOf(f)) - (f.immh * 8 + f.immb);
const leftBy = (f: ShiftFields): number => f.immh * 8 + f.immb - (8 << sizeOf(f));
type Form = ShiftFields & { Q: number; s: number };
/** Vector of any arrangement, or a scalar doubleword. */
const vectorOrD = (f: Form): boolean => f.immh > 0 && (f.s ? f.Q === 1 && f.immh >= 8 : f.immh < 8 || f.Q === 1);
const dn = (f: Form & { Rd: number; Rn: number }): string => `${reg(f, sizeOf(f), f.Rd)}, ${reg(f, sizeOf(f), f.Rn)}`;

/** Shifts right by 1 to the width of a lane, which wasm would take as 0. */
function shiftRight(size: number, U: number, v: V128, k: I32): V128 {
  const l = lane(size);
  // In two steps: k - k/2 and k/2 are both less than the width.
  const part = k.shrU(1);
  const shift = (x: V128, by: I32): V128 => (U ? x.shrU(l, by) : x.shrS(l, by));
  return shift(shift(v, part), k.sub(part));
}
/** The bit that is lost last, as 0 or 1. */
function roundingBit(size: number, v: V128, k: I32): V128 {
  return v.shrU(lane(size), k.sub(1)).and(constantLanes(size, 1n));
}

const RIGHT = ['shr', 'sra', 'rshr', 'rsra'];
insn({
  name: 'SSHR, USHR, SSRA, USRA, SRSHR, URSHR, SRSRA, URSRA',
  pattern: '0 Q U s 11110 immh:4 immb:3 00 op:2 01 Rn:5 Rd:5',
  shape: { w: 3, U: 2, op: 4, size: 4 },
  pick: f => ({ w: widthOf(f), size: sizeOf(f) }),
  where: vectorOrD,
  operands: f => ({ ...vregs2(f), k: imm32(rightBy(f)) }),
  asm: f => `${f.U ? 'u' : 's'}${RIGHT[f.op]} ${dn(f)}, #${rightBy(f)}`,
  exec: (c, { d, n, k }, { w, U, op, size }) => {
    const l = lane(size);
    let v = shiftRight(size, U, c.v(n), k);
    if (op & 2) v = v.add(l, roundingBit(size, c.v(n), k));
    write(c, d, w, size, op & 1 ? c.v(d).add(l, v) : v);
  },
});

insn({
  name: 'SRI',
  pattern: '0 Q 1 s 11110 immh:4 immb:3 010001 Rn:5 Rd:5',
  shape: { w: 3, size: 4 },
  pick: f => ({ w: widthOf(f), size: sizeOf(f) }),
  where: vectorOrD,
  operands: f => ({ ...vregs2(f), k: imm32(rightBy(f)) }),
  asm: f => `sri ${dn(f)}, #${rightBy(f)}`,
  exec: (c, { d, n, k }, { w, size }) => {
    const mask = shiftRight(size, 1, constantLanes(size, -1n), k);
    write(c, d, w, size, mask.mux(shiftRight(size, 1, c.v(n), k), c.v(d)));
  },
});
insn({
  name: 'SHL, SLI',
  pattern: '0 Q U s 11110 immh:4 immb:3 010101 Rn:5 Rd:5',
  shape: { w: 3, U: 2, size: 4 },
  pick: f => ({ w: widthOf(f), size: sizeOf(f) }),
  where: vectorOrD,
  operands: f => ({ ...vregs2(f), k: imm32(leftBy(f)) }),
  asm: f => `${f.U ? 'sli' : 'shl'} ${dn(f)}, #${leftBy(f)}`,
  exec: (c, { d, n, k }, { w, U, size }) => {
    const v = c.v(n).shl(lane(size), k);
    const mask = (): V128 => constantLanes(size, -1n).shl(lane(size), k);
    write(c, d, w, size, U ? mask().mux(v, c.v(d)) : v);
  },
});

insn({
  name: 'SQSHL, UQSHL, SQSHLU (immediate)',
  pattern: '0 Q U s 11110 immh:4 immb:3 011 o 01 Rn:5 Rd:5',
  shape: { w: 3, U: 2, o: 2, size: 4 },
  pick: f => ({ w: widthOf(f), size: sizeOf(f) }),
  where: f => f.immh > 0 && (f.o === 1 || f.U === 1) && (f.s ? f.Q === 1 : f.immh < 8 || f.Q === 1),
  operands: f => ({ ...vregs2(f), k: imm32(leftBy(f)) }),
  asm: f => `${f.U && f.o ? 'u' : 's'}qshl${f.o ? '' : 'u'} ${dn(f)}, #${leftBy(f)}`,
  exec: (c, { d, n, k }, { w, U, o, size }) => {
    const l = lane(size);
    const v = c.v(n);
    const shifted = v.shl(l, k);
    const back = U ? shifted.shrU(l, k) : shifted.shrS(l, k);
    const lost = back.eq(l, v).not();
    const negative = signs(size, v);
    // SQSHLU takes signed numbers and gives unsigned ones: negative ones become 0.
    const over = U && !o ? lost.or(negative) : lost;
    const limit = !U
      ? negative.xor(constantLanes(size, (1n << BigInt((8 << size) - 1)) - 1n))
      : o
        ? constantLanes(size, -1n)
        : negative.not();
    write(c, d, w, size, over.mux(limit, shifted));
    saturated(c, w, size, over);
  },
});

insn({
  name: 'SHRN, RSHRN',
  pattern: '0 Q 0011110 immh:4 immb:3 1000 r 1 Rn:5 Rd:5',
  shape: { Q: 2, r: 2, size: 3 },
  pick: f => ({ size: sizeOf(f) }),
  where: f => f.immh > 0 && f.immh < 8,
  operands: f => ({ ...vregs2(f), k: imm32(rightBy(f)) }),
  asm: f =>
    `${f.r ? 'r' : ''}shrn${f.Q ? '2' : ''} ${vec(f.Rd, f.Q, sizeOf(f))}, ${vec(f.Rn, 1, sizeOf(f) + 1)}, #${rightBy(f)}`,
  exec: (c, { d, n, k }, { Q, r, size }) => {
    const l = lane(size + 1);
    let v = c.v(n).shrU(l, k);
    if (r) v = v.add(l, roundingBit(size + 1, c.v(n), k));
    writeNarrow(c, d, Q, size, evenLanes(size, v));
  },
});

const SATURATING = ['sqshrun', 'sqrshrun', 'sqshrn', 'sqrshrn', '', '', 'uqshrn', 'uqrshrn'];
insn({
  name: 'SQSHRUN, SQRSHRUN, SQSHRN, SQRSHRN, UQSHRN, UQRSHRN',
  pattern: '0 Q U s 11110 immh:4 immb:3 100 n r 1 Rn:5 Rd:5',
  shape: { w: 3, U: 2, n: 2, r: 2, size: 3 },
  pick: f => ({ w: widthOf(f), size: sizeOf(f) }),
  where: f => f.U + f.n > 0 && f.immh > 0 && f.immh < 8 && (f.s === 0 || f.Q === 1),
  operands: f => ({ ...vregs2(f), k: imm32(rightBy(f)) }),
  asm: f => {
    const size = sizeOf(f);
    const name = SATURATING[(f.U ? (f.n ? 6 : 0) : 2) + f.r];
    if (f.s) return `${name} ${vreg(size, f.Rd)}, ${vreg(size + 1, f.Rn)}, #${rightBy(f)}`;
    return `${name}${f.Q ? '2' : ''} ${vec(f.Rd, f.Q, size)}, ${vec(f.Rn, 1, size + 1)}, #${rightBy(f)}`;
  },
  exec: (c, { d, n, k }, { w, U, n: wide, r, size }) => {
    const l = lane(size + 1);
    const v = c.v(n);
    const unsigned = U === 1 && wide === 1;
    let shifted = unsigned ? v.shrU(l, k) : v.shrS(l, k);
    if (r) shifted = shifted.add(l, roundingBit(size + 1, v, k));
    narrowSaturated(c, d, w, size, shifted, !unsigned, U === 0);
  },
});

insn({
  name: 'SSHLL, USHLL',
  pattern: '0 Q U 011110 immh:4 immb:3 101001 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3 },
  pick: f => ({ size: sizeOf(f) }),
  where: f => f.immh > 0 && f.immh < 8,
  operands: f => ({ ...vregs2(f), k: imm32(leftBy(f)) }),
  asm: f => {
    const size = sizeOf(f);
    return `${f.U ? 'u' : 's'}shll${f.Q ? '2' : ''} ${vec(f.Rd, 1, size + 1)}, v${f.Rn}.${arrangement(f.Q, size)}, #${leftBy(f)}`;
  },
  exec: (c, { d, n, k }, { Q, U, size }) => {
    const wide = (size + 1) as 1 | 2 | 3;
    c.setV(
      d,
      c
        .v(n)
        .extend(wide, Q ? 'high' : 'low', U === 0)
        .shl(wide, k),
    );
  },
});
