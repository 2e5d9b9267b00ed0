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
    // Ones stand for literals, zeros for matches, low bits first; a zero above them ends the last run.
    u32 flags = input[at++];
    for (u32 left = 8;;) {
      u32 run = (u32)__builtin_ctz(~flags);
      copy8(output + to, input + at);
      to += run;
      at += run;
      left -= run;
      if (left == 0) break;
      u32 low = input[at], high = input[at + 1];
      at += 2;
      u32 position = low | (high & 0xf0) << 4;
      u32 back = (HISTORY - LONGEST + to - position) & (HISTORY - 1);
      if (back == 0) back = HISTORY;
      u8 *q = output + to;
      u32 length = (high & 15) + 3;
      if (back >= 16) {
        copy16(q, q - back);
        copy8(q + 16, q + 16 - back);
      } else
        repeat(q, back, length);
      to += length;
      if (--left == 0) break;
      flags >>= run + 1;
    }
  }
  consumed = at;
  return to;
}
