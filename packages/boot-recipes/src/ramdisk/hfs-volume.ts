import { BootError, fail } from '../error.js';
import { type BtreeRecord, buildBtree, readBtree, type TreeShape } from './btree.js';
import {
  type HfsExtent,
  HfsFileSize,
  HfsFolderSize,
  type HfsFork,
  type HfsVolumeHeader,
  readHfsExtent,
  readHfsVolumeHeader,
  writeHfsVolumeHeader,
} from './hfs.generated.js';
import { EXTENTS, Space } from './hfs-space.js';

const HEADER_AT = 1024;
const SIGNATURES = { plus: 0x482b, x: 0x4858 } as const;
const JOURNALED = 1 << 13;
const JOURNAL_IN_VOLUME = 1;
const IDS_REUSED = 1 << 12;
const CASE_FOLDING = 0xcf;

/** IDs of the volume's own files. */
const OWN = { extents: 3, catalog: 4, allocation: 6, attributes: 8 } as const;
export const NO_EXTENT: HfsExtent = { startBlock: 0, blockCount: 0 };
const EXTENT_BYTES = 8;

/** A tree of the volume, and whether it is another one than in the image. */
interface Tree {
  readonly shape: TreeShape;
  records: BtreeRecord[];
  changed: boolean;
}

type Forks = 'extentsFile' | 'catalogFile' | 'attributesFile';

/** An HFS Plus volume in memory: header, bitmap and trees. Apple TN1150. */
export class HfsVolume {
  readonly header: { -readonly [K in keyof HfsVolumeHeader]: HfsVolumeHeader[K] };
  readonly space: Space;
  readonly extents: Tree;
  readonly catalog: Tree;
  readonly attributes: Tree | undefined;
  /** Whether names are told apart by code units; otherwise case does not matter. */
  readonly caseSensitive: boolean;
  /** Where the second header is: before the end of the image, or of its last block. */
  private alternateAt: number;

  /** Takes over `image`. Throws {@link BootError}. */
  constructor(public image: Uint8Array) {
    const bad = (reason: string, offset = HEADER_AT): BootError =>
      new BootError('bad-value', reason, { offset, path: 'volume' });
    if (image.length < 3 * HEADER_AT) throw bad('too short for an HFS Plus volume');
    this.header = readHfsVolumeHeader(image, HEADER_AT, fail);
    const { header } = this;
    const { signature, blockSize, totalBlocks } = header;
    if (signature !== SIGNATURES.plus && signature !== SIGNATURES.x) throw bad('no HFS Plus volume');
    if (blockSize < 512 || (blockSize & (blockSize - 1)) !== 0 || blockSize * totalBlocks > image.length)
      throw bad('the volume is larger than its image');
    if ((header.attributes & IDS_REUSED) !== 0) throw new BootError('unsupported', 'catalog IDs are used again');
    const ends = [image.length - HEADER_AT, blockSize * totalBlocks - HEADER_AT];
    const found = ends.find(at => image[at] === signature >> 8 && image[at + 1] === (signature & 0xff));
    this.alternateAt = found ?? ends[0]!;
    this.checkJournal();
    this.extents = this.tree('extentsFile', OWN.extents);
    this.catalog = this.tree('catalogFile', OWN.catalog);
    this.attributes = header.attributesFile.totalBlocks === 0 ? undefined : this.tree('attributesFile', OWN.attributes);
    for (const row of this.extents.records) check(row.key.length === 12 && row.data.length >= 64, 'extentsFile');
    for (const row of this.catalog.records) check(isCatalogRow(row), 'catalogFile');
    for (const row of this.attributes?.records ?? []) check(isAttributeRow(row), 'attributesFile');
    this.space = new Space(this.bytesOf(header.allocationFile, OWN.allocation), totalBlocks);
    if (this.space.bits.length * 8 < totalBlocks) throw bad('the bitmap is too short');
    this.caseSensitive = signature === SIGNATURES.x && this.catalog.shape.header.keyCompareType !== CASE_FOLDING;
  }

  /** All extents of a fork; `type` is 0xff for resource forks. */
  extentsOf(fork: HfsFork, id: number, type = 0): HfsExtent[] {
    const found = fork.extents.filter(({ blockCount }) => blockCount > 0);
    const count = (): number => found.reduce((sum, { blockCount }) => sum + blockCount, 0);
    if (count() < fork.totalBlocks)
      for (const { key, data } of this.overflow(id, type))
        for (let i = 0; i < EXTENTS; i++) {
          const extent = readHfsExtent(data, EXTENT_BYTES * i, fail, `extents of ${id}, key of ${key.length} bytes`);
          if (extent.blockCount > 0) found.push(extent);
        }
    if (count() !== fork.totalBlocks)
      throw new BootError('bad-value', `${count()} blocks of ${fork.totalBlocks}`, { path: `file ${id}` });
    return found;
  }
  /** Records of further extents, in order. */
  private overflow(id: number, type: number): BtreeRecord[] {
    // Asked while the tree itself is read: it has no further extents.
    return (this.extents?.records ?? []).filter(({ key }) => key[2] === type && idAt(key, 4) === id);
  }
  /** Gives back the blocks of a fork. */
  release(fork: HfsFork, id: number, type = 0): void {
    this.space.markAll(this.extentsOf(fork, id, type), false);
    const further = new Set(this.overflow(id, type));
    if (further.size === 0) return;
    this.extents.records = this.extents.records.filter(record => !further.has(record));
    this.extents.changed = true;
  }

  /** Puts bytes into extents, zeros behind them. */
  store(extents: readonly HfsExtent[], bytes: Uint8Array): void {
    const { blockSize } = this.header;
    let at = 0;
    for (const { startBlock, blockCount } of extents) {
      const room = this.image.subarray(startBlock * blockSize, (startBlock + blockCount) * blockSize);
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      room.fill(0, part.length);
      at += room.length;
    }
  }

  /** Makes the volume larger. */
  grow(size: number): Space {
    const { header } = this;
    const total = Math.floor(size / header.blockSize);
    const bits = new Uint8Array(Math.max(this.space.bits.length, Math.ceil(total / 8)));
    bits.set(this.space.bits);
    const space = new Space(bits, total);
    for (const block of headerBlocks(header.totalBlocks, header.blockSize)) space.mark(block, false);
    for (const block of headerBlocks(total, header.blockSize)) space.mark(block, true);
    const old = this.image;
    old.fill(0, this.alternateAt, this.alternateAt + HEADER_AT);
    this.alternateAt = size - HEADER_AT;
    this.image = new Uint8Array(size);
    this.image.set(old);
    header.totalBlocks = total;
    const more = Math.ceil(bits.length / header.blockSize) - header.allocationFile.totalBlocks;
    if (more > 0) header.allocationFile = this.lengthened(header.allocationFile, more, space, 'bitmap');
    (this as { space: Space }).space = space;
    return space;
  }

  /** Writes trees that changed, bitmap and both headers. */
  finish(): void {
    const { header, space } = this;
    for (const [tree, name, id] of [
      [this.extents, 'extentsFile', OWN.extents],
      [this.attributes, 'attributesFile', OWN.attributes],
      [this.catalog, 'catalogFile', OWN.catalog],
    ] as const)
      if (tree?.changed) this.storeTree(tree, name, id);
    header.freeBlocks = space.free;
    header.writeCount = (header.writeCount + 1) >>> 0;
    this.store(this.extentsOf(header.allocationFile, OWN.allocation), space.bits);
    for (const at of [HEADER_AT, this.alternateAt]) writeHfsVolumeHeader(header, this.image, at, fail);
  }

  private storeTree(tree: Tree, name: Forks, id: number): void {
    const { header } = this;
    const { nodeSize } = tree.shape.header;
    const fork = header[name];
    const bytes = buildBtree(tree.records, tree.shape, Math.floor(Number(fork.logicalSize) / nodeSize));
    const more = Math.ceil((bytes.length - fork.totalBlocks * header.blockSize) / header.blockSize);
    if (more > 0) header[name] = this.lengthened(fork, more, this.space, name);
    header[name] = { ...header[name], logicalSize: BigInt(bytes.length) };
    this.store(this.extentsOf(header[name], id), bytes);
  }

  /** A fork with more blocks at its end. */
  private lengthened(fork: HfsFork, more: number, space: Space, path: string): HfsFork {
    const extents = [...fork.extents.filter(({ blockCount }) => blockCount > 0), ...space.take(more, path)];
    const own = fork.extents.reduce((sum, { blockCount }) => sum + blockCount, 0);
    if (own !== fork.totalBlocks || extents.length > EXTENTS)
      throw new BootError('unsupported', 'it is in too many pieces to be lengthened', { path });
    const totalBlocks = fork.totalBlocks + more;
    const logicalSize = BigInt(totalBlocks * this.header.blockSize);
    return { ...fork, totalBlocks, logicalSize, extents: filled(extents) };
  }

  private tree(name: Forks, id: number): Tree {
    const bytes = this.bytesOf(this.header[name], id);
    return { ...readBtree(bytes, name), changed: false };
  }
  private bytesOf(fork: HfsFork, id: number): Uint8Array {
    const { blockSize, totalBlocks } = this.header;
    const extents = this.extentsOf(fork, id);
    const out = new Uint8Array(extents.reduce((sum, { blockCount }) => sum + blockCount, 0) * blockSize);
    let at = 0;
    for (const { startBlock, blockCount } of extents) {
      if (startBlock + blockCount > totalBlocks)
        throw new BootError('bad-value', `blocks from ${startBlock} on, of ${totalBlocks}`, { path: `file ${id}` });
      out.set(this.image.subarray(startBlock * blockSize, (startBlock + blockCount) * blockSize), at);
      at += blockCount * blockSize;
    }
    return out;
  }

  /** A journal with something in it would undo what is changed. */
  private checkJournal(): void {
    const { header, image } = this;
    if ((header.attributes & JOURNALED) === 0 || header.journalInfoBlock === 0) return;
    const view = new DataView(image.buffer, image.byteOffset, image.length);
    const info = header.journalInfoBlock * header.blockSize;
    if (info + 52 > image.length) throw new BootError('bad-value', 'outside of the volume', { path: 'journal' });
    if ((view.getUint32(info) & JOURNAL_IN_VOLUME) === 0) return;
    const at = Number(view.getBigUint64(info + 36));
    if (at + 24 > image.length) throw new BootError('bad-value', 'outside of the volume', { path: 'journal' });
    const little = view.getUint32(at + 4, true) === 0x1234_5678;
    if (view.getBigUint64(at + 8, little) !== view.getBigUint64(at + 16, little))
      throw new BootError('unsupported', 'the volume was not unmounted: its journal is not empty', { path: 'journal' });
  }
}

/** Blocks that the second header, and the 512 bytes behind it, are in. */
const headerBlocks = (total: number, blockSize: number): number[] =>
  blockSize >= HEADER_AT ? [total - 1] : [total - 2, total - 1];

function check(sound: boolean, path: string): void {
  if (!sound) throw new BootError('bad-value', 'a record of another length', { path });
}
/** Whether names and records are as long as they say. */
function isCatalogRow({ key, data }: BtreeRecord): boolean {
  if (key.length < 8 || data.length < 10 || key.length < 8 + 2 * halfAt(key, 6)) return false;
  const type = halfAt(data, 0);
  return data.length >= (type === 1 ? HfsFolderSize : type === 2 ? HfsFileSize : 10 + 2 * halfAt(data, 8));
}
function isAttributeRow({ key, data }: BtreeRecord): boolean {
  if (key.length < 14 || data.length < 4 || key.length < 14 + 2 * halfAt(key, 12)) return false;
  const kind = idAt(data, 0);
  return kind === 0x20 ? data.length >= 88 : kind !== 0x30 || data.length >= 72;
}

/** Eight extents, those that are not needed empty. */
export const filled = (extents: readonly HfsExtent[]): HfsExtent[] =>
  Array.from({ length: EXTENTS }, (_, i) => extents[i] ?? NO_EXTENT);

const halfAt = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

/** A catalog ID within a key. */
export const idAt = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at);
