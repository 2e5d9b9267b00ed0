// Keeps the list of devices.
#include "../device.h"

static const char id[] = "SampleBus";
static Device *devices;

Device::Device(const char *name) : name(name), next(devices) { devices = this; }
void Device::describe() { kext_log_value(name, "reads", read(), unit()); }
u64 Device::read() { return 0; }
const char *Device::unit() { return "units"; }

u64 bus_probe(void) {
  u64 count = 0;
  for (Device *device = devices; device; device = device->next, count++) device->describe();
  return count;
}

// A device of its own, that overrides nothing.
static Device nothing("nothing");

static int start(kmod_info *, void *) {
  kext_log_value(id, "started with", bus_probe(), "device");
  return 0;
}
static int stop(kmod_info *, void *) { return 0; }

KMOD("boot-recipes.sample.bus", "1.0", start, stop)
