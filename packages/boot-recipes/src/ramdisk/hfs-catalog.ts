import { BootError, fail } from '../error.js';
import type { BtreeRecord } from './btree.js';
import { readHfsFolder, writeHfsFolder } from './hfs.generated.js';
import {
  catalogKey,
  compareUnits,
  encodeName,
  folded,
  parentOf,
  threadKey,
  threadRecord,
  unitsOf,
} from './hfs-keys.js';
import { type HfsVolume, idAt } from './hfs-volume.js';

/** Kinds of records that are no threads. */
export const TYPE = { folder: 1, file: 2 } as const;
/** Flags of catalog records. */
export const FLAG = { thread: 2, attributes: 4, folderCount: 0x10, linkChain: 0x20 } as const;
const MOST_IDS = 0xffff_0000;

/** See {@link TYPE}. */
export const typeOf = ({ data }: BtreeRecord): number => (data[0]! << 8) | data[1]!;

/** The files and folders of a volume, as records in their order. */
export class HfsCatalog {
  private readonly rows: BtreeRecord[];

  constructor(private readonly volume: HfsVolume) {
    this.rows = volume.catalog.records;
  }

  /** An ID that nothing has. */
  newId(): number {
    const { header } = this.volume;
    if (header.nextCatalogId >= MOST_IDS) throw new BootError('unsupported', 'no catalog IDs are left');
    return header.nextCatalogId++;
  }

  /** Counts what is right in a folder, and the folders of that. */
  changeFolder(id: number, valence: number, folders: number, path: string): void {
    const { data } = this.folderRow(id, path);
    const folder = readHfsFolder(data, 0, fail, path);
    const counts = (folder.flags & FLAG.folderCount) !== 0;
    const folderCount = folder.folderCount + (counts ? folders : 0);
    writeHfsFolder({ ...folder, valence: folder.valence + valence, folderCount }, data, 0, fail, path);
    this.volume.catalog.changed = true;
  }
  /** The record of a folder, found by what it is called. */
  folderRow(id: number, path: string): BtreeRecord {
    const thread = this.rows[this.threadAt(id)];
    const name = thread && { parent: idAt(thread.data, 4), units: unitsOf(thread.data.subarray(2)) };
    const row = name && this.children(name.parent).find(({ key }) => compareUnits(unitsOf(key), name.units) === 0);
    if (row === undefined || typeOf(row) !== TYPE.folder)
      throw new BootError('bad-value', `folder ${id} has no record`, { path });
    return row;
  }

  /** What is right in a folder. */
  children(id: number): BtreeRecord[] {
    return this.rows.filter(row => parentOf(row.key) === id && typeOf(row) <= TYPE.file);
  }
  /** What is called so in a folder. */
  find(parent: number, name: string, path: string): BtreeRecord | undefined {
    const wanted = this.comparable(unitsOf(catalogKey(parent, encodeName(name, path))));
    return this.children(parent).find(({ key }) => compareUnits(this.comparable(unitsOf(key)), wanted) === 0);
  }
  private comparable(units: readonly number[]): readonly number[] {
    return this.volume.caseSensitive ? units : folded(units);
  }

  insert(parent: number, name: string, data: Uint8Array, id: number, type: 'folder' | 'file', path: string): void {
    const encoded = encodeName(name, path);
    const key = catalogKey(parent, encoded);
    if (!this.volume.caseSensitive && unitsOf(key).some(unit => unit === 0 || unit >= 0x80))
      throw new BootError('unsupported', 'a new name beyond ASCII, on a volume that ignores case', { path });
    this.insertRow({ key, data });
    this.insertRow({ key: threadKey(id), data: threadRecord(type, parent, encoded) });
    this.volume.catalog.changed = true;
  }
  private insertRow(row: BtreeRecord): void {
    const [parent, units] = [parentOf(row.key), this.comparable(unitsOf(row.key))];
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { key } = this.rows[middle]!;
      const before = parentOf(key) - parent || compareUnits(this.comparable(unitsOf(key)), units);
      if (before < 0) low = middle + 1;
      else high = middle;
    }
    this.rows.splice(low, 0, row);
  }

  /** Removes the record of something with this ID, and its thread. */
  drop(row: BtreeRecord, id: number): void {
    const at = this.rows.indexOf(row);
    if (at >= 0) this.rows.splice(at, 1);
    const thread = this.threadAt(id);
    if (thread >= 0) this.rows.splice(thread, 1);
    this.volume.catalog.changed = true;
  }
  private threadAt(id: number): number {
    return this.rows.findIndex(({ key }) => parentOf(key) === id && key.length === 8);
  }
}
