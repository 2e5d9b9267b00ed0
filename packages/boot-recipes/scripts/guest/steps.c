/* Another process traced: single steps, breakpoints in hardware and watchpoints. */
#define _GNU_SOURCE
#include <asm/ptrace.h>
#include <elf.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile uint64_t watched[8] __attribute__((aligned(64)));
__attribute__((noinline)) static uint64_t victim(uint64_t n) {
  uint64_t r = 1;
  for (uint64_t i = 0; i < n; i++) {
    r = r * 3 + i;
    if (i % 5 == 0) watched[3] = r;
  }
  return r + watched[3];
}

static uint64_t pc(pid_t p, uint64_t *sp) {
  struct user_pt_regs r;
  struct iovec v = {&r, sizeof r};
  ptrace(PTRACE_GETREGSET, p, NT_PRSTATUS, &v);
  *sp = r.sp;
  return r.pc;
}
static void debug(pid_t p, int set, uint64_t address, uint32_t control) {
  struct user_hwdebug_state s = {0};
  s.dbg_regs[0].addr = address;
  s.dbg_regs[0].ctrl = control;
  struct iovec v = {&s, offsetof(struct user_hwdebug_state, dbg_regs) + sizeof s.dbg_regs[0]};
  if (ptrace(PTRACE_SETREGSET, p, set, &v)) perror("PTRACE_SETREGSET");
}
static pid_t start(void) {
  pid_t p = fork();
  if (p) {
    waitpid(p, 0, 0);
    return p;
  }
  ptrace(PTRACE_TRACEME, 0, 0, 0);
  raise(SIGSTOP);
  _exit(victim(23) & 127);
}

int main(void) {
  int status;
  uint64_t sp;
  setvbuf(stdout, 0, _IONBF, 0);
  pid_t p = start();
  unsigned long inside = 0;
  for (;;) {
    ptrace(PTRACE_SINGLESTEP, p, 0, 0);
    waitpid(p, &status, 0);
    if (WIFEXITED(status)) break;
    uint64_t at = pc(p, &sp);
    inside += at >= (uint64_t)victim && at < (uint64_t)victim + 64;
  }
  printf("steps inside %lu, exit %d\n", inside, WEXITSTATUS(status));

  p = start();
  debug(p, NT_ARM_HW_BREAK, (uint64_t)victim, 0xf << 5 | 1);
  ptrace(PTRACE_CONT, p, 0, 0);
  waitpid(p, &status, 0);
  printf("breakpoint: stopped %d by %d, at its address %d\n", WIFSTOPPED(status), WSTOPSIG(status),
         pc(p, &sp) == (uint64_t)victim);
  debug(p, NT_ARM_HW_BREAK, 0, 0);
  debug(p, NT_ARM_HW_WATCH, (uint64_t)&watched[3], 0xff << 5 | 2 << 3 | 1);
  int hits = 0;
  for (;;) {
    ptrace(PTRACE_CONT, p, 0, 0);
    waitpid(p, &status, 0);
    if (!WIFSTOPPED(status)) break;
    hits++;
    siginfo_t info;
    ptrace(PTRACE_GETSIGINFO, p, 0, &info);
    if (hits == 1) printf("watchpoint: signal %d code %d, its address %d\n", info.si_signo, info.si_code, info.si_addr == (void *)&watched[3]);
    /* The kernel reports before the store: step over it without the watchpoint. */
    debug(p, NT_ARM_HW_WATCH, 0, 0);
    ptrace(PTRACE_SINGLESTEP, p, 0, 0);
    waitpid(p, &status, 0);
    debug(p, NT_ARM_HW_WATCH, (uint64_t)&watched[3], 0xff << 5 | 2 << 3 | 1);
  }
  printf("watchpoint hits %d, exit %d\n", hits, WEXITSTATUS(status));
  return 0;
}
