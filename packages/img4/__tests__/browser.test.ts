import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixture, haveFixtures } from '@internal/binary/testing';
import { build } from 'tsup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const haveChromium = existsSync(chromium);
if (!haveChromium && process.env.CI) throw new Error(`CI is set and ${chromium} is missing`);

const folder = mkdtempSync(join(tmpdir(), 'img4-browser-'));

/** Serves the page under a content security policy, opens it, and returns what it reports. */
async function inBrowser(policy: string): Promise<Record<string, unknown>> {
  const files: Record<string, string> = {
    '/ticket': 'img4/im4m/xyr115_boot.efi.j132ap.im4m',
    '/efi': 'img4/payload_raw/boot.efi',
    '/img4': 'img4/img4/iBridge_6.1_devicetree.img4',
  };
  let report: (value: Record<string, unknown>) => void = () => {};
  const reported = new Promise<Record<string, unknown>>(resolve => {
    report = resolve;
  });
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    response.setHeader('Content-Security-Policy', policy);
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      request.on('data', chunk => chunks.push(chunk));
      request.on('end', () => {
        response.end();
        report(JSON.parse(Buffer.concat(chunks).toString()));
      });
    } else if (url === '/')
      response
        .setHeader('Content-Type', 'text/html')
        .end('<!doctype html><script type="module" src="/page.js"></script>');
    else if (/^\/[\w.-]+\.js$/.test(url) && existsSync(join(folder, url)))
      response.setHeader('Content-Type', 'text/javascript').end(readFileSync(join(folder, url)));
    else if (files[url] && haveFixtures) response.end(fixture(files[url]));
    else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(folder, 'profile-'));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, address], { stdio: 'ignore' });
  const ended = new Promise<void>(resolve => browser.once('exit', () => resolve()));
  try {
    return await Promise.race([
      reported,
      ended.then(() => {
        throw new Error('the browser ended without a report');
      }),
    ]);
  } finally {
    browser.kill();
    await ended;
    server.closeAllConnections();
    server.close();
  }
}

describe.skipIf(!haveChromium)('Chromium', () => {
  beforeAll(async () => {
    await build({
      entry: [fileURLToPath(new URL('browser/page.ts', import.meta.url))],
      outDir: folder,
      format: 'esm',
      platform: 'browser',
      noExternal: [/.*/],
      config: false,
      silent: true,
      outExtension: () => ({ js: '.js' }),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  it.each([
    ["'self' 'wasm-unsafe-eval'", true],
    ["'self'", false],
  ])(
    'runs under script-src %s',
    async (scripts, wasm) => {
      const result = await inBrowser(`default-src 'none'; connect-src 'self'; script-src ${scripts}`);
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
