// Builds firmware/images and the module that embeds them from firmware/kernel and firmware/launchd.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSample, compilerVersion, embeddedModule, IMAGES } from './firmware/build.js';

const images = await buildSample();
mkdirSync(IMAGES, { recursive: true });
for (const [name, bytes] of Object.entries(images)) {
  writeFileSync(`${IMAGES}${name}`, bytes);
  console.error(`${name}: ${bytes.length} bytes`);
}
writeFileSync(`${IMAGES}compiler.txt`, `${compilerVersion()}\n`);
writeFileSync(
  fileURLToPath(new URL('../src/recipes/sample-images.generated.ts', import.meta.url)),
  embeddedModule(images),
);
