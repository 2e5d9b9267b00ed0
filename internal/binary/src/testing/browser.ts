import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'tsup';

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether Chromium is there; with CI set it must be. */
export function haveChromium(): boolean {
  const there = existsSync(chromium);
  if (!there && process.env.CI) throw new Error(`CI is set and ${chromium} is missing`);
  return there;
}

/** Bundles modules for browsers, each as a file of its name. Returns the folder; the caller removes it. */
export async function browserBundle(...entry: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'browser-'));
  await build({
    entry: [...entry],
    outDir: folder,
    format: 'esm',
    platform: 'browser',
    noExternal: [/.*/],
    config: false,
    silent: true,
    outExtension: () => ({ js: '.js' }),
  });
  return folder;
}

/** What {@link inBrowser} serves. */
export interface BrowserPage {
  /** Where the scripts are; `page.js` is the page's. */
  readonly folder: string;
  /** The content security policy of everything. */
  readonly policy: string;
  /** Other files by their paths. */
  readonly files?: (path: string) => Uint8Array | undefined;
  /** Further headers of everything. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves a page, opens it in Chromium, and returns what it posts as JSON. */
export async function inBrowser({
  folder,
  policy,
  files,
  headers = {},
}: BrowserPage): Promise<Record<string, unknown>> {
  let report: (value: Record<string, unknown>) => void = () => {};
  const reported = new Promise<Record<string, unknown>>(resolve => {
    report = resolve;
  });
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    response.setHeader('Content-Security-Policy', policy);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const file = files?.(url);
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
    else if (file !== undefined) response.end(file);
    else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'profile-'));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  // Its own process group: the browser's helpers end with it.
  const browser = spawn(chromium, [...FLAGS, `--user-data-dir=${profile}`, address], {
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise<void>(resolve => browser.once('exit', () => resolve()));
  try {
    return await Promise.race([
      reported,
      ended.then(() => {
        throw new Error('the browser ended without a report');
      }),
    ]);
  } finally {
    endGroup(browser);
    await ended;
    server.closeAllConnections();
    server.close();
    discard(profile);
  }
}

/** Kills a browser with all its processes. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All have ended already.
  }
}

/** Removes a browser's profile. One that a straggler still writes to says nothing about a test: it is left. */
function discard(profile: string): void {
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  } catch {
    // A temporary folder.
  }
}
