import { BootError, fail } from '../error.js';
import type { BtreeRecord } from './btree.js';
import { type RamDiskEntry, treeOf } from './entries.js';
import {
  type HfsFile,
  HfsFileSize,
  type HfsFolder,
  HfsFolderSize,
  type HfsFork,
  readHfsFile,
  readHfsFolder,
  writeHfsFile,
  writeHfsFolder,
} from './hfs.generated.js';
import { dropAttributes } from './hfs-attributes.js';
import { FLAG, HfsCatalog, TYPE, typeOf } from './hfs-catalog.js';
import { filled, HfsVolume } from './hfs-volume.js';

const ROOT = 2;
const RESOURCE_FORK = 0xff;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const UF_COMPRESSED = 0x20;
const COMPRESSION = 'com.apple.decmpfs';
const SYMLINK = new TextEncoder().encode('slnkrhap');
const HARD_LINKS = ['hlnkhfs+', 'fdrpMACS'];

/** Changes of {@link editHfsImage}. */
export interface HfsEdits {
  /** Files, links and folders to add; files and links that are there get this content and these permissions. */
  readonly entries?: readonly RamDiskEntry[];
  /** Paths of what is to go, folders with everything in them. It goes first. */
  readonly remove?: readonly string[];
  /** Bytes of the image, when it is to be larger. */
  readonly size?: number | undefined;
}

/** What {@link editHfsImage} has done. */
export interface EditedImage {
  readonly image: Uint8Array;
  readonly added: number;
  readonly replaced: number;
  readonly removed: number;
}

const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
const splitPath = (path: string): string[] => {
  const names = path.split('/').filter(name => name !== '');
  if (names.length === 0 || names.some(name => name === '.' || name === '..'))
    throw new BootError('bad-value', 'no path within a RAM disk', { path });
  return names;
};

/** Changes of one volume. */
class HfsEditor {
  added = 0;
  replaced = 0;
  removed = 0;
  private readonly catalog: HfsCatalog;

  constructor(private readonly volume: HfsVolume) {
    this.catalog = new HfsCatalog(volume);
  }

  remove(path: string): void {
    const names = splitPath(path);
    const last = names.pop()!;
    const parent = this.folderAt(names, path);
    const row = this.catalog.find(parent, last, path);
    if (row === undefined) throw new BootError('bad-value', 'is not there', { path });
    this.drop(row, path);
    this.catalog.changeFolder(parent, -1, typeOf(row) === TYPE.folder ? -1 : 0, path);
  }

  put(entry: RamDiskEntry): void {
    const { path } = entry;
    const names = splitPath(path);
    const last = names.pop()!;
    let parent = ROOT;
    for (const name of names) parent = this.folder(parent, name, 0o755, path);
    if (entry.bytes === undefined && entry.link === undefined) this.folder(parent, last, entry.mode, path);
    else this.file(parent, last, entry);
  }

  private folderAt(names: readonly string[], path: string): number {
    return names.reduce((id, name) => {
      const row = this.catalog.find(id, name, path);
      if (row === undefined || typeOf(row) !== TYPE.folder) throw new BootError('bad-value', 'is not there', { path });
      return readHfsFolder(row.data, 0, fail, path).folderId;
    }, ROOT);
  }

  /** The ID of a folder that is there, or is made. */
  private folder(parent: number, name: string, mode: number, path: string): number {
    const row = this.catalog.find(parent, name, path);
    if (row !== undefined) {
      if (typeOf(row) !== TYPE.folder)
        throw new BootError('bad-value', 'lies in, or is, something that is no folder', { path });
      return readHfsFolder(row.data, 0, fail, path).folderId;
    }
    const id = this.catalog.newId();
    const counts =
      (readHfsFolder(this.catalog.folderRow(ROOT, path).data, 0, fail, path).flags & FLAG.folderCount) !== 0;
    const record = new Uint8Array(HfsFolderSize);
    const folder: HfsFolder = {
      recordType: TYPE.folder,
      flags: counts ? FLAG.folderCount : 0,
      valence: 0,
      folderId: id,
      ...this.common(S_IFDIR | mode),
      userInfo: new Uint8Array(16),
      folderCount: 0,
    };
    writeHfsFolder(folder, record, 0, fail, path);
    this.catalog.insert(parent, name, record, id, 'folder', path);
    this.volume.header.folderCount++;
    this.catalog.changeFolder(parent, 1, 1, path);
    return id;
  }

  private file(parent: number, name: string, entry: RamDiskEntry): void {
    const { path, link } = entry;
    const content = entry.bytes ?? new TextEncoder().encode(link);
    const mode = (link === undefined ? S_IFREG : S_IFLNK) | entry.mode;
    const row = this.catalog.find(parent, name, path);
    if (row !== undefined) {
      this.replace(row, content, mode, path);
      return;
    }
    const id = this.catalog.newId();
    const record = new Uint8Array(HfsFileSize);
    const file: HfsFile = {
      recordType: TYPE.file,
      flags: FLAG.thread,
      reserved1: 0,
      fileId: id,
      ...this.common(mode),
      userInfo: userInfo(mode),
      reserved2: 0,
      dataFork: this.forkOf(content, path),
      resourceFork: this.forkOf(new Uint8Array(0), path),
    };
    writeHfsFile(file, record, 0, fail, path);
    this.catalog.insert(parent, name, record, id, 'file', path);
    this.volume.header.fileCount++;
    this.added++;
    this.catalog.changeFolder(parent, 1, 0, path);
  }

  /** Other content in a file that is there; what it is otherwise stays, compression aside. */
  private replace(row: BtreeRecord, content: Uint8Array, mode: number, path: string): void {
    if (typeOf(row) !== TYPE.file) throw new BootError('bad-value', 'a folder is there', { path });
    const file = readHfsFile(row.data, 0, fail, path);
    refuseLinks(file, path);
    const { volume } = this;
    const compressed = (file.ownerFlags & UF_COMPRESSED) !== 0;
    volume.release(file.dataFork, file.fileId);
    let { resourceFork, flags } = file;
    if (compressed) {
      volume.release(resourceFork, file.fileId, RESOURCE_FORK);
      resourceFork = { ...resourceFork, logicalSize: 0n, totalBlocks: 0, extents: filled([]) };
      if (!dropAttributes(volume, file.fileId, COMPRESSION)) flags &= ~FLAG.attributes;
    }
    const sameKind = ((file.fileMode ^ mode) & S_IFMT) === 0;
    writeHfsFile(
      {
        ...file,
        flags,
        ownerFlags: file.ownerFlags & ~UF_COMPRESSED,
        fileMode: mode,
        userInfo: sameKind ? file.userInfo : userInfo(mode),
        dataFork: { ...this.forkOf(content, path), clumpSize: file.dataFork.clumpSize },
        resourceFork,
      },
      row.data,
      0,
      fail,
      path,
    );
    this.volume.catalog.changed = true;
    this.replaced++;
  }

  /** Removes a record and all that belongs to it, but for the count of its folder. */
  private drop(row: BtreeRecord, path: string): void {
    const { volume } = this;
    let id: number;
    if (typeOf(row) === TYPE.folder) {
      const folder = readHfsFolder(row.data, 0, fail, path);
      id = folder.folderId;
      // Itself first: damaged volumes have folders in themselves.
      this.catalog.drop(row, id);
      for (const child of this.catalog.children(id)) this.drop(child, path);
      volume.header.folderCount--;
    } else {
      const file = readHfsFile(row.data, 0, fail, path);
      refuseLinks(file, path);
      id = file.fileId;
      this.catalog.drop(row, id);
      volume.release(file.dataFork, id);
      volume.release(file.resourceFork, id, RESOURCE_FORK);
      volume.header.fileCount--;
    }
    dropAttributes(volume, id);
    this.removed++;
  }

  private forkOf(content: Uint8Array, path: string): HfsFork {
    const { blockSize } = this.volume.header;
    const totalBlocks = Math.ceil(content.length / blockSize);
    const extents = totalBlocks === 0 ? [] : this.volume.space.take(totalBlocks, path);
    this.volume.store(extents, content);
    return { logicalSize: BigInt(content.length), clumpSize: 0, totalBlocks, extents: filled(extents) };
  }

  private common(fileMode: number) {
    const date = this.volume.header.modifyDate;
    return {
      createDate: date,
      contentModDate: date,
      attributeModDate: date,
      accessDate: date,
      backupDate: 0,
      ownerId: 0,
      groupId: 0,
      adminFlags: 0,
      ownerFlags: 0,
      fileMode,
      special: 1,
      finderInfo: new Uint8Array(16),
      textEncoding: 0,
    };
  }
}

function userInfo(mode: number): Uint8Array {
  const bytes = new Uint8Array(16);
  if ((mode & S_IFMT) === S_IFLNK) bytes.set(SYMLINK);
  return bytes;
}
function refuseLinks({ userInfo: info, flags }: HfsFile, path: string): void {
  if (HARD_LINKS.includes(textOf(info.subarray(0, 8))) || (flags & FLAG.linkChain) !== 0)
    throw new BootError('unsupported', 'it is a hard link', { path });
}
/**
 * Changes an HFS Plus image: what is not named stays where it is, byte for byte - contents, extended attributes, journal. New
 * contents go to free blocks; catalog, bitmap, further extents, attributes and both headers say so. New files are owned by
 * root. Apple TN1150.
 *
 * @throws {@link BootError} `bad-value` for images that are none or damaged, `placement` when there is no
 *   room, `unsupported` for hard links, for volumes with a journal that is not empty, and the like
 * @example
 * ```ts
 * import { buildHfsImage, editHfsImage } from 'boot-recipes';
 *
 * const original = buildHfsImage([{ path: 'etc/motd', mode: 0o644, bytes: new Uint8Array(3) }], { size: 2 ** 20 });
 * const bytes = new TextEncoder().encode('hello');
 * const { image, replaced } = editHfsImage(original, { entries: [{ path: 'etc/motd', mode: 0o644, bytes }] });
 * if (replaced !== 1 || image.length !== original.length) throw new Error('one file');
 * ```
 */
export function editHfsImage(original: Uint8Array, edits: HfsEdits): EditedImage {
  const { entries = [], remove = [], size } = edits;
  treeOf(entries); // its checks
  const volume = new HfsVolume(original.slice());
  const { blockSize } = volume.header;
  if (size !== undefined && size !== original.length) {
    if (!Number.isSafeInteger(size) || size < original.length || size % Math.max(blockSize, 4096) !== 0)
      throw new BootError('bad-option', `${size} bytes; at least ${original.length}, in whole blocks`, {
        path: 'size',
      });
    volume.grow(size);
  }
  const editor = new HfsEditor(volume);
  for (const path of remove) editor.remove(path);
  for (const entry of entries) editor.put(entry);
  if (entries.length + remove.length > 0 || volume.image.length !== original.length) volume.finish();
  const { added, replaced, removed } = editor;
  return { image: volume.image, added, replaced, removed };
}
