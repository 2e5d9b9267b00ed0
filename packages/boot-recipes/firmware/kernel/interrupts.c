// Interrupt inputs and who is called for them. The controller is Apple's AIC or a GICv3.
#include "kernel.h"

enum { HANDLERS = 8 };
static struct {
  u32 input;
  const char *name;
  interrupt_handler *handler;
  u64 count;
} handlers[HANDLERS];
static u32 used;
static const struct interrupt_controller *controller;

void interrupts_attach(void) {
  controller = aic_attach();
  if (!controller) controller = gic_attach();
  if (controller) printf("interrupts: %s\n", controller->name);
  else printf("interrupts: no controller\n");
}

// The input at `index` of a node's `interrupts`, as its controller numbers it: an AIC has one cell, a GIC three.
bool interrupt_of(const struct dt_node *node, u32 index, u32 *input) {
  struct dt_property p;
  if (!controller || !dt_property(node, "interrupts", &p) || p.length < (index + 1) * controller->cells * 4) return false;
  u32 cells[3];
  memcpy(cells, (const u32 *)p.value + index * controller->cells, controller->cells * 4);
  *input = controller->cells == 3 ? cells[1] + (cells[0] ? 16 : 32) : cells[0];
  return true;
}

bool interrupt_connect(u32 input, const char *name, interrupt_handler *handler) {
  if (!controller || used == HANDLERS) return false;
  handlers[used].input = input;
  handlers[used].name = name;
  handlers[used++].handler = handler;
  controller->enable(input);
  return true;
}

// Called by the controller for each input that it reports.
bool interrupt_dispatch(u32 input) {
  for (u32 i = 0; i < used; i++) {
    if (handlers[i].input != input) continue;
    handlers[i].count++;
    handlers[i].handler();
    return true;
  }
  return false;
}

void handle_irq(struct context *context) {
  if (!controller) panic_with(context, "IRQ, and there is no interrupt controller");
  controller->handle();
}

void interrupts_describe(void) {
  printf("%6s %10s\n", "input", "count");
  printf("%6s %10lu timer\n", "-", ticks_in_kernel + ticks_in_user);
  for (u32 i = 0; i < used; i++) printf("%6u %10lu %s\n", handlers[i].input, handlers[i].count, handlers[i].name);
  cpus_describe();
}
