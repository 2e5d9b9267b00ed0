// copyin and copyout with the address checks that belong to them.
#include "kernel.h"

#define USER_LIMIT (1ul << 47)

int copyin_bytes(const void *user, void *kernel, size_t length);
int copyout_bytes(const void *kernel, void *user, size_t length);

static bool outside(u64 user, size_t length) { return user >= USER_LIMIT || length > USER_LIMIT - user; }

int copyin(u64 user, void *kernel, size_t length) {
  if (outside(user, length)) return 14;
  return length ? copyin_bytes((const void *)user, kernel, length) : 0;
}

int copyout(const void *kernel, u64 user, size_t length) {
  if (outside(user, length)) return 14;
  return length ? copyout_bytes(kernel, (void *)user, length) : 0;
}

// A NUL-terminated string of less than `size` bytes; 63 (ENAMETOOLONG) when it is longer.
int copyinstr(u64 user, char *kernel, size_t size) {
  for (size_t i = 0; i < size; i++) {
    int error = copyin(user + i, kernel + i, 1);
    if (error) return error;
    if (!kernel[i]) return 0;
  }
  return 63;
}
