// All four commands: truncated and garbage files give a typed error with a place, exit code 1 and no stack trace.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sampleImages } from '../src/recipes/sample-images.js';
import { openKernel } from '../src/xnu/kernel.js';
import { unwrapPayload } from '../src/xnu/payload.js';
import { cli, cliHere } from './support/cli.js';

const scratch = mkdtempSync(join(tmpdir(), 'bad-input-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const images = sampleImages();
const kernel = openKernel(images.kernel).bytes;
const tree = unwrapPayload(images.deviceTree, 'device tree', ['dtre']);
const noise = Uint8Array.from({ length: 5000 }, (_, i) => (Math.imul(i + 1, 2654435761) >>> 13) & 0xff);
const elf = new Uint8Array(64);
elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
elf[16] = 2;
elf[18] = 183;
elf[54] = 56;
elf[56] = 200; // program headers that are not there
elf[32] = 64;

type Case = readonly [Parameters<typeof cli>[0], readonly string[], string, Uint8Array];
const CASES: readonly Case[] = [
  ['img4', ['info'], 'truncated', images.kernel.subarray(0, 5000)],
  ['img4', ['info'], 'garbage', noise],
  ['img4', ['extract', '-o', '-'], 'truncated', images.kernel.subarray(0, 40)],
  ['adt', ['print'], 'truncated', tree.subarray(0, tree.length - 20)],
  ['adt', ['print'], 'garbage', noise],
  ['kc', ['info'], 'truncated', kernel.subarray(0, 20)],
  ['kc', ['info'], 'garbage', noise],
  ['boot-recipes', ['boot', 'sample', '--kernel'], 'truncated IM4P', images.kernel.subarray(0, 5000)],
  ['boot-recipes', ['boot', 'sample', '--kernel'], 'truncated Mach-O', kernel.subarray(0, 20_000)],
  ['boot-recipes', ['boot', 'sample', '--kernel'], 'garbage', noise],
  ['boot-recipes', ['boot', 'sample', '--initrd'], 'truncated', images.ramDisk.subarray(0, 1000)],
  ['boot-recipes', ['boot', 'virt', '--kernel'], 'truncated ELF', elf],
  ['boot-recipes', ['boot', 'linux', '--kernel'], 'empty', new Uint8Array()],
];

describe.each(CASES)('%s %j with %s', (command, args, _, bytes) => {
  it('says what and where', async () => {
    const path = join(scratch, 'input');
    writeFileSync(path, bytes);
    const all = [...args, path, '--json'];
    const run = command === 'boot-recipes' ? await cliHere(all) : await cli(command, all);
    expect(run.status, run.stderr).toBe(1);
    const { error } = JSON.parse(run.stdout);
    expect(error.code).toMatch(/^[a-z-]+$/);
    expect(error.offset, JSON.stringify(error)).toBeTypeOf('number');
    expect(error.offset).toBeLessThanOrEqual(bytes.length);
    expect(run.stderr).toContain(`${command} ${args[0]}: ${error.code}: `);
    expect(run.stderr + run.stdout).not.toMatch(/^ {4}at |node:internal|\.ts:\d+/m);
  });
});
