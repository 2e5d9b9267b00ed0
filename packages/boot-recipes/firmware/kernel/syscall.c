// System calls: svc #0x80, number in x16, arguments from x0; carry set and errno in x0 on failure.
// Numbers are those of BSD and, negative, of Mach traps.
#include "kernel.h"

enum { EBADF = 9, EINVAL = 22, ENOSYS = 78 };
enum { SYS_exit = 1, SYS_read = 3, SYS_write = 4, SYS_open = 5, SYS_close = 6, SYS_getpid = 20, SYS_reboot = 55 };
enum { SYS_lseek = 199, SYS_poll = 230, MACH_absolute_time = -3 };
enum { RB_HALT = 8, FIRST_FILE = 3, POLLIN = 1, SEEK_SET = 0 };

// Waits for input from the console; false when there is none by a value of the counter.
static bool console_wait(u64 end) {
  while (!uart_ready()) {
    if (absolute_time() >= end) return false;
    interrupt_wait();
  }
  return true;
}

static int sys_write(const u64 *a, u64 *result) {
  u8 buffer[128];
  if (a[0] >= FIRST_FILE) return file_write(a[0] - FIRST_FILE, a[1], a[2], result);
  if (a[0] == 0) return EBADF;
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
  if (a[0] >= FIRST_FILE) return file_read(a[0] - FIRST_FILE, a[1], a[2], result);
  if (a[0] != 0) return EBADF;
  if (a[2] == 0) return 0;
  console_wait(~0ul);
  u8 byte = (u8)uart_get();
  *result = 1;
  return copyout(&byte, a[1], 1);
}

static int sys_open(const u64 *a, u64 *result) {
  char path[128];
  int error = copyinstr(a[0], path, sizeof path);
  if (!error) error = file_open(path, result);
  *result += FIRST_FILE;
  return error;
}

static int sys_lseek(const u64 *a, u64 *result) {
  if (a[2] != SEEK_SET) return EINVAL;
  *result = a[1];
  return file_seek(a[0] - FIRST_FILE, a[1]);
}

// poll of the console alone, with a time in milliseconds; -1 waits for ever.
static int sys_poll(const u64 *a, u64 *result) {
  struct {
    int fd;
    short events, revents;
  } fd;
  int error = copyin(a[0], &fd, sizeof fd), timeout = (int)a[2];
  if (error) return error;
  if (a[1] != 1 || fd.fd != 0) return EINVAL;
  u64 ticks = timer_frequency() / 1000 * (u64)timeout;
  *result = console_wait(timeout < 0 ? ~0ul : absolute_time() + ticks) ? 1 : 0;
  fd.revents = *result ? POLLIN : 0;
  return copyout(&fd, a[0], sizeof fd);
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
  case SYS_close: error = file_close(a[0] - FIRST_FILE); break;
  case SYS_getpid: result = 1; break;
  case SYS_reboot: sys_reboot(a); break;
  case SYS_lseek: error = sys_lseek(a, &result); break;
  case SYS_poll: error = sys_poll(a, &result); break;
  case MACH_absolute_time: result = absolute_time(); break;
  default: error = ENOSYS;
  }
  context->x[0] = error ? (u64)error : result;
  context->cpsr = error ? context->cpsr | 1ul << 29 : context->cpsr & ~(1ul << 29);
}
