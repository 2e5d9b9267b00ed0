import { BootError } from '../error.js';

const NAME_LIMIT = 255;
/** Keys begin with their length, 16 bits, which does not count itself. */
const LENGTH = 2;

/** A name as HFS Plus has it: decomposed, UTF-16, with its length in front. */
export function encodeName(name: string, path: string): Uint8Array {
  const text = name.normalize('NFD').replaceAll(':', '/');
  if (text.length > NAME_LIMIT) throw new BootError('bad-value', `a name of ${text.length} characters`, { path });
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, text.length);
  for (let i = 0; i < text.length; i++) view.setUint16(2 + 2 * i, text.charCodeAt(i));
  return bytes;
}

/** Key of the catalog. */
export function catalogKey(parent: number, name: Uint8Array): Uint8Array {
  const key = new Uint8Array(LENGTH + 4 + name.length);
  const view = new DataView(key.buffer);
  view.setUint16(0, 4 + name.length);
  view.setUint32(LENGTH, parent);
  key.set(name, LENGTH + 4);
  return key;
}
/** Key of the record that says what an ID is called. */
export const threadKey = (id: number): Uint8Array => catalogKey(id, new Uint8Array(2));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Folder of a catalog key. */
export const parentOf = (key: Uint8Array): number => viewOf(key).getUint32(LENGTH);
/** Code units of a catalog key's name. */
export function unitsOf(key: Uint8Array): number[] {
  const view = viewOf(key);
  return Array.from({ length: view.getUint16(6) }, (_, i) => view.getUint16(8 + 2 * i));
}

/** Bytes of a thread record: what an ID is called, and where. */
export function threadRecord(type: 'folder' | 'file', parent: number, name: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + name.length);
  viewOf(bytes).setUint16(0, type === 'folder' ? 3 : 4);
  viewOf(bytes).setUint32(4, parent);
  bytes.set(name, 8);
  return bytes;
}

/** What takes no part in comparisons that ignore case (TN1150, FastUnicodeCompare). */
const ignored = (unit: number): boolean =>
  (unit >= 0x200c && unit <= 0x200f) ||
  (unit >= 0x202a && unit <= 0x202e) ||
  (unit >= 0x206a && unit <= 0x206f) ||
  unit === 0xfeff;

/**
 * A name as a volume that ignores case compares it. Exact in comparisons with names in ASCII: letters beyond stay what they
 * are, which is behind ASCII either way.
 */
export const folded = (units: readonly number[]): number[] =>
  units
    .filter(unit => !ignored(unit))
    .map(unit => (unit === 0 ? 0xffff : unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit));

/** The order of names by their units. */
export function compareUnits(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
