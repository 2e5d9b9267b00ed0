/**
 * QARMA-64, the block cipher behind pointer authentication codes (R. Avanzi, "The QARMA Block Cipher Family";
 * Arm ARM, ComputePAC). A state is 16 cells of four bits, the most significant first.
 */
import { routine } from '../spec/routines.js';
import { doubles, writeDoubles } from './vector.js';

const CELLS = 16;
/** Cell permutation of a round, and of the tweak. */
const SHUFFLE = [0, 11, 6, 13, 10, 1, 12, 7, 5, 14, 3, 8, 15, 4, 9, 2] as const;
const TWEAK = [6, 5, 14, 15, 0, 1, 2, 3, 7, 12, 13, 4, 8, 9, 10, 11] as const;
/** Cells of the tweak that a linear feedback shift register moves on. */
const STEPPED = [0, 1, 3, 4, 8, 11, 13] as const;
/** S-boxes: sigma 0, 1 and 2. */
const BOXES = [
  [0, 14, 2, 10, 9, 15, 8, 11, 6, 4, 3, 7, 13, 12, 1, 5],
  [10, 13, 14, 6, 15, 7, 3, 5, 9, 8, 0, 12, 11, 1, 2, 4],
  [11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10],
] as const;
const ALPHA = 0xc0ac29b7c97c50ddn;
const CONSTANTS = [
  0n,
  0x13198a2e03707344n,
  0xa4093822299f31d0n,
  0x082efa98ec4e6c89n,
  0x452821e638d01377n,
  0xbe5466cf34e90c6cn,
  0x3f84d5b5b5470917n,
  0x9216d5d98979fb1bn,
] as const;

type Cells = number[];
const cells = (v: bigint): Cells => Array.from({ length: CELLS }, (_, i) => Number((v >> BigInt(60 - 4 * i)) & 15n));
const word = (c: readonly number[]): bigint => c.reduce((v, cell) => (v << 4n) | BigInt(cell), 0n);
const permute = (c: Cells, p: readonly number[]): Cells => p.map(from => c[from]!);
const inverse = (p: readonly number[]): number[] => p.map((_, i) => p.indexOf(i));
const SHUFFLE_BACK = inverse(SHUFFLE);
const TWEAK_BACK = inverse(TWEAK);
const xor = (a: Cells, b: Cells): Cells => a.map((cell, i) => cell ^ b[i]!);
const substitute = (c: Cells, box: readonly number[]): Cells => c.map(cell => box[cell]!);
const rotated = (cell: number, n: number): number => ((cell << n) | (cell >> (4 - n))) & 15;

/** Each column times circ(0, rho, rho^2, rho), which is its own inverse. */
function mix(c: Cells): Cells {
  return c.map((_, i) => {
    const column = i & 3;
    const row = i >> 2;
    const at = (n: number): number => c[(((row + n) & 3) << 2) + column]!;
    return rotated(at(1), 1) ^ rotated(at(2), 2) ^ rotated(at(3), 1);
  });
}

const step = (cell: number): number => (cell >> 1) | ((((cell >> 1) ^ cell) & 1) << 3);
const stepBack = (cell: number): number => ((cell << 1) & 15) | (((cell >> 3) ^ cell) & 1);
function nextTweak(t: Cells): Cells {
  const moved = permute(t, TWEAK);
  for (const i of STEPPED) moved[i] = step(moved[i]!);
  return moved;
}
function previousTweak(t: Cells): Cells {
  const moved = [...t];
  for (const i of STEPPED) moved[i] = stepBack(moved[i]!);
  return permute(moved, TWEAK_BACK);
}

/**
 * Encrypts a block.
 *
 * @param rounds forward rounds, and backward ones: 5 for QARMA5, 3 for QARMA3
 * @param sigma S-box: 2 for QARMA5, 1 for QARMA3
 * @param whitening key's upper half
 * @param core key's lower half
 */
export function qarma64(
  block: bigint,
  tweak: bigint,
  whitening: bigint,
  core: bigint,
  rounds: number,
  sigma: number,
): bigint {
  const box = BOXES[sigma]!;
  const back = inverse(box);
  const w0 = cells(whitening);
  const w1 = cells(BigInt.asUintN(64, (whitening >> 1n) | (whitening << 63n)) ^ (whitening >> 63n));
  const k0 = cells(core);
  const alpha = cells(ALPHA);
  const forward = (s: Cells, key: Cells, short: boolean): Cells => {
    const t = xor(s, key);
    return substitute(short ? t : mix(permute(t, SHUFFLE)), box);
  };
  const backward = (s: Cells, key: Cells, short: boolean): Cells => {
    const t = substitute(s, back);
    return xor(short ? t : permute(mix(t), SHUFFLE_BACK), key);
  };
  let t = cells(tweak);
  let s = xor(cells(block), w0);
  for (let i = 0; i < rounds; i++) {
    s = forward(s, xor(xor(k0, t), cells(CONSTANTS[i]!)), i === 0);
    t = nextTweak(t);
  }
  s = forward(s, xor(w1, t), false);
  s = mix(permute(s, SHUFFLE));
  s = permute(xor(s, k0), SHUFFLE_BACK);
  s = backward(s, xor(w0, t), false);
  for (let i = rounds - 1; i >= 0; i--) {
    t = previousTweak(t);
    s = backward(s, xor(xor(xor(k0, t), cells(CONSTANTS[i]!)), alpha), i === 0);
  }
  return word(xor(s, w1));
}

/** Arguments: block and tweak, lower and upper half of the key. */
for (const [name, rounds, sigma] of [
  ['qarma5', 5, 2],
  ['qarma3', 3, 1],
] as const) {
  routine(name, (view, at) => {
    const [block, tweak] = doubles(view, at);
    const [core, whitening] = doubles(view, at, 1);
    writeDoubles(view, at, qarma64(block, tweak, whitening, core, rounds, sigma), 0n);
  });
}
