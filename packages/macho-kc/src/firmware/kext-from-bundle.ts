import { MachOError } from '../error.js';
import { FILE_TYPES } from '../macho/constants.js';
import { MachO } from '../macho/macho.js';

/** What programs need of a dynamic linker, and kexts do not have. */
const USER_LEVEL = new Set([
  'LC_LOAD_DYLIB',
  'LC_LOAD_WEAK_DYLIB',
  'LC_REEXPORT_DYLIB',
  'LC_ID_DYLIB',
  'LC_RPATH',
  'LC_CODE_SIGNATURE',
  'LC_DYLD_EXPORTS_TRIE',
]);

/**
 * A kext out of a bundle as LLVM's linker makes it, which cannot link kexts itself:
 * `clang --target=arm64-apple-macos12 -mkernel -c`, then
 * `ld64.lld -arch arm64 -platform_version macos 12.0 12.0 -bundle -undefined dynamic_lookup -fixup_chains`.
 * It has no split-segment info: build it into a collection with `allowRigid`. Throws `bad-value` when the file is no bundle.
 *
 * @example
 * const kext = kextFromBundle(linked);
 */
export function kextFromBundle(bundle: Uint8Array): Uint8Array {
  const macho = new MachO(bundle.slice());
  if (macho.header.filetype !== FILE_TYPES.MH_BUNDLE && macho.header.filetype !== FILE_TYPES.MH_KEXT_BUNDLE)
    throw new MachOError('bad-value', `${macho.fileType} is no bundle`, {
      offset: 12,
      path: 'mach_header_64.filetype',
    });
  macho.header.filetype = FILE_TYPES.MH_KEXT_BUNDLE;
  const kept = macho.commands.filter(command => command.name === undefined || !USER_LEVEL.has(command.name));
  macho.commands.splice(0, macho.commands.length, ...kept);
  macho.updateHeader();
  return macho.encode();
}
