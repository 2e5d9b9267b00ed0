/** AES rounds (FIPS 197). */
import { routine } from '../spec/routines.js';
import { bytes, writeBytes } from './vector.js';

const double = (x: number): number => ((x << 1) ^ (x & 128 ? 0x1b : 0)) & 255;
function times(x: number, k: number): number {
  let r = 0;
  for (let a = x, b = k; b; b >>= 1, a = double(a)) if (b & 1) r ^= a;
  return r;
}
/** The S-box: inverse in GF(2^8), then an affine map. */
const SBOX = new Uint8Array(256);
const INVERSE = new Uint8Array(256);
for (let p = 1, q = 1, i = 0; i < 255; i++) {
  // p runs through the powers of 3, q through their inverses.
  p ^= double(p);
  q ^= q << 1;
  q ^= q << 2;
  q ^= q << 4;
  q &= 255;
  if (q & 128) q ^= 9;
  const rot = (k: number): number => ((q << k) | (q >> (8 - k))) & 255;
  SBOX[p] = q ^ rot(1) ^ rot(2) ^ rot(3) ^ rot(4) ^ 0x63;
}
SBOX[0] = 0x63;
for (let i = 0; i < 256; i++) INVERSE[SBOX[i]!] = i;

/** SubBytes and ShiftRows: row r of the state is rotated by r columns. */
function substitute(name: string, box: Uint8Array, direction: 1 | -1): void {
  routine(name, (view, at) => {
    const s = bytes(view, at);
    const out = new Uint8Array(16);
    for (let i = 0; i < 16; i++) out[i] = box[s[(i + direction * 4 * (i & 3) + 16) & 15]!]!;
    writeBytes(view, at, out);
  });
}
substitute('aese', SBOX, 1);
substitute('aesd', INVERSE, -1);

function mix(name: string, column: readonly [number, number, number, number]): void {
  const products = column.map(k => Uint8Array.from({ length: 256 }, (_, x) => times(x, k)));
  routine(name, (view, at) => {
    const s = bytes(view, at);
    const out = new Uint8Array(16);
    for (let i = 0; i < 16; i++) {
      const c = i & ~3;
      for (let k = 0; k < 4; k++) out[i]! ^= products[k]![s[c + ((i + k) & 3)]!]!;
    }
    writeBytes(view, at, out);
  });
}
mix('aesmc', [2, 3, 1, 1]);
mix('aesimc', [14, 11, 13, 9]);
