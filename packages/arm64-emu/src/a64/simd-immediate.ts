/** Advanced SIMD modified immediate. */
import { imm64, insn, VR, vectorOf } from './spec/index.js';
import { hex, vec } from './text.js';

/** VFPExpandImm. */
export const expandDouble = (i: number): bigint =>
  (BigInt(i >> 7) << 63n) | ((i & 64 ? 0xffn : 0x100n) << 54n) | (BigInt(i & 63) << 48n);
export const expandSingle = (i: number): bigint =>
  (BigInt(i >> 7) << 31n) | ((i & 64 ? 0x1fn : 0x20n) << 25n) | (BigInt(i & 63) << 19n);
export const expandHalf = (i: number): bigint =>
  (BigInt(i >> 7) << 15n) | ((i & 64 ? 0x3n : 0x4n) << 12n) | (BigInt(i & 63) << 6n);
/** The number that an 8-bit immediate stands for, as binutils prints it. */
export function immediateText(i: number): string {
  const exponent = ((i >> 4) & 7) ^ 4;
  const value = ((16 + (i & 15)) / 16) * 2 ** (exponent - 3) * (i & 128 ? -1 : 1);
  return value.toExponential(18).replace('e+', 'e+0').replace('e-', 'e-0');
}

/** AdvSIMDExpandImm. */
function expand(op: number, cmode: number, i: number): bigint {
  const wide = BigInt(i);
  if (cmode === 14) {
    if (!op) return wide * 0x0101010101010101n;
    let r = 0n;
    for (let k = 0; k < 8; k++) if ((i >> k) & 1) r |= 0xffn << BigInt(8 * k);
    return r;
  }
  if (cmode === 15) return op ? expandDouble(i) : expandSingle(i) * 0x100000001n;
  let r: bigint;
  if ((cmode & 14) === 12) {
    // Ones shifted in.
    const shift = cmode & 1 ? 16n : 8n;
    r = ((wide << shift) | ((1n << shift) - 1n)) * 0x100000001n;
  } else if (cmode & 8) r = (wide << BigInt(8 * ((cmode >> 1) & 1))) * 0x0001000100010001n;
  else r = (wide << BigInt(8 * (cmode >> 1))) * 0x100000001n;
  return op ? BigInt.asUintN(64, ~r) : r;
}

/** MOVI, MVNI write; ORR, BIC (odd cmode below 12) modify. */
const modifies = (cmode: number): boolean => cmode < 12 && (cmode & 1) === 1;
const imm8 = (f: { abc: number; defgh: number }): number => f.abc * 32 + f.defgh;

function text(f: { Q: number; op: number; cmode: number; abc: number; defgh: number; Rd: number }): string {
  const i = imm8(f);
  const { cmode, op, Q, Rd } = f;
  if (cmode === 15) return `fmov ${vec(Rd, Q, 2 + op)}, #${immediateText(i)}`;
  if (cmode === 14) {
    if (!op) return `movi ${vec(Rd, Q, 0)}, #${hex(i)}`;
    return Q ? `movi v${Rd}.2d, #${hex(expand(1, 14, i))}` : `movi d${Rd}, #${hex(expand(1, 14, i))}`;
  }
  const name = modifies(cmode) ? (op ? 'bic' : 'orr') : op ? 'mvni' : 'movi';
  if ((cmode & 14) === 12) return `${name} ${vec(Rd, Q, 2)}, #${hex(i)}, msl #${cmode & 1 ? 16 : 8}`;
  const shift = cmode & 8 ? (cmode >> 1) & 1 : cmode >> 1;
  return `${name} ${vec(Rd, Q, cmode & 8 ? 1 : 2)}, #${hex(i)}${shift ? `, lsl #${8 * shift}` : ''}`;
}

const operands = (f: { Q: number; op: number; cmode: number; abc: number; defgh: number; Rd: number }) => {
  // For BIC the complement of the constant, which is then the mask to keep.
  const low = expand(f.op, f.cmode, imm8(f));
  return { d: VR(f.Rd), low: imm64(low) };
};

insn({
  name: 'MOVI, MVNI, FMOV (vector, immediate)',
  pattern: '0 Q op 0111100000 abc:3 cmode:4 01 defgh:5 Rd:5',
  shape: { Q: 2 },
  where: f => !modifies(f.cmode) && !(f.cmode === 15 && f.op === 1 && f.Q === 0),
  operands,
  asm: text,
  exec: (c, { d, low }, { Q }) => c.setV(d, Q ? vectorOf(low, low) : vectorOf(low)),
});
insn({
  name: 'ORR, BIC (vector, immediate)',
  pattern: '0 Q op 0111100000 abc:3 cmode:4 01 defgh:5 Rd:5',
  shape: { Q: 2, op: 2 },
  where: f => modifies(f.cmode),
  operands,
  asm: text,
  exec: (c, { d, low }, { Q, op }) => {
    const k = vectorOf(low, low);
    const v = op ? c.v(d).and(k) : c.v(d).or(k);
    c.setV(d, Q ? v : vectorOf(v.get(3, 0)));
  },
});
insn({
  name: 'FMOV (vector, immediate, half-precision)',
  feature: 'FP16',
  pattern: '0 Q 00111100000 abc:3 111111 defgh:5 Rd:5',
  shape: { Q: 2 },
  operands: f => ({ d: VR(f.Rd), low: imm64(expandHalf(imm8(f)) * 0x0001000100010001n) }),
  asm: f => `fmov ${vec(f.Rd, f.Q, 1)}, #${immediateText(imm8(f))}`,
  exec: (c, { d, low }, { Q }) => c.setV(d, Q ? vectorOf(low, low) : vectorOf(low)),
});
