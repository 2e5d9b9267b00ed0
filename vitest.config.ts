import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

/** Files that need genuine firmware throughout; the others skip single tests when there is none. */
const GENUINE = '{collection,extract,fixups,independent-walk,linkedit,llvm,macho,patch,symbols}';
const haveGenuine = existsSync(fileURLToPath(new URL('../shared/fixtures', import.meta.url)));

export default defineConfig({
  test: {
    include: ['{packages,internal}/*/__tests__/**/*.test.ts', 'tooling/__tests__/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      ...(haveGenuine || process.env.CI ? [] : [`packages/macho-kc/__tests__/${GENUINE}.test.ts`]),
    ],
    reporters: ['default', './tooling/closing-line.ts'],
    testTimeout: 60_000,
  },
});
