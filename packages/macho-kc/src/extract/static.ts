import type { KernelCollection, Kext } from '../collection/collection.js';
import { FILE_TYPES, MH_FLAGS } from '../macho/constants.js';
import type { MachO } from '../macho/macho.js';
import { type NewSegment, writeMachO } from '../macho/writer.js';
import type { Extracted } from './extract.js';

/** A kext of a static kernelcache: only its code can be told from the kernel's; data stays behind. */
export function extractStatic(
  collection: KernelCollection,
  kext: Kext,
  image: MachO,
  infoPlist: Uint8Array | undefined,
): Extracted {
  const segments: NewSegment[] = image.segments.flatMap(segment => {
    if (segment.vmsize === 0n || segment.name === '__LINKEDIT') return [];
    const offset = collection.macho.fileOffset(segment.vmaddr);
    if (offset === undefined) return [];
    const bytes = collection.macho.source.slice(offset, offset + Number(segment.vmsize)).slice();
    return [{ ...segment, bytes, sections: segment.sections.map(s => ({ ...s })) }];
  });
  const header: NewSegment = {
    name: '__TEXT',
    vmaddr: 0n,
    vmsize: 0x4000n,
    bytes: new Uint8Array(0x4000),
    maxprot: 5,
    initprot: 5,
    sections: [],
  };
  const kept = image.commands.filter(command => command.name === 'LC_UUID' || command.name === 'LC_SOURCE_VERSION');
  const bytes = writeMachO({
    cputype: image.header.cputype,
    cpusubtype: image.header.cpusubtype,
    filetype: FILE_TYPES.MH_KEXT_BUNDLE,
    flags: (image.header.flags & ~MH_FLAGS.MH_DYLIB_IN_CACHE) >>> 0,
    segments: [header, ...segments.filter(s => s.name !== '__TEXT')],
    commands: kept,
    linkedit: [],
    page: 0x4000,
    linkeditAddress: 0x4000n,
  });
  const lost = [
    'data, constants and symbols: a static kernelcache merges them into the kernel',
    'relocations: the code stays at its addresses',
  ];
  return { id: kext.id, executable: bytes, infoPlist, dependencies: kext.dependencies, lost };
}
