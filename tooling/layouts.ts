// Writes x.generated.ts beside every x.layout.ts of the workspace. `--check` only compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Layout } from '@internal/binary/layout';
import { generate } from './layout-generator.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every layout file, with its declarations and the text of its generated neighbour. */
export async function layoutFiles(): Promise<
  { file: string; target: string; layouts: Record<string, Layout>; text: string }[]
> {
  const found: string[] = [];
  for (const group of ['packages', 'internal'])
    for (const name of readdirSync(`${root}${group}`, { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.layout.ts') && !name.includes('node_modules'))
        found.push(`${root}${group}/${name.replaceAll('\\', '/')}`);
  return Promise.all(
    found.sort().map(async file => {
      const module: Record<string, unknown> = await import(pathToFileURL(file).href);
      const layouts = Object.fromEntries(
        Object.entries(module)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .filter(([, value]) => typeof value === 'object' && value !== null && 'fields' in value),
      ) as Record<string, Layout>;
      return {
        file,
        target: file.replace('.layout.ts', '.generated.ts'),
        layouts,
        text: generate(basename(file), layouts),
      };
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let stale = 0;
  for (const { target, text } of await layoutFiles()) {
    let old: string | undefined;
    try {
      old = readFileSync(target, 'utf8');
    } catch {}
    if (old === text) continue;
    stale++;
    if (process.argv.includes('--check')) console.error(`out of date: ${target.slice(root.length)}`);
    else writeFileSync(target, text);
  }
  if (process.argv.includes('--check') && stale > 0) process.exit(1);
}
