/** Load-acquire, store-release, exclusives, and compare and swap (Arm ARM, C4.1: load/store exclusive, ordered). */

import { baseAddress, isStack, transfer, transferReg, transferText } from './ldst-common.js';
import { type Ctx, type I64, type Int, i64, imm, insn, type Size, X, XSP } from './spec/index.js';
import { base, gpr, sx } from './text.js';

const SUFFIX = ['b', 'h', '', ''];
const addr = (n: number): string => `[${base(n)}]`;
const reg = (size: number, n: number): string => gpr(Number(size === 3), n);

insn({
  name: 'LDXR, LDAXR',
  pattern: 'size:2 001000010 Rs:5 o0 Rt2:5 Rn:5 Rt:5',
  shape: { size: 4, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  operands: f => ({ t: X(f.Rt), n: XSP(f.Rn) }),
  asm: f => `ld${f.o0 ? 'a' : ''}xr${SUFFIX[f.size]} ${reg(f.size, f.Rt)}, ${addr(f.Rn)}`,
  exec: (c, { t, n }, { size, sp }) => {
    const a = baseAddress(c, n, sp);
    const bytes = (1 << size) as Size;
    const v = c.load(a, bytes, { align: bytes });
    c.setExclusive(a, v, i64(0), bytes);
    c.setX(t, v);
  },
});

insn({
  name: 'STXR, STLXR',
  pattern: 'size:2 001000000 Rs:5 o0 Rt2:5 Rn:5 Rt:5',
  shape: { size: 4, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  operands: f => ({ s: X(f.Rs), t: X(f.Rt), n: XSP(f.Rn) }),
  asm: f => `st${f.o0 ? 'l' : ''}xr${SUFFIX[f.size]} ${gpr(0, f.Rs)}, ${reg(f.size, f.Rt)}, ${addr(f.Rn)}`,
  exec: (c, { s, t, n }, { size, sp }) => {
    const a = baseAddress(c, n, sp);
    const bytes = (1 << size) as Size;
    const mine = c.exclusiveAddress().eq(a).and(c.exclusiveSize().eq(bytes));
    const ok = storeIf(c, mine, a, bytes, () => c.exclusiveValue(), c.x(t));
    c.clearExclusive();
    c.setX(s, ok.isZero().u64());
  },
});

/**
 * Store-exclusive: writes where the monitor is ours and memory still holds the value that was loaded.
 * Comparing values is what other masters' stores look like on one host thread.
 */
function storeIf<W extends Int<W>>(c: Ctx<W>, mine: ReturnType<I64['eq']>, a: I64, size: Size, was: () => I64, v: I64) {
  const now = c.load(a, size, { align: size });
  const ok = mine.and(now.eq(was()));
  c.when(ok, () => c.store(a, size, v, { align: size }));
  return ok;
}

insn({
  name: 'LDXP, LDAXP',
  pattern: '1 sz 001000011 Rs:5 o0 Rt2:5 Rn:5 Rt:5',
  shape: { sz: 2, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  operands: f => ({ t: X(f.Rt), u: X(f.Rt2), n: XSP(f.Rn) }),
  asm: f => `ld${f.o0 ? 'a' : ''}xp ${gpr(f.sz, f.Rt)}, ${gpr(f.sz, f.Rt2)}, ${addr(f.Rn)}`,
  exec: (c, { t, u, n }, { sz, sp }) => {
    const a = baseAddress(c, n, sp);
    const size = sz ? 8 : 4;
    const p = c.load(a, size, { align: (size * 2) as 8 | 16 });
    const q = c.load(a.add(size), size);
    c.setExclusive(a, p, q, size * 2);
    c.setX(t, p);
    c.setX(u, q);
  },
});

insn({
  name: 'STXP, STLXP',
  pattern: '1 sz 001000001 Rs:5 o0 Rt2:5 Rn:5 Rt:5',
  shape: { sz: 2, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  operands: f => ({ s: X(f.Rs), t: X(f.Rt), u: X(f.Rt2), n: XSP(f.Rn) }),
  asm: f => `st${f.o0 ? 'l' : ''}xp ${gpr(0, f.Rs)}, ${gpr(f.sz, f.Rt)}, ${gpr(f.sz, f.Rt2)}, ${addr(f.Rn)}`,
  exec: (c, { s, t, u, n }, { sz, sp }) => {
    const a = baseAddress(c, n, sp);
    const size = sz ? 8 : 4;
    const p = c.load(a, size, { align: (size * 2) as 8 | 16 });
    const q = c.load(a.add(size), size);
    const same = p.eq(c.exclusiveValue()).and(q.eq(c.exclusiveValueHigh()));
    const ok = c
      .exclusiveAddress()
      .eq(a)
      .and(c.exclusiveSize().eq(size * 2))
      .and(same);
    c.when(ok, () => {
      c.store(a, size, c.x(t));
      c.store(a.add(size), size, c.x(u));
    });
    c.clearExclusive();
    c.setX(s, ok.isZero().u64());
  },
});

insn({
  name: 'LDAR, LDLAR, STLR, STLLR',
  pattern: 'size:2 0010001 L 0 Rs:5 o0 Rt2:5 Rn:5 Rt:5',
  // LDLAR and STLLR are those without o0.
  needs: f => (f.o0 ? undefined : 'LOR'),
  shape: { size: 4, L: 2, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  operands: f => ({ t: X(f.Rt), n: XSP(f.Rn) }),
  asm: f =>
    `${f.L ? `ld${f.o0 ? '' : 'l'}ar` : `st${f.o0 ? '' : 'l'}lr`}${SUFFIX[f.size]} ${reg(f.size, f.Rt)}, ${addr(f.Rn)}`,
  exec: (c, { t, n }, { size, L, sp }) =>
    transfer(c, { size, opc: L }, t, baseAddress(c, n, sp), { align: (1 << size) as Size, ordered: true }),
});

insn({
  name: 'CAS, CASA, CASL, CASAL',
  feature: 'LSE',
  pattern: 'size:2 0010001 L 1 Rs:5 o0 11111 Rn:5 Rt:5',
  shape: { size: 4, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  operands: f => ({ s: X(f.Rs), t: X(f.Rt), n: XSP(f.Rn) }),
  asm: f =>
    `cas${f.L ? 'a' : ''}${f.o0 ? 'l' : ''}${SUFFIX[f.size]} ${reg(f.size, f.Rs)}, ${reg(f.size, f.Rt)}, ${addr(f.Rn)}`,
  exec: (c, { s, t, n }, { size, sp }) => {
    const a = baseAddress(c, n, sp);
    const bytes = (1 << size) as Size;
    const old = c.load(a, bytes, { align: bytes, atomic: true });
    const want = size === 3 ? c.x(s) : size === 2 ? c.w(s).u64() : c.x(s).and(size ? 0xffff : 0xff);
    c.when(old.eq(want), () => c.store(a, bytes, c.x(t)));
    c.setX(s, old);
  },
});

insn({
  name: 'CASP, CASPA, CASPL, CASPAL',
  feature: 'LSE',
  pattern: '0 sz 0010000 L 1 Rs:5 o0 11111 Rn:5 Rt:5',
  shape: { sz: 2, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  where: f => (f.Rs & 1) === 0 && (f.Rt & 1) === 0,
  operands: f => ({ s: X(f.Rs), s2: X(f.Rs + 1), t: X(f.Rt), t2: X(f.Rt + 1), n: XSP(f.Rn) }),
  asm: f => {
    const pair = (r: number): string => `${gpr(f.sz, r)}, ${gpr(f.sz, r + 1)}`;
    return `casp${f.L ? 'a' : ''}${f.o0 ? 'l' : ''} ${pair(f.Rs)}, ${pair(f.Rt)}, ${addr(f.Rn)}`;
  },
  exec: (c, { s, s2, t, t2, n }, { sz, sp }) => {
    const a = baseAddress(c, n, sp);
    const size = sz ? 8 : 4;
    const want = (r: typeof s): I64 => (sz ? c.x(r) : c.w(r).u64());
    const p = c.load(a, size, { align: (size * 2) as 8 | 16, atomic: true });
    const q = c.load(a.add(size), size);
    c.when(p.eq(want(s)).and(q.eq(want(s2))), () => {
      c.store(a, size, c.x(t));
      c.store(a.add(size), size, c.x(t2));
    });
    c.setX(s, p);
    c.setX(s2, q);
  },
});

insn({
  name: 'LDAPR (unsigned offset 0)',
  feature: 'LRCPC',
  pattern: 'size:2 11100010111111110000 Rn:5 Rt:5',
  shape: { size: 4, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  operands: f => ({ t: X(f.Rt), n: XSP(f.Rn) }),
  asm: f => `ldapr${SUFFIX[f.size]} ${reg(f.size, f.Rt)}, ${addr(f.Rn)}`,
  exec: (c, { t, n }, { size, sp }) =>
    transfer(c, { size, opc: 1 }, t, baseAddress(c, n, sp), {
      align: (1 << size) as Size,
      ordered: true,
    }),
});

insn({
  name: 'LDAPUR, STLUR',
  feature: 'LRCPC2',
  pattern: 'size:2 011001 opc:2 0 imm9:9 00 Rn:5 Rt:5',
  shape: { size: 4, opc: 4, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  where: f => f.opc < 2 || f.size < 5 - f.opc,
  operands: f => ({ t: X(f.Rt), n: XSP(f.Rn), imm: imm(sx(f.imm9, 9)) }),
  asm: f => {
    const k = sx(f.imm9, 9);
    return `${transferText(f, 'ldapur', 'stlur')} ${transferReg(f)}, [${base(f.Rn)}${k ? `, #${k}` : ''}]`;
  },
  exec: (c, { t, n, imm }, s) =>
    transfer(c, s, t, baseAddress(c, n, s.sp).add(imm), { align: (1 << s.size) as Size, ordered: true }),
});
