#include "launchd.h"

u64 length_of(const char *s) {
  const volatile char *end = s;
  while (*end) end++;
  return (u64)((const char *)end - s);
}

void print(const char *s) { call(WRITE, 1, (long)s, (long)length_of(s)); }

void print_number(u64 value) {
  char digits[24];
  char *at = digits + sizeof digits;
  *--at = 0;
  do *--at = (char)('0' + value % 10);
  while (value /= 10);
  print(at);
}

void print_hex(u64 value, int digits) {
  char text[17];
  text[digits] = 0;
  for (; digits; value >>= 4) text[--digits] = "0123456789abcdef"[value & 15];
  print(text);
}

int equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

// A decimal number at the begin of a text.
u64 number_of(const char *text) {
  u64 value = 0;
  while (*text >= '0' && *text <= '9') value = value * 10 + (u64)(*text++ - '0');
  return value;
}

void *memset(void *to, int value, u64 size) {
  volatile u8 *p = to;
  while (size--) *p++ = (u8)value;
  return to;
}

u64 counter(void) {
  u64 value;
  __asm__ volatile("isb\n mrs %0, CNTVCT_EL0" : "=r"(value));
  return value;
}

u64 counter_frequency(void) {
  u64 value;
  __asm__ volatile("mrs %0, CNTFRQ_EL0" : "=r"(value));
  return value;
}

// Prints a file; whether that worked.
int cat(const char *path) {
  char buffer[256];
  long file = call(OPEN, (long)path, 0, 0), n;
  if (file < 0) return 0;
  while ((n = call(READ, file, (long)buffer, sizeof buffer)) > 0) call(WRITE, 1, (long)buffer, n);
  call(CLOSE, file, 0, 0);
  return n == 0;
}
