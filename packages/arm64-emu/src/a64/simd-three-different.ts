/** Advanced SIMD three different: results twice as wide as the sources, or half as wide. */
import { constantLanes, lane, saturated, vregs, widthOf, write } from './simd-common.js';
import { doublingLong, evenLanes } from './simd-saturate.js';
import { type Ctx, type Int, i32, imm32, insn, type Lane, lowHalf, type V, type V128, VR } from './spec/index.js';
import { arrangement, vec, vreg } from './text.js';

const us = (U: number): string => (U ? 'u' : 's');
type Wide = 1 | 2 | 3;
const two = (f: { Q: number }): string => (f.Q ? '2' : '');
const narrow = (f: { Q: number; size: number }, n: number): string => `v${n}.${arrangement(f.Q, f.size)}`;
const long = (f: { Q: number; size: number; Rd: number; Rn: number; Rm: number }): string =>
  `${vec(f.Rd, 1, f.size + 1)}, ${narrow(f, f.Rn)}, ${narrow(f, f.Rm)}`;
const half = (Q: number): 'low' | 'high' => (Q ? 'high' : 'low');

insn({
  name: 'SADDL, UADDL, SADDW, UADDW, SSUBL, USUBL, SSUBW, USUBW',
  pattern: '0 Q U 01110 size:2 1 Rm:5 00 sub w 00 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, sub: 2, w: 2 },
  where: f => f.size < 3,
  operands: vregs,
  asm: f => {
    const name = `${us(f.U)}${f.sub ? 'sub' : 'add'}${f.w ? 'w' : 'l'}${two(f)}`;
    return f.w
      ? `${name} ${vec(f.Rd, 1, f.size + 1)}, ${vec(f.Rn, 1, f.size + 1)}, ${narrow(f, f.Rm)}`
      : `${name} ${long(f)}`;
  },
  exec: (c, { d, n, m }, { Q, U, size, sub, w }) => {
    const l = (size + 1) as Wide;
    const a = w ? c.v(n) : c.v(n).extend(l, half(Q), U === 0);
    const b = c.v(m).extend(l, half(Q), U === 0);
    c.setV(d, sub ? a.sub(l, b) : a.add(l, b));
  },
});

insn({
  name: 'ADDHN, RADDHN, SUBHN, RSUBHN',
  pattern: '0 Q r 01110 size:2 1 Rm:5 01 sub 000 Rn:5 Rd:5',
  shape: { Q: 2, r: 2, size: 3, sub: 2 },
  where: f => f.size < 3,
  operands: vregs,
  asm: f =>
    `${f.r ? 'r' : ''}${f.sub ? 'sub' : 'add'}hn${two(f)} ${narrow(f, f.Rd)}, ${vec(f.Rn, 1, f.size + 1)}, ${vec(f.Rm, 1, f.size + 1)}`,
  exec: (c, { d, n, m }, { Q, r, size, sub }) => {
    const l = lane(size + 1);
    let v = sub ? c.v(n).sub(l, c.v(m)) : c.v(n).add(l, c.v(m));
    if (r) v = v.add(l, constantLanes(size + 1, 1n << BigInt((8 << size) - 1)));
    const low = evenLanes(size, v.shrU(l, i32(8 << size)));
    c.setV(d, Q ? c.v(d).put(3, 1, low.get(3, 0)) : lowHalf(low));
  },
});

insn({
  name: 'SABAL, UABAL, SABDL, UABDL',
  pattern: '0 Q U 01110 size:2 1 Rm:5 01 bd 100 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, bd: 2 },
  where: f => f.size < 3,
  operands: vregs,
  asm: f => `${us(f.U)}ab${f.bd ? 'd' : 'a'}l${two(f)} ${long(f)}`,
  exec: (c, { d, n, m }, { Q, U, size, bd }) => {
    const l = (size + 1) as Wide;
    const s = lane(size);
    const [a, b] = [c.v(n), c.v(m)];
    const difference = a
      .max(s, U === 0, b)
      .sub(s, a.min(s, U === 0, b))
      .extend(l, half(Q), false);
    c.setV(d, bd ? difference : c.v(d).add(l, difference));
  },
});

/** SMULL and its accumulating forms once the product is there; `op` 0 add, 1 subtract, 2 plain. */
export const accumulate = (l: Lane, op: number, d: () => V128, product: V128): V128 =>
  op === 2 ? product : op ? d().sub(l, product) : d().add(l, product);

const MULTIPLY = ['mlal', 'mlsl', 'mull'];
insn({
  name: 'SMLAL, UMLAL, SMLSL, UMLSL, SMULL, UMULL',
  pattern: '0 Q U 01110 size:2 1 Rm:5 1 op:2 000 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, op: 3 },
  where: f => f.size < 3 && f.op < 3,
  operands: vregs,
  asm: f => `${us(f.U)}${MULTIPLY[f.op]}${two(f)} ${long(f)}`,
  exec: (c, { d, n, m }, { Q, U, size, op }) => {
    const l = (size + 1) as Wide;
    const product = c.v(n).extmul(l, half(Q), U === 0, c.v(m));
    c.setV(
      d,
      accumulate(l, op, () => c.v(d), product),
    );
  },
});

insn({
  name: 'SQDMLAL, SQDMLSL, SQDMULL',
  pattern: '0 Q 0 s 1110 size:2 1 Rm:5 1 op:2 100 Rn:5 Rd:5',
  shape: { w: 3, size: 3, op: 3 },
  pick: f => ({ w: widthOf(f) }),
  where: f => f.op < 3 && (f.size === 1 || f.size === 2) && (f.s === 0 || f.Q === 1),
  operands: vregs,
  asm: f => {
    const name = `sqd${MULTIPLY[f.op]}`;
    if (f.s) return `${name} ${vreg(f.size + 1, f.Rd)}, ${vreg(f.size, f.Rn)}, ${vreg(f.size, f.Rm)}`;
    return `${name}${two(f)} ${long(f)}`;
  },
  exec: (c, { d, n, m }, { w, size, op }) => writeLong(c, d, w, size, op, c.v(n), c.v(m)),
});
/** Writes the doubling long product: of the low half, the high half, or a scalar. */
export function writeLong<W extends Int<W>>(c: Ctx<W>, d: V, w: number, size: number, op: number, a: V128, b: V128) {
  const { value, over } = doublingLong(size, w === 1 ? 'high' : 'low', op, () => c.v(d), a, b);
  const width = w === 2 ? 2 : 1;
  write(c, d, width, size + 1, value);
  saturated(c, width, size + 1, over);
}
insn({
  name: 'PMULL (bytes)',
  pattern: '0 Q 00111000 1 Rm:5 111000 Rn:5 Rd:5',
  shape: { Q: 2 },
  operands: vregs,
  asm: f => `pmull${two(f)} ${vec(f.Rd, 1, 1)}, ${vec(f.Rn, f.Q, 0)}, ${vec(f.Rm, f.Q, 0)}`,
  exec: (c, { d, n, m }, { Q }) => {
    const a = c.v(n).extend(1, half(Q), false);
    const b = c.v(m).extend(1, half(Q), false);
    let r = constantLanes(1, 0n);
    for (let i = 0; i < 8; i++) {
      const bit = b.shl(1, i32(15 - i)).shrS(1, i32(15));
      r = r.xor(bit.and(a.shl(1, i32(i))));
    }
    c.setV(d, r);
  },
});
insn({
  name: 'PMULL (doublewords)',
  feature: 'PMULL',
  pattern: '0 Q 00111011 1 Rm:5 111000 Rn:5 Rd:5',
  shape: {},
  operands: f => ({ d: VR(f.Rd), n: VR(f.Rn), m: VR(f.Rm), k: imm32(f.Q) }),
  asm: f =>
    `pmull${two(f)} ${vec(f.Rd, 1, 4).replace('2q', '1q')}, ${narrow({ Q: f.Q, size: 3 }, f.Rn)}, ${narrow({ Q: f.Q, size: 3 }, f.Rm)}`,
  exec: (c, { d, n, m, k }) => c.setV(d, c.routine('pmull64', [c.v(n), c.v(m)], k)),
});
