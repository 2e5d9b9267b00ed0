// Floating-point kernels: an n-body step in doubles, and single-precision NEON.
#include <arm_neon.h>

#include "kernels.h"

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} body;
uint64_t nbody_kernel(uint64_t rounds) {
  body bodies[5];
  for (int i = 0; i < 5; i++) bodies[i] = (body){i + 0.5, 2.0 - i * 0.75, i * 0.25, 0.01 * i, 0.02, -0.01 * i, 1.0 + i * 0.1};
  for (uint64_t step = 0; step < rounds * 1000; step++) {
    for (int i = 0; i < 5; i++)
      for (int j = i + 1; j < 5; j++) {
        double dx = bodies[i].x - bodies[j].x, dy = bodies[i].y - bodies[j].y, dz = bodies[i].z - bodies[j].z;
        double d2 = dx * dx + dy * dy + dz * dz + 0.01, magnitude = 0.001 / (d2 * __builtin_sqrt(d2));
        bodies[i].vx -= dx * bodies[j].mass * magnitude;
        bodies[i].vy -= dy * bodies[j].mass * magnitude;
        bodies[i].vz -= dz * bodies[j].mass * magnitude;
        bodies[j].vx += dx * bodies[i].mass * magnitude;
        bodies[j].vy += dy * bodies[i].mass * magnitude;
        bodies[j].vz += dz * bodies[i].mass * magnitude;
      }
    for (int i = 0; i < 5; i++) bodies[i].x += 0.001 * bodies[i].vx, bodies[i].y += 0.001 * bodies[i].vy, bodies[i].z += 0.001 * bodies[i].vz;
  }
  union {
    double d;
    uint64_t u;
  } out = {bodies[0].x + bodies[1].y + bodies[2].z + bodies[3].vx + bodies[4].vy};
  return out.u;
}

static float p[4096], q[4096];
uint64_t neon_kernel(uint64_t rounds) {
  for (int i = 0; i < 4096; i++) p[i] = 1.0f + (float)(i % 17) * 0.125f, q[i] = 0.5f + (float)(i % 13) * 0.0625f;
  float32x4_t sum = vdupq_n_f32(0);
  while (rounds--)
    for (int i = 0; i < 4096; i += 8) {
      float32x4_t x = vld1q_f32(p + i), y = vld1q_f32(q + i), u = vld1q_f32(p + i + 4), v = vld1q_f32(q + i + 4);
      float32x4_t s = vaddq_f32(vmulq_f32(x, y), vmulq_f32(u, v));
      uint32x4_t larger = vcgtq_f32(x, u);
      s = vbslq_f32(larger, s, vsubq_f32(s, y));
      sum = vaddq_f32(vmulq_f32(sum, vdupq_n_f32(0.5f)), s);
      vst1q_f32(p + i, vmaxq_f32(vminq_f32(vaddq_f32(x, vdupq_n_f32(0.0625f)), vdupq_n_f32(9)), vdupq_n_f32(1)));
    }
  uint32x4_t bits = vreinterpretq_u32_f32(sum);
  return ((uint64_t)vgetq_lane_u32(bits, 0) << 32 | vgetq_lane_u32(bits, 1)) ^ ((uint64_t)vgetq_lane_u32(bits, 2) << 16 | vgetq_lane_u32(bits, 3));
}
