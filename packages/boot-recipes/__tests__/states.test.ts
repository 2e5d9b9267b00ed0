// States and recordings of boots, each in processes of their own.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { record, replay, restoreSnapshot, saveSnapshot } from 'arm64-emu';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';
import type { RecipeOptions } from '../src/recipes/recipe.js';
import { BootSession, type RunOptions } from '../src/session.js';
import { cli } from './support/cli.js';
import { debianKernel, hasDebian, shellRamDisk } from './support/debian.js';
import { runFor, sampleOnApple } from './support/sample-on-apple.js';

const scratch = mkdtempSync(join(tmpdir(), 'states-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const file = (name: string): string => join(scratch, name);
const json = (text: string): { instructions: number; reason: string } => JSON.parse(text);

/** The guest's lines among those of the command. */
const printed = ({ stderr }: { readonly stderr: string }): string =>
  stderr
    .split('\n')
    .filter(line => line.endsWith('\r'))
    .join('\n');

describe.each([
  ['t8020', []],
  ['vmapple', ['--smp', '2']],
] as const)('sample on %s', (machine, more) => {
  const options = ['boot', 'sample', '--machine', machine, ...more, '--timeout', '60', '--json'];

  it('goes on from a state in another process and another mode', { timeout: 120_000 }, async () => {
    const whole = await cli('boot-recipes', [...options, '--append', '-v']);
    const { instructions } = json(whole.stdout);
    const half = String(Math.floor(instructions / 2));
    const snapshot = file(`${machine}.snapshot`);
    const first = await cli('boot-recipes', [
      ...options,
      ...['--append', '-v', '--instructions', half, '--snapshot', snapshot],
    ]);
    expect(json(first.stdout)).toMatchObject({ reason: 'instructions', instructions: Number(half) });
    const second = await cli('boot-recipes', [
      ...options,
      ...['--append', 'of no account', '--restore', snapshot, '--mode', 'auto'],
    ]);
    expect(json(second.stdout)).toMatchObject({ reason: 'power-off', instructions });
    const [a, b] = [printed(first), printed(second)];
    expect(b.length).toBeGreaterThan(100);
    expect(printed(whole).startsWith(a)).toBe(true);
    expect(printed(whole).endsWith(b)).toBe(true);
  });

  it('a typed session replays identically in another mode', { timeout: 120_000 }, async () => {
    const recording = file(`${machine}.recording`);
    const send = ['--send', 'echo one two', 'cat /etc/motd', 'ps', 'halt'];
    const first = await cli('boot-recipes', [...options, '--append', '-s', '--record', recording, ...send]);
    expect(json(first.stdout)).toMatchObject({ reason: 'power-off' });
    expect(statSync(recording).size).toBeLessThan(1000);
    const again = await cli('boot-recipes', [
      ...options,
      ...['--append', '-s', '--replay', recording, '--mode', 'auto'],
    ]);
    expect(json(again.stdout)).toMatchObject({ reason: 'power-off', instructions: json(first.stdout).instructions });
    expect(again.stderr).toContain('as it was when the recording ended');
    expect(printed(again)).toBe(printed(first));
    expect(again.stderr).toContain('one two');
    const other = await cli('boot-recipes', [...options, '--append', '-v', '--replay', recording]);
    expect(other.status).toBe(1);
    expect(other.stderr).toContain('mismatch');
  });
});

it('the machine of the experiment goes on in another process', { timeout: 120_000 }, async () => {
  const machine = sampleOnApple();
  const first = await runFor(machine, 4_000_000);
  expect(first.text).toContain('Sample kernel');
  const snapshot = file('apple.snapshot');
  writeFileSync(snapshot, await saveSnapshot(machine.target!));
  const here = await runFor(machine, 4_000_000);
  const helper = fileURLToPath(new URL('./support/sample-on-apple.ts', import.meta.url));
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', helper, snapshot, '4000000']);
  expect(JSON.parse(stdout)).toEqual(here);
});

it('refuses what does not go together', { timeout: 60_000 }, async () => {
  const both = await cli('boot-recipes', ['boot', 'sample', '--record', 'a', '--replay', 'b']);
  expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('--record and --replay')]);
  writeFileSync(file('nonsense'), 'nonsense, and more of it');
  const bad = await cli('boot-recipes', ['boot', 'sample', '--restore', file('nonsense')]);
  expect([bad.status, bad.stderr]).toEqual([1, expect.stringContaining('bad-magic')]);
});

async function run(
  options: RecipeOptions,
  limits: RunOptions,
  before: (boot: BootSession) => Promise<unknown>,
): Promise<{ session: BootSession; reason: string; text: string; kept: unknown }> {
  let text = '';
  const decoder = new TextDecoder();
  const output = (bytes: Uint8Array): void => {
    text += decoder.decode(bytes, { stream: true });
  };
  const session = new BootSession(await prepareBoot('linux', options), { timeout: 300, ...limits, output });
  const kept = await before(session);
  return { session, reason: (await session.run()).reason, text, kept };
}

it.skipIf(!hasDebian())(
  'a session with Debian’s shell, recorded interpreted from the middle of a boot, replays compiled',
  { timeout: 400_000 },
  async () => {
    const options: RecipeOptions = {
      kernel: debianKernel(),
      initrd: shellRamDisk(),
      append: 'rdinit=/bin/sh',
      cpu: 'cortex-a72',
      memory: 0x10000000,
      smp: 2,
    };
    const booted = await run({ ...options, mode: 'auto' }, { until: /built-in shell/ }, async () => {});
    expect(booted.reason).toBe('until');
    const snapshot = await saveSnapshot(booted.session.prepared.machine.target!);
    expect(snapshot.length).toBeLessThan(60e6);
    const send = ['uname -m', 'mount -t proc proc /proc', 'head -c 20 /proc/version', 'poweroff -f'];
    const first = await run(options, { send }, async session => {
      const { target } = session.prepared.machine;
      await restoreSnapshot(target!, snapshot);
      const recorder = await record(target!, { snapshot: true });
      session.type(Uint8Array.of(13)); // another prompt
      return recorder;
    });
    expect(first.reason).toBe('power-off');
    expect(first.text).toContain('aarch64');
    const bytes = await (first.kept as Awaited<ReturnType<typeof record>>).finish();
    const again = await run({ ...options, mode: 'auto' }, {}, ({ prepared }) =>
      replay(prepared.machine.target!, bytes),
    );
    expect(again.reason).toBe('power-off');
    expect(again.text).toBe(first.text);
    await (again.kept as Awaited<ReturnType<typeof replay>>).verify();
  },
);
