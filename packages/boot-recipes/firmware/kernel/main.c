// The sample kernel: follows XNU's boot protocol and says what it was given.
#include "kernel.h"

struct boot_args *boot_args;

static void print_boot_args(void) {
  const struct boot_args *a = boot_args;
  printf("boot_args: revision %u, version %u\n", a->revision, a->version);
  printf("  virtBase 0x%lx, physBase 0x%lx, memSize 0x%lx (%lu MiB)\n", a->virt_base, a->phys_base, a->mem_size,
         a->mem_size >> 20);
  printf("  topOfKernelData 0x%lx, memSizeActual 0x%lx\n", a->top_of_kernel_data, a->mem_size_actual);
  printf("  device tree 0x%lx, %u bytes\n", a->device_tree, a->device_tree_length);
  if (a->video.base)
    printf("  video 0x%lx, %lux%lu, depth %lu\n", a->video.base, a->video.width, a->video.height,
           a->video.depth & 0xff);
  else printf("  video: none\n");
  printf("  command line: %s\n", a->command_line);
}

static void print_device_tree(void) {
  const struct dt_node *root = dt_root(), *cpus = dt_find("/cpus"), *map = dt_find("/chosen/memory-map"), *cpu;
  printf("device tree: %s, compatible %s\n", dt_string(root, "model"), dt_string(root, "compatible"));
  for (u32 i = 0; (cpu = dt_child(cpus, i)); i++)
    printf("  %s: %s, %s\n", dt_string(cpu, "name"), dt_string(cpu, "compatible"), dt_string(cpu, "state"));
  u64 base = 0, size = 0;
  if (dt_u64_at(dt_find("/chosen"), "dram-base", 0, &base) && dt_u64_at(dt_find("/chosen"), "dram-size", 0, &size))
    printf("  DRAM 0x%lx, 0x%lx bytes\n", base, size);
  const char *name;
  struct dt_property p;
  for (u32 i = 0; dt_property_at(map, i, &name, &p); i++)
    if (!streq(name, "name") && dt_u64_at(map, name, 0, &base) && dt_u64_at(map, name, 1, &size) && size)
      printf("  memory-map %s: 0x%lx, 0x%lx bytes\n", name, base, size);
}

static void wait_for_ticks(u64 count) {
  u64 start = absolute_time();
  timer_start();
  while (*(volatile u64 *)&ticks_in_kernel < count) BARRIER("wfi");
  printf("timer: %lu ticks by FIQ in %lu ms, timebase %lu Hz\n", count,
         (absolute_time() - start) * 1000 / timer_frequency(), timer_frequency());
}

static void list_file(const char *name, u64 size) { printf("  /%s, %lu bytes\n", name, size); }

// The root is the RAM disk, which XNU calls md0. Any other device never comes, and XNU waits for it.
static void mount_root(const char *line) {
  const char *root = command_line_value(line, "rd");
  if (!ramdisk_attach()) panic("no RAM disk");
  printf("Added memory device md0/rmd0\n");
  bool found = !root || (memcmp(root, "md0", 3) == 0 && (root[3] == 0 || root[3] == ' '));
  while (!found) {
    printf("Still waiting for root device\n");
    for (u64 end = absolute_time() + 5 * timer_frequency(); absolute_time() < end;) interrupt_wait();
  }
  printf("BSD root: md0, major 1, minor 0\nRAM disk:\n");
  ramdisk_list(list_file);
}

// What XNU cannot start without.
static void check_chosen(void) {
  const struct dt_node *chosen = dt_find("/chosen");
  u64 value;
  struct dt_property seed = {NULL, 0};
  if (!dt_u64_at(chosen, "dram-base", 0, &value)) panic("Unable to find 'dram-base' entry in the 'chosen' DT node");
  if (!dt_u64_at(chosen, "dram-size", 0, &value)) panic("Unable to find 'dram-size' entry in the 'chosen' DT node");
  dt_property(chosen, "random-seed", &seed);
  if (seed.length < 64) panic("Expected 64 seed bytes from bootloader, but got %u", seed.length);
}

void kernel_main(struct boot_args *args) {
  const char *bad_fixups = collection_attach();
  boot_args = args;
  __asm__ volatile(".arch_extension pan\n msr PAN, #1");
  bool tree = dt_open((const void *)args->device_tree, args->device_tree_length);
  if (!tree) panic("bad device tree"); // nowhere to say it
  memory_init();
  power_attach();
  pmap_bootstrap();
  bool console = uart_attach();
  if (!console) panic("no console");
  if (bad_fixups) panic("chained fixups: %s", bad_fixups);
  printf("Sample kernel of boot-recipes, not Darwin: EL%lu, SP_EL%lu, MMU on, 16K pages\n",
         READ_SYSREG(CurrentEL) >> 2, READ_SYSREG(SPSel));
  printf("cpu: MIDR 0x%08lx, MPIDR 0x%lx\n", READ_SYSREG(MIDR_EL1), READ_SYSREG(MPIDR_EL1));
  print_boot_args();
  print_device_tree();
  check_chosen();
  interrupts_attach();
  uart_start();
  printf("memory: %lu pages free\n", pages_free());
  wait_for_ticks(5);
  cpus_start();
  pci_attach();
  disk_attach();
  trust_cache_attach();
  mount_root(args->command_line);
  const char *line = args->command_line, *panic_word = command_line_value(line, "panic");
  if (panic_word && *panic_word == '1') panic("asked for by the command line");
  if (panic_word && *panic_word == '2') *(volatile u32 *)0xfffffe7fdeadbee0 = 0;
  kexts_start();
  exec_init_program("/sbin/launchd", command_line_has(line, "-s"));
}
