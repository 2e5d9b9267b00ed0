// Runs one kernel, chosen by two words that the loader leaves at 0x47f00000: kernel number, rounds. Prints "start" and
// "end <checksum>" on the PL011, so that whoever reads the line can time it from outside.
#include "kernels.h"

static volatile uint32_t *const uart = (uint32_t *)0x09000000;
static void put(char c) {
  while (uart[6] & 0x20) {
  }
  uart[0] = (uint32_t)c;
}
static void print(const char *s) {
  while (*s) put(*s++);
}
static void print_hex(uint64_t v) {
  for (int i = 60; i >= 0; i -= 4) put("0123456789abcdef"[(v >> i) & 15]);
}

void report_fault(uint64_t esr, uint64_t elr, uint64_t far) {
  print("fault ");
  print_hex(esr);
  put(' ');
  print_hex(elr);
  put(' ');
  print_hex(far);
  put('\n');
}

static kernel_fn *const kernels[] = {heapsort_kernel, crc32_kernel,  matrix_kernel,   chase_kernel,  nbody_kernel,    neon_kernel,
                                     memory_kernel,   branches_kernel, sha256_kernel, coremark_kernel, dhrystone_kernel};

int main(void) {
  const volatile uint64_t *request = (uint64_t *)0x47f00000;
  uint64_t which = request[0], rounds = request[1];
  if (which >= sizeof kernels / sizeof *kernels) {
    print("no such kernel\n");
    return 1;
  }
  kernels[which](1);
  print("start\n");
  uint64_t sum = kernels[which](rounds);
  print("end ");
  print_hex(sum);
  put('\n');
  return 0;
}

// What the compiler may call.
void *memcpy(void *to, const void *from, size_t n) {
  char *d = to;
  const char *s = from;
  while (n--) *d++ = *s++;
  return to;
}
void *memset(void *to, int c, size_t n) {
  char *d = to;
  while (n--) *d++ = (char)c;
  return to;
}
