// The sample kernel: shared declarations.
#pragma once
#include "asm.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long s64;
typedef unsigned long size_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)
#define ROUND_UP(x, n) (((u64)(x) + ((n) - 1)) & ~((u64)(n) - 1))
#define ROUND_DOWN(x, n) ((x) & ~((u64)(n) - 1))

// boot_args with a 608-byte command line (xnu-6153 to xnu-8796).
struct boot_video {
  u64 base, display, row_bytes, width, height, depth;
};
struct boot_args {
  u16 revision, version;
  u64 virt_base, phys_base, mem_size, top_of_kernel_data;
  struct boot_video video;
  u32 machine_type;
  u64 device_tree;
  u32 device_tree_length;
  char command_line[608];
  u64 boot_flags, mem_size_actual;
};
_Static_assert(sizeof(struct boot_args) == 0x2e0, "boot_args");
extern struct boot_args *boot_args;

#define PHYS_TO_VIRT(pa) ((void *)((u64)(pa) - boot_args->phys_base + boot_args->virt_base))
#define VIRT_TO_PHYS(va) ((u64)(va) - boot_args->virt_base + boot_args->phys_base)

// string.c
void *memset(void *to, int value, size_t length);
void *memcpy(void *to, const void *from, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *s);
bool streq(const char *a, const char *b);
const char *command_line_value(const char *line, const char *name);
bool command_line_has(const char *line, const char *word);

// printf.c: %s %c %d %u %x %p, width, 0 and - flags, l.
void printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vprintf(const char *format, __builtin_va_list arguments);
void put_char(char c);
u64 print_to(char *buffer, u64 size, void (*describe)(void));

// uart.c
bool uart_attach(void);
void uart_start(void);
void uart_put(u8 byte);
int uart_get(void);
bool uart_ready(void);

// devicetree.c
struct dt_node;
struct dt_property {
  const void *value;
  u32 length;
};
bool dt_open(const void *tree, u32 length);
const struct dt_node *dt_root(void);
const struct dt_node *dt_find(const char *path);
const struct dt_node *dt_child(const struct dt_node *node, u32 index);
const struct dt_node *dt_with_property(const struct dt_node *from, const char *name);
bool dt_property(const struct dt_node *node, const char *name, struct dt_property *out);
bool dt_property_at(const struct dt_node *node, u32 index, const char **name, struct dt_property *out);
const char *dt_string(const struct dt_node *node, const char *name);
bool dt_u32(const struct dt_node *node, const char *name, u32 *out);
bool dt_u64_at(const struct dt_node *node, const char *name, u32 index, u64 *out);

// memory.c
void memory_init(void);
u64 page_alloc(void);
u64 pages_free(void);

// pmap.c
enum { PROT_READ = 1, PROT_WRITE = 2, PROT_EXECUTE = 4 };
void pmap_bootstrap(void);
void *io_map(u64 pa, u64 size);
void user_map_create(void);
bool user_enter(u64 va, u64 pa, int protection);
u64 *user_entry(u64 va);
void cache_text_written(const void *start, u64 length);

// collection.c
const char *collection_attach(void);
u64 collection_start(void);
u64 collection_end(void);
int collection_protection(u64 va);
void kexts_start(void);

// copyio.S and copyio.c
int copyin(u64 user, void *kernel, size_t length);
int copyout(const void *kernel, u64 user, size_t length);
int copyinstr(u64 user, char *kernel, size_t size);
extern const char copyio_start[], copyio_end[], copyio_fault[];

// trap.c
struct context {
  u64 x[31], sp, pc, cpsr, esr, far;
};
_Static_assert(sizeof(struct context) == CTX_SIZE, "context");
extern struct {
  struct context saved;
  u64 spare[2];
  u64 stack; // the lowest address of this CPU's kernel stack
} user_context;
void return_to_user(void) __attribute__((noreturn));

// timer.c
void timer_start(void);
bool timer_fiq(bool from_user);
u64 absolute_time(void);
u64 timer_frequency(void);
extern u64 ticks_in_kernel, ticks_in_user;

void interrupt_wait(void);

// interrupts.c
typedef void interrupt_handler(void);
struct interrupt_controller {
  const char *name;
  u32 cells; // of `interrupts`, for each input
  void (*enable)(u32 input);
  void (*handle)(void);
};
void interrupts_attach(void);
bool interrupt_of(const struct dt_node *node, u32 index, u32 *input);
bool interrupt_connect(u32 input, const char *name, interrupt_handler *handler);
bool interrupt_dispatch(u32 input);
void interrupts_describe(void);

// aic.c and gic.c
const struct interrupt_controller *aic_attach(void);
const struct interrupt_controller *gic_attach(void);
void gic_cpu_attach(u32 cpu);
bool gic_present(void);
void gic_send_ipi(u32 cpu);
bool gic_acknowledge(u32 *interrupt);
void gic_end(u32 interrupt);

// cpus.c
enum { CPUS = 4 };
// What a CPU finds at its start, see start.S.
struct secondary {
  u64 ttbr1, identity, delta, stack, context, vectors, cpu;
};
void cpus_start(void);
void cpus_describe(void);
u32 cpu_number(void);
void ipi_received(void);
bool fast_ipi_fiq(void);
bool has_fast_ipi(void);
u64 cpu_call(u32 cpu);

// pci.c
struct pci_device {
  u32 slot;
};
void pci_attach(void);
bool pci_find(u32 vendor, u32 kind, struct pci_device *out);
u32 pci_read(struct pci_device device, u32 offset);
u8 *pci_map(struct pci_device device, u32 bar, u64 *size);
u32 pci_capability(struct pci_device device, u32 id, u32 after);
bool pci_interrupt(struct pci_device device, u32 *input);

// disk.c
void disk_attach(void);
u64 disk_size(void);
const u8 *disk_read(u64 sector);
bool disk_write(u64 sector, const u8 *data);

// ramdisk.c
struct file {
  const u8 *data;
  u64 size;
};
bool ramdisk_attach(void);
bool ramdisk_open(const char *path, struct file *out);
void ramdisk_list(void (*each)(const char *name, u64 size));

// files.c
int file_open(const char *path, u64 *slot);
int file_close(u64 slot);
int file_seek(u64 slot, u64 at);
int file_read(u64 slot, u64 user, u64 size, u64 *done);
int file_write(u64 slot, u64 user, u64 size, u64 *done);

// sha256.c
void sha256(const void *data, u64 length, u8 out[32]);

// trustcache.c
void trust_cache_attach(void);
bool trust_cache_present(void);
bool trust_cache_has(const u8 hash[20]);

// codesign.c
int codesign_check(const char *path, const struct file *file, u64 offset, u64 size);

// exec.c
void exec_init_program(const char *path, bool single_user) __attribute__((noreturn));

// syscall.c
void system_call(struct context *context);

// power.c
void power_attach(void);
s64 psci_cpu_on(u64 mpidr, u64 entry, u64 context);
void power_off(void) __attribute__((noreturn));
void power_reset(void) __attribute__((noreturn));

// panic.c
void panic(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void panic_with(const struct context *context, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

#define READ_SYSREG(name)                                                                                              \
  ({                                                                                                                   \
    u64 value_;                                                                                                        \
    __asm__ volatile("mrs %0, " #name : "=r"(value_));                                                                 \
    value_;                                                                                                            \
  })
#define WRITE_SYSREG(name, value) __asm__ volatile("msr " #name ", %0" ::"r"((u64)(value)) : "memory")
#define BARRIER(op) __asm__ volatile(op ::: "memory")
