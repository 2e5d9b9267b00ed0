/** Advanced SIMD two-register miscellaneous, integer: vector and scalar forms. */
import {
  constantLanes,
  dn,
  lane,
  saturated,
  vectorOrD,
  vectorOrScalar,
  vregs2,
  widthOf,
  write,
} from './simd-common.js';
import { evenLanes, mixedAdd, narrowSaturated, writeNarrow } from './simd-saturate.js';
import { i32, imm32, insn, type V128, v128 } from './spec/index.js';
import { arrangement, vec, vreg } from './text.js';

const us = (U: number): string => (U ? 'u' : 's');

insn({
  name: 'REV64, REV16, REV32 (vector)',
  pattern: '0 Q U 01110 size:2 10000 0000 o 10 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, o: 2, size: 3 },
  // U:o is 00 for REV64, 01 for REV16, 10 for REV32.
  where: f => !(f.U && f.o) && f.size < 3 - f.U - 2 * f.o,
  operands: vregs2,
  asm: f => `rev${f.U ? 32 : f.o ? 16 : 64} ${dn({ ...f, s: 0 })}`,
  exec: (c, { d, n }, { Q, U, o, size }) => {
    const container = U ? 4 : o ? 2 : 8;
    const bytes = Array.from({ length: 16 }, (_, i) => {
      const lanes = container >> size;
      const at = i >> size;
      const from = at - (at % lanes) + (lanes - 1 - (at % lanes));
      return (from << size) | (i & ((1 << size) - 1));
    });
    write(c, d, Q, size, c.v(n).shuffle(c.v(n), bytes));
  },
});

insn({
  name: 'SADDLP, UADDLP, SADALP, UADALP',
  pattern: '0 Q U 01110 size:2 10000 00 acc 1010 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, acc: 2 },
  where: f => f.size < 3,
  operands: vregs2,
  asm: f => `${us(f.U)}${f.acc ? 'ada' : 'add'}lp ${vec(f.Rd, f.Q, f.size + 1)}, ${vec(f.Rn, f.Q, f.size)}`,
  exec: (c, { d, n }, { Q, U, size, acc }) => {
    const wide = lane(size + 1);
    const v = c.v(n);
    const k = i32(8 << size);
    const half = (x: V128): V128 => (U ? x.shrU(wide, k) : x.shrS(wide, k));
    const r = size < 2 ? v.addPairs((size + 1) as 1 | 2, U === 0) : half(v).add(wide, half(v.shl(wide, k)));
    write(c, d, Q, size, acc ? c.v(d).add(wide, r) : r);
  },
});

insn({
  name: 'SUQADD, USQADD',
  pattern: '0 Q U s 1110 size:2 10000 00011 10 Rn:5 Rd:5',
  shape: { w: 3, U: 2, size: 4 },
  pick: f => ({ w: widthOf(f) }),
  where: vectorOrScalar,
  operands: vregs2,
  asm: f => `${f.U ? 'usqadd' : 'suqadd'} ${dn(f)}`,
  exec: (c, { d, n }, { w, U, size }) => {
    const { value, over } = mixedAdd(size, U === 1, c.v(d), c.v(n));
    write(c, d, w, size, value);
    saturated(c, w, size, over);
  },
});

/** Leading zeros of lanes: smear the top one down, then count what is left. */
function leadingZeros(size: number, v: V128): V128 {
  const l = lane(size);
  let x = v;
  for (let k = 1; k < 8 << size; k *= 2) x = x.or(x.shrU(l, i32(k)));
  return bitCount(size, x.not());
}
/** Ones of lanes. */
function bitCount(size: number, v: V128): V128 {
  const bytes = v.popcnt();
  if (size === 0) return bytes;
  const halves = bytes.addPairs(1, false);
  return size === 1 ? halves : halves.addPairs(2, false);
}
insn({
  name: 'CLS, CLZ (vector)',
  pattern: '0 Q U 01110 size:2 10000 00100 10 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3 },
  where: f => f.size < 3,
  operands: vregs2,
  asm: f => `cl${f.U ? 'z' : 's'} ${dn({ ...f, s: 0 })}`,
  exec: (c, { d, n }, { Q, U, size }) => {
    const v = c.v(n);
    if (U) return write(c, d, Q, size, leadingZeros(size, v));
    const differ = v.xor(v.shl(lane(size), i32(1))).or(constantLanes(size, 1n));
    write(c, d, Q, size, leadingZeros(size, differ));
  },
});

insn({
  name: 'CNT, NOT, RBIT (vector)',
  pattern: '0 Q U 01110 size:2 10000 00101 10 Rn:5 Rd:5',
  shape: { Q: 2, op: 3 },
  pick: f => ({ op: f.U ? 1 + f.size : 0 }),
  where: f => f.size === 0 || (f.U === 1 && f.size === 1),
  operands: vregs2,
  asm: f => `${f.U ? ['not', 'rbit'][f.size] : 'cnt'} ${vec(f.Rd, f.Q, 0)}, ${vec(f.Rn, f.Q, 0)}`,
  exec: (c, { d, n }, { Q, op }) => {
    const v = c.v(n);
    if (op === 0) return write(c, d, Q, 0, v.popcnt());
    if (op === 1) return write(c, d, Q, 0, v.not());
    // Reversed nibbles by table, then swapped.
    const table = v128(0x0e060a020c040800n, 0x0f070b030d050901n);
    const low = table.swizzle(v.and(constantLanes(0, 15n)));
    const high = table.swizzle(v.shrU(0, i32(4)));
    write(c, d, Q, 0, low.shl(0, i32(4)).or(high));
  },
});

insn({
  name: 'SQABS, SQNEG',
  pattern: '0 Q U s 1110 size:2 10000 00111 10 Rn:5 Rd:5',
  shape: { w: 3, U: 2, size: 4 },
  pick: f => ({ w: widthOf(f) }),
  where: vectorOrScalar,
  operands: vregs2,
  asm: f => `sq${f.U ? 'neg' : 'abs'} ${dn(f)}`,
  exec: (c, { d, n }, { w, U, size }) => {
    const l = lane(size);
    const v = c.v(n);
    const over = v.eq(l, constantLanes(size, 1n << BigInt((8 << size) - 1)));
    // The most negative number becomes the most positive one.
    write(c, d, w, size, (U ? v.neg(l) : v.abs(l)).xor(over));
    saturated(c, w, size, over);
  },
});

const ZERO_COMPARES = ['cmgt', 'cmeq', 'cmlt', '', 'cmge', 'cmle'];
insn({
  name: 'CMGT, CMEQ, CMLT, CMGE, CMLE (zero)',
  pattern: '0 Q U s 1110 size:2 10000 010 op:2 10 Rn:5 Rd:5',
  shape: { w: 3, kind: 6, size: 4 },
  pick: f => ({ w: widthOf(f), kind: f.U * 4 + f.op }),
  where: f => f.op < 3 - f.U && vectorOrD(f),
  operands: vregs2,
  asm: f => `${ZERO_COMPARES[f.U * 4 + f.op]} ${dn(f)}, #0`,
  exec: (c, { d, n }, { w, kind, size }) => {
    const l = lane(size);
    const v = c.v(n);
    const zero = constantLanes(size, 0n);
    const compares: Record<number, () => V128> = {
      0: () => v.gt(l, true, zero),
      1: () => v.eq(l, zero),
      2: () => zero.gt(l, true, v),
      4: () => zero.gt(l, true, v).not(),
      5: () => v.gt(l, true, zero).not(),
    };
    write(c, d, w, size, compares[kind]!());
  },
});

insn({
  name: 'ABS, NEG (vector)',
  pattern: '0 Q U s 1110 size:2 10000 01011 10 Rn:5 Rd:5',
  shape: { w: 3, U: 2, size: 4 },
  pick: f => ({ w: widthOf(f) }),
  where: vectorOrD,
  operands: vregs2,
  asm: f => `${f.U ? 'neg' : 'abs'} ${dn(f)}`,
  exec: (c, { d, n }, { w, U, size }) => write(c, d, w, size, U ? c.v(n).neg(lane(size)) : c.v(n).abs(lane(size))),
});

/** The narrow result goes to the low half, or to the high half and leaves the low one. */
const NARROW = [
  ['xtn', 'sqxtun'],
  ['sqxtn', 'uqxtn'],
] as const;
insn({
  name: 'XTN, SQXTUN, SQXTN, UQXTN',
  pattern: '0 Q U s 1110 size:2 10000 10 q x 010 Rn:5 Rd:5',
  shape: { w: 3, U: 2, q: 2, size: 3 },
  pick: f => ({ w: widthOf(f) }),
  where: f => f.q !== f.x && f.size < 3 && (f.s === 0 || (f.Q === 1 && f.U + f.q > 0)),
  operands: vregs2,
  asm: f => {
    const name = NARROW[f.q as 0 | 1][f.U];
    if (f.s) return `${name} ${vreg(f.size, f.Rd)}, ${vreg(f.size + 1, f.Rn)}`;
    return `${name}${f.Q ? '2' : ''} ${vec(f.Rd, f.Q, f.size)}, ${vec(f.Rn, 1, f.size + 1)}`;
  },
  exec: (c, { d, n }, { w, U, q, size }) => {
    // UQXTN takes its source as unsigned, SQXTUN gives unsigned results from signed ones.
    if (U || q) narrowSaturated(c, d, w, size, c.v(n), !(U && q), U === 0);
    else writeNarrow(c, d, w, size, evenLanes(size, c.v(n)));
  },
});
insn({
  name: 'SHLL',
  pattern: '0 Q 101110 size:2 10000 10011 10 Rn:5 Rd:5',
  shape: { Q: 2, size: 3 },
  where: f => f.size < 3,
  operands: vregs2,
  asm: f => `shll${f.Q ? '2' : ''} ${vec(f.Rd, 1, f.size + 1)}, v${f.Rn}.${arrangement(f.Q, f.size)}, #${8 << f.size}`,
  exec: (c, { d, n }, { Q, size }) => {
    const wide = (size + 1) as 1 | 2 | 3;
    c.setV(
      d,
      c
        .v(n)
        .extend(wide, Q ? 'high' : 'low', false)
        .shl(wide, i32(8 << size)),
    );
  },
});

insn({
  name: 'URECPE, URSQRTE',
  pattern: '0 Q U 011101 sz 10000 11100 10 Rn:5 Rd:5',
  shape: {},
  where: f => f.sz === 0,
  operands: f => ({ ...vregs2(f), k: imm32(f.U | (f.Q << 1)) }),
  asm: f => `${f.U ? 'ursqrte' : 'urecpe'} ${vec(f.Rd, f.Q, 2)}, ${vec(f.Rn, f.Q, 2)}`,
  exec: (c, { d, n, k }) => c.setV(d, c.routine('unsignedEstimate', [c.v(n)], k)),
});
