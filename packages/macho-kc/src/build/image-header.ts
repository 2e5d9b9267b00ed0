import { fail, MachOError } from '../error.js';
import { MH_FLAGS } from '../macho/constants.js';
import { MachHeader64Size, writeMachHeader64 } from '../macho/header.generated.js';
import { encodeLoadCommand, type LoadCommand, makeCommand } from '../macho/load-commands.js';
import { encodeSections, sectionStructures } from '../macho/segments.js';
import type { LinkImage } from './link-image.js';

/** Where an image's tables are in the collection. */
export interface LinkeditPlaces {
  readonly symoff: number;
  readonly locals: number;
  readonly exports: number;
  readonly imports: number;
  readonly stroff: number;
  readonly strsize: number;
  readonly indirect: { readonly offset: number; readonly count: number };
  readonly functionStarts: { readonly offset: number; readonly size: number };
  readonly dataInCode: { readonly offset: number; readonly size: number };
  /** The image's own chained fixups, where the collection has none for all. */
  readonly fixups: { readonly offset: number; readonly size: number } | undefined;
  /** The shared segment. */
  readonly segment: { readonly address: bigint; readonly size: bigint; readonly fileoff: number };
}

const DROPPED = new Set([
  'LC_CODE_SIGNATURE',
  'LC_DYLIB_CODE_SIGN_DRS',
  'LC_RPATH',
  'LC_DYLD_CHAINED_FIXUPS',
  'LC_SEGMENT_SPLIT_INFO',
]);

function moveSegment(
  image: LinkImage,
  command: Extract<LoadCommand, { name: 'LC_SEGMENT_64' }>,
  fileOffset: (address: bigint) => number,
  places: LinkeditPlaces,
): void {
  const segment = image.segments.find(s => s.old.command === command)!;
  const { fields } = command;
  if (segment.old.name === '__LINKEDIT') {
    fields.vmaddr = places.segment.address;
    fields.vmsize = places.segment.size;
    fields.fileoff = BigInt(places.segment.fileoff);
    fields.filesize = places.segment.size;
    return;
  }
  const sections = sectionStructures(command);
  const end = segment.address + BigInt(segment.content.length);
  for (const section of sections) {
    const old = BigInt(section.addr);
    const moved = old - segment.old.vmaddr + segment.address;
    // Sections that were cut away (stubs, CTF) are empty and stand at the end.
    const at = moved > end ? end : moved;
    const size = at + BigInt(section.size) > end ? end - at : BigInt(section.size);
    (section as { addr: bigint }).addr = at;
    (section as { size: bigint }).size = size;
    section.offset = section.offset === 0 && size > 0n ? 0 : fileOffset(at);
    section.reloff = 0;
    section.nreloc = 0;
  }
  command.tail = encodeSections(command, sections);
  fields.vmaddr = segment.address;
  fields.vmsize = BigInt(segment.content.length);
  fields.filesize = fields.vmsize;
  fields.fileoff = BigInt(fileOffset(segment.address));
}

/** Writes an image's header and load commands for the collection, into its __TEXT. Throws `no-space`. */
export function writeImageHeader(
  image: LinkImage,
  fileOffset: (address: bigint) => number,
  places: LinkeditPlaces,
): void {
  const { macho } = image;
  const commands: LoadCommand[] = [];
  for (const command of macho.commands) {
    if (command.name !== undefined && DROPPED.has(command.name)) continue;
    if (command.name === 'LC_SEGMENT_64') moveSegment(image, command, fileOffset, places);
    else if (command.name === 'LC_SYMTAB')
      Object.assign(command.fields, {
        symoff: places.symoff,
        nsyms: places.locals + places.exports + places.imports,
        stroff: places.stroff,
        strsize: places.strsize,
      });
    else if (command.name === 'LC_DYSYMTAB')
      Object.assign(command.fields, {
        ilocalsym: 0,
        nlocalsym: places.locals,
        iextdefsym: places.locals,
        nextdefsym: places.exports,
        iundefsym: places.locals + places.exports,
        nundefsym: places.imports,
        indirectsymoff: places.indirect.count === 0 ? 0 : places.indirect.offset,
        nindirectsyms: places.indirect.count,
        extreloff: 0,
        nextrel: 0,
        locreloff: 0,
        nlocrel: 0,
      });
    else if (command.name === 'LC_FUNCTION_STARTS')
      Object.assign(command.fields, { dataoff: places.functionStarts.offset, datasize: places.functionStarts.size });
    else if (command.name === 'LC_DATA_IN_CODE')
      Object.assign(command.fields, { dataoff: places.dataInCode.offset, datasize: places.dataInCode.size });
    commands.push(command);
  }
  if (places.fixups !== undefined)
    commands.push(
      makeCommand('LC_DYLD_CHAINED_FIXUPS', { dataoff: places.fixups.offset, datasize: places.fixups.size }),
    );
  const encoded = commands.map(encodeLoadCommand);
  const sizeofcmds = encoded.reduce((sum, bytes) => sum + bytes.length, 0);
  const place = image.at(macho.baseAddress);
  if (place === undefined) throw new MachOError('not-found', 'the header is in no segment', { path: image.id });
  const { content, offset } = place;
  const text = image.holder(macho.baseAddress)!;
  const first = text.old.sections.reduce(
    (least, s) => Math.min(least, Number(s.address - text.old.vmaddr)),
    content.length,
  );
  if (MachHeader64Size + sizeofcmds > first)
    throw new MachOError(
      'no-space',
      `load commands take ${sizeofcmds} bytes, there is room for ${first - MachHeader64Size}`,
      { path: image.id },
    );
  content.fill(0, offset, first);
  writeMachHeader64(
    {
      ...macho.header,
      ncmds: commands.length,
      sizeofcmds,
      flags: (macho.header.flags | MH_FLAGS.MH_DYLIB_IN_CACHE) >>> 0,
    },
    content,
    offset,
    fail,
  );
  let at = offset + MachHeader64Size;
  for (const bytes of encoded) {
    content.set(bytes, at);
    at += bytes.length;
  }
}
