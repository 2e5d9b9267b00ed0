// Ctrl-C at any time: no half-written file, none left behind, and the terminal as it was.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/boot-recipes.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'interrupted-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Runs a command and interrupts it after so many milliseconds; undefined when it had ended before. */
function interrupt(args: readonly string[], after: number, signal: NodeJS.Signals): Promise<number | null> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'ignore', 'ignore'] });
  const timer = setTimeout(() => child.kill(signal), after);
  return new Promise(resolve =>
    child.on('close', status => {
      clearTimeout(timer);
      resolve(status);
    }),
  );
}

describe('interrupted', () => {
  const folder = join(scratch, 'folder');
  mkdirSync(folder);
  for (let i = 0; i < 4; i++) writeFileSync(join(folder, `${i}`), Buffer.alloc(8 << 20, i + 1));

  it('make-ramdisk leaves a whole file or none', async () => {
    const start = performance.now();
    const output = join(scratch, 'whole.img');
    expect(await interrupt(['make-ramdisk', output, folder], 60_000, 'SIGINT')).toBe(0);
    const duration = performance.now() - start;
    const { length } = readFileSync(output);
    // The file is written in the last part of the run.
    for (const [i, part] of [0.6, 0.85, 0.95].entries()) {
      const target = join(scratch, 'out');
      mkdirSync(target, { recursive: true });
      await interrupt(
        ['make-ramdisk', join(target, 'x.img'), folder],
        duration * part,
        (['SIGINT', 'SIGTERM', 'SIGHUP'] as const)[i % 3]!,
      );
      const left = readdirSync(target);
      expect(left.filter(name => name !== 'x.img')).toEqual([]);
      if (left.length > 0) expect(readFileSync(join(target, 'x.img')).length).toBe(length);
      rmSync(target, { recursive: true });
    }
  });

  it('boot ends with 130 at any time once it runs, and leaves no other file', async () => {
    const target = join(scratch, 'boot');
    mkdirSync(target);
    const args = ['boot', 'sample', '--append', '-s', '--serial', `uart0=file:${join(target, 'log')}`];
    for (const after of [3000]) {
      const child = spawn(process.execPath, [BIN, ...args], { stdio: ['pipe', 'ignore', 'ignore'] });
      setTimeout(() => child.kill('SIGINT'), after);
      const status = await new Promise(resolve => child.on('close', (code, signal) => resolve(signal ?? code)));
      // Before the boot has begun the signal ends the program itself.
      expect(status === 130 || status === 'SIGINT').toBe(true);
      expect(readdirSync(target).filter(name => name !== 'log')).toEqual([]);
    }
  });

  const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
  it.skipIf(!hasScript && !process.env.CI).each([0.1, 0.8, 1.5, 2.5])(
    'gives the terminal back when it is ended after %d s',
    async seconds => {
      const mode = "stty -a | grep -o -- '-\\?icanon'";
      const command = `${process.execPath} ${BIN} boot sample --append -s & child=$!; sleep ${seconds}; kill -INT $child; wait $child; ${mode}`;
      const child = spawn('script', ['-qec', command, '/dev/null'], { timeout: 60_000 });
      let output = '';
      child.stdout.on('data', data => (output += data));
      await new Promise(resolve => child.on('close', resolve));
      expect(output.trim().split(/\s+/).at(-1)).toBe('icanon');
    },
  );
});
