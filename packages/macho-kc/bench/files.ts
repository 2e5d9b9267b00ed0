import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../node_modules/.cache/bench/', import.meta.url));

/** Path of a file of an npm package, which is fetched once; undefined when the registry has it not. */
export function npmFile(name: string, file: string): string | undefined {
  const folder = join(cache, name.replaceAll(/[/@]/g, '_'));
  const path = join(folder, file);
  if (existsSync(path)) return path;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', fresh, name], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const archive = readdirSync(fresh).find(entry => entry.endsWith('.tgz'));
    if (archive === undefined) return undefined;
    execFileSync('tar', ['-xzf', join(fresh, archive), '-C', fresh, '--strip-components=1']);
    rmSync(join(fresh, archive));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Where made files are kept between runs. */
export function scratchFile(name: string): string {
  mkdirSync(cache, { recursive: true });
  return join(cache, name);
}
