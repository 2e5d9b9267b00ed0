import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{packages,internal}/*/__tests__/**/*.test.ts', 'tooling/__tests__/**/*.test.ts'],
    reporters: ['default', './tooling/closing-line.ts'],
    testTimeout: 60_000,
  },
});
