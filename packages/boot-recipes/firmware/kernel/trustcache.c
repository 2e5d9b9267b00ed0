// The external trust cache: where /chosen/memory-map says that the loader put it, in its wrapper {u32 count, u32
// offsets}; modules of version 1. Conditions and messages are those of XNU's.
#include "kernel.h"

enum { VERSION = 1, HEADER = 24, ENTRY = 22, HASH = 20 };
struct module {
  u32 version;
  u8 uuid[16];
  u32 count;
  u8 entries[];
};

static const struct module *module;

void trust_cache_attach(void) {
  const struct dt_node *map = dt_find("/chosen/memory-map");
  u64 pa = 0, size = 0;
  if (!dt_u64_at(map, "TrustCache", 0, &pa) || !dt_u64_at(map, "TrustCache", 1, &size) || !size) {
    printf("No external trust cache found (region len is 0).\n");
    return;
  }
  u64 lowest = collection_start(), base = boot_args->phys_base;
  if (pa < base || pa - base > boot_args->mem_size || (u64)PHYS_TO_VIRT(pa) > lowest)
    panic("EXTRADATA is in an unexpected place: %p > %p", PHYS_TO_VIRT(pa), (void *)lowest);
  const u8 *region = PHYS_TO_VIRT(pa);
  if (size > lowest - (u64)region) size = lowest - (u64)region;
  if (size < 8 + HEADER) panic("short serialized trust cache region: %lu", size);
  u32 count, offset;
  memcpy(&count, region, 4);
  memcpy(&offset, region + 4, 4);
  if (count != 1) panic("Number of trust caches: %u", count);
  printf("%u external trust cache modules available.\n", count);
  if (offset < 8) panic("trust cache module 0 overlaps previous module");
  if (offset > size - HEADER) panic("trust cache module 0 is too short for its header");
  module = (const void *)(region + offset);
  if (module->version != VERSION) panic("trust cache module 0 has unsupported version %u", module->version);
  if (module->count > (size - offset - HEADER) / ENTRY)
    panic("trust cache module 0 is too short for its %u entries", module->count);
  printf("external trust cache module 0 with %u entries\n", module->count);
}

bool trust_cache_present(void) { return module != NULL; }

// Whether the hash is listed: a binary search, for which the entries have to be in order.
bool trust_cache_has(const u8 hash[20]) {
  u64 low = 0, high = module ? module->count : 0;
  while (low < high) {
    u64 middle = (low + high) / 2;
    int order = memcmp(hash, module->entries + middle * ENTRY, HASH);
    if (order == 0) return true;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return false;
}
