// Power: PSCI by HVC, where the device tree has a node /psci for it. Apple's machines have no PSCI;
// this board has, so that the end of a run is not a hang.
#include "kernel.h"

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

void power_off(void) { psci(PSCI_SYSTEM_OFF); }
void power_reset(void) { psci(PSCI_SYSTEM_RESET); }
