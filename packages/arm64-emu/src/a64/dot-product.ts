/** Dot products and matrix multiplication of integers (FEAT_DotProd, FEAT_I8MM). */
import { broadcast } from './lanes.js';
import { vregs, write } from './simd-common.js';
import { elementOperands, elementText } from './simd-element.js';
import { i32, imm32, insn, type V128 } from './spec/index.js';
import { vec } from './text.js';

/** Sums of four products of bytes in 32-bit lanes. */
function dot(a: V128, b: V128, signedA: boolean, signedB: boolean): V128 {
  // Pairs of 16-bit products are summed exactly in 32 bits.
  const even = (v: V128, signed: boolean): V128 =>
    signed ? v.shl(1, i32(8)).shrS(1, i32(8)) : v.shl(1, i32(8)).shrU(1, i32(8));
  const odd = (v: V128, signed: boolean): V128 => (signed ? v.shrS(1, i32(8)) : v.shrU(1, i32(8)));
  const first = even(a, signedA).dot(even(b, signedB));
  return first.add(2, odd(a, signedA).dot(odd(b, signedB)));
}
const bytes = (f: { Q: number; Rn: number; Rm: number }): string => `${vec(f.Rn, f.Q, 0)}, ${vec(f.Rm, f.Q, 0)}`;
const byElement = (f: Parameters<typeof elementText>[0]): string => elementText(f, 2).replace('.s[', '.4b[');

insn({
  name: 'SDOT, UDOT (vector)',
  feature: 'DotProd',
  pattern: '0 Q U 01110100 Rm:5 100101 Rn:5 Rd:5',
  shape: { Q: 2, U: 2 },
  operands: vregs,
  asm: f => `${f.U ? 'u' : 's'}dot ${vec(f.Rd, f.Q, 2)}, ${bytes(f)}`,
  exec: (c, { d, n, m }, { Q, U }) => write(c, d, Q, 2, c.v(d).add(2, dot(c.v(n), c.v(m), U === 0, U === 0))),
});
insn({
  name: 'SDOT, UDOT (by element)',
  feature: 'DotProd',
  pattern: '0 Q U 01111 size:2 L M Rm:4 1110 H 0 Rn:5 Rd:5',
  shape: { Q: 2, U: 2 },
  where: f => f.size === 2,
  operands: f => elementOperands(f, 2),
  asm: f => `${f.U ? 'u' : 's'}dot ${vec(f.Rd, f.Q, 2)}, ${vec(f.Rn, f.Q, 0)}, ${byElement(f)}`,
  exec: (c, { d, n, m, index }, { Q, U }) => {
    const b = broadcast(c.v(m), 2, index);
    write(c, d, Q, 2, c.v(d).add(2, dot(c.v(n), b, U === 0, U === 0)));
  },
});
insn({
  name: 'USDOT (vector)',
  feature: 'I8MM',
  pattern: '0 Q 001110100 Rm:5 100111 Rn:5 Rd:5',
  shape: { Q: 2 },
  operands: vregs,
  asm: f => `usdot ${vec(f.Rd, f.Q, 2)}, ${bytes(f)}`,
  exec: (c, { d, n, m }, { Q }) => write(c, d, Q, 2, c.v(d).add(2, dot(c.v(n), c.v(m), false, true))),
});
insn({
  name: 'SUDOT, USDOT (by element)',
  feature: 'I8MM',
  pattern: '0 Q 001111 us 0 L M Rm:4 1111 H 0 Rn:5 Rd:5',
  shape: { Q: 2, us: 2 },
  operands: f => elementOperands({ ...f, size: 2 }, 2),
  asm: f => `${f.us ? 'us' : 'su'}dot ${vec(f.Rd, f.Q, 2)}, ${vec(f.Rn, f.Q, 0)}, ${byElement({ ...f, size: 2 })}`,
  exec: (c, { d, n, m, index }, { Q, us }) => {
    const b = broadcast(c.v(m), 2, index);
    write(c, d, Q, 2, c.v(d).add(2, dot(c.v(n), b, us === 0, us === 1)));
  },
});
insn({
  name: 'SMMLA, UMMLA, USMMLA',
  feature: 'I8MM',
  pattern: '01 U 01110100 Rm:5 1010 B 1 Rn:5 Rd:5',
  shape: {},
  where: f => !(f.U && f.B),
  operands: f => ({ ...vregs(f), k: imm32(f.U | (f.B << 1)) }),
  asm: f => `${f.U ? 'u' : f.B ? 'us' : 's'}mmla ${vec(f.Rd, 1, 2)}, ${vec(f.Rn, 1, 0)}, ${vec(f.Rm, 1, 0)}`,
  exec: (c, { d, n, m, k }) => c.setV(d, c.routine('matrixMultiply', [c.v(n), c.v(m), c.v(d)], k)),
});
