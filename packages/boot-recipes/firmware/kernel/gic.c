// GICv3: the virtual timer (PPI 27) in group 0, which is an FIQ; everything else in group 1, which is an IRQ.
#include "kernel.h"

enum { GICD_CTLR = 0x0000, GICD_IGROUPR = 0x80, GICD_ISENABLER = 0x100, GICD_IPRIORITYR = 0x400, GICD_IROUTER = 0x6000 };
enum { GICR_WAKER = 0x0014, SGI_PAGE = 0x10000, GICR_FRAME = 0x20000 };
enum { GICR_IGROUPR0 = SGI_PAGE + 0x80, GICR_ISENABLER0 = SGI_PAGE + 0x100, GICR_IPRIORITYR = SGI_PAGE + 0x400 };
enum { TIMER_PPI = 27, NO_INTERRUPT = 1020, IPI_SGI = 0 };

static u8 *gicd, *gicr;

static volatile u32 *reg(u8 *base, u32 offset) { return (volatile u32 *)(base + offset); }

// What each CPU does for itself.
void gic_cpu_attach(u32 cpu) {
  if (!gicd) return;
  u8 *frame = gicr + cpu * GICR_FRAME;
  WRITE_SYSREG(ICC_SRE_EL1, 7);
  BARRIER("isb");
  *reg(frame, GICR_WAKER) &= ~(1u << 1);
  while (*reg(frame, GICR_WAKER) & 1 << 2) {}
  *reg(frame, GICR_IGROUPR0) = ~(1u << TIMER_PPI);
  *(volatile u8 *)(frame + GICR_IPRIORITYR + TIMER_PPI) = 0x80;
  *(volatile u8 *)(frame + GICR_IPRIORITYR + IPI_SGI) = 0x80;
  *reg(frame, GICR_ISENABLER0) = 1u << TIMER_PPI | 1u << IPI_SGI;
  WRITE_SYSREG(ICC_PMR_EL1, 0xff);
  WRITE_SYSREG(ICC_IGRPEN0_EL1, 1);
  WRITE_SYSREG(ICC_IGRPEN1_EL1, 1);
  BARRIER("isb");
  BARRIER("msr DAIFClr, #2"); // I
}

static void enable(u32 input) {
  *reg(gicd, GICD_IGROUPR + 4 * (input / 32)) |= 1u << (input % 32);
  *(volatile u8 *)(gicd + GICD_IPRIORITYR + input) = 0x80;
  *reg(gicd, GICD_IROUTER + 8 * input) = 0; // the boot CPU
  *reg(gicd, GICD_IROUTER + 8 * input + 4) = 0;
  *reg(gicd, GICD_ISENABLER + 4 * (input / 32)) = 1u << (input % 32);
}

static void handle(void) {
  u32 input;
  while ((input = (u32)READ_SYSREG(ICC_IAR1_EL1)) < NO_INTERRUPT) {
    if (input == IPI_SGI) ipi_received();
    else interrupt_dispatch(input);
    WRITE_SYSREG(ICC_EOIR1_EL1, input);
    BARRIER("isb");
  }
}

static struct interrupt_controller gic = {"GICv3", 3, enable, handle};

const struct interrupt_controller *gic_attach(void) {
  const struct dt_node *arm_io = dt_find("/arm-io"), *node = dt_find("/arm-io/gic");
  const char *compatible = dt_string(node, "compatible");
  u64 soc_base, distributor, redistributor, redistributors;
  if (!compatible || !streq(compatible, "arm,gic-v3") || !dt_u64_at(arm_io, "ranges", 1, &soc_base) ||
      !dt_u64_at(node, "reg", 0, &distributor) || !dt_u64_at(node, "reg", 2, &redistributor) ||
      !dt_u64_at(node, "reg", 3, &redistributors))
    return NULL;
  gicd = io_map(soc_base + distributor, 0x10000);
  gicr = io_map(soc_base + redistributor, redistributors);
  *reg(gicd, GICD_CTLR) = 1 << 4 | 3; // affinity routing, both groups
  gic_cpu_attach(0);
  return &gic;
}

bool gic_present(void) { return gicd != NULL; }

void gic_send_ipi(u32 cpu) {
  WRITE_SYSREG(ICC_SGI1R_EL1, (u64)IPI_SGI << 24 | 1ul << cpu);
  BARRIER("isb");
}

// Acknowledges the FIQ that is pending; false when it is none of ours.
bool gic_acknowledge(u32 *interrupt) {
  *interrupt = (u32)READ_SYSREG(ICC_IAR0_EL1);
  return *interrupt == TIMER_PPI;
}

void gic_end(u32 interrupt) {
  if (interrupt < NO_INTERRUPT) WRITE_SYSREG(ICC_EOIR0_EL1, interrupt);
}
