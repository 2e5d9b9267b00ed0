// Packs every package as it would be published and checks the tarball: exports, types, contents, install, command.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'pack-'));
const run = (command, args, cwd = root) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });

try {
  const names = readdirSync(`${root}packages`);
  const tarballs = {};
  for (const name of names) {
    const before = new Set(readdirSync(folder));
    run('npx', ['--yes', packageManager, 'pack', '--pack-destination', folder], `${root}packages/${name}`);
    const file = readdirSync(folder).find(entry => !before.has(entry));
    tarballs[name] = join(folder, file);
    run('npx', ['publint', 'run', '--strict', tarballs[name]]);
    run('npx', ['attw', '--profile', 'esm-only', '--exclude-entrypoints', 'package.json', '--', tarballs[name]]);
    const listed = run('tar', ['-tzf', tarballs[name]]).split('\n');
    for (const wanted of [
      'package/LICENSE',
      'package/README.md',
      'package/dist/index.js',
      'package/dist/index.d.ts',
      'package/src/index.ts',
    ])
      if (!listed.includes(wanted)) throw new Error(`${name}: ${wanted} is not in the tarball`);
    const manifest = JSON.parse(run('tar', ['-xzOf', tarballs[name], 'package/package.json']));
    if (
      JSON.stringify(manifest.dependencies ?? {}).includes('workspace:') ||
      JSON.stringify(manifest.exports).includes('/src/')
    )
      throw new Error(`${name}: the packed manifest still points into the workspace`);
    for (const file of listed.filter(entry => /^package\/dist\/.*\.(js|d\.ts)$/.test(entry)))
      if (/(from|import)\s*\(?\s*['"]@internal\//.test(run('tar', ['-xzOf', tarballs[name], file])))
        throw new Error(`${name}: ${file} imports a private package`);
    console.log(`${name}: tarball is fine (${listed.length} files)`);
  }
  // Installed together, outside the workspace, every entry loads and every command answers.
  const consumer = mkdtempSync(join(tmpdir(), 'consumer-'));
  try {
    writeFileSync(
      join(consumer, 'package.json'),
      JSON.stringify({
        private: true,
        type: 'module',
        dependencies: Object.fromEntries(names.map(n => [n, `file:${tarballs[n]}`])),
        overrides: Object.fromEntries(names.map(n => [n, `file:${tarballs[n]}`])),
      }),
    );
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], consumer);
    for (const name of names) {
      const manifest = JSON.parse(readFileSync(join(consumer, 'node_modules', name, 'package.json'), 'utf8'));
      for (const entry of Object.keys(manifest.exports))
        run('node', ['--input-type=module', '-e', `await import('${name}${entry.slice(1)}')`], consumer);
      for (const command of Object.keys(manifest.bin ?? {})) run('npx', ['--no-install', command, '--help'], consumer);
    }
    console.log('installed packages load, and their commands run');
  } finally {
    rmSync(consumer, { recursive: true, force: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
