import type { BlockStore } from 'arm64-emu';
import { FileDisk } from 'arm64-emu/node';

const READ_ONLY = ',readonly';

/** The disk of `--disk FILE` or `--disk FILE,readonly`. */
export function openDisk(given: string | undefined): BlockStore | undefined {
  if (given === undefined) return undefined;
  const readOnly = given.endsWith(READ_ONLY);
  return new FileDisk(readOnly ? given.slice(0, -READ_ONLY.length) : given, { readOnly });
}
