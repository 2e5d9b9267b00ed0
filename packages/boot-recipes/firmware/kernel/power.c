// Power: PSCI by HVC, where the device tree has a node /psci for it. Apple's machines have no PSCI;
// this board has, so that the end of a run is not a hang.
#include "kernel.h"

#define PSCI_CPU_ON 0xc4000003u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

static bool has_psci;

void power_attach(void) {
  const char *compatible = dt_string(dt_find("/psci"), "compatible"), *method = dt_string(dt_find("/psci"), "method");
  has_psci = compatible && method && streq(compatible, "arm,psci-1.0") && streq(method, "hvc");
}

static void __attribute__((noreturn)) psci(u32 function) {
  if (has_psci) {
    register u64 x0 __asm__("x0") = function;
    __asm__ volatile("hvc #0" : "+r"(x0)::"memory");
  }
  BARRIER("msr DAIFSet, #0xf");
  for (;;) BARRIER("wfi");
}

// Starts a CPU at a physical address; 0, or PSCI's error.
s64 psci_cpu_on(u64 mpidr, u64 entry, u64 context) {
  if (!has_psci) return -1;
  register u64 x0 __asm__("x0") = PSCI_CPU_ON;
  register u64 x1 __asm__("x1") = mpidr;
  register u64 x2 __asm__("x2") = entry;
  register u64 x3 __asm__("x3") = context;
  __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
  return (s64)x0;
}

void power_off(void) { psci(PSCI_SYSTEM_OFF); }
void power_reset(void) { psci(PSCI_SYSTEM_RESET); }
