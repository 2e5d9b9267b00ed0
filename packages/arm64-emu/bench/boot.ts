// Debian's installer from the kernel's first instruction to its first program's line, here and under QEMU: CPU time.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BenchRow, sampleOf } from '../../../tooling/bench-report.js';
import { debianMachine, hasDebian, INITRD, KERNEL } from '../scripts/debian.js';
import type { EngineMode } from '../src/engine/engine.js';

const FIRST_LINE = 'syslogd';
const RUNS = 3;
const MIB = 2 ** 20;
/** Clock ticks of /proc/PID/stat per second. */
const TICKS = 100;
const program = fileURLToPath(import.meta.url);

interface Boot {
  /** Seconds of CPU, those of the host's compiler threads with them. */
  readonly cpu: number;
  readonly wall: number;
  readonly instructions: number;
  readonly rss: number;
  readonly compiled: ReturnType<typeof debianMachine>['engine']['compiled'];
}

async function boot(mode: EngineMode): Promise<Boot> {
  const { machine, engine, serial } = debianMachine({ mode });
  let line = '';
  serial.output = byte => {
    line = byte === 0x0a ? '' : line + String.fromCharCode(byte);
    if (line.endsWith(FIRST_LINE)) machine.stop();
  };
  const start = performance.now();
  const before = process.cpuUsage();
  await machine.run();
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - start) / 1000;
  const rss = process.memoryUsage().rss / MIB;
  return { cpu: (user + system) / 1e6, wall, instructions: machine.executed, rss, compiled: engine.compiled };
}

/** In a process of its own, as QEMU is. */
async function bootApart(mode: EngineMode): Promise<Boot> {
  const child = spawn(process.execPath, [...process.execArgv, program, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  return JSON.parse(text) as Boot;
}

function qemu(): Promise<number | undefined> {
  const accelerator = ['-accel', 'tcg,thread=single'];
  const board = ['-M', 'virt,gic-version=3', '-cpu', 'cortex-a72', '-m', '512', '-nographic'];
  const image = ['-kernel', KERNEL, '-initrd', INITRD, '-append', 'console=ttyAMA0'];
  const child = spawn('qemu-system-aarch64', [...board, ...accelerator, ...image], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise(resolve => {
    let text = '';
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(undefined));
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!text.includes(FIRST_LINE)) return;
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(' ');
      resolve((Number(fields[13]) + Number(fields[14])) / TICKS);
      child.kill();
    });
  });
}

/** Rows of both modes beside QEMU, and notes on what was compiled. */
export async function bootRows(): Promise<{ readonly rows: BenchRow[]; readonly notes: string[] }> {
  const rows: BenchRow[] = [];
  const notes: string[] = [];
  if (!hasDebian()) return { rows, notes: ['debian-installer-12-netboot-arm64 is not installed: no boot.'] };
  for (const mode of ['interpreter', 'auto'] as const) {
    const mine: Boot[] = [];
    const theirs: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      mine.push(await bootApart(mode));
      const time = await qemu();
      if (time !== undefined) theirs.push(time);
    }
    const ours = sampleOf(mine.map(b => b.cpu));
    const name = `Debian boot, ${mode}`;
    if (theirs.length < RUNS) rows.push({ name, unit: 's CPU', ours });
    else {
      const ratio = sampleOf(mine.map((b, i) => theirs[i]! / b.cpu)).median;
      rows.push({ name, unit: 's CPU', ours, peer: { name: 'QEMU', sample: sampleOf(theirs) }, ratio });
    }
    const { instructions, rss, compiled } = mine.at(-1)!;
    const { regions, modules, bytes, milliseconds, executed } = compiled;
    const made =
      mode === 'interpreter'
        ? ''
        : `, ${regions} regions of ${compiled.instructions} instructions in ${modules} modules of ${(bytes / MIB).toFixed(1)} MiB ` +
          `in ${(milliseconds / 1000).toFixed(2)} s, ${(100 - (executed / instructions) * 100).toFixed(1)} % interpreted`;
    notes.push(
      `${name}: ${(instructions / 1e9).toFixed(2)} G instructions, ${rss.toFixed(0)} MiB with the guest's RAM${made}.`,
    );
  }
  return { rows, notes };
}

if (process.argv[1] === program) process.stdout.write(JSON.stringify(await boot(process.argv[2] as EngineMode)));
