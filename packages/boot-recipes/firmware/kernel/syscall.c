// System calls: svc #0x80, number in x16, arguments from x0; carry set and errno in x0 on failure.
// Numbers are those of BSD and, negative, of Mach traps.
#include "kernel.h"

enum { EINTR = 4, EBADF = 9, EFAULT = 14, EINVAL = 22, EMFILE = 24, ENOENT = 2, ENOSYS = 78 };
enum { SYS_exit = 1, SYS_read = 3, SYS_write = 4, SYS_open = 5, SYS_close = 6, SYS_getpid = 20, SYS_reboot = 55 };
enum { MACH_absolute_time = -3, RB_HALT = 8, FIRST_FILE = 3, FILES = 8 };

static struct {
  struct file file;
  u64 at;
  bool open;
} files[FILES];

// Waits for a byte from the console; the timer's ticks end the wait for interrupts.
static int console_wait(void) {
  for (;;) {
    int byte = uart_get();
    if (byte >= 0) return byte;
    BARRIER("wfi");
    BARRIER("msr DAIFClr, #1"); // let the tick in
    BARRIER("msr DAIFSet, #1");
  }
}

static int sys_write(const u64 *a, u64 *result) {
  u8 buffer[128];
  if (a[0] != 1 && a[0] != 2) return EBADF;
  for (u64 done = 0; done < a[2];) {
    u64 length = a[2] - done < sizeof buffer ? a[2] - done : sizeof buffer;
    int error = copyin(a[1] + done, buffer, length);
    if (error) return error;
    for (u64 i = 0; i < length; i++) put_char((char)buffer[i]);
    done += length;
  }
  *result = a[2];
  return 0;
}

static int sys_read(const u64 *a, u64 *result) {
  if (a[0] == 0) {
    if (a[2] == 0) return 0;
    u8 byte = (u8)console_wait();
    *result = 1;
    return copyout(&byte, a[1], 1);
  }
  u64 slot = a[0] - FIRST_FILE;
  if (slot >= FILES || !files[slot].open) return EBADF;
  u64 left = files[slot].file.size - files[slot].at, length = a[2] < left ? a[2] : left;
  int error = copyout(files[slot].file.data + files[slot].at, a[1], length);
  if (error) return error;
  files[slot].at += length;
  *result = length;
  return 0;
}

static int sys_open(const u64 *a, u64 *result) {
  char path[128];
  int error = copyinstr(a[0], path, sizeof path);
  if (error) return error;
  for (u64 slot = 0; slot < FILES; slot++)
    if (!files[slot].open) {
      if (!ramdisk_open(path, &files[slot].file)) return ENOENT;
      files[slot].at = 0;
      files[slot].open = true;
      *result = FIRST_FILE + slot;
      return 0;
    }
  return EMFILE;
}

static int sys_close(const u64 *a) {
  u64 slot = a[0] - FIRST_FILE;
  if (slot >= FILES || !files[slot].open) return EBADF;
  files[slot].open = false;
  return 0;
}

static void sys_reboot(const u64 *a) {
  printf("%lu ticks: %lu in the kernel, %lu in user mode; %lu pages free\n", ticks_in_kernel + ticks_in_user,
         ticks_in_kernel, ticks_in_user, pages_free());
  printf(a[0] & RB_HALT ? "halting\n" : "rebooting\n");
  if (a[0] & RB_HALT) power_off();
  power_reset();
}

void system_call(struct context *context) {
  u64 *a = context->x, result = 0;
  int error = 0;
  switch ((int)context->x[16]) {
  case SYS_exit: panic("initproc exited, status %d", (int)a[0]);
  case SYS_read: error = sys_read(a, &result); break;
  case SYS_write: error = sys_write(a, &result); break;
  case SYS_open: error = sys_open(a, &result); break;
  case SYS_close: error = sys_close(a); break;
  case SYS_getpid: result = 1; break;
  case SYS_reboot: sys_reboot(a); break;
  case MACH_absolute_time: result = absolute_time(); break;
  default: error = ENOSYS;
  }
  context->x[0] = error ? (u64)error : result;
  context->cpsr = error ? context->cpsr | 1ul << 29 : context->cpsr & ~(1ul << 29);
}
