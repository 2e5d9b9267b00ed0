import { gdbSession, runsGdb } from '@internal/binary/testing/gdb';
import { expect, it } from 'vitest';
import type { EngineMode } from '../../src/engine/options.js';
import { GdbServer } from '../../src/gdb/server.js';
import { serveGdb } from '../../src/node/gdb-tcp.js';
import { bootMachine, hasDebian } from '../snapshot/debian.js';

const runs = runsGdb && (hasDebian() || process.env.CI !== undefined);

it.skipIf(!runs)(
  'an unmodified GDB on Debian’s kernel: stops at an address that does not translate yet, goes back, in any mode',
  {
    timeout: 300_000,
  },
  async () => {
    const scouted = bootMachine();
    scouted.machine.runSync({ instructions: 5_000_000 });
    const { pc, sp } = scouted.machine.within(scouted.machine.current.index, cpu => ({ pc: cpu.pc, sp: cpu.x(31) }));
    expect(pc >> 48n).toBe(0xffffn);
    const at = pc.toString(16);
    const session = async (mode: EngineMode): Promise<string> => {
      const listener = await serveGdb(new GdbServer(bootMachine({ mode }), { reverse: true }));
      try {
        return await gdbSession(listener.port, [
          `break *0x${at}`,
          'continue',
          'printf "stopped at %lx\\n", $pc',
          'print/x $SCTLR_EL1 & 1',
          'info registers',
          'x/i $pc',
          `monitor translate 0x${at}`,
          'stepi',
          'printf "stepped to %lx\\n", $pc',
          'reverse-stepi',
          'printf "back at %lx\\n", $pc',
          'delete',
          `watch *(long *) 0x${(sp - 16n).toString(16)}`,
          'continue',
          'continue',
          'printf "behind the store at %lx\\n", $pc',
          'reverse-continue',
          'printf "before the store at %lx\\n", $pc',
          'info registers VBAR_EL1',
          'info threads',
          'thread 2',
          'printf "CPU 1 is off at %lx\\n", $pc',
          'detach',
        ]);
      } finally {
        await listener.close();
      }
    };
    const out = await session('interpreter');
    expect(out).toContain(`stopped at ${at}\n`);
    expect(out).toContain('= 0x1\n');
    expect(out).toMatch(/level 3: 0x[0-9a-f]+ at 0x|level 2: 0x[0-9a-f]+ at 0x/);
    expect(out).toMatch(/stepped to ffff[0-9a-f]+\n/);
    expect(out).toContain(`back at ${at}\n`);
    expect(out).toMatch(/Hardware watchpoint 2[\s\S]*Old value = .*\s+New value = /);
    const [behind, before] = ['behind', 'before'].map(where => {
      const found = new RegExp(`${where} the store at ([0-9a-f]+)`).exec(out)?.[1];
      return BigInt(`0x${found}`);
    });
    expect(behind).toBe(before! + 4n);
    expect(out).toMatch(/VBAR_EL1 +0xffff/);
    expect(out).toContain('CPU 1, EL1, off');
    expect(out).toContain('CPU 1 is off at 0\n');
    expect(await session('auto')).toBe(out);
    expect(await session('compiled')).toBe(out);
  },
);
