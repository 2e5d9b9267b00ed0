// Two mixes of our own in the manner of well-known ones: list, matrix, state machine and CRC; and records, strings,
// procedure calls.
#include "kernels.h"

typedef struct node {
  struct node *next;
  int16_t value, index;
} node;
static node nodes[256];
static int16_t m1[16][16], m2[16][16];
static const char input[] = "5012,-874,+122,1.5e3,.005,0x1F,T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^";

static uint16_t crc16(uint16_t crc, uint16_t value) {
  for (int i = 0; i < 16; i++, value >>= 1) crc = (crc ^ value) & 1 ? (uint16_t)(crc >> 1 ^ 0xa001) : crc >> 1;
  return crc;
}
static node *reverse(node *list) {
  node *out = NULL;
  while (list) {
    node *next = list->next;
    list->next = out;
    out = list;
    list = next;
  }
  return out;
}
static node *merge_sort(node *list, int n) {
  if (n < 2) {
    if (list) list->next = NULL;
    return list;
  }
  node *right = list;
  for (int i = 0; i < n / 2; i++) right = right->next;
  node *a, *b = merge_sort(right, n - n / 2), **tail, *out = NULL;
  node *cut = list;
  for (int i = 1; i < n / 2; i++) cut = cut->next;
  cut->next = NULL;
  a = merge_sort(list, n / 2);
  for (tail = &out; a && b; tail = &(*tail)->next) {
    node **smaller = a->value <= b->value ? &a : &b;
    *tail = *smaller;
    *smaller = (*smaller)->next;
  }
  *tail = a ? a : b;
  return out;
}
static unsigned scan(const char *s) {
  enum { START, INTEGER, FRACTION, EXPONENT, BAD } state = START;
  unsigned counts[5] = {0};
  for (; *s; s++) {
    char c = *s;
    if (c == ',') {
      counts[state]++;
      state = START;
    } else if (state == START || state == INTEGER)
      state = c >= '0' && c <= '9' ? INTEGER : c == '.' ? FRACTION : (c == '+' || c == '-') && state == START ? INTEGER : BAD;
    else if (state == FRACTION)
      state = c == 'e' ? EXPONENT : c >= '0' && c <= '9' ? FRACTION : BAD;
    else if (state == EXPONENT && !((c >= '0' && c <= '9') || c == '-'))
      state = BAD;
  }
  return counts[0] | counts[1] << 4 | counts[2] << 8 | counts[3] << 12 | counts[4] << 16;
}
uint64_t coremark_kernel(uint64_t rounds) {
  uint64_t seed = 77;
  uint16_t crc = 0;
  for (int i = 0; i < 256; i++) m1[i / 16][i % 16] = (int16_t)next_random(&seed), m2[i / 16][i % 16] = (int16_t)next_random(&seed);
  while (rounds--) {
    for (int i = 0; i < 256; i++) nodes[i] = (node){i < 255 ? &nodes[i + 1] : NULL, (int16_t)next_random(&seed), (int16_t)i};
    node *list = merge_sort(reverse(nodes), 256);
    for (node *p = list; p; p = p->next) crc = crc16(crc, (uint16_t)p->value);
    for (int i = 0; i < 16; i++)
      for (int j = 0; j < 16; j++) {
        int32_t s = 0;
        for (int n = 0; n < 16; n++) s += m1[i][n] * m2[n][j];
        if (j % 5 == 0) crc = crc16(crc, (uint16_t)(s >> 3));
      }
    unsigned counts = scan(input);
    crc = crc16(crc, (uint16_t)(counts ^ counts >> 16));
  }
  return crc;
}

typedef struct record {
  struct record *link;
  int kind, choice, number;
  char text[31];
} record;
static record first, second;
__attribute__((noinline)) static int compare_text(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a - *b;
}
__attribute__((noinline)) static void copy_text(char *d, const char *s) {
  while ((*d++ = *s++)) {
  }
}
__attribute__((noinline)) static int choose(int kind, int number) {
  switch (kind) {
    case 0: return number > 100 ? 0 : 3;
    case 1: return 2;
    case 2: return number & 1;
    default: return 1;
  }
}
__attribute__((noinline)) static void step(record *r, int n) {
  record *next = r->link;
  *next = *r;
  r->number = 5;
  next->number = r->number + n;
  next->link = r->link;
  next->kind = choose(r->kind, next->number);
  next->choice = next->kind == 0 ? 6 : choose(r->choice & 3, n);
}
uint64_t dhrystone_kernel(uint64_t rounds) {
  int array[50] = {0}, total = 0;
  first = (record){.link = &second, .kind = 0, .choice = 2, .number = 40};
  copy_text(first.text, "SOME STRING OF A CERTAIN SIZE");
  for (uint64_t i = 0; i < rounds * 100; i++) {
    char text[31];
    copy_text(text, i & 1 ? "ANOTHER STRING, SAME SIZE, OK" : "SOME STRING OF A CERTAIN SIZE");
    int equal = compare_text(text, first.text) == 0, n = (int)(i % 7) + 2;
    array[n] = equal ? n * 3 : n - 1;
    array[n + 20] = array[n] + 5;
    step(&first, n);
    total = total * 3 + second.number / (array[n + 20] | 1) + second.kind + second.choice;
  }
  return (uint32_t)total;
}
