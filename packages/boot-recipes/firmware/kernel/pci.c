// PCI Express: configuration space by ECAM (`pci-host-ecam-generic`), bus 0; base addresses are handed out from the
// node's window.
#include "kernel.h"

enum { VENDOR = 0x00, COMMAND = 0x04, BAR0 = 0x10, CAPABILITIES = 0x34, SLOTS = 32, SLOT_SIZE = 0x8000 };
enum { MEMORY_SPACE = 1 << 1, BUS_MASTER = 1 << 2 };

static u8 *ecam;
static u64 window, window_end;
static const struct dt_node *node;

static volatile u32 *config(struct pci_device device, u32 offset) {
  return (volatile u32 *)(ecam + device.slot * SLOT_SIZE + offset);
}

void pci_attach(void) {
  const struct dt_node *arm_io = dt_find("/arm-io");
  node = dt_find("/arm-io/pcie");
  const char *compatible = dt_string(node, "compatible");
  u64 soc, soc_size, reg[4];
  if (!compatible || !streq(compatible, "pci-host-ecam-generic") || !dt_u64_at(arm_io, "ranges", 1, &soc) ||
      !dt_u64_at(arm_io, "ranges", 2, &soc_size))
    return;
  for (u32 i = 0; i < 4; i++)
    if (!dt_u64_at(node, "reg", i, &reg[i])) return;
  if (reg[0] > soc_size || reg[1] > soc_size - reg[0] || reg[1] < SLOTS * SLOT_SIZE) return;
  ecam = io_map(soc + reg[0], SLOTS * SLOT_SIZE);
  window = soc + reg[2];
  window_end = window + reg[3];
  printf("pci: ECAM 0x%lx, window 0x%lx\n", soc + reg[0], window);
}

// The first device of a vendor and kind.
bool pci_find(u32 vendor, u32 kind, struct pci_device *out) {
  for (u32 slot = 0; ecam && slot < SLOTS; slot++) {
    struct pci_device device = {slot};
    if (*config(device, VENDOR) != (kind << 16 | vendor)) continue;
    *out = device;
    return true;
  }
  return false;
}

u32 pci_read(struct pci_device device, u32 offset) { return *config(device, offset & ~3u) >> (8 * (offset & 3)); }

// Places a 64-bit base address register and maps it; NULL when there is no room.
u8 *pci_map(struct pci_device device, u32 bar, u64 *size) {
  volatile u32 *low = config(device, BAR0 + 4 * bar), *high = low + 1;
  *low = ~0u;
  *high = ~0u;
  u64 mask = ((u64)*high << 32 | *low) & ~0xful;
  *size = -mask;
  u64 at = ROUND_UP(window, *size);
  if (!mask || at + *size > window_end) return NULL;
  window = at + *size;
  *low = (u32)at;
  *high = (u32)(at >> 32);
  *config(device, COMMAND) = MEMORY_SPACE | BUS_MASTER;
  return io_map(at, *size);
}

// The next capability with this identifier behind `after`, or 0.
u32 pci_capability(struct pci_device device, u32 id, u32 after) {
  u32 at = pci_read(device, after ? after + 1 : CAPABILITIES) & 0xfc;
  for (u32 i = 0; at && i < 48; i++) {
    if ((pci_read(device, at) & 0xff) == id) return at;
    at = pci_read(device, at + 1) & 0xfc;
  }
  return 0;
}

// The input of INTA: pins go round the slots.
bool pci_interrupt(struct pci_device device, u32 *input) { return interrupt_of(node, device.slot % 4, input); }
