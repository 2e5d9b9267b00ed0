import { EVERYWHERE, Hooks } from 'arm64-emu';
import type { GuestMachine } from '../machines/guest.js';

/** Instructions looked at, and how many different ones still are a loop. */
const LOOK = 20_000;
const MOST = 64;

/** The addresses of a loop that the guest is in, in order; none when it does more than that. Runs the guest for a moment. */
export function loopOf(machine: GuestMachine): bigint[] {
  if (machine.target === undefined) return [];
  const seen = new Set<bigint>();
  let count = 0;
  const unhook = Hooks.of(machine.target).code(EVERYWHERE, (_, pc) => {
    count++;
    if (seen.size <= MOST) seen.add(pc);
  });
  try {
    machine.runSync({ instructions: LOOK, deadline: performance.now() + 1000 });
  } finally {
    unhook();
  }
  return count >= LOOK / 2 && seen.size <= MOST ? [...seen].sort((a, b) => (a < b ? -1 : 1)) : [];
}
