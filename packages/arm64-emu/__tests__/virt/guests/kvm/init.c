// The first program of a Debian kernel with EL2: runs guest.S in a virtual machine by /dev/kvm, and prints its exits.
#include <linux/kvm.h>

typedef unsigned long word;
extern char image[], image_end[];

static long call(long n, word a, word b, word c, word d, word e, word f) {
  register word x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c, x3 __asm__("x3") = d;
  register word x4 __asm__("x4") = e, x5 __asm__("x5") = f, x8 __asm__("x8") = n;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x8) : "memory");
  return x0;
}
static void print(const char *s) {
  word n = 0;
  while (s[n]) n++;
  call(64, 1, (word)s, n, 0, 0, 0);
}
static void number(word v) {
  char text[20];
  char *p = text + sizeof text - 1;
  *p = 0;
  do *--p = "0123456789abcdef"[v & 15];
  while (v >>= 4);
  *--p = ' ';
  print(p);
}
static void stop(void) {
  call(142, 0xfee1dead, 672274793, 0x4321fedc, 0, 0, 0); // reboot: power off
  for (;;) ;
}
static long must(long result, const char *what) {
  if (result < 0) {
    print(what);
    number(-result);
    print(" failed\n");
    stop();
  }
  return result;
}
static long ioctl(long fd, word request, word argument) { return call(29, fd, request, argument, 0, 0, 0); }
static char *map(word size, long fd) {
  return (char *)must(call(222, 0, size, 3, fd < 0 ? 0x22 : 1, fd, 0), "mmap");
}
static void copy(char *to, const char *from, word n) {
  while (n--) *to++ = *from++;
}

void begin(void) {
  static const word dist = 0x08000000, interface = 0x08010000, redist = 0x080a0000, entry = 0x40000000, size = 8 << 20;
  call(40, (word) "none", (word) "/dev", (word) "devtmpfs", 0, 0, 0);
  long kvm = must(call(56, -100, (word) "/dev/kvm", 2, 0, 0, 0), "/dev/kvm");
  long vm = must(ioctl(kvm, KVM_CREATE_VM, 0), "VM");
  char *memory = map(size, -1);
  copy(memory, image, image_end - image);
  struct kvm_userspace_memory_region region = {0, 0, entry, size, (word)memory};
  must(ioctl(vm, KVM_SET_USER_MEMORY_REGION, (word)&region), "memory");
  long cpu = must(ioctl(vm, KVM_CREATE_VCPU, 0), "CPU");
  // The guest gets a GIC of the version that the machine has.
  struct kvm_create_device gic = {KVM_DEV_TYPE_ARM_VGIC_V3, 0, 0};
  word version = ioctl(vm, KVM_CREATE_DEVICE, (word)&gic) < 0 ? 2 : 3;
  if (version == 2) {
    gic.type = KVM_DEV_TYPE_ARM_VGIC_V2;
    must(ioctl(vm, KVM_CREATE_DEVICE, (word)&gic), "GIC");
  }
  word types[2] = {KVM_VGIC_V3_ADDR_TYPE_DIST, KVM_VGIC_V3_ADDR_TYPE_REDIST};
  if (version == 2) types[0] = KVM_VGIC_V2_ADDR_TYPE_DIST, types[1] = KVM_VGIC_V2_ADDR_TYPE_CPU;
  struct kvm_device_attr attr = {0, KVM_DEV_ARM_VGIC_GRP_ADDR, types[0], (word)&dist};
  must(ioctl(gic.fd, KVM_SET_DEVICE_ATTR, (word)&attr), "distributor");
  attr.attr = types[1];
  attr.addr = (word)(version == 2 ? &interface : &redist);
  must(ioctl(gic.fd, KVM_SET_DEVICE_ATTR, (word)&attr), "the CPU's side");
  struct kvm_vcpu_init init;
  must(ioctl(vm, KVM_ARM_PREFERRED_TARGET, (word)&init), "target");
  init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
  must(ioctl(cpu, KVM_ARM_VCPU_INIT, (word)&init), "reset");
  attr.group = KVM_DEV_ARM_VGIC_GRP_CTRL;
  attr.attr = KVM_DEV_ARM_VGIC_CTRL_INIT;
  attr.addr = 0;
  must(ioctl(gic.fd, KVM_SET_DEVICE_ATTR, (word)&attr), "GIC's start");
  struct kvm_one_reg pc = {0x6030000000100040, (word)&entry};
  must(ioctl(cpu, KVM_SET_ONE_REG, (word)&pc), "PC");
  struct kvm_one_reg x0 = {0x6030000000100000, (word)&version};
  must(ioctl(cpu, KVM_SET_ONE_REG, (word)&x0), "X0");
  volatile struct kvm_run *run = (struct kvm_run *)map(must(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "size"), cpu);
  for (;;) {
    must(ioctl(cpu, KVM_RUN, 0), "run");
    if (run->exit_reason != KVM_EXIT_MMIO) break;
    word value = 0x8182838485868788;
    print(run->mmio.is_write ? "write" : "read");
    number(run->mmio.phys_addr);
    number(run->mmio.len);
    if (run->mmio.is_write) {
      value = 0;
      copy((char *)&value, (const char *)run->mmio.data, run->mmio.len);
      number(value);
    } else copy((char *)run->mmio.data, (const char *)&value, run->mmio.len);
    print("\n");
  }
  print("exit");
  number(run->exit_reason);
  number(run->system_event.type);
  print("\nKVM done\n");
  stop();
}
__asm__(".globl _start\n_start: mov x29, #0\n bl begin\n"
        ".section .rodata\n.globl image, image_end\nimage: .incbin \"guest.bin\"\nimage_end:\n.text\n");
