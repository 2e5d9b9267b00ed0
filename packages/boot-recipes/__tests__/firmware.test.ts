import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildSample, compilerVersion, embeddedModule, IMAGES } from '../scripts/firmware/build.js';
import { SAMPLE_IMAGES } from '../src/recipes/sample-images.generated.js';
import { unwrapPayload } from '../src/xnu/payload.js';

const names = Object.keys(SAMPLE_IMAGES) as (keyof typeof SAMPLE_IMAGES)[];
const image = (name: string): Uint8Array => new Uint8Array(readFileSync(`${IMAGES}${name}`));
const content = (bytes: Uint8Array): Uint8Array => unwrapPayload(bytes, 'image', ['krnl', 'dtre', 'rdsk', 'trst']);

describe('sample firmware', () => {
  it('is embedded as it is in firmware/images', () => {
    const module = embeddedModule(Object.fromEntries(names.map(name => [name, image(name)])));
    const embedded = readFileSync(new URL('../src/recipes/sample-images.generated.ts', import.meta.url), 'utf8');
    expect(embedded).toBe(module);
  });

  it.skipIf(compilerVersion() === undefined && !process.env.CI)(
    'is what its sources give: npx tsx packages/boot-recipes/scripts/build-firmware.ts rebuilds it',
    async () => {
      const compilers = `built by ${compilerVersion()}, committed ones by ${readFileSync(`${IMAGES}compiler.txt`, 'utf8')}`;
      const built = await buildSample();
      expect(Object.keys(built)).toEqual(names);
      for (const name of names) expect(content(built[name]!), `${name} ${compilers}`).toEqual(content(image(name)));
    },
  );
});
