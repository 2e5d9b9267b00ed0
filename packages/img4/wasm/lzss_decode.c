// The hot loop of the LZSS decoder; lzss.ts has it in TypeScript, too, and decodes the ends of streams.
#include "common.h"

#define HISTORY 4096
#define OUT 262144
#define LONGEST 18

EXPORT u8 input[65536];
// The window before the output: spaces at first. Sliding it by multiples of 4096 keeps window positions as they are.
EXPORT u8 output[HISTORY + OUT + 32];
// Where reading stopped.
EXPORT u32 consumed;

// Decodes whole groups of eight while 17 bytes are left to read and room for eight longest matches is left before end.
EXPORT u32 groups(u32 size, u32 to, u32 end) {
  u32 at = 0;
  while (at + 17 <= size && to + 8 * LONGEST <= end) {
    u32 flags = input[at++];
    if (flags == 255) {
      copy8(output + to, input + at);
      at += 8;
      to += 8;
      continue;
    }
    for (u32 i = 0; i < 8; i++, flags >>= 1) {
      if (flags & 1) {
        output[to++] = input[at++];
        continue;
      }
      u32 low = input[at], high = input[at + 1];
      at += 2;
      u32 position = low | (high & 0xf0) << 4;
      u32 length = (high & 15) + 3;
      u32 back = (HISTORY - LONGEST + to - position) & (HISTORY - 1);
      if (back == 0) back = HISTORY;
      u8 *q = output + to;
      const u8 *p = q - back;
      to += length;
      if (back >= 16) {
        copy16(q, p);
        if (length > 16) copy8(q + 16, p + 16);
      } else if (back >= 8) {
        copy8(q, p);
        copy8(q + 8, p + 8);
        if (length > 16) copy8(q + 16, p + 16);
      } else
        for (u32 k = 0; k < length; k++) q[k] = p[k];
    }
  }
  consumed = at;
  return to;
}
