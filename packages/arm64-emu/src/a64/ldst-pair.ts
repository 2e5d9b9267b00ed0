/** Loads and stores of a pair of registers. */
import { baseAddress, baseRegister, isStack, modeText, transferV } from './ldst-common.js';
import { type I64, imm, insn, VR, X, XSP } from './spec/index.js';
import { gpr, SIZES, sx } from './text.js';

insn({
  name: 'LDP, STP, LDPSW, LDNP, STNP',
  pattern: 'opc:2 10100 mode:2 L imm7:7 Rt2:5 Rn:5 Rt:5',
  shape: { opc: 3, mode: 4, L: 2, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  where: f => f.opc !== 3 && (f.opc !== 1 || (f.L === 1 && f.mode !== 0)),
  operands: f => ({ t: X(f.Rt), u: X(f.Rt2), n: XSP(f.Rn), imm: imm(sx(f.imm7, 7) * (f.opc === 2 ? 8 : 4)) }),
  asm: f => {
    const sf = Number(f.opc !== 0);
    const name = `${f.L ? 'ld' : 'st'}${f.mode ? '' : 'n'}p${f.opc === 1 ? 'sw' : ''}`;
    const k = sx(f.imm7, 7) * (f.opc === 2 ? 8 : 4);
    return `${name} ${gpr(sf, f.Rt)}, ${gpr(sf, f.Rt2)}, ${modeText(f.Rn, k, f.mode)}`;
  },
  exec: (c, { t, u, n, imm }, { opc, mode, L, sp }) => {
    const address = baseAddress(c, n, sp);
    const next = address.add(imm);
    const a = mode === 1 ? address : next;
    const size = opc === 2 ? 8 : 4;
    if (L) {
      const [p, q] = c.loadPair(a, size);
      const fix = (v: I64): I64 => (opc === 1 ? v.extend32() : v);
      // Both names may be the same register: the first load wins.
      c.setX(u, fix(q));
      c.setX(t, fix(p));
    } else c.storePair(a, size, [c.x(t), c.x(u)]);
    if (mode & 1) c.setX(baseRegister(n, sp), next);
  },
});

insn({
  name: 'LDP, STP, LDNP, STNP (SIMD&FP)',
  pattern: 'opc:2 10110 mode:2 L imm7:7 Rt2:5 Rn:5 Rt:5',
  shape: { opc: 3, mode: 4, L: 2, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  where: f => f.opc !== 3,
  operands: f => ({ t: VR(f.Rt), u: VR(f.Rt2), n: XSP(f.Rn), imm: imm(sx(f.imm7, 7) * (4 << f.opc)) }),
  asm: f => {
    const r = SIZES[f.opc + 2];
    const k = sx(f.imm7, 7) * (4 << f.opc);
    return `${f.L ? 'ld' : 'st'}${f.mode ? '' : 'n'}p ${r}${f.Rt}, ${r}${f.Rt2}, ${modeText(f.Rn, k, f.mode)}`;
  },
  exec: (c, { t, u, n, imm }, { opc, mode, L, sp }) => {
    const address = baseAddress(c, n, sp);
    const next = address.add(imm);
    const a = mode === 1 ? address : next;
    if (mode & 1) c.setX(baseRegister(n, sp), next);
    transferV(c, opc + 2, L === 1, t, a);
    transferV(c, opc + 2, L === 1, u, a.add(4 << opc));
  },
});
