/** Block magics of an LZFSE stream, as little-endian 32-bit integers. */
export const MAGIC = {
  /** `bvx$`: end of stream. */
  END: 0x24787662,
  /** `bvx-`: stored bytes. */
  RAW: 0x2d787662,
  /** `bvx1`: LZFSE with uncompressed frequency tables. */
  V1: 0x31787662,
  /** `bvx2`: LZFSE with compressed frequency tables. */
  V2: 0x32787662,
  /** `bvxn`: LZVN. */
  LZVN: 0x6e787662,
} as const;

/** Symbols and states of the four FSE alphabets: literal length, match length, distance, literal. */
export const L = { symbols: 20, states: 64 } as const;
export const M = { symbols: 20, states: 64 } as const;
export const D = { symbols: 64, states: 256 } as const;
export const LITERAL = { symbols: 256, states: 1024 } as const;

export const MATCHES_PER_BLOCK = 10_000;
export const LITERALS_PER_BLOCK = 40_000;

/** Bytes of a `bvx1` header, its two bytes of padding included. */
export const V1_HEADER = 772;
/** Bytes of a `bvx2` header before its frequency tables. */
export const V2_HEADER = 32;

function ranges(extraBits: number[]): { bits: Uint8Array; base: Int32Array; max: number } {
  const base = new Int32Array(extraBits.length);
  let next = 0;
  extraBits.forEach((bits, symbol) => {
    base[symbol] = next;
    next += 1 << bits;
  });
  return { bits: Uint8Array.from(extraBits), base, max: next - 1 };
}

const zeros = new Array<number>(16).fill(0);
/** Extra bits and first value of each symbol: symbol `s` stands for `base[s]` to `base[s] + 2^bits[s] - 1`. */
export const L_VALUES = ranges([...zeros, 2, 3, 5, 8]);
export const M_VALUES = ranges([...zeros, 3, 5, 8, 11]);
export const D_VALUES = ranges(Array.from({ length: 64 }, (_, symbol) => symbol >> 2));
