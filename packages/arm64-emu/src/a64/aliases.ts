/** Preferred disassembly: the aliases of the Arm ARM, by definition. Undefined where the plain form is preferred. */
import { bitmask } from './dp-imm.js';
import type { Aliases } from './spec/index.js';
import { arrangement, base, CONDITIONS, EXTENDS, element, gpr, hex, SHIFTS, vec, vreg, wr, xr } from './text.js';

type Fields = Readonly<Record<string, number>>;
const or = (...forms: readonly (string | false | undefined)[]): string | undefined =>
  forms.find(f => f !== false && f !== undefined) || undefined;
const reg = (f: Fields, name: 'Rd' | 'Rn' | 'Rm' | 'Ra', sp = 0): string => gpr(f.sf!, f[name]!, sp);
const shift = (f: Fields): string => (f.imm6 || f.shift ? `, ${SHIFTS[f.shift!]} #${f.imm6}` : '');
const ZR = 31;

function extension(f: Fields): string {
  const m = gpr(f.sf! & Number((f.option! & 3) === 3), f.Rm!);
  const lsl = f.option === 2 + f.sf! && f.Rn === ZR;
  const name = lsl ? (f.imm3 ? 'lsl' : '') : EXTENDS[f.option!]!;
  return `${m}${name && `, ${name}`}${f.imm3 ? ` #${f.imm3}` : ''}`;
}
const immediate = (f: Fields): string => `#${hex(f.imm12!)}${f.sh ? ', lsl #12' : ''}`;
/** CMP, CMN: a flag-setting form without destination. */
const compares = (f: Fields, operands: string): string | false =>
  f.S === 1 && f.Rd === ZR && `${f.op ? 'cmp' : 'cmn'} ${operands}`;

/** MOV of a wide immediate: not for zero shifted, and for MOVN of a W register not for all ones. */
function moveWide(f: Fields): string | undefined {
  if (f.imm16 === 0 && f.hw !== 0) return undefined;
  if (f.opc === 0 && !f.sf && f.imm16 === 0xffff) return undefined;
  const k = BigInt(f.imm16!) << BigInt(16 * f.hw!);
  const value = f.opc ? k : f.sf ? BigInt.asUintN(64, ~k) : ~k & 0xffffffffn;
  return `mov ${reg(f, 'Rd')}, #${hex(value)}`;
}
/** Whether a bitmask immediate could also be written by MOVZ or MOVN, which then is MOV. */
function movable(value: bigint, sf: number): boolean {
  const bits = sf ? 64 : 32;
  const inverse = BigInt.asUintN(bits, ~value);
  for (let i = 0n; i < bits; i += 16n) {
    const outside = BigInt.asUintN(bits, ~(0xffffn << i));
    if ((value & outside) === 0n || (inverse & outside) === 0n) return true;
  }
  return false;
}
function moveBitmask(f: Fields): string | false {
  const value = bitmask(f.N!, f.imms!, f.immr!, f.sf!)!;
  return (
    f.opc === 1 && f.Rn === ZR && (f.Rd === ZR || !movable(value, f.sf!)) && `mov ${reg(f, 'Rd', 1)}, #${hex(value)}`
  );
}

const INSERTS = ['sbfiz', 'bfi', 'ubfiz'];
const EXTRACTS = ['sbfx', 'bfxil', 'ubfx'];
function bitfield(f: Fields): string {
  const { sf = 0, opc = 0, immr = 0, imms = 0 } = f;
  const width = sf ? 64 : 32;
  const [d, n] = [reg(f, 'Rd'), reg(f, 'Rn')];
  if (opc !== 1) {
    if (imms === width - 1) return `${opc ? 'lsr' : 'asr'} ${d}, ${n}, #${immr}`;
    if (opc === 2 && imms + 1 === immr) return `lsl ${d}, ${n}, #${width - immr}`;
    const size = immr === 0 ? { 7: 'b', 15: 'h', 31: 'w' }[imms] : undefined;
    if (size && (opc === 0 ? sf === 1 || imms < 31 : sf === 0 && imms < 31))
      return `${opc ? 'u' : 's'}xt${size} ${d}, ${wr(f.Rn!)}`;
  }
  if (imms < immr) {
    if (opc === 1 && f.Rn === ZR) return `bfc ${d}, #${width - immr}, #${imms + 1}`;
    return `${INSERTS[opc]} ${d}, ${n}, #${width - immr}, #${imms + 1}`;
  }
  return `${EXTRACTS[opc]} ${d}, ${n}, #${immr}, #${imms - immr + 1}`;
}

/** CSET, CINC and so on: the condition is inverted; not for AL and NV. */
function conditional(f: Fields): string | undefined {
  if (f.cond! >= 14 || f.Rn !== f.Rm || !(f.op || f.o2)) return undefined;
  const k = CONDITIONS[f.cond! ^ 1];
  if (f.op && f.o2) return `cneg ${reg(f, 'Rd')}, ${reg(f, 'Rn')}, ${k}`;
  if (f.Rn === ZR) return `cset${f.op ? 'm' : ''} ${reg(f, 'Rd')}, ${k}`;
  return `c${f.op ? 'inv' : 'inc'} ${reg(f, 'Rd')}, ${reg(f, 'Rn')}, ${k}`;
}

const ATOMIC = ['add', 'clr', 'eor', 'set', 'smax', 'smin', 'umax', 'umin'];
const sizeOf = (imm5: number): number => 31 - Math.clz32(imm5 & -imm5);
const indexOf = (imm5: number): number => imm5 >> (sizeOf(imm5) + 1);

export const ALIASES: Aliases = {
  'ADD, ADDS, SUB, SUBS (immediate)': f =>
    or(
      compares(f, `${reg(f, 'Rn', 1)}, ${immediate(f)}`),
      !f.op &&
        !f.S &&
        !f.sh &&
        f.imm12 === 0 &&
        (f.Rd === ZR || f.Rn === ZR) &&
        `mov ${reg(f, 'Rd', 1)}, ${reg(f, 'Rn', 1)}`,
    ),
  'ADD, ADDS, SUB, SUBS (shifted register)': f =>
    or(
      compares(f, `${reg(f, 'Rn')}, ${reg(f, 'Rm')}${shift(f)}`),
      f.op === 1 && f.Rn === ZR && `neg${f.S ? 's' : ''} ${reg(f, 'Rd')}, ${reg(f, 'Rm')}${shift(f)}`,
    ),
  'ADD, ADDS, SUB, SUBS (extended register)': f => or(compares(f, `${reg(f, 'Rn', 1)}, ${extension(f)}`)),
  'ADC, ADCS, SBC, SBCS': f => or(f.op === 1 && f.Rn === ZR && `ngc${f.S ? 's' : ''} ${reg(f, 'Rd')}, ${reg(f, 'Rm')}`),
  'AND, ORR, EOR, ANDS (immediate)': f =>
    or(
      moveBitmask(f),
      f.opc === 3 && f.Rd === ZR && `tst ${reg(f, 'Rn')}, #${hex(bitmask(f.N!, f.imms!, f.immr!, f.sf!)!)}`,
    ),
  'AND, BIC, ORR, ORN, EOR, EON, ANDS, BICS (shifted register)': f =>
    or(
      f.opc === 3 && !f.N && f.Rd === ZR && `tst ${reg(f, 'Rn')}, ${reg(f, 'Rm')}${shift(f)}`,
      f.opc === 1 && f.N === 1 && f.Rn === ZR && `mvn ${reg(f, 'Rd')}, ${reg(f, 'Rm')}${shift(f)}`,
      f.opc === 1 && f.Rn === ZR && !f.imm6 && !f.shift && `mov ${reg(f, 'Rd')}, ${reg(f, 'Rm')}`,
    ),
  'MOVN, MOVZ': moveWide,
  'SBFM, BFM, UBFM': bitfield,
  EXTR: f => or(f.Rn === f.Rm && `ror ${reg(f, 'Rd')}, ${reg(f, 'Rn')}, #${f.imms}`),
  'CSEL, CSINC, CSINV, CSNEG': conditional,
  'LSLV, LSRV, ASRV, RORV': f => `${SHIFTS[f.op2!]} ${reg(f, 'Rd')}, ${reg(f, 'Rn')}, ${reg(f, 'Rm')}`,
  'MADD, MSUB': f => or(f.Ra === ZR && `${f.o0 ? 'mneg' : 'mul'} ${reg(f, 'Rd')}, ${reg(f, 'Rn')}, ${reg(f, 'Rm')}`),
  'SMADDL, SMSUBL, UMADDL, UMSUBL': f =>
    or(f.Ra === ZR && `${f.U ? 'u' : 's'}m${f.o0 ? 'neg' : 'ul'}l ${xr(f.Rd!)}, ${wr(f.Rn!)}, ${wr(f.Rm!)}`),
  'LDADD, LDCLR, LDEOR, LDSET, LDSMAX, LDSMIN, LDUMAX, LDUMIN': f =>
    or(
      f.Rt === ZR &&
        !f.A &&
        `st${ATOMIC[f.opc!]}${f.R ? 'l' : ''}${['b', 'h', '', ''][f.size!]} ${gpr(Number(f.size === 3), f.Rs!)}, [${base(f.Rn!)}]`,
    ),
  'AND, BIC, ORR, ORN, EOR, BSL, BIT, BIF (vector)': f =>
    or(!f.U && f.op === 2 && f.Rn === f.Rm && `mov ${vec(f.Rd!, f.Q!, 0)}, ${vec(f.Rn!, f.Q!, 0)}`),
  'CNT, NOT, RBIT (vector)': f => or(f.U === 1 && f.size === 0 && `mvn ${vec(f.Rd!, f.Q!, 0)}, ${vec(f.Rn!, f.Q!, 0)}`),
  'DUP (element)': f =>
    or(f.s === 1 && `mov ${vreg(sizeOf(f.imm5!), f.Rd!)}, ${element(f.Rn!, sizeOf(f.imm5!), indexOf(f.imm5!))}`),
  'INS (general)': f =>
    `mov ${element(f.Rd!, sizeOf(f.imm5!), indexOf(f.imm5!))}, ${gpr(Number(sizeOf(f.imm5!) === 3), f.Rn!)}`,
  'INS (element)': f => {
    const size = sizeOf(f.imm5!);
    return `mov ${element(f.Rd!, size, indexOf(f.imm5!))}, ${element(f.Rn!, size, f.imm4! >> size)}`;
  },
  'SMOV, UMOV': f =>
    or(
      f.U === 1 &&
        sizeOf(f.imm5!) > 1 &&
        `mov ${gpr(f.Q!, f.Rd!)}, ${element(f.Rn!, sizeOf(f.imm5!), indexOf(f.imm5!))}`,
    ),
  'SSHLL, USHLL': f => {
    const size = 31 - Math.clz32(f.immh!);
    if (f.immb !== 0 || f.immh !== 1 << size) return undefined;
    return `${f.U ? 'u' : 's'}xtl${f.Q ? '2' : ''} ${vec(f.Rd!, 1, size + 1)}, v${f.Rn}.${arrangement(f.Q!, size)}`;
  },
};
