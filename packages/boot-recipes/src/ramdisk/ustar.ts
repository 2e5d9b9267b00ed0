import { BootError } from '../error.js';
import { type RamDiskEntry, treeOf } from './entries.js';

const BLOCK = 512;
const LONGEST = 99;
const UNIT = 0x4000;

/**
 * A POSIX ustar archive with the given files, which is what our own kernel reads as `md0`: nothing in it depends on time
 * or place, the end is filled with zeroes to whole pages of 16 KiB. Folders that are empty and symbolic links are not
 * kept.
 *
 * @throws {@link BootError} `bad-value` for impossible or too long names
 * @example
 * ```ts
 * import { buildUstarImage } from 'boot-recipes';
 *
 * const image = buildUstarImage([{ path: 'etc/motd', mode: 0o644, bytes: new TextEncoder().encode('hello\n') }]);
 * if (image.length !== 0x4000) throw new Error('one page');
 * ```
 */
export function buildUstarImage(entries: readonly RamDiskEntry[]): Uint8Array {
  treeOf(entries); // its checks
  const files = entries.flatMap(({ path, mode, bytes }) => (bytes === undefined ? [] : [{ path, mode, bytes }]));
  const size = files.reduce((sum, { bytes }) => sum + BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK, 2 * BLOCK);
  const archive = new Uint8Array(Math.ceil(size / UNIT) * UNIT);
  const encoder = new TextEncoder();
  let at = 0;
  for (const { path, bytes, mode } of files) {
    const header = archive.subarray(at, at + BLOCK);
    const put = (offset: number, text: string): void => {
      header.set(encoder.encode(text), offset);
    };
    const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
    if (encoder.encode(path).length > LONGEST)
      throw new BootError('bad-value', `a path of more than ${LONGEST} bytes`, { path });
    put(0, path);
    put(100, octal(mode, 7));
    put(108, octal(0, 7));
    put(116, octal(0, 7));
    put(124, octal(bytes.length, 11));
    put(136, octal(0, 11));
    put(148, '        ');
    put(156, '0');
    put(257, 'ustar\x0000');
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(148, `${octal(sum, 6)} `);
    archive.set(bytes, at + BLOCK);
    at += BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK;
  }
  return archive;
}
