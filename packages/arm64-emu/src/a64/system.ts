/** System instructions: register moves, PSTATE fields, SYS. */
import { STATE } from '../engine/state.js';
import {
  type Ctx,
  cell,
  type DecodeEnv,
  ExceptionClass,
  type I32,
  type Int,
  i32,
  i64,
  imm32,
  imm64,
  insn,
  v128,
  X,
} from './spec/index.js';
import { hex, xr } from './text.js';

/** op0:op1:CRn:CRm:op2, as in bits 20-5 of the instruction. */
const key = (op0: number, op1: number, n: number, m: number, op2: number): number =>
  (op0 << 14) | (op1 << 11) | (n << 7) | (m << 3) | op2;
const NZCV = key(3, 3, 4, 2, 0);
const DAIF = key(3, 3, 4, 2, 1);
const FPCR = key(3, 3, 4, 4, 0);
const FPSR = key(3, 3, 4, 4, 1);
const DCZID = key(3, 3, 0, 0, 7);
const RNDR = key(3, 3, 2, 4, 0);
const RNDRRS = key(3, 3, 2, 4, 1);

/** AHP, DN, FZ, RMode, Stride, FZ16, Len; traps are not supported. */
const FPCR_MASK = 0x07ff0000;
const FPSR_MASK = 0xf800009fn;

/** Bits of SCTLR: EL0 may use DAIF, and DC ZVA. */
const SCTLR_UMA = 9;
const SCTLR_DZE = 14;

/** How a register is reached. */
const Way = {
  CALL: 0,
  EL0: 1,
  EL1: 2,
  NZCV: 3,
  FPCR: 4,
  FPSR: 5,
  DAIF: 6,
  EL2: 7,
  RANDOM: 8,
  CONSTANT: 9,
  CONSTANT_OPEN: 10,
  DCZID: 11,
} as const;
const WAYS_OF_LEVELS = [Way.EL0, Way.EL1, Way.EL2] as const;
function way(k: number, env: DecodeEnv, write: boolean): number {
  if (k === NZCV) return Way.NZCV;
  if (k === FPCR) return Way.FPCR;
  if (k === FPSR) return Way.FPSR;
  if (k === DAIF) return Way.DAIF;
  if (!write && (k === RNDR || k === RNDRRS)) return Way.RANDOM;
  const access = env.sysreg(k, write);
  if (access.constant !== undefined) {
    if (k === DCZID) return Way.DCZID;
    if (access.el0Control === undefined) return Way.CONSTANT;
    return access.constant < 0x1_0000_0000n ? Way.CONSTANT_OPEN : Way.CALL;
  }
  return access.address === undefined ? Way.CALL : WAYS_OF_LEVELS[access.minEl]!;
}
const stored = (k: number, env: DecodeEnv, write: boolean) => cell(env.sysreg(k, write).address ?? STATE.ZR);
const generic = (k: number): string => `s${k >> 14}_${(k >> 11) & 7}_c${(k >> 7) & 15}_c${(k >> 3) & 15}_${k & 7}`;
const nameOf = (k: number, env: DecodeEnv): string => (env.sysregName(k) ?? generic(k)).toLowerCase();
/** Registers of EL1, and of EL2, are UNDEFINED below. */
const undefinedBelow = <W extends Int<W>>(c: Ctx<W>, w: number): void => {
  if (w === Way.EL1) undefinedAtEL0(c);
  if (w === Way.EL2) c.trap(c.el().ltU(2), ExceptionClass.unknown, i32(0));
};
/** An access from EL0 traps while a bit of SCTLR is clear. */
const openedBy = <W extends Int<W>>(c: Ctx<W>, bit: I32, iss: I32): void => {
  const open = c.state(STATE.SCTLR).lo32().shrU(bit).and(1);
  c.trap(c.el().isZero().and(open.isZero()), ExceptionClass.sysreg, iss);
};
const undefinedAtEL0 = <W extends Int<W>>(c: Ctx<W>): void => c.trap(c.el().isZero(), ExceptionClass.unknown, i32(0));
/** ISS of a trapped MSR, MRS or system instruction. */
const sysIss = (k: number, rt: number, read: number): number =>
  ((k >> 14) << 20) |
  ((k & 7) << 17) |
  (((k >> 11) & 7) << 14) |
  (((k >> 7) & 15) << 10) |
  (rt << 5) |
  (((k >> 3) & 15) << 1) |
  read;

insn({
  name: 'MRS',
  pattern: '110101010011 low:15 Rt:5',
  shape: { way: 12 },
  pick: (f, env) => ({ way: way(f.low | 0x8000, env, false) }),
  operands: (f, env) => {
    const k = f.low | 0x8000;
    const { constant, el0Control } = env.sysreg(k, false);
    return {
      t: X(f.Rt),
      key: imm32(k),
      cell: stored(k, env, false),
      iss: imm32(sysIss(k, f.Rt, 1)),
      constant: imm64(constant ?? 0n),
      low: imm32(Number(BigInt.asIntN(32, constant ?? 0n))),
      control: imm32(el0Control ?? 0),
    };
  },
  asm: (f, _pc, env) => `mrs ${xr(f.Rt)}, ${nameOf(f.low | 0x8000, env)}`,
  exec: (c, { t, key: k, cell, iss, constant, low, control }, { way }) => {
    undefinedBelow(c, way);
    switch (way) {
      case Way.CALL:
        return c.setX(t, c.sysRead(k));
      case Way.NZCV:
        return c.setX(t, c.nzcv().shl(28).u64());
      case Way.FPCR:
        return c.setX(t, c.state(STATE.FPCR));
      case Way.FPSR:
        return c.setX(t, c.state(STATE.FPSR));
      case Way.DAIF:
        openedBy(c, i32(SCTLR_UMA), iss);
        return c.setX(t, c.state(STATE.DAIF));
      case Way.RANDOM:
        c.setX(t, c.sysRead(k));
        // Success: there are always random bits.
        return c.setFlags(c.packedFlags(i32(0)));
      case Way.CONSTANT_OPEN:
        openedBy(c, control, iss);
        return c.setX(t, low.u64());
      case Way.CONSTANT:
        return c.setX(t, constant);
      case Way.DCZID: {
        // DZP: whether DC ZVA is not permitted here.
        const permitted = c.state(STATE.SCTLR).lo32().shrU(SCTLR_DZE).and(1);
        return c.setX(t, constant.or(c.el().isZero().and(permitted.isZero()).shl(4).u64()));
      }
      default:
        return c.setX(t, c.cell(cell));
    }
  },
});

insn({
  name: 'MSR (register)',
  pattern: '110101010001 low:15 Rt:5',
  shape: { way: 8 },
  pick: (f, env) => ({ way: way(f.low | 0x8000, env, true) }),
  operands: (f, env) => ({
    t: X(f.Rt),
    key: imm32(f.low | 0x8000),
    cell: stored(f.low | 0x8000, env, true),
    iss: imm32(sysIss(f.low | 0x8000, f.Rt, 0)),
  }),
  asm: (f, _pc, env) => `msr ${nameOf(f.low | 0x8000, env)}, ${xr(f.Rt)}`,
  exec: (c, { t, key: k, cell, iss }, { way }) => {
    undefinedBelow(c, way);
    switch (way) {
      case Way.CALL:
        return c.sysWrite(k, c.x(t));
      case Way.NZCV:
        return c.setFlags(c.packedFlags(c.w(t).shrU(28)));
      case Way.FPCR:
        return c.setState(STATE.FPCR, c.x(t).and(FPCR_MASK));
      case Way.FPSR:
        return c.setState(STATE.FPSR, c.x(t).and(i64(FPSR_MASK)));
      case Way.DAIF:
        c.trap(c.el().isZero(), ExceptionClass.sysreg, iss);
        return c.setDaif(c.x(t));
      default:
        return c.setCell(cell, c.x(t));
    }
  },
});

// ---- PSTATE fields by immediate ----

const DAIF_FIELDS = ['daifset', 'daifclr'];
insn({
  name: 'MSR (immediate: DAIFSet, DAIFClr)',
  pattern: '11010101000000110100 CRm:4 11 clr 11111',
  shape: { clr: 2 },
  operands: f => ({
    bits: imm32(f.CRm << 6),
    iss: imm32(sysIss(key(0, 3, 4, f.CRm, 6 + f.clr), 31, 0)),
  }),
  asm: f => `msr ${DAIF_FIELDS[f.clr]}, #${hex(f.CRm)}`,
  exec: (c, { bits, iss }, { clr }) => {
    c.trap(c.el().isZero(), ExceptionClass.sysreg, iss);
    const daif = c.state(STATE.DAIF);
    c.setDaif(clr ? daif.and(bits.u64().not()) : daif.or(bits.u64()));
  },
});

/** The other fields by op1 * 8 + op2, with the register that holds them and the bit it is in. */
const PSTATE_FIELDS: Record<
  number,
  { name: string; key: number; lsb: number; el0?: boolean; feature?: 'UAO' | 'PAN' | 'DIT' | 'SSBS' }
> = {
  3: { name: 'uao', key: key(3, 0, 4, 2, 4), lsb: 23, feature: 'UAO' },
  4: { name: 'pan', key: key(3, 0, 4, 2, 3), lsb: 22, feature: 'PAN' },
  5: { name: 'spsel', key: key(3, 0, 4, 2, 0), lsb: 0 },
  25: { name: 'ssbs', key: key(3, 3, 4, 2, 6), lsb: 12, el0: true, feature: 'SSBS' },
  26: { name: 'dit', key: key(3, 3, 4, 2, 5), lsb: 24, el0: true, feature: 'DIT' },
};
insn({
  name: 'MSR (immediate: UAO, PAN, SPSel, SSBS, DIT)',
  pattern: '1101010100000 op1:3 0100 CRm:4 op2:3 11111',
  shape: { el0: 2 },
  pick: f => ({ el0: Number(PSTATE_FIELDS[f.op1 * 8 + f.op2]?.el0 ?? false) }),
  where: f => PSTATE_FIELDS[f.op1 * 8 + f.op2] !== undefined,
  needs: f => PSTATE_FIELDS[f.op1 * 8 + f.op2]?.feature,
  operands: f => {
    const field = PSTATE_FIELDS[f.op1 * 8 + f.op2]!;
    return { key: imm32(field.key), value: imm32((f.CRm & 1) << field.lsb) };
  },
  asm: f => `msr ${PSTATE_FIELDS[f.op1 * 8 + f.op2]!.name}, #${hex(f.CRm)}`,
  exec: (c, { key: k, value }, { el0 }) => {
    if (!el0) undefinedAtEL0(c);
    c.sysWrite(k, value.u64());
  },
});

insn({
  name: 'CFINV',
  feature: 'FlagM',
  pattern: '11010101000000000100 CRm:4 00011111',
  shape: {},
  where: f => f.CRm === 0,
  operands: () => ({}),
  asm: () => 'cfinv',
  exec: c => c.setFlags(c.packedFlags(c.nzcv().xor(2))),
});
insn({
  name: 'XAFLAG, AXFLAG',
  feature: 'FlagM2',
  pattern: '11010101000000000100 CRm:4 0 a x 11111',
  shape: { a: 2 },
  where: f => f.a !== f.x && f.CRm === 0,
  operands: () => ({}),
  asm: f => (f.a ? 'axflag' : 'xaflag'),
  exec: (c, _, { a }) => {
    const bit = (k: number) => c.nzcv().shrU(k).and(1);
    const [Z, C, V] = [bit(2), bit(1), bit(0)];
    const no = (x: typeof Z) => x.xor(1);
    const flags = a
      ? // to the form of an external compare: N 0, Z | V, C & !V, 0
        Z.or(V)
          .shl(2)
          .or(C.and(no(V)).shl(1))
      : no(C).and(no(Z)).shl(3).or(Z.and(C).shl(2)).or(C.or(Z).shl(1)).or(no(C).and(Z));
    c.setFlags(c.packedFlags(flags));
  },
});

// ---- system instructions ----

const DC_ZVA = key(1, 3, 7, 4, 1);
/** Bytes that DC ZVA clears. */
const ZVA_BYTES = 64;
insn({
  name: 'SYS',
  pattern: '1101010100001 low:14 Rt:5',
  shape: { zva: 3 },
  // 2: where EL2 may have a say.
  pick: (f, env) => ({ zva: (f.low | 0x4000) === DC_ZVA ? (env.has?.('EL2') ? 2 : 1) : 0 }),
  operands: f => ({ t: X(f.Rt), key: imm32(f.low | 0x4000), iss: imm32(sysIss(f.low | 0x4000, f.Rt, 0)) }),
  asm: (f, _pc, env) => {
    const k = f.low | 0x4000;
    const name = env.sysregName(k);
    if (name) return `${name.toLowerCase()}${f.Rt === 31 ? '' : `, ${xr(f.Rt)}`}`;
    return `sys #${(k >> 11) & 7}, C${(k >> 7) & 15}, C${(k >> 3) & 15}, #${k & 7}${f.Rt === 31 ? '' : `, ${xr(f.Rt)}`}`;
  },
  exec: (c, { t, key: k, iss }, { zva }) => {
    if (!zva) return c.sysWrite(k, c.x(t));
    const allowed = c.state(STATE.SCTLR).shrU(SCTLR_DZE).lo32().and(1);
    c.trap(c.el().isZero().and(allowed.isZero()), ExceptionClass.sysreg, iss);
    if (zva === 2) c.trap(c.state(STATE.ZVA_TRAPPED).lo32(), ExceptionClass.sysreg, iss);
    const block = c.x(t).and(-ZVA_BYTES);
    for (let i = 0; i < ZVA_BYTES; i += 16) c.storeV(block.add(i), v128(0n, 0n));
  },
});
insn({
  name: 'SYSL',
  pattern: '1101010100101 low:14 Rt:5',
  shape: {},
  operands: f => ({ t: X(f.Rt), key: imm32(f.low | 0x4000) }),
  asm: f => {
    const k = f.low;
    return `sysl ${xr(f.Rt)}, #${(k >> 11) & 7}, C${(k >> 7) & 15}, C${(k >> 3) & 15}, #${k & 7}`;
  },
  exec: (c, { t, key: k }) => c.setX(t, c.sysRead(k)),
});
