// GICv3, on boards where the virtual timer goes through one: the boot CPU's PPI 27 in group 0, which is an FIQ.
// Where there is none, the timer's line is the FIQ line.
#include "kernel.h"

enum { GICD_CTLR = 0x0000, GICR_WAKER = 0x0014, SGI_PAGE = 0x10000 };
enum { GICR_IGROUPR0 = SGI_PAGE + 0x80, GICR_ISENABLER0 = SGI_PAGE + 0x100, GICR_IPRIORITYR = SGI_PAGE + 0x400 };
enum { TIMER_PPI = 27, NO_INTERRUPT = 1020 };

static bool present;

static volatile u32 *reg(u8 *base, u32 offset) { return (volatile u32 *)(base + offset); }

void gic_attach(void) {
  const struct dt_node *arm_io = dt_find("/arm-io"), *node = dt_find("/arm-io/gic");
  const char *compatible = dt_string(node, "compatible");
  u64 soc_base, distributor, redistributor;
  if (!compatible || !streq(compatible, "arm,gic-v3") || !dt_u64_at(arm_io, "ranges", 1, &soc_base) ||
      !dt_u64_at(node, "reg", 0, &distributor) || !dt_u64_at(node, "reg", 2, &redistributor))
    return;
  u8 *gicd = io_map(soc_base + distributor, 0x10000), *gicr = io_map(soc_base + redistributor, 0x20000);
  WRITE_SYSREG(ICC_SRE_EL1, 7);
  BARRIER("isb");
  *reg(gicd, GICD_CTLR) = 1 << 4 | 1; // affinity routing, group 0
  *reg(gicr, GICR_WAKER) &= ~(1u << 1);
  while (*reg(gicr, GICR_WAKER) & 1 << 2) {}
  *reg(gicr, GICR_IGROUPR0) &= ~(1u << TIMER_PPI);
  *(volatile u8 *)(gicr + GICR_IPRIORITYR + TIMER_PPI) = 0x80;
  *reg(gicr, GICR_ISENABLER0) = 1u << TIMER_PPI;
  WRITE_SYSREG(ICC_PMR_EL1, 0xff);
  WRITE_SYSREG(ICC_IGRPEN0_EL1, 1);
  BARRIER("isb");
  present = true;
}

// Acknowledges the FIQ that is pending; false when it is none of ours.
bool gic_acknowledge(u32 *interrupt) {
  if (!present) return true;
  *interrupt = (u32)READ_SYSREG(ICC_IAR0_EL1);
  return *interrupt == TIMER_PPI;
}

void gic_end(u32 interrupt) {
  if (present && interrupt < NO_INTERRUPT) WRITE_SYSREG(ICC_EOIR0_EL1, interrupt);
}
