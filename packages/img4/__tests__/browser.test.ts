import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fixture, haveFixtures } from '@internal/binary/testing';
import { browserBundle, haveChromium, inBrowser } from '@internal/binary/testing/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FILES: Readonly<Record<string, string>> = {
  '/ticket': 'img4/im4m/xyr115_boot.efi.j132ap.im4m',
  '/efi': 'img4/payload_raw/boot.efi',
  '/img4': 'img4/img4/iBridge_6.1_devicetree.img4',
};

describe.skipIf(!haveChromium())('Chromium', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await browserBundle(fileURLToPath(new URL('browser/page.ts', import.meta.url)));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ["'self' 'wasm-unsafe-eval'", true],
    ["'self'", false],
  ])(
    'runs under script-src %s',
    async (scripts, wasm) => {
      const result = await inBrowser({
        folder,
        policy: `default-src 'none'; connect-src 'self'; script-src ${scripts}`,
        files: path => (FILES[path] && haveFixtures ? fixture(FILES[path]) : undefined),
      });
      expect(result).toMatchObject({
        wasm,
        payload: true,
        lzfse: '62767832e0930400',
        lzfseSize: 300_000,
        lzss: 300_000,
        aes: true,
        generator: true,
        nonce: '3a88b7c3802f2f0510abc432104a15ebd8bd7154',
        refusal: 'not-der',
      });
      // Trying WebAssembly under a policy that forbids it is the one thing the policy may note.
      expect((result.violations as string[]).filter(directive => wasm || directive !== 'script-src')).toEqual([]);
      if (haveFixtures)
        expect(result.genuine).toEqual({
          valid: true,
          root: 'Apple X86 Secure Boot Root CA - G1',
          efib: true,
          stitched: false,
          tree: 152620,
        });
    },
    120_000,
  );
});
