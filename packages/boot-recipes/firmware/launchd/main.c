// The sample's first program: checks itself, then is a shell; with -s a shell at once.
#include "launchd.h"

enum { PATIENCE = 3000 }; // milliseconds

int main(int argc, char **argv) {
  int single_user = argc > 1 && equal(argv[1], "-s");
  print("Hello from EL0: ");
  print(argv[0]);
  print(", pid ");
  print_number((u64)call(GETPID, 0, 0, 0));
  print("\n");
  if (!single_user && self_test()) return 1;
  shell(single_user ? 0 : PATIENCE);
  call(REBOOT, RB_HALT, 0, 0);
  return 2;
}
