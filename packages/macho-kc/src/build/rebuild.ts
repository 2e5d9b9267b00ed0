import { KERNEL_ID, type KernelCollection } from '../collection/collection.js';
import { MachOError } from '../error.js';
import { extractImage, originalInfo } from '../extract/extract.js';
import { AddressIndex } from '../symbols/address-index.js';
import { buildCollection } from './build-collection.js';
import { kextId } from './inputs.js';
import type { BuildResult, KextInput } from './types.js';

/** What {@link rebuildCollection} changes. */
export interface CollectionChanges {
  /** New kexts; one with the id of an old one replaces it. */
  readonly add?: readonly KextInput[];
  /** Bundle ids that go. */
  readonly remove?: readonly string[];
  /** The kernel as it was before, which can be moved; taken out of the collection when absent. */
  readonly kernel?: Uint8Array;
}

/**
 * A boot collection with kexts added, replaced or removed: all images are taken out and linked again. Images of the
 * collection keep the distances of their segments. Throws `unsupported` for other kinds of file.
 *
 * @example
 * const result = rebuildCollection(openCollection(bytes), { remove: ['com.apple.driver.AppleHPET'] });
 */
export function rebuildCollection(collection: KernelCollection, changes: CollectionChanges): BuildResult {
  if (collection.kind !== 'fileset') throw new MachOError('unsupported', `a ${collection.kind} cannot be linked again`);
  const indexes = [new AddressIndex(collection)];
  const gone = new Set([...(changes.remove ?? []), ...(changes.add ?? []).map(kextId)]);
  for (const id of changes.remove ?? [])
    if (collection.kext(id) === undefined) throw new MachOError('not-found', `no kext ${id}`, { path: id });
  const kept = collection.kexts
    .filter(kext => !gone.has(kext.id))
    .map(
      (kext): KextInput => ({
        info: originalInfo(kext.info),
        executable: extractImage(collection, kext.id, { indexes }).executable,
        bundlePath: kext.bundlePath ?? `/${kext.id}.kext`,
        executablePath: kext.executablePath,
      }),
    );
  const kernel = changes.kernel ?? extractImage(collection, KERNEL_ID, { indexes }).executable;
  return buildCollection({
    kind: 'boot',
    kexts: [...kept, ...(changes.add ?? [])],
    allowRigid: true,
    ...(kernel === undefined ? {} : { kernel }),
  });
}
