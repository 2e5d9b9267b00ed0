/** Advanced SIMD three same, integer: vector and scalar forms. */
import {
  constantLanes,
  dnm,
  lane,
  lanesOf,
  saturated,
  selector,
  signs,
  vectorOrD,
  vectorOrScalar,
  vectorSize,
  vregs,
  widthOf,
  write,
} from './simd-common.js';
import { addSaturated, doublingAccumulate, doublingHigh } from './simd-saturate.js';
import { i32, imm32, insn, type V128 } from './spec/index.js';
import { vec } from './text.js';

const us = (U: number): string => (U ? 'u' : 's');

insn({
  name: 'SHADD, UHADD, SRHADD, URHADD, SHSUB, UHSUB',
  pattern: '0 Q U 01110 size:2 1 Rm:5 00 sub r 01 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, sub: 2, r: 2 },
  where: f => f.size < 3 && !(f.sub && f.r),
  operands: vregs,
  asm: f => `${us(f.U)}${f.r ? 'r' : ''}h${f.sub ? 'sub' : 'add'} ${dnm({ ...f, s: 0 })}`,
  exec: (c, { d, n, m }, { Q, U, size, sub, r }) => {
    const l = lane(size);
    const [a, b] = [c.v(n), c.v(m)];
    const half = (v: V128): V128 => (U ? v.shrU(l, i32(1)) : v.shrS(l, i32(1)));
    const differ = half(a.xor(b));
    // a + b = 2(a & b) + (a ^ b) = 2(a | b) - (a ^ b), a - b = (a ^ b) - 2(~a & b): no carry is lost.
    const v = sub ? differ.sub(l, b.andNot(a)) : r ? a.or(b).sub(l, differ) : a.and(b).add(l, differ);
    write(c, d, Q, size, v);
  },
});

insn({
  name: 'SQADD, UQADD, SQSUB, UQSUB',
  pattern: '0 Q U s 1110 size:2 1 Rm:5 00 sub 011 Rn:5 Rd:5',
  shape: { w: 3, U: 2, size: 4, sub: 2 },
  pick: f => ({ w: widthOf(f) }),
  where: vectorOrScalar,
  operands: vregs,
  asm: f => `${us(f.U)}q${f.sub ? 'sub' : 'add'} ${dnm(f)}`,
  exec: (c, { d, n, m }, { w, U, size, sub }) => {
    const { value, over } = addSaturated(size, U === 1, sub === 1, c.v(n), c.v(m));
    write(c, d, w, size, value);
    saturated(c, w, size, over);
  },
});

const COMPARES = [
  ['cmgt', 'cmge', '', 'cmtst'],
  ['cmhi', 'cmhs', '', 'cmeq'],
] as const;
insn({
  name: 'CMGT, CMGE, CMHI, CMHS',
  pattern: '0 Q U s 1110 size:2 1 Rm:5 0011 eq 1 Rn:5 Rd:5',
  shape: { w: 3, U: 2, size: 4, eq: 2 },
  pick: f => ({ w: widthOf(f) }),
  where: vectorOrD,
  operands: vregs,
  asm: f => `${COMPARES[f.U as 0 | 1][f.eq]} ${dnm(f)}`,
  exec: (c, { d, n, m }, { w, U, size, eq }) => {
    const [a, b] = [c.v(n), c.v(m)];
    write(c, d, w, size, eq ? a.ge(lane(size), U === 0, b) : a.gt(lane(size), U === 0, b));
  },
});
insn({
  name: 'CMTST, CMEQ (register)',
  pattern: '0 Q U s 1110 size:2 1 Rm:5 100011 Rn:5 Rd:5',
  shape: { w: 3, U: 2, size: 4 },
  pick: f => ({ w: widthOf(f) }),
  where: vectorOrD,
  operands: vregs,
  asm: f => `${COMPARES[f.U as 0 | 1][3]} ${dnm(f)}`,
  exec: (c, { d, n, m }, { w, U, size }) => {
    const [a, b] = [c.v(n), c.v(m)];
    const l = lane(size);
    write(c, d, w, size, U ? a.eq(l, b) : a.and(b).eq(l, constantLanes(size, 0n)).not());
  },
});

/** Shifts by a register: rounding and saturating variants are done lane by lane. */
insn({
  name: 'SSHL, USHL, SQSHL, UQSHL, SRSHL, URSHL, SQRSHL, UQRSHL (register)',
  pattern: '0 Q U s 1110 size:2 1 Rm:5 010 r q 1 Rn:5 Rd:5',
  shape: {},
  where: f => (f.q ? vectorOrScalar(f) : vectorOrD(f)),
  operands: f => ({
    ...vregs(f),
    k: imm32(f.size | (lanesOf(widthOf(f), f.size) << 4) | (f.U << 16) | (f.r << 17) | (f.q << 18)),
  }),
  asm: f => `${us(f.U)}${f.q ? 'q' : ''}${f.r ? 'r' : ''}shl ${dnm(f)}`,
  exec: (c, { d, n, m, k }) => c.setV(d, c.routine('shiftLanes', [c.v(n), c.v(m)], k)),
});

insn({
  name: 'SMAX, UMAX, SMIN, UMIN',
  pattern: '0 Q U 01110 size:2 1 Rm:5 0110 min 1 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, min: 2 },
  where: f => f.size < 3,
  operands: vregs,
  asm: f => `${us(f.U)}${f.min ? 'min' : 'max'} ${dnm({ ...f, s: 0 })}`,
  exec: (c, { d, n, m }, { Q, U, size, min }) => write(c, d, Q, size, extreme(size, U, min, c.v(n), c.v(m))),
});
const extreme = (size: number, U: number, min: number, a: V128, b: V128): V128 =>
  min ? a.min(lane(size), U === 0, b) : a.max(lane(size), U === 0, b);

insn({
  name: 'SABD, UABD, SABA, UABA',
  pattern: '0 Q U 01110 size:2 1 Rm:5 0111 acc 1 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, acc: 2 },
  where: f => f.size < 3,
  operands: vregs,
  asm: f => `${us(f.U)}ab${f.acc ? 'a' : 'd'} ${dnm({ ...f, s: 0 })}`,
  exec: (c, { d, n, m }, { Q, U, size, acc }) => {
    const [a, b] = [c.v(n), c.v(m)];
    const v = extreme(size, U, 0, a, b).sub(lane(size), extreme(size, U, 1, a, b));
    write(c, d, Q, size, acc ? c.v(d).add(lane(size), v) : v);
  },
});

insn({
  name: 'ADD, SUB (vector)',
  pattern: '0 Q U s 1110 size:2 1 Rm:5 100001 Rn:5 Rd:5',
  shape: { w: 3, U: 2, size: 4 },
  pick: f => ({ w: widthOf(f) }),
  where: vectorOrD,
  operands: vregs,
  asm: f => `${f.U ? 'sub' : 'add'} ${dnm(f)}`,
  exec: (c, { d, n, m }, { w, U, size }) =>
    write(c, d, w, size, U ? c.v(n).sub(lane(size), c.v(m)) : c.v(n).add(lane(size), c.v(m))),
});

insn({
  name: 'MLA, MLS (vector)',
  pattern: '0 Q U 01110 size:2 1 Rm:5 100101 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3 },
  where: f => f.size < 3,
  operands: vregs,
  asm: f => `ml${f.U ? 's' : 'a'} ${dnm({ ...f, s: 0 })}`,
  exec: (c, { d, n, m }, { Q, U, size }) => {
    const p = c.v(n).mul(lane(size), c.v(m));
    write(c, d, Q, size, U ? c.v(d).sub(lane(size), p) : c.v(d).add(lane(size), p));
  },
});
insn({
  name: 'MUL (vector)',
  pattern: '0 Q 001110 size:2 1 Rm:5 100111 Rn:5 Rd:5',
  shape: { Q: 2, size: 3 },
  where: f => f.size < 3,
  operands: vregs,
  asm: f => `mul ${dnm({ ...f, s: 0 })}`,
  exec: (c, { d, n, m }, { Q, size }) => write(c, d, Q, size, c.v(n).mul(lane(size), c.v(m))),
});
insn({
  name: 'PMUL',
  pattern: '0 Q 101110001 Rm:5 100111 Rn:5 Rd:5',
  shape: { Q: 2 },
  operands: vregs,
  asm: f => `pmul ${vec(f.Rd, f.Q, 0)}, ${vec(f.Rn, f.Q, 0)}, ${vec(f.Rm, f.Q, 0)}`,
  exec: (c, { d, n, m }, { Q }) => {
    // Carry-less product of bytes: one partial product for every bit of the multiplier.
    let r = constantLanes(0, 0n);
    for (let i = 0; i < 8; i++) {
      const bit = signs(0, c.v(m).shl(0, i32(7 - i)));
      r = r.xor(bit.and(c.v(n).shl(0, i32(i))));
    }
    write(c, d, Q, 0, r);
  },
});

/** Neighbouring lanes of the concatenation of two vectors: the even and the odd ones. */
export function pairs(Q: number, size: number, a: V128, b: V128): [V128, V128] {
  const count = lanesOf(Q, size);
  return [0, 1].map(odd =>
    a.shuffle(
      b,
      selector(size, count, i => 2 * i + odd),
    ),
  ) as [V128, V128];
}
insn({
  name: 'SMAXP, UMAXP, SMINP, UMINP',
  pattern: '0 Q U 01110 size:2 1 Rm:5 1010 min 1 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, min: 2 },
  where: f => f.size < 3,
  operands: vregs,
  asm: f => `${us(f.U)}${f.min ? 'min' : 'max'}p ${dnm({ ...f, s: 0 })}`,
  exec: (c, { d, n, m }, { Q, U, size, min }) =>
    write(c, d, Q, size, extreme(size, U, min, ...pairs(Q, size, c.v(n), c.v(m)))),
});
insn({
  name: 'ADDP (vector)',
  pattern: '0 Q 001110 size:2 1 Rm:5 101111 Rn:5 Rd:5',
  shape: { Q: 2, size: 4 },
  where: f => vectorSize({ ...f, s: 0 }),
  operands: vregs,
  asm: f => `addp ${dnm({ ...f, s: 0 })}`,
  exec: (c, { d, n, m }, { Q, size }) => {
    const [even, odd] = pairs(Q, size, c.v(n), c.v(m));
    write(c, d, Q, size, even.add(lane(size), odd));
  },
});

const halfOrWord = (f: { size: number; s: number; Q: number }): boolean =>
  (f.size === 1 || f.size === 2) && (f.s === 0 || f.Q === 1);
insn({
  name: 'SQDMULH, SQRDMULH (vector)',
  pattern: '0 Q U s 1110 size:2 1 Rm:5 101101 Rn:5 Rd:5',
  shape: { w: 3, U: 2, size: 3 },
  pick: f => ({ w: widthOf(f) }),
  where: halfOrWord,
  operands: vregs,
  asm: f => `sq${f.U ? 'r' : ''}dmulh ${dnm(f)}`,
  exec: (c, { d, n, m }, { w, U, size }) => {
    const { value, over } = doublingHigh(size, U === 1, c.v(n), c.v(m));
    write(c, d, w, size, value);
    saturated(c, w, size, over);
  },
});
insn({
  name: 'SQRDMLAH, SQRDMLSH (vector)',
  feature: 'RDM',
  pattern: '0 Q 1 s 1110 size:2 0 Rm:5 1000 sub 1 Rn:5 Rd:5',
  shape: { w: 3, sub: 2, size: 3 },
  pick: f => ({ w: widthOf(f) }),
  where: halfOrWord,
  operands: vregs,
  asm: f => `sqrdml${f.sub ? 's' : 'a'}h ${dnm(f)}`,
  exec: (c, { d, n, m }, { w, sub, size }) => {
    const { value, over } = doublingAccumulate(size, sub === 1, c.v(d), c.v(n), c.v(m));
    write(c, d, w, size, value);
    saturated(c, w, size, over);
  },
});

const LOGICAL = ['and', 'bic', 'orr', 'orn', 'eor', 'bsl', 'bit', 'bif'];
insn({
  name: 'AND, BIC, ORR, ORN, EOR, BSL, BIT, BIF (vector)',
  pattern: '0 Q U 01110 op:2 1 Rm:5 000111 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, op: 4 },
  operands: vregs,
  asm: f => `${LOGICAL[f.U * 4 + f.op]} ${vec(f.Rd, f.Q, 0)}, ${vec(f.Rn, f.Q, 0)}, ${vec(f.Rm, f.Q, 0)}`,
  exec: (c, { d, n, m }, { Q, U, op }) => {
    const [a, b] = [c.v(n), c.v(m)];
    const old = (): V128 => c.v(d);
    const results = [
      () => a.and(b),
      () => a.andNot(b),
      () => a.or(b),
      () => a.or(b.not()),
      () => a.xor(b),
      () => old().mux(a, b),
      () => b.mux(a, old()),
      () => b.mux(old(), a),
    ];
    write(c, d, Q, 0, results[U * 4 + op]!());
  },
});
