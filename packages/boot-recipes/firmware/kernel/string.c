// Strings, memory and the command line.
#include "kernel.h"

void *memset(void *to, int value, size_t length) {
  u8 *p = to;
  u64 wide = (u8)value * 0x0101010101010101ul;
  for (; length && ((u64)p & 7); length--) *p++ = (u8)value;
  for (; length >= 8; length -= 8, p += 8) *(volatile u64 *)p = wide;
  while (length--) *(volatile u8 *)p++ = (u8)value;
  return to;
}

void *memcpy(void *to, const void *from, size_t length) {
  u8 *p = to;
  const u8 *q = from;
  if ((((u64)p | (u64)q) & 7) == 0)
    for (; length >= 8; length -= 8, p += 8, q += 8) *(volatile u64 *)p = *(const u64 *)q;
  while (length--) *(volatile u8 *)p++ = *q++;
  return to;
}

int memcmp(const void *a, const void *b, size_t length) {
  const volatile u8 *p = a, *q = b;
  for (; length; length--, p++, q++)
    if (*p != *q) return *p - *q;
  return 0;
}

size_t strlen(const char *s) {
  const volatile char *end = s;
  while (*end) end++;
  return (size_t)((const char *)end - s);
}

bool streq(const char *a, const char *b) {
  for (; *a && *a == *b; a++, b++) {}
  return *a == *b;
}

// Where the value of the word `name=value` begins, or NULL.
const char *command_line_value(const char *line, const char *name) {
  size_t n = strlen(name);
  while (*line) {
    while (*line == ' ') line++;
    if (memcmp(line, name, n) == 0 && line[n] == '=') return line + n + 1;
    while (*line && *line != ' ') line++;
  }
  return NULL;
}

bool command_line_has(const char *line, const char *word) {
  size_t n = strlen(word);
  while (*line) {
    while (*line == ' ') line++;
    size_t length = 0;
    while (line[length] && line[length] != ' ') length++;
    if (length == n && memcmp(line, word, n) == 0) return true;
    line += length;
  }
  return false;
}
