// Debian's unmodified kernel to a shell that answers, here and on QEMU: same kernel, RAM disk and command line.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';
import { cli } from './support/cli.js';
import { debianKernel, hasDebian, shellRamDisk } from './support/debian.js';
import { available, qemu } from './support/qemu.js';

/** A file whose checksum the guest has to find. */
const DATA = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 24);
const APPEND = 'rdinit=/bin/sh';
const COMMANDS = ['uname -m', 'mount -t proc proc /proc', 'cat /proc/cpuinfo', 'sha256sum /etc/data', 'poweroff -f'];

/** What was printed between a command and the next prompt, without the terminal's control sequences. */
function answer(output: string, command: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with ESC
  const text = output.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '').replaceAll('\r', '');
  const after = text.split(`# ${command}\n`)[1];
  if (after === undefined) throw new Error(`"${command}" was not echoed:\n${text.slice(-2000)}`);
  return after.split(/^.*# /m)[0]!.trim();
}

const cpuInfo = (text: string, field: string): string | undefined =>
  new RegExp(`^${field}\\s*: (.*)$`, 'm').exec(text)?.[1];

it('says where a kernel is to be had when none is given', async () => {
  await expect(prepareBoot('linux', {})).rejects.toThrow(
    /--kernel.*debian-installer-12-netboot-arm64.*linux and initrd\.gz/,
  );
});

describe.skipIf(!hasDebian())('Debian’s kernel', () => {
  const initrd = shellRamDisk({ 'etc/data': DATA });
  const checksum = createHash('sha256').update(DATA).digest('hex');

  it('boots to a shell that answers, and powers off', { timeout: 400_000 }, async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'linux-'));
    const path = join(scratch, 'initrd');
    writeFileSync(path, initrd);
    const options = [
      '--initrd',
      path,
      '--append',
      APPEND,
      '--cpu',
      'cortex-a72',
      '--memory',
      '512M',
      '--timeout',
      '300',
    ];
    const run = await cli('boot-recipes', ['boot', 'linux', ...options, '--send', ...COMMANDS], { seconds: 320 });
    rmSync(scratch, { recursive: true });
    const output = run.stdout;
    expect(run.status, output.slice(-3000) + run.stderr).toBe(0);
    expect(run.stderr).toContain('the guest switched itself off');
    expect(answer(output, 'uname -m')).toBe('aarch64');
    expect(answer(output, 'sha256sum /etc/data')).toBe(`${checksum}  /etc/data`);
    const info = answer(output, 'cat /proc/cpuinfo');
    expect(cpuInfo(info, 'CPU implementer')).toBe('0x41');
    expect(cpuInfo(info, 'CPU architecture')).toBe('8');

    if (!available('qemu-system-aarch64')) return;
    const reference = await qemu(
      [
        '-M',
        'virt,gic-version=3',
        '-cpu',
        'cortex-a72',
        '-m',
        '512M',
        '-kernel',
        '{kernel}',
        '-initrd',
        '{initrd}',
        '-append',
        APPEND,
      ],
      [],
      { kernel: debianKernel(), initrd },
      COMMANDS.map(command => ({ after: /# \S*$/, type: `${command}\r` })),
    );
    expect(reference.status).toBe(0);
    for (const command of ['uname -m', 'sha256sum /etc/data', 'cat /proc/cpuinfo'])
      expect(answer(output, command), command).toBe(answer(reference.output, command));
  });

  it.each([
    ['with every feature on four CPUs', 'max', '4', '0x00'],
    ['at EL2 of an Apple M1', 'apple-m1', '1', '0x61'],
  ])('boots %s', { timeout: 400_000 }, async (_, cpu, smp, implementer) => {
    const scratch = mkdtempSync(join(tmpdir(), 'linux-'));
    const path = join(scratch, 'initrd');
    writeFileSync(path, initrd);
    const machine = ['--cpu', cpu, '--smp', smp, '--memory', '512M', '--timeout', '300'];
    const options = ['--initrd', path, '--append', APPEND, ...machine];
    const commands = [
      'mount -t proc proc /proc',
      'grep -c ^processor /proc/cpuinfo',
      'cat /proc/cpuinfo',
      'sha256sum /etc/data',
      'poweroff -f',
    ];
    const run = await cli('boot-recipes', ['boot', 'linux', ...options, '--send', ...commands], { seconds: 320 });
    rmSync(scratch, { recursive: true });
    expect(run.status, run.stdout.slice(-3000) + run.stderr).toBe(0);
    expect(answer(run.stdout, 'grep -c ^processor /proc/cpuinfo')).toBe(smp);
    expect(cpuInfo(answer(run.stdout, 'cat /proc/cpuinfo'), 'CPU implementer')).toBe(implementer);
    expect(answer(run.stdout, 'sha256sum /etc/data')).toBe(`${checksum}  /etc/data`);
  });
});
