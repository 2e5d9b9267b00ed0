// What the sample's kexts are made with: the kernel's functions, and kmod_info.
#pragma once

typedef unsigned int u32;
typedef unsigned long u64;

struct kmod_info;
typedef int kmod_routine(kmod_info *, void *);

extern "C" {
// The kernel.
void kext_log(const char *kext, const char *text);
void kext_log_value(const char *kext, const char *text, u64 value, const char *unit);
u64 timer_frequency(void);
}

// <mach/kmod.h>; the addresses are filled in when the collection is built.
struct __attribute__((packed, aligned(4))) kmod_info {
  u64 next;
  int info_version;
  u32 id;
  char name[64], version[64];
  int reference_count;
  u64 reference_list, address, size, hdr_size;
  kmod_routine *start, *stop;
};

#define KMOD(identifier, version, start, stop)                                                                         \
  extern "C" {                                                                                                         \
  kmod_info kmod_info = {0, 1, ~0u, identifier, version, 0, 0, 0, 0, 0, start, stop};                                  \
  }
