import { KERNEL_ID, type KernelCollection } from '../collection/collection.js';
import type { KextDependency } from '../collection/prelink-info.js';
import { MachOError } from '../error.js';
import type { PlistDict } from '../plist/value.js';
import { encodePlist } from '../plist/write-xml.js';
import { AddressIndex } from '../symbols/address-index.js';
import { Extraction } from './extraction.js';
import { extractStatic } from './static.js';

/** A kext or kernel taken out of a collection. */
export interface Extracted {
  readonly id: string;
  /** The stand-alone Mach-O; undefined for a kext without code. */
  readonly executable: Uint8Array | undefined;
  /** Info.plist without what the collection's builder added. */
  readonly infoPlist: Uint8Array | undefined;
  /** Bundle ids that the imports come from, and those that the kext names. */
  readonly dependencies: readonly KextDependency[];
  /** What could not be kept, in words. */
  readonly lost: readonly string[];
}

/** Options of {@link extractImage}. */
export interface ExtractOptions {
  /** Symbols of the collections by level, to be shared by several extractions; made when absent. */
  readonly indexes?: readonly AddressIndex[];
}

/** Info.plist of a kext as it was before it was put into a collection. */
export function originalInfo(info: PlistDict): PlistDict {
  return new Map([...info].filter(([key]) => !key.startsWith('_Prelink') && key !== 'ModuleIndex'));
}

/**
 * Takes a kext, or the kernel (`com.apple.kernel`), out of a collection as a stand-alone Mach-O that can be linked
 * again: own segments at their old distances, own chained fixups (x86_64: relocations) with imports by name, own
 * symbols. Split-segment info is left out: the collection does not keep it.
 *
 * Throws `not-found` when there is no such kext; what cannot be kept is named in `lost`.
 *
 * @example
 * const { executable, dependencies, lost } = extractImage(openCollection(bytes), 'com.apple.iokit.IOPCIFamily');
 */
export function extractImage(collection: KernelCollection, id: string, options: ExtractOptions = {}): Extracted {
  const kext = collection.kext(id);
  const image = collection.image(id);
  if (kext === undefined && image === undefined) throw new MachOError('not-found', `no kext ${id}`, { path: id });
  const infoPlist = kext === undefined ? undefined : encodePlist(originalInfo(kext.info));
  const named = kext?.dependencies ?? [];
  if (image === undefined) return { id, executable: undefined, infoPlist, dependencies: named, lost: [] };
  if (collection.kind === 'static' && id !== KERNEL_ID) return extractStatic(collection, kext!, image, infoPlist);
  const indexes = options.indexes ?? [new AddressIndex(collection)];
  const extraction = new Extraction(collection, id, image, indexes);
  const { bytes, owners } = extraction.build();
  const extra = [...owners]
    .filter(owner => !named.some(d => d.id === owner))
    .map(owner => ({ id: owner, version: collection.kext(owner)?.version ?? '0' }));
  return { id, executable: bytes, infoPlist, dependencies: [...named, ...extra], lost: extraction.lost };
}
