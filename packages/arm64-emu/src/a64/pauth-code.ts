/**
 * Pointer authentication codes: what algorithm makes them, where they go in a pointer, what a failed authentication
 * leaves (FEAT_PAuth, FEAT_EPAC, FEAT_PAuth2, FEAT_FPAC). The default algorithm is an IMPLEMENTATION DEFINED one, a fast
 * keyed hash of pointer and modifier: its codes are only worth comparing with others of the same emulator.
 */
import type { Feature } from '../cpu/features.js';
import { slotOf } from '../cpu/sysreg-slots.js';
import { STATE, sysregAddress } from '../engine/state.js';
import {
  type Ctx,
  type DecodeEnv,
  ExceptionClass,
  type I32,
  type I64,
  type Int,
  i32,
  i64,
  v128,
} from './spec/index.js';

/** Keys: IA, IB, DA, DB and the generic one. */
const KEYS = ['APIAKey', 'APIBKey', 'APDAKey', 'APDBKey', 'APGAKey'] as const;
const GENERIC = 4;
/** SCTLR_ELx.EnIA, EnIB, EnDA, EnDB. */
const ENABLES = [31, 30, 27, 13] as const;
const FIRST_DATA_KEY = 2;

const BIT55 = i64(1n << 55n);
const TOP_BYTE = i64(0xffn << 56n);
const MULTIPLIERS = [0x9e3779b97f4a7c15n, 0xbf58476d1ce4e5b9n, 0x94d049bb133111ebn, 0xd6e8feb86659fd93n] as const;

function register<W extends Int<W>>(c: Ctx<W>, name: string): I64 {
  return c.state(sysregAddress(slotOf(name)));
}
/** Bit `n`, as an i64. */
const bit = (v: I64, n: number): I64 => v.shrU(n).and(1);

/** How a CPU makes codes and uses them. */
interface Scheme {
  readonly algorithm: 'hash' | 'none' | 'qarma5' | 'qarma3';
  /** Codes are put in by exclusive or, and a failed authentication leaves that (FEAT_PAuth2); or raises (FEAT_FPAC). */
  readonly level: 'v1' | 'enhanced' | 'v2' | 'faulting' | 'combined';
  /** EL2 may trap the instructions. */
  readonly hypervisor: boolean;
}
const ALGORITHMS = ['hash', 'none', 'qarma5', 'qarma3'] as const;
const LEVELS = ['v1', 'enhanced', 'v2', 'faulting', 'combined'] as const;
/** Number of schemes, for the shapes of instructions. */
export const SCHEMES = ALGORITHMS.length * LEVELS.length * 2;
/** The scheme of a CPU, as a number. */
export function schemeOf(env: DecodeEnv): number {
  const has = (f: Feature): boolean => env.has?.(f) ?? false;
  const algorithm = has('PACNone') ? 1 : has('PACQARMA5') ? 2 : has('PACQARMA3') ? 3 : 0;
  const level = has('FPACCOMBINE') ? 4 : has('FPAC') ? 3 : has('PAuth2') ? 2 : has('EPAC') ? 1 : 0;
  return (algorithm * LEVELS.length + level) * 2 + Number(has('EL2'));
}
const schemeNumber = (n: number): Scheme => ({
  algorithm: ALGORITHMS[Math.floor(n / 2 / LEVELS.length)]!,
  level: LEVELS[Math.floor(n / 2) % LEVELS.length]!,
  hypervisor: n % 2 === 1,
});

/** ComputePAC. */
function compute<W extends Int<W>>(c: Ctx<W>, s: Scheme, pointer: I64, modifier: I64, key: number): I64 {
  if (s.algorithm === 'hash') return hash(c, pointer, modifier, key);
  const name = KEYS[key]!;
  const pair = (low: I64, high: I64) => v128(0n, 0n).put(3, 0, low).put(3, 1, high);
  const keys = pair(register(c, `${name}Lo_EL1`), register(c, `${name}Hi_EL1`));
  return c.routine(s.algorithm, [pair(pointer, modifier), keys]).lane(3, 0);
}

/** The hash: four rounds of multiply and fold, with both halves of the key. */
function hash<W extends Int<W>>(c: Ctx<W>, pointer: I64, modifier: I64, key: number): I64 {
  const name = KEYS[key]!;
  let h = pointer;
  const inputs = [register(c, `${name}Lo_EL1`), modifier, register(c, `${name}Hi_EL1`), i64(0)];
  inputs.forEach((input, round) => {
    h = h.xor(input).mul(i64(MULTIPLIERS[round]!));
    h = h.xor(h.shrU(32));
  });
  return h;
}

/** Layout of a pointer: 1 if it is in the high range, the bits of the code, 1 if the top byte is a tag. */
interface Layout {
  readonly high: I32;
  readonly code: I64;
  readonly tagged: I32;
  /** Lowest bit of the code. */
  readonly bottom: I64;
}
/** A pointer to be signed tells its range by bit 63 where there are no tags; a signed one by bit 55. */
function layoutOf<W extends Int<W>>(c: Ctx<W>, pointer: I64, data: boolean, signing: boolean): Layout {
  const tcr = c.state(STATE.TCR);
  // TBI0 and TBI1, unless TBID0 and TBID1 except instruction addresses
  const tags = [37, 38].map(n => (data ? bit(tcr, n) : bit(tcr, n).and(bit(tcr, n + 14).xor(1)))) as [I64, I64];
  const by55 = bit(pointer, 55);
  const range = signing ? tags[0].or(tags[1]).isZero().select(bit(pointer, 63), by55) : by55;
  const high = range.lo32();
  const field = high.select(bit6(tcr, 16), bit6(tcr, 0));
  const atLeast = field.ltU(16).select(i64(16), field);
  const size = atLeast.gtU(47).select(i64(47), atLeast);
  const bottom = i64(64).sub(size);
  const tagged = high.select(tags[1], tags[0]).lo32();
  const low = BIT55.sub(i64(1).shl(bottom));
  return { high, code: tagged.select(low, low.or(TOP_BYTE)), tagged, bottom };
}
const bit6 = (v: I64, lsb: number): I64 => v.shrU(lsb).and(63);

/** The pointer as it was before a code was put in. */
function canonical(pointer: I64, l: Layout): I64 {
  const extension = l.code.or(BIT55);
  return l.high.select(pointer.or(extension), pointer.and(extension.not()));
}

/** Whether a key's instructions do anything. A hypervisor may want to know of those that do (HCR_EL2.API). */
function enabled<W extends Int<W>>(c: Ctx<W>, s: Scheme, key: number): I32 {
  const sctlr = c.state(STATE.SCTLR);
  const on = bit(sctlr, ENABLES[key]!).lo32();
  if (s.hypervisor) c.trap(on.and(bit(c.state(STATE.PAUTH_TRAPPED), 0).lo32()), ExceptionClass.pauth, i32(0));
  return on;
}

/** AddPAC: the pointer with its code; `key` 0-3. */
export function addCode<W extends Int<W>>(c: Ctx<W>, scheme: number, key: number, pointer: I64, modifier: I64): I64 {
  const s = schemeNumber(scheme);
  const on = enabled(c, s, key);
  if (s.algorithm === 'none') return pointer;
  const l = layoutOf(c, pointer, key >= FIRST_DATA_KEY, true);
  const code = compute(c, s, canonical(pointer, l), modifier, key);
  const range = l.high.select(BIT55, i64(0));
  const kept = pointer.and(l.code.or(BIT55).not());
  if (s.level !== 'v1' && s.level !== 'enhanced') {
    const mixed = code.xor(pointer).and(l.code);
    return on.select(kept.or(mixed).or(range), pointer);
  }
  // A pointer that was not canonical gets a code that will not match, or none.
  const extension = l.tagged.select(i64(1n << 56n), i64(0)).sub(i64(1).shl(l.bottom));
  const high = pointer.and(extension);
  const wasCanonical = high.isZero().or(high.eq(extension));
  const corrupt = code.xor(l.tagged.select(i64(1n << 54n), i64(1n << 62n)));
  const usable = wasCanonical.select(code, s.level === 'v1' ? corrupt : i64(0));
  return on.select(kept.or(usable.and(l.code)).or(range), pointer);
}

/** ISS of a failure: a data key, a B key. */
const failure = (key: number): number => (key >= FIRST_DATA_KEY ? 2 : 0) | (key & 1);

/**
 * Auth: the pointer without its code, or what is left of it when the code is wrong; `key` 0-3. `combined`: by an
 * instruction that goes on to use the pointer.
 */
export function checkCode<W extends Int<W>>(
  c: Ctx<W>,
  scheme: number,
  key: number,
  pointer: I64,
  modifier: I64,
  combined = false,
): I64 {
  const s = schemeNumber(scheme);
  const on = enabled(c, s, key);
  if (s.algorithm === 'none') return pointer;
  const l = layoutOf(c, pointer, key >= FIRST_DATA_KEY, false);
  const original = canonical(pointer, l);
  const code = compute(c, s, original, modifier, key);
  if (s.level !== 'v1' && s.level !== 'enhanced') {
    const result = pointer.xor(code.and(l.code));
    if (s.level === 'combined' || (s.level === 'faulting' && !combined))
      c.trap(on.and(result.ne(original)), ExceptionClass.pacFail, i32(failure(key)));
    return on.select(result, pointer);
  }
  const good = code.xor(pointer).and(l.code).isZero();
  // Two bits make the address invalid: 01 for the A keys, 10 for the B keys.
  const error = BigInt((key & 1) + 1);
  const invalid = (lsb: bigint): I64 => original.and(i64(~(3n << lsb))).or(i64(error << lsb));
  const result = good.select(original, l.tagged.select(invalid(53n), invalid(61n)));
  return on.select(result, pointer);
}

/** XPACI and XPACD: the pointer without its code. */
export function stripCode<W extends Int<W>>(c: Ctx<W>, scheme: number, data: boolean, pointer: I64): I64 {
  return schemeNumber(scheme).algorithm === 'none' ? pointer : canonical(pointer, layoutOf(c, pointer, data, false));
}

/** PACGA: 32 bits of code in the high half. */
export function genericCode<W extends Int<W>>(c: Ctx<W>, scheme: number, value: I64, modifier: I64): I64 {
  const s = schemeNumber(scheme);
  if (s.hypervisor) c.trap(bit(c.state(STATE.PAUTH_TRAPPED), 0).lo32(), ExceptionClass.pauth, i32(0));
  if (s.algorithm === 'none') return i64(0);
  return compute(c, s, value, modifier, GENERIC).and(i64(0xffffffffn << 32n));
}
