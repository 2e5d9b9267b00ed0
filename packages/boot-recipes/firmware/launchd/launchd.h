// The sample's first program: shared declarations.
#pragma once

typedef unsigned char u8;
typedef unsigned long u64;

enum { EXIT = 1, READ = 3, WRITE = 4, OPEN = 5, CLOSE = 6, GETPID = 20, REBOOT = 55, LSEEK = 199, POLL = 230 };
enum { ABSOLUTE_TIME = -3, EFAULT = 14, ENOSYS = 78, RB_HALT = 8 };

// start.S: the result, or -errno
long call(long number, long a, long b, long c);

// library.c
u64 length_of(const char *s);
void print(const char *s);
void print_number(u64 value);
void print_hex(u64 value, int digits);
int equal(const char *a, const char *b);
u64 number_of(const char *text);
void *memset(void *to, int value, u64 size);
u64 counter(void);
u64 counter_frequency(void);
int cat(const char *path);

// selftest.c
int self_test(void);

// shell.c
void shell(int patience);
