/** AES rounds (FIPS 197). */
import { routine } from '../spec/routines.js';
import { rotl } from './vector.js';

/** The state while it is worked on: routines run one at a time. */
const scratch = new Uint8Array(16);
function read(view: DataView, at: number): void {
  for (let i = 0; i < 16; i++) scratch[i] = view.getUint8(at + i);
}

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
    read(view, at);
    for (let i = 0; i < 16; i++) view.setUint8(at + i, box[scratch[(i + direction * 4 * (i & 3) + 16) & 15]!]!);
  });
}
substitute('aese', SBOX, 1);
substitute('aesd', INVERSE, -1);

function mix(name: string, column: readonly [number, number, number, number]): void {
  // What a byte in the first row contributes to its column; rows below rotate it.
  const products = Int32Array.from({ length: 256 }, (_, x) =>
    [0, 3, 2, 1].reduce((word, k, row) => word | (times(x, column[k]!) << (8 * row)), 0),
  );
  routine(name, (view, at) => {
    for (let c = at; c < at + 16; c += 4) {
      const upper = rotl(products[view.getUint8(c + 2)]!, 16) ^ rotl(products[view.getUint8(c + 3)]!, 24);
      view.setInt32(c, products[view.getUint8(c)]! ^ rotl(products[view.getUint8(c + 1)]!, 8) ^ upper, true);
    }
  });
}
mix('aesmc', [2, 3, 1, 1]);
mix('aesimc', [14, 11, 13, 9]);
