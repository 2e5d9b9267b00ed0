import { fail } from '../error.js';
import { readHfsFork } from './hfs.generated.js';
import { EXTENTS } from './hfs-space.js';
import { type HfsVolume, idAt } from './hfs-volume.js';

/** Kinds of records: with a fork of their own, and with further extents of one. */
const KIND = { fork: 0x20, extents: 0x30 } as const;

/** Name in a key of the attributes: length, padding, ID, first block, then the name. */
const attributeName = (key: Uint8Array): string =>
  String.fromCharCode(
    ...Array.from({ length: (key[12]! << 8) | key[13]! }, (_, i) => (key[14 + 2 * i]! << 8) | key[15 + 2 * i]!),
  );

/** Removes extended attributes, all or by name; whether some are left. */
export function dropAttributes(volume: HfsVolume, id: number, name?: string): boolean {
  const tree = volume.attributes;
  if (tree === undefined) return false;
  const own = tree.records.filter(({ key }) => idAt(key, 4) === id);
  const gone = new Set(own.filter(({ key }) => name === undefined || attributeName(key) === name));
  for (const { data } of gone) {
    const kind = idAt(data, 0);
    // A fork of its own, or further extents of one.
    if (kind === KIND.fork) volume.space.markAll(readHfsFork(data, 8, fail).extents, false);
    if (kind === KIND.extents)
      volume.space.markAll(
        Array.from({ length: EXTENTS }, (_, i) => ({
          startBlock: idAt(data, 8 + 8 * i),
          blockCount: idAt(data, 12 + 8 * i),
        })),
        false,
      );
  }
  if (gone.size > 0) {
    tree.records = tree.records.filter(record => !gone.has(record));
    tree.changed = true;
  }
  return own.length > gone.size;
}
