// Translation tables: 16K granules, 47-bit addresses, three levels of 2048 entries
// (64 GiB, 32 MiB and 16 KiB each).
#include "kernel.h"

#define ENTRIES 2048
#define TABLE 3ul
#define PAGE 3ul
#define BLOCK 1ul
#define ATTR(n) ((u64)(n) << 2)
#define AP_USER (1ul << 6)
#define AP_READ_ONLY (1ul << 7)
#define SH_OUTER (2ul << 8)
#define AF (1ul << 10)
#define NG (1ul << 11)
#define PXN (1ul << 53)
#define UXN (1ul << 54)
#define ADDRESS 0x0000ffffffffc000ul
#define NORMAL (ATTR(0) | SH_OUTER | AF)
#define DEVICE (ATTR(3) | SH_OUTER | AF)
#define IO_WINDOW 0xfffffe2000000000ul
#define USER_ASID 1ul

static u64 kernel_root, user_root, io_next = IO_WINDOW;

static u32 index_of(u64 va, u32 level) { return (u32)(va >> (36 - 11 * (level - 1))) & (ENTRIES - 1); }

// The table below the entry for `va`, made when it is not there.
static u64 *next_table(u64 *table, u64 va, u32 level) {
  u64 *entry = &table[index_of(va, level)];
  if (!*entry) *entry = page_alloc() | TABLE;
  return PHYS_TO_VIRT(*entry & ADDRESS);
}

static u64 *page_entry(u64 root, u64 va) {
  u64 *l2 = next_table(PHYS_TO_VIRT(root), va, 1);
  return &next_table(l2, va, 2)[index_of(va, 3)];
}

static u64 kernel_protection(u64 va) {
  int protection = collection_protection(va);
  u64 attributes = NORMAL | UXN;
  if (!(protection & PROT_WRITE)) attributes |= AP_READ_ONLY;
  if (!(protection & PROT_EXECUTE)) attributes |= PXN;
  return attributes;
}

// The kernel's own tables replace the bootstrap ones: text read-only and executable, constants
// read-only, everything else never executable; V = P goes away.
void pmap_bootstrap(void) {
  kernel_root = page_alloc();
  u64 va = boot_args->virt_base, end = va + ROUND_DOWN(boot_args->mem_size, PAGE_SIZE);
  while (va < end) {
    bool has_kernel = va + BLOCK_SIZE > collection_start() && va < collection_end();
    if (!has_kernel && !(va & (BLOCK_SIZE - 1)) && end - va >= BLOCK_SIZE) {
      u64 *l2 = next_table(PHYS_TO_VIRT(kernel_root), va, 1);
      l2[index_of(va, 2)] = VIRT_TO_PHYS(va) | BLOCK | NORMAL | UXN | PXN;
      va += BLOCK_SIZE;
    } else {
      *page_entry(kernel_root, va) = VIRT_TO_PHYS(va) | PAGE | kernel_protection(va);
      va += PAGE_SIZE;
    }
  }
  // The page below each stack is a guard.
  extern u8 kernel_stack_guard[], exception_stack_guard[];
  *page_entry(kernel_root, (u64)kernel_stack_guard) = 0;
  *page_entry(kernel_root, (u64)exception_stack_guard) = 0;
  user_root = page_alloc();
  BARRIER("dsb ishst");
  WRITE_SYSREG(TTBR0_EL1, user_root);
  WRITE_SYSREG(TTBR1_EL1, kernel_root);
  BARRIER("isb");
  BARRIER("tlbi vmalle1is");
  BARRIER("dsb ish");
  BARRIER("isb");
}

void *io_map(u64 pa, u64 size) {
  u64 first = ROUND_DOWN(pa, PAGE_SIZE), va = io_next;
  for (u64 at = first; at < pa + size; at += PAGE_SIZE, io_next += PAGE_SIZE)
    *page_entry(kernel_root, io_next) = at | PAGE | DEVICE | UXN | PXN;
  BARRIER("dsb ishst");
  BARRIER("isb");
  return (void *)(va + (pa - first));
}

void user_map_create(void) {
  user_root = page_alloc();
  BARRIER("dsb ishst");
  WRITE_SYSREG(TTBR0_EL1, user_root | USER_ASID << 48);
  BARRIER("isb");
  __asm__ volatile("tlbi aside1is, %0" ::"r"(USER_ASID << 48));
  BARRIER("dsb ish");
  BARRIER("isb");
}

// Maps a page with the access flag clear, so that the first use is seen (see user_fault in trap.c).
bool user_enter(u64 va, u64 pa, int protection) {
  if (va >> 47 || (va & (PAGE_SIZE - 1))) return false;
  u64 entry = pa | PAGE | ATTR(0) | SH_OUTER | AP_USER | NG | PXN;
  if (!(protection & PROT_WRITE)) entry |= AP_READ_ONLY;
  if (!(protection & PROT_EXECUTE)) entry |= UXN;
  u64 *slot = page_entry(user_root, va);
  bool replaced = *slot != 0;
  *slot = entry;
  BARRIER("dsb ishst");
  if (replaced) {
    __asm__ volatile("tlbi vae1is, %0" ::"r"(va >> 12 | USER_ASID << 48));
    BARRIER("dsb ish");
  }
  BARRIER("isb");
  return true;
}

// The level 3 entry of a user address, or NULL when there is none.
u64 *user_entry(u64 va) {
  if (va >> 47) return NULL;
  u64 *table = PHYS_TO_VIRT(user_root);
  for (u32 level = 1; level < 3; level++) {
    u64 entry = table[index_of(va, level)];
    if (!entry) return NULL;
    table = PHYS_TO_VIRT(entry & ADDRESS);
  }
  u64 *entry = &table[index_of(va, 3)];
  return *entry ? entry : NULL;
}

// Makes instructions that were written as data visible to fetches.
void cache_text_written(const void *start, u64 length) {
  for (u64 at = ROUND_DOWN((u64)start, 64); at < (u64)start + length; at += 64)
    __asm__ volatile("dc cvau, %0" ::"r"(at) : "memory");
  BARRIER("dsb ish");
  for (u64 at = ROUND_DOWN((u64)start, 64); at < (u64)start + length; at += 64)
    __asm__ volatile("ic ivau, %0" ::"r"(at) : "memory");
  BARRIER("dsb ish");
  BARRIER("isb");
}
