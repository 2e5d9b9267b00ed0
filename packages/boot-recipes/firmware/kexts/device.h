// The class that SampleBus has, and that other kexts derive from.
#pragma once
#include "kext.h"

class Device {
public:
  explicit Device(const char *name);
  // Never overridden here: found in SampleBus by every derived class's vtable.
  virtual void describe();
  virtual u64 read();
  virtual const char *unit();

protected:
  const char *name;

private:
  Device *next;
  friend u64 bus_probe(void);
};

// Describes every device; how many there are.
u64 bus_probe(void);
