import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { cortexA72 } from '../../src/cpu/models.js';
import { GdbServer } from '../../src/gdb/server.js';
import { serveGdb } from '../../src/node/gdb-tcp.js';
import { createVirt } from '../../src/virt/virt.js';
import { words } from '../machine-support.js';

const LLDB = '/usr/bin/lldb';
/** 1: add x0, x0, #1; add x1, x1, #1; str x0, [x2]; b 1b */
const GUEST = words(0x91000400, 0x91000421, 0xf9000040, 0x17fffffd);

it.skipIf(!existsSync(LLDB) && process.env.CI === undefined)(
  'works with an unmodified LLDB: registers by name, memory, breakpoints, watchpoints, steps, threads',
  { timeout: 60_000 },
  async () => {
    const virt = createVirt({ memory: 2 ** 24, flash: false, cpu: cortexA72, smp: 2, mode: 'auto' });
    virt.load(0x40080000, GUEST);
    virt.machine.start(0x40080000n);
    virt.machine.within(0, cpu => cpu.setX(2, 0x40100000n));
    const listener = await serveGdb(new GdbServer(virt));
    const commands = [
      `gdb-remote 127.0.0.1:${listener.port}`,
      'register read x0 pc cpsr v0',
      'register read MIDR_EL1',
      'memory read 0x40080000 -c 4',
      'breakpoint set -a 0x40080008',
      'continue',
      'thread step-inst',
      'register read pc x0 x1',
      'breakpoint delete -f',
      'memory write 0x40100010 0x2a',
      'memory read 0x40100010 -c 1',
      'register write x5 0x1234',
      'register read x5',
      'watchpoint set expression -w write -s 8 -- 0x40100000',
      'continue',
      'register read pc',
      'thread list',
      'process detach',
      'quit',
    ];
    const args = ['-x', '-b', ...commands.flatMap(command => ['-o', command])];
    const { stdout } = await promisify(execFile)(LLDB, args, { timeout: 50_000 });
    await listener.close();
    expect(stdout).toMatch(/pc = 0x0000000040080000/);
    expect(stdout).toMatch(/v0 = \{(0x00 ?){16}\}/);
    expect(stdout).toMatch(/MIDR_EL1 = 0x00000000410fd083/);
    expect(stdout).toContain('0x40080000: 00 04 00 91');
    expect(stdout).toMatch(/stop reason = breakpoint 1\.1/);
    expect(stdout).toMatch(
      /stop reason = instruction step into[\s\S]*pc = 0x000000004008000c\s+x0 = 0x0000000000000001/,
    );
    expect(stdout).toContain('0x40100010: 2a');
    expect(stdout).toMatch(/x5 = 0x0000000000001234/);
    expect(stdout).toMatch(/stop reason = watchpoint 1/);
    expect(stdout).toMatch(/thread #2: tid = 0x0002/);
  },
);
