import { FILE_TYPES } from '../macho/constants.js';
import type { MachO } from '../macho/macho.js';

/**
 * What a Mach-O file is to the kernel:
 * - `fileset`: a kext collection, MH_FILESET
 * - `prelinked`: a kernelcache whose kexts stand apart in `__PRELINK_TEXT` or `__PLK_TEXT_EXEC`
 * - `static`: a kernelcache with the kexts merged into the kernel's segments
 * - `kernel`: a kernel without kexts
 * - `kext`: a kext on its own
 * - `other`: anything else, such as a program
 */
export type KernelcacheKind = 'fileset' | 'prelinked' | 'static' | 'kernel' | 'kext' | 'other';

/** Kind of a file, from its type and segments. */
export function kernelcacheKind(macho: MachO): KernelcacheKind {
  switch (macho.header.filetype) {
    case FILE_TYPES.MH_FILESET:
      return 'fileset';
    case FILE_TYPES.MH_KEXT_BUNDLE:
      return 'kext';
    case FILE_TYPES.MH_EXECUTE:
      break;
    default:
      return 'other';
  }
  const filled = (name: string) => (macho.segment(name)?.filesize ?? 0) > 0;
  if (filled('__PRELINK_TEXT') || filled('__PLK_TEXT_EXEC')) return 'prelinked';
  if (filled('__PRELINK_INFO') || macho.section('__TEXT', '__thread_starts') !== undefined) return 'static';
  return macho.command('LC_UNIXTHREAD') !== undefined && macho.command('LC_LOAD_DYLINKER') === undefined
    ? 'kernel'
    : 'other';
}
