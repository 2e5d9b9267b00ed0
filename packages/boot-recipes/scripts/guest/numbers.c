/* The mathematical library and conversions in every rounding mode, with the exceptions that are raised. */
#define _GNU_SOURCE
#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t seed = 0x2545f4914f6cdd1d;
static uint64_t next(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return seed;
}
static const double corner[] = {0.0, -0.0, 1, -1, 0.5, -2.5, 3.5, 1e-320, 5e-324, 2.2250738585072014e-308, 1e308, INFINITY,
                                -INFINITY, NAN, 4503599627370497.5, 9007199254740993.0, 2147483647.5, -2147483648.5,
                                9.3e18, 1.9e19, 0.1, 1e-40, 3.5e38, 65520, 6e-8, M_PI};
enum { CORNERS = sizeof corner / sizeof *corner, RANDOM = 60 };
static double value(int i) {
  if (i < CORNERS) return corner[i];
  union { uint64_t u; double d; } x = {next()};
  x.u = (x.u & 0x800fffffffffffff) | (0x3c0 + next() % 128) << 52;
  return x.d;
}
static uint64_t sum;
static void add(double v) {
  union { double d; uint64_t u; } x = {v};
  if (v != v) x.u &= 0x7fffffffffffffff;
  sum = (sum ^ x.u) * 0x100000001b3;
  sum = (sum ^ fetestexcept(FE_ALL_EXCEPT)) * 0x100000001b3;
  feclearexcept(FE_ALL_EXCEPT);
}
static const struct { const char *name; double (*f)(double); } one[] = {
#define F(f) {#f, f}
    F(sqrt), F(cbrt), F(exp), F(exp2), F(expm1), F(log), F(log2), F(log10), F(log1p), F(sin), F(cos), F(tan), F(asin),
    F(acos), F(atan), F(sinh), F(cosh), F(tanh), F(asinh), F(acosh), F(atanh), F(erf), F(erfc), F(tgamma), F(lgamma),
    F(floor), F(ceil), F(trunc), F(rint), F(nearbyint), F(round), F(roundeven), F(fabs), F(logb), F(j0), F(y1)};
static const struct { const char *name; double (*f)(double, double); } two[] = {
    F(pow), F(atan2), F(hypot), F(fmod), F(remainder), F(fmin), F(fmax), F(fdim), F(nextafter), F(copysign)};
static double plus(double a, double b) { return a + b; }
static double times(double a, double b) { return a * b; }
static double over(double a, double b) { return a / b; }
static double plusf(double a, double b) { return (float)a + (float)b; }
static double overf(double a, double b) { return (float)a / (float)b; }
static double halves(double a, double b) {
  __fp16 x = a, y = b;
  return (__fp16)(x * y);
}
static double quads(double a, double b) { return (double)((long double)a * b + (long double)b / 3); }
static double conversions(double a, double b) {
  (void)b;
  add((double)(int32_t)a), add((double)(uint32_t)a), add((double)(int64_t)a), add((double)(uint64_t)a);
  add((double)lrint(a)), add((double)llround(a)), add((float)(int64_t)a), add((float)(uint64_t)a);
  return (float)a;
}
static const struct { const char *name; double (*f)(double, double); } own[] = {
    F(plus), F(times), F(over), F(plusf), F(overf), F(halves), F(quads), F(conversions)};

int main(void) {
  static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  for (int m = 0; m < 4; m++) {
    fesetround(modes[m]);
    for (unsigned k = 0; k < sizeof one / sizeof *one; k++) {
      sum = 0, seed = k + 1;
      for (int i = 0; i < CORNERS + RANDOM; i++) add(one[k].f(value(i)));
      printf("%d %s %016llx\n", m, one[k].name, (unsigned long long)sum);
    }
    for (unsigned k = 0; k < sizeof two / sizeof *two + sizeof own / sizeof *own; k++) {
      unsigned n = sizeof two / sizeof *two;
      double (*f)(double, double) = k < n ? two[k].f : own[k - n].f;
      sum = 0, seed = k + 1;
      for (int i = 0; i < CORNERS; i++)
        for (int j = 0; j < CORNERS + 10; j++) add(f(corner[i], value(j)));
      printf("%d %s %016llx\n", m, k < n ? two[k].name : own[k - n].name, (unsigned long long)sum);
    }
    sum = 0, seed = 7;
    for (int i = 0; i < CORNERS * 4; i++) add(fma(value(i % CORNERS), corner[(i * 7) % CORNERS], corner[(i * 3) % CORNERS]));
    printf("%d fma %016llx\n", m, (unsigned long long)sum);
    char text[400];
    for (int i = 0; i < CORNERS; i++) {
      snprintf(text, sizeof text, "%.17g %.3f %La %g", corner[i], corner[i], (long double)corner[i] / 3, strtod("0.1", 0) * i);
      printf("%s\n", text);
    }
  }
  fesetround(FE_TONEAREST);
  for (int i = 0; i < 20; i++) {
    int64_t a = (int64_t)next() >> (i * 3), b = (int64_t)next() >> (i * 2);
    unsigned __int128 w = (unsigned __int128)(uint64_t)a * (uint64_t)b + (uint64_t)a;
    printf("%lld %lld %llx%016llx %llu\n", (long long)(b ? a / b : 0), (long long)(b ? a % b : 0),
           (unsigned long long)(w >> 64), (unsigned long long)w, (unsigned long long)(b ? w / (uint64_t)b : 0));
  }
  return 0;
}
