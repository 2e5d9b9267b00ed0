import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { GdbServer } from '../../src/gdb/server.js';
import { serveGdb } from '../../src/node/gdb-tcp.js';
import { bootMachine, hasDebian } from '../snapshot/debian.js';

const GDB = '/usr/bin/gdb-multiarch';

it.skipIf(!(hasDebian() && existsSync(GDB)) && process.env.CI === undefined)(
  'GDB stops Debian’s kernel at a virtual address that did not translate when the breakpoint was set',
  { timeout: 200_000 },
  async () => {
    const scout = bootMachine();
    scout.machine.runSync({ instructions: 5_000_000 });
    const { pc, sp } = scout.machine.within(scout.machine.current.index, cpu => ({ pc: cpu.pc, sp: cpu.x(31) }));
    expect(pc >> 48n).toBe(0xffffn);
    const virt = bootMachine();
    const listener = await serveGdb(new GdbServer(virt));
    const commands = [
      'set pagination off',
      'set architecture aarch64',
      `target remote :${listener.port}`,
      `hbreak *0x${pc.toString(16)}`,
      'continue',
      'printf "stopped at %lx\\n", $pc',
      'print/x $SCTLR_EL1 & 1',
      'x/i $pc',
      `monitor translate 0x${pc.toString(16)}`,
      `watch *(long *) 0x${(sp - 16n).toString(16)}`,
      'delete 1',
      'continue',
      'info registers VBAR_EL1',
      'detach',
    ];
    const args = ['-nx', '-q', '-batch', ...commands.flatMap(command => ['-ex', command])];
    const { stdout, stderr } = await promisify(execFile)(GDB, args, { timeout: 150_000 });
    await listener.close();
    expect(stdout).toContain(`stopped at ${pc.toString(16)}\n`);
    expect(stdout).toContain('= 0x1\n');
    expect(stderr).toMatch(/level 3: 0x[0-9a-f]+ at 0x|level 2: 0x[0-9a-f]+ at 0x/);
    expect(stdout).toMatch(/Hardware watchpoint 2[\s\S]*Old value = .*\s+New value = /);
    expect(stdout).toMatch(/VBAR_EL1 +0xffff/);
  },
);
