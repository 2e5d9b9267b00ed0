import { fail, MachOError } from '../error.js';
import { alignUp } from '../source.js';
import { MH_MAGIC_64 } from './constants.js';
import { MachHeader64Size, writeMachHeader64 } from './header.generated.js';
import { type Section64, Section64Size, writeSection64 } from './load-command.generated.js';
import { encodeLoadCommand, type KnownLoadCommand, type LoadCommand, makeCommand } from './load-commands.js';
import { name16, type Section } from './segments.js';

/** A section to be written; offsets in the file follow from its address. */
export type NewSection = Pick<Section, 'name' | 'address' | 'size' | 'flags'> &
  Partial<Pick<Section, 'segmentName' | 'align' | 'reserved1' | 'reserved2' | 'zeroFill'>>;

/** A segment to be written. */
export interface NewSegment {
  readonly name: string;
  readonly vmaddr: bigint;
  readonly vmsize: bigint;
  readonly bytes: Uint8Array;
  readonly maxprot: number;
  readonly initprot: number;
  readonly flags?: number;
  readonly sections: readonly NewSection[];
}

/** Data for __LINKEDIT. `placed` is told the file offset before load commands are written. */
export interface LinkeditPiece {
  readonly bytes: Uint8Array;
  placed(offset: number): void;
}

/** What {@link writeMachO} writes. */
export interface NewMachO {
  readonly cputype: number;
  readonly cpusubtype: number;
  readonly filetype: number;
  readonly flags: number;
  /** In load-command order; the first begins with room for header and load commands. */
  readonly segments: readonly NewSegment[];
  /** Load commands that follow the segments. */
  readonly commands: readonly LoadCommand[];
  readonly linkedit: readonly LinkeditPiece[];
  /** Alignment of segments in file and memory, bytes. */
  readonly page: number;
  /** Address of __LINKEDIT. */
  readonly linkeditAddress: bigint;
}

/** LC_SEGMENT_64 of a segment at a file offset. */
export function segmentCommand(
  segment: NewSegment,
  fileoff: number,
  filesize: number,
): KnownLoadCommand<'LC_SEGMENT_64'> {
  const tail = new Uint8Array(segment.sections.length * Section64Size);
  segment.sections.forEach((section, i) => {
    const zeroFill = section.zeroFill ?? false;
    const raw: Section64 = {
      sectname: name16(section.name),
      segname: name16(section.segmentName ?? segment.name),
      addr: section.address,
      size: section.size,
      offset: zeroFill ? 0 : fileoff + Number(section.address - segment.vmaddr),
      align: section.align ?? 0,
      reloff: 0,
      nreloc: 0,
      flags: section.flags,
      reserved1: section.reserved1 ?? 0,
      reserved2: section.reserved2 ?? 0,
      reserved3: 0,
    };
    writeSection64(raw, tail, i * Section64Size, fail);
  });
  return makeCommand(
    'LC_SEGMENT_64',
    {
      segname: name16(segment.name),
      vmaddr: segment.vmaddr,
      vmsize: segment.vmsize,
      fileoff: BigInt(fileoff),
      filesize: BigInt(filesize),
      maxprot: segment.maxprot,
      initprot: segment.initprot,
      nsects: segment.sections.length,
      flags: segment.flags ?? 0,
    },
    tail,
  );
}

/** Bytes of the load commands that {@link writeMachO} would write for these segments and commands. */
export function commandsSize(segments: readonly NewSegment[], commands: readonly LoadCommand[]): number {
  const linkedit = 72;
  return (
    segments.reduce((sum, segment) => sum + 72 + segment.sections.length * Section64Size, linkedit) +
    commands.reduce((sum, command) => sum + encodeLoadCommand(command).length, 0)
  );
}

/** Writes a 64-bit Mach-O file: segments one after the other at page boundaries, __LINKEDIT last. */
export function writeMachO(macho: NewMachO): Uint8Array {
  const { segments, page } = macho;
  const segmentCommands: LoadCommand[] = [];
  const offsets: number[] = [];
  let fileoff = 0;
  for (const segment of segments) {
    if (BigInt(segment.bytes.length) > segment.vmsize)
      throw new MachOError('bad-value', 'content is longer than the segment', { path: segment.name });
    const filesize = alignUp(segment.bytes.length, page);
    const size = BigInt(filesize) > segment.vmsize ? Number(segment.vmsize) : filesize;
    offsets.push(fileoff);
    segmentCommands.push(segmentCommand(segment, size === 0 ? 0 : fileoff, size));
    fileoff += size;
  }
  const linkeditStart = alignUp(fileoff, page);
  let at = linkeditStart;
  const places = macho.linkedit.map(piece => {
    at = alignUp(at, 8);
    piece.placed(piece.bytes.length === 0 ? 0 : at);
    const place = at;
    at += piece.bytes.length;
    return place;
  });
  const linkeditSize = at - linkeditStart;
  const linkedit = {
    name: '__LINKEDIT',
    vmaddr: macho.linkeditAddress,
    vmsize: BigInt(alignUp(linkeditSize, page)),
    bytes: new Uint8Array(0),
    maxprot: 1,
    initprot: 1,
    sections: [],
  };
  segmentCommands.push(segmentCommand(linkedit, linkeditStart, linkeditSize));
  const encoded = [...segmentCommands, ...macho.commands].map(encodeLoadCommand);
  const sizeofcmds = encoded.reduce((sum, bytes) => sum + bytes.length, 0);
  const first = segments[0];
  const room = Math.min(
    first?.bytes.length ?? 0,
    ...(first?.sections ?? []).map(s => Number(s.address - first!.vmaddr)),
  );
  if (MachHeader64Size + sizeofcmds > room)
    throw new MachOError(
      'no-space',
      `header and load commands take ${MachHeader64Size + sizeofcmds} bytes of ${room}`,
      { offset: 0 },
    );
  const out = new Uint8Array(at);
  segments.forEach((segment, i) => {
    out.set(segment.bytes, offsets[i]!);
  });
  macho.linkedit.forEach((piece, i) => {
    out.set(piece.bytes, places[i]!);
  });
  out.fill(0, 0, MachHeader64Size + sizeofcmds);
  const { cputype, cpusubtype, filetype, flags } = macho;
  writeMachHeader64(
    { magic: MH_MAGIC_64, cputype, cpusubtype, filetype, ncmds: encoded.length, sizeofcmds, flags, reserved: 0 },
    out,
    0,
    fail,
  );
  let where = MachHeader64Size;
  for (const bytes of encoded) {
    out.set(bytes, where);
    where += bytes.length;
  }
  return out;
}
