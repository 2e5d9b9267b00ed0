/** Advanced SIMD copy, permute, extract, table lookup. */
import { broadcast } from './lanes.js';
import { constantLanes, lanesOf, selector, vregs, widthOf, write } from './simd-common.js';
import { element, i32, imm32, insn, type Lane, lowHalf, type Size, splat, type V128, VR, X } from './spec/index.js';
import { element as elementText, gpr, vec, vreg } from './text.js';

/** log2 of the element's bytes in imm5, and the lane. */
const sizeOf = (imm5: number): number => 31 - Math.clz32(imm5 & -imm5);
const indexOf = (imm5: number): number => imm5 >> (sizeOf(imm5) + 1);
const valid = (imm5: number): boolean => (imm5 & 15) !== 0;

insn({
  name: 'DUP (element)',
  pattern: '0 Q 0 s 1110000 imm5:5 000001 Rn:5 Rd:5',
  shape: { w: 3, size: 4 },
  pick: f => ({ w: widthOf(f), size: sizeOf(f.imm5) }),
  where: f => valid(f.imm5) && (f.s ? f.Q === 1 : f.Q === 1 || sizeOf(f.imm5) < 3),
  operands: f => ({ d: VR(f.Rd), n: VR(f.Rn), index: imm32(indexOf(f.imm5)) }),
  asm: f => {
    const size = sizeOf(f.imm5);
    const n = elementText(f.Rn, size, indexOf(f.imm5));
    return f.s ? `dup ${vreg(size, f.Rd)}, ${n}` : `dup ${vec(f.Rd, f.Q, size)}, ${n}`;
  },
  exec: (c, { d, n, index }, { w, size }) => write(c, d, w, size, broadcast(c.v(n), size as Lane, index)),
});

insn({
  name: 'DUP (general)',
  pattern: '0 Q 001110000 imm5:5 000011 Rn:5 Rd:5',
  shape: { Q: 2, size: 4 },
  pick: f => ({ size: sizeOf(f.imm5) }),
  where: f => valid(f.imm5) && (f.Q === 1 || sizeOf(f.imm5) < 3),
  operands: f => ({ d: VR(f.Rd), n: X(f.Rn) }),
  asm: f => `dup ${vec(f.Rd, f.Q, sizeOf(f.imm5))}, ${gpr(Number(sizeOf(f.imm5) === 3), f.Rn)}`,
  exec: (c, { d, n }, { Q, size }) => {
    const v = size === 3 ? splat(3, c.x(n)) : splat(size as 0 | 1 | 2, c.w(n));
    c.setV(d, Q ? v : lowHalf(v));
  },
});

insn({
  name: 'INS (general)',
  pattern: '01001110000 imm5:5 000111 Rn:5 Rd:5',
  shape: { size: 4 },
  pick: f => ({ size: sizeOf(f.imm5) }),
  where: f => valid(f.imm5),
  operands: f => ({ e: element(f.Rd, sizeOf(f.imm5), indexOf(f.imm5)), n: X(f.Rn) }),
  asm: f => `ins ${elementText(f.Rd, sizeOf(f.imm5), indexOf(f.imm5))}, ${gpr(Number(sizeOf(f.imm5) === 3), f.Rn)}`,
  exec: (c, { e, n }, { size }) => c.setElement(e, (1 << size) as Size, c.x(n)),
});

insn({
  name: 'INS (element)',
  pattern: '01101110000 imm5:5 0 imm4:4 1 Rn:5 Rd:5',
  shape: { size: 4 },
  pick: f => ({ size: sizeOf(f.imm5) }),
  where: f => valid(f.imm5),
  operands: f => {
    const size = sizeOf(f.imm5);
    return { e: element(f.Rd, size, indexOf(f.imm5)), from: element(f.Rn, size, f.imm4 >> size) };
  },
  asm: f => {
    const size = sizeOf(f.imm5);
    return `ins ${elementText(f.Rd, size, indexOf(f.imm5))}, ${elementText(f.Rn, size, f.imm4 >> size)}`;
  },
  exec: (c, { e, from }, { size }) => {
    const bytes = (1 << size) as Size;
    c.setElement(e, bytes, c.element(from, bytes));
  },
});

insn({
  name: 'SMOV, UMOV',
  pattern: '0 Q 001110000 imm5:5 001 U 11 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 4 },
  pick: f => ({ size: sizeOf(f.imm5) }),
  where: f => {
    const size = sizeOf(f.imm5);
    return valid(f.imm5) && (f.U ? f.Q === Number(size === 3) : size < 2 + f.Q);
  },
  operands: f => ({ d: X(f.Rd), n: element(f.Rn, sizeOf(f.imm5), indexOf(f.imm5)) }),
  asm: f => {
    const size = sizeOf(f.imm5);
    const name = f.U ? 'umov' : 'smov';
    return `${name} ${gpr(f.Q, f.Rd)}, ${elementText(f.Rn, size, indexOf(f.imm5))}`;
  },
  exec: (c, { d, n }, { Q, U, size }) => {
    const v = c.element(n, (1 << size) as Size);
    if (U) return c.setX(d, v);
    const signed = size === 0 ? v.extend8() : size === 1 ? v.extend16() : v.extend32();
    c.setX(d, Q ? signed : signed.lo32().u64());
  },
});

// ---- permute ----

const PERMUTE = ['', 'uzp1', 'trn1', 'zip1', '', 'uzp2', 'trn2', 'zip2'];
insn({
  name: 'UZP1, UZP2, TRN1, TRN2, ZIP1, ZIP2',
  pattern: '0 Q 001110 size:2 0 Rm:5 0 op:3 10 Rn:5 Rd:5',
  shape: { Q: 2, size: 4, op: 8 },
  where: f => (f.op & 3) !== 0 && (f.size < 3 || f.Q === 1),
  operands: vregs,
  asm: f => {
    const r = (n: number): string => vec(n, f.Q, f.size);
    return `${PERMUTE[f.op]} ${r(f.Rd)}, ${r(f.Rn)}, ${r(f.Rm)}`;
  },
  exec: (c, { d, n, m }, { Q, size, op }) => {
    const count = lanesOf(Q, size);
    const part = op >> 2;
    const pick = [
      (i: number) => i,
      (i: number) => 2 * i + part,
      (i: number) => (i & 1) * count + (i & ~1) + part,
      (i: number) => (i & 1) * count + (i >> 1) + (part * count) / 2,
    ][op & 3]!;
    write(c, d, Q, size, c.v(n).shuffle(c.v(m), selector(size, count, pick)));
  },
});

insn({
  name: 'EXT',
  pattern: '0 Q 101110000 Rm:5 0 imm4:4 0 Rn:5 Rd:5',
  shape: { Q: 2, index: 16 },
  pick: f => ({ index: f.imm4 }),
  where: f => f.Q === 1 || f.imm4 < 8,
  operands: vregs,
  asm: f => `ext ${vec(f.Rd, f.Q, 0)}, ${vec(f.Rn, f.Q, 0)}, ${vec(f.Rm, f.Q, 0)}, #${f.imm4}`,
  exec: (c, { d, n, m }, { Q, index }) =>
    write(
      c,
      d,
      Q,
      0,
      c.v(n).shuffle(
        c.v(m),
        selector(0, 8 << Q, i => i + index),
      ),
    ),
});

insn({
  name: 'TBL, TBX',
  pattern: '0 Q 001110000 Rm:5 0 len:2 x 00 Rn:5 Rd:5',
  shape: { Q: 2, len: 4, x: 2 },
  operands: f => ({ ...vregs(f), n1: VR(f.Rn + 1), n2: VR(f.Rn + 2), n3: VR(f.Rn + 3) }),
  asm: f => {
    const regs = Array.from({ length: f.len + 1 }, (_, i) => `v${(f.Rn + i) & 31}.16b`);
    const list = f.len > 1 && f.Rn + f.len < 32 ? `${regs[0]}-${regs[f.len]}` : regs.join(', ');
    return `tb${f.x ? 'x' : 'l'} ${vec(f.Rd, f.Q, 0)}, {${list}}, ${vec(f.Rm, f.Q, 0)}`;
  },
  exec: (c, { d, n, n1, n2, n3, m }, { Q, len, x }) => {
    const index = c.v(m);
    let r: V128 | undefined;
    [n, n1, n2, n3].slice(0, len + 1).forEach((t, i) => {
      // An index outside 0-15 gives zero.
      const part = c.v(t).swizzle(i ? index.sub(0, splat(0, i32(16 * i))) : index);
      r = r ? r.or(part) : part;
    });
    if (!x) return write(c, d, Q, 0, r!);
    const outside = index.gt(0, false, constantLanes(0, BigInt(16 * (len + 1) - 1)));
    write(c, d, Q, 0, outside.mux(c.v(d), r!));
  },
});
