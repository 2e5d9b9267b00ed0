/** Data processing, register: arithmetic and logic. */
import { addSub, logical } from './dp-imm.js';
import {
  type Ctx,
  cc,
  type G,
  type I64,
  type Int,
  i32,
  i64,
  imm,
  imm32,
  insn,
  vectorOf,
  X,
  XSP,
} from './spec/index.js';
import { CONDITIONS, EXTENDS, gpr, hex, SHIFTS, wr, xr } from './text.js';

const NO_SHIFT = 4;
function shifted<W extends Int<W>>(v: W, kind: number, k: W): W {
  switch (kind) {
    case 0:
      return v.shl(k);
    case 1:
      return v.shrU(k);
    case 2:
      return v.shrS(k);
    case 3:
      return v.rotr(k);
    default:
      return v;
  }
}
const shiftText = (f: { imm6: number; shift: number }): string =>
  f.imm6 || f.shift ? `, ${SHIFTS[f.shift]} #${f.imm6}` : '';
/** `<d>, <n>, <m>`. */
const dnm = (f: { sf: number; Rd: number; Rn: number; Rm: number }): string =>
  `${gpr(f.sf, f.Rd)}, ${gpr(f.sf, f.Rn)}, ${gpr(f.sf, f.Rm)}`;

insn({
  name: 'ADD, ADDS, SUB, SUBS (shifted register)',
  pattern: 'sf op S 01011 shift:2 0 Rm:5 imm6:6 Rn:5 Rd:5',
  shape: { sf: 2, op: 2, S: 2, kind: 5 },
  pick: f => ({ kind: f.imm6 ? f.shift : NO_SHIFT }),
  where: f => f.shift !== 3 && (f.sf === 1 || f.imm6 < 32),
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm), k: imm(f.imm6) }),
  asm: f => `${f.op ? 'sub' : 'add'}${f.S ? 's' : ''} ${dnm(f)}${shiftText(f)}`,
  exec: (c, { d, n, m, k }, s) => addSub(c, s, d, c.get(n), shifted(c.get(m), s.kind, c.at(k))),
});

function extended<W extends Int<W>>(c: Ctx<W>, m: G, option: number): W {
  const w = c.w(m);
  switch (option) {
    case 0:
      return c.at(w.and(0xff).u64());
    case 1:
      return c.at(w.and(0xffff).u64());
    case 2:
      return c.at(w.u64());
    case 4:
      return c.at(w.extend8().s64());
    case 5:
      return c.at(w.extend16().s64());
    case 6:
      return c.at(w.s64());
    default:
      return c.get(m);
  }
}

insn({
  name: 'ADD, ADDS, SUB, SUBS (extended register)',
  pattern: 'sf op S 01011001 Rm:5 option:3 imm3:3 Rn:5 Rd:5',
  shape: { sf: 2, op: 2, S: 2, option: 8 },
  where: f => f.imm3 <= 4,
  operands: f => ({ d: f.S ? X(f.Rd) : XSP(f.Rd), n: XSP(f.Rn), m: X(f.Rm), k: imm(f.imm3) }),
  asm: f => {
    const lsl = f.option === 2 + f.sf && ((f.Rd === 31 && !f.S) || f.Rn === 31);
    const extend = lsl ? (f.imm3 ? ', lsl' : '') : `, ${EXTENDS[f.option]}`;
    const m = gpr(f.sf & Number((f.option & 3) === 3), f.Rm);
    return `${f.op ? 'sub' : 'add'}${f.S ? 's' : ''} ${gpr(f.sf, f.Rd, f.S ^ 1)}, ${gpr(f.sf, f.Rn, 1)}, ${m}${extend}${f.imm3 ? ` #${f.imm3}` : ''}`;
  },
  exec: (c, { d, n, m, k }, s) => addSub(c, s, d, c.get(n), extended(c, m, s.option).shl(c.at(k))),
});

insn({
  name: 'ADC, ADCS, SBC, SBCS',
  pattern: 'sf op S 11010000 Rm:5 000000 Rn:5 Rd:5',
  shape: { sf: 2, op: 2, S: 2 },
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm) }),
  asm: f => `${f.op ? 'sbc' : 'adc'}${f.S ? 's' : ''} ${dnm(f)}`,
  exec: (c, { d, n, m }, { op, S }) => {
    const a = c.get(n);
    const b = op ? c.get(m).not() : c.get(m);
    const r = a.add(b).add(c.at(c.nzcv().shrU(1).and(1).u64()));
    c.set(d, r);
    if (!S) return;
    // Carry and overflow out of the top bit, from the operands and the sum.
    const carry = a.and(b).or(a.or(b).and(r.not())).ltS(0);
    const overflow = a.xor(r).and(b.xor(r)).ltS(0);
    c.setFlags(c.packedFlags(r.ltS(0).shl(3).or(r.isZero().shl(2)).or(carry.shl(1)).or(overflow)));
  },
});

insn({
  name: 'RMIF',
  feature: 'FlagM',
  pattern: '10111010000 imm6:6 00001 Rn:5 0 mask:4',
  shape: {},
  operands: f => ({ n: X(f.Rn), k: imm(f.imm6), mask: imm32(f.mask) }),
  asm: f => `rmif ${xr(f.Rn)}, #${f.imm6}, #${f.mask}`,
  exec: (c, { n, k, mask }) => {
    const bits = c.x(n).rotr(k).lo32();
    c.setFlags(c.packedFlags(bits.and(mask).or(c.nzcv().and(mask.not())).and(15)));
  },
});

insn({
  name: 'SETF8, SETF16',
  feature: 'FlagM',
  pattern: '00111010000000000 sz 0010 Rn:5 01101',
  shape: { sz: 2 },
  operands: f => ({ n: X(f.Rn) }),
  asm: f => `setf${f.sz ? 16 : 8} ${wr(f.Rn)}`,
  exec: (c, { n }, { sz }) => {
    const top = sz ? 15 : 7;
    const v = c.w(n);
    const negative = v.shrU(top).and(1);
    const zero = v.shl(31 - top).isZero();
    const overflow = v
      .shrU(top + 1)
      .xor(v.shrU(top))
      .and(1);
    c.setFlags(c.packedFlags(negative.shl(3).or(zero.shl(2)).or(c.nzcv().and(2)).or(overflow)));
  },
});

const LOGICAL = ['and', 'bic', 'orr', 'orn', 'eor', 'eon', 'ands', 'bics'];
insn({
  name: 'AND, BIC, ORR, ORN, EOR, EON, ANDS, BICS (shifted register)',
  pattern: 'sf opc:2 01010 shift:2 N Rm:5 imm6:6 Rn:5 Rd:5',
  shape: { sf: 2, opc: 4, N: 2, kind: 5 },
  pick: f => ({ kind: f.imm6 ? f.shift : NO_SHIFT }),
  where: f => f.sf === 1 || f.imm6 < 32,
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm), k: imm(f.imm6) }),
  asm: f => `${LOGICAL[f.opc * 2 + f.N]} ${dnm(f)}${shiftText(f)}`,
  exec: (c, { d, n, m, k }, s) => {
    const b = shifted(c.get(m), s.kind, c.at(k));
    logical(c, s.opc, d, c.get(n), s.N ? b.not() : b);
  },
});

insn({
  name: 'CSEL, CSINC, CSINV, CSNEG',
  pattern: 'sf op 011010100 Rm:5 cond:4 0 o2 Rn:5 Rd:5',
  shape: { sf: 2, op: 2, o2: 2 },
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm), cond: cc(f.cond) }),
  asm: f => `${['csel', 'csinc', 'csinv', 'csneg'][f.op * 2 + f.o2]} ${dnm(f)}, ${CONDITIONS[f.cond]}`,
  exec: (c, { d, n, m, cond }, { op, o2 }) => {
    const other = op ? c.get(m).not() : c.get(m);
    c.set(d, c.cond(cond).select(c.get(n), o2 ? other.add(1) : other));
  },
});

insn({
  name: 'CCMN, CCMP',
  pattern: 'sf op 111010010 Rm:5 cond:4 i 0 Rn:5 0 nzcv:4',
  shape: { sf: 2, op: 2, i: 2 },
  operands: f => ({ n: X(f.Rn), m: X(f.i ? 31 : f.Rm), imm: imm(f.Rm), cond: cc(f.cond), otherwise: imm32(f.nzcv) }),
  asm: f =>
    `${f.op ? 'ccmp' : 'ccmn'} ${gpr(f.sf, f.Rn)}, ${f.i ? `#${hex(f.Rm)}` : gpr(f.sf, f.Rm)}, #${hex(f.nzcv)}, ${CONDITIONS[f.cond]}`,
  exec: (c, { n, m, imm, cond, otherwise }, { op, i }) => {
    const a = c.get(n);
    const b = i ? c.at(imm) : c.get(m);
    const flags = c.nzcv(op ? c.subFlags(a, b) : c.addFlags(a, b));
    c.setFlags(c.packedFlags(c.cond(cond).select(flags, otherwise)));
  },
});

// ---- one, two and three sources ----

insn({
  name: 'RBIT, REV16, REV32, REV, CLZ, CLS',
  pattern: 'sf 101101011000000000 op:3 Rn:5 Rd:5',
  shape: { sf: 2, op: 6 },
  where: f => f.op < 6 && (f.sf === 1 || f.op !== 3),
  operands: f => ({ d: X(f.Rd), n: X(f.Rn) }),
  asm: f =>
    `${(f.sf ? ['rbit', 'rev16', 'rev32', 'rev', 'clz', 'cls'] : ['rbit', 'rev16', 'rev', '', 'clz', 'cls'])[f.op]} ${gpr(f.sf, f.Rd)}, ${gpr(f.sf, f.Rn)}`,
  exec: (c, { d, n }, { sf, op }) => {
    let v = c.get(n);
    if (op === 4) return c.set(d, v.clz());
    // Leading sign bits: the leading zeros of v ^ (v >> 1), one less for the sign bit itself.
    if (op === 5) return c.set(d, v.xor(v.shrS(1)).shl(1).or(1).clz());
    const MASKS = [
      0x5555555555555555n,
      0x3333333333333333n,
      0x0f0f0f0f0f0f0f0fn,
      0x00ff00ff00ff00ffn,
      0x0000ffff0000ffffn,
      0x00000000ffffffffn,
    ];
    MASKS.forEach((m, i) => {
      const k = 1 << i;
      if (op === 0 ? k >= (sf ? 64 : 32) : k < 8 || k >= 8 << op) return;
      const mask = c.at(i64(m));
      v = v.shrU(k).and(mask).or(v.and(mask).shl(k));
    });
    c.set(d, v);
  },
});

insn({
  name: 'UDIV, SDIV',
  pattern: 'sf 0011010110 Rm:5 00001 o1 Rn:5 Rd:5',
  shape: { sf: 2, o1: 2 },
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm) }),
  asm: f => `${f.o1 ? 's' : 'u'}div ${dnm(f)}`,
  exec: (c, { d, n, m }, { o1 }) => {
    // wasm traps on x / 0 and MIN / -1; A64 gives 0 and MIN.
    const a = c.get(n);
    const b = c.get(m);
    const trap = o1 ? b.isZero().or(b.eq(-1)) : b.isZero();
    const safe = trap.select(c.lit(1), b);
    const q = o1 ? b.eq(-1).select(a.neg(), a.divS(safe)) : a.divU(safe);
    c.set(d, b.isZero().select(c.lit(0), q));
  },
});

insn({
  name: 'LSLV, LSRV, ASRV, RORV',
  pattern: 'sf 0011010110 Rm:5 0010 op2:2 Rn:5 Rd:5',
  shape: { sf: 2, op2: 4 },
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm) }),
  asm: f => `${SHIFTS[f.op2]}v ${dnm(f)}`,
  exec: (c, { d, n, m }, { op2 }) => c.set(d, shifted(c.get(n), op2, c.get(m))),
});

insn({
  name: 'CRC32, CRC32C',
  feature: 'CRC32',
  pattern: 'sf 0011010110 Rm:5 010 C sz:2 Rn:5 Rd:5',
  shape: { C: 2, sz: 4 },
  where: f => f.sf === Number(f.sz === 3),
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm) }),
  asm: f => `crc32${f.C ? 'c' : ''}${'bhwx'[f.sz]} ${wr(f.Rd)}, ${wr(f.Rn)}, ${gpr(f.sf, f.Rm)}`,
  exec: (c, { d, n, m }, { C, sz }) => {
    const args = [vectorOf(c.x(n), c.x(m))];
    c.setW(d, c.routine(C ? 'crc32c' : 'crc32', args, i32(1 << sz)).get(2, 0));
  },
});

insn({
  name: 'MADD, MSUB',
  pattern: 'sf 0011011000 Rm:5 o0 Ra:5 Rn:5 Rd:5',
  shape: { sf: 2, o0: 2 },
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm), a: X(f.Ra) }),
  asm: f => `${f.o0 ? 'msub' : 'madd'} ${dnm(f)}, ${gpr(f.sf, f.Ra)}`,
  exec: (c, { d, n, m, a }, { o0 }) => {
    const p = c.get(n).mul(c.get(m));
    c.set(d, o0 ? c.get(a).sub(p) : c.get(a).add(p));
  },
});

insn({
  name: 'SMADDL, SMSUBL, UMADDL, UMSUBL',
  pattern: '10011011 U 01 Rm:5 o0 Ra:5 Rn:5 Rd:5',
  shape: { U: 2, o0: 2 },
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm), a: X(f.Ra) }),
  asm: f => `${f.U ? 'u' : 's'}${f.o0 ? 'msub' : 'madd'}l ${xr(f.Rd)}, ${wr(f.Rn)}, ${wr(f.Rm)}, ${xr(f.Ra)}`,
  exec: (c, { d, n, m, a }, { U, o0 }) => {
    const p = U ? c.w(n).u64().mul(c.w(m).u64()) : c.w(n).s64().mul(c.w(m).s64());
    c.setX(d, o0 ? c.x(a).sub(p) : c.x(a).add(p));
  },
});

/** The high 64 bits of a 128-bit product. */
export function mulHigh(a: I64, b: I64, unsigned: boolean): I64 {
  const lo = (v: I64): I64 => v.lo32().u64();
  const hi = (v: I64): I64 => (unsigned ? v.shrU(32) : v.shrS(32));
  const t = hi(a)
    .mul(lo(b))
    .add(lo(a).mul(lo(b)).shrU(32));
  const u = lo(a).mul(hi(b)).add(lo(t));
  return hi(a).mul(hi(b)).add(hi(t)).add(hi(u));
}

insn({
  name: 'SMULH, UMULH',
  pattern: '10011011 U 10 Rm:5 0 Ra:5 Rn:5 Rd:5',
  shape: { U: 2 },
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: X(f.Rm) }),
  asm: f => `${f.U ? 'u' : 's'}mulh ${xr(f.Rd)}, ${xr(f.Rn)}, ${xr(f.Rm)}`,
  exec: (c, { d, n, m }, { U }) => c.setX(d, mulHigh(c.x(n), c.x(m), U === 1)),
});
