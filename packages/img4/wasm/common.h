#pragma once
// Freestanding: no C library is linked.
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef short i16;
typedef int i32;
typedef u8 v16 __attribute__((vector_size(16), aligned(1)));

#define EXPORT __attribute__((visibility("default")))

// Sizes that TypeScript has, too: lzfse/limits.ts.
#define WINDOW_SIZE (655360 + 4096)
#define PAYLOAD_SIZE 131072

// Errors, negative to tell them from positions: lzfse/wasm-block.ts gives them words.
#define LITERALS_SHORT -1
#define TRIPLES_SHORT -2
#define LITERALS_EXCEEDED -3
#define DISTANCE -4
#define TOO_LONG -5

static inline u64 load64(const u8 *p) {
  u64 v;
  __builtin_memcpy(&v, p, 8);
  return v;
}
static inline u32 load32(const u8 *p) {
  u32 v;
  __builtin_memcpy(&v, p, 4);
  return v;
}
static inline void store32(u8 *p, u32 v) { __builtin_memcpy(p, &v, 4); }
static inline void copy8(u8 *to, const u8 *from) {
  u64 v = load64(from);
  __builtin_memcpy(to, &v, 8);
}
static inline void copy16(u8 *to, const u8 *from) { *(v16 *)to = *(const v16 *)from; }

// Byte k of row d is k % d: turns the first d bytes of a vector into as many repeats of them as fit.
#define ROW(d) \
  { 0, 1 % d, 2 % d, 3 % d, 4 % d, 5 % d, 6 % d, 7 % d, 8 % d, 9 % d, 10 % d, 11 % d, 12 % d, 13 % d, 14 % d, 15 % d }
static const v16 REPEAT[16] = {ROW(1),  ROW(1),  ROW(2),  ROW(3), ROW(4),  ROW(5),  ROW(6),  ROW(7),
                               ROW(8),  ROW(9),  ROW(10), ROW(11), ROW(12), ROW(13), ROW(14), ROW(15)};

// Writes length bytes that repeat those at distance < 16 before them; 16 more may be written.
static inline void repeat(u8 *to, u32 distance, u32 length) {
  v16 pattern = __builtin_wasm_swizzle_i8x16(*(const v16 *)(to - distance), REPEAT[distance]);
  // Whole repeats that fit a vector, so that the next store goes on in step.
  u32 step = distance > 8 ? distance : 16 - 16 % distance;
  for (u8 *end = to + length; to < end; to += step) *(v16 *)to = pattern;
}
