/** Advanced SIMD across lanes, and scalar pairwise ADDP: integer. */
import { lane, lanesOf, selector, vregs2, write } from './simd-common.js';
import { insn, type V128, v128 } from './spec/index.js';
import { vec, vreg } from './text.js';

/** Combines all lanes by halving; the result is in lane 0. */
export function reduce(size: number, lanes: number, v: V128, f: (a: V128, b: V128) => V128): V128 {
  let r = v;
  for (let n = lanes / 2; n >= 1; n /= 2) {
    r = f(
      r,
      r.shuffle(
        r,
        selector(size, 16 >> size, i => (i + n) % (16 >> size)),
      ),
    );
  }
  return r;
}
const enough = (f: { Q: number; size: number }): boolean => f.size < 2 || (f.size === 2 && f.Q === 1);

insn({
  name: 'ADDV',
  pattern: '0 Q 001110 size:2 110001101110 Rn:5 Rd:5',
  shape: { Q: 2, size: 3 },
  where: enough,
  operands: vregs2,
  asm: f => `addv ${vreg(f.size, f.Rd)}, ${vec(f.Rn, f.Q, f.size)}`,
  exec: (c, { d, n }, { Q, size }) =>
    write(
      c,
      d,
      2,
      size,
      reduce(size, lanesOf(Q, size), c.v(n), (a, b) => a.add(lane(size), b)),
    ),
});

insn({
  name: 'SADDLV, UADDLV',
  pattern: '0 Q U 01110 size:2 110000001110 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3 },
  where: enough,
  operands: vregs2,
  asm: f => `${f.U ? 'u' : 's'}addlv ${vreg(f.size + 1, f.Rd)}, ${vec(f.Rn, f.Q, f.size)}`,
  exec: (c, { d, n }, { Q, U, size }) => {
    const wide = (size + 1) as 1 | 2 | 3;
    const low = c.v(n).extend(wide, 'low', U === 0);
    const v = Q ? low.add(wide, c.v(n).extend(wide, 'high', U === 0)) : low;
    write(
      c,
      d,
      2,
      wide,
      reduce(wide, 16 >> wide, v, (a, b) => a.add(wide, b)),
    );
  },
});

insn({
  name: 'SMAXV, UMAXV, SMINV, UMINV',
  pattern: '0 Q U 01110 size:2 11000 min 101010 Rn:5 Rd:5',
  shape: { Q: 2, U: 2, size: 3, min: 2 },
  where: enough,
  operands: vregs2,
  asm: f => `${f.U ? 'u' : 's'}${f.min ? 'min' : 'max'}v ${vreg(f.size, f.Rd)}, ${vec(f.Rn, f.Q, f.size)}`,
  exec: (c, { d, n }, { Q, U, size, min }) => {
    const l = lane(size);
    const f = (a: V128, b: V128): V128 => (min ? a.min(l, U === 0, b) : a.max(l, U === 0, b));
    write(c, d, 2, size, reduce(size, lanesOf(Q, size), c.v(n), f));
  },
});

insn({
  name: 'ADDP (scalar)',
  pattern: '0101111011110001101110 Rn:5 Rd:5',
  shape: {},
  operands: vregs2,
  asm: f => `addp d${f.Rd}, v${f.Rn}.2d`,
  exec: (c, { d, n }) => {
    const v = c.v(n);
    c.setV(d, v128(0n, 0n).put(3, 0, v.get(3, 0).add(v.get(3, 1))));
  },
});
