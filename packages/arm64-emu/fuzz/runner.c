/*
 * Executes single instructions with full register state, for comparison with the emulator.
 * Reads batches from standard input and writes results to standard output; see protocol.ts for the layout.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum {
  CODE = 0x10000000, SLOTS = 4096, SLOT = 16, EPILOGUE = CODE + SLOTS * SLOT,
  BRANCH = 0x11000000, BRANCH_SLOTS = 256, BRANCH_SLOT = 4096, BRANCH_AT = 2048,
  STREAM = 0x12000000, STREAM_SLOT = 128, STREAM_WORDS = 28,
  DATA = 0x20000000, DATA_SIZE = 8192,
};
enum { KIND_PLAIN = 0, KIND_MEMORY = 1, KIND_BRANCH = 2, KIND_PREFIX = 4, KIND_STREAM = 8 };

struct state {
  uint64_t x[32]; /* 31 is SP */
  uint8_t v[32][16];
  uint32_t nzcv, fpcr, fpsr, spare;
} __attribute__((aligned(16)));
struct request { uint32_t kind, word, prefix, length; struct state state; uint32_t words[STREAM_WORDS]; };
struct result { uint32_t signal, memory; uint64_t pc, address, spare; struct state state; };

struct state current __attribute__((aligned(16)));
uint64_t c_save[40] __attribute__((aligned(16)));
static volatile uint32_t got_signal;
static uint64_t got_pc, got_address;

void enter(struct state *, void *code);
extern char epilogue_start[], epilogue_end[], resume[];
__asm__(
  ".text\n"
  ".global enter\n"
  "enter:\n"
  "  adrp x2, c_save\n  add x2, x2, :lo12:c_save\n"
  "  stp x19, x20, [x2]\n  stp x21, x22, [x2, #16]\n  stp x23, x24, [x2, #32]\n  stp x25, x26, [x2, #48]\n"
  "  stp x27, x28, [x2, #64]\n  stp x29, x30, [x2, #80]\n  mov x3, sp\n  mrs x4, tpidr_el0\n  stp x3, x4, [x2, #96]\n"
  "  stp d8, d9, [x2, #112]\n  stp d10, d11, [x2, #128]\n  stp d12, d13, [x2, #144]\n  stp d14, d15, [x2, #160]\n"
  "  mov x30, x0\n  mov x29, x1\n"
  "  ldr w0, [x30, #768]\n  lsl w0, w0, #28\n  msr nzcv, x0\n"
  "  ldr w0, [x30, #772]\n  msr fpcr, x0\n  ldr w0, [x30, #776]\n  msr fpsr, x0\n"
  "  ldr x0, [x30, #248]\n  mov sp, x0\n"
  "  add x1, x30, #256\n"
  "  ldp q0, q1, [x1]\n  ldp q2, q3, [x1, #32]\n  ldp q4, q5, [x1, #64]\n  ldp q6, q7, [x1, #96]\n"
  "  ldp q8, q9, [x1, #128]\n  ldp q10, q11, [x1, #160]\n  ldp q12, q13, [x1, #192]\n  ldp q14, q15, [x1, #224]\n"
  "  ldp q16, q17, [x1, #256]\n  ldp q18, q19, [x1, #288]\n  ldp q20, q21, [x1, #320]\n  ldp q22, q23, [x1, #352]\n"
  "  ldp q24, q25, [x1, #384]\n  ldp q26, q27, [x1, #416]\n  ldp q28, q29, [x1, #448]\n  ldp q30, q31, [x1, #480]\n"
  "  ldp x0, x1, [x30]\n  ldp x2, x3, [x30, #16]\n  ldp x4, x5, [x30, #32]\n  ldp x6, x7, [x30, #48]\n"
  "  ldp x8, x9, [x30, #64]\n  ldp x10, x11, [x30, #80]\n  ldp x12, x13, [x30, #96]\n  ldp x14, x15, [x30, #112]\n"
  "  ldp x16, x17, [x30, #128]\n  ldp x18, x19, [x30, #144]\n  ldp x20, x21, [x30, #160]\n  ldp x22, x23, [x30, #176]\n"
  "  ldp x24, x25, [x30, #192]\n  ldp x26, x27, [x30, #208]\n  ldr x28, [x30, #224]\n"
  "  clrex\n"
  "  br x29\n" /* the slot restores x29 and x30 */
  ".global epilogue_start\n"
  "epilogue_start:\n"
  "  msr tpidr_el0, x30\n  ldr x30, 1f\n"
  "  stp x0, x1, [x30]\n  stp x2, x3, [x30, #16]\n  stp x4, x5, [x30, #32]\n  stp x6, x7, [x30, #48]\n"
  "  stp x8, x9, [x30, #64]\n  stp x10, x11, [x30, #80]\n  stp x12, x13, [x30, #96]\n  stp x14, x15, [x30, #112]\n"
  "  stp x16, x17, [x30, #128]\n  stp x18, x19, [x30, #144]\n  stp x20, x21, [x30, #160]\n  stp x22, x23, [x30, #176]\n"
  "  stp x24, x25, [x30, #192]\n  stp x26, x27, [x30, #208]\n  stp x28, x29, [x30, #224]\n"
  "  mrs x0, tpidr_el0\n  str x0, [x30, #240]\n  mov x0, sp\n  str x0, [x30, #248]\n"
  "  mrs x0, nzcv\n  lsr x0, x0, #28\n  str w0, [x30, #768]\n  mrs x0, fpcr\n  str w0, [x30, #772]\n"
  "  mrs x0, fpsr\n  str w0, [x30, #776]\n  add x1, x30, #256\n"
  "  stp q0, q1, [x1]\n  stp q2, q3, [x1, #32]\n  stp q4, q5, [x1, #64]\n  stp q6, q7, [x1, #96]\n"
  "  stp q8, q9, [x1, #128]\n  stp q10, q11, [x1, #160]\n  stp q12, q13, [x1, #192]\n  stp q14, q15, [x1, #224]\n"
  "  stp q16, q17, [x1, #256]\n  stp q18, q19, [x1, #288]\n  stp q20, q21, [x1, #320]\n  stp q22, q23, [x1, #352]\n"
  "  stp q24, q25, [x1, #384]\n  stp q26, q27, [x1, #416]\n  stp q28, q29, [x1, #448]\n  stp q30, q31, [x1, #480]\n"
  "  ldr x0, 2f\n  br x0\n"
  "  .balign 8\n1: .quad current\n2: .quad resume\n"
  ".global epilogue_end\n"
  "epilogue_end:\n"
  ".global resume\n"
  "resume:\n"
  "  msr fpcr, xzr\n"
  "  adrp x2, c_save\n  add x2, x2, :lo12:c_save\n"
  "  ldp x19, x20, [x2]\n  ldp x21, x22, [x2, #16]\n  ldp x23, x24, [x2, #32]\n  ldp x25, x26, [x2, #48]\n"
  "  ldp x27, x28, [x2, #64]\n  ldp x29, x30, [x2, #80]\n  ldp x3, x4, [x2, #96]\n  mov sp, x3\n  msr tpidr_el0, x4\n"
  "  ldp d8, d9, [x2, #112]\n  ldp d10, d11, [x2, #128]\n  ldp d12, d13, [x2, #144]\n  ldp d14, d15, [x2, #160]\n"
  "  ret\n");

static void on_signal(int signal, siginfo_t *info, void *context) {
  ucontext_t *uc = context;
  mcontext_t *m = &uc->uc_mcontext;
  got_signal = signal;
  got_pc = m->pc;
  got_address = (uint64_t)info->si_addr;
  memcpy(current.x, m->regs, 31 * 8);
  current.x[31] = m->sp;
  current.nzcv = (m->pstate >> 28) & 15;
  struct _aarch64_ctx *head = (struct _aarch64_ctx *)m->__reserved;
  while (head->magic && head->magic != FPSIMD_MAGIC) head = (struct _aarch64_ctx *)((char *)head + head->size);
  if (head->magic == FPSIMD_MAGIC) {
    struct fpsimd_context *fp = (struct fpsimd_context *)head;
    memcpy(current.v, fp->vregs, sizeof current.v);
    current.fpcr = fp->fpcr;
    current.fpsr = fp->fpsr;
  }
  m->pc = (uint64_t)resume;
}

static void read_all(void *p, size_t n) {
  for (char *c = p; n;) {
    ssize_t k = read(0, c, n);
    if (k <= 0) exit(0);
    c += k;
    n -= k;
  }
}
static void write_all(const void *p, size_t n) {
  for (const char *c = p; n;) {
    ssize_t k = write(1, c, n);
    if (k <= 0) exit(1);
    c += k;
    n -= k;
  }
}
static uint32_t branch_word(uint64_t from, uint64_t to) { return 0x14000000 | (((to - from) >> 2) & 0x3ffffff); }
static void *map(uint64_t at, size_t size, int protection) {
  void *p = mmap((void *)at, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (p != (void *)at) exit(2);
  return p;
}

/* Tests must not change code. */
static void protect(int protection) {
  mprotect((void *)CODE, SLOTS * SLOT + 4096, protection);
  mprotect((void *)BRANCH, BRANCH_SLOTS * BRANCH_SLOT, protection);
  mprotect((void *)STREAM, SLOTS * STREAM_SLOT, protection);
}

static struct request requests[SLOTS];
static struct result results[SLOTS];
static uint32_t pristine[DATA_SIZE / 4];

int main(void) {
  stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&stack, 0);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  for (int *s = (int[]){SIGILL, SIGSEGV, SIGBUS, SIGTRAP, SIGFPE, 0}; *s; s++) sigaction(*s, &action, 0);
  uint32_t *code = map(CODE, SLOTS * SLOT + 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
  uint32_t *branches = map(BRANCH, BRANCH_SLOTS * BRANCH_SLOT, PROT_READ | PROT_WRITE | PROT_EXEC);
  uint32_t *streams = map(STREAM, SLOTS * STREAM_SLOT, PROT_READ | PROT_WRITE | PROT_EXEC);
  uint32_t *data = map(DATA, DATA_SIZE, PROT_READ | PROT_WRITE);
  memcpy((void *)(uint64_t)EPILOGUE, epilogue_start, epilogue_end - epilogue_start);
  for (int i = 0; i < SLOTS; i++) {
    code[i * 4 + 2] = branch_word(CODE + i * SLOT + 8, EPILOGUE);
    code[i * 4 + 3] = 0xd4200000;
  }
  const uint32_t reload = 0xa94efbdd; /* ldp x29, x30, [x30, #232] */
  for (int i = 0; i < SLOTS; i++) code[i * 4] = reload;
  for (int i = 0; i < BRANCH_SLOTS * BRANCH_SLOT / 4; i++) branches[i] = 0xd4200000;
  for (int i = 0; i < BRANCH_SLOTS; i++) branches[(i * BRANCH_SLOT + BRANCH_AT) / 4 - 1] = reload;
  for (uint32_t i = 0; i < DATA_SIZE / 4; i++) data[i] = pristine[i] = (i + 1) * 0x9e3779b1u;

  for (;;) {
    uint32_t count;
    read_all(&count, 4);
    if (count > SLOTS) exit(3);
    read_all(requests, count * sizeof *requests);
    uint32_t branch_slot = 0;
    protect(PROT_READ | PROT_WRITE);
    uint64_t at[SLOTS];
    for (uint32_t i = 0; i < count; i++) {
      uint32_t *w;
      if (requests[i].kind & KIND_STREAM) {
        /* Instructions in a row, then back. */
        w = streams + i * STREAM_SLOT / 4;
        *w++ = reload;
        for (uint32_t k = 0; k < requests[i].length && k < STREAM_WORDS; k++) *w++ = requests[i].words[k];
        *w = branch_word((uint64_t)w, EPILOGUE);
        at[i] = (uint64_t)(w - 1);
        continue;
      }
      if (requests[i].kind & KIND_BRANCH) w = branches + (branch_slot++ * BRANCH_SLOT + BRANCH_AT) / 4;
      else w = code + i * 4 + 1;
      if (!(requests[i].kind & KIND_BRANCH)) {
        /* A prefix runs first: load-exclusive before store-exclusive. */
        uint32_t *next = code + i * 4 + 1;
        if (requests[i].kind & KIND_PREFIX) {
          *next++ = requests[i].prefix;
          w = next;
        }
        next[1] = branch_word((uint64_t)(next + 1), EPILOGUE);
        if (next == code + i * 4 + 1) next[2] = 0xd4200000;
      }
      *w = requests[i].word;
      at[i] = (uint64_t)w;
    }
    protect(PROT_READ | PROT_EXEC);
    __builtin___clear_cache((char *)code, (char *)code + SLOTS * SLOT);
    __builtin___clear_cache((char *)streams, (char *)streams + SLOTS * STREAM_SLOT);
    __builtin___clear_cache((char *)branches, (char *)branches + BRANCH_SLOTS * BRANCH_SLOT);
    for (uint32_t i = 0; i < count; i++) {
      current = requests[i].state;
      got_signal = 0;
      got_pc = at[i] + 4;
      got_address = 0;
      void *entry = requests[i].kind & KIND_BRANCH   ? (void *)(at[i] - 4)
                    : requests[i].kind & KIND_STREAM ? (void *)(streams + i * STREAM_SLOT / 4)
                                                     : (void *)(code + i * 4);
      enter(&current, entry);
      struct result *r = &results[i];
      r->signal = got_signal;
      r->pc = got_pc;
      r->address = got_address;
      r->memory = 0;
      r->state = current;
      if (requests[i].kind & KIND_MEMORY)
        for (uint32_t k = 0; k < DATA_SIZE / 4; k++)
          if (data[k] != pristine[k]) {
            r->memory = (r->memory ^ (k * 0x9e3779b1u)) * 0x85ebca6bu;
            r->memory = (r->memory ^ data[k]) * 0xc2b2ae35u | 1;
            data[k] = pristine[k];
          }
    }
    write_all(results, count * sizeof *results);
  }
}
