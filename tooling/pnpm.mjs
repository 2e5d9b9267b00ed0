// Runs the pinned pnpm, which npx fetches once: `node tooling/pnpm.mjs exec lerna run build`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** @returns the exit code */
export function pnpm(args, stdio = 'inherit') {
  const options = { cwd: root, stdio, shell: process.platform === 'win32' };
  return spawnSync('npx', ['--yes', packageManager, ...args], options).status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = pnpm(process.argv.slice(2));
