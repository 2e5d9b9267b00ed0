/** Flags that are not made yet: their operands are in locals, and most conditions follow from those directly. */
import { Flags } from '../a64/spec/index.js';
import { conditionMask, packFlags } from '../builder/flags.js';
import { Code } from '../interp/code.js';
import { type I32, I64, type Int, i32, i64, Node } from '../ir/index.js';
import type { Func } from '../wasm/module.js';
import { Op } from '../wasm/opcodes.js';

/** A value that is in a local. */
export function inLocal(ty: 'i32' | 'i64', local: number): Node {
  const n = new Node('local', ty);
  n.local = local;
  return n;
}

/** Conditions by number, without the inverted ones. */
const EQ = 0;
const CS = 1;
const MI = 2;
const VS = 3;
const HI = 4;
const GE = 5;
const GT = 6;

/** Condition `c` of flags that were made from `a` and `b`; undefined when it needs all four of them. */
function direct<W extends Int<W>>(kind: Flags['kind'], a: W, b: W, c: number): I32 | undefined {
  const negate = (c & 1) !== 0;
  const either = (yes: I32, no: I32): I32 => (negate ? no : yes);
  const base = c >> 1;
  if (kind === 'sub') {
    if (base === EQ) return either(a.eq(b), a.ne(b));
    if (base === CS) return either(a.geU(b), a.ltU(b));
    if (base === HI) return either(a.gtU(b), a.leU(b));
    if (base === GE) return either(a.geS(b), a.ltS(b));
    if (base === GT) return either(a.gtS(b), a.leS(b));
    if (base === MI) return either(a.sub(b).ltS(0), a.sub(b).geS(0));
    return undefined;
  }
  const result = kind === 'add' ? a.add(b) : a;
  if (base === EQ) return either(result.isZero(), result.ne(0));
  if (base === MI) return either(result.ltS(0), result.geS(0));
  if (kind === 'add') return base === CS ? either(result.ltU(a), result.geU(a)) : undefined;
  // Logical operations clear C and V.
  if (base === CS || base === VS || base === HI) return i32(Number(negate));
  if (base === GE) return either(result.geS(0), result.ltS(0));
  if (base === GT) return either(result.gtS(0), result.leS(0));
  return undefined;
}

/** The condition as a value, from the operands where possible. */
export function condition(flags: Flags, c: number): I32 {
  const { kind, a, b } = flags;
  const value =
    kind === 'packed'
      ? undefined
      : a.bits === 32
        ? direct<I32>(kind, a as I32, b as I32, c)
        : direct<I64>(kind, a as I64, b as I64, c);
  return value ?? maskCondition(packFlags(flags), c);
}

/** The condition of packed flags. */
export const maskCondition = (nzcv: I32, c: number): I32 => i32(conditionMask(c)).shrU(nzcv).and(1);

/** What made flags that wait in the operand locals, as a number at run time; 0 stands for flags that are made. */
const WAITING = ['add', 'sub', 'logic'] as const;
export const MADE = 0;
export const waitingKind = ({ kind, a }: Flags): number =>
  kind === 'packed' ? MADE : 1 + WAITING.indexOf(kind) * 2 + Number(a.bits === 64);

/** The same flags with their operands taken from two locals of 64 bits. */
export function keptFlags({ kind, a, b }: Flags, first: number, second: number): Flags {
  const held = (local: number): I32 | I64 => {
    const v = new I64(inLocal('i64', local));
    return a.bits === 32 ? v.lo32() : v;
  };
  const operand = held(first);
  return new Flags(kind, operand, b === a ? operand : held(second));
}

/** The function `(kind, a, b)` that makes flags which wait: NZCV. */
export function packFunction(type: number): Func {
  const c = new Code();
  const [KIND, A, B] = [0, 1, 2];
  WAITING.forEach((kind, i) => {
    for (const bits of [32, 64] as const) {
      c.releaseTemps();
      c.get(KIND);
      c.i32(1 + i * 2 + Number(bits === 64));
      c.u8(Op.i32Eq);
      c.open(Op.if);
      const operand = (): I32 | I64 => (bits === 32 ? i32(0) : i64(0));
      const a = operand();
      const { node } = packFlags(keptFlags(new Flags(kind, a, kind === 'logic' ? a : operand()), A, B));
      c.count([node]);
      c.value(node);
      c.u8(Op.return);
      c.close();
    }
  });
  c.i32(0);
  return { type, locals: c.locals, code: c.result() };
}
