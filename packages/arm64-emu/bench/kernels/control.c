// Control-flow kernels: branches and calls, and SHA-256.
#include "kernels.h"

#define CALL __attribute__((noinline))
CALL static uint64_t twice(uint64_t x) { return x * 2 + 1; }
CALL static uint64_t halve(uint64_t x) { return (x >> 1) ^ 0x9e3779b9; }
CALL static uint64_t mix(uint64_t x, uint64_t k) { return k & 1 ? twice(x) : halve(x); }
CALL static uint64_t fib(uint64_t n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static uint64_t (*volatile const steps[4])(uint64_t) = {twice, halve, fib, twice};
uint64_t branches_kernel(uint64_t rounds) {
  uint64_t seed = 123456789, sum = 0;
  while (rounds--) {
    for (int i = 0; i < 2000; i++) {
      uint64_t r = next_random(&seed);
      switch (r & 7) {
        case 0: sum = twice(sum); break;
        case 1: sum ^= halve(sum + r); break;
        case 2: sum = mix(sum, r >> 8); break;
        case 3: if (r & 0x100) sum += r; else sum -= 3; break;
        case 4: sum += steps[r >> 62](r & 3); break;
        case 5: while (r & 0x70) r -= 0x10, sum++; break;
        default: sum = mix(sum, sum >> 3); break;
      }
    }
    sum += fib(12);
  }
  return sum;
}

static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }
uint64_t sha256_kernel(uint64_t rounds) {
  uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}, w[64];
  for (uint64_t block = 0; block < rounds * 16; block++) {
    for (int i = 0; i < 16; i++) w[i] = (uint32_t)(block * 16 + (uint64_t)i) * 2654435761u;
    for (int i = 16; i < 64; i++) {
      uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3, s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], z = h[7];
    for (int i = 0; i < 64; i++) {
      uint32_t t1 = z + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i];
      uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      z = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e, h[5] += f, h[6] += g, h[7] += z;
  }
  return (uint64_t)h[0] << 32 | h[7];
}
