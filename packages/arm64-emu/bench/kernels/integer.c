// Integer kernels: heap sort, table-driven CRC-32, matrix product.
#include "kernels.h"

#define SORT 4096
static uint32_t items[SORT];
static void sift(uint32_t *a, size_t root, size_t n) {
  for (size_t child; (child = 2 * root + 1) < n; root = child) {
    if (child + 1 < n && a[child] < a[child + 1]) child++;
    if (a[root] >= a[child]) return;
    uint32_t t = a[root];
    a[root] = a[child];
    a[child] = t;
  }
}
uint64_t heapsort_kernel(uint64_t rounds) {
  uint64_t seed = 88172645463325252u, sum = 0;
  while (rounds--) {
    for (size_t i = 0; i < SORT; i++) items[i] = (uint32_t)next_random(&seed);
    for (size_t i = SORT / 2; i-- > 0;) sift(items, i, SORT);
    for (size_t n = SORT; n-- > 1;) {
      uint32_t t = items[0];
      items[0] = items[n];
      items[n] = t;
      sift(items, 0, n);
    }
    for (size_t i = 0; i < SORT; i += 97) sum = sum * 31 + items[i];
  }
  return sum;
}

static uint32_t table[256];
static uint8_t text[16384];
uint64_t crc32_kernel(uint64_t rounds) {
  uint64_t seed = 2463534242u;
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  for (size_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)next_random(&seed);
  uint32_t c = 0;
  while (rounds--) {
    c = ~c;
    for (size_t i = 0; i < sizeof text; i++) c = table[(c ^ text[i]) & 255] ^ (c >> 8);
    c = ~c;
  }
  return c;
}

#define N 64
static int32_t a[N][N], b[N][N], c[N][N];
__attribute__((optimize("no-tree-vectorize"))) uint64_t matrix_kernel(uint64_t rounds) {
  uint64_t seed = 362436069, sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) a[i][j] = (int32_t)next_random(&seed) & 0xffff, b[i][j] = (int32_t)next_random(&seed) & 0xffff;
  while (rounds--) {
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        int32_t s = 0;
        for (int k = 0; k < N; k++) s += a[i][k] * b[k][j];
        c[i][j] = s;
      }
    sum = sum * 31 + (uint32_t)c[rounds % N][(rounds * 7) % N];
    a[rounds % N][rounds % 7] ^= 1;
  }
  return sum;
}
