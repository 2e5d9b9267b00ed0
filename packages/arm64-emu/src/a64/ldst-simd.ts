/** Loads and stores of one SIMD&FP register. */
import {
  baseAddress,
  baseRegister,
  extendedAddress,
  extendKind,
  extendText,
  isStack,
  modeText,
  offsetText,
  transferV,
} from './ldst-common.js';
import { imm, insn, VR, X, XSP } from './spec/index.js';
import { base, SIZES, sx } from './text.js';

/** log2 of the bytes: size for B to D, opc<1> makes a Q of size 0. */
const scaleOf = (f: { size: number; q: number }): number => f.size | (f.q << 2);
const exists = (f: { size: number; q: number }): boolean => f.q === 0 || f.size === 0;
const name = (f: { size: number; q: number; L: number; Rt: number }, load = 'ldr', store = 'str'): string =>
  `${f.L ? load : store} ${SIZES[scaleOf(f)]}${f.Rt}`;

insn({
  name: 'LDR, STR (SIMD&FP, unsigned offset)',
  pattern: 'size:2 111101 q L imm12:12 Rn:5 Rt:5',
  shape: { L: 2, scale: 5, sp: 2 },
  pick: f => ({ scale: scaleOf(f), sp: isStack(f.Rn) }),
  where: exists,
  operands: f => ({ t: VR(f.Rt), n: XSP(f.Rn), imm: imm(f.imm12 << scaleOf(f)) }),
  asm: f => `${name(f)}, ${offsetText(f.Rn, f.imm12 << scaleOf(f))}`,
  exec: (c, { t, n, imm }, { scale, L, sp }) => transferV(c, scale, L === 1, t, baseAddress(c, n, sp).add(imm)),
});

insn({
  name: 'LDUR, STUR; LDR, STR (SIMD&FP, post-index, pre-index)',
  pattern: 'size:2 111100 q L 0 imm9:9 mode:2 Rn:5 Rt:5',
  shape: { L: 2, scale: 5, mode: 4, sp: 2 },
  pick: f => ({ scale: scaleOf(f), sp: isStack(f.Rn) }),
  where: f => exists(f) && f.mode !== 2,
  operands: f => ({ t: VR(f.Rt), n: XSP(f.Rn), imm: imm(sx(f.imm9, 9)) }),
  asm: f => `${f.mode ? name(f) : name(f, 'ldur', 'stur')}, ${modeText(f.Rn, sx(f.imm9, 9), f.mode)}`,
  exec: (c, { t, n, imm }, { scale, L, mode, sp }) => {
    const address = baseAddress(c, n, sp);
    const next = address.add(imm);
    if (mode & 1) c.setX(baseRegister(n, sp), next);
    transferV(c, scale, L === 1, t, mode === 1 ? address : next);
  },
});

insn({
  name: 'LDR, STR (SIMD&FP, register offset)',
  pattern: 'size:2 111100 q L 1 Rm:5 option:3 S 10 Rn:5 Rt:5',
  shape: { L: 2, scale: 5, S: 2, ext: 3, sp: 2 },
  pick: f => ({ scale: scaleOf(f), ext: extendKind(f.option), sp: isStack(f.Rn) }),
  where: f => exists(f) && (f.option & 2) !== 0,
  operands: f => ({ t: VR(f.Rt), n: XSP(f.Rn), m: X(f.Rm) }),
  asm: f => `${name(f)}, [${base(f.Rn)}, ${extendText(f, scaleOf(f))}]`,
  exec: (c, { t, n, m }, { scale, L, S, ext, sp }) =>
    transferV(c, scale, L === 1, t, extendedAddress(c, baseAddress(c, n, sp), m, ext, S ? scale : 0)),
});
