import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../../shared/fixtures/', import.meta.url));

/** Whether genuine files are beside the checkout; missing ones are an error when `CI` is set. */
export const haveFixtures: boolean = existsSync(root);
if (!haveFixtures && process.env.CI)
  throw new Error('CI is set and the fixtures folder beside the checkout is missing');

/** Bytes of a genuine file, by its path below the fixtures folder. */
export function fixture(path: string): Uint8Array {
  const file = readFileSync(root + path);
  return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
}

/** Path of a genuine file, for commands. */
export const fixturePath = (path: string): string => root + path;

/** Paths (below the fixtures folder) of all files under `folder`, sorted; empty when there are no fixtures. */
export function fixturesUnder(folder: string): string[] {
  if (!haveFixtures) return [];
  return readdirSync(root + folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => `${entry.parentPath ?? entry.path}/${entry.name}`.slice(root.length))
    .sort();
}
