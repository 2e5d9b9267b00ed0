// Memory kernels: a pointer chase over 1 MiB, and copy plus strlen.
#include "kernels.h"

#define LINKS (1 << 17)
static uint64_t links[LINKS]; // 1 MiB
uint64_t chase_kernel(uint64_t rounds) {
  uint64_t seed = 521288629;
  for (size_t i = 0; i < LINKS; i++) links[i] = i;
  for (size_t i = LINKS - 1; i > 0; i--) { // Sattolo: one cycle
    size_t j = next_random(&seed) % i;
    uint64_t t = links[i];
    links[i] = links[j];
    links[j] = t;
  }
  uint64_t at = 0;
  while (rounds--)
    for (size_t i = 0; i < LINKS - 1; i++) at = links[at];
  return at;
}

static char from[65536], to[65536];
__attribute__((noinline, optimize("no-tree-loop-distribute-patterns"))) static void copy(char *d, const char *s, size_t n) {
  for (size_t i = 0; i < n / 8; i++) ((uint64_t *)d)[i] = ((const uint64_t *)s)[i];
}
__attribute__((noinline, optimize("no-tree-loop-distribute-patterns"))) static size_t length(const char *s) {
  const char *e = s;
  while (*e) e++;
  return (size_t)(e - s);
}
uint64_t memory_kernel(uint64_t rounds) {
  uint64_t sum = 0;
  for (size_t i = 0; i < sizeof from; i++) from[i] = (char)('a' + i % 26);
  from[sizeof from - 1] = 0;
  while (rounds--) {
    from[rounds % 1000] ^= 1;
    copy(to, from, sizeof to);
    sum = sum * 31 + length(to) + (uint64_t)to[rounds % 999];
  }
  return sum;
}
