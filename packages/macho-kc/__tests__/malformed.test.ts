import { describe, expect, it } from 'vitest';
import { exercise, Mutator } from '../fuzz/exercise.js';
import { tinyCollection, tinyKernel } from '../fuzz/seeds.js';
import { fixture, fixturesUnder } from './support.js';

describe('malformed files', () => {
  for (const path of fixturesUnder('macho-kc/fuzz'))
    it(`${path}: an error of the package, soon`, () => {
      const start = performance.now();
      exercise(fixture(path));
      expect(performance.now() - start).toBeLessThan(2000);
    });

  it('whole files give every result', () => {
    // Two images, export, two patch sets; the kernel has no LC_BUILD_VERSION to hide in its collection.
    expect(exercise(tinyCollection())).toBeGreaterThanOrEqual(3);
    expect(exercise(tinyKernel())).toBe(4);
  });

  it.each([
    ['a collection', tinyCollection()],
    ['a kernel', tinyKernel()],
  ])('%s cut at every 16th byte', (_, bytes) => {
    for (let size = 0; size < Math.min(bytes.length, 0x1000); size += 16) exercise(bytes.subarray(0, size));
  });

  it.each([1, 2, 3])('three thousand mutations, seed %i', seed => {
    const mutator = new Mutator(seed);
    const seeds = [tinyCollection(), tinyKernel()];
    let slowest = 0;
    for (let i = 0; i < 1000; i++)
      for (const bytes of [...seeds, seeds[0]!]) {
        const start = performance.now();
        exercise(mutator.mutate(bytes));
        slowest = Math.max(slowest, performance.now() - start);
      }
    expect(slowest).toBeLessThan(2000);
  });
});
