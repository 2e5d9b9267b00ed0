/* Faults as signals, code that is written and run, and memory whose protection changes. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf back;
static long page;
static volatile uint8_t *area;
static void handler(int s, siginfo_t *info, void *context) {
  ucontext_t *u = context;
  long offset = (uint8_t *)info->si_addr - area;
  unsigned long esr = 0;
  for (struct _aarch64_ctx *c = (void *)u->uc_mcontext.__reserved; c->magic; c = (void *)((char *)c + c->size))
    if (c->magic == ESR_MAGIC) esr = ((struct esr_context *)c)->esr;
  printf("signal %d code %d", s, info->si_code);
  if (offset >= 0 && offset < 16 * page) printf(" at page %ld + %ld", offset / page, offset % page);
  printf(" esr %lx\n", esr);
  siglongjmp(back, 1);
}
#define TRY(what, statement) \
  do { \
    printf("%s: ", what); \
    if (!sigsetjmp(back, 1)) { \
      statement; \
      printf("went on\n"); \
    } \
  } while (0)

int main(void) {
  page = sysconf(_SC_PAGESIZE);
  setvbuf(stdout, 0, _IOLBF, 0);
  struct sigaction a = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  static char stack[65536];
  sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, 0);
  for (int *s = (int[]){SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, 0}; *s; s++) sigaction(*s, &a, 0);
  area = mmap(0, 16 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect((void *)(area + page), page, PROT_READ);
  mprotect((void *)(area + 2 * page), page, PROT_NONE);
  munmap((void *)(area + 3 * page), page);
  TRY("write to what is read-only", area[page + 5] = 1);
  TRY("read of what is read-only", (void)area[page + 5]);
  TRY("read of nothing", (void)area[2 * page + 77]);
  TRY("read of a hole", (void)area[3 * page + 1]);
  TRY("load across into a hole", (void)*(volatile uint64_t *)(area + 3 * page - 3));
  TRY("store across into what is read-only", *(volatile uint64_t *)(area + page - 3) = -1);
  TRY("pair across", __asm__ volatile("ldp x0, x1, [%0]" ::"r"(area + 2 * page - 8) : "x0", "x1"));
  TRY("atomic on what is read-only", __atomic_fetch_add((volatile uint32_t *)(area + page), 1, __ATOMIC_SEQ_CST));
  // Across 16 bytes: within them FEAT_LSE2 takes it, which QEMU 7.2 does not have.
  TRY("misaligned exclusive", __asm__ volatile("ldxr x0, [%0]" ::"r"(area + 9) : "x0"));
  TRY("structure across", __asm__ volatile("ld4 {v0.16b-v3.16b}, [%0]" ::"r"(area + 2 * page - 60) : "v0", "v1", "v2", "v3"));
  TRY("kernel address", (void)*(volatile int *)0xffff000000001000);
  TRY("address that is none", (void)*(volatile int *)0x0123456789abcdef);
  TRY("run what is not executable", ((void (*)(void))area)());
  TRY("misaligned code", __asm__ volatile("adr x0, 1f + 2\n br x0\n 1: nop" ::: "x0"));
  TRY("undefined instruction", __asm__ volatile("udf #3"));
  TRY("privileged instruction", __asm__ volatile("mrs x0, sctlr_el1" ::: "x0"));
  TRY("privileged instruction", __asm__ volatile("tlbi vmalle1"));
  TRY("breakpoint", __asm__ volatile("brk #7"));
  TRY("identification register", __asm__ volatile("mrs x0, midr_el1" ::: "x0"));
  TRY("DC ZVA", __asm__ volatile("dc zva, %0" ::"r"(area + 100) : "memory"));
  TRY("prefetch of a hole", __asm__ volatile("prfm pldl1keep, [%0]" ::"r"(area + 3 * page)));
  FILE *f = tmpfile();
  fputs("text", f);
  fflush(f);
  volatile char *m = mmap(0, 2 * page, PROT_READ, MAP_SHARED, fileno(f), 0);
  TRY("inside a file", (void)m[3]);
  TRY("after the end of a file", (void)m[page]);

  uint32_t *code = mmap(0, page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned total = 0;
  for (unsigned i = 0; i < 3000; i++) {
    code[i % 64] = 0x52800000 | (i & 0xffff) << 5; /* mov w0, #i */
    code[i % 64 + 1] = 0xd65f03c0;                 /* ret */
    __builtin___clear_cache((char *)code, (char *)(code + 80));
    total = total * 31 + ((unsigned (*)(void))(code + i % 64))();
  }
  printf("code that changes: %u\n", total);
  for (int i = 0; i < 200; i++) {
    mprotect(code, page, PROT_READ | PROT_WRITE);
    code[0] = 0x52800000 | i << 5;
    code[1] = 0xd65f03c0;
    __builtin___clear_cache((char *)code, (char *)(code + 2));
    mprotect(code, page, PROT_READ | PROT_EXEC);
    total = total * 31 + ((unsigned (*)(void))code)();
  }
  printf("code whose protection changes: %u\n", total);
  return 0;
}
