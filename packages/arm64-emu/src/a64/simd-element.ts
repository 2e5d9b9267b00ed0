/** Advanced SIMD vector by element, integer: vector and scalar forms. */
import { broadcast } from './lanes.js';
import { lane, reg, saturated, widthOf, write } from './simd-common.js';
import { doublingAccumulate, doublingHigh } from './simd-saturate.js';
import { accumulate, writeLong } from './simd-three-different.js';
import { imm32, insn, type Lane, VR } from './spec/index.js';
import { element, vec, vreg } from './text.js';

interface ElementFields {
  readonly size: number;
  readonly L: number;
  readonly M: number;
  readonly Rm: number;
  readonly H: number;
}
/** Halfwords: index H:L:M, register Rm (0-15). Words: index H:L, register M:Rm. Doublewords: H. */
export const elementIndex = (f: ElementFields, size = f.size): number =>
  size === 1 ? (f.H << 2) | (f.L << 1) | f.M : size === 2 ? (f.H << 1) | f.L : f.H;
export const elementRegister = (f: ElementFields, size = f.size): number => (size === 1 ? f.Rm : (f.M << 4) | f.Rm);
export const elementOperands = (f: ElementFields & { Rd: number; Rn: number }, size = f.size) => ({
  d: VR(f.Rd),
  n: VR(f.Rn),
  m: VR(elementRegister(f, size)),
  index: imm32(elementIndex(f, size)),
});
export const elementText = (f: ElementFields, size = f.size): string =>
  element(elementRegister(f, size), size, elementIndex(f, size));
const halfOrWord = (f: { size: number }): boolean => f.size === 1 || f.size === 2;
const two = (Q: number): string => (Q ? '2' : '');

const MULTIPLY = ['mla', 'mls', 'mul'];
insn({
  name: 'MLA, MLS, MUL (by element)',
  pattern: '0 Q U 01111 size:2 L M Rm:4 op:2 00 H 0 Rn:5 Rd:5',
  shape: { Q: 2, size: 3, op: 3 },
  // MLA and MLS have U = 1, MUL has U = 0.
  where: f => halfOrWord(f) && (f.op === 2 ? f.U === 0 : f.U === 1 && f.op < 2),
  operands: f => elementOperands(f),
  asm: f => `${MULTIPLY[f.op]} ${vec(f.Rd, f.Q, f.size)}, ${vec(f.Rn, f.Q, f.size)}, ${elementText(f)}`,
  exec: (c, { d, n, m, index }, { Q, size, op }) => {
    const l = lane(size);
    const product = c.v(n).mul(l, broadcast(c.v(m), l, index));
    write(
      c,
      d,
      Q,
      size,
      accumulate(l, op, () => c.v(d), product),
    );
  },
});

insn({
  name: 'SMLAL, UMLAL, SMLSL, UMLSL, SMULL, UMULL (by element)',
  pattern: '0 Q U 01111 size:2 L M Rm:4 op:2 10 H 0 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, op: 3 },
  where: f => halfOrWord(f) && f.op < 3,
  operands: f => elementOperands(f),
  asm: f =>
    `${f.U ? 'u' : 's'}${['mlal', 'mlsl', 'mull'][f.op]}${two(f.Q)} ${vec(f.Rd, 1, f.size + 1)}, ${vec(f.Rn, f.Q, f.size)}, ${elementText(f)}`,
  exec: (c, { d, n, m, index }, { Q, U, size, op }) => {
    const l = (size + 1) as 2 | 3;
    const product = c.v(n).extmul(l, Q ? 'high' : 'low', U === 0, broadcast(c.v(m), size as Lane, index));
    c.setV(
      d,
      accumulate(l, op, () => c.v(d), product),
    );
  },
});

insn({
  name: 'SQDMLAL, SQDMLSL, SQDMULL (by element)',
  pattern: '0 Q 0 s 1111 size:2 L M Rm:4 op:2 11 H 0 Rn:5 Rd:5',
  shape: { w: 3, size: 3, op: 3 },
  pick: f => ({ w: widthOf(f) }),
  where: f => halfOrWord(f) && f.op < 3 && (f.s === 0 || f.Q === 1),
  operands: f => elementOperands(f),
  asm: f => {
    const name = `sqd${['mlal', 'mlsl', 'mull'][f.op]}`;
    if (f.s) return `${name} ${vreg(f.size + 1, f.Rd)}, ${vreg(f.size, f.Rn)}, ${elementText(f)}`;
    return `${name}${two(f.Q)} ${vec(f.Rd, 1, f.size + 1)}, ${vec(f.Rn, f.Q, f.size)}, ${elementText(f)}`;
  },
  exec: (c, { d, n, m, index }, { w, size, op }) =>
    writeLong(c, d, w, size, op, c.v(n), broadcast(c.v(m), size as Lane, index)),
});

const same = (f: ElementFields & { Q: number; s: number; Rd: number; Rn: number }): string =>
  `${reg(f, f.size, f.Rd)}, ${reg(f, f.size, f.Rn)}, ${elementText(f)}`;
insn({
  name: 'SQDMULH, SQRDMULH (by element)',
  pattern: '0 Q 0 s 1111 size:2 L M Rm:4 110 r H 0 Rn:5 Rd:5',
  shape: { w: 3, size: 3, r: 2 },
  pick: f => ({ w: widthOf(f) }),
  where: f => halfOrWord(f) && (f.s === 0 || f.Q === 1),
  operands: f => elementOperands(f),
  asm: f => `sq${f.r ? 'r' : ''}dmulh ${same(f)}`,
  exec: (c, { d, n, m, index }, { w, size, r }) => {
    const { value, over } = doublingHigh(size, r === 1, c.v(n), broadcast(c.v(m), size as Lane, index));
    write(c, d, w, size, value);
    saturated(c, w, size, over);
  },
});
insn({
  name: 'SQRDMLAH, SQRDMLSH (by element)',
  feature: 'RDM',
  pattern: '0 Q 1 s 1111 size:2 L M Rm:4 11 sub 1 H 0 Rn:5 Rd:5',
  shape: { w: 3, size: 3, sub: 2 },
  pick: f => ({ w: widthOf(f) }),
  where: f => halfOrWord(f) && (f.s === 0 || f.Q === 1),
  operands: f => elementOperands(f),
  asm: f => `sqrdml${f.sub ? 's' : 'a'}h ${same(f)}`,
  exec: (c, { d, n, m, index }, { w, size, sub }) => {
    const b = broadcast(c.v(m), size as Lane, index);
    const { value, over } = doublingAccumulate(size, sub === 1, c.v(d), c.v(n), b);
    write(c, d, w, size, value);
    saturated(c, w, size, over);
  },
});
