/* Loops that the compiler turns into vector code, over integers and floats of every size. */
#include <complex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { N = 777 };
static uint64_t seed = 88172645463325252;
static uint64_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}
static uint64_t hash(const void *p, size_t n) {
  uint64_t h = 0xcbf29ce484222325;
  for (size_t i = 0; i < n; i++) h = (h ^ ((const uint8_t *)p)[i]) * 0x100000001b3;
  return h;
}
#define PRINT(name, array) printf("%s %016llx\n", name, (unsigned long long)hash(array, sizeof array))

#define INTEGERS(name, type, wide) \
  static void name(void) { \
    static type a[N], b[N], c[N]; \
    static wide w[N]; \
    wide total = 0; \
    type least = ~(type)0, most = 0; \
    for (int i = 0; i < N; i++) a[i] = (type)next(), b[i] = (type)next(); \
    for (int i = 0; i < N; i++) c[i] = a[i] + 3 * b[i]; \
    PRINT(#name " add", c); \
    for (int i = 0; i < N; i++) c[i] = a[i] > b[i] ? a[i] - b[i] : b[i] ^ (a[i] >> 3); \
    PRINT(#name " select", c); \
    for (int i = 0; i < N; i++) w[i] = (wide)a[i] * b[i]; \
    PRINT(#name " widen", w); \
    for (int i = 0; i < N; i++) c[i] = (type)(w[i] >> 5); \
    PRINT(#name " narrow", c); \
    for (int i = 0; i < N; i++) { \
      total += a[i]; \
      if (b[i] < least) least = b[i]; \
      if (b[i] > most) most = b[i]; \
    } \
    printf(#name " reduce %llu %llu %llu\n", (unsigned long long)total, (unsigned long long)least, \
           (unsigned long long)most); \
    for (int i = 0; i < N / 3; i++) c[3 * i] = a[3 * i + 2], c[3 * i + 1] = a[3 * i], c[3 * i + 2] = a[3 * i + 1]; \
    PRINT(#name " shuffle", c); \
    for (int i = 0; i < N; i++) c[i] = b[i] ? a[i] / b[i] + a[i] % b[i] : 0; \
    PRINT(#name " divide", c); \
  }
INTEGERS(u8, uint8_t, uint16_t)
INTEGERS(s8, int8_t, int16_t)
INTEGERS(u16, uint16_t, uint32_t)
INTEGERS(s16, int16_t, int32_t)
INTEGERS(u32, uint32_t, uint64_t)
INTEGERS(s32, int32_t, int64_t)
INTEGERS(u64, uint64_t, unsigned __int128)
INTEGERS(s64, int64_t, __int128)

#define FLOATS(name, type) \
  static void name(void) { \
    static type a[N], b[N], c[N]; \
    static int32_t n[N]; \
    for (int i = 0; i < N; i++) \
      a[i] = (type)((int64_t)next() >> 50) / 64, b[i] = (type)((int64_t)(next() | 1) >> 50) / 32 + (type)0.01; \
    for (int i = 0; i < N; i++) c[i] = a[i] * b[i] + a[i] / b[i]; \
    PRINT(#name " arithmetic", c); \
    for (int i = 0; i < N; i++) c[i] = a[i] < b[i] ? -a[i] : b[i]; \
    PRINT(#name " select", c); \
    for (int i = 0; i < N; i++) n[i] = (int32_t)(a[i] * 3); \
    PRINT(#name " to integers", n); \
    for (int i = 0; i < N; i++) c[i] = (type)n[i] + (type)(float)b[i]; \
    PRINT(#name " from integers", c); \
    type total = 0; \
    for (int i = 0; i < N; i++) total += a[i] * b[i]; \
    printf(#name " dot %a\n", (double)total); \
  }
FLOATS(half, __fp16)
FLOATS(single, float)
FLOATS(twice, double)
FLOATS(quad, long double)

int main(void) {
  u8(), s8(), u16(), s16(), u32(), s32(), u64(), s64();
  half(), single(), twice(), quad();
  static float complex x[N], y[N];
  for (int i = 0; i < N; i++)
    x[i] = (float)((int64_t)next() >> 52) + I * (float)((int64_t)next() >> 52), y[i] = 1 / (x[i] + 1.5f);
  for (int i = 0; i < N; i++) x[i] += x[i] * y[i] - conjf(y[i]);
  PRINT("complex", x);
  return 0;
}
