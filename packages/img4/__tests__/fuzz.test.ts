import { afterEach, expect, it } from 'vitest';
import { fuzz } from '../fuzz/run.js';
import { toHex } from '../src/bytes.js';
import { acceleration } from '../src/compression/wasm.js';

afterEach(() => {
  acceleration.enabled = true;
});

// A short run of the fuzzer; the long one is `npx tsx packages/img4/fuzz/index.ts --seed N`.
it.each([
  ['WebAssembly', true],
  ['TypeScript', false],
])('nothing but typed errors, in time and memory (%s)', async (_name, enabled) => {
  acceleration.enabled = enabled;
  const seed = 20_781;
  const result = await fuzz({ inputs: 100_000, seed, time: 15_000 });
  const findings = result.findings.map(
    ({ target, what, input }) => `seed ${seed}, ${target}: ${what}: ${toHex(input)}`,
  );
  expect(findings).toEqual([]);
  expect(result.inputs).toBeGreaterThan(500);
  expect(result.outcomes.accepted).toBeGreaterThan(0);
  expect(result.outcomes.corrupt).toBeGreaterThan(0);
});

it('reaches new code with coverage switched on', async () => {
  const result = await fuzz({ inputs: 2000, seed: 3, time: 20_000, coverage: true });
  expect(result.findings).toEqual([]);
  expect(result.kept).toBeGreaterThan(0);
  expect(result.blocks).toBeGreaterThan(300);
});
