import { readFile } from 'node:fs/promises';
import { type Img4File, parseImg4File } from './containers/img4.js';
import type { DerOptions } from './der/index.js';

export * from './index.js';

/**
 * Reads and parses a file of the IMG4 family.
 *
 * @throws Img4Error when it is none; Node's own error when it cannot be read
 * @example
 * ```ts
 * import { isImg4Error, readImg4File } from 'img4/node';
 *
 * try {
 *   await readImg4File('/dev/null');
 * } catch (error) {
 *   if (!isImg4Error(error, 'truncated')) throw error;
 * }
 * ```
 */
export async function readImg4File(path: string, options: DerOptions = {}): Promise<Img4File> {
  const file = await readFile(path);
  return parseImg4File(new Uint8Array(file.buffer, file.byteOffset, file.byteLength), options);
}
