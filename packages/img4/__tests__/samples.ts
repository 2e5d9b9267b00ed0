/** A small repeatable generator (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function text(size: number): Uint8Array {
  const next = random(1);
  const words = Array.from({ length: 400 }, () => Math.floor(next() * 1e9).toString(36));
  let made = '';
  while (made.length < size) made += `${words[Math.floor(next() ** 3 * words.length)]} `;
  return new TextEncoder().encode(made.slice(0, size));
}

const noise = (size: number): Uint8Array => {
  const next = random(2);
  return new Uint8Array(size).map(() => Math.floor(next() * 256));
};

/** Inputs that reach every kind of block, distance and length. */
export const samples = {
  empty: new Uint8Array(0),
  'one byte': Uint8Array.of(0x41),
  'seven bytes': new TextEncoder().encode('abcabca'),
  'a short text': text(500),
  'just below LZFSE': text(4095),
  'just LZFSE': text(4096),
  text: text(120_000),
  noise: noise(70_000),
  zeros: new Uint8Array(900_000),
  'two bytes repeated': new Uint8Array(50_000).map((_, i) => (i & 1 ? 0x20 : 0x21)),
  'a period of 262,139': new Uint8Array(600_000).map(
    (
      noise => (_, i) =>
        noise[i % 262_139]!
    )(noise(262_139)),
  ),
  'past one window': text(1_300_000),
};

export function* sliced(data: Uint8Array, step: number): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += step) yield data.subarray(at, at + step);
}
