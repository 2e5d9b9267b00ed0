// The monitor on a running boot: what it shows, and that the guest stands still meanwhile.
import { describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';
import { Monitor } from '../src/monitor/monitor.js';
import type { RecipeOptions } from '../src/recipes/recipe.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { BootSession } from '../src/session.js';
import { openKernel } from '../src/xnu/kernel.js';

interface Bench {
  readonly monitor: Monitor;
  readonly session: BootSession;
  readonly files: Map<string, Uint8Array>;
  /** Executes commands; the output of the last. */
  ask(...lines: string[]): Promise<string>;
  text(): string;
}

/** A boot that stands at its shell; ended by `use` or by power-off. */
async function atShell(options: RecipeOptions, use: (bench: Bench) => Promise<void>): Promise<void> {
  const prepared = await prepareBoot('sample', { append: '-s', memory: 128 << 20, ...options });
  let text = '';
  const session = new BootSession(prepared, {
    timeout: 60,
    output: bytes => {
      text += new TextDecoder().decode(bytes);
    },
  });
  const files = new Map<string, Uint8Array>();
  const monitor = new Monitor(prepared, session, {
    read: async path => files.get(path) ?? Promise.reject(new Error(`no file ${path}`)),
    write: async (path, bytes) => void files.set(path, bytes),
  });
  session.inputOpen = true;
  const done = session.run();
  while (!text.endsWith('sample# ')) await new Promise(resolve => setTimeout(resolve, 20));
  const ask = async (...lines: string[]): Promise<string> => {
    let last = '';
    for (const line of lines) last = await monitor.execute(line);
    return last;
  };
  await use({ monitor, session, files, ask, text: () => text });
  monitor.held = false;
  session.resume();
  session.type(new TextEncoder().encode('halt\r'));
  expect((await done).reason).toMatch(/power-off|stopped/);
}

describe.each(['t8020', 'vmapple'] as const)('monitor on %s', machine => {
  it('shows registers, CPUs, address space, translation and interrupts', async () => {
    await atShell({ machine, smp: 2 }, async ({ ask }) => {
      const registers = await ask('info registers');
      expect(registers).toMatch(/^ PC=fffffe0007[0-9a-f]{6} X00=/);
      expect(registers.match(/X\d\d=[0-9a-f]{16}/g)).toHaveLength(31);
      expect(registers).toMatch(/TCR_EL1=000000226511a511/);
      expect(await ask('info cpus')).toMatch(/^\* CPU #0: .*\n {2}CPU #1: wfi, EL1, pc=0xfffffe/);
      expect(await ask('cpu 1', 'info cpus')).toMatch(/^ {2}CPU #0: .*\n\* CPU #1/);
      expect(await ask('cpu 0', 'info mtree')).toMatch(/^[0-9a-f]{16}-[0-9a-f]{16} ram: ram$/m);
      const irq = await ask('info irq');
      expect(irq).toMatch(
        machine === 't8020' ? /^aic at .*576 inputs\n {2}enabled {2}144\n/ : /^gicd at .*\n {2}enabled {2}33\n/,
      );
      expect(irq).toMatch(/CPU #1: nothing pending, masked: DA$/);
      const ram = machine === 't8020' ? '47' : '77';
      expect(await ask('info tlb')).toMatch(
        new RegExp(`^0xfffffe000700c000 0x00${ram}00c000 +0xc000 el1 r-x el0 --- attr 0$`, 'm'),
      );
      expect(await ask('info tlb 0xfffffe0007004000')).toMatch(
        new RegExp(`^0xfffffe0007004000 is 0x${ram}004000, r--`),
      );
      expect(await ask('gva2gpa 0x10')).toMatch(/translation fault/);
    });
  });

  it('saves a snapshot and goes back to it', async () => {
    await atShell({ machine }, async ({ ask, session, files, text }) => {
      expect(await ask('savevm at-shell')).toMatch(/^\d+ bytes$/);
      expect(files.get('at-shell')!.length).toBeGreaterThan(10_000);
      const before = await ask('stop', 'info status');
      await ask('cont');
      session.type(new TextEncoder().encode('echo gone\r'));
      while (!/\ngone\r\nsample# $/.test(text())) await new Promise(resolve => setTimeout(resolve, 20));
      expect(await ask('stop', 'loadvm at-shell', 'info status')).toMatch(/^VM status: paused/);
      const [, instructions] = /paused, (\d+)/.exec(before)!;
      expect(Number(/paused, (\d+)/.exec(await ask('info status'))![1])).toBeLessThanOrEqual(Number(instructions));
    });
  });
});

describe('monitor', () => {
  it('reads memory in every format', async () => {
    await atShell({}, async ({ ask, files }) => {
      expect(await ask('x/4xb 0xfffffe0007004000')).toBe('0xfffffe0007004000: 0xcf 0xfa 0xed 0xfe');
      expect(await ask('xp/1xw 0x47004000')).toBe('0x0000000047004000: 0xfeedfacf');
      expect(await ask('xp/2dh 0x47004000')).toBe('0x0000000047004000: -1329 -275');
      expect(await ask('xp/1uw 0x47004000')).toBe('0x0000000047004000: 4277009103');
      expect(await ask('xp/1ow 0x47004000')).toBe('0x0000000047004000: 037673375317');
      const kernel = Buffer.from(openKernel(sampleImages().collection).bytes);
      const name = `0x${(0x47004000 + kernel.indexOf('__TEXT')).toString(16)}`;
      expect(await ask(`xp/6c ${name}`)).toMatch(/: '_' '_' 'T' 'E' 'X' 'T'$/);
      expect(await ask(`xp/s ${name}`)).toMatch(/: "__TEXT"$/);
      expect(await ask('x/2i 0xfffffe0007010000')).toMatch(/: d5034fdf {2}msr daifset, #0xf\n0xfffffe0007010004: /);
      expect(await ask('pmemsave 0x47004000 16 out')).toBe('16 bytes');
      expect([...files.get('out')!.subarray(0, 4)]).toEqual([0xcf, 0xfa, 0xed, 0xfe]);
    });
  });

  it('holds the guest, steps it, and lets it go on', async () => {
    await atShell({}, async ({ ask, session, text }) => {
      await ask('stop');
      const first = await ask('info status');
      session.type(new TextEncoder().encode('echo held\r'));
      await new Promise(resolve => setTimeout(resolve, 100));
      expect(await ask('info status')).toBe(first);
      expect(text()).not.toContain('held');
      const count = (status: string): number => Number(/, (\d+) instructions/.exec(status)![1]);
      expect(await ask('step 5')).toMatch(/^0xfffffe0007[0-9a-f]{6}: [0-9a-f]{8} {2}[a-z]/);
      expect(count(await ask('info status'))).toBe(count(first) + 5);
      await ask('cont');
      while (!/\nheld\r\nsample# $/.test(text())) await new Promise(resolve => setTimeout(resolve, 20));
    });
  });

  it.each<[string, RegExp]>([
    ['nonsense', /^unknown command: 'nonsense'/],
    ['constructor', /^unknown command/],
    ['info nonsense', /^info nonsense: there are cpus, irq/],
    ['x', /a number is missing/],
    ['x/3q 0', /there are x d u o c i s/],
    ['x/70000xb 0', /at most/],
    ['x/1xw 0x10', /not RAM or ROM/],
    ['xp/1xw 0x10', /not RAM or ROM/],
    ['cpu 7', /there is no CPU #7/],
    ['step 100000000', /at most 1000000/],
    ['savevm', /a file name is missing/],
    ['loadvm nothing', /no file nothing/],
    ['screendump x', /there is no framebuffer/],
    ['', /^$/],
  ])('answers %j', async (line, answer) => {
    const prepared = await prepareBoot('sample', { memory: 128 << 20 });
    const monitor = new Monitor(prepared, new BootSession(prepared), {
      read: path => Promise.reject(new Error(`no file ${path}`)),
      write: async () => {},
    });
    expect(await monitor.execute(line)).toMatch(answer);
  });

  it('lists its commands and ends the run', async () => {
    await atShell({}, async ({ ask }) => {
      const help = await ask('help');
      for (const name of ['info', 'x/', 'stop', 'cont', 'savevm', 'quit']) expect(help).toContain(name);
      await ask('quit');
    });
  });

  it('holds a boot that has not begun', async () => {
    const prepared = await prepareBoot('sample', { memory: 128 << 20 });
    const session = new BootSession(prepared, { timeout: 60 });
    const monitor = new Monitor(prepared, session);
    monitor.held = true;
    await session.pause();
    const done = session.run();
    expect(await monitor.execute('info status')).toMatch(/paused, 0 instructions/);
    expect(await monitor.execute('info tlb')).toMatch(/translation is off/);
    await monitor.execute('cont');
    expect((await done).reason).toBe('power-off');
  });
});
