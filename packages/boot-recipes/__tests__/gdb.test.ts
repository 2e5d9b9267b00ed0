// An unmodified GDB on the sample firmware: both boards, two CPUs, the same session in both modes.
import { gdbSession, runsGdb } from '@internal/binary/testing/gdb';
import { GdbServer, Hooks } from 'arm64-emu';
import { serveGdb } from 'arm64-emu/node';
import { describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';

/** Both CPUs are at work by then. */
const SCOUTED = 3_000_000;

type Mode = 'interpreter' | 'auto' | 'compiled';

async function target(machine: string, mode: Mode) {
  const prepared = await prepareBoot('sample', { machine, mode, smp: 2, append: '-s' });
  return { ...prepared, built: prepared.machine.target! };
}

/** Where CPU 0 is when it has worked for a while, and a double word that it changes soon after. */
async function scout(machine: string): Promise<{ pc: string; watched: string }> {
  const { built } = await target(machine, 'interpreter');
  const { engine } = built;
  built.machine.runSync({ instructions: SCOUTED });
  while (built.machine.current.index !== 0 || built.machine.current.el !== 1)
    built.machine.runSync({ instructions: 1 });
  const { pc } = built.machine.current;
  let watched: bigint | undefined;
  let changes = 0;
  const everywhere = { from: 0n, to: 1n << 64n, read: false };
  Hooks.of(built).access(everywhere, (cpu, { address, physical, size, value }) => {
    if (cpu.index !== 0 || size !== 8 || watched !== undefined) return;
    const now = engine.memory.view(physical, 8);
    if (now === undefined || new DataView(now.slice().buffer).getBigUint64(0, true) === value) return;
    if (++changes < 20) return;
    watched = address;
    built.machine.stop();
  });
  built.machine.runSync({ instructions: SCOUTED });
  return { pc: `0x${pc.toString(16)}`, watched: `0x${watched!.toString(16)}` };
}

describe.skipIf(!runsGdb)('GDB on the sample firmware', { timeout: 200_000 }, () => {
  it.each(['t8020', 'vmapple'])('%s: stops, steps, watches, reads, goes back, both CPUs', async machine => {
    const { pc, watched } = await scout(machine);
    const session = async (mode: Mode): Promise<string> => {
      const { built } = await target(machine, mode);
      const listener = await serveGdb(new GdbServer(built, { reverse: true }));
      try {
        return await gdbSession(listener.port, [
          `hbreak *${pc}`,
          'continue',
          'printf "stopped at %lx, count %d\\n", $pc, $x0 == $x0',
          'info registers x0 x1 sp pc cpsr',
          'print/x $VBAR_EL1 != 0',
          'print/x $SCTLR_EL1 & 1',
          'print $v0.d.u[0] == $v0.d.u[0]',
          'stepi',
          'printf "stepped to %lx\\n", $pc',
          'stepi',
          'reverse-stepi',
          'printf "back at %lx\\n", $pc',
          'reverse-stepi',
          'printf "and at %lx\\n", $pc',
          `watch *(unsigned long *) ${watched}`,
          'delete 1',
          'continue',
          'printf "watched at %lx\\n", $pc',
          'reverse-continue',
          'printf "reversed to %lx\\n", $pc',
          'delete',
          'info threads',
          'thread 2',
          'printf "CPU 1 at %lx\\n", $pc',
          'stepi',
          'printf "CPU 1 stepped to %lx\\n", $pc',
          'thread 1',
          `x/i ${pc}`,
          `monitor translate ${pc}`,
          'monitor info',
          'detach',
        ]);
      } finally {
        await listener.close();
      }
    };
    const out = await session('interpreter');
    const bare = pc.slice(2);
    expect(out).toContain(`stopped at ${bare}, count 1`);
    expect(out).toMatch(/\$2 = 0x1\n/);
    const stepped = /stepped to ([0-9a-f]+)/.exec(out)![1]!;
    expect(out).toContain(`back at ${stepped}\n`);
    expect(out).toContain(`and at ${bare}\n`);
    expect(out).toMatch(/Hardware watchpoint 2[\s\S]*Old value = \d+\s+New value = \d+/);
    expect(out).toMatch(/watched at [0-9a-f]+\n/);
    expect(out).toMatch(/reversed to [0-9a-f]+\n/);
    expect(out).toMatch(/Thread 2 \(CPU 1, EL\d, \w+\)/);
    expect(out).toMatch(/CPU 1 at [0-9a-f]+\n/);
    expect(out).toMatch(/level \d: 0x[0-9a-f]+ at 0x/);
    // GDB reads memory in its own time, so only its counts of packets could differ.
    expect(await session('auto')).toBe(out);
    expect(await session('compiled')).toBe(out);
  });

  it('detaches and comes back, while the firmware goes on', async () => {
    const { built, machine } = await target('t8020', 'auto');
    const listener = await serveGdb(new GdbServer(built));
    let text = '';
    machine.serial.output = byte => {
      text += String.fromCharCode(byte);
    };
    try {
      expect(await gdbSession(listener.port, ['printf "at %lx\\n", $pc', 'detach'])).toMatch(/at [0-9a-f]+\n/);
      for (let n = 0; n < 500 && !text.includes('# '); n++) await new Promise(resolve => setTimeout(resolve, 20));
      expect(text).toMatch(/# $/);
      const again = await gdbSession(listener.port, ['info threads', 'print/x $TTBR1_EL1 != 0', 'detach']);
      expect(again).toMatch(/\* \d +Thread \d \(CPU \d/);
      expect(again).toContain('$1 = 0x1');
    } finally {
      await listener.close();
    }
  });
});
