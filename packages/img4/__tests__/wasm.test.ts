import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AllocationWatch } from '../fuzz/allocation.js';
import { generated } from '../scripts/wasm.js';
import { acceleration, accelerator } from '../src/compression/wasm.js';
import { lzfseDecode, lzfseEncode, lzssDecode, lzssEncode } from '../src/compression.js';
import { samples } from './samples.js';

const compiler = ((): boolean => {
  try {
    execFileSync('clang-19', ['--version'], { stdio: 'ignore' });
    execFileSync('wasm-ld-19', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI) throw new Error('CI is set and clang-19 or wasm-ld-19 is missing');
    return false;
  }
})();

it.skipIf(!compiler)('wasm.generated.ts is what wasm/*.c compiles to', () => {
  const committed = readFileSync(new URL('../src/compression/wasm.generated.ts', import.meta.url), 'utf8');
  expect(generated() === committed).toBe(true);
});

describe('memory', () => {
  it('of the decoders is below 1 MiB', () => {
    for (const name of ['lzfse_decode', 'lzss_decode'] as const)
      expect(accelerator(name)!.memory.byteLength).toBeLessThan(1 << 20);
  });
  it('of the encoder is below 2 MiB', () => {
    expect(accelerator('lzfse_encode')!.memory.byteLength).toBeLessThanOrEqual(2 << 20);
  });
  it('is not asked for when WebAssembly is switched off', () => {
    acceleration.enabled = false;
    expect(accelerator('lzfse_decode')).toBeUndefined();
    acceleration.enabled = true;
  });
  it.each([true, false])('beside the output is below 1 MiB, however long the stream (WebAssembly: %s)', enabled => {
    acceleration.enabled = enabled;
    const data = new Uint8Array(8_000_000);
    for (let at = 0; at < data.length; at += 1_000_000) data.set(samples['past one window'].subarray(0, 1_000_000), at);
    const [lzfse, lzss] = [lzfseEncode(data), lzssEncode(data)];
    const watch = new AllocationWatch();
    const beside = (run: () => unknown): number => {
      watch.bytes = 0;
      watch.start();
      try {
        run();
        return watch.bytes - data.length;
      } finally {
        watch.stop();
      }
    };
    const [forLzfse, forLzss] = [beside(() => lzfseDecode(lzfse)), beside(() => lzssDecode(lzss, data.length))];
    expect(forLzfse + (enabled ? accelerator('lzfse_decode')!.memory.byteLength : 0)).toBeLessThan(1 << 20);
    expect(forLzss + (enabled ? accelerator('lzss_decode')!.memory.byteLength : 0)).toBeLessThan(1 << 20);
    acceleration.enabled = true;
  });
});
