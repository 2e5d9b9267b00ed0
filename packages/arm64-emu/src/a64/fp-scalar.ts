/** Scalar floating point: moves, arithmetic, comparisons, selection. */
import { expandDouble, expandHalf, expandSingle, immediateText } from './simd-immediate.js';
import {
  cc,
  type FpFormat,
  type FpOp,
  i64,
  imm32,
  imm64,
  insn,
  R,
  type V128,
  VR,
  v128,
  vectorOf,
} from './spec/index.js';
import { CONDITIONS, fpr, fpSize, gpr, hex } from './text.js';

/** ftype of the encoding to the operation's format; half precision is a feature. */
export const half = (f: { type: number }): 'FP16' | undefined => (f.type === 3 ? 'FP16' : undefined);
export const exists = (f: { type: number }): boolean => f.type !== 2;
export const formatOf = (type: number): FpFormat => fpSize(type) as FpFormat;
/** Sign bit of a scalar of `1 << size` bytes, as a vector. */
const signBit = (size: number): V128 => v128(1n << BigInt((8 << size) - 1), 0n);
const MASKS = [0n, 0xffffn, 0xffffffffn, 0xffffffffffffffffn];
/** A scalar with the rest of the register zero. */
export const scalarOnly = (v: V128, size: number): V128 => v.and(v128(MASKS[size]!, 0n));

const UNARY: readonly (readonly [name: string, op?: FpOp, param?: number])[] = [
  ['fmov'],
  ['fabs'],
  ['fneg'],
  ['fsqrt', 'sqrt'],
];
insn({
  name: 'FMOV (register), FABS, FNEG, FSQRT (scalar)',
  pattern: '00011110 type:2 10000 op:2 10000 Rn:5 Rd:5',
  shape: { type: 4, op: 4 },
  where: exists,
  needs: half,
  operands: f => ({ d: VR(f.Rd), n: VR(f.Rn) }),
  asm: f => `${UNARY[f.op]![0]} ${fpr(f.type, f.Rd)}, ${fpr(f.type, f.Rn)}`,
  exec: (c, { d, n }, { type, op }) => {
    const size = fpSize(type);
    const v = c.v(n);
    if (op === 3) return c.setV(d, c.fp.op('sqrt', formatOf(type), 1, [v]));
    if (size === 3) {
      // A double stays one: its bits go through a general value.
      const bits = v.get(3, 0);
      const changed = op === 0 ? bits : op === 1 ? bits.and(i64(MASKS[3]! >> 1n)) : bits.xor(i64(1n << 63n));
      return c.setV(d, v128(0n, 0n).put(3, 0, changed));
    }
    c.setV(d, scalarOnly(op === 0 ? v : op === 1 ? v.andNot(signBit(size)) : v.xor(signBit(size)), size));
  },
});

const BINARY: readonly (readonly [name: string, op: FpOp])[] = [
  ['fmul', 'mul'],
  ['fdiv', 'div'],
  ['fadd', 'add'],
  ['fsub', 'sub'],
  ['fmax', 'max'],
  ['fmin', 'min'],
  ['fmaxnm', 'maxnm'],
  ['fminnm', 'minnm'],
  ['fnmul', 'nmul'],
];
insn({
  name: 'FMUL, FDIV, FADD, FSUB, FMAX, FMIN, FMAXNM, FMINNM, FNMUL (scalar)',
  pattern: '00011110 type:2 1 Rm:5 op:4 10 Rn:5 Rd:5',
  shape: { type: 4, op: 9 },
  where: f => exists(f) && f.op < 9,
  needs: half,
  operands: f => ({ d: VR(f.Rd), n: VR(f.Rn), m: VR(f.Rm) }),
  asm: f => `${BINARY[f.op]![0]} ${fpr(f.type, f.Rd)}, ${fpr(f.type, f.Rn)}, ${fpr(f.type, f.Rm)}`,
  exec: (c, { d, n, m }, { type, op }) => c.setV(d, c.fp.op(BINARY[op]![1], formatOf(type), 1, [c.v(n), c.v(m)])),
});

const FUSED: readonly (readonly [name: string, op: FpOp])[] = [
  ['fmadd', 'muladd'],
  ['fmsub', 'mulsub'],
  ['fnmadd', 'nmuladd'],
  ['fnmsub', 'nmulsub'],
];
insn({
  name: 'FMADD, FMSUB, FNMADD, FNMSUB',
  pattern: '00011111 type:2 o1 Rm:5 o0 Ra:5 Rn:5 Rd:5',
  shape: { type: 4, o1: 2, o0: 2 },
  where: exists,
  needs: half,
  operands: f => ({ d: VR(f.Rd), n: VR(f.Rn), m: VR(f.Rm), a: VR(f.Ra) }),
  asm: f =>
    `${FUSED[f.o1 * 2 + f.o0]![0]} ${fpr(f.type, f.Rd)}, ${fpr(f.type, f.Rn)}, ${fpr(f.type, f.Rm)}, ${fpr(f.type, f.Ra)}`,
  exec: (c, { d, n, m, a }, { type, o1, o0 }) =>
    c.setV(d, c.fp.op(FUSED[o1 * 2 + o0]![1], formatOf(type), 1, [c.v(a), c.v(n), c.v(m)])),
});

insn({
  name: 'FCMP, FCMPE',
  pattern: '00011110 type:2 1 Rm:5 001000 Rn:5 e z 000',
  shape: { type: 4, e: 2, z: 2 },
  where: exists,
  needs: half,
  operands: f => ({ n: VR(f.Rn), m: VR(f.Rm) }),
  asm: f => `fcmp${f.e ? 'e' : ''} ${fpr(f.type, f.Rn)}, ${f.z ? '#0.0' : fpr(f.type, f.Rm)}`,
  exec: (c, { n, m }, { type, e, z }) => {
    const b = z ? v128(0n, 0n) : c.v(m);
    c.setFlags(c.packedFlags(c.fp.compare(formatOf(type), c.v(n), b, e === 1)));
  },
});

insn({
  name: 'FCCMP, FCCMPE',
  pattern: '00011110 type:2 1 Rm:5 cond:4 01 Rn:5 e nzcv:4',
  shape: { type: 4, e: 2 },
  where: exists,
  needs: half,
  operands: f => ({ n: VR(f.Rn), m: VR(f.Rm), cond: cc(f.cond), otherwise: imm32(f.nzcv) }),
  asm: f => `fccmp${f.e ? 'e' : ''} ${fpr(f.type, f.Rn)}, ${fpr(f.type, f.Rm)}, #${hex(f.nzcv)}, ${CONDITIONS[f.cond]}`,
  exec: (c, { n, m, cond, otherwise }, { type, e }) => {
    // Where the condition fails nothing is compared: +0 with +0 raises no flag.
    const holds = c.cond(cond);
    const zero = v128(0n, 0n);
    const flags = c.fp.compare(formatOf(type), holds.select(c.v(n), zero), holds.select(c.v(m), zero), e === 1);
    c.setFlags(c.packedFlags(holds.select(flags, otherwise)));
  },
});

insn({
  name: 'FCSEL',
  pattern: '00011110 type:2 1 Rm:5 cond:4 11 Rn:5 Rd:5',
  shape: { type: 4 },
  where: exists,
  needs: half,
  operands: f => ({ d: VR(f.Rd), n: VR(f.Rn), m: VR(f.Rm), cond: cc(f.cond) }),
  asm: f => `fcsel ${fpr(f.type, f.Rd)}, ${fpr(f.type, f.Rn)}, ${fpr(f.type, f.Rm)}, ${CONDITIONS[f.cond]}`,
  exec: (c, { d, n, m, cond }, { type }) => c.setV(d, scalarOnly(c.cond(cond).select(c.v(n), c.v(m)), fpSize(type))),
});

insn({
  name: 'FMOV (scalar, immediate)',
  pattern: '00011110 type:2 1 imm8:8 10000000 Rd:5',
  shape: {},
  where: exists,
  needs: half,
  operands: f => ({
    d: VR(f.Rd),
    k: imm64(f.type === 3 ? expandHalf(f.imm8) : f.type ? expandDouble(f.imm8) : expandSingle(f.imm8)),
  }),
  asm: f => `fmov ${fpr(f.type, f.Rd)}, #${immediateText(f.imm8)}`,
  exec: (c, { d, k }) => c.setV(d, vectorOf(k)),
});

/** General register to or from: half, single, double, and the high half of a vector. */
interface Move {
  readonly sf: number;
  readonly type: number;
  readonly rmode: number;
}
const isMove = (f: Move): boolean =>
  f.rmode === 0
    ? (f.type === 0 && f.sf === 0) || (f.type === 1 && f.sf === 1) || f.type === 3
    : f.rmode === 1 && f.type === 2 && f.sf === 1;
insn({
  name: 'FMOV (general)',
  pattern: 'sf 0011110 type:2 1 rmode:2 11 to 000000 Rn:5 Rd:5',
  shape: { sf: 2, type: 4, to: 2 },
  where: isMove,
  needs: half,
  operands: f => ({ gd: R(f.to ? 31 : f.Rd), gn: R(f.to ? f.Rn : 31), vd: VR(f.Rd), vn: VR(f.Rn) }),
  asm: f => {
    const v = (n: number): string => (f.type === 2 ? `v${n}.d[1]` : fpr(f.type, n));
    return f.to ? `fmov ${v(f.Rd)}, ${gpr(f.sf, f.Rn)}` : `fmov ${gpr(f.sf, f.Rd)}, ${v(f.Rn)}`;
  },
  exec: (c, { gd, gn, vd, vn }, { sf, type, to }) => {
    if (to) {
      const x = sf ? c.x(gn) : c.w(gn).u64();
      if (type === 2) c.setV(vd, c.v(vd).put(3, 1, x));
      else c.setV(vd, vectorOf(type === 3 ? x.and(0xffff) : x));
    } else if (type === 2) c.setX(gd, c.v(vn).get(3, 1));
    else if (type === 3) c.setX(gd, c.v(vn).lane(1, 0));
    else c.setX(gd, sf ? c.v(vn).get(3, 0) : c.v(vn).get(2, 0).u64());
  },
});
