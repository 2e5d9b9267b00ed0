import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: unknown;
}

/**
 * The one build of every published package: ESM, types, source maps; private packages are bundled in. What is built
 * follows from the manifest: its source-first exports, and the command if it has one. The private packages'
 * declarations are added by declarations.mjs.
 */
export const packageBuild = () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const entry = Object.values(manifest.exports);
  return defineConfig({
    entry: manifest.bin === undefined ? entry : [...entry, './src/cli.ts'],
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    sourcemap: true,
    clean: true,
    splitting: true,
    noExternal: [/^@internal\//],
    external: [/^node:/, 'tsx'],
    dts: { entry },
    tsconfig: '../../tsconfig.json',
  });
};
