/** SHA-1, SHA-256 and SHA-512 steps. */
import { routine } from '../spec/routines.js';
import { doubles, rotl, rotr, rotr64, words, writeDoubles, writeWords } from './vector.js';

type Three = (b: number, c: number, d: number) => number;
const choose: Three = (b, c, d) => ((c ^ d) & b) ^ d;
const parity: Three = (b, c, d) => b ^ c ^ d;
const majority: Three = (b, c, d) => (b & c) | ((b | c) & d);

for (const [name, f] of [
  ['sha1c', choose],
  ['sha1p', parity],
  ['sha1m', majority],
] as const) {
  routine(name, (view, at) => {
    let x = words(view, at);
    let y = words(view, at, 1)[0]!;
    for (const w of words(view, at, 2)) {
      y = (y + rotl(x[0]!, 5) + f(x[1]!, x[2]!, x[3]!) + w) | 0;
      const next = x[3]!;
      x = [y, x[0]!, rotl(x[1]!, 30), x[2]!];
      y = next;
    }
    writeWords(view, at, x);
  });
}
routine('sha1su0', (view, at) => {
  const [d, n, m] = [words(view, at), words(view, at, 1), words(view, at, 2)];
  const t = [d[2]!, d[3]!, n[0]!, n[1]!];
  writeWords(
    view,
    at,
    t.map((x, i) => x ^ d[i]! ^ m[i]!),
  );
});
routine('sha1h', (view, at) => writeWords(view, at, [rotl(words(view, at, 1)[0]!, 30), 0, 0, 0]));
routine('sha1su1', (view, at) => {
  const [d, n] = [words(view, at), words(view, at, 1)];
  const t = d.map((x, i) => x ^ (n[i + 1] ?? 0));
  writeWords(view, at, [rotl(t[0]!, 1), rotl(t[1]!, 1), rotl(t[2]!, 1), rotl(t[3]!, 1) ^ rotl(t[0]!, 2)]);
});

// ---- SHA-256 ----

const big0 = (x: number): number => rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22);
const big1 = (x: number): number => rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25);
const small0 = (x: number): number => rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3);
const small1 = (x: number): number => rotr(x, 17) ^ rotr(x, 19) ^ (x >>> 10);

/** Four rounds on abcd at `x` and efgh at `y` with words at `w`; writes one of them, as `first` says. */
function rounds(view: DataView, at: number, x: number, y: number, w: number, first: boolean): void {
  let a = view.getInt32(x, true);
  let b = view.getInt32(x + 4, true);
  let c = view.getInt32(x + 8, true);
  let d = view.getInt32(x + 12, true);
  let e = view.getInt32(y, true);
  let f = view.getInt32(y + 4, true);
  let g = view.getInt32(y + 8, true);
  let h = view.getInt32(y + 12, true);
  for (let i = 0; i < 16; i += 4) {
    const t = (h + big1(e) + choose(e, f, g) + view.getInt32(w + i, true)) | 0;
    const u = (t + big0(a) + majority(a, b, c)) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t) | 0;
    d = c;
    c = b;
    b = a;
    a = u;
  }
  writeWords(view, at, first ? [a, b, c, d] : [e, f, g, h]);
}
routine('sha256h', (view, at) => rounds(view, at, at, at + 16, at + 32, true));
routine('sha256h2', (view, at) => rounds(view, at, at + 16, at, at + 32, false));
routine('sha256su0', (view, at) => {
  const [d, n] = [words(view, at), words(view, at, 1)];
  const t = [d[1]!, d[2]!, d[3]!, n[0]!];
  writeWords(
    view,
    at,
    t.map((x, i) => (small0(x) + d[i]!) | 0),
  );
});
routine('sha256su1', (view, at) => {
  const [d, n, m] = [words(view, at), words(view, at, 1), words(view, at, 2)];
  const t = [n[1]!, n[2]!, n[3]!, m[0]!];
  const r: number[] = [];
  for (let i = 0; i < 4; i++) r[i] = (small1(i < 2 ? m[2 + i]! : r[i - 2]!) + d[i]! + t[i]!) | 0;
  writeWords(view, at, r);
});

// ---- SHA-512 ----

const rot3 = (x: bigint, a: bigint, b: bigint, c: bigint): bigint => rotr64(x, a) ^ rotr64(x, b) ^ rotr64(x, c);
const not = (x: bigint): bigint => BigInt.asUintN(64, ~x);
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);

routine('sha512h', (view, at) => {
  const [w, x, y] = [doubles(view, at), doubles(view, at, 1), doubles(view, at, 2)];
  const high = u64(((y[1] & x[0]) ^ (not(y[1]) & x[1])) + rot3(y[1], 14n, 18n, 41n) + w[1]);
  const t = u64(high + y[0]);
  writeDoubles(view, at, ((t & y[1]) ^ (not(t) & x[0])) + rot3(t, 14n, 18n, 41n) + w[0], high);
});
routine('sha512h2', (view, at) => {
  const [w, x, y] = [doubles(view, at), doubles(view, at, 1), doubles(view, at, 2)];
  const high = u64(((x[0] & y[1]) ^ (x[0] & y[0]) ^ (y[1] & y[0])) + rot3(y[0], 28n, 34n, 39n) + w[1]);
  const low = ((high & y[0]) ^ (high & y[1]) ^ (y[1] & y[0])) + rot3(high, 28n, 34n, 39n) + w[0];
  writeDoubles(view, at, low, high);
});
routine('sha512su0', (view, at) => {
  const [w, x] = [doubles(view, at), doubles(view, at, 1)];
  const sigma = (v: bigint): bigint => rotr64(v, 1n) ^ rotr64(v, 8n) ^ (v >> 7n);
  writeDoubles(view, at, w[0] + sigma(w[1]), w[1] + sigma(x[0]));
});
routine('sha512su1', (view, at) => {
  const [w, x, y] = [doubles(view, at), doubles(view, at, 1), doubles(view, at, 2)];
  const sigma = (v: bigint): bigint => rotr64(v, 19n) ^ rotr64(v, 61n) ^ (v >> 6n);
  writeDoubles(view, at, w[0] + sigma(x[0]) + y[0], w[1] + sigma(x[1]) + y[1]);
});
