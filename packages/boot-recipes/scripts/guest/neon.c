/* Advanced SIMD intrinsics over many operands; a checksum of each one's results. */
#include <arm_neon.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t seed = 0x9e3779b97f4a7c15;
static uint64_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}
static uint64_t sum;
static void add(const void *p, size_t n) {
  for (size_t i = 0; i < n; i++) sum = (sum ^ ((const uint8_t *)p)[i]) * 0x100000001b3;
}

enum { N = 200 };
static union vector {
  uint8_t bytes[16];
  uint64_t words[2];
  float singles[4];
  double doubles[2];
  uint16_t halves[8];
} in[N + 4];

static void fill(int kind) {
  for (int i = 0; i < N + 4; i++) {
    in[i].words[0] = next();
    in[i].words[1] = next();
    if (kind == 1)
      for (int k = 0; k < 4; k++) in[i].singles[k] = (float)((int64_t)next() >> 40) / (1 << (next() & 15));
    if (kind == 2)
      for (int k = 0; k < 2; k++) in[i].doubles[k] = (double)((int64_t)next() >> 20) / (1 << (next() & 15));
    if (kind == 3)
      for (int k = 0; k < 8; k++) in[i].halves[k] = (uint16_t)((next() & 0x8fff) + 0x2000);
  }
}
#define LOAD(type, i) (*(const type *)&in[i])
#define EACH(name, expression, result) \
  do { \
    sum = 0xcbf29ce484222325; \
    for (int i = 0; i < N; i++) { \
      result r = expression; \
      add(&r, sizeof r); \
    } \
    printf("%s %016llx\n", name, (unsigned long long)sum); \
  } while (0)
#define TWO(f, type) EACH(#f, f(LOAD(type, i), LOAD(type, i + 1)), type)
#define TWO_TO(f, type, result) EACH(#f, f(LOAD(type, i), LOAD(type, i + 1)), result)
#define ONE(f, type) EACH(#f, f(LOAD(type, i)), type)
#define ONE_TO(f, type, result) EACH(#f, f(LOAD(type, i)), result)
#define THREE(f, type, with) EACH(#f, f(LOAD(type, i), LOAD(with, i + 1), LOAD(with, i + 2)), type)
#define INTEGERS(f) \
  TWO(f##q_s8, int8x16_t); \
  TWO(f##q_u8, uint8x16_t); \
  TWO(f##q_s16, int16x8_t); \
  TWO(f##q_u16, uint16x8_t); \
  TWO(f##q_s32, int32x4_t); \
  TWO(f##q_u32, uint32x4_t)
#define LONG(f) \
  TWO_TO(f##_s8, int8x8_t, int16x8_t); \
  TWO_TO(f##_u8, uint8x8_t, uint16x8_t); \
  TWO_TO(f##_s16, int16x4_t, int32x4_t); \
  TWO_TO(f##_u16, uint16x4_t, uint32x4_t); \
  TWO_TO(f##_s32, int32x2_t, int64x2_t); \
  TWO_TO(f##_u32, uint32x2_t, uint64x2_t)

static void integers(void) {
  fill(0);
  INTEGERS(vadd);
  INTEGERS(vsub);
  INTEGERS(vmul);
  INTEGERS(vqadd);
  INTEGERS(vqsub);
  INTEGERS(vhadd);
  INTEGERS(vrhadd);
  INTEGERS(vhsub);
  INTEGERS(vabd);
  INTEGERS(vmax);
  INTEGERS(vmin);
  INTEGERS(vpadd);
  INTEGERS(vpmax);
  INTEGERS(vzip1);
  INTEGERS(vuzp2);
  INTEGERS(vtrn1);
  LONG(vaddl);
  LONG(vsubl);
  LONG(vmull);
  LONG(vabdl);
  TWO(vqdmulhq_s16, int16x8_t);
  TWO(vqrdmulhq_s32, int32x4_t);
  THREE(vqrdmlahq_s16, int16x8_t, int16x8_t);
  THREE(vqrdmlshq_s32, int32x4_t, int32x4_t);
  THREE(vdotq_s32, int32x4_t, int8x16_t);
  THREE(vdotq_u32, uint32x4_t, uint8x16_t);
  THREE(vmlal_s16, int32x4_t, int16x4_t);
  THREE(vqdmlal_s32, int64x2_t, int32x2_t);
  EACH("vshlq_s8", vshlq_s8(LOAD(int8x16_t, i), LOAD(int8x16_t, i + 1)), int8x16_t);
  EACH("vrshlq_s64", vrshlq_s64(LOAD(int64x2_t, i), vandq_s64(LOAD(int64x2_t, i + 1), vdupq_n_s64(127))), int64x2_t);
  EACH("vqshlq_u16", vqshlq_u16(LOAD(uint16x8_t, i), vshrq_n_s16(LOAD(int16x8_t, i + 1), 11)), uint16x8_t);
  EACH("vqrshlq_s32", vqrshlq_s32(LOAD(int32x4_t, i), vshrq_n_s32(LOAD(int32x4_t, i + 1), 26)), int32x4_t);
  EACH("vsriq_n_u32", vsriq_n_u32(LOAD(uint32x4_t, i), LOAD(uint32x4_t, i + 1), 7), uint32x4_t);
  EACH("vsliq_n_u64", vsliq_n_u64(LOAD(uint64x2_t, i), LOAD(uint64x2_t, i + 1), 33), uint64x2_t);
  EACH("vqrshrun_n_s16", vqrshrun_n_s16(LOAD(int16x8_t, i), 3), uint8x8_t);
  EACH("vqshrn_n_s64", vqshrn_n_s64(LOAD(int64x2_t, i), 19), int32x2_t);
  EACH("vshll_n_u8", vshll_n_u8(LOAD(uint8x8_t, i), 5), uint16x8_t);
  EACH("vrsraq_n_s16", vrsraq_n_s16(LOAD(int16x8_t, i), LOAD(int16x8_t, i + 1), 6), int16x8_t);
  ONE(vqabsq_s32, int32x4_t);
  ONE(vqnegq_s8, int8x16_t);
  ONE(vclsq_s16, int16x8_t);
  ONE(vclzq_u32, uint32x4_t);
  ONE(vcntq_u8, uint8x16_t);
  ONE(vrbitq_u8, uint8x16_t);
  ONE(vrev32q_u16, uint16x8_t);
  ONE_TO(vqmovun_s32, int32x4_t, uint16x4_t);
  ONE_TO(vpaddlq_u8, uint8x16_t, uint16x8_t);
  ONE_TO(vaddlvq_s16, int16x8_t, int32_t);
  ONE_TO(vmaxvq_u8, uint8x16_t, uint8_t);
  ONE_TO(vminvq_s16, int16x8_t, int16_t);
  TWO_TO(vcgtq_s8, int8x16_t, uint8x16_t);
  TWO_TO(vtstq_u64, uint64x2_t, uint64x2_t);
  TWO(vqtbl1q_u8, uint8x16_t);
  EACH("vqtbl4q_u8",
       vqtbl4q_u8((uint8x16x4_t){{LOAD(uint8x16_t, i), LOAD(uint8x16_t, i + 1), LOAD(uint8x16_t, i + 2),
                                  LOAD(uint8x16_t, i + 3)}},
                  vandq_u8(LOAD(uint8x16_t, i + 4), vdupq_n_u8(79))),
       uint8x16_t);
  EACH("vextq_u8", vextq_u8(LOAD(uint8x16_t, i), LOAD(uint8x16_t, i + 1), 5), uint8x16_t);
  TWO_TO(vmull_p8, poly8x8_t, poly16x8_t);
  EACH("vmull_p64", vmull_p64(in[i].words[0], in[i].words[1]), poly128_t);
  EACH("vld3q_u16", vld3q_u16((const uint16_t *)&in[i]), uint16x8x3_t);
  EACH("vld4_lane_u8", vld4_lane_u8(in[i].bytes, *(const uint8x8x4_t *)&in[i + 1], 6), uint8x8x4_t);
}

static void floats(void) {
  fill(1);
  TWO(vaddq_f32, float32x4_t);
  TWO(vmulq_f32, float32x4_t);
  TWO(vdivq_f32, float32x4_t);
  TWO(vmaxnmq_f32, float32x4_t);
  TWO(vabdq_f32, float32x4_t);
  TWO(vrecpsq_f32, float32x4_t);
  TWO(vpaddq_f32, float32x4_t);
  THREE(vfmaq_f32, float32x4_t, float32x4_t);
  ONE(vsqrtq_f32, float32x4_t);
  ONE(vrecpeq_f32, float32x4_t);
  ONE(vrsqrteq_f32, float32x4_t);
  ONE(vrndaq_f32, float32x4_t);
  ONE_TO(vcvtq_s32_f32, float32x4_t, int32x4_t);
  ONE_TO(vcvtnq_u32_f32, float32x4_t, uint32x4_t);
  ONE_TO(vcvt_f16_f32, float32x4_t, float16x4_t);
  EACH("vcvtq_n_u32_f32", vcvtq_n_u32_f32(LOAD(float32x4_t, i), 5), uint32x4_t);
  TWO_TO(vcageq_f32, float32x4_t, uint32x4_t);
  fill(2);
  TWO(vsubq_f64, float64x2_t);
  TWO(vdivq_f64, float64x2_t);
  TWO(vmulxq_f64, float64x2_t);
  THREE(vfmsq_f64, float64x2_t, float64x2_t);
  ONE(vsqrtq_f64, float64x2_t);
  ONE(vrndiq_f64, float64x2_t);
  ONE_TO(vcvt_f32_f64, float64x2_t, float32x2_t);
  ONE_TO(vcvtx_f32_f64, float64x2_t, float32x2_t);
  ONE_TO(vcvtmq_s64_f64, float64x2_t, int64x2_t);
  fill(3);
  TWO(vaddq_f16, float16x8_t);
  TWO(vdivq_f16, float16x8_t);
  THREE(vfmaq_f16, float16x8_t, float16x8_t);
  ONE(vsqrtq_f16, float16x8_t);
  ONE(vrndxq_f16, float16x8_t);
  ONE_TO(vcvtq_s16_f16, float16x8_t, int16x8_t);
  ONE_TO(vcvt_f32_f16, float16x4_t, float32x4_t);
  EACH("vfmlalq_low_f16", vfmlalq_low_f16(LOAD(float32x4_t, i), LOAD(float16x8_t, i + 1), LOAD(float16x8_t, i + 2)), float32x4_t);
}

static void crypto(void) {
  fill(0);
  TWO(vaeseq_u8, uint8x16_t);
  TWO(vaesdq_u8, uint8x16_t);
  ONE(vaesmcq_u8, uint8x16_t);
  ONE(vaesimcq_u8, uint8x16_t);
  EACH("vsha1cq_u32", vsha1cq_u32(LOAD(uint32x4_t, i), (uint32_t)in[i].words[1], LOAD(uint32x4_t, i + 1)), uint32x4_t);
  THREE(vsha1su0q_u32, uint32x4_t, uint32x4_t);
  THREE(vsha256hq_u32, uint32x4_t, uint32x4_t);
  THREE(vsha256h2q_u32, uint32x4_t, uint32x4_t);
  TWO(vsha256su0q_u32, uint32x4_t);
  THREE(vsha512hq_u64, uint64x2_t, uint64x2_t);
  THREE(vsha512su1q_u64, uint64x2_t, uint64x2_t);
  THREE(veor3q_u8, uint8x16_t, uint8x16_t);
  THREE(vbcaxq_u64, uint64x2_t, uint64x2_t);
  TWO(vrax1q_u64, uint64x2_t);
  EACH("vxarq_u64", vxarq_u64(LOAD(uint64x2_t, i), LOAD(uint64x2_t, i + 1), 11), uint64x2_t);
  TWO(vsm4eq_u32, uint32x4_t);
  TWO(vsm4ekeyq_u32, uint32x4_t);
  THREE(vsm3partw1q_u32, uint32x4_t, uint32x4_t);
  EACH("vsm3tt1aq_u32", vsm3tt1aq_u32(LOAD(uint32x4_t, i), LOAD(uint32x4_t, i + 1), LOAD(uint32x4_t, i + 2), 2), uint32x4_t);
}

int main(void) {
  integers();
  floats();
  crypto();
  return 0;
}
