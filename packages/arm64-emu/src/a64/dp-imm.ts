/** Data processing, immediate. */
import { type Ctx, type G, type Int, i64, imm, imm32, imm64, insn, X, XSP } from './spec/index.js';
import { gpr, hex, sx } from './text.js';

const pcRel = (f: { op: number; immhi: number; immlo: number }): bigint =>
  BigInt(sx(f.immhi, 19) * 4 + f.immlo) * (f.op ? 4096n : 1n);

insn({
  name: 'ADR, ADRP',
  pattern: 'op immlo:2 10000 immhi:19 Rd:5',
  shape: { op: 2 },
  operands: f => ({ d: X(f.Rd), imm: imm64(pcRel(f)) }),
  asm: (f, pc) =>
    `${f.op ? 'adrp' : 'adr'} ${gpr(1, f.Rd)}, ${hex(BigInt.asUintN(64, (f.op ? pc & ~0xfffn : pc) + pcRel(f)))}`,
  exec: (c, { d, imm }, { op }) => c.setX(d, (op ? c.pc().and(-4096) : c.pc()).add(imm)),
});

insn({
  name: 'ADD, ADDS, SUB, SUBS (immediate)',
  pattern: 'sf op S 100010 sh imm12:12 Rn:5 Rd:5',
  shape: { sf: 2, op: 2, S: 2 },
  operands: f => ({ d: f.S ? X(f.Rd) : XSP(f.Rd), n: XSP(f.Rn), imm: imm(f.imm12 << (12 * f.sh)) }),
  asm: f =>
    `${f.op ? 'sub' : 'add'}${f.S ? 's' : ''} ${gpr(f.sf, f.Rd, f.S ^ 1)}, ${gpr(f.sf, f.Rn, 1)}, #${hex(f.imm12)}${f.sh ? ', lsl #12' : ''}`,
  exec: (c, { d, n, imm }, s) => addSub(c, s, d, c.get(n), c.at(imm)),
});

/** ADD, ADDS, SUB, SUBS once the operands are there. */
export function addSub<W extends Int<W>>(c: Ctx<W>, { op, S }: { op: number; S: number }, d: G, a: W, b: W): void {
  c.set(d, op ? a.sub(b) : a.add(b));
  if (S) c.setFlags(op ? c.subFlags(a, b) : c.addFlags(a, b));
}

/** DecodeBitMasks, the immediate of logical instructions; undefined when reserved. */
export function bitmask(N: number, imms: number, immr: number, sf: number): bigint | undefined {
  const length = 31 - Math.clz32((N << 6) | (~imms & 63));
  if (length < 1 || (!sf && N)) return undefined;
  const size = 1 << length;
  const S = imms & (size - 1);
  const r = BigInt(immr & (size - 1));
  if (S === size - 1) return undefined;
  const ones = (1n << BigInt(S + 1)) - 1n;
  const element = ((ones >> r) | (ones << (BigInt(size) - r))) & ((1n << BigInt(size)) - 1n);
  let out = 0n;
  for (let i = 0; i < 64; i += size) out |= element << BigInt(i);
  return sf ? out : out & 0xffffffffn;
}

/** AND, ORR, EOR, ANDS once the operands are there. */
export function logical<W extends Int<W>>(c: Ctx<W>, opc: number, d: G, a: W, b: W): void {
  const r = opc === 1 ? a.or(b) : opc === 2 ? a.xor(b) : a.and(b);
  c.set(d, r);
  if (opc === 3) c.setFlags(c.logicFlags(r));
}

insn({
  name: 'AND, ORR, EOR, ANDS (immediate)',
  pattern: 'sf opc:2 100100 N immr:6 imms:6 Rn:5 Rd:5',
  shape: { sf: 2, opc: 4 },
  where: f => bitmask(f.N, f.imms, f.immr, f.sf) !== undefined,
  operands: f => ({
    d: f.opc === 3 ? X(f.Rd) : XSP(f.Rd),
    n: X(f.Rn),
    imm: imm64(bitmask(f.N, f.imms, f.immr, f.sf)!),
  }),
  asm: f =>
    `${['and', 'orr', 'eor', 'ands'][f.opc]} ${gpr(f.sf, f.Rd, f.opc === 3 ? 0 : 1)}, ${gpr(f.sf, f.Rn)}, #${hex(bitmask(f.N, f.imms, f.immr, f.sf)!)}`,
  exec: (c, { d, n, imm }, s) => logical(c, s.opc, d, c.get(n), c.at(imm)),
});

const wideText = (f: { sf: number; Rd: number; imm16: number; hw: number }): string =>
  `${gpr(f.sf, f.Rd)}, #${hex(f.imm16)}${f.hw ? `, lsl #${16 * f.hw}` : ''}`;

insn({
  name: 'MOVN, MOVZ',
  pattern: 'sf opc:2 100101 hw:2 imm16:16 Rd:5',
  shape: {},
  where: f => (f.opc === 0 || f.opc === 2) && (f.sf === 1 || f.hw < 2),
  operands: f => {
    const k = BigInt(f.imm16) << BigInt(16 * f.hw);
    return { d: X(f.Rd), k: imm64(f.opc ? k : f.sf ? ~k : ~k & 0xffffffffn) };
  },
  asm: f => `${f.opc ? 'movz' : 'movn'} ${wideText(f)}`,
  exec: (c, { d, k }) => c.setX(d, k),
});

insn({
  name: 'MOVK',
  pattern: 'sf 11100101 hw:2 imm16:16 Rd:5',
  shape: { sf: 2, hw: 4 },
  where: f => f.sf === 1 || f.hw < 2,
  operands: f => ({ d: X(f.Rd), imm16: imm32(f.imm16) }),
  asm: f => `movk ${wideText(f)}`,
  exec: (c, { d, imm16 }, { hw }) => {
    const kept = c.get(d).and(c.at(i64(~(0xffffn << BigInt(16 * hw)))));
    c.set(d, kept.or(c.at(imm16.u64()).shl(16 * hw)));
  },
});

insn({
  name: 'SBFM, BFM, UBFM',
  pattern: 'sf opc:2 100110 N immr:6 imms:6 Rn:5 Rd:5',
  shape: { sf: 2, opc: 3, low: 2 },
  pick: f => ({ low: Number(f.imms < f.immr) }),
  where: f => f.opc < 3 && f.N === f.sf && (f.sf === 1 || (f.immr < 32 && f.imms < 32)),
  // low = 0: a field of the source moves to bit 0. low = 1: the low bits of the source move up.
  operands: f => {
    const width = f.sf ? 64 : 32;
    const low = f.imms < f.immr;
    const length = low ? f.imms + 1 : f.imms - f.immr + 1;
    return { d: X(f.Rd), n: X(f.Rn), top: imm(width - length), lsb: imm(low ? width - f.immr : f.immr) };
  },
  asm: f => `${['sbfm', 'bfm', 'ubfm'][f.opc]} ${gpr(f.sf, f.Rd)}, ${gpr(f.sf, f.Rn)}, #${f.immr}, #${f.imms}`,
  exec: (c, { d, n, top, lsb }, { opc, low }) => {
    const k = c.at(top);
    const at = c.at(lsb);
    const source = low ? c.get(n) : c.get(n).shrU(at);
    if (opc === 1) {
      const ones = c.lit(-1).shrU(k);
      const mask = low ? ones.shl(at) : ones;
      const field = low ? source.shl(at) : source;
      c.set(d, c.get(d).and(mask.not()).or(field.and(mask)));
      return;
    }
    const up = source.shl(k);
    const field = opc === 0 ? up.shrS(k) : up.shrU(k);
    c.set(d, low ? field.shl(at) : field);
  },
});

insn({
  name: 'EXTR',
  pattern: 'sf 00100111 N 0 Rm:5 imms:6 Rn:5 Rd:5',
  shape: { sf: 2, kind: 3 },
  // A shift by zero and a rotation (both sources the same) are simpler than the general form.
  pick: f => ({ kind: f.imms === 0 ? 0 : f.Rn === f.Rm ? 1 : 2 }),
  where: f => f.N === f.sf && (f.sf === 1 || f.imms < 32),
  operands: f => ({
    d: X(f.Rd),
    n: X(f.Rn),
    m: X(f.Rm),
    k: imm(f.imms),
    up: imm((f.sf ? 64 : 32) - f.imms),
  }),
  asm: f => `extr ${gpr(f.sf, f.Rd)}, ${gpr(f.sf, f.Rn)}, ${gpr(f.sf, f.Rm)}, #${f.imms}`,
  exec: (c, { d, n, m, k, up }, { kind }) => {
    if (kind === 0) c.set(d, c.get(m));
    else if (kind === 1) c.set(d, c.get(n).rotr(c.at(k)));
    else
      c.set(
        d,
        c
          .get(m)
          .shrU(c.at(k))
          .or(c.get(n).shl(c.at(up))),
      );
  },
});
