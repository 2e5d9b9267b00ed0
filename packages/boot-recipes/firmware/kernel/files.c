// What programs open: files and folders of the RAM disk, the disk, and texts that the kernel writes.
#include "kernel.h"

enum { EBADF = 9, EFAULT = 14, EINVAL = 22, EMFILE = 24, ENOENT = 2, EIO = 5, ENXIO = 6 };
enum { FILES = 4, TEXT = 2048, SECTOR = 512 };

static struct {
  bool open, disk;
  struct file file;
  u64 at;
  char text[TEXT];
} files[FILES];

static void version(void) {
  printf("boot-recipes sample kernel, arm64, %s, EL%lu, 16K pages\n", dt_string(dt_root(), "model"),
         READ_SYSREG(CurrentEL) >> 2);
}

static void processes(void) {
  printf("%5s %8s %s\n", "PID", "TICKS", "COMMAND");
  printf("%5u %8lu kernel_task\n%5u %8lu /sbin/launchd\n", 0, ticks_in_kernel, 1, ticks_in_user);
}

static void memory(void) { printf("%lu pages of 16 KiB free\n", pages_free()); }

static const struct {
  const char *path;
  void (*describe)(void);
} texts[] = {
    {"dev/interrupts", interrupts_describe},
    {"dev/memory", memory},
    {"dev/processes", processes},
    {"dev/version", version},
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

// ---- Folders: the names right below one, each once; what is sorted in the archive stays so.

static const char *folder;
static char last[101];

static void list_name(const char *path, u64 size) {
  size_t n = strlen(folder);
  if (memcmp(path, folder, n) != 0 || (n && path[n] != '/')) return;
  const char *rest = path + n + (n ? 1 : 0);
  char name[101];
  size_t length = 0;
  while (rest[length] && rest[length] != '/' && length < 100) name[length] = rest[length], length++;
  name[length] = 0;
  if (!length || streq(name, last)) return;
  memcpy(last, name, length + 1);
  if (rest[length] == '/') printf("%10s %s/\n", "", name);
  else printf("%10lu %s\n", size, name);
}

static void list(void) {
  last[0] = 0;
  ramdisk_list(list_name);
  if (!*folder) printf("%10s dev/\n", "");
  if (!streq(folder, "dev")) return;
  if (disk_size()) printf("%10lu disk0\n", disk_size());
  for (u32 i = 0; i < TEXTS; i++) printf("%10s %s\n", "", texts[i].path + 4);
}

static int open_path(const char *path, u64 slot) {
  while (*path == '/') path++;
  files[slot].disk = streq(path, "dev/disk0");
  if (files[slot].disk) return disk_size() ? 0 : ENXIO;
  if (ramdisk_open(path, &files[slot].file)) return 0;
  void (*describe)(void) = NULL;
  for (u32 i = 0; i < TEXTS; i++)
    if (streq(path, texts[i].path)) describe = texts[i].describe;
  folder = path;
  u64 length = print_to(files[slot].text, TEXT, describe ? describe : list);
  files[slot].file = (struct file){(const u8 *)files[slot].text, length};
  return length ? 0 : ENOENT;
}

int file_open(const char *path, u64 *slot) {
  for (*slot = 0; *slot < FILES; ++*slot) {
    if (files[*slot].open) continue;
    int error = open_path(path, *slot);
    files[*slot].at = 0;
    files[*slot].open = !error;
    return error;
  }
  return EMFILE;
}

int file_close(u64 slot) {
  if (slot >= FILES || !files[slot].open) return EBADF;
  files[slot].open = false;
  return 0;
}

int file_seek(u64 slot, u64 at) {
  if (slot >= FILES || !files[slot].open) return EBADF;
  files[slot].at = at;
  return 0;
}

int file_read(u64 slot, u64 user, u64 size, u64 *done) {
  if (slot >= FILES || !files[slot].open) return EBADF;
  u64 at = files[slot].at, end = files[slot].disk ? disk_size() : files[slot].file.size;
  if (at > end) at = end;
  u64 length = size < end - at ? size : end - at;
  const u8 *data = files[slot].file.data + at;
  if (files[slot].disk && length) {
    data = disk_read(at / SECTOR);
    if (!data) return EIO;
    data += at % SECTOR;
    if (length > SECTOR - at % SECTOR) length = SECTOR - at % SECTOR;
  }
  int error = copyout(data, user, length);
  if (error) return error;
  files[slot].at = at + length;
  *done = length;
  return 0;
}

// Whole sectors of the disk; the RAM disk and the kernel's texts are not written to.
int file_write(u64 slot, u64 user, u64 size, u64 *done) {
  if (slot >= FILES || !files[slot].open || !files[slot].disk) return EBADF;
  if (size % SECTOR || files[slot].at % SECTOR) return EINVAL;
  u8 sector[SECTOR];
  for (*done = 0; *done < size; *done += SECTOR, files[slot].at += SECTOR) {
    int error = copyin(user + *done, sector, SECTOR);
    if (error) return error;
    if (!disk_write(files[slot].at / SECTOR, sector)) return EIO;
  }
  return 0;
}
