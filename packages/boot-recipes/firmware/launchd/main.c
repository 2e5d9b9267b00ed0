// The sample's first program. Checks what user mode was promised, then halts; with -s it is a small shell.
typedef unsigned long u64;

enum { EXIT = 1, READ = 3, WRITE = 4, OPEN = 5, CLOSE = 6, GETPID = 20, REBOOT = 55, ABSOLUTE_TIME = -3 };
enum { EFAULT = 14, ENOSYS = 78, RB_HALT = 8 };

long call(long number, long a, long b, long c);

static u64 length_of(const char *s) {
  const volatile char *end = s;
  while (*end) end++;
  return (u64)((const char *)end - s);
}

static void print(const char *s) { call(WRITE, 1, (long)s, (long)length_of(s)); }

static void print_number(u64 value) {
  char digits[24];
  char *at = digits + sizeof digits;
  *--at = 0;
  do *--at = (char)('0' + value % 10);
  while (value /= 10);
  print(at);
}

static int equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static u64 counter(void) {
  u64 value;
  __asm__ volatile("isb\n mrs %0, CNTVCT_EL0" : "=r"(value));
  return value;
}

static u64 counter_frequency(void) {
  u64 value;
  __asm__ volatile("mrs %0, CNTFRQ_EL0" : "=r"(value));
  return value;
}

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
  for (int i = 0; i < 64; i++) sums[i] += (u64)i * (u64)i;
  u64 total = 0;
  for (int i = 0; i < 64; i++) total += sums[i];
  return (u64)(sum * 1e9) == 1643934566 && total == 85344;
}

static u64 deep(u64 n) {
  volatile u64 frame[1024];
  frame[0] = n;
  return n ? deep(n - 1) + frame[0] : 0;
}

static int cat(const char *path) {
  char buffer[256];
  long file = call(OPEN, (long)path, 0, 0), n;
  if (file < 0) return 0;
  while ((n = call(READ, file, (long)buffer, sizeof buffer)) > 0) call(WRITE, 1, (long)buffer, n);
  call(CLOSE, file, 0, 0);
  return n == 0;
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

static void self_test(void) {
  check("getpid is 1", call(GETPID, 0, 0, 0) == 1);
  check("write from an unmapped address is EFAULT", call(WRITE, 1, 0x10000, 4) == -EFAULT);
  check("write from the kernel's memory is EFAULT", call(WRITE, 1, (long)0xfffffe0007004000, 4) == -EFAULT);
  check("an unknown system call is ENOSYS", call(500, 0, 0, 0) == -ENOSYS);
  check("floating point and vectors", floating_point());
  check("the stack grows", deep(20) == 210);
  check("the timer interrupts user mode", preempted());
  check("a file of the RAM disk", cat("/etc/motd"));
}

static u64 read_line(char *line, u64 size) {
  u64 length = 0;
  for (;;) {
    char c;
    if (call(READ, 0, (long)&c, 1) != 1) continue;
    if (c == '\r' || c == '\n') break;
    if (c == 0x7f || c == 8) {
      if (length) length--, print("\b \b");
    } else if (c >= ' ' && length + 1 < size) {
      line[length++] = c;
      call(WRITE, 1, (long)&c, 1);
    }
  }
  line[length] = 0;
  print("\n");
  return length;
}

static void shell(void) {
  char line[128];
  print("launchd: single user; help lists the commands\n");
  for (;;) {
    print("sample# ");
    if (!read_line(line, sizeof line)) continue;
    char *argument = line;
    while (*argument && *argument != ' ') argument++;
    if (*argument) *argument++ = 0;
    if (equal(line, "help")) print("echo TEXT, cat FILE, test, time, crash, reboot, halt\n");
    else if (equal(line, "echo")) print(argument), print("\n");
    else if (equal(line, "cat")) print(cat(argument) ? "" : "no such file\n");
    else if (equal(line, "test")) self_test();
    else if (equal(line, "time")) print_number(counter() * 1000 / counter_frequency()), print(" ms\n");
    else if (equal(line, "crash")) *(volatile int *)0x10 = 0;
    else if (equal(line, "reboot")) call(REBOOT, 0, 0, 0);
    else if (equal(line, "halt")) return;
    else print(line), print(": no such command\n");
  }
}

int main(int argc, char **argv) {
  print("Hello from EL0: ");
  print(argv[0]);
  print(", pid ");
  print_number((u64)call(GETPID, 0, 0, 0));
  print("\n");
  if (argc > 1 && equal(argv[1], "-s")) shell();
  else self_test();
  if (failures) return 1;
  call(REBOOT, RB_HALT, 0, 0);
  return 2;
}
