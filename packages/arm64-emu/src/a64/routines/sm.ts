/** SM3 and SM4 steps (GB/T 32905, GB/T 32907). */
import { routine } from '../spec/routines.js';
import { rotl, words, writeWords } from './vector.js';

type W4 = [number, number, number, number];
const w4 = (view: DataView, at: number, k = 0): W4 => words(view, at, k) as W4;

routine('sm3ss1', (view, at) => {
  const [n, m, a] = [w4(view, at), w4(view, at, 1), w4(view, at, 2)];
  writeWords(view, at, [0, 0, 0, rotl((rotl(n[3], 12) + m[3] + a[3]) | 0, 7)]);
});
/** SM3TT1A, SM3TT1B, SM3TT2A, SM3TT2B by bits 1-0; the index of the word in bits 3-2. */
routine('sm3tt', (view, at, p) => {
  const [d, n, m] = [w4(view, at), w4(view, at, 1), w4(view, at, 2)];
  const word = m[(p >> 2) & 3]!;
  const second = (p & 2) !== 0;
  const f =
    (p & 1) === 0
      ? d[3] ^ d[2] ^ d[1]
      : second
        ? (d[3] & d[2]) | (~d[3] & d[1])
        : (d[3] & d[1]) | (d[3] & d[2]) | (d[1] & d[2]);
  const sum = (f + d[0] + (second ? n[3] : n[3] ^ rotl(d[3], 12)) + word) | 0;
  const top = second ? sum ^ rotl(sum, 9) ^ rotl(sum, 17) : sum;
  writeWords(view, at, [d[1], rotl(d[2], second ? 19 : 9), d[3], top]);
});
const p1 = (x: number): number => x ^ rotl(x, 15) ^ rotl(x, 23);
routine('sm3partw1', (view, at) => {
  const [d, n, m] = [w4(view, at), w4(view, at, 1), w4(view, at, 2)];
  const r = [0, 1, 2].map(i => p1(d[i]! ^ n[i]! ^ rotl(m[i + 1]!, 15)));
  writeWords(view, at, [...r, p1(d[3] ^ n[3] ^ rotl(r[0]!, 15))]);
});
routine('sm3partw2', (view, at) => {
  const [d, n, m] = [w4(view, at), w4(view, at, 1), w4(view, at, 2)];
  const t = n.map((x, i) => x ^ rotl(m[i]!, 7));
  const r = d.map((x, i) => x ^ t[i]!);
  r[3] = r[3]! ^ p1(rotl(t[0]!, 15));
  writeWords(view, at, r);
});

// ---- SM4 ----

/** Product in GF(2^8) modulo x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1. */
function times(a: number, b: number): number {
  let r = 0;
  for (let x = a, k = b; k; k >>= 1) {
    if (k & 1) r ^= x;
    x <<= 1;
    if (x & 256) x ^= 0x1f5;
  }
  return r;
}
const parityOf = (x: number): number => {
  let p = x;
  for (const k of [4, 2, 1]) p ^= p >> k;
  return p & 1;
};
/** The circulant matrix with first row 11010011 (from bit 7), then the constant 0xd3. */
function affine(x: number): number {
  let r = 0;
  for (let i = 0; i < 8; i++) r |= parityOf(x & rotate8(0xa7, i)) << i;
  return r ^ 0xd3;
}
const rotate8 = (x: number, k: number): number => ((x << k) | (x >> (8 - k))) & 255;
/** S(x) = A(1 / A(x)) with the affine map above. */
export const SM4_SBOX = Uint8Array.from({ length: 256 }, (_, x) => {
  const a = affine(x);
  let inverse = 0;
  for (let k = 1; k < 256 && a; k++) if (times(a, k) === 1) inverse = k;
  return affine(inverse);
});
const substitute = (x: number): number =>
  SM4_SBOX[x & 255]! |
  (SM4_SBOX[(x >>> 8) & 255]! << 8) |
  (SM4_SBOX[(x >>> 16) & 255]! << 16) |
  (SM4_SBOX[x >>> 24]! << 24);

function sm4(name: string, mix: (x: number) => number): void {
  routine(name, (view, at) => {
    let s = w4(view, at);
    for (const k of words(view, at, 1)) {
      const t = s[0] ^ mix(substitute(s[1] ^ s[2] ^ s[3] ^ k));
      s = [s[1], s[2], s[3], t];
    }
    writeWords(view, at, s);
  });
}
sm4('sm4e', x => x ^ rotl(x, 2) ^ rotl(x, 10) ^ rotl(x, 18) ^ rotl(x, 24));
sm4('sm4key', x => x ^ rotl(x, 13) ^ rotl(x, 23));
