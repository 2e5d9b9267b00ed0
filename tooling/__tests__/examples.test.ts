import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { examples } from '../examples.js';

// Inside the workspace, so that the packages resolve by name.
const folder = fileURLToPath(new URL('../.examples/', import.meta.url));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('examples', () => {
  it.each(examples().map((example, i) => ({ ...example, i })))('$where runs', async ({ code, i }) => {
    const file = `${folder}example-${i}.ts`;
    writeFileSync(file, `${code}\nexport {};\n`);
    await expect(import(/* @vite-ignore */ pathToFileURL(file).href)).resolves.toBeDefined();
  });
});
