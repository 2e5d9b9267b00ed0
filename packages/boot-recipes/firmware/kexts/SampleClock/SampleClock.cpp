// A device whose class derives from the other kext's.
#include "../device.h"

static const char id[] = "SampleClock";

class Clock final : public Device {
public:
  using Device::Device;
  u64 read() override { return timer_frequency(); }
  const char *unit() override { return "Hz"; }
};

static Clock counter("counter");

static int start(kmod_info *, void *) {
  kext_log_value(id, "started, the bus now has", bus_probe(), "devices");
  return 0;
}
static int stop(kmod_info *, void *) { return 0; }

KMOD("boot-recipes.sample.clock", "1.1", start, stop)
