import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PatchSet } from 'macho-kc';
import { afterAll, describe, expect, it } from 'vitest';
import { isBootError } from '../src/error.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { openKernel } from '../src/xnu/kernel.js';
import { patchSet } from '../src/xnu/patches.js';
import { cliHere } from './support/cli.js';

const scratch = mkdtempSync(join(tmpdir(), 'boot-recipes-patches-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const file = (name: string, content: Uint8Array | string): string => {
  writeFileSync(join(scratch, name), content);
  return join(scratch, name);
};
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** At the entry our kernel masks interrupts (MSR DAIFSet, #15); NOP instead. */
const set = (expected: string): PatchSet => ({
  name: 'mine',
  description: '',
  patches: [
    {
      name: 'first',
      reason: 'to see it done',
      find: [{ by: 'address', address: 0xfffffe0007008000n }],
      expect: [expected],
      replace: { bytes: '1f 20 03 d5' },
    },
  ],
});
const json = (value: PatchSet): string =>
  JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? `0x${field.toString(16)}` : field));

describe('patches', () => {
  const { kernel, ramDisk } = sampleImages();

  it('change what is loaded, and only that', () => {
    const before = openKernel(kernel);
    const after = openKernel(kernel, [set('df 4f 03 d5')]);
    expect(after.patches).toEqual([
      { name: 'mine.first', reason: 'to see it done', foundBy: 'address', places: ['0xfffffe0007008000'] },
    ]);
    const changed = after.bytes.reduce((n, byte, i) => n + Number(byte !== before.bytes[i]), 0);
    expect(changed).toBeGreaterThan(0);
    expect(changed).toBeLessThanOrEqual(4);
    expect(before.patches).toEqual([]);
  });

  it('are refused where something else stands', () => {
    expect(() => openKernel(kernel, [set('00 00 00 00')])).toThrow(/mine\.first.* holds df 4f 03 d5/);
  });

  it('are in the plan that the command prints', async () => {
    const [k, r, p] = [file('k', kernel), file('r', ramDisk), file('p.json', json(set('df 4f 03 d5')))];
    const args = ['plan', 'xnu-vmapple-source', '--kernel', k, '--initrd', r, '--patch', p, '--json'];
    const { status, stdout } = await cliHere(args);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).patches).toMatchObject([{ name: 'mine.first', places: ['0xfffffe0007008000'] }]);
  });

  it('come by name or from JSON', () => {
    expect(patchSet('kprintf-on').patches.length).toBeGreaterThan(0);
    expect(patchSet('p', utf8(json(set('df')))).patches).toEqual(set('df').patches);
  });

  it.each<[string, Uint8Array | undefined, string]>([
    ['nonsense', undefined, 'bad-option'],
    ['x', utf8('{'), 'bad-value'],
    ['x', utf8('null'), 'bad-value'],
    ['x', utf8('{"name":"a","patches":[{}]}'), 'bad-value'],
    ['x', utf8('{"name":"a","patches":[null]}'), 'bad-value'],
    ['x', utf8('{"name":"a","patches":[{"name":"b","find":1,"replace":{}}]}'), 'bad-value'],
  ])('refuses %s %s', (name, bytes, code) => {
    try {
      patchSet(name, bytes);
      expect.unreachable();
    } catch (error) {
      expect(isBootError(error) && error.code).toBe(code);
    }
  });
});

describe('--dt-edit', () => {
  it('says what is no edit list', async () => {
    const k = file('k', sampleImages().kernel);
    for (const [content, message] of [
      ['{', /not JSON/],
      ['{}', /an edit list is/],
    ] as const) {
      const args = ['plan', 'xnu-vmapple-source', '--kernel', k, '--dt-edit', file('e.json', content)];
      const { status, stderr } = await cliHere(args);
      expect(status).toBe(1);
      expect(stderr).toMatch(message);
    }
  });
});
