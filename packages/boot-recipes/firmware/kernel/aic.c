// Apple's interrupt controller, first version: reading EVENT takes an interrupt and masks its source. Timers and fast
// interrupts between processors do not come through it.
#include "kernel.h"

enum { CAP0 = 0x04, EVENT = 0x2004, TARGET = 0x3000, MASK_CLR = 0x4180 };
enum { EVENT_DEVICE = 1 };

static volatile u8 *base;

static u32 get(u32 offset) { return *(volatile u32 *)(base + offset); }
static void put(u32 offset, u32 value) { *(volatile u32 *)(base + offset) = value; }

static void unmask(u32 input) { put(MASK_CLR + 4 * (input / 32), 1u << (input % 32)); }

static void enable(u32 input) {
  put(TARGET + 4 * input, 1); // the boot CPU
  unmask(input);
}

static void handle(void) {
  u32 event;
  while ((event = get(EVENT)))
    if (event >> 16 == EVENT_DEVICE && interrupt_dispatch(event & 0xffff)) unmask(event & 0xffff);
}

static struct interrupt_controller aic = {"AIC", 1, enable, handle};

const struct interrupt_controller *aic_attach(void) {
  const struct dt_node *arm_io = dt_find("/arm-io"), *node = dt_find("/arm-io/aic");
  const char *compatible = dt_string(node, "compatible");
  u64 soc_base, offset;
  if (!compatible || !streq(compatible, "aic,1") || !dt_u64_at(arm_io, "ranges", 1, &soc_base) ||
      !dt_u64_at(node, "reg", 0, &offset))
    return NULL;
  base = io_map(soc_base + offset, 0x9000);
  printf("AIC: %u inputs\n", get(CAP0) & 0xffff);
  BARRIER("msr DAIFClr, #2"); // I
  return &aic;
}
