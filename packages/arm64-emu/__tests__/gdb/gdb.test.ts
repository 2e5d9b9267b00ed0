import { gdbSession, runsGdb } from '@internal/binary/testing/gdb';
import { afterEach, describe, expect, it } from 'vitest';
import { cortexA72 } from '../../src/cpu/models.js';
import type { EngineMode } from '../../src/engine/options.js';
import { GdbServer } from '../../src/gdb/server.js';
import { type GdbListener, serveGdb } from '../../src/node/gdb-tcp.js';
import { createVirt } from '../../src/virt/virt.js';
import { words } from '../machine-support.js';

const ENTRY = 0x40080000;
const LOOP = '0x4008001c';
const SECOND = '0x40080030';
const COUNTER = '0x40080038';

/** Turns CPU 1 on, then counts in X19 and in memory; CPU 1 counts in X20. */
const GUEST = words(
  ...[0xd2b88000, 0xf2800060, 0xd2800021, 0x10000122], // CPU_ON, 1, adr x2, second
  ...[0xd2a00605, 0xd4000002, 0xd5181045], // mov x5, #0x300000; hvc #0; msr cpacr_el1, x5
  ...[0x91000673, 0x100000c4, 0xf9000093, 0x6f03f600, 0x17fffffc], // loop
  ...[0x91000694, 0x17ffffff], // second
  ...[0, 0],
);

function target(smp = 2, mode?: EngineMode) {
  const virt = createVirt({ memory: 16 * 2 ** 20, flash: false, cpu: cortexA72, smp, quantum: 100, mode });
  const start = (): void => {
    virt.load(ENTRY, GUEST);
    virt.machine.start(BigInt(ENTRY));
  };
  virt.machine.onReset = start;
  start();
  return virt;
}

describe('GdbServer', () => {
  let listener: GdbListener | undefined;
  afterEach(async () => {
    await listener?.close();
    listener = undefined;
  });
  const gdb = (...commands: string[]): Promise<string> => gdbSession(listener!.port, commands, 50_000);

  it.skipIf(!runsGdb).each(['interpreter', 'auto', 'compiled'] as const)(
    'works with an unmodified GDB, %s',
    async mode => {
      const virt = target(2, mode);
      listener = await serveGdb(new GdbServer(virt));
      const out = await gdb(
        `break *${LOOP}`,
        'continue',
        'printf "x19 is %ld\\n", $x19',
        'stepi',
        'stepi',
        'printf "stepped to %lx\\n", $pc',
        'delete',
        `watch *(long *) ${COUNTER}`,
        'continue',
        'printf "counted %ld\\n", *(long *) 0x40080038',
        'delete',
        'stepi',
        'print/x $v0.d.u',
        'print $v0.d.f',
        'print/x $MIDR_EL1',
        'print/x $cpsr',
        'set var $x19 = 1000',
        'set var $TPIDR_EL1 = 0x1234',
        'print/x $TPIDR_EL1',
        `set var *(int *) ${COUNTER} = 7`,
        `x/dw ${COUNTER}`,
        `hbreak *${SECOND}`,
        'continue',
        'printf "x20 is %ld\\n", $x20',
        'info threads',
        'thread 1',
        'printf "x19 is now %ld\\n", $x19',
        'delete',
        'monitor info',
        'monitor translate 0x40080000',
        'monitor help',
        'x/i 0x40080000',
        'detach',
      );
      expect(out).toContain('x19 is 0\n');
      expect(out).toContain('stepped to 40080024\n');
      expect(out).toMatch(/Hardware watchpoint 2[\s\S]*Old value = 0\s+New value = 1/);
      expect(out).toContain('counted 1\n');
      expect(out).toContain('{0x3ff0000000000000, 0x3ff0000000000000}');
      expect(out).toContain('= {1, 1}');
      expect(out).toContain('= 0x410fd083');
      expect(out).toContain('= 0x3c5');
      expect(out).toContain('= 0x1234');
      expect(out).toMatch(/0x40080038:\s+7/);
      expect(out).toContain('x20 is 0\n');
      expect(out).toMatch(/\* 2 +Thread 2 \(CPU 1, EL1, running\)/);
      expect(out).toMatch(/x19 is now 10\d\d\n/);
      expect(out).toContain('CPU 1: running, EL1, pc 0x40080030');
      expect(out).toContain('0x40080000 is 0x40080000, rwx (translation is off)');
      expect(out).toContain('0x40080000:\tmov\tx0, #0xc4000000');
      expect(virt.bus.load(ENTRY + 0x1c, 4)).toBe(0x91000673); // breakpoints are not in memory

      // The machine runs on without a client, until the next one comes.
      const before = virt.machine.executed;
      await new Promise(resolve => setTimeout(resolve, 50));
      expect(virt.machine.executed).toBeGreaterThan(before);
      const again = await gdb(
        'thread 1',
        'printf "x19 %d\\n", $x19 > 2000',
        'monitor reset',
        'printf "pc %lx\\n", $pc',
        'kill',
      );
      expect(again).toContain('x19 1\n');
      expect(virt.machine.within(0, cpu => [cpu.pc, cpu.x(19)])).toEqual([BigInt(ENTRY), 0n]);
    },
    60_000,
  );

  it.skipIf(!runsGdb)('goes back in time', { timeout: 60_000 }, async () => {
    listener = await serveGdb(new GdbServer(target(), { reverse: true }));
    const out = await gdb(
      `break *${LOOP}`,
      'continue',
      'continue',
      'continue',
      'printf "forward %ld\n", $x19',
      'stepi',
      'stepi',
      'stepi',
      'reverse-stepi',
      'printf "at %lx\n", $pc',
      'reverse-stepi',
      'reverse-stepi',
      'printf "at %lx with %ld\n", $pc, $x19',
      'reverse-continue',
      'printf "back %ld at %lx\n", $x19, $pc',
      'reverse-stepi',
      'printf "before %ld at %lx\n", $x19, $pc',
      'reverse-continue',
      'reverse-continue',
      'continue',
      'continue',
      'printf "again %ld\n", $x19',
      'kill',
    );
    expect(out).toContain('forward 2\n');
    expect(out).toContain('at 40080024\n');
    expect(out).toContain('at 4008001c with 2\n');
    expect(out).toContain('back 1 at 4008001c\n');
    expect(out).toContain('before 1 at 4008002c\n');
    expect(out).toMatch(/[Nn]o more reverse-execution history/);
    expect(out).toContain('again 1\n');
  });

  it.each([1, 2])('leaves the run of %i CPUs as it would have been', async smp => {
    const plain = target(smp);
    plain.machine.runSync({ instructions: 3000 });
    const debugged = target(smp);
    const server = new GdbServer(debugged);
    const { control } = server;
    control.addBreakpoint(ENTRY + 0x24);
    control.addWatchpoint({ from: BigInt(ENTRY + 0x38), to: BigInt(ENTRY + 0x40) });
    let hooked = 0;
    control.addHook(ENTRY + 0x34, () => {
      hooked++;
    });
    const counts: Record<string, number> = {};
    while (debugged.machine.executed < 3000) {
      const { reason } = control.runSync({ instructions: 3000 - debugged.machine.executed });
      counts[reason] = (counts[reason] ?? 0) + 1;
    }
    const state = (virt: typeof plain) => [
      virt.machine.cpus.map(({ index }) => virt.machine.within(index, cpu => [cpu.pc, cpu.x(19), cpu.x(20)])),
      [virt.machine.executed, virt.machine.time.now(), virt.bus.load(ENTRY + 0x38, 4)],
    ];
    expect(state(debugged)).toEqual(state(plain));
    // The store is at the breakpoint, and stops once more before its access.
    expect(Object.keys(counts).sort()).toEqual(['breakpoint', 'instructions', 'watchpoint']);
    expect(counts.breakpoint).toBeGreaterThan(200);
    expect(counts.watchpoint).toBe(counts.breakpoint);
    expect(hooked > 0).toBe(smp > 1);
    await server.close();
  });

  it('answers nonsense and goes on', async () => {
    const virt = target();
    const server = new GdbServer(virt);
    let answers = 0;
    const connection = server.connect(bytes => {
      if (bytes[0] === 0x24) answers++;
    });
    let seed = 12345;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    const letters = 'gGpPmMXzZHT?qQv0123456789abcdef,:;=-';
    const send = (text: string): void => {
      const sum = [...Buffer.from(text, 'latin1')].reduce((s, b) => (s + b) & 0xff, 0);
      connection.receive(Buffer.from(`$${text}#${sum.toString(16).padStart(2, '0')}`, 'latin1'));
    };
    const heads = ['m', 'M', 'X', 'Z', 'z', 'P', 'G', 'H', 'qRcmd,', 'qXfer:features:read:', 'qThreadExtraInfo,', 'p'];
    for (let n = 0; n < 3000; n++) {
      const tail = Array.from({ length: random(24) }, () => letters[random(letters.length)]).join('');
      send(heads[random(heads.length)]! + tail);
      if (n % 10 === 0) connection.receive(Uint8Array.from({ length: random(40) }, () => 0x80 + random(128)));
    }
    send('qRcmd,7472616e736c61746520307831');
    send('?');
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(answers).toBe(3002);
    await server.close();
  });

  it('speaks the protocol: escapes, checksums, errors', async () => {
    const virt = target();
    const server = new GdbServer(virt);
    let out = '';
    const connection = server.connect(bytes => {
      out += Buffer.from(bytes).toString('latin1');
    });
    const ask = async (text: string): Promise<string> => {
      out = '';
      const sum = [...Buffer.from(text, 'latin1')].reduce((s, b) => (s + b) & 0xff, 0);
      connection.receive(Buffer.from(`$${text}#${sum.toString(16).padStart(2, '0')}`, 'latin1'));
      await new Promise(resolve => setTimeout(resolve, 5));
      return /\$(.*)#/s.exec(out)?.[1] ?? out;
    };
    expect(await ask('?')).toBe('T05thread:1;');
    expect(out.startsWith('+')).toBe(true);
    out = '';
    connection.receive(Buffer.from('$g#00'));
    expect(out).toBe('-');
    expect(await ask('m40080000,4')).toBe('0080b8d2');
    expect(await ask('m0,4')).toBe('E0e');
    expect(await ask('mzz,4')).toBe('E16');
    expect(await ask('X40080038,4:\x7d\x03}]ab')).toBe('OK'); // 0x23, 0x7d
    expect(await ask('m40080038,4')).toBe('237d6162');
    expect(await ask('p20')).toBe('0000084000000000');
    expect(await ask('pffff')).toBe('E16');
    expect(await ask('P0=0100000000000000')).toBe('OK');
    expect((await ask('g')).length).toBe(2 * (33 * 8 + 4 + 32 * 16 + 8));
    expect(await ask('Z0,1000000000000000,4')).toBe('OK');
    expect(await ask('Z9,0,4')).toBe('');
    expect(await ask('T3')).toBe('E16');
    expect(await ask('qfThreadInfo')).toBe('m1,2');
    expect(await ask('vMustReplyEmpty')).toBe('');
    expect(await ask('qXfer:features:read:target.xml:0,20')).toMatch(/^m<\?xml/);
    out = '';
    const running = ask('c');
    connection.receive(Uint8Array.of(3));
    await running;
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(out).toMatch(/\$T02thread:[12];#/);
    await server.close();
  });
});
