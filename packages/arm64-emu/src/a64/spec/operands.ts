/** Operands: what the decoder hands to the semantics. Each knows its text in assembly language. */
import type { I32, I64 } from '../../ir/index.js';

/** Text of a number: small ones in decimal, others in hexadecimal, as binutils does for most operands. */
export const hex = (k: number | bigint): string => (k < 0 ? `-0x${(-k).toString(16)}` : `0x${k.toString(16)}`);

/**
 * A general register: 0-30, 31 = the current stack pointer, 32 = the zero register.
 * `form`: printed as `x` or `w`, or by the instruction's shape field `sf`.
 */
export class G {
  declare private readonly kind: 'general';
  constructor(
    readonly n: number,
    readonly form: 'x' | 'w' | 'sf' = 'sf',
    /** Operand's name, in a handler: the number is in the record. */
    readonly name = '',
  ) {}
}
/** A vector register, with its text such as `v3.4s`, `d3` or `v3.s[1]`. */
export class V {
  declare private readonly kind: 'vector';
  constructor(
    readonly n: number,
    readonly text: string,
    readonly name = '',
  ) {}
}
/** One lane of a vector register; `lane` is log2 of the element's bytes. */
export class Element {
  declare private readonly kind: 'element';
  constructor(
    readonly n: number,
    readonly lane: number,
    readonly index: number,
    readonly name = '',
  ) {}
}
/** A condition code. */
export class Cond {
  declare private readonly kind: 'condition';
  constructor(
    readonly k: number,
    readonly name = '',
  ) {}
}
/** A branch displacement in bytes from the instruction. */
export class Disp {
  declare private readonly kind: 'displacement';
  constructor(
    readonly k: number,
    readonly name = '',
  ) {}
}
/** A cell of guest state that the decoder chose: byte address in the state block, as for MRS of a stored register. */
export class Cell {
  declare private readonly kind: 'cell';
  constructor(
    readonly address: number,
    readonly name = '',
  ) {}
}
/** An immediate: 32 bits, 64 bits sign-extended from 32, or 64 bits in full (`wide`). */
export class Imm<T extends I32 | I64> {
  declare private readonly type: T;
  constructor(
    readonly k: bigint,
    readonly bits: 32 | 64,
    readonly wide: boolean,
  ) {}
}

/** Anything that `operands` may return. */
export type Operand = G | V | Element | Cond | Disp | Cell | Imm<I32> | Imm<I64>;
/** In the semantics an immediate has become a value: it cannot steer JavaScript control flow. */
export type Bound<O> = { readonly [K in keyof O]: O[K] extends Imm<infer T> ? T : O[K] };

const zr = (n: number): number => (n === 31 ? 32 : n);
/** General register or zero register; printed `x` or `w` by the field `sf`. */
export const R = (n: number): G => new G(zr(n), 'sf');
/** Printed as 64-bit or 32-bit register whatever `sf` says. */
export const X = (n: number): G => new G(zr(n), 'x');
export const XSP = (n: number): G => new G(n, 'x');

const letter = (lane: number): string => 'bhsdq'[lane] ?? '?';
/** A vector register without arrangement: `v3`. */
export const VR = (n: number): V => new V(n & 31, `v${n & 31}`);
/** One lane, accessed in place. */
export const element = (n: number, lane: number, index: number): Element => new Element(n & 31, lane, index);

export const cc = (k: number): Cond => new Cond(k);
export const disp = (k: number): Disp => new Disp(k);
/** A cell of the state block, for registers that are plain storage. */
export const cell = (address: number): Cell => new Cell(address);

/** A 32-bit immediate. */
export const imm32 = (k: number): Imm<I32> => new Imm<I32>(BigInt(k | 0), 32, false);
/** A 64-bit immediate that fits 32 bits signed; throws otherwise. */
export const imm = (k: number): Imm<I64> => {
  if (k !== (k | 0)) throw new RangeError(`immediate ${k} needs imm64`);
  return new Imm<I64>(BigInt(k), 64, false);
};
/** Any 64-bit immediate. */
export const imm64 = (k: bigint): Imm<I64> => new Imm<I64>(BigInt.asUintN(64, k), 64, true);

const CONDITIONS = ['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc', 'hi', 'ls', 'ge', 'lt', 'gt', 'le', 'al', 'nv'];
/** Name of a condition code. */
export const conditionName = (k: number): string => CONDITIONS[k & 15]!;

/** Text of a general register. */
export function registerName(r: G, sf: number): string {
  const wide = r.form === 'sf' ? sf !== 0 : r.form === 'x';
  if (r.n === 32) return wide ? 'xzr' : 'wzr';
  if (r.n === 31) return wide ? 'sp' : 'wsp';
  return `${wide ? 'x' : 'w'}${r.n}`;
}
/** Text of an operand; `pc` is the instruction's address, for branch targets. */
export function operandText(o: Operand, sf: number, pc: bigint): string {
  if (o instanceof G) return registerName(o, sf);
  if (o instanceof V) return o.text;
  if (o instanceof Element) return `v${o.n}.${letter(o.lane)}[${o.index}]`;
  if (o instanceof Cond) return conditionName(o.k);
  if (o instanceof Disp) return hex(BigInt.asUintN(64, pc + BigInt(o.k)));
  if (o instanceof Cell) return `cell ${hex(o.address)}`;
  return hex(o.k);
}
