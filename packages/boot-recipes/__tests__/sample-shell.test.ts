// The sample's shell on both boards: files, interrupts, the disk, further CPUs.
import { spawnSync } from 'node:child_process';
import { MemoryDisk } from 'arm64-emu';
import { describe, expect, it } from 'vitest';
import { boot } from '../src/boot.js';
import type { RecipeOptions } from '../src/recipes/recipe.js';
import type { RunOptions } from '../src/session.js';

async function run(
  options: RecipeOptions & RunOptions,
): Promise<{ reason: string; instructions: number; text: string }> {
  let text = '';
  const { reason, instructions } = await boot('sample', {
    timeout: 60,
    append: '-s rd=md0',
    ...options,
    output: bytes => {
      text += new TextDecoder().decode(bytes);
    },
  });
  return { reason, instructions, text: text.replaceAll('\r', '') };
}

const BOARDS = ['t8020', 'vmapple'] as const;

describe.each(BOARDS)('sample on %s', machine => {
  it('runs its script, and switches off when nobody types', async () => {
    const { reason, text } = await run({ machine, append: '-v' });
    expect(reason).toBe('power-off');
    expect(text).toMatch(/^1 external trust cache modules available\.$/m);
    expect(text).toMatch(/^external trust cache module 0 with 1 entries$/m);
    expect(text).toMatch(/^CODE SIGNING: \/sbin\/launchd: cdhash [0-9a-f]{40} is in trust cache module 0$/m);
    expect(text).toMatch(/^sample# uname\nboot-recipes sample kernel, arm64, .*, EL1, 16K pages$/m);
    expect(text).toMatch(/^sample# ls \/etc\n +45 motd\n +\d+ rc$/m);
    expect(text).toMatch(/^sample# \nlaunchd: nobody types$/m);
  });

  it('stays when somebody types', async () => {
    const { reason, text } = await run({ machine, append: '-v', send: ['echo here', 'time'], until: /^\d+ ms/m });
    expect(reason).toBe('until');
    expect(text).toContain('sample# echo here\nhere\nsample# time\n');
  });

  it('has files, folders and the kernel’s texts', async () => {
    const send = ['ls', 'ls /sbin', 'ls /nowhere', 'ls /dev', 'ps', 'cat /dev/memory', 'cat /sbin', 'halt'];
    const { text } = await run({ machine, send });
    expect(text).toMatch(/# ls\n +sbin\/\n +etc\/\n +dev\/\n/);
    expect(text).toMatch(/# ls \/sbin\n +\d{5} launchd\n/);
    expect(text).toContain('# ls /nowhere\nno such folder\n');
    expect(text).toMatch(/# ls \/dev\n +interrupts\n +memory\n +processes\n +version\n/);
    expect(text).toMatch(/# ps\n +PID +TICKS COMMAND\n +0 +\d+ kernel_task\n +1 +\d+ \/sbin\/launchd\n/);
    expect(text).toMatch(/\n\d+ pages of 16 KiB free\n/);
  });

  it('gets what is typed by interrupt', async () => {
    const { text } = await run({ machine, send: ['echo 0123456789', 'irq', 'halt'] });
    const count = /^ +(\d+) +(\d+) uart0$/m.exec(text);
    expect(count?.[1]).toBe(machine === 't8020' ? '144' : '33');
    expect(Number(count?.[2])).toBeGreaterThanOrEqual(2);
  });

  it('reads and writes its disk', async () => {
    const disk = new MemoryDisk(new Uint8Array(64 * 512));
    disk.bytes.set(new TextEncoder().encode('sector five'), 5 * 512);
    const send = ['disk 5', 'write 63 kept for later', 'disk 63', 'write 64 beyond', 'disk 64', 'irq', 'halt'];
    const { text, reason } = await run({ machine, disk, send });
    expect(reason).toBe('power-off');
    expect(text).toMatch(/^disk0: virtio block device in slot 1, 64 sectors, by interrupt$/m);
    expect(text).toContain('00000a00 73 65 63 74 6f 72 20 66 69 76 65 00 00 00 00 00  sector five.....\n');
    expect(text).toContain('00007e00 6b 65 70 74 20 66 6f 72 20 6c 61 74 65 72 00 00  kept for later..\n');
    expect(text).toContain('# write 64 beyond\ncannot be written\n');
    expect(text).toContain('# disk 64\ncannot be read\n');
    expect(text).toMatch(/^ +\d+ +3 disk0$/m);
    expect(new TextDecoder().decode(disk.bytes.subarray(63 * 512, 63 * 512 + 15))).toBe('kept for later\0');
  });

  it('says that it cannot write to a disk that is read-only', async () => {
    const disk = new MemoryDisk(new Uint8Array(8 * 512), true);
    const { text } = await run({ machine, disk, send: ['write 1 x', 'disk 1', 'halt'] });
    expect(text).toContain('# write 1 x\ncannot be written\n');
    expect(text).toContain('00000200 00 00');
  });

  it.each([2, 4])('starts and calls %i CPUs, the same in both modes', async smp => {
    const [first, second] = [
      await run({ machine, smp, send: ['irq', 'halt'] }),
      await run({ machine, smp, mode: 'auto', send: ['irq', 'halt'] }),
    ];
    expect(second).toEqual(first);
    for (let cpu = 1; cpu < smp; cpu++) {
      expect(first.text).toMatch(new RegExp(`^cpu${cpu}: MPIDR 0x800.000${cpu}, answers calls$`, 'm'));
      expect(first.text).toMatch(new RegExp(`^ +- +1 calls of cpu${cpu}$`, 'm'));
    }
    expect(first.text).not.toContain(`cpu${smp}:`);
  });

  it('waits for a root device that is not there', async () => {
    const { reason, text } = await run({ machine, append: 'rd=disk9', until: /(waiting for root device\s+Still ){2}/ });
    expect(reason).toBe('until');
    expect(text).not.toContain('BSD root');
  });
});

describe('sample', () => {
  it('reaches its shell in 3 s of the host’s processor, from the start of the command', async () => {
    // Wall time depends on what else runs; this is what it has to be made of. Compiling the sources counts too.
    const code = `
      process.argv.push('boot-recipes', 'boot', 'sample', '--append', '-s', '--send', 'uname', '--until', '^boot-recipes sample kernel');
      process.on('exit', () => console.error('CPU', (process.cpuUsage().user + process.cpuUsage().system) / 1e6));
      await import(${JSON.stringify(new URL('../bin/boot-recipes.js', import.meta.url).href)});`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', code, '--'], { encoding: 'utf8' });
    expect(run.stdout).toContain('boot-recipes sample kernel, arm64');
    expect(Number(/^CPU ([\d.]+)$/m.exec(run.stderr)?.[1])).toBeLessThan(3);
  });

  it('starts no more than four CPUs', async () => {
    await expect(run({ smp: 5 })).rejects.toMatchObject({ code: 'bad-option', path: 'smp' });
  });
});
