/** Cryptography: AES, SHA-1, SHA-2, SHA-3, SM3, SM4. */
import { vregs, vregs2 } from './simd-common.js';
import { i32, imm32, insn, type Lane, type V128, VR } from './spec/index.js';
import { vec } from './text.js';

const bytes = (n: number): string => vec(n, 1, 0);
const words = (n: number): string => vec(n, 1, 2);
const doubles = (n: number): string => vec(n, 1, 3);

const AES = ['aese', 'aesd', 'aesmc', 'aesimc'];
insn({
  name: 'AESE, AESD',
  feature: 'AES',
  pattern: '0100111000101000010 D 10 Rn:5 Rd:5',
  shape: { D: 2 },
  operands: vregs2,
  asm: f => `${AES[f.D]} ${bytes(f.Rd)}, ${bytes(f.Rn)}`,
  exec: (c, { d, n }, { D }) => c.setV(d, c.routine(AES[D]!, [c.v(d).xor(c.v(n))])),
});
insn({
  name: 'AESMC, AESIMC',
  feature: 'AES',
  pattern: '0100111000101000011 D 10 Rn:5 Rd:5',
  shape: { D: 2 },
  operands: vregs2,
  asm: f => `${AES[2 + f.D]} ${bytes(f.Rd)}, ${bytes(f.Rn)}`,
  exec: (c, { d, n }, { D }) => c.setV(d, c.routine(AES[2 + D]!, [c.v(n)])),
});

// ---- SHA-1, SHA-256 ----

const SHA3REG = ['sha1c', 'sha1p', 'sha1m', 'sha1su0', 'sha256h', 'sha256h2', 'sha256su1'];
insn({
  name: 'SHA1C, SHA1P, SHA1M, SHA1SU0',
  feature: 'SHA1',
  pattern: '01011110000 Rm:5 00 op:2 00 Rn:5 Rd:5',
  shape: { op: 4 },
  operands: vregs,
  asm: f =>
    f.op === 3
      ? `sha1su0 ${words(f.Rd)}, ${words(f.Rn)}, ${words(f.Rm)}`
      : `${SHA3REG[f.op]} q${f.Rd}, s${f.Rn}, ${words(f.Rm)}`,
  exec: (c, { d, n, m }, { op }) => c.setV(d, c.routine(SHA3REG[op]!, [c.v(d), c.v(n), c.v(m)])),
});
insn({
  name: 'SHA256H, SHA256H2, SHA256SU1',
  feature: 'SHA256',
  pattern: '01011110000 Rm:5 01 op:2 00 Rn:5 Rd:5',
  shape: { op: 3 },
  where: f => f.op < 3,
  operands: vregs,
  asm: f =>
    f.op === 2
      ? `sha256su1 ${words(f.Rd)}, ${words(f.Rn)}, ${words(f.Rm)}`
      : `${SHA3REG[4 + f.op]} q${f.Rd}, q${f.Rn}, ${words(f.Rm)}`,
  exec: (c, { d, n, m }, { op }) => c.setV(d, c.routine(SHA3REG[4 + op]!, [c.v(d), c.v(n), c.v(m)])),
});
const SHA2REG = ['sha1h', 'sha1su1', 'sha256su0'];
insn({
  name: 'SHA1H, SHA1SU1, SHA256SU0',
  pattern: '010111100010100000 op:2 10 Rn:5 Rd:5',
  shape: { op: 3 },
  where: f => f.op < 3,
  needs: f => (f.op === 2 ? 'SHA256' : 'SHA1'),
  operands: vregs2,
  asm: f => {
    const r = f.op === 0 ? (n: number) => `s${n}` : words;
    return `${SHA2REG[f.op]} ${r(f.Rd)}, ${r(f.Rn)}`;
  },
  exec: (c, { d, n }, { op }) => c.setV(d, c.routine(SHA2REG[op]!, [c.v(d), c.v(n)])),
});

// ---- SHA-512, SHA-3 ----

const SHA512 = ['sha512h', 'sha512h2', 'sha512su1'];
insn({
  name: 'SHA512H, SHA512H2, SHA512SU1',
  feature: 'SHA512',
  pattern: '11001110011 Rm:5 1000 op:2 Rn:5 Rd:5',
  shape: { op: 3 },
  where: f => f.op < 3,
  operands: vregs,
  asm: f =>
    f.op === 2
      ? `sha512su1 ${doubles(f.Rd)}, ${doubles(f.Rn)}, ${doubles(f.Rm)}`
      : `${SHA512[f.op]} q${f.Rd}, q${f.Rn}, ${doubles(f.Rm)}`,
  exec: (c, { d, n, m }, { op }) => c.setV(d, c.routine(SHA512[op]!, [c.v(d), c.v(n), c.v(m)])),
});
insn({
  name: 'SHA512SU0',
  feature: 'SHA512',
  pattern: '1100111011000000100000 Rn:5 Rd:5',
  shape: {},
  operands: vregs2,
  asm: f => `sha512su0 ${doubles(f.Rd)}, ${doubles(f.Rn)}`,
  exec: (c, { d, n }) => c.setV(d, c.routine('sha512su0', [c.v(d), c.v(n)])),
});
insn({
  name: 'RAX1',
  feature: 'SHA3',
  pattern: '11001110011 Rm:5 100011 Rn:5 Rd:5',
  shape: {},
  operands: vregs,
  asm: f => `rax1 ${doubles(f.Rd)}, ${doubles(f.Rn)}, ${doubles(f.Rm)}`,
  exec: (c, { d, n, m }) => {
    const b = c.v(m);
    c.setV(d, c.v(n).xor(rotateLeft(3, b, 1)));
  },
});
const rotateLeft = (l: Lane, v: V128, k: number): V128 => v.shl(l, i32(k)).or(v.shrU(l, i32((8 << l) - k)));
insn({
  name: 'EOR3, BCAX',
  feature: 'SHA3',
  pattern: '110011100 op:2 Rm:5 0 Ra:5 Rn:5 Rd:5',
  shape: { op: 2 },
  where: f => f.op < 2,
  operands: f => ({ ...vregs(f), a: VR(f.Ra) }),
  asm: f => `${f.op ? 'bcax' : 'eor3'} ${bytes(f.Rd)}, ${bytes(f.Rn)}, ${bytes(f.Rm)}, ${bytes(f.Ra)}`,
  exec: (c, { d, n, m, a }, { op }) => c.setV(d, c.v(n).xor(op ? c.v(m).andNot(c.v(a)) : c.v(m).xor(c.v(a)))),
});
insn({
  name: 'XAR',
  feature: 'SHA3',
  pattern: '11001110100 Rm:5 imm6:6 Rn:5 Rd:5',
  shape: {},
  operands: f => ({ ...vregs(f), k: imm32(f.imm6) }),
  asm: f => `xar ${doubles(f.Rd)}, ${doubles(f.Rn)}, ${doubles(f.Rm)}, #${f.imm6}`,
  exec: (c, { d, n, m, k }) => {
    const v = c.v(n).xor(c.v(m));
    c.setV(d, v.shrU(3, k).or(v.shl(3, i32(64).sub(k))));
  },
});

// ---- SM3, SM4 ----

insn({
  name: 'SM3SS1',
  feature: 'SM3',
  pattern: '11001110010 Rm:5 0 Ra:5 Rn:5 Rd:5',
  shape: {},
  operands: f => ({ ...vregs(f), a: VR(f.Ra) }),
  asm: f => `sm3ss1 ${words(f.Rd)}, ${words(f.Rn)}, ${words(f.Rm)}, ${words(f.Ra)}`,
  exec: (c, { d, n, m, a }) => c.setV(d, c.routine('sm3ss1', [c.v(n), c.v(m), c.v(a)])),
});
const SM3TT = ['sm3tt1a', 'sm3tt1b', 'sm3tt2a', 'sm3tt2b'];
insn({
  name: 'SM3TT1A, SM3TT1B, SM3TT2A, SM3TT2B',
  feature: 'SM3',
  pattern: '11001110010 Rm:5 10 index:2 op:2 Rn:5 Rd:5',
  shape: {},
  operands: f => ({ ...vregs(f), k: imm32(f.op | (f.index << 2)) }),
  asm: f => `${SM3TT[f.op]} ${words(f.Rd)}, ${words(f.Rn)}, v${f.Rm}.s[${f.index}]`,
  exec: (c, { d, n, m, k }) => c.setV(d, c.routine('sm3tt', [c.v(d), c.v(n), c.v(m)], k)),
});
const SM3PARTW = ['sm3partw1', 'sm3partw2', 'sm4ekey'] as const;
insn({
  name: 'SM3PARTW1, SM3PARTW2, SM4EKEY',
  pattern: '11001110011 Rm:5 1100 op:2 Rn:5 Rd:5',
  shape: { op: 3 },
  where: f => f.op < 3,
  needs: f => (f.op === 2 ? 'SM4' : 'SM3'),
  operands: vregs,
  asm: f => `${SM3PARTW[f.op]} ${words(f.Rd)}, ${words(f.Rn)}, ${words(f.Rm)}`,
  exec: (c, { d, n, m }, { op }) =>
    c.setV(d, op === 2 ? c.routine('sm4key', [c.v(n), c.v(m)]) : c.routine(SM3PARTW[op]!, [c.v(d), c.v(n), c.v(m)])),
});
insn({
  name: 'SM4E',
  feature: 'SM4',
  pattern: '1100111011000000100001 Rn:5 Rd:5',
  shape: {},
  operands: vregs2,
  asm: f => `sm4e ${words(f.Rd)}, ${words(f.Rn)}`,
  exec: (c, { d, n }) => c.setV(d, c.routine('sm4e', [c.v(d), c.v(n)])),
});
