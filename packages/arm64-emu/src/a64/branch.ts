/** Branches, exception generation and return. */
import { cc, disp, ExceptionClass, i32, imm, insn, X } from './spec/index.js';
import { CONDITIONS, gpr, hex, sx } from './text.js';

const target = (pc: bigint, words: number): string => hex(BigInt.asUintN(64, pc + BigInt(words * 4)));

insn({
  name: 'B, BL',
  pattern: 'op 00101 imm26:26',
  shape: { op: 2 },
  operands: f => ({ t: disp(sx(f.imm26, 26) * 4) }),
  asm: (f, pc) => `${f.op ? 'bl' : 'b'} ${target(pc, sx(f.imm26, 26))}`,
  exec: (c, { t }, { op }) => {
    if (op) c.link();
    c.branch(t);
  },
});

insn({
  name: 'B.cond',
  pattern: '01010100 imm19:19 0 cond:4',
  shape: {},
  operands: f => ({ t: disp(sx(f.imm19, 19) * 4), cond: cc(f.cond) }),
  asm: (f, pc) => `b.${CONDITIONS[f.cond]} ${target(pc, sx(f.imm19, 19))}`,
  exec: (c, { t, cond }) => c.branch(t, c.cond(cond)),
});

insn({
  name: 'CBZ, CBNZ',
  pattern: 'sf 011010 op imm19:19 Rt:5',
  shape: { sf: 2, op: 2 },
  operands: f => ({ t: disp(sx(f.imm19, 19) * 4), r: X(f.Rt) }),
  asm: (f, pc) => `cb${f.op ? 'n' : ''}z ${gpr(f.sf, f.Rt)}, ${target(pc, sx(f.imm19, 19))}`,
  exec: (c, { t, r }, { op }) => c.branch(t, op ? c.get(r).ne(0) : c.get(r).isZero()),
});

insn({
  name: 'TBZ, TBNZ',
  pattern: 'b5 011011 op b40:5 imm14:14 Rt:5',
  shape: { op: 2 },
  operands: f => ({ t: disp(sx(f.imm14, 14) * 4), r: X(f.Rt), bit: imm(f.b5 * 32 + f.b40) }),
  asm: (f, pc) => `tb${f.op ? 'n' : ''}z ${gpr(f.b5, f.Rt)}, #${f.b5 * 32 + f.b40}, ${target(pc, sx(f.imm14, 14))}`,
  exec: (c, { t, r, bit }, { op }) => {
    const b = c.x(r).shrU(bit).lo32().and(1);
    c.branch(t, op ? b : b.isZero());
  },
});

// ---- registers ----

/** X16 and X17, through which linkers' veneers branch. */
export const isLinkRegister = (n: number): boolean => n === 16 || n === 17;

insn({
  name: 'BR, BLR, RET',
  pattern: '110101100 opc:2 11111000000 Rn:5 00000',
  shape: { opc: 3, link: 2 },
  pick: f => ({ link: Number(f.opc === 0 && isLinkRegister(f.Rn)) }),
  where: f => f.opc < 3,
  operands: f => ({ n: X(f.Rn) }),
  asm: f => `${['br', 'blr', 'ret'][f.opc]}${f.opc === 2 && f.Rn === 30 ? '' : ` ${gpr(1, f.Rn)}`}`,
  exec: (c, { n }, { opc, link }) => {
    if (opc === 1) c.link();
    c.jump(c.x(n), ([link ? 'brLink' : 'br', 'blr', 'ret'] as const)[opc]!);
  },
});

insn({
  name: 'ERET',
  pattern: '11010110100111110000001111100000',
  shape: {},
  operands: () => ({}),
  asm: 'eret',
  exec: c => {
    c.trap(c.el().isZero(), ExceptionClass.unknown, i32(0));
    c.event('eret');
  },
});
insn({
  name: 'DRPS',
  pattern: '11010110101111110000001111100000',
  shape: {},
  operands: () => ({}),
  asm: 'drps',
  exec: c => c.undefined(),
});
