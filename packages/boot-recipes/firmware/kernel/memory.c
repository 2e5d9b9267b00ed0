// Physical pages: what lies between the end of the loader's data and the end of memory, then what
// lies between physBase and the kernel. Nothing is ever given back: this kernel runs one program.
#include "kernel.h"

static struct {
  u64 next, end;
} ranges[2];

static u64 lowest_kernel_address(void) {
  u64 lowest = VIRT_TO_PHYS(collection_start()), trust_cache;
  if (dt_u64_at(dt_find("/chosen/memory-map"), "TrustCache", 0, &trust_cache) && trust_cache < lowest)
    lowest = trust_cache;
  return ROUND_DOWN(lowest, PAGE_SIZE);
}

void memory_init(void) {
  u64 base = boot_args->phys_base;
  ranges[0].next = boot_args->top_of_kernel_data + BOOTSTRAP_PAGES * PAGE_SIZE;
  ranges[0].end = ROUND_DOWN(base + boot_args->mem_size, PAGE_SIZE);
  ranges[1].next = ROUND_UP(base, PAGE_SIZE);
  ranges[1].end = lowest_kernel_address();
}

// The physical address of a zeroed page.
u64 page_alloc(void) {
  for (u32 i = 0; i < 2; i++)
    if (ranges[i].next < ranges[i].end) {
      u64 pa = ranges[i].next;
      ranges[i].next += PAGE_SIZE;
      memset(PHYS_TO_VIRT(pa), 0, PAGE_SIZE);
      return pa;
    }
  panic("out of memory");
}

u64 pages_free(void) {
  u64 bytes = 0;
  for (u32 i = 0; i < 2; i++) bytes += ranges[i].end - ranges[i].next;
  return bytes / PAGE_SIZE;
}
