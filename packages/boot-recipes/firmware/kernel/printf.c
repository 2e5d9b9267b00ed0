// Formatted output to the console, or to a buffer.
#include "kernel.h"

static char *sink, *sink_end;

void put_char(char c) {
  if (sink_end) {
    if (sink < sink_end) *sink++ = c;
    return;
  }
  if (c == '\n') uart_put('\r');
  uart_put((u8)c);
}

static void put_padded(const char *s, size_t length, int width, bool left, char fill) {
  int pad = width - (int)length;
  if (!left)
    for (; pad > 0; pad--) put_char(fill);
  for (size_t i = 0; i < length; i++) put_char(s[i]);
  for (; pad > 0; pad--) put_char(' ');
}

static void put_number(u64 value, u32 base, bool negative, int width, bool left, char fill) {
  char digits[24];
  u32 at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  if (negative) digits[--at] = '-';
  put_padded(digits + at, sizeof digits - at, width, left, fill);
}

void vprintf(const char *f, __builtin_va_list arguments) {
  for (; *f; f++) {
    if (*f != '%') {
      put_char(*f);
      continue;
    }
    bool left = false, wide = false;
    char fill = ' ';
    int width = 0;
    for (f++; *f == '-' || *f == '0'; f++) {
      if (*f == '-') left = true;
      else fill = '0';
    }
    for (; *f >= '0' && *f <= '9'; f++) width = width * 10 + (*f - '0');
    for (; *f == 'l'; f++) wide = true;
    switch (*f) {
    case 's': {
      const char *s = __builtin_va_arg(arguments, const char *);
      if (!s) s = "(null)";
      put_padded(s, strlen(s), width, left, ' ');
      break;
    }
    case 'c': put_char((char)__builtin_va_arg(arguments, int)); break;
    case 'd': {
      s64 v = wide ? __builtin_va_arg(arguments, s64) : __builtin_va_arg(arguments, int);
      put_number(v < 0 ? -(u64)v : (u64)v, 10, v < 0, width, left, fill);
      break;
    }
    case 'u':
    case 'x': {
      u64 v = wide ? __builtin_va_arg(arguments, u64) : __builtin_va_arg(arguments, u32);
      put_number(v, *f == 'u' ? 10 : 16, false, width, left, fill);
      break;
    }
    case 'p':
      put_char('0');
      put_char('x');
      put_number(__builtin_va_arg(arguments, u64), 16, false, 0, false, ' ');
      break;
    case '%': put_char('%'); break;
    case 0: return;
    default:
      put_char('%');
      put_char(*f);
    }
  }
}

void printf(const char *format, ...) {
  __builtin_va_list arguments;
  __builtin_va_start(arguments, format);
  vprintf(format, arguments);
  __builtin_va_end(arguments);
}

// What `describe` prints, in a buffer; how many bytes.
u64 print_to(char *buffer, u64 size, void (*describe)(void)) {
  sink = buffer;
  sink_end = buffer + size;
  describe();
  u64 length = (u64)(sink - buffer);
  sink_end = NULL;
  return length;
}
