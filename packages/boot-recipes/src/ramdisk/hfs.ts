import { BootError, fail } from '../error.js';
import { type BtreeRecord, buildBtree, newTree } from './btree.js';
import { type Folder, type RamDiskEntry, treeOf } from './entries.js';
import {
  HfsFileSize,
  HfsFolderSize,
  HfsVolumeHeaderSize,
  writeHfsFile,
  writeHfsFolder,
  writeHfsVolumeHeader,
} from './hfs.generated.js';
import { catalogKey, compareUnits, encodeName, parentOf, threadKey, threadRecord, unitsOf } from './hfs-keys.js';

const BLOCK = 4096;
const HEADER_AT = 1024;
/** Catalog node IDs. */
const ROOT_PARENT = 1;
const ROOT = 2;
const FIRST_USER = 16;
const MOST_KEY = 516;
const EXTENT_KEY = 10;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const HAS_THREAD = 2;
/** 2001-01-01, in seconds since 1904: always the same, so that images can be compared. */
const DATE = 3_061_152_000;
const SYMLINK = new TextEncoder().encode('slnkrhap');

/** Options of {@link buildHfsImage}. */
export interface HfsOptions {
  /** Name of the volume. */
  readonly name?: string | undefined;
  /** Bytes of the image, a multiple of 16 KiB; as few as possible when not given. */
  readonly size?: number | undefined;
}

type Fork = { readonly start: number; readonly blocks: number; readonly size: number };
const NO_FORK: Fork = { start: 0, blocks: 0, size: 0 };

const forkData = ({ start, blocks, size }: Fork, clumpSize = 0) => ({
  logicalSize: BigInt(size),
  clumpSize,
  totalBlocks: blocks,
  extents: Array.from({ length: 8 }, (_, i) => ({
    startBlock: i === 0 ? start : 0,
    blockCount: i === 0 ? blocks : 0,
  })),
});

const dates = { createDate: DATE, contentModDate: DATE, attributeModDate: DATE, accessDate: DATE, backupDate: 0 };
const owner = { ownerId: 0, groupId: 0, adminFlags: 0, ownerFlags: 0, special: 1, textEncoding: 0 };
const finder = { finderInfo: new Uint8Array(16) };

/** Keys by parent, then by the code units of the name. */
const order = (a: BtreeRecord, b: BtreeRecord): number =>
  parentOf(a.key) - parentOf(b.key) || compareUnits(unitsOf(a.key), unitsOf(b.key));

/** The catalog of a tree; contents get their places. */
class Catalog {
  readonly records: BtreeRecord[] = [];
  readonly contents: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  files = 0;
  folders = 0;
  next = FIRST_USER;

  /** @param block first allocation block for contents */
  constructor(public block: number) {}

  add(folder: Folder, id: number, parent: number, name: string, path: string): void {
    const encoded = encodeName(name, path);
    const mode = S_IFDIR | (folder.entry?.mode ?? 0o755);
    const record = new Uint8Array(HfsFolderSize);
    writeHfsFolder(
      {
        recordType: 1,
        flags: 0,
        valence: folder.children.size,
        folderId: id,
        ...dates,
        ...owner,
        fileMode: mode,
        userInfo: new Uint8Array(16),
        ...finder,
        folderCount: 0, // no folder counts on this volume
      },
      record,
      0,
      fail,
    );
    this.records.push({ key: catalogKey(parent, encoded), data: record });
    this.records.push({ key: threadKey(id), data: threadRecord('folder', parent, encoded) });
    for (const [child, node] of folder.children) {
      const at = path === '' ? child : `${path}/${child}`;
      const childId = this.next++;
      if (isFolder(node)) {
        this.folders++;
        this.add(node, childId, id, child, at);
      } else this.file(node.entry!, childId, id, child, at);
    }
  }

  private file(entry: RamDiskEntry, id: number, parent: number, name: string, path: string): void {
    this.files++;
    const content = entry.bytes ?? new TextEncoder().encode(entry.link);
    const blocks = Math.ceil(content.length / BLOCK);
    const fork = blocks === 0 ? NO_FORK : { start: this.block, blocks, size: content.length };
    if (blocks > 0) this.contents.push({ start: this.block, bytes: content });
    this.block += blocks;
    const userInfo = new Uint8Array(16);
    if (entry.link !== undefined) userInfo.set(SYMLINK);
    const encoded = encodeName(name, path);
    const record = new Uint8Array(HfsFileSize);
    writeHfsFile(
      {
        recordType: 2,
        flags: HAS_THREAD,
        reserved1: 0,
        fileId: id,
        ...dates,
        ...owner,
        fileMode: (entry.link === undefined ? S_IFREG : S_IFLNK) | entry.mode,
        userInfo,
        ...finder,
        reserved2: 0,
        dataFork: forkData(fork),
        resourceFork: forkData(NO_FORK),
      },
      record,
      0,
      fail,
    );
    this.records.push({ key: catalogKey(parent, encoded), data: record });
    this.records.push({ key: threadKey(id), data: threadRecord('file', parent, encoded) });
  }
}

const isFolder = ({ entry }: Folder): boolean => entry?.bytes === undefined && entry?.link === undefined;

/**
 * An HFS Plus volume (HFSX: names by code units) with the given files and folders, everything owned by root, without a
 * journal: what kernels mount as `md0`. Same input, same bytes. Apple TN1150.
 *
 * @throws {@link BootError} `bad-value` for impossible names, `placement` when it does not fit into `size`
 * @example
 * ```ts
 * import { buildHfsImage } from 'boot-recipes';
 *
 * const image = buildHfsImage([{ path: 'sbin/launchd', mode: 0o755, bytes: new Uint8Array(100) }]);
 * if (image[1024] !== 0x48 || image[1025] !== 0x58) throw new Error('HX');
 * ```
 */
export function buildHfsImage(entries: readonly RamDiskEntry[], options: HfsOptions = {}): Uint8Array {
  const { name = 'ramdisk', size } = options;
  if (size !== undefined && (!Number.isSafeInteger(size) || size <= 0 || size % 0x4000 !== 0))
    throw new BootError('bad-option', `${size} bytes; a multiple of 16 KiB`, { path: 'size' });
  const tree = treeOf(entries);
  const catalogOf = (block: number): Catalog => {
    const catalog = new Catalog(block);
    catalog.add(tree, ROOT, ROOT_PARENT, name, '');
    catalog.records.sort(order);
    return catalog;
  };
  const extents = buildBtree([], newTree(EXTENT_KEY, false));
  const encode = (catalog: Catalog): Uint8Array => buildBtree(catalog.records, newTree(MOST_KEY, true));
  // Where contents begin does not change how large the catalog is.
  const draft = catalogOf(0);
  const catalogBlocks = encode(draft).length / BLOCK;
  const extentBlocks = extents.length / BLOCK;
  /** Blocks with a bitmap of so many, the first and the last block. */
  const needed = (bitmap: number): number => 1 + bitmap + extentBlocks + catalogBlocks + draft.block + 1;
  const bitmapOf = (blocks: number): number => Math.ceil(blocks / 8 / BLOCK);
  let total = size === undefined ? needed(1) : size / BLOCK;
  while (needed(bitmapOf(total)) > total && size === undefined) total = needed(bitmapOf(total));
  total = Math.ceil(total / 4) * 4; // pages of 16 KiB
  const bitmapBlocks = bitmapOf(total);
  if (needed(bitmapBlocks) > total)
    throw new BootError('placement', `${needed(bitmapBlocks) * BLOCK} bytes are needed, there are ${total * BLOCK}`, {
      path: 'size',
    });
  const extentsAt = 1 + bitmapBlocks;
  const catalogAt = extentsAt + extentBlocks;
  const catalog = catalogOf(catalogAt + catalogBlocks);
  const used = catalog.block;
  const image = new Uint8Array(total * BLOCK);
  const mark = (block: number): void => {
    image[BLOCK + (block >> 3)]! |= 0x80 >> (block & 7);
  };
  for (let i = 0; i < used; i++) mark(i);
  mark(total - 1);
  image.set(extents, extentsAt * BLOCK);
  image.set(encode(catalog), catalogAt * BLOCK);
  for (const { start, bytes } of catalog.contents) image.set(bytes, start * BLOCK);
  const header = new Uint8Array(HfsVolumeHeaderSize);
  const fork = (start: number, blocks: number) => forkData({ start, blocks, size: blocks * BLOCK }, blocks * BLOCK);
  writeHfsVolumeHeader(
    {
      signature: 0x4858,
      version: 5,
      attributes: 0x100,
      lastMountedVersion: 0x31302e30, // 10.0
      journalInfoBlock: 0,
      createDate: DATE,
      modifyDate: DATE,
      backupDate: 0,
      checkedDate: DATE,
      fileCount: catalog.files,
      folderCount: catalog.folders,
      blockSize: BLOCK,
      totalBlocks: total,
      freeBlocks: total - used - 1,
      nextAllocation: used,
      rsrcClumpSize: BLOCK,
      dataClumpSize: BLOCK,
      nextCatalogId: catalog.next,
      writeCount: 1,
      encodingsBitmap: 1n,
      finderInfo: new Uint8Array(32),
      allocationFile: fork(1, bitmapBlocks),
      extentsFile: fork(extentsAt, extentBlocks),
      catalogFile: fork(catalogAt, catalogBlocks),
      attributesFile: forkData(NO_FORK),
      startupFile: forkData(NO_FORK),
    },
    header,
    0,
    fail,
  );
  image.set(header, HEADER_AT);
  image.set(header, image.length - HEADER_AT);
  return image;
}
