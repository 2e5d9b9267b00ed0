/** Pointer authentication (FEAT_PAuth). The algorithm is in `pauth-code.ts`. */
import { isLinkRegister } from './branch.js';
import { baseAddress, baseRegister, isStack } from './ldst-common.js';
import { addCode, checkCode, genericCode, SCHEMES, schemeOf, stripCode } from './pauth-code.js';
import {
  type Ctx,
  type DecodeEnv,
  ExceptionClass,
  G,
  type I64,
  type Int,
  i32,
  imm,
  insn,
  X,
  XSP,
} from './spec/index.js';
import { base, gpr, sx, xr } from './text.js';

/** Keys: IA, IB, DA, DB, GA. */
const KEYS = ['ia', 'ib', 'da', 'db'];

/** Adds (`aut` 0) or checks and removes (`aut` 1) the code of a pointer. */
function authenticate<W extends Int<W>>(
  c: Ctx<W>,
  pac: number,
  aut: number,
  k: number,
  pointer: I64,
  modifier: I64,
): I64 {
  return aut ? checkCode(c, pac, k, pointer, modifier) : addCode(c, pac, k, pointer, modifier);
}
/** The shape field that says how this CPU makes codes. */
const scheme = (_f: unknown, env: DecodeEnv): { pac: number } => ({ pac: schemeOf(env) });

insn({
  name: 'PACIA, PACIB, PACDA, PACDB, AUTIA, AUTIB, AUTDA, AUTDB, and with zero modifier',
  feature: 'PAuth',
  pattern: '110110101100000100 z aut key:2 Rn:5 Rd:5',
  shape: { aut: 2, key: 4, pac: SCHEMES },
  pick: scheme,
  where: f => f.z === 0 || f.Rn === 31,
  operands: f => ({ d: X(f.Rd), n: f.z ? X(31) : XSP(f.Rn) }),
  asm: f => {
    const name = `${f.aut ? 'aut' : 'pac'}${f.z ? KEYS[f.key]!.replace(/(.)$/, 'z$1') : KEYS[f.key]}`;
    return `${name} ${xr(f.Rd)}${f.z ? '' : `, ${base(f.Rn)}`}`;
  },
  exec: (c, { d, n }, { aut, key, pac }) => c.setX(d, authenticate(c, pac, aut, key, c.x(d), c.x(n))),
});

insn({
  name: 'XPACI, XPACD',
  feature: 'PAuth',
  pattern: '110110101100000101000 D 11111 Rd:5',
  shape: { D: 2, pac: SCHEMES },
  pick: scheme,
  operands: f => ({ d: X(f.Rd) }),
  asm: f => `xpac${f.D ? 'd' : 'i'} ${xr(f.Rd)}`,
  exec: (c, { d }, { D, pac }) => c.setX(d, stripCode(c, pac, D === 1, c.x(d))),
});

insn({
  name: 'PACGA',
  feature: 'PAuth',
  pattern: '10011010110 Rm:5 001100 Rn:5 Rd:5',
  shape: { pac: SCHEMES },
  pick: scheme,
  operands: f => ({ d: X(f.Rd), n: X(f.Rn), m: XSP(f.Rm) }),
  asm: f => `pacga ${xr(f.Rd)}, ${xr(f.Rn)}, ${base(f.Rm)}`,
  exec: (c, { d, n, m }, { pac }) => c.setX(d, genericCode(c, pac, c.x(n), c.x(m))),
});

/** The hint space: NOPs on CPUs without the feature. */
const HINT_NAMES: Record<number, string> = {
  7: 'xpaclri',
  8: 'pacia1716',
  10: 'pacib1716',
  12: 'autia1716',
  14: 'autib1716',
  24: 'paciaz',
  25: 'paciasp',
  26: 'pacibz',
  27: 'pacibsp',
  28: 'autiaz',
  29: 'autiasp',
  30: 'autibz',
  31: 'autibsp',
};
insn({
  name: 'PACIASP and the other hints of pointer authentication',
  feature: 'PAuth',
  pattern: '110101010000001100100 hint:6 11111',
  shape: { hint: 32, pac: SCHEMES },
  pick: scheme,
  where: f => HINT_NAMES[f.hint] !== undefined,
  operands: () => ({}),
  asm: f => HINT_NAMES[f.hint]!,
  exec: (c, _, { hint, pac }) => {
    const [x16, x17, x30, sp] = [new G(16), new G(17), new G(30), new G(31)];
    if (hint === 7) return c.setX(x30, stripCode(c, pac, false, c.x(x30)));
    const aut = (hint >> 2) & 1;
    const k = (hint >> 1) & 1;
    if (hint < 16) c.setX(x17, authenticate(c, pac, aut, k, c.x(x17), c.x(x16)));
    else c.setX(x30, authenticate(c, pac, aut, k, c.x(x30), hint & 1 ? c.x(sp) : c.x(new G(32))));
  },
});

insn({
  name: 'BRAA, BRAB, BLRAA, BLRAB, and with zero modifier',
  feature: 'PAuth',
  pattern: '1101011 Z 00 op 1111100001 M Rn:5 Rm:5',
  shape: { Z: 2, op: 2, M: 2, link: 2, pac: SCHEMES },
  pick: (f, env) => ({ link: Number(f.op === 0 && isLinkRegister(f.Rn)), pac: schemeOf(env) }),
  where: f => f.Z === 1 || f.Rm === 31,
  operands: f => ({ n: X(f.Rn), m: f.Z ? XSP(f.Rm) : X(31) }),
  asm: f => `b${f.op ? 'l' : ''}ra${f.M ? 'b' : 'a'}${f.Z ? '' : 'z'} ${xr(f.Rn)}${f.Z ? `, ${base(f.Rm)}` : ''}`,
  exec: (c, { n, m }, { op, M, link, pac }) => {
    const to = checkCode(c, pac, M, c.x(n), c.x(m), true);
    if (op) c.link();
    c.jump(to, op ? 'blr' : link ? 'brLink' : 'br');
  },
});

insn({
  name: 'RETAA, RETAB',
  feature: 'PAuth',
  pattern: '110101100101111100001 M 1111111111',
  shape: { M: 2, pac: SCHEMES },
  pick: scheme,
  operands: () => ({}),
  asm: 'reta{M:a|b}',
  exec: (c, _, { M, pac }) => c.jump(checkCode(c, pac, M, c.x(new G(30)), c.x(new G(31)), true), 'ret'),
});
insn({
  name: 'ERETAA, ERETAB',
  feature: 'PAuth',
  pattern: '110101101001111100001 M 1111111111',
  shape: { M: 2 },
  operands: () => ({}),
  asm: 'ereta{M:a|b}',
  exec: (c, _, { M }) => {
    c.trap(c.el().isZero(), ExceptionClass.unknown, i32(0));
    c.event(M ? 'eretab' : 'eretaa');
  },
});

insn({
  name: 'LDRAA, LDRAB',
  feature: 'PAuth',
  pattern: '11111000 M S 1 imm9:9 W 1 Rn:5 Rt:5',
  shape: { M: 2, W: 2, pac: SCHEMES, sp: 2 },
  pick: (f, env) => ({ ...scheme(f, env), sp: isStack(f.Rn) }),
  operands: f => ({ t: X(f.Rt), n: XSP(f.Rn), imm: imm(sx((f.S << 9) | f.imm9, 10) * 8) }),
  asm: f => {
    const k = sx((f.S << 9) | f.imm9, 10) * 8;
    const address = f.W ? `[${base(f.Rn)}${k ? `, #${k}` : ''}]!` : `[${base(f.Rn)}${k ? `, #${k}` : ''}]`;
    return `ldra${f.M ? 'b' : 'a'} ${gpr(1, f.Rt)}, ${address}`;
  },
  exec: (c, { t, n, imm }, { M, W, pac, sp }) => {
    const a = checkCode(c, pac, 2 + M, baseAddress(c, n, sp), c.x(new G(32)), true).add(imm);
    c.setX(t, c.load(a, 8));
    if (W) c.setX(baseRegister(n, sp), a);
  },
});
