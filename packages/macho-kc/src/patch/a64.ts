// Encodings of the Arm Architecture Reference Manual (DDI 0487) that patches and references need.

export const NOP = 0xd503201f;

/** Words of code at a byte offset. */
export const wordAt = (code: Uint8Array, at: number): number =>
  (code[at]! | (code[at + 1]! << 8) | (code[at + 2]! << 16) | (code[at + 3]! << 24)) >>> 0;

/** Little-endian bytes of instructions. */
export function instructionBytes(...words: number[]): Uint8Array {
  const out = new Uint8Array(words.length * 4);
  const view = new DataView(out.buffer);
  words.forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  return out;
}

/** ADRP: register and page it computes at `pc`; undefined for other instructions. */
export function adrp(word: number, pc: bigint): { rd: number; page: bigint } | undefined {
  if ((word & 0x9f000000) >>> 0 !== 0x90000000) return undefined;
  const immediate = (((word >> 5) & 0x7ffff) << 2) | ((word >>> 29) & 3);
  const signed = BigInt.asIntN(21, BigInt(immediate));
  return { rd: word & 31, page: BigInt.asUintN(64, (pc & ~0xfffn) + (signed << 12n)) };
}

/** ADR: register and address. */
export function adr(word: number, pc: bigint): { rd: number; address: bigint } | undefined {
  if ((word & 0x9f000000) >>> 0 !== 0x10000000) return undefined;
  const immediate = (((word >> 5) & 0x7ffff) << 2) | ((word >>> 29) & 3);
  return { rd: word & 31, address: BigInt.asUintN(64, pc + BigInt.asIntN(21, BigInt(immediate))) };
}

/** ADD (immediate, 64-bit, unshifted) or a load or store with an unsigned offset. */
export interface OffsetUse {
  readonly kind: 'add' | 'load' | 'store';
  readonly rn: number;
  readonly rd: number;
  /** Bytes. */
  readonly offset: number;
  /** Loads and stores: bytes moved. */
  readonly size: number;
}

/** The use of a page offset in an instruction. */
export function offsetUse(word: number): OffsetUse | undefined {
  const rn = (word >>> 5) & 31;
  const rd = word & 31;
  if ((word & 0xffc00000) >>> 0 === 0x91000000) return { kind: 'add', rn, rd, offset: (word >>> 10) & 0xfff, size: 0 };
  // Load/store register (unsigned immediate), general registers.
  if ((word & 0x3f000000) >>> 0 !== 0x39000000) return undefined;
  const scale = word >>> 30;
  const opc = (word >>> 22) & 3;
  return { kind: opc === 0 ? 'store' : 'load', rn, rd, offset: ((word >>> 10) & 0xfff) << scale, size: 1 << scale };
}

/** B or BL: target. */
export function branch26(word: number, pc: bigint): { link: boolean; target: bigint } | undefined {
  if ((word & 0x7c000000) >>> 0 !== 0x14000000) return undefined;
  const delta = BigInt.asIntN(28, BigInt(word & 0x3ffffff) << 2n);
  return { link: word >>> 31 === 1, target: BigInt.asUintN(64, pc + delta) };
}

/** The word of B or BL from `pc` to `target`; undefined when it is out of reach (128 MiB). */
export function encodeBranch26(link: boolean, pc: bigint, target: bigint): number | undefined {
  const delta = target - pc;
  if (delta < -0x8000000n || delta >= 0x8000000n || (delta & 3n) !== 0n) return undefined;
  return ((link ? 0x94000000 : 0x14000000) | (Number(delta >> 2n) & 0x3ffffff)) >>> 0;
}

/** ADRP of `page` into a register. */
export function encodeAdrp(rd: number, pc: bigint, target: bigint): number | undefined {
  const pages = (target >> 12n) - (pc >> 12n);
  if (pages < -0x100000n || pages >= 0x100000n) return undefined;
  const immediate = Number(BigInt.asUintN(21, pages));
  return (0x90000000 | ((immediate & 3) << 29) | ((immediate >> 2) << 5) | rd) >>> 0;
}

/** LDR Xt, [Xn, #offset], offset a multiple of 8. */
export const encodeLdr = (rt: number, rn: number, offset: number): number =>
  (0xf9400000 | ((offset >> 3) << 10) | (rn << 5) | rt) >>> 0;
