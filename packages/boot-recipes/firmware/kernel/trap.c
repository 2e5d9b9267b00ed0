// Exceptions from user mode and from the kernel itself.
#include "kernel.h"

enum {
  EC_SVC = 0x15,
  EC_INSTRUCTION_ABORT_USER = 0x20,
  EC_DATA_ABORT_USER = 0x24,
  EC_DATA_ABORT_KERNEL = 0x25,
};
#define AF (1ul << 10)
#define FAULT_TRANSLATION 1
#define FAULT_ACCESS_FLAG 2

__typeof__(user_context) user_context;
extern u64 user_stack_bottom, user_stack_top;

// Sees to access flags and to stack pages that are used for the first time; false when the fault is the program's.
static bool user_fault(u64 address, u64 esr) {
  u64 page = ROUND_DOWN(address, PAGE_SIZE);
  u32 kind = (esr >> 2) & 0xf; // DFSC[5:2]
  u64 *entry = user_entry(page);
  if (kind == FAULT_ACCESS_FLAG && entry) {
    *entry |= AF;
    BARRIER("dsb ishst");
    BARRIER("isb");
    return true;
  }
  if (kind == FAULT_TRANSLATION && !entry && page >= user_stack_bottom && page < user_stack_top)
    return user_enter(page, page_alloc(), PROT_READ | PROT_WRITE);
  return false;
}

void handle_user_sync(struct context *context) {
  u32 class = context->esr >> 26;
  if (class == EC_SVC && (context->esr & 0xffff) == 0x80) {
    system_call(context);
    return;
  }
  if ((class == EC_DATA_ABORT_USER || class == EC_INSTRUCTION_ABORT_USER) && user_fault(context->far, context->esr))
    return;
  panic_with(context, "init program: exception class 0x%x at pc %p", class, (void *)context->pc);
}

void handle_kernel_sync(struct context *context) {
  if (context->esr >> 26 == EC_DATA_ABORT_KERNEL && context->pc >= (u64)copyio_start && context->pc < (u64)copyio_end) {
    if (!user_fault(context->far, context->esr)) context->pc = (u64)copyio_fault;
    return;
  }
  panic_with(context, "kernel: exception class 0x%lx", context->esr >> 26);
}

void handle_fiq(struct context *context) {
  bool from_user = (context->cpsr & 0xf) == 0;
  u32 interrupt = 0;
  if (fast_ipi_fiq()) return;
  if ((gic_present() && !gic_acknowledge(&interrupt)) || !timer_fiq(from_user))
    panic_with(context, "FIQ %u, but not from the virtual timer", interrupt);
  if (gic_present()) gic_end(interrupt);
}

void handle_serror(struct context *context) { panic_with(context, "SError"); }
