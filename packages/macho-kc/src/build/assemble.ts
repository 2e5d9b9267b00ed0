import { fail } from '../error.js';
import { FILE_TYPES, MH_MAGIC_64 } from '../macho/constants.js';
import { MachHeader64Size, writeMachHeader64 } from '../macho/header.generated.js';
import { encodeLoadCommand, type LoadCommand, makeCommand, stringTail } from '../macho/load-commands.js';
import { segmentCommand } from '../macho/writer.js';
import { viewOf } from '../source.js';
import type { LinkImage } from './link-image.js';
import type { Region } from './regions.js';

/** LC_SEGMENT_64 of a region. */
export function regionCommand(region: Region): LoadCommand {
  const segment = {
    name: region.name,
    vmaddr: region.address,
    vmsize: BigInt(region.size),
    bytes: new Uint8Array(0),
    maxprot: region.protection,
    initprot: region.protection,
    sections: region.sections.map(s => ({
      name: s.name,
      address: region.address + BigInt(s.at),
      size: BigInt(s.size),
      flags: s.flags,
    })),
  };
  return segmentCommand(segment, region.fileoff, region.size);
}

/** LC_UNIXTHREAD of the kernel, with the entry where the kernel went. */
export function entryCommand(kernel: LinkImage): LoadCommand | undefined {
  const command = kernel.macho.command('LC_UNIXTHREAD');
  if (command === undefined) return undefined;
  const tail = command.tail.slice();
  const at = 8 + (kernel.arm ? 0x100 : 0x80);
  if (at + 8 <= tail.length) {
    const view = viewOf(tail);
    view.setBigUint64(at, kernel.move(view.getBigUint64(at, true)), true);
  }
  return makeCommand('LC_UNIXTHREAD', {}, tail);
}

/** LC_FILESET_ENTRY of an image. */
export function entryOf(image: LinkImage, fileoff: number): LoadCommand {
  const vmaddr = image.move(image.macho.baseAddress);
  return makeCommand(
    'LC_FILESET_ENTRY',
    { vmaddr, fileoff: BigInt(fileoff), entry_id: 32, reserved: 0 },
    stringTail(image.id, 32),
  );
}

/** Writes the collection's own header. */
export function writeCollectionHeader(out: Uint8Array, like: LinkImage, commands: readonly LoadCommand[]): void {
  const encoded = commands.map(encodeLoadCommand);
  const { cputype, cpusubtype } = like.macho.header;
  const sizeofcmds = encoded.reduce((sum, bytes) => sum + bytes.length, 0);
  writeMachHeader64(
    {
      magic: MH_MAGIC_64,
      cputype,
      cpusubtype,
      filetype: FILE_TYPES.MH_FILESET,
      ncmds: commands.length,
      sizeofcmds,
      flags: 0,
      reserved: 0,
    },
    out,
    0,
    fail,
  );
  let at = MachHeader64Size;
  for (const bytes of encoded) {
    out.set(bytes, at);
    at += bytes.length;
  }
}
