/** BFloat16 (FEAT_BF16). */
import { broadcast } from './lanes.js';
import { vregs, vregs2 } from './simd-common.js';
import { elementOperands, elementText } from './simd-element.js';
import { imm32, insn } from './spec/index.js';
import { vec, vreg } from './text.js';

insn({
  name: 'BFCVT',
  feature: 'BF16',
  pattern: '0001111001100011010000 Rn:5 Rd:5',
  shape: {},
  operands: vregs2,
  asm: f => `bfcvt ${vreg(1, f.Rd)}, ${vreg(2, f.Rn)}`,
  exec: (c, { d, n }) => c.setV(d, c.fp.op('tobf16', 2, 1, [c.v(n)])),
});
insn({
  name: 'BFCVTN',
  feature: 'BF16',
  pattern: '0 Q 0011101010000 10110 10 Rn:5 Rd:5',
  shape: { Q: 2 },
  operands: vregs2,
  asm: f => `bfcvtn${f.Q ? '2' : ''} ${vec(f.Rd, f.Q, 1)}, ${vec(f.Rn, 1, 2)}`,
  exec: (c, { d, n }, { Q }) => {
    const low = c.fp.op('tobf16', 2, 4, [c.v(n)]);
    c.setV(d, Q ? c.v(d).put(3, 1, low.get(3, 0)) : low);
  },
});
insn({
  name: 'BFDOT (vector)',
  feature: 'BF16',
  pattern: '0 Q 101110010 Rm:5 111111 Rn:5 Rd:5',
  shape: {},
  operands: f => ({ ...vregs(f), k: imm32(f.Q) }),
  asm: f => `bfdot ${vec(f.Rd, f.Q, 2)}, ${vec(f.Rn, f.Q, 1)}, ${vec(f.Rm, f.Q, 1)}`,
  exec: (c, { d, n, m, k }) => c.setV(d, c.routine('bfdot', [c.v(d), c.v(n), c.v(m)], k)),
});
insn({
  name: 'BFDOT (by element)',
  feature: 'BF16',
  pattern: '0 Q 00111101 L M Rm:4 1111 H 0 Rn:5 Rd:5',
  shape: {},
  operands: f => ({ ...elementOperands({ ...f, size: 2 }, 2), k: imm32(f.Q) }),
  asm: f =>
    `bfdot ${vec(f.Rd, f.Q, 2)}, ${vec(f.Rn, f.Q, 1)}, ${elementText({ ...f, size: 2 }, 2).replace('.s[', '.2h[')}`,
  exec: (c, { d, n, m, index, k }) => c.setV(d, c.routine('bfdot', [c.v(d), c.v(n), broadcast(c.v(m), 2, index)], k)),
});
insn({
  name: 'BFMMLA',
  feature: 'BF16',
  pattern: '01101110010 Rm:5 111011 Rn:5 Rd:5',
  shape: {},
  operands: vregs,
  asm: f => `bfmmla ${vec(f.Rd, 1, 2)}, ${vec(f.Rn, 1, 1)}, ${vec(f.Rm, 1, 1)}`,
  exec: (c, { d, n, m }) => c.setV(d, c.routine('bfmmla', [c.v(d), c.v(n), c.v(m)])),
});
insn({
  name: 'BFMLALB, BFMLALT (vector)',
  feature: 'BF16',
  pattern: '0 top 101110110 Rm:5 111111 Rn:5 Rd:5',
  shape: {},
  operands: f => ({ ...vregs(f), k: imm32(f.top) }),
  asm: f => `bfmlal${f.top ? 't' : 'b'} ${vec(f.Rd, 1, 2)}, ${vec(f.Rn, 1, 1)}, ${vec(f.Rm, 1, 1)}`,
  exec: (c, { d, n, m, k }) => c.setV(d, c.routine('bfmlal', [c.v(d), c.v(n), c.v(m)], k)),
});
insn({
  name: 'BFMLALB, BFMLALT (by element)',
  feature: 'BF16',
  pattern: '0 top 00111111 L M Rm:4 1111 H 0 Rn:5 Rd:5',
  shape: {},
  operands: f => ({ ...elementOperands({ ...f, size: 1 }), k: imm32(f.top) }),
  asm: f => `bfmlal${f.top ? 't' : 'b'} ${vec(f.Rd, 1, 2)}, ${vec(f.Rn, 1, 1)}, ${elementText({ ...f, size: 1 })}`,
  exec: (c, { d, n, m, index, k }) => c.setV(d, c.routine('bfmlal', [c.v(d), c.v(n), broadcast(c.v(m), 1, index)], k)),
});
