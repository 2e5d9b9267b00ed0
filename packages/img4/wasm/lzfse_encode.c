// The match finder of the LZFSE encoder; TypeScript entropy-codes the blocks it fills (lzfse/encode-block.ts) and holds
// the same finder for places without WebAssembly (lzfse/match-finder.ts).
#include "common.h"

#define HASH_BITS 14
#define MAX_L 315
#define MAX_M 2359
#define MAX_D 262139
#define GOOD_MATCH 40
#define MAX_BACKLOG (8 * MAX_L)
#define MAX_MATCH (100 * MAX_M)
#define MARGIN 8
#define NOWHERE (-4 * MAX_D)
#define HISTORY 262144
#define MATCHES_PER_BLOCK 10000
#define LITERALS_PER_BLOCK 40000

EXPORT u8 window[HISTORY + 524288 + MAX_MATCH];
// Triples and literals of the block in the making.
EXPORT i32 l_values[MATCHES_PER_BLOCK], m_values[MATCHES_PER_BLOCK], d_values[MATCHES_PER_BLOCK];
EXPORT u8 literals[LITERALS_PER_BLOCK + 16];
EXPORT u32 block_matches, block_literals, block_raw;
// First byte that no triple stands for yet.
EXPORT i32 literal;

static i32 positions[1 << HASH_BITS][4];
static u32 values[1 << HASH_BITS][4];
static i32 here, pending_at, pending_from, pending_length;

// Writes the block out and empties it.
__attribute__((import_module("env"), import_name("flush"))) void flush(void);

EXPORT void reset(void) {
  for (u32 i = 0; i < 1 << HASH_BITS; i++)
    for (u32 k = 0; k < 4; k++) positions[i][k] = NOWHERE, values[i][k] = 0;
  here = literal = pending_length = 0;
  block_matches = block_literals = block_raw = 0;
}

static void triple(u32 L, u32 M, u32 D) {
  if (block_matches + 9 > MATCHES_PER_BLOCK || block_literals + L + 16 > LITERALS_PER_BLOCK) flush();
  u32 n = block_matches++;
  l_values[n] = (i32)L;
  m_values[n] = (i32)M;
  d_values[n] = (i32)D;
  const u8 *from = window + literal;
  u8 *to = literals + block_literals;
  if ((u32)literal + L + 16 <= sizeof window)
    for (u32 i = 0; i < L; i += 16) copy16(to + i, from + i);
  else
    for (u32 i = 0; i < L; i++) to[i] = from[i];
  block_literals += L;
  block_raw += L + M;
  literal += (i32)(L + M);
}

static void emit(i32 begin, i32 match, i32 distance) {
  i32 L = begin - literal;
  for (; L > MAX_L; L -= MAX_L) triple(MAX_L, 0, 1);
  for (; match > MAX_M; match -= MAX_M) {
    triple((u32)L, MAX_M, (u32)distance);
    L = 0;
  }
  if (L > 0 || match > 0) triple((u32)L, (u32)match, (u32)distance);
}

static void emit_pending(void) {
  emit(pending_at, pending_length, pending_at - pending_from);
  pending_length = 0;
}

static inline i32 match_length(i32 a, i32 b, i32 most) {
  i32 length = 4;
  while (length < most) {
    u64 difference = load64(window + a + length) ^ load64(window + b + length);
    if (difference) return length + (__builtin_ctzll(difference) >> 3);
    length += 8;
  }
  return length;
}

// Looks for matches at every position before end - MARGIN.
EXPORT void run(i32 end) {
  i32 stop = end - MARGIN, pos = here;
  for (; pos < stop; pos++) {
    u32 word = load32(window + pos);
    u32 slot = (word * 2654435761u) >> (32 - HASH_BITS);
    i32 *p = positions[slot];
    u32 *v = values[slot];
    i32 p0 = p[0], p1 = p[1], p2 = p[2], p3 = p[3];
    u32 v0 = v[0], v1 = v[1], v2 = v[2], v3 = v[3];
    p[0] = pos, p[1] = p0, p[2] = p1, p[3] = p2;
    v[0] = word, v[1] = v0, v[2] = v1, v[3] = v2;
    if (pos < literal) continue;

    i32 nearest = pos - MAX_D, most = stop - pos, length = 0, from = 0, n;
    if (v0 == word && p0 >= nearest) length = match_length(p0, pos, most), from = p0;
    if (v1 == word && p1 >= nearest && (n = match_length(p1, pos, most)) > length) length = n, from = p1;
    if (v2 == word && p2 >= nearest && (n = match_length(p2, pos, most)) > length) length = n, from = p2;
    if (v3 == word && p3 >= nearest && (n = match_length(p3, pos, most)) > length) length = n, from = p3;
    if (length == 0) {
      if (pos - literal > MAX_BACKLOG) {
        if (pending_length > 0)
          emit_pending();
        else
          emit(literal + MAX_L, 0, 1);
      }
      continue;
    }
    if (length > MAX_MATCH) length = MAX_MATCH;
    i32 begin = pos;
    while (begin > literal && from > 0 && window[from - 1] == window[begin - 1]) begin--, from--;
    length += pos - begin;
    if (length >= GOOD_MATCH) {
      emit(begin, length, begin - from);
      pending_length = 0;
    } else if (pending_length == 0 || pending_at + pending_length <= begin) {
      if (pending_length > 0) emit_pending();
      pending_at = begin;
      pending_from = from;
      pending_length = length;
    } else if (length > pending_length) {
      emit(begin, length, begin - from);
      pending_length = 0;
    } else
      emit_pending();
  }
  if (pos > here) here = pos;
}

// Everything before end is final: writes what is pending and the last block.
EXPORT void finish(i32 end) {
  if (pending_length > 0) emit_pending();
  emit(end, 0, 1);
  flush();
}

// Makes room: positions count from so many bytes later from now on, and the window moves. Returns the count.
EXPORT i32 slide(i32 size) {
  i32 delta = (here < literal ? here : literal) - HISTORY;
  if (delta <= 0) return 0;
  here -= delta;
  literal -= delta;
  pending_at -= delta;
  pending_from -= delta;
  for (u32 i = 0; i < 1 << HASH_BITS; i++)
    for (u32 k = 0; k < 4; k++) {
      i32 p = positions[i][k] - delta;
      positions[i][k] = p < 0 ? NOWHERE : p;
    }
  __builtin_memmove(window, window + delta, (u32)(size - delta));
  return delta;
}
