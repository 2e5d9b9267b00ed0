/** Seed of RNDR when none is given. */
export const DEFAULT_SEED = 0x9e37_79b9_7f4a_7c15n;

/** The state of a xorshift64* generator (Vigna 2016) after `state`, which is not zero. */
export function nextRandomState(state: bigint): bigint {
  let x = state;
  x ^= x >> 12n;
  x = BigInt.asUintN(64, x ^ (x << 25n));
  return x ^ (x >> 27n);
}

/** The 64 bits that a state gives. */
export const randomOf = (state: bigint): bigint => BigInt.asUintN(64, state * 0x2545_f491_4f6c_dd1dn);
