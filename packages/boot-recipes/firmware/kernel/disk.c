// A virtio block device (Virtio 1.2, 5.2) over PCI (4.1), one request at a time. Also Apple's, which has its own number.
#include "kernel.h"

enum { VENDOR_CAPABILITY = 9, COMMON = 1, NOTIFY = 2, ISR = 3, DEVICE = 4, RING = 8, SECTOR = 512 };
enum { DEVICE_FEATURE_SELECT = 0x00, DEVICE_FEATURE = 0x04, DRIVER_FEATURE_SELECT = 0x08, DRIVER_FEATURE = 0x0c };
enum { STATUS = 0x14, QUEUE_SIZE = 0x18, QUEUE_ENABLE = 0x1c, QUEUE_NOTIFY_OFF = 0x1e, QUEUE_ADDRESSES = 0x20 };
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
enum { NEXT = 1, WRITE = 2, T_IN = 0, T_OUT = 1, LIMIT_SECONDS = 5 };
// Where things are in the two pages that the device shares.
enum { AVAILABLE = 0x400, USED = 0x800, HEADER = 0xc00, RESULT = 0xc10, DATA = PAGE_SIZE };

struct descriptor {
  u64 address;
  u32 length;
  u16 flags, next;
};

static u8 *parts[5];
static u32 notify_multiplier, notify_offset;
static u8 *shared;
static u64 shared_pa, sectors, requests;
static u16 sent;

static volatile u8 *common(u32 offset) { return parts[COMMON] + offset; }
static void put32(u32 offset, u32 value) { *(volatile u32 *)common(offset) = value; }
static void put16(u32 offset, u16 value) { *(volatile u16 *)common(offset) = value; }

static void interrupt(void) { (void)*(volatile u8 *)parts[ISR]; } // reading lowers it

static bool map_parts(struct pci_device device) {
  u8 *bar = NULL;
  u64 size = 0;
  for (u32 at = 0; (at = pci_capability(device, VENDOR_CAPABILITY, at));) {
    u32 kind = pci_read(device, at + 3) & 0xff, offset = pci_read(device, at + 8);
    if (kind < COMMON || kind > DEVICE) continue;
    if (!bar) bar = pci_map(device, pci_read(device, at + 4) & 0xff, &size);
    if (!bar || offset >= size) return false;
    parts[kind] = bar + offset;
    if (kind == NOTIFY) notify_multiplier = pci_read(device, at + 16);
  }
  return parts[COMMON] && parts[NOTIFY] && parts[ISR] && parts[DEVICE];
}

static void set_address(u32 offset, u64 pa) {
  put32(offset, (u32)pa);
  put32(offset + 4, (u32)(pa >> 32));
}

void disk_attach(void) {
  struct pci_device device;
  bool apple = false;
  if (!pci_find(0x1af4, 0x1042, &device) && !(apple = pci_find(0x106b, 0x1a00, &device))) return;
  if (!map_parts(device)) return;
  shared_pa = page_alloc();
  if (page_alloc() != shared_pa + PAGE_SIZE) return;
  shared = PHYS_TO_VIRT(shared_pa);
  *common(STATUS) = 0;
  *common(STATUS) = ACKNOWLEDGE | DRIVER;
  put32(DRIVER_FEATURE_SELECT, 0);
  put32(DRIVER_FEATURE, 0);
  put32(DRIVER_FEATURE_SELECT, 1);
  put32(DRIVER_FEATURE, 1); // VIRTIO_F_VERSION_1
  *common(STATUS) = ACKNOWLEDGE | DRIVER | FEATURES_OK;
  if (!(*common(STATUS) & FEATURES_OK)) return;
  put16(QUEUE_SIZE, RING);
  set_address(QUEUE_ADDRESSES, shared_pa);
  set_address(QUEUE_ADDRESSES + 8, shared_pa + AVAILABLE);
  set_address(QUEUE_ADDRESSES + 16, shared_pa + USED);
  notify_offset = *(volatile u16 *)common(QUEUE_NOTIFY_OFF) * notify_multiplier;
  put16(QUEUE_ENABLE, 1);
  *common(STATUS) = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
  volatile u32 *capacity = (volatile u32 *)parts[DEVICE];
  sectors = (u64)capacity[1] << 32 | capacity[0];
  u32 input;
  bool connected = pci_interrupt(device, &input) && interrupt_connect(input, "disk0", interrupt);
  printf("disk0: %svirtio block device in slot %u, %lu sectors, %s\n", apple ? "Apple's " : "", device.slot, sectors,
         connected ? "by interrupt" : "polled");
}

u64 disk_size(void) { return sectors * SECTOR; }

// Transfers a sector; false when the device refuses or does not answer.
static bool request(u32 kind, u64 sector) {
  if (!shared || sector >= sectors) return false;
  struct descriptor *ring = (void *)shared;
  *(u32 *)(shared + HEADER) = kind;
  *(u32 *)(shared + HEADER + 4) = 0;
  *(u64 *)(shared + HEADER + 8) = sector;
  *(volatile u8 *)(shared + RESULT) = 0xff;
  ring[0] = (struct descriptor){shared_pa + HEADER, 16, NEXT, 1};
  ring[1] = (struct descriptor){shared_pa + DATA, SECTOR, (u16)(NEXT | (kind == T_IN ? WRITE : 0)), 2};
  ring[2] = (struct descriptor){shared_pa + RESULT, 1, WRITE, 0};
  volatile u16 *available = (volatile u16 *)(shared + AVAILABLE), *used = (volatile u16 *)(shared + USED);
  available[2 + sent % RING] = 0;
  BARRIER("dmb ishst");
  available[1] = ++sent;
  BARRIER("dsb sy");
  *(volatile u16 *)(parts[NOTIFY] + notify_offset) = 0;
  u64 end = absolute_time() + LIMIT_SECONDS * timer_frequency();
  while (used[1] != sent) {
    if (absolute_time() > end) return false;
    interrupt_wait();
  }
  BARRIER("dmb ishld");
  requests++;
  return *(volatile u8 *)(shared + RESULT) == 0;
}

const u8 *disk_read(u64 sector) { return request(T_IN, sector) ? shared + DATA : NULL; }

bool disk_write(u64 sector, const u8 *data) {
  if (!shared) return false;
  memcpy(shared + DATA, data, SECTOR);
  return request(T_OUT, sector);
}
