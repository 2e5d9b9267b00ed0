// The other CPUs: started by PSCI, then waiting for calls. Calls between CPUs are SGIs of a GIC, else Apple's fast
// interrupts between processors, which are FIQs.
#include "kernel.h"

enum { IPI_PENDING = 1, CALL_LIMIT_MS = 100 };

struct secondary secondaries[CPUS];
static struct {
  volatile u64 mpidr; // not 0 when it runs
  volatile u64 calls;
} state[CPUS];
static u8 stacks[CPUS][STACK_SIZE] __attribute__((aligned(16)));
static __typeof__(user_context) contexts[CPUS];

extern const char secondary_start[], vectors[];

u32 cpu_number(void) { return (u32)READ_SYSREG(MPIDR_EL1) & 0xff; }

void ipi_received(void) {
  u32 cpu = cpu_number();
  if (cpu < CPUS) state[cpu].calls++;
}

// The FIQ of a fast interrupt; false when there is none.
bool fast_ipi_fiq(void) {
  if (gic_present() || !has_fast_ipi() || !(READ_SYSREG(S3_5_C15_C1_1 /* IPI_SR */) & IPI_PENDING)) return false;
  WRITE_SYSREG(S3_5_C15_C1_1, IPI_PENDING);
  BARRIER("isb");
  ipi_received();
  return true;
}

// Apple's cores have them, by MIDR's implementer.
bool has_fast_ipi(void) { return (READ_SYSREG(MIDR_EL1) >> 24 & 0xff) == 0x61; }

static void send_ipi(u32 cpu) {
  if (gic_present()) gic_send_ipi(cpu);
  else if (has_fast_ipi()) WRITE_SYSREG(S3_5_C15_C0_0, cpu);
  BARRIER("isb");
}

void secondary_main(u32 cpu) {
  gic_cpu_attach(cpu);
  state[cpu].mpidr = READ_SYSREG(MPIDR_EL1);
  BARRIER("msr DAIFClr, #3");
  for (;;) BARRIER("wfi");
}

static bool wait_until_more(volatile u64 *value, u64 than) {
  u64 end = absolute_time() + timer_frequency() * CALL_LIMIT_MS / 1000;
  while (*value <= than)
    if (absolute_time() > end) return false;
  return true;
}

// Calls a CPU and waits for it to answer; how long that took, in ticks of the counter, or 0 without an answer.
u64 cpu_call(u32 cpu) {
  u64 before = state[cpu].calls, start = absolute_time();
  send_ipi(cpu);
  return wait_until_more(&state[cpu].calls, before) ? absolute_time() - start + 1 : 0;
}

void cpus_start(void) {
  const struct dt_node *cpus = dt_find("/cpus"), *node;
  u64 boot = READ_SYSREG(MPIDR_EL1);
  state[cpu_number()].mpidr = boot;
  for (u32 i = 0; (node = dt_child(cpus, i)); i++) {
    const char *text = dt_string(node, "state");
    u32 reg;
    if (!text || streq(text, "running") || !dt_u32(node, "reg", &reg) || reg >= CPUS) continue;
    struct secondary *s = &secondaries[reg];
    *s = (struct secondary){
        .ttbr1 = READ_SYSREG(TTBR1_EL1),
        .identity = boot_args->top_of_kernel_data + 2 * PAGE_SIZE, // the bootstrap's, see start.S
        .delta = boot_args->virt_base - boot_args->phys_base,
        .stack = (u64)stacks[reg] + STACK_SIZE,
        .context = (u64)&contexts[reg],
        .vectors = (u64)vectors,
        .cpu = reg,
    };
    contexts[reg].stack = (u64)stacks[reg];
    s64 result = psci_cpu_on((boot & 0xff0000) | reg, VIRT_TO_PHYS(secondary_start), VIRT_TO_PHYS(s));
    if (result || !wait_until_more(&state[reg].mpidr, 0)) {
      printf("cpu%u: does not start (%ld)\n", reg, result);
      continue;
    }
    u64 ticks = cpu_call(reg);
    printf("cpu%u: MPIDR 0x%lx, %s\n", reg, state[reg].mpidr, ticks ? "answers calls" : "does not answer");
  }
}

void cpus_describe(void) {
  for (u32 cpu = 0; cpu < CPUS; cpu++)
    if (state[cpu].mpidr) printf("%6s %10lu calls of cpu%u\n", "-", state[cpu].calls, cpu);
}
