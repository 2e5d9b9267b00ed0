import type { KernelCollection } from '../collection/collection.js';
import { MachOError } from '../error.js';
import type { Fixup } from '../fixups/pointers.js';
import { plainBytes } from '../source.js';
import { instructionBytes, wordAt } from './a64.js';
import { fitsPattern, PatchFinder, type Place, parsePattern, placeText } from './locate.js';
import { pacRule } from './pac.js';
import type { Locator, Patch, PatchSet, Replacement, Rewrite } from './patch-set.js';
import { unlinkSlots } from './unlink.js';

/** What became of one patch. */
export interface PatchResult {
  readonly set: string;
  readonly patch: string;
  readonly reason: string;
  /** How the place was found. */
  readonly foundBy: Locator['by'] | 'rewrite' | undefined;
  readonly changes: readonly PatchChange[];
  /** What a rewrite left as it was, with why. */
  readonly skipped: readonly { readonly address: bigint; readonly why: string }[];
}

/** Bytes that changed. */
export interface PatchChange {
  /** File offset. */
  readonly offset: number;
  readonly address: bigint | undefined;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Result of {@link applyPatches}. */
export interface PatchReport {
  /** The patched file, a copy. */
  readonly bytes: Uint8Array;
  readonly results: readonly PatchResult[];
  /** Undoes the patches when applied to `bytes`. */
  readonly inverse: PatchSet;
}

const toHex = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');

function replacementBytes(replace: Replacement, place: Place, path: string): Uint8Array {
  if ('fill' in replace) {
    if (place.size === undefined) throw new MachOError('bad-value', 'fill needs a place with a size', { path });
    return new Uint8Array(place.size).fill(replace.fill);
  }
  const { values, masks } = parsePattern(replace.bytes);
  if (masks.some(mask => mask !== 0xff)) throw new MachOError('bad-value', 'wildcards in a replacement', { path });
  return values;
}

/** Collects changes against one copy of the file. */
class Patcher {
  readonly bytes: Uint8Array;
  readonly finder: PatchFinder;
  private readonly touched: { start: number; end: number; patch: string }[] = [];

  constructor(readonly collection: KernelCollection) {
    const { source } = collection.macho;
    this.bytes = plainBytes(source.slice(0, source.byteLength)).slice();
    this.finder = new PatchFinder(collection);
  }

  /** The one place of a patch, or all places. Throws `not-found`, `ambiguous`, `patch-mismatch`. */
  locate(patch: Patch, path: string): { places: Place[]; by: Locator['by'] | undefined } {
    const tried: string[] = [];
    for (const locator of patch.find) {
      const places = this.finder.places(locator);
      if (patch.every && places.length > 0) return { places, by: locator.by };
      if (places.length === 1) return { places, by: locator.by };
      tried.push(places.length === 0 ? `${locator.by}: nothing` : `${locator.by}: ${places.length} places`);
    }
    if (patch.every) return { places: [], by: undefined };
    const many = tried.some(text => text.endsWith('places'));
    throw new MachOError(many ? 'ambiguous' : 'not-found', tried.join('; '), { path });
  }

  verify(patch: Patch, place: Place, path: string): void {
    if (patch.expect === undefined) return;
    if (patch.expect.some(pattern => fitsPattern(this.bytes, place.offset, parsePattern(pattern)))) return;
    const length = parsePattern(patch.expect[0]!).values.length;
    throw new MachOError(
      'patch-mismatch',
      `${placeText(place)} holds ${toHex(this.bytes.subarray(place.offset, place.offset + length))}, not ${patch.expect.join(' or ')}`,
      { offset: place.offset, path },
    );
  }

  change(offset: number, after: Uint8Array, path: string): PatchChange {
    const end = offset + after.length;
    if (offset < 0 || end > this.bytes.length)
      throw new MachOError('out-of-range', 'the patch passes the end of the file', { offset, path });
    const other = this.touched.find(t => offset < t.end && t.start < end && t.patch !== path);
    if (other !== undefined) throw new MachOError('bad-value', `overlaps ${other.patch}`, { offset, path });
    this.touched.push({ start: offset, end, patch: path });
    const before = this.bytes.slice(offset, end);
    this.bytes.set(after, offset);
    return { offset, address: this.collection.macho.address(offset), before, after };
  }

  /** Fixups whose slots a range of the file touches. */
  private slots(offset: number, length: number): Fixup[] {
    const found: Fixup[] = [];
    for (let at = Math.max(0, offset - 7); at < offset + length; at++) {
      const address = this.collection.macho.address(at);
      const fixup = address === undefined ? undefined : this.collection.pointers.at(address);
      if (fixup !== undefined && fixup.offset + fixup.format.size > offset) found.push(fixup);
    }
    return found;
  }

  patch(set: string, patch: Patch): PatchResult {
    const path = `${set}.${patch.name}`;
    const { places, by } = this.locate(patch, path);
    const changes: PatchChange[] = [];
    for (const place of places) {
      this.verify(patch, place, path);
      const after = replacementBytes(patch.replace, place, path);
      const covered = this.inData(place.offset) ? this.slots(place.offset, after.length) : [];
      for (const slot of covered)
        if (slot.offset < place.offset || slot.offset + slot.format.size > place.offset + after.length)
          throw new MachOError('bad-value', 'covers part of a pointer', { offset: slot.offset, path });
      if (covered.length > 0)
        for (const edit of unlinkSlots(this.collection.pointers, covered))
          changes.push(this.change(edit.offset, edit.after, path));
      changes.push(this.change(place.offset, after, path));
    }
    return { set, patch: patch.name, reason: patch.reason, foundBy: by, changes, skipped: [] };
  }

  private inData(offset: number): boolean {
    const { segments } = this.collection.macho;
    const holder = segments.find(s => offset >= s.fileoff && offset < s.fileoff + s.filesize);
    return (
      holder !== undefined &&
      holder.name !== '__LINKEDIT' &&
      offset >=
        this.collection.macho.headerOffset + this.collection.macho.headerSize + this.collection.macho.header.sizeofcmds
    );
  }

  rewritePac(set: string, rewrite: Rewrite): PatchResult {
    const path = `${set}.${rewrite.name}`;
    const changes: PatchChange[] = [];
    const skipped: { address: bigint; why: string }[] = [];
    const done = new Set<number>();
    const ids = this.collection.imageIds;
    for (const id of ids.length === 0 ? [undefined] : ids)
      for (const range of this.finder.image(id).code)
        for (let at = 0; at + 4 <= range.bytes.length; at += 4) {
          const offset = range.offset + at;
          const word = wordAt(this.bytes, offset);
          const rule = pacRule(word);
          if (rule === undefined || done.has(offset)) continue;
          done.add(offset);
          const plain = rule.plain(word);
          const address = range.address + BigInt(at);
          if (plain === undefined) skipped.push({ address, why: `${rule.name}: the offset has no plain form` });
          else {
            const before = this.bytes.slice(offset, offset + 4);
            const after = instructionBytes(plain);
            this.bytes.set(after, offset);
            changes.push({ offset, address, before, after });
          }
        }
    this.touched.push(...changes.map(c => ({ start: c.offset, end: c.offset + 4, patch: path })));
    return { set, patch: rewrite.name, reason: rewrite.reason, foundBy: 'rewrite', changes, skipped };
  }
}

/**
 * Applies sets of patches to a copy of the file, all or none: every place must be found once and hold what is
 * expected. Pointers that a patch covers are taken out of their fixup chains.
 *
 * Throws `not-found`, `ambiguous`, `patch-mismatch`, `bad-value` (overlaps), each with the patch's name as path.
 *
 * @example
 * const { bytes, results, inverse } = applyPatches(openCollection(file), [KPRINTF_ON]);
 */
export function applyPatches(collection: KernelCollection, sets: readonly PatchSet[]): PatchReport {
  const patcher = new Patcher(collection);
  const results = sets.flatMap(set =>
    set.patches.map(patch =>
      'rewrite' in patch ? patcher.rewritePac(set.name, patch) : patcher.patch(set.name, patch),
    ),
  );
  const patches = results
    .flatMap(result => result.changes.map(change => ({ result, change })))
    .reverse()
    .map(
      ({ result, change }, i): Patch => ({
        name: `${result.set}.${result.patch}.${i}`,
        reason: `undo: ${result.reason}`,
        find: [{ by: 'offset', offset: change.offset }],
        expect: [toHex(change.after)],
        replace: { bytes: toHex(change.before) },
      }),
    );
  const inverse = { name: 'inverse', description: `Undoes ${sets.map(set => set.name).join(', ')}`, patches };
  return { bytes: patcher.bytes, results, inverse };
}

/** Applies {@link PatchReport.inverse}, or any set of patches at known offsets, to bytes in place. */
export function undoPatches(bytes: Uint8Array, inverse: PatchSet): void {
  for (const patch of inverse.patches) {
    if ('rewrite' in patch) throw new MachOError('bad-value', 'a rewrite has no inverse', { path: patch.name });
    const locator = patch.find[0];
    if (locator?.by !== 'offset')
      throw new MachOError('bad-value', 'only known offsets can be undone', { path: patch.name });
    const place = { offset: locator.offset, address: undefined };
    if (patch.expect !== undefined && !patch.expect.some(p => fitsPattern(bytes, place.offset, parsePattern(p))))
      throw new MachOError('patch-mismatch', 'the file is not the patched one', {
        offset: place.offset,
        path: patch.name,
      });
    bytes.set(replacementBytes(patch.replace, place, patch.name), place.offset);
  }
}
