/** Instruction definitions: encoding pattern, operands, assembler templates, semantics. */
import type { Feature } from '../../cpu/features.js';
import type { Int } from '../../ir/index.js';
import type { Ctx } from './ctx.js';
import type { Bound, Operand } from './operands.js';
import { type Fields, type Names, type Pattern, parsePattern } from './pattern.js';

/** How MRS or MSR reaches a system register, decided when an instruction is decoded. */
export interface SysRegAccess {
  /** Byte address in the state block, for registers that are plain storage in this direction. */
  readonly address?: number;
  /** The value, for registers that never hold another one. */
  readonly constant?: bigint;
  /** Bit of SCTLR that opens `constant` to EL0, whose accesses trap while it is clear. */
  readonly el0Control?: number;
  /** Lowest exception level that may access `address`, or `constant`, directly; 0 to 2. */
  readonly minEl: number;
}
/** What decoding depends on besides the word. */
export interface DecodeEnv {
  /** Access to a system register; without `address`, through `sysRead` and `sysWrite`. */
  sysreg(key: number, write: boolean): SysRegAccess;
  /** The register's name in assembly language. */
  sysregName(key: number): string | undefined;
  /** Whether the CPU has a feature that changes what instructions do; not given, it has none of those. */
  has?(feature: Feature): boolean;
}

/** A template with the condition under which it is the preferred form. */
export interface AsmForm<F> {
  readonly text: string;
  readonly when?: (f: F) => boolean;
}
/**
 * Assembler templates. A list is tried in order (aliases first); a function makes the text itself. In a template
 * - `{name}` is an entry of `text`, an operand's text, or a field in decimal;
 * - `{field:a|b|c}` chooses by a field or shape value, `{a+b:...}` by the bits of two;
 * - `{imm:d}` prints an immediate in decimal, `{imm:offset}` as `, #16`, or nothing when it is 0.
 */
export type Asm<F> = string | readonly (string | AsmForm<F>)[] | ((f: F, pc: bigint, env: DecodeEnv) => string);

/** One definition; see {@link insn}. */
export interface Spec<P extends string, Sh extends string, O extends Record<string, Operand>> {
  /** The Arm ARM's mnemonics and class. Unique. */
  readonly name: string;
  readonly pattern: P;
  /** The instruction exists only with this feature, or all of these. */
  readonly feature?: Feature | readonly Feature[];
  /** Fields fixed per handler, with their number of values; those that are not raw fields come from `pick`. */
  readonly shape: { readonly [K in Sh]: number };
  readonly pick?: (f: Fields<P>, env: DecodeEnv) => { readonly [K in Exclude<Sh, Names<P>>]: number };
  /** Which encodings exist; the others are UNDEFINED, or belong to another definition. */
  readonly where?: (f: Fields<P>) => boolean;
  /** Features that only some encodings need. */
  readonly needs?: (f: Fields<P>) => Feature | undefined;
  readonly operands: (f: Fields<P>, env: DecodeEnv) => O;
  /** Further names for the templates. */
  readonly text?: (f: Fields<P>, env: DecodeEnv) => Record<string, string>;
  readonly asm: Asm<Fields<P>>;
  readonly exec: <W extends Int<W>>(c: Ctx<W>, o: Bound<O>, s: { readonly [K in Sh]: number }) => void;
}

/** Names and numbers, where the definition's own types are erased. */
export type Numbers = Readonly<Record<string, number>>;

/** A registered definition. */
export interface Insn {
  readonly name: string;
  readonly pattern: Pattern;
  readonly features: readonly Feature[];
  readonly shape: Numbers;
  readonly pick: ((f: Numbers, env: DecodeEnv) => Numbers) | undefined;
  readonly where: ((f: Numbers) => boolean) | undefined;
  readonly needs: ((f: Numbers) => Feature | undefined) | undefined;
  operands(f: Numbers, env: DecodeEnv): Record<string, Operand>;
  readonly text: ((f: Numbers, env: DecodeEnv) => Record<string, string>) | undefined;
  readonly asm: Asm<Numbers>;
  exec<W extends Int<W>>(c: Ctx<W>, o: Record<string, unknown>, s: Numbers): void;
}

const INSNS: Insn[] = [];
const NAMES = new Set<string>();

/** All definitions, in the order in which they were made. */
export const definitions = (): readonly Insn[] => INSNS;

/**
 * Defines an instruction.
 *
 * @example
 * insn({
 *   name: 'CSEL, CSINC, CSINV, CSNEG', pattern: 'sf op 011010100 Rm:5 cond:4 0 o2 Rn:5 Rd:5',
 *   shape: { sf: 2, op: 2, o2: 2 },
 *   operands: f => ({ d: R(f.Rd), n: R(f.Rn), m: R(f.Rm), k: cc(f.cond) }),
 *   asm: 'cs{op+o2:el|inc|inv|neg} {d}, {n}, {m}, {k}',
 *   exec: (c, { d, n, m, k }, { op, o2 }) => {
 *     const other = op ? c.get(m).not() : c.get(m);
 *     c.set(d, c.cond(k).select(c.get(n), o2 ? other.add(1) : other));
 *   },
 * });
 */
export function insn<const P extends string, Sh extends string, O extends Record<string, Operand>>(
  spec: Spec<P, Sh, O>,
): void {
  if (NAMES.has(spec.name)) throw new Error(`${spec.name} is defined twice`);
  NAMES.add(spec.name);
  const feature = spec.feature ?? [];
  // Field and shape names were checked above; from here on they are strings.
  INSNS.push({
    pick: undefined,
    where: undefined,
    needs: undefined,
    text: undefined,
    ...spec,
    pattern: parsePattern(spec.pattern),
    features: typeof feature === 'string' ? [feature] : feature,
  } as unknown as Insn);
}
