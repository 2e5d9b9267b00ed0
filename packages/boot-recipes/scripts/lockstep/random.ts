/** The random numbers that QEMU's guests get with `-seed`: GLib's generator (MT19937), one for each thread. */

const STATE = 624;
const MIDDLE = 397;

/** MT19937 seeded by an array of words (Matsumoto and Nishimura, `init_by_array`), as `g_rand_new_with_seed_array`. */
class Twister {
  private readonly state = new Uint32Array(STATE);
  private at = STATE;

  constructor(seed: readonly number[]) {
    const { state } = this;
    state[0] = 19650218;
    for (let i = 1; i < STATE; i++) state[i] = Math.imul(this.before(i), 1812433253) + i;
    let i = 1;
    const next = (): void => {
      if (++i < STATE) return;
      state[0] = state[STATE - 1]!;
      i = 1;
    };
    for (let k = 0; k < Math.max(STATE, seed.length); k++) {
      const j = k % seed.length;
      state[i] = (state[i]! ^ Math.imul(this.before(i), 1664525)) + seed[j]! + j;
      next();
    }
    for (let k = 1; k < STATE; k++) {
      state[i] = (state[i]! ^ Math.imul(this.before(i), 1566083941)) - i;
      next();
    }
    state[0] = 0x8000_0000;
  }

  private before(i: number): number {
    const word = this.state[i - 1]!;
    return word ^ (word >>> 30);
  }

  /** 32 random bits. */
  word(): number {
    const { state } = this;
    if (this.at === STATE) {
      for (let i = 0; i < STATE; i++) {
        const y = (state[i]! & 0x8000_0000) | (state[(i + 1) % STATE]! & 0x7fff_ffff);
        state[i] = state[(i + MIDDLE) % STATE]! ^ (y >>> 1) ^ (y & 1 ? 0x9908_b0df : 0);
      }
      this.at = 0;
    }
    let y = state[this.at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    return (y ^ (y >>> 18)) >>> 0;
  }
}

/** What RNDR gives the first CPU of a QEMU started with `-seed`: that CPU's thread is seeded by the main one. */
export function qemuRandom(seed: number): () => bigint {
  const main = new Twister([seed >>> 0, Math.floor(seed / 2 ** 32)]);
  const cpu = new Twister([main.word(), main.word()]);
  return () => BigInt(cpu.word()) | (BigInt(cpu.word()) << 32n);
}
