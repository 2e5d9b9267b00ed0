import { open } from 'node:fs/promises';
import type { RandomAccess } from '../ipsw/source.js';

/**
 * A file of this computer, of which parts are read.
 *
 * @throws the system's error when it cannot be opened
 * @example
 * ```ts no-run
 * import { fileSource } from 'boot-recipes/node';
 *
 * const source = await fileSource('some.ipsw');
 * await source.close();
 * ```
 */
export async function fileSource(path: string): Promise<RandomAccess> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  return {
    name: path,
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
    close: () => file.close(),
  };
}
