import { defineConfig } from 'tsup';

/** The one build of every published package: ESM, types, source maps; internal packages are bundled in. */
export const packageBuild = (entry: string[]) =>
  defineConfig({
    entry,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    sourcemap: true,
    clean: true,
    splitting: true,
    noExternal: [/^@internal\//],
    external: [/^node:/],
    dts: { resolve: [/^@internal\//] },
    tsconfig: '../../tsconfig.json',
  });
