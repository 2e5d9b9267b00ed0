// Whole boots: our sample, and Debian's kernel to a shell and power-off beside QEMU with the same files.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Bench, type BenchRow, compare, sampleOf } from '../../../tooling/bench-report.js';
import { debianKernel, hasDebian, shellRamDisk } from '../__tests__/support/debian.js';
import { available, qemu } from '../__tests__/support/qemu.js';
import { boot } from '../src/boot.js';

const RUNS = 3;
const APPEND = 'rdinit=/bin/sh quiet';
const MACHINE = ['-M', 'virt,gic-version=3', '-cpu', 'cortex-a72', '-m', '512M'];

const BIN = fileURLToPath(new URL('../bin/boot-recipes.js', import.meta.url));

/** Seconds from the start of the command, from its sources, to the prompt of the sample's shell. */
async function toShell(): Promise<number> {
  const start = performance.now();
  const args = [BIN, 'boot', 'sample', '--append', '-s', '--send', 'uname', '--until', '^boot-recipes sample kernel'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const status = await new Promise(resolve => child.on('close', resolve));
  if (status !== 0) throw new Error(`the boot ended with ${status}`);
  return (performance.now() - start) / 1000;
}

const bench: Bench = async () => {
  const rows: BenchRow[] = [];
  const notes: string[] = [];
  const sample: number[] = [];
  for (let i = 0; i <= RUNS; i++) sample.push((await boot('sample')).seconds);
  rows.push({ name: 'sample to power-off', unit: 's', ours: sampleOf(sample.slice(1)) });

  const shell: number[] = [];
  for (let i = 0; i <= RUNS; i++) shell.push(await toShell());
  rows.push({ name: 'command started to the sample’s shell', unit: 's', ours: sampleOf(shell.slice(1)) });

  if (!hasDebian()) return { rows, notes: ['debian-installer-12-netboot-arm64 is not installed: no Linux boot'] };
  const [kernel, initrd] = [debianKernel(), shellRamDisk()];
  const mips: number[] = [];
  const ours = async (): Promise<number> => {
    const options = { kernel, initrd, append: APPEND, cpu: 'cortex-a72', memory: 512 << 20, send: ['poweroff -f'] };
    const result = await boot('linux', options);
    if (result.reason !== 'power-off') throw new Error(`the boot ended with ${result.reason}`);
    mips.push(result.mips);
    return result.seconds;
  };
  const theirs = async (): Promise<number> => {
    const start = performance.now();
    const args = [...MACHINE, '-kernel', '{kernel}', '-initrd', '{initrd}', '-append', APPEND];
    await qemu(args, [], { kernel, initrd }, [{ after: /# \S*$/, type: 'poweroff -f\r' }]);
    return (performance.now() - start) / 1000;
  };
  const name = 'Debian kernel to a shell and power-off';
  if (available('qemu-system-aarch64'))
    rows.push(await compare(name, 's', 'lower', ours, { name: 'qemu-system-aarch64 (TCG)', run: theirs }, RUNS));
  else {
    notes.push('qemu-system-aarch64 is not installed: no peer');
    const seconds: number[] = [];
    for (let i = 0; i <= RUNS; i++) seconds.push(await ours());
    rows.push({ name, unit: 's', ours: sampleOf(seconds.slice(1)) });
  }
  rows.push({ name: 'the same, speed', unit: 'MIPS', ours: sampleOf(mips.slice(1)) });
  notes.push('wall-clock time; the first boot of each is a warm-up and not counted');
  return { rows, notes };
};

export default bench;
