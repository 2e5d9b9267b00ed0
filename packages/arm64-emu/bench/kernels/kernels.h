// One benchmark kernel: does `rounds` rounds of its work and returns a checksum.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef uint64_t kernel_fn(uint64_t rounds);
kernel_fn heapsort_kernel, crc32_kernel, matrix_kernel, chase_kernel, nbody_kernel, neon_kernel, memory_kernel, branches_kernel,
    sha256_kernel, coremark_kernel, dhrystone_kernel;

/** A 64-bit xorshift generator: the same numbers everywhere. */
static inline uint64_t next_random(uint64_t *state) {
  uint64_t x = *state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *state = x;
}
