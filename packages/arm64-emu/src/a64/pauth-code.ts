/**
 * Pointer authentication codes with an IMPLEMENTATION DEFINED algorithm: a fast keyed hash of pointer and modifier.
 * Where codes go in a pointer, and what a failed authentication leaves, follow the architecture (FEAT_PAuth, without
 * FEAT_EPAC). Codes are only worth comparing with others of the same emulator.
 */
import { slotOf } from '../cpu/sysreg-slots.js';
import { STATE, sysregAddress } from '../engine/state.js';
import { type Ctx, type I32, type I64, type Int, i64 } from './spec/index.js';

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

/** Whether a key's instructions do anything. */
const enabled = <W extends Int<W>>(c: Ctx<W>, key: number): I32 => bit(c.state(STATE.SCTLR), ENABLES[key]!).lo32();

/** AddPAC: the pointer with its code; `key` 0-3. */
export function addCode<W extends Int<W>>(c: Ctx<W>, key: number, pointer: I64, modifier: I64): I64 {
  const l = layoutOf(c, pointer, key >= FIRST_DATA_KEY, true);
  const code = hash(c, canonical(pointer, l), modifier, key);
  // A pointer that was not canonical gets a code that will not match.
  const extension = l.tagged.select(i64(1n << 56n), i64(0)).sub(i64(1).shl(l.bottom));
  const high = pointer.and(extension);
  const wasCanonical = high.isZero().or(high.eq(extension));
  const flip = wasCanonical.select(i64(0), l.tagged.select(i64(1n << 54n), i64(1n << 62n)));
  const range = l.high.select(BIT55, i64(0));
  const kept = pointer.and(l.code.or(BIT55).not());
  return enabled(c, key).select(kept.or(code.xor(flip).and(l.code)).or(range), pointer);
}

/** Auth: the pointer without its code, or an invalid one when the code is wrong; `key` 0-3. */
export function checkCode<W extends Int<W>>(c: Ctx<W>, key: number, pointer: I64, modifier: I64): I64 {
  const l = layoutOf(c, pointer, key >= FIRST_DATA_KEY, false);
  const original = canonical(pointer, l);
  const good = hash(c, original, modifier, key).xor(pointer).and(l.code).isZero();
  // Two bits make the address invalid: 01 for the A keys, 10 for the B keys.
  const error = BigInt((key & 1) + 1);
  const invalid = (lsb: bigint): I64 => original.and(i64(~(3n << lsb))).or(i64(error << lsb));
  const result = good.select(original, l.tagged.select(invalid(53n), invalid(61n)));
  return enabled(c, key).select(result, pointer);
}

/** XPACI and XPACD: the pointer without its code. */
export const stripCode = <W extends Int<W>>(c: Ctx<W>, data: boolean, pointer: I64): I64 =>
  canonical(pointer, layoutOf(c, pointer, data, false));

/** PACGA: 32 bits of code in the high half. */
export const genericCode = <W extends Int<W>>(c: Ctx<W>, value: I64, modifier: I64): I64 =>
  hash(c, value, modifier, GENERIC).and(i64(0xffffffffn << 32n));
