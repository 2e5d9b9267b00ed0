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
      const bit = r.below(64);
      const value = (1n << BigInt(bit)) + BigInt(r.below(3) - 1);
      return [Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n))];
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

/** Floating-point bit patterns of a format: zeros, infinities, NaNs, denormals, limits, near one, anything. */
export function float(r: Random, frac: number, exp: number): bigint {
  const F = BigInt(frac);
  const sign = BigInt(r.next() & 1) << BigInt(frac + exp);
  const fieldMax = (1n << BigInt(exp)) - 1n;
  const bias = fieldMax >> 1n;
  const mask = (1n << F) - 1n;
  const any = (BigInt(r.next()) << 32n) | BigInt(r.next());
  let fraction = any & mask;
  const shape = r.below(6);
  if (shape === 0) fraction = 0n;
  else if (shape === 1) fraction = mask;
  else if (shape === 2) fraction = (1n << BigInt(r.below(frac))) & mask;
  else if (shape === 3) fraction = any & mask & ~((1n << BigInt(r.below(frac))) - 1n);
  let field: bigint;
  switch (r.below(10)) {
    case 0:
      field = 0n;
      break;
    case 1:
      field = r.chance(2) ? fieldMax : BigInt(1 + r.below(3));
      break;
    case 2:
      field = fieldMax - BigInt(1 + r.below(3));
      break;
    case 3:
    case 4:
      field = (any >> 54n) & fieldMax;
      break;
    case 5:
      field = bias + BigInt(r.below(2 * frac + 4) - frac);
      break;
    default:
      field = bias + BigInt(r.below(7) - 3);
  }
  if (field < 0n) field = 0n;
  if (field > fieldMax) field = fieldMax;
  return sign | (field << F) | fraction;
}
