// Hot loops of the LZFSE decoder: literals, and L, M, D triples. TypeScript reads headers, fills the FSE tables below
// and moves bytes in and out; it holds the same loops for places without WebAssembly (lzfse/block.ts).
#include "common.h"

// History of 256 KiB, room to decode into, and what wide copies may write after the last triple.
EXPORT u8 window[WINDOW_SIZE];
// Literal and L, M, D payload of one block. Reads begin up to 8 bytes before a position and never end after the tail.
EXPORT u8 payload[PAYLOAD_SIZE + 16];
// Bits to read in bits 0-7, symbol in 8-15, delta in 16-31.
EXPORT i32 literal_table[1024];
// Bits to read, extra bits among them, delta; then the value that the extra bits are added to.
EXPORT struct value_state { u8 bits, extra; i16 delta; i32 base; } l_table[64], m_table[64], d_table[256];

static u8 literals[40000 + 64];
static u32 literal_at, literal_count, matches;
static u32 l, m, d, distance;
static i32 bit, lmd;

// FSE streams are read backwards: a bit position counts down, and its value is in the 64 bits at its byte.
static inline u64 bits_at(u32 base, i32 position) {
  return load64(payload + base + (position >> 3)) >> (position & 7);
}

EXPORT i32 begin(u32 base, i32 position, u32 count, u32 s0, u32 s1, u32 s2, u32 s3) {
  for (u32 i = 0; i < count; i += 4) {
    u32 e0 = (u32)literal_table[s0], e1 = (u32)literal_table[s1];
    u32 e2 = (u32)literal_table[s2], e3 = (u32)literal_table[s3];
    u32 k0 = e0 & 255, k1 = e1 & 255, k2 = e2 & 255, k3 = e3 & 255;
    position -= (i32)(k0 + k1 + k2 + k3);
    if (position < 0) return LITERALS_SHORT;
    u64 v = bits_at(base, position);
    s3 = (u32)((i32)e3 >> 16) + ((u32)v & ((1u << k3) - 1));
    v >>= k3;
    s2 = (u32)((i32)e2 >> 16) + ((u32)v & ((1u << k2) - 1));
    v >>= k2;
    s1 = (u32)((i32)e1 >> 16) + ((u32)v & ((1u << k1) - 1));
    v >>= k1;
    s0 = (u32)((i32)e0 >> 16) + ((u32)v & ((1u << k0) - 1));
    store32(literals + i, ((e0 >> 8) & 255) | (e1 & 0xff00) | ((e2 & 0xff00) << 8) | ((e3 & 0xff00) << 16));
  }
  literal_at = 0;
  literal_count = count;
  return 0;
}

EXPORT void begin_triples(u32 base, i32 position, u32 count, u32 l_state, u32 m_state, u32 d_state) {
  lmd = (i32)base;
  bit = position;
  matches = count;
  l = l_state;
  m = m_state;
  d = d_state;
  distance = 0;
}

EXPORT u32 pending(void) { return matches; }

// Decodes triples to window[at...] while at <= fast_end. Returns the new position, or an error.
EXPORT i32 fast(u32 at, i32 fast_end) {
  u32 left = matches, lit = literal_at, lit_end = literal_count, D = distance, ls = l, ms = m, ds = d;
  u32 base = (u32)lmd;
  i32 position = bit, error = 0;
  while (left > 0 && (i32)at <= fast_end) {
    struct value_state el = l_table[ls], em = m_table[ms], ed = d_table[ds];
    position -= el.bits + em.bits + ed.bits;
    if (position < 0) {
      error = TRIPLES_SHORT;
      break;
    }
    u64 v = bits_at(base, position);
    u32 vd = (u32)v & ((1u << ed.bits) - 1);
    v >>= ed.bits;
    u32 vm = (u32)v & ((1u << em.bits) - 1);
    v >>= em.bits;
    u32 vl = (u32)v & ((1u << el.bits) - 1);
    u32 L = (u32)el.base + (vl & ((1u << el.extra) - 1));
    u32 M = (u32)em.base + (vm & ((1u << em.extra) - 1));
    u32 N = (u32)ed.base + (vd & ((1u << ed.extra) - 1));
    ls = (u32)el.delta + (vl >> el.extra);
    ms = (u32)em.delta + (vm >> em.extra);
    ds = (u32)ed.delta + (vd >> ed.extra);
    D = N ? N : D;
    left--;
    u8 *to = window + at;
    const u8 *from = literals + lit;
    lit += L;
    if (lit > lit_end) {
      error = LITERALS_EXCEEDED;
      break;
    }
    copy16(to, from);
    for (u32 i = 16; i < L; i += 16) copy16(to + i, from + i);
    at += L;
    if (M == 0) continue;
    if (D - 1 >= at) {
      distance = D;
      error = DISTANCE;
      break;
    }
    to = window + at;
    from = to - D;
    at += M;
    u8 *end = window + at;
    if (D >= 16)
      do {
        copy16(to, from);
        to += 16;
        from += 16;
      } while (to < end);
    else
      repeat(to, D, M);
  }
  if (error) return error;
  matches = left;
  literal_at = lit;
  distance = D;
  l = ls;
  m = ms;
  d = ds;
  bit = position;
  return (i32)at;
}

static u32 next(const struct value_state *table, u32 *state, i32 *error) {
  struct value_state e = table[*state];
  bit -= e.bits;
  if (bit < 0) {
    *error = TRIPLES_SHORT;
    return 0;
  }
  u32 v = (u32)bits_at((u32)lmd, bit) & ((1u << e.bits) - 1);
  *state = (u32)e.delta + (v >> e.extra);
  return (u32)e.base + (v & ((1u << e.extra) - 1));
}

// Decodes the rest of the block and never writes at end or after it.
EXPORT i32 careful(u32 at, u32 end) {
  i32 error = 0;
  while (matches > 0) {
    u32 L = next(l_table, &l, &error), M = next(m_table, &m, &error), N = next(d_table, &d, &error);
    if (error) return error;
    if (N) distance = N;
    matches--;
    if (literal_at + L > literal_count) return LITERALS_EXCEEDED;
    if (L + M > end - at) return TOO_LONG;
    if (M && distance - 1 >= at + L) return DISTANCE;
    while (L--) window[at++] = literals[literal_at++];
    for (; M--; at++) window[at] = window[at - distance];
  }
  return (i32)at;
}
