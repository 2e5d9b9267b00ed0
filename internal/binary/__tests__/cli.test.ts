import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliProgram, hexExcerpt, runCli, UsageError, writeOutput } from '../src/cli/index.js';
import { BinaryError } from '../src/index.js';

class TestError extends BinaryError {}

const program: CliProgram = {
  name: 'tool',
  version: '1.2.3',
  summary: 'a tool',
  commands: [
    {
      name: 'show',
      args: '<file>',
      summary: 'shows a file',
      options: [['-n, --number <n>', 'a number', '5']],
      examples: ['tool show a.bin'],
      async run(context, [file], { number }) {
        const bytes = await context.read(file as string);
        if (bytes[0] === 0xff)
          throw new TestError('TestError', 'bad-value', 'not a file', { offset: 0x11, path: 'a.b' });
        if (bytes[0] === 0xfe) throw new UsageError('no such thing');
        if (bytes[0] === 0xfd) throw new Error('bug');
        context.result({ big: 5n, bytes, number }, () => `${bytes.length} bytes`);
      },
    },
  ],
};

let folder: string;
let out: string;
let err: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  out = err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    err += text;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});
const run = async (bytes: number[], ...args: string[]) => {
  const file = join(folder, 'in');
  await writeFile(file, new Uint8Array(bytes));
  return runCli(program, ['show', file, ...args]);
};

describe('runCli', () => {
  it('prints a result for people, and as JSON', async () => {
    expect(await run([1, 2])).toBe(0);
    expect(out).toBe('2 bytes\n');
    out = '';
    expect(await run([1, 2], '--json', '-n', '7')).toBe(0);
    expect(JSON.parse(out)).toEqual({ big: '5', bytes: '0102', number: '7' });
  });

  it('shows code, path, offset and the bytes of a bad input, and exits 1', async () => {
    expect(await run([0xff, ...Array(40).keys()], '--json')).toBe(1);
    expect(err).toBe(
      'tool show: bad-value: a.b: not a file at byte 0x11\n' +
        '  00000000  ff 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e  ................\n' +
        '> 00000010  0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e  ................\n' +
        '  00000020  1f 20 21 22 23 24 25 26 27                       . !"#$%&\'\n',
    );
    expect(JSON.parse(out)).toEqual({
      error: { code: 'bad-value', message: 'a.b: not a file at byte 0x11', offset: 17, path: 'a.b' },
    });
  });

  it('names a missing file, and exits 1', async () => {
    expect(await runCli(program, ['show', join(folder, 'none')])).toBe(1);
    expect(err).toMatch(/^tool show: ENOENT: /);
  });

  it('exits 2 for wrong usage', async () => {
    expect(await runCli(program, ['show'])).toBe(2);
    expect(await runCli(program, ['nonsense'])).toBe(2);
    expect(await runCli(program, ['show', 'x', '--nonsense'])).toBe(2);
    expect(await run([0xfe])).toBe(2);
    expect(await runCli(program, ['--help'])).toBe(0);
    expect(out).toContain('shows a file');
  });

  it('prints no stack trace for an error that nobody foresaw', async () => {
    expect(await run([0xfd])).toBe(1);
    expect(err).toBe('tool show: internal error: bug\n');
  });
});

describe('writeOutput', () => {
  it('replaces a file in one step and leaves nothing behind when it cannot', async () => {
    const file = join(folder, 'out');
    await writeOutput(file, 'first');
    await writeOutput(file, new Uint8Array([0x61]));
    expect(await readFile(file, 'utf8')).toBe('a');
    await expect(writeOutput(join(folder, 'missing', 'out'), 'x')).rejects.toThrow('ENOENT');
    expect(await readdir(folder)).toEqual(['out']);
  });
});

it('hexExcerpt marks an offset at the very end', () => {
  expect(hexExcerpt(new Uint8Array(16), 16)).toBe(
    '  00000000  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  ................',
  );
});
