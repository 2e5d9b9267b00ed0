import { AddressIndex, openCollection } from 'macho-kc';

/**
 * Names for addresses of a kernel's code, from its own symbols; undefined when it has none. Reading them takes its time
 * with large collections, so it happens at the first question.
 *
 * @param slide how far the kernel's addresses lie above those of its file
 */
export function kernelSymbols(bytes: Uint8Array, slide: bigint): (address: bigint) => string | undefined {
  let index: AddressIndex | undefined;
  let failed = false;
  return address => {
    if (failed) return undefined;
    try {
      index ??= new AddressIndex(openCollection(bytes));
    } catch {
      failed = true;
      return undefined;
    }
    return index.before(address - slide) === undefined ? undefined : index.describe(address - slide);
  };
}
