/** Flags that are not made yet: their operands are in locals, and most conditions follow from those directly. */
import { Flags } from '../a64/spec/index.js';
import { conditionMask, packFlags } from '../builder/flags.js';
import { I32, I64, type Int, i32, Node } from '../ir/index.js';

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

/** The same flags with their operands taken from the locals. */
export function keptFlags(flags: Flags, [first, second]: readonly [number, number]): Flags {
  const held = (v: I32 | I64, local: number): I32 | I64 =>
    v.bits === 32 ? new I32(inLocal('i32', local)) : new I64(inLocal('i64', local));
  const a = held(flags.a, first);
  return new Flags(flags.kind, a, flags.b === flags.a ? a : held(flags.b, second));
}

/** What made flags that wait in the operand locals, as a number at run time; 0 stands for flags that are made. */
const WAITING = ['add', 'sub', 'logic'] as const;
export const MADE = 0;
export const waitingKind = ({ kind, a }: Flags): number =>
  kind === 'packed' ? MADE : 1 + WAITING.indexOf(kind) * 2 + Number(a.bits === 64);
/** The flags of each number from 1 up, with their operands in these locals. */
export function waitingFlags(i32s: readonly [number, number], i64s: readonly [number, number]): readonly Flags[] {
  return WAITING.flatMap(kind => {
    const [a, b] = i32s.map(local => new I32(inLocal('i32', local))) as [I32, I32];
    const [c, d] = i64s.map(local => new I64(inLocal('i64', local))) as [I64, I64];
    return kind === 'logic'
      ? [new Flags(kind, a, a), new Flags(kind, c, c)]
      : [new Flags(kind, a, b), new Flags(kind, c, d)];
  });
}
