// The end of the road: says why and where, then resets the machine.
#include "kernel.h"

extern const u8 kernel_stack[], kernel_stack_top[];
static bool panicking;

static void print_nothing(void) {}

static void begin(void) {
  BARRIER("msr DAIFSet, #0xf");
  if (panicking) power_reset(); // a panic in a panic
  panicking = true;
  print_to(NULL, 0, print_nothing); // away from any buffer
  printf("\npanic(cpu 0): ");
}

static void print_context(const struct context *c) {
  for (u32 i = 0; i < 31; i++) printf("  x%-2u 0x%016lx%s", i, c->x[i], i % 4 == 3 ? "\n" : "");
  printf("  sp  0x%016lx\n  pc  0x%016lx  cpsr 0x%08lx  esr 0x%08lx  far 0x%016lx\n", c->sp, c->pc, c->cpsr, c->esr,
         c->far);
}

// Frame records {caller's fp, return address}, as long as they stay on the kernel's stack.
static void print_backtrace(const u64 *fp) {
  printf("Backtrace:\n");
  for (u32 i = 0; i < 16 && (const u8 *)fp >= kernel_stack && (const u8 *)fp < kernel_stack_top - 16; i++) {
    printf("  lr: 0x%016lx  fp: 0x%016lx\n", fp[1], (u64)fp);
    if (fp[0] <= (u64)fp) break;
    fp = (const u64 *)fp[0];
  }
}

void panic(const char *format, ...) {
  begin();
  __builtin_va_list arguments;
  __builtin_va_start(arguments, format);
  vprintf(format, arguments);
  __builtin_va_end(arguments);
  printf("\n");
  print_backtrace(__builtin_frame_address(0));
  power_reset();
}

void panic_with(const struct context *context, const char *format, ...) {
  begin();
  __builtin_va_list arguments;
  __builtin_va_start(arguments, format);
  vprintf(format, arguments);
  __builtin_va_end(arguments);
  printf("\n");
  print_context(context);
  if (context->cpsr & 0xf) print_backtrace((const u64 *)context->x[29]);
  power_reset();
}

void __attribute__((noreturn)) panic_stack_overflow(u64 pc, u64 far, u64 sp) {
  panic("kernel stack overflow: pc %p, far %p, sp %p", (void *)pc, (void *)far, (void *)sp);
}

void __attribute__((noreturn)) panic_wrong_vector(u32 kind, u64 pc, u64 esr, u64 far) {
  static const char kinds[4][8] = {"sync", "IRQ", "FIQ", "SError"};
  panic("exception (%s) with SP_EL1 in use: pc %p, esr 0x%lx, far %p", kinds[kind & 3], (void *)pc, esr, (void *)far);
}
