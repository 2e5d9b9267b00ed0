/** Random numbers and operand values biased to corner cases. */

/** A small generator (xoshiro128**), reproducible from its seed. */
export class Random {
  private readonly s = new Uint32Array(4);
  constructor(seed: number) {
    let z = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      z = (z + 0x9e3779b9) >>> 0;
      let t = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
      this.s[i] = t ^ (t >>> 15);
    }
  }
  /** 32 random bits. */
  next(): number {
    const s = this.s;
    const r = Math.imul(rotl(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotl(s[3]!, 11);
    return r;
  }
  /** 0 to n - 1. */
  below(n: number): number {
    return Math.floor((this.next() / 2 ** 32) * n);
  }
  chance(n: number): boolean {
    return this.below(n) === 0;
  }
}
const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** An integer of up to 64 bits: small, near a power of two, sign-extended, a pattern, or anything. */
export function integer(r: Random): [low: number, high: number] {
  const sign = -(r.next() & 1);
  switch (r.below(8)) {
    case 0:
      return [(r.below(4) ^ sign) >>> 0, sign >>> 0];
    case 1:
      return [(r.below(256) ^ sign) >>> 0, sign >>> 0];
    case 2: {
      // A power of two, less one or plus one.
      const bit = r.below(64);
      const add = r.below(3) - 1;
      const low = bit < 32 ? (1 << bit) >>> 0 : 0;
      const high = bit < 32 ? 0 : (1 << (bit - 32)) >>> 0;
      const sum = low + add;
      return [sum >>> 0, (high - (sum < 0 ? 1 : 0) + (sum > 0xffffffff ? 1 : 0)) >>> 0];
    }
    case 3: {
      const low = r.next();
      return [low, (low | 0) < 0 ? 0xffffffff : 0];
    }
    case 4:
      return [r.next(), 0];
    case 5: {
      const k = [0x01010101, 0x80808080, 0x7fff7fff, 0x80008000, 0x7f7f7f7f, 0xffffffff, 0x00ff00ff][r.below(7)]!;
      return [k, k];
    }
    default:
      return [r.next(), r.next()];
  }
}

/** Bits of the fraction and of the exponent of a format. */
export type FloatFormat = readonly [frac: number, exp: number];

/** Fraction and exponent of a number of `float`, drawn as numbers: bigints are slow. */
function exponent(r: Random, frac: number, exp: number): number {
  const max = 2 ** exp - 1;
  const bias = max >> 1;
  switch (r.below(10)) {
    case 0:
      return 0;
    case 1:
      return r.chance(2) ? max : 1 + r.below(3);
    case 2:
      return max - 1 - r.below(3);
    case 3:
    case 4:
      return r.below(max + 1);
    case 5:
      return Math.min(Math.max(bias + r.below(2 * frac + 4) - frac, 0), max);
    default:
      return bias + r.below(7) - 3;
  }
}

/**
 * Floating-point bit patterns of a format: zeros, infinities, NaNs, denormals, limits, near one, anything. Writes one
 * or two words to `out`, the lower first.
 */
export function float(r: Random, [frac, exp]: FloatFormat, out: Uint32Array): void {
  const sign = r.next() & 1;
  const field = exponent(r, frac, exp);
  const wide = frac > 31;
  const top = wide ? frac - 32 : frac;
  const mask = 2 ** top - 1;
  let low = wide ? r.next() : 0;
  let high = r.next() & mask;
  const shape = r.below(6);
  if (shape === 0) low = high = 0;
  else if (shape === 1) {
    low = 0xffffffff;
    high = mask;
  } else if (shape < 4) {
    // One bit, or none below a bit.
    const bit = r.below(frac);
    const inLow = wide && bit < 32;
    const at = 1 << (wide ? bit & 31 : bit);
    if (shape === 2) {
      low = inLow ? at : 0;
      high = inLow ? 0 : at;
    } else {
      low = inLow ? low & -at : 0;
      if (!inLow) high &= -at;
    }
  }
  const word = ((sign << (top + exp)) | (field << top) | high) >>> 0;
  out[0] = wide ? low : word;
  if (wide) out[1] = word;
}
