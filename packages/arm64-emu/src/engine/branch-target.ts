/** Branch target identification (FEAT_BTI): what an indirect branch into a guarded page may lead to. */

/** BTI instructions, and the values of BTYPE that each accepts as bits. */
const ACCEPTS: ReadonlyMap<number, number> = new Map([
  [0xd503245f, 0b0110], // bti c
  [0xd503249f, 0b1010], // bti j
  [0xd50324df, 0b1110], // bti jc
]);
const PACIASP = 0xd503233f;
const PACIBSP = 0xd503237f;
/** PACIASP and PACIBSP are a `bti jc`, or a `bti c` where SCTLR says so. */
const PAC = 0b1110;
const PAC_STRICT = 0b0110;
const BREAK_MASK = 0xffe0001f;
const BRK = 0xd4200000;
const HLT = 0xd4400000;

/**
 * Whether the instruction `word` in a guarded page may be reached with PSTATE.BTYPE = `btype`, which is not 0.
 *
 * @example
 * acceptsBranch(0xd503245f, 2, false); // BLR to `bti c`: true
 */
export function acceptsBranch(word: number, btype: number, strict: boolean): boolean {
  const w = word >>> 0;
  const breaks = (w & BREAK_MASK) >>> 0;
  if (breaks === BRK || breaks === HLT) return true;
  const accepted = w === PACIASP || w === PACIBSP ? (strict ? PAC_STRICT : PAC) : (ACCEPTS.get(w) ?? 0);
  return ((accepted >> btype) & 1) !== 0;
}
