// Installs the frozen lockfile with the pinned pnpm when node_modules does not match it, and does nothing otherwise.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pnpm } from './pnpm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node 20.19 or later is needed; this is ${process.version}.`);
  process.exit(1);
}
const stamp = `${root}node_modules/.setup`;
const want = createHash('sha256')
  .update(readFileSync(`${root}pnpm-lock.yaml`))
  .digest('hex');
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) process.exit(0);

console.error('setting up (once)');
const status = pnpm(['install', '--frozen-lockfile', '--reporter=append-only'], ['ignore', 2, 2]);
if (status === 0) writeFileSync(stamp, want);
process.exitCode = status;
