import { BootError } from '../error.js';

/** Something on a RAM disk. Paths have no slash in front and none at the end. */
export interface RamDiskEntry {
  readonly path: string;
  /** Permissions, without the file type. */
  readonly mode: number;
  /** What it is: a file's content, or where a symbolic link leads; a folder when neither is given. */
  readonly bytes?: Uint8Array | undefined;
  readonly link?: string | undefined;
}

/** A folder with what is right in it, by name. */
export interface Folder {
  readonly entry: RamDiskEntry | undefined;
  readonly children: Map<string, Folder>;
}

/** The entries as a tree; folders that are not among them are made. */
export function treeOf(entries: readonly RamDiskEntry[]): Folder {
  const root: Folder = { entry: undefined, children: new Map() };
  for (const entry of [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const names = entry.path.split('/');
    if (names.some(name => name === '' || name === '.' || name === '..'))
      throw new BootError('bad-value', 'no path within a RAM disk', { path: entry.path });
    const last = names.pop()!;
    let folder = root;
    for (const name of names) {
      const next = folder.children.get(name) ?? { entry: undefined, children: new Map<string, Folder>() };
      folder.children.set(name, next);
      if (next.entry?.bytes !== undefined || next.entry?.link !== undefined)
        throw new BootError('bad-value', 'lies in something that is no folder', { path: entry.path });
      folder = next;
    }
    const existing = folder.children.get(last);
    if (existing?.entry !== undefined) throw new BootError('bad-value', 'is there twice', { path: entry.path });
    folder.children.set(last, { entry, children: existing?.children ?? new Map() });
  }
  return root;
}
