// The virtual timer: 100 ticks a second, delivered as FIQ.
#include "kernel.h"

enum { ENABLE = 1, IMASK = 2, ISTATUS = 4, HZ = 100 };

u64 ticks_in_kernel, ticks_in_user;
static u64 frequency, deadline;

u64 absolute_time(void) {
  BARRIER("isb");
  return READ_SYSREG(CNTVCT_EL0);
}

// The boot CPU's timebase: what the device tree says, as CNTFRQ is not to be trusted.
u64 timer_frequency(void) {
  if (frequency) return frequency;
  const struct dt_node *cpus = dt_find("/cpus"), *cpu;
  for (u32 i = 0; (cpu = dt_child(cpus, i)); i++) {
    const char *state = dt_string(cpu, "state");
    u32 short_value;
    if (!state || !streq(state, "running")) continue;
    if (dt_u32(cpu, "timebase-frequency", &short_value)) frequency = short_value;
    else dt_u64_at(cpu, "timebase-frequency", 0, &frequency);
  }
  if (!frequency) panic("no running CPU with a timebase-frequency in the device tree");
  return frequency;
}

void timer_start(void) {
  deadline = absolute_time() + timer_frequency() / HZ;
  WRITE_SYSREG(CNTP_CTL_EL0, IMASK);
  WRITE_SYSREG(CNTV_CVAL_EL0, deadline);
  WRITE_SYSREG(CNTV_CTL_EL0, ENABLE);
  WRITE_SYSREG(CNTKCTL_EL1, 2); // EL0 may read CNTVCT
  BARRIER("isb");
  BARRIER("msr DAIFClr, #1"); // F
}

// Waits for an interrupt and lets it in, whether interrupts are masked or not.
void interrupt_wait(void) {
  u64 daif = READ_SYSREG(DAIF);
  BARRIER("msr DAIFSet, #3");
  BARRIER("wfi");
  BARRIER("msr DAIFClr, #3");
  BARRIER("isb");
  WRITE_SYSREG(DAIF, daif);
}

bool timer_fiq(bool from_user) {
  if ((READ_SYSREG(CNTV_CTL_EL0) & (ENABLE | IMASK | ISTATUS)) != (ENABLE | ISTATUS)) return false;
  if (from_user) ticks_in_user++;
  else ticks_in_kernel++;
  u64 now = absolute_time();
  do deadline += timer_frequency() / HZ;
  while ((s64)(deadline - now) <= 0);
  WRITE_SYSREG(CNTV_CVAL_EL0, deadline);
  BARRIER("isb");
  return true;
}
