import { CODELESS_ADDRESS } from '../collection/prelink-info.js';
import type { PlistDict, PlistValue } from '../plist/value.js';
import type { KextInput } from './types.js';

/** What the prelink info says of a kext's place. */
export interface KextPlace {
  readonly address: bigint;
  readonly size: bigint;
  readonly kmodInfo: bigint;
}

/** UUIDs of this collection and of those that it is linked against. */
export interface CollectionUuids {
  readonly own: Uint8Array;
  readonly boot: Uint8Array | undefined;
  readonly pageable: Uint8Array | undefined;
}

/** Greatest place: what sizes are computed with before addresses are known. */
export const PLACEHOLDER: KextPlace = { address: CODELESS_ADDRESS, size: CODELESS_ADDRESS, kmodInfo: CODELESS_ADDRESS };

/**
 * Prelink info of a collection.
 * @param place of a kext with code; undefined for one without
 */
export function prelinkInfo(
  kexts: readonly KextInput[],
  place: (kext: KextInput) => KextPlace | undefined,
  uuids: CollectionUuids,
  extra: PlistDict | undefined,
): PlistDict {
  const list = kexts.map((kext): PlistDict => {
    const where = place(kext);
    const out = new Map<string, PlistValue>(kext.info);
    out.set('_PrelinkBundlePath', kext.bundlePath);
    if (where === undefined) {
      out.set('_PrelinkExecutableLoadAddr', CODELESS_ADDRESS);
      return out;
    }
    if (kext.executablePath !== undefined) out.set('_PrelinkExecutableRelativePath', kext.executablePath);
    out.set('_PrelinkExecutableLoadAddr', where.address);
    out.set('_PrelinkExecutableSourceAddr', where.address);
    out.set('_PrelinkExecutableSize', where.size);
    out.set('_PrelinkKmodInfo', where.kmodInfo);
    return out;
  });
  const dict = new Map<string, PlistValue>([['_PrelinkInfoDictionary', list]]);
  for (const [key, value] of extra ?? []) dict.set(key, value);
  dict.set('_PrelinkKCID', uuids.own);
  if (uuids.boot !== undefined) dict.set('_BootKCID', uuids.boot);
  if (uuids.pageable !== undefined) dict.set('_PageableKCID', uuids.pageable);
  return dict;
}
