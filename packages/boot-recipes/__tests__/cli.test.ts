import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { cli, cliHere } from './support/cli.js';
import { sampleOnVirt } from './support/sample-virt.js';

const scratch = mkdtempSync(join(tmpdir(), 'boot-recipes-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const file = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(scratch, name), bytes);
  return join(scratch, name);
};

describe('boot-recipes list', () => {
  it('names every recipe, as text and as JSON', async () => {
    const text = await cliHere(['list']);
    expect(text.status).toBe(0);
    expect(text.stdout).toMatch(/^sample: .*^linux: .*^virt: /ms);
    const json = JSON.parse((await cliHere(['list', '--json'])).stdout);
    expect(json.recipes.map((recipe: { name: string }) => recipe.name)).toEqual([
      'sample',
      'linux',
      'virt',
      'xnu-vmapple-source',
      'macos-11.0.1b1-t8020',
      'macos-vmapple',
    ]);
    expect(json.recipes[1].inputs[0].debianPackage).toBe('debian-installer-12-netboot-arm64');
  });
});

describe('boot-recipes boot', () => {
  it('prints the serial port on stdout and all else on stderr, and exits 0 at power-off', async () => {
    const { status, stdout, stderr } = await cli('boot-recipes', ['boot', 'sample']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Sample kernel/);
    expect(stdout).toMatch(/halting\s*$/);
    expect(stderr).toMatch(/topOfKernelData.*the guest switched itself off: [\d.]+ M instructions/s);
  });

  it('has the result alone on stdout with --json', async () => {
    const { status, stdout, stderr } = await cli('boot-recipes', ['boot', 'sample', '--json']);
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ recipe: 'sample', reason: 'power-off' });
    expect(result.pc).toMatch(/^0xfffffe00070/);
    for (const field of ['instructions', 'seconds', 'mips', 'guestSeconds']) expect(result[field]).toBeGreaterThan(0);
    expect(stderr).toContain('Hello from EL0');
  });

  it('types what comes through a pipe', async () => {
    const { status, stdout } = await cli('boot-recipes', ['boot', 'sample', '--append', '-s'], {
      input: 'echo piped\nhalt\n',
    });
    expect(status).toBe(0);
    expect(stdout.replaceAll('\r', '')).toContain('\npiped\n');
  });

  it('ends with --until after --send', async () => {
    const { status, stdout } = await cli('boot-recipes', [
      'boot',
      'sample',
      '--append',
      '-s',
      '--send',
      'echo a',
      'echo b',
      '--until',
      '^b',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/# echo a.*# echo b\r\nb/s);
  });

  it.each<[number, string, string[]]>([
    [3, 'timeout', ['sample', '--append', '-s', '--timeout', '0.5']],
    [4, 'reset', ['sample', '--append', 'panic=1']],
    [
      5,
      'halted',
      [
        'virt',
        '--load',
        `${file('wfi', Uint8Array.of(0x7f, 0x20, 0x03, 0xd5, 0xff, 0xff, 0xff, 0x17))}@0x40200000`,
        '--entry',
        '0x40200000',
      ],
    ],
  ])('exits with %i for %s', async (status, reason, args) => {
    const run = await cli('boot-recipes', ['boot', ...args, '--json']);
    expect([run.status, JSON.parse(run.stdout).reason]).toEqual([status, reason]);
  });

  it('stops by a signal with 130', async () => {
    const run = await cli('boot-recipes', ['boot', 'sample', '--append', '-s'], {
      open: true,
      onOutput: (text, child) => {
        if (text.endsWith('sample# ')) child.kill('SIGTERM');
      },
    });
    expect(run.status).toBe(130);
    expect(run.stderr).toContain('stopped from outside');
  });

  it('boots what QEMU’s loader device would', async () => {
    const { loads, entry } = sampleOnVirt();
    const args = loads.flatMap(({ address, bytes }, i) => [
      '--load',
      `${file(`load${i}`, bytes)}@0x${address.toString(16)}`,
    ]);
    const { status, stdout } = await cli('boot-recipes', [
      'boot',
      'virt',
      ...args,
      '--entry',
      `${entry}`,
      '--gic',
      '3',
      '--memory',
      '256M',
    ]);
    expect(stdout).toContain('Hello from EL0');
    expect(status).toBe(0);
  });

  it.each<[string[], RegExp]>([
    [['sample', '--gic', '3'], /recipe sample has no option --gic/],
    [['virt', '--gic', '4', '--entry', '0'], /--gic 4: 2 or 3/],
    [['virt', '--smp', '1.5', '--entry', '0'], /--smp 1.5: a whole number/],
    [['virt', '--load', 'x', '--entry', '0'], /--load x: FILE@ADDRESS/],
    [['sample', '--timeout', 'soon'], /--timeout soon/],
    [['sample', '--until', '('], /--until: Invalid regular expression/],
    [['sample', '--nonsense'], /unknown option '--nonsense'/],
    [[], /missing required argument 'recipe'/],
  ])('exits with 2 for wrong use: %j', async (args, message) => {
    const { status, stderr } = await cliHere(['boot', ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it.each<[string[], string]>([
    [['nothing'], 'unknown-recipe'],
    [['virt'], 'missing-input'],
    [['virt', '--entry', '0x40000000', '--cpu', 'z80'], 'bad-option'],
    [['sample', '--memory', 'much'], 'bad-option'],
    [['sample', '--memory', '64M'], 'placement'],
    [['sample', '--kernel', '/nonexistent'], 'ENOENT'],
  ])('exits with 1 and the code for what cannot be: %j', async (args, code) => {
    const run = await cliHere(['boot', ...args, '--json']);
    expect(run.status).toBe(1);
    expect(JSON.parse(run.stdout).error.code).toBe(code);
    expect(run.stderr).toContain(`boot-recipes boot: ${code}: `);
  });
});

/** util-linux's `script` gives a command a terminal of its own. */
const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasScript && !process.env.CI)('on a terminal', () => {
  const bin = fileURLToPath(new URL('../bin/boot-recipes.js', import.meta.url));
  /** Runs it on a terminal; each text of `dialogue` is typed when the output ends with what precedes it. */
  const onTerminal = (args: string, dialogue: readonly (readonly [RegExp, string])[]): Promise<string> => {
    const mode = (when: string): string => `stty -a | grep -o -- '-\\?icanon' | sed 's/^/${when}:/'`;
    const command = `${mode('before')}; ${process.execPath} ${bin} ${args}; echo "status:$?"; ${mode('after')}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { timeout: 60_000 });
    let output = '';
    let step = 0;
    child.stdout.on('data', data => {
      output += String(data).replaceAll('\r', '');
      if (!dialogue[step]?.[0].test(output)) return;
      child.stdin.write(dialogue[step]![1]);
      step++;
    });
    return new Promise(resolve => child.on('close', () => resolve(output)));
  };

  it('types into the guest, leaves with Ctrl-A x, and gives the terminal back', async () => {
    const output = await onTerminal('boot sample --append -s', [
      [/sample# $/, 'echo typed\r'],
      [/\ntyped\nsample# $/, '\x01x'],
    ]);
    expect(output).toContain('before:icanon');
    expect(output).toContain('\ntyped\n');
    expect(output).toContain('status:130');
    expect(output).toContain('after:icanon');
  });

  it('goes to the monitor and back with Ctrl-A c', async () => {
    const output = await onTerminal('boot sample --append -s', [
      [/sample# $/, '\x01cinfo statux\x7fs\r'],
      [/VM status: running.*\n\(boot-recipes\) $/, 'stop\rinfo status\r'],
      [/VM status: paused.*\n\(boot-recipes\) $/, 'cont\r\x01c'],
      [/cont\n(\(boot-recipes\) )?\n$/, 'echo back\rhalt\r'],
    ]);
    expect(output).toContain('\nback\n');
    expect(output).toContain('status:0');
    expect(output).toContain('after:icanon');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('gives the terminal back after %s', async signal => {
    const output = await onTerminal(
      `boot sample --append -s & child=$!; sleep 3; kill -${signal.slice(3)} $child; wait $child`,
      [],
    );
    expect(output).toContain('before:icanon');
    expect(output).toContain('after:icanon');
  });
});
