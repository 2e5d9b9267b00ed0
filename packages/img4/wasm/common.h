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
