// Checks what user mode was promised.
#include "launchd.h"

static int failures;

static void check(const char *what, int good) {
  print(good ? "launchd: ok: " : "launchd: FAILED: ");
  print(what);
  print("\n");
  failures += !good;
}

static unsigned long long sums[64]; // in zero-filled memory

// Vector and double arithmetic whose results are known.
static int floating_point(void) {
  double sum = 0;
  for (int i = 1; i <= 1000; i++) sum += 1.0 / ((double)i * (double)i);
  for (int i = 0; i < 64; i++) sums[i] = (u64)i * (u64)i;
  u64 total = 0;
  for (int i = 0; i < 64; i++) total += sums[i];
  return (u64)(sum * 1e9) == 1643934566 && total == 85344;
}

static u64 deep(u64 n) {
  volatile u64 frame[1024];
  frame[0] = n;
  return n ? deep(n - 1) + frame[0] : 0;
}

// Stays in user mode for some ticks: the timer must interrupt and come back with every register intact.
static int preempted(void) {
  u64 start = counter(), end = start + counter_frequency() / 25, rounds = 0;
  double kept = 1.5;
  while (counter() < end) {
    __asm__ volatile("" : "+w"(kept));
    rounds++;
  }
  u64 time = (u64)call(ABSOLUTE_TIME, 0, 0, 0);
  return kept == 1.5 && rounds > 0 && time >= end;
}

// How many of the checks failed.
int self_test(void) {
  failures = 0;
  check("getpid is 1", call(GETPID, 0, 0, 0) == 1);
  check("write from an unmapped address is EFAULT", call(WRITE, 1, 0x10000, 4) == -EFAULT);
  check("write from the kernel's memory is EFAULT", call(WRITE, 1, (long)0xfffffe0007004000, 4) == -EFAULT);
  check("an unknown system call is ENOSYS", call(500, 0, 0, 0) == -ENOSYS);
  check("floating point and vectors", floating_point());
  check("the stack grows", deep(20) == 210);
  check("the timer interrupts user mode", preempted());
  check("a file of the RAM disk", cat("/etc/motd"));
  return failures;
}
