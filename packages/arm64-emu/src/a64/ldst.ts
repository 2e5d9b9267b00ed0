/** Loads and stores of one register: all addressing forms, literals, unprivileged forms and prefetches. */
import {
  baseAddress,
  baseRegister,
  extendedAddress,
  extendKind,
  extendText,
  isStack,
  isTransfer,
  modeText,
  offsetText,
  transfer,
  transferReg,
  transferText,
  transferV,
} from './ldst-common.js';
import { imm, insn, VR, X, XSP } from './spec/index.js';
import { base, gpr, hex, SIZES, sx } from './text.js';

insn({
  name: 'LDR, STR (unsigned offset)',
  pattern: 'size:2 111001 opc:2 imm12:12 Rn:5 Rt:5',
  shape: { size: 4, opc: 4, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  where: isTransfer,
  operands: f => ({ t: X(f.Rt), n: XSP(f.Rn), imm: imm(f.imm12 << f.size) }),
  asm: f => `${transferText(f)} ${transferReg(f)}, ${offsetText(f.Rn, f.imm12 << f.size)}`,
  exec: (c, { t, n, imm }, s) => transfer(c, s, t, baseAddress(c, n, s.sp).add(imm)),
});

insn({
  name: 'LDUR, STUR; LDR, STR (post-index, pre-index)',
  pattern: 'size:2 111000 opc:2 0 imm9:9 mode:2 Rn:5 Rt:5',
  shape: { size: 4, opc: 4, mode: 4, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  where: f => isTransfer(f) && f.mode !== 2,
  operands: f => ({ t: X(f.Rt), n: XSP(f.Rn), imm: imm(sx(f.imm9, 9)) }),
  asm: f => {
    const name = f.mode ? transferText(f) : transferText(f, 'ldur', 'stur');
    return `${name} ${transferReg(f)}, ${modeText(f.Rn, sx(f.imm9, 9), f.mode)}`;
  },
  exec: (c, { t, n, imm }, { size, opc, mode, sp }) => {
    const address = baseAddress(c, n, sp);
    const next = address.add(imm);
    transfer(c, { size, opc }, t, mode === 1 ? address : next);
    if (mode & 1) c.setX(baseRegister(n, sp), next);
  },
});

insn({
  name: 'LDTR, STTR',
  pattern: 'size:2 111000 opc:2 0 imm9:9 10 Rn:5 Rt:5',
  shape: { size: 4, opc: 4, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  where: isTransfer,
  operands: f => ({ t: X(f.Rt), n: XSP(f.Rn), imm: imm(sx(f.imm9, 9)) }),
  asm: f => `${transferText(f, 'ldtr', 'sttr')} ${transferReg(f)}, ${offsetText(f.Rn, sx(f.imm9, 9))}`,
  exec: (c, { t, n, imm }, s) => transfer(c, s, t, baseAddress(c, n, s.sp).add(imm), { unprivileged: true }),
});

insn({
  name: 'LDR, STR (register offset)',
  pattern: 'size:2 111000 opc:2 1 Rm:5 option:3 S 10 Rn:5 Rt:5',
  shape: { size: 4, opc: 4, S: 2, ext: 3, sp: 2 },
  pick: f => ({ ext: extendKind(f.option), sp: isStack(f.Rn) }),
  where: f => isTransfer(f) && (f.option & 2) !== 0,
  operands: f => ({ t: X(f.Rt), n: XSP(f.Rn), m: X(f.Rm) }),
  asm: f => `${transferText(f)} ${transferReg(f)}, [${base(f.Rn)}, ${extendText(f, f.size)}]`,
  exec: (c, { t, n, m }, { size, opc, S, ext, sp }) =>
    transfer(c, { size, opc }, t, extendedAddress(c, baseAddress(c, n, sp), m, ext, S ? size : 0)),
});

insn({
  name: 'LDR, LDRSW (literal)',
  pattern: 'opc:2 011000 imm19:19 Rt:5',
  shape: { opc: 3 },
  where: f => f.opc !== 3,
  operands: f => ({ t: X(f.Rt), imm: imm(sx(f.imm19, 19) * 4) }),
  asm: (f, pc) =>
    `${f.opc === 2 ? 'ldrsw' : 'ldr'} ${gpr(Number(f.opc > 0), f.Rt)}, ${hex(BigInt.asUintN(64, pc + BigInt(sx(f.imm19, 19) * 4)))}`,
  exec: (c, { t, imm }, { opc }) =>
    transfer(c, opc === 2 ? { size: 2, opc: 2 } : { size: opc + 2, opc: 1 }, t, c.pc().add(imm)),
});

insn({
  name: 'LDR (literal, SIMD&FP)',
  pattern: 'opc:2 011100 imm19:19 Rt:5',
  shape: { opc: 3 },
  where: f => f.opc !== 3,
  operands: f => ({ t: VR(f.Rt), imm: imm(sx(f.imm19, 19) * 4) }),
  asm: (f, pc) => `ldr ${SIZES[f.opc + 2]}${f.Rt}, ${hex(BigInt.asUintN(64, pc + BigInt(sx(f.imm19, 19) * 4)))}`,
  exec: (c, { t, imm }, { opc }) => transferV(c, opc + 2, true, t, c.pc().add(imm)),
});

// ---- prefetch: no effect ----

function prefetch(Rt: number): string {
  const type = ['pld', 'pli', 'pst'][Rt >> 3];
  const level = (Rt >> 1) & 3;
  return type === undefined || level === 3
    ? `#0x${Rt.toString(16).padStart(2, '0')}`
    : `${type}l${level + 1}${Rt & 1 ? 'strm' : 'keep'}`;
}

insn({
  name: 'PRFM (unsigned offset)',
  pattern: '1111100110 imm12:12 Rn:5 Rt:5',
  shape: {},
  operands: () => ({}),
  asm: f => `prfm ${prefetch(f.Rt)}, ${offsetText(f.Rn, f.imm12 * 8)}`,
  exec: () => {},
});
insn({
  name: 'PRFUM',
  pattern: '11111000100 imm9:9 00 Rn:5 Rt:5',
  shape: {},
  operands: () => ({}),
  asm: f => `prfum ${prefetch(f.Rt)}, ${offsetText(f.Rn, sx(f.imm9, 9))}`,
  exec: () => {},
});
insn({
  name: 'PRFM (register offset)',
  pattern: '11111000101 Rm:5 option:3 S 10 Rn:5 Rt:5',
  shape: {},
  // Rt 11xxx is RPRFM, which is a hint too.
  where: f => (f.option & 2) !== 0,
  operands: () => ({}),
  asm: f => `prfm ${prefetch(f.Rt)}, [${base(f.Rn)}, ${extendText(f, 3)}]`,
  exec: () => {},
});
insn({
  name: 'PRFM (literal)',
  pattern: '11011000 imm19:19 Rt:5',
  shape: {},
  operands: () => ({}),
  asm: (f, pc) => `prfm ${prefetch(f.Rt)}, ${hex(BigInt.asUintN(64, pc + BigInt(sx(f.imm19, 19) * 4)))}`,
  exec: () => {},
});
