import type { CoverageModule } from 'arm64-emu';
import { AddressIndex, openCollection } from 'macho-kc';

/** What a kernel's file says of the addresses of its code. */
export interface KernelPlaces {
  /** Name of an address, from the kernel's own symbols; undefined when it has none. */
  symbol(address: bigint): string | undefined;
  /** The kernel, its kexts included, from its lowest to its highest address; nothing when it cannot be read. */
  modules(): CoverageModule[];
}

/**
 * Symbols and place of a kernel. Reading symbols takes its time with large collections, so it happens at the first question.
 *
 * @param slide how far the kernel's addresses lie above those of its file
 */
export function kernelPlaces(bytes: Uint8Array, slide: bigint): KernelPlaces {
  let index: AddressIndex | undefined;
  let failed = false;
  return {
    symbol(address) {
      if (failed) return undefined;
      try {
        index ??= new AddressIndex(openCollection(bytes));
      } catch {
        failed = true;
        return undefined;
      }
      return index.before(address - slide) === undefined ? undefined : index.describe(address - slide);
    },
    modules() {
      const { macho } = openCollection(bytes);
      const base = macho.lowestAddress;
      let end = base;
      for (const { vmaddr, vmsize } of macho.segments) if (vmaddr + vmsize > end) end = vmaddr + vmsize;
      return [{ name: 'kernel', base: base + slide, size: Number(end - base) }];
    },
  };
}
