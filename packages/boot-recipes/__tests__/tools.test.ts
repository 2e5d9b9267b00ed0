import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixture, fixturePath, fixturesUnder } from '@internal/binary/testing';
import { nvramPartitions, nvramVariables } from 'apple-devicetree';
import { parseTrustCache, trustCacheEntries, trustCacheHas } from 'macho-kc';
import { afterAll, describe, expect, it } from 'vitest';
import { examine } from '../src/diagnosis/doctor.js';
import { findRecipe } from '../src/recipes/index.js';
import type { RecipeOptions } from '../src/recipes/recipe.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { checkTrustCache } from '../src/xnu/trust-cache.js';
import { XNU_NEEDS } from './guests/xnu-needs.js';
import { cliHere } from './support/cli.js';
import { guestKernel } from './support/xnu-guest.js';

const scratch = mkdtempSync(join(tmpdir(), 'boot-recipes-tools-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const path = (name: string): string => join(scratch, name);
const PROGRAMS = 'macho-kc/macho-arm64e';
const have = fixturesUnder(PROGRAMS).length > 0;

describe('make-nvram', () => {
  it('makes an image with the variables', async () => {
    const { status } = await cliHere(['make-nvram', path('nv'), 'auto-boot=true', 'boot-args=-v rd=md0']);
    expect(status).toBe(0);
    const image = new Uint8Array(readFileSync(path('nv')));
    expect(image.length).toBe(0x2000);
    const common = nvramPartitions(image).find(({ name }) => name === 'common')!;
    const text = new TextDecoder('latin1').decode(image);
    expect(common).toBeDefined();
    expect(nvramVariables(image, common).size).toBeGreaterThanOrEqual(2);
    expect(text).toContain('boot-args=-v rd=md0\0');
  });

  it('refuses what is no variable, and writes nothing', async () => {
    expect((await cliHere(['make-nvram', path('bad'), 'novalue'])).status).toBe(2);
    expect(() => readFileSync(path('bad'))).toThrow();
  });
});

describe.skipIf(!have)('make-trustcache', () => {
  it.each([1, 2])('collects the hashes of signed programs, version %d', async version => {
    writeFileSync(path('text'), 'no program');
    const program = fixturePath(`${PROGRAMS}/ls-m1`);
    const args = [
      'make-trustcache',
      path(`tc${version}`),
      program,
      path('text'),
      '--format',
      String(version),
      '--json',
    ];
    const { status, stdout } = await cliHere(args);
    expect(status).toBe(0);
    const hashes = trustCacheEntries(fixture(`${PROGRAMS}/ls-m1`));
    expect(hashes.length).toBeGreaterThan(0);
    expect(JSON.parse(stdout)).toMatchObject({ version, files: 1, entries: hashes.length });
    const module = new Uint8Array(readFileSync(path(`tc${version}`)));
    expect(() => checkTrustCache(module)).not.toThrow();
    const cache = parseTrustCache(module);
    for (const { cdhash } of hashes) expect(trustCacheHas(cache, cdhash)).toBe(true);
  });
});

describe('doctor', () => {
  const { kernel } = sampleImages();
  const hfs = new Uint8Array(0x8000);
  hfs.set(new TextEncoder().encode('H+'), 1024);
  const look = async (options: RecipeOptions): Promise<string[]> =>
    (await examine(findRecipe('xnu-vmapple-source'), { kernel, ...options })).map(
      c => `${c.level} ${c.input}: ${c.message}`,
    );
  const module = (version: number): Uint8Array => {
    const bytes = new Uint8Array(24);
    bytes[0] = version;
    return bytes;
  };

  it('has no error for sound inputs', async () => {
    const checks = await look({ initrd: hfs, trustCache: module(1) });
    expect(checks.filter(c => c.startsWith('error'))).toEqual([]);
    expect(checks).toContainEqual(expect.stringMatching(/^ok initrd: HFS\+/));
    expect(checks).toContainEqual(expect.stringMatching(/^ok trustCache: version 1, 0 hashes/));
    expect(checks.at(-1)).toMatch(/^ok boot: everything has a place/);
  });

  it.each<[RecipeOptions, RegExp]>([
    [{ kernel: undefined }, /^error kernel: missing/],
    [{ kernel: new Uint8Array(100) }, /^error kernel: .*Mach-O/],
    [{ deviceTree: new Uint8Array(3) }, /^error deviceTree: /],
    [{ trustCache: module(3) }, /^error trustCache: .*version 3/],
    [{ initrd: new Uint8Array(1000) }, /^warning initrd: neither HFS\+ nor APFS/],
    [{ initrd: guestKernel(XNU_NEEDS) }, /^ok initrd: a program, \d+ bytes: mockfs has it/],
    [{ initrd: hfs, append: 'serial=3 -noprogress' }, /^warning append: .*rd=md0/],
    [{ append: 'serial=3' }, /^warning append: .*-noprogress/],
    [{ memory: 16 << 20, initrd: new Uint8Array(20 << 20) }, /^error boot: .*memory/],
  ])('finds what is wrong: %#', async (options, message) => {
    expect(await look(options)).toContainEqual(expect.stringMatching(message));
  });

  it('exits with 1 when something is wrong', async () => {
    const { status, stdout } = await cliHere(['doctor', 'xnu-vmapple-source', '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, checks: [{ input: 'kernel', level: 'error' }] });
    expect((await cliHere(['doctor', 'sample'])).status).toBe(0);
  });
});
