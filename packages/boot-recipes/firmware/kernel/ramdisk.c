// The RAM disk: a POSIX ustar archive at /chosen/memory-map RAMDisk, read in place.
#include "kernel.h"

enum { BLOCK = 512 };
struct ustar {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100], magic[6];
};

static const u8 *image;
static u64 image_size;

static u64 octal(const char *s, u32 length) {
  u64 value = 0;
  for (; length && *s >= '0' && *s <= '7'; s++, length--) value = value * 8 + (u64)(*s - '0');
  return value;
}

bool ramdisk_attach(void) {
  const struct dt_node *map = dt_find("/chosen/memory-map");
  u64 pa, size;
  if (!dt_u64_at(map, "RAMDisk", 0, &pa) || !dt_u64_at(map, "RAMDisk", 1, &size)) return false;
  if (pa < boot_args->phys_base || pa > boot_args->top_of_kernel_data || size > boot_args->top_of_kernel_data - pa)
    panic("RAM disk [%p, +0x%lx] is outside the loader's data", (void *)pa, size);
  image = PHYS_TO_VIRT(pa);
  image_size = size;
  return true;
}

// The entry at `at`, or NULL at the archive's end; `next` is where the one after begins.
static const struct ustar *entry_at(u64 at, struct file *file, u64 *next) {
  if (at > image_size || image_size - at < BLOCK) return NULL;
  const struct ustar *entry = (const void *)(image + at);
  if (memcmp(entry->magic, "ustar", 5)) return NULL;
  u64 sum = 8 * ' ', size = octal(entry->size, sizeof entry->size);
  for (u32 i = 0; i < BLOCK; i++)
    if (i < 148 || i >= 156) sum += ((const u8 *)entry)[i];
  if (sum != octal(entry->checksum, sizeof entry->checksum)) panic("RAM disk: bad checksum at 0x%lx", at);
  if (size > image_size - at - BLOCK) panic("RAM disk: entry at 0x%lx passes the end", at);
  *file = (struct file){image + at + BLOCK, size};
  *next = at + BLOCK + ROUND_UP(size, BLOCK);
  return entry;
}

static bool is_file(const struct ustar *entry) { return entry->type == '0' || entry->type == 0; }

bool ramdisk_open(const char *path, struct file *out) {
  while (*path == '/') path++;
  const struct ustar *entry;
  for (u64 at = 0; (entry = entry_at(at, out, &at));)
    if (is_file(entry) && strlen(path) < sizeof entry->name && memcmp(entry->name, path, strlen(path) + 1) == 0)
      return true;
  return false;
}

void ramdisk_list(void (*each)(const char *name, u64 size)) {
  const struct ustar *entry;
  struct file file;
  for (u64 at = 0; (entry = entry_at(at, &file, &at));) {
    char name[101];
    memcpy(name, entry->name, 100);
    name[100] = 0;
    if (is_file(entry)) each(name, file.size);
  }
}
