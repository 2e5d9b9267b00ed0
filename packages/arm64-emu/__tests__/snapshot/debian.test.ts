import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { checkpoint } from '../../src/snapshot/checkpoint.js';
import { saveSnapshot } from '../../src/snapshot/snapshot.js';
import { bootMachine, emptyMachine, hasDebian, runFor } from './debian.js';

const BEFORE = 60_000_000;
const AFTER = 60_000_000;

it.skipIf(!hasDebian() && process.env.CI === undefined)(
  'a snapshot in the middle of Debian’s boot goes on in another process as it would have here',
  { timeout: 200_000 },
  async () => {
    const virt = bootMachine();
    const first = await runFor(virt, BEFORE);
    expect(first.serial).toContain('Linux version');
    const bytes = await saveSnapshot(virt);
    const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
    const path = join(folder, 'debian.snapshot');
    writeFileSync(path, bytes);
    const helper = fileURLToPath(new URL('./debian.ts', import.meta.url));
    const here = await runFor(virt, AFTER);
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', helper, path, String(AFTER)]);
    rmSync(folder, { recursive: true });
    expect(JSON.parse(stdout)).toEqual(here);
    expect(here.serial.length).toBeGreaterThan(200);
    expect(bytes.length).toBeLessThan(40 * 2 ** 20);
  },
);

it.skipIf(!hasDebian() && process.env.CI === undefined)(
  'checkpoints in the middle of Debian’s boot lead to the same rest of it, compiled too',
  { timeout: 200_000 },
  async () => {
    const virt = bootMachine({ mode: 'auto' });
    await runFor(virt, BEFORE);
    const point = checkpoint(virt);
    const first = await runFor(virt, 15_000_000);
    const later = checkpoint(virt);
    await runFor(virt, 15_000_000);
    point.reset();
    expect(await runFor(virt, 15_000_000)).toEqual(first);
    later.reset();
    expect(await runFor(virt, 0)).toEqual({ ...first, serial: '' });
    const other = emptyMachine();
    point.restoreTo(other);
    expect(await runFor(other, 15_000_000)).toEqual(first);
  },
);
