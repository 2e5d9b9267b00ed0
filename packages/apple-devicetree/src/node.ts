import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type DeviceTree, type OpenOptions, openTree } from './tree.js';

export * from './index.js';

/**
 * Opens a raw device tree file.
 *
 * @throws {@link DeviceTreeError} when it is none; Node's own error when it cannot be read
 */
export async function readTreeFile(path: string, options: OpenOptions = {}): Promise<DeviceTree> {
  const file = await readFile(path);
  return openTree(new Uint8Array(file.buffer, file.byteOffset, file.byteLength), options);
}

/** Writes a device tree file: to a temporary file beside it that is then renamed, so that there is never half a file. */
export async function writeTreeFile(path: string, tree: DeviceTree): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, tree.serialize(), { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
