// Damaged inputs: a typed error or a boot, in bounded time; and no damaged kernel harms its host.
import { isBinaryError } from '@internal/binary';
import { describe, expect, it } from 'vitest';
import { boot } from '../src/boot.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { openKernel } from '../src/xnu/kernel.js';
import { unwrapPayload } from '../src/xnu/payload.js';
import { loadXnu, planXnu, type XnuInputs } from '../src/xnu/plan.js';
import { unsigned } from './support/unsigned.js';

const images = sampleImages();
const machO = openKernel(images.kernel).bytes;
const trustCache = new Uint8Array(24 + 22);
trustCache[0] = trustCache[20] = 1;

/** The same numbers every time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** A copy with some bytes of [from, to) changed, now and then cut short. */
function damage(bytes: Uint8Array, next: (below: number) => number, from: number, to: number, cuts = true): Uint8Array {
  const copy = bytes.slice();
  for (let i = next(8); i >= 0; i--)
    copy[from + next(Math.min(to, copy.length) - from)] = next(3) === 0 ? 0xff : next(256);
  return cuts && next(5) === 0 ? copy.subarray(0, next(copy.length)) : copy;
}

describe('damaged inputs', () => {
  const good: Omit<XnuInputs, 'kernel'> = {
    deviceTree: unwrapPayload(images.deviceTree, 'device tree', ['dtre']),
    ramDisk: unwrapPayload(images.ramDisk, 'RAM disk', ['rdsk']),
    trustCache,
    commandLine: '',
    commandLineSize: 608,
    physBase: 0x40000000n,
    memSize: 0x10000000n,
    randomSeed: new Uint8Array(64).fill(1),
    timebase: 24_000_000,
  };

  it.each<[string, (next: (below: number) => number) => XnuInputs]>([
    ['Mach-O', next => ({ ...good, kernel: openKernel(damage(machO, next, 0, 1500)) })],
    ['IM4P', next => ({ ...good, kernel: openKernel(damage(images.kernel, next, 0, images.kernel.length)) })],
    [
      'device tree',
      next => ({ ...good, kernel: openKernel(machO), deviceTree: damage(good.deviceTree, next, 0, 3000) }),
    ],
    ['trust cache', next => ({ ...good, kernel: openKernel(machO), trustCache: damage(trustCache, next, 0, 46) })],
  ])('%s: planned or refused', (_, make) => {
    const next = random(7);
    let [planned, refused] = [0, 0];
    for (let i = 0; i < 200; i++) {
      const start = performance.now();
      try {
        const plan = planXnu(make(next));
        loadXnu(plan, (physical, { length }) => physical >= 0x40000000 && physical + length <= 0x50000000);
        planned++;
      } catch (error) {
        if (!isBinaryError(error)) throw error;
        expect(error.code).toMatch(/^[a-z-]+$/);
        refused++;
      }
      expect(performance.now() - start).toBeLessThan(3000);
    }
    expect(planned).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  it('kernel code: every boot ends as a boot', async () => {
    const next = random(3);
    for (let i = 0; i < 12; i++) {
      let kernel = unsigned(machO);
      for (let n = 0; n < 6; n++) kernel = damage(kernel, next, 0x4000, 0x9000, false);
      const { reason } = await boot('sample', { kernel, memory: 128 << 20, timeout: 0.3 });
      expect(['power-off', 'reset', 'halted', 'timeout']).toContain(reason);
    }
  });
});
