/**
 * Pointer authentication with an IMPLEMENTATION DEFINED algorithm: a fast keyed hash of pointer and modifier. Where
 * codes go in a pointer, and what a failed authentication leaves, follow the architecture (FEAT_PAuth, without
 * FEAT_EPAC). Codes are only worth comparing with others of the same emulator.
 */
import { slotOf } from '../../cpu/sysreg-slots.js';
import { sysregAddress } from '../../engine/state.js';
import { routine } from '../spec/routines.js';
import { doubles, writeDoubles } from './vector.js';

const KEYS = ['APIAKey', 'APIBKey', 'APDAKey', 'APDBKey', 'APGAKey'] as const;
const GENERIC = 4;
/** SCTLR_EL1.EnIA, EnIB, EnDA, EnDB. */
const ENABLES = [31, 30, 27, 13] as const;

/** Where the registers are; looked up on first use. */
let places: { keys: readonly (readonly [number, number])[]; sctlr: number; tcr: number } | undefined;
function registers(): NonNullable<typeof places> {
  places ??= {
    keys: KEYS.map(k => [sysregAddress(slotOf(`${k}Lo_EL1`)), sysregAddress(slotOf(`${k}Hi_EL1`))] as const),
    sctlr: sysregAddress(slotOf('SCTLR_EL1')),
    tcr: sysregAddress(slotOf('TCR_EL1')),
  };
  return places;
}
const bit = (view: DataView, address: number, n: number): number =>
  (view.getUint32(address + (n >> 5) * 4, true) >>> (n & 31)) & 1;

/** The hash: four rounds of multiply and mix over the halves of pointer, modifier and key. */
function hash(view: DataView, pointer: bigint, modifier: bigint, key: readonly [number, number]): bigint {
  let a = Number(pointer & 0xffffffffn) | 0;
  let b = Number(pointer >> 32n) | 0;
  const inputs = [
    view.getInt32(key[0], true),
    view.getInt32(key[0] + 4, true),
    Number(modifier & 0xffffffffn) | 0,
    Number(modifier >> 32n) | 0,
    view.getInt32(key[1], true),
    view.getInt32(key[1] + 4, true),
  ];
  for (const k of inputs) {
    a = Math.imul(a ^ k, 0x85ebca6b);
    a ^= (a >>> 15) ^ b;
    b = Math.imul(b + a, 0xc2b2ae35);
    b ^= b >>> 13;
    a = (a + ((b << 7) | (b >>> 25))) | 0;
  }
  return (BigInt(b >>> 0) << 32n) | BigInt(a >>> 0);
}

/** Layout of a pointer: the bit that selects the range, the lowest bit of the code, whether the top byte is a tag. */
interface Layout {
  readonly select: bigint;
  readonly bottom: bigint;
  readonly tagged: boolean;
}
/** A pointer that is signed tells its range by bit 63 where there are no tags; a signed one by bit 55. */
function layout(view: DataView, pointer: bigint, data: boolean, signing = false): Layout {
  const { tcr } = registers();
  const tagged = (high: number): boolean =>
    bit(view, tcr, 37 + high) === 1 && (data || bit(view, tcr, 51 + high) === 0);
  const select = signing && !tagged(0) && !tagged(1) ? pointer >> 63n : (pointer >> 55n) & 1n;
  const size = (view.getUint32(tcr, true) >>> (select ? 16 : 0)) & 63;
  return { select, bottom: BigInt(64 - Math.min(Math.max(size, 16), 47)), tagged: tagged(Number(select)) };
}
const mask = (from: bigint, to: bigint): bigint => (1n << to) - (1n << from);
/** The bits of the code: below bit 55, and the top byte when it is no tag. */
const codeMask = (l: Layout): bigint => mask(l.bottom, 55n) | (l.tagged ? 0n : mask(56n, 64n));
/** The pointer as it was before a code was put in. */
function canonical(pointer: bigint, l: Layout): bigint {
  const extension = codeMask(l) | (1n << 55n);
  return l.select ? pointer | extension : pointer & ~extension;
}

/** AddPAC and Auth; `param` is the key, plus 8 to authenticate. */
routine('pauth', (view, at, param) => {
  const [pointer, modifier] = doubles(view, at);
  const k = param & 7;
  const { keys, sctlr } = registers();
  if (k === GENERIC) {
    writeDoubles(view, at, hash(view, pointer, modifier, keys[k]!) & mask(32n, 64n), 0n);
    return;
  }
  if (bit(view, sctlr, ENABLES[k]!) === 0) return;
  const l = layout(view, pointer, k > 1, (param & 8) === 0);
  const original = canonical(pointer, l);
  const codes = codeMask(l);
  const code = hash(view, original, modifier, keys[k]!) & codes;
  if (param & 8) {
    if ((pointer & codes) === code) writeDoubles(view, at, original, 0n);
    else writeDoubles(view, at, poison(original, k & 1, l), 0n);
    return;
  }
  // A pointer that was not canonical gets a code that will not match.
  const high = pointer & mask(l.bottom, l.tagged ? 56n : 64n);
  const wasCanonical = high === 0n || high === mask(l.bottom, l.tagged ? 56n : 64n);
  const flip = wasCanonical ? 0n : 1n << (l.tagged ? 54n : 62n);
  writeDoubles(view, at, (pointer & ~(codes | (1n << 55n))) | ((code ^ flip) & codes) | (l.select << 55n), 0n);
});
/** The error code of a failed authentication: two bits that make the address invalid. */
function poison(original: bigint, key: number, l: Layout): bigint {
  const error = key ? 2n : 1n;
  const lsb = l.tagged ? 53n : 61n;
  return (original & ~(3n << lsb)) | (error << lsb);
}

/** XPACI, XPACD (`param` 1). */
routine('strip', (view, at, param) => {
  const [pointer] = doubles(view, at);
  writeDoubles(view, at, canonical(pointer, layout(view, pointer, param === 1)), 0n);
});
