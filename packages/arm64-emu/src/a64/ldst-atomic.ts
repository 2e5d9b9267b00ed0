/** Atomic memory operations (FEAT_LSE). */
import { baseAddress, isStack } from './ldst-common.js';
import { type I64, insn, type Size, X, XSP } from './spec/index.js';
import { base, gpr } from './text.js';

const OPS = ['add', 'clr', 'eor', 'set', 'smax', 'smin', 'umax', 'umin'];
const reg = (size: number, n: number): string => gpr(Number(size === 3), n);
const order = (f: { A: number; R: number }): string => `${f.A ? 'a' : ''}${f.R ? 'l' : ''}`;

/** The low `size` of `v`, extended. */
const extend = (v: I64, size: number, signed: boolean): I64 => {
  if (size === 3) return v;
  if (signed) return size === 0 ? v.extend8() : size === 1 ? v.extend16() : v.extend32();
  return size === 0 ? v.and(0xff) : size === 1 ? v.and(0xffff) : v.lo32().u64();
};

insn({
  name: 'LDADD, LDCLR, LDEOR, LDSET, LDSMAX, LDSMIN, LDUMAX, LDUMIN',
  feature: 'LSE',
  pattern: 'size:2 111000 A R 1 Rs:5 0 opc:3 00 Rn:5 Rt:5',
  shape: { size: 4, opc: 8, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  operands: f => ({ s: X(f.Rs), t: X(f.Rt), n: XSP(f.Rn) }),
  asm: f =>
    `ld${OPS[f.opc]}${order(f)}${['b', 'h', '', ''][f.size]} ${reg(f.size, f.Rs)}, ${reg(f.size, f.Rt)}, [${base(f.Rn)}]`,
  exec: (c, { s, t, n }, { size, opc, sp }) => {
    const a = baseAddress(c, n, sp);
    const bytes = (1 << size) as Size;
    const old = c.load(a, bytes, { align: bytes, atomic: true });
    const x = c.x(s);
    const signed = opc < 6;
    const [p, q] = [extend(old, size, signed), extend(x, size, signed)];
    const greater = (): ReturnType<I64['gtS']> => (signed ? p.gtS(q) : p.gtU(q));
    const result = [
      () => old.add(x),
      () => old.and(x.not()),
      () => old.xor(x),
      () => old.or(x),
      () => greater().select(p, q),
      () => greater().select(q, p),
      () => greater().select(p, q),
      () => greater().select(q, p),
    ][opc]!();
    c.store(a, bytes, result);
    c.setX(t, old);
  },
});

insn({
  name: 'SWP',
  feature: 'LSE',
  pattern: 'size:2 111000 A R 1 Rs:5 100000 Rn:5 Rt:5',
  shape: { size: 4, sp: 2 },
  pick: f => ({ sp: isStack(f.Rn) }),
  operands: f => ({ s: X(f.Rs), t: X(f.Rt), n: XSP(f.Rn) }),
  asm: f => `swp${order(f)}${['b', 'h', '', ''][f.size]} ${reg(f.size, f.Rs)}, ${reg(f.size, f.Rt)}, [${base(f.Rn)}]`,
  exec: (c, { s, t, n }, { size, sp }) => {
    const a = baseAddress(c, n, sp);
    const bytes = (1 << size) as Size;
    const old = c.load(a, bytes, { align: bytes, atomic: true });
    c.store(a, bytes, c.x(s));
    c.setX(t, old);
  },
});
