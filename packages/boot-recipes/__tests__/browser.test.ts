import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { browserBundle, haveChromium, inBrowser } from '@internal/binary/testing/browser';
import { saveSnapshot, stateHash } from 'arm64-emu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';
import type { GuestMachine } from '../src/machines/guest.js';
import type { RecipeOptions } from '../src/recipes/recipe.js';
import { debianKernel, hasDebian, shellRamDisk } from './support/debian.js';

const POLICY = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
/** With these a page may have shared memory. */
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const BEFORE = 150_000_000;

/** What a run here came to, as the page reports its own. */
async function outcome(
  machine: GuestMachine,
  until: (text: string) => boolean,
): Promise<{ reason: string; executed: number; text: string; hash: string | undefined }> {
  let text = '';
  machine.serial.output = byte => {
    text += String.fromCharCode(byte);
  };
  const reason = machine.runSync({ until: () => until(text) });
  return { reason, executed: machine.executed, text, hash: await stateHash(machine.target!) };
}

describe.skipIf(!haveChromium())('a machine in a worker of Chromium', () => {
  let folder: string;
  beforeAll(async () => {
    const script = (name: string): string => fileURLToPath(new URL(`browser/${name}.ts`, import.meta.url));
    folder = await browserBundle(script('page'), script('machine'));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['with', ISOLATED],
    ['without', {}],
  ])('boots the sample as it boots here, %s shared memory', { timeout: 120_000 }, async (how, headers) => {
    const { machine } = await prepareBoot('sample', { append: '-v', mode: 'auto' });
    const here = await outcome(machine, () => false);
    const result = await inBrowser({ folder, policy: POLICY, headers });
    expect(result).toMatchObject({ isolated: how === 'with', violations: [], rest: null });
    expect(result.sample).toEqual({ ...here, stopped: expect.stringMatching(/^\$T05/) });
    expect(here.reason).toBe('poweroff');
  });

  it.skipIf(!hasDebian())('goes on with a boot of Debian that began here', { timeout: 300_000 }, async () => {
    const shape: RecipeOptions = { cpu: 'cortex-a72', memory: 0x10000000, smp: 2, mode: 'auto' };
    const files = { kernel: debianKernel(), initrd: shellRamDisk(), append: 'rdinit=/bin/sh' };
    const { machine } = await prepareBoot('linux', { ...shape, ...files });
    machine.runSync({ instructions: BEFORE });
    const snapshot = await saveSnapshot(machine.target!);
    const here = await outcome(machine, text => text.includes('built-in shell'));
    expect(here.reason).toBe('until');
    expect(here.text).toContain('Run /bin/sh as init process');
    const plan = JSON.stringify({ options: shape, instructions: here.executed - BEFORE });
    const served: Readonly<Record<string, Uint8Array>> = {
      '/snapshot': snapshot,
      '/plan': new TextEncoder().encode(plan),
    };
    const result = await inBrowser({ folder, policy: POLICY, files: path => served[path] });
    expect(result.rest).toEqual({ ...here, reason: 'instructions', given: 0 });
  });
});
