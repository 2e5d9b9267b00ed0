import { fail, MachOError } from '../error.js';
import { fixedString, toOffset } from '../source.js';
import { isZeroFill } from './constants.js';
import {
  readSection32,
  readSection64,
  type Section32,
  Section32Size,
  type Section64,
  Section64Size,
  writeSection32,
  writeSection64,
} from './load-command.generated.js';
import type { KnownLoadCommand } from './load-commands.js';

/** A section, with the widths of the 64-bit form for both. */
export interface Section {
  readonly name: string;
  readonly segmentName: string;
  /** Virtual address. */
  readonly address: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** File offset; meaningless for zero-fill sections. */
  readonly offset: number;
  /** Alignment as a power of two. */
  readonly align: number;
  readonly relocationOffset: number;
  readonly relocationCount: number;
  readonly flags: number;
  /** First index into the indirect symbol table, of stubs and symbol pointers. */
  readonly reserved1: number;
  /** Bytes of one stub. */
  readonly reserved2: number;
  /** Whether the section has no bytes in the file. */
  readonly zeroFill: boolean;
}

/** A segment of LC_SEGMENT or LC_SEGMENT_64. */
export interface Segment {
  readonly name: string;
  /** Virtual address. */
  readonly vmaddr: bigint;
  /** Bytes in memory. */
  readonly vmsize: bigint;
  /** File offset. */
  readonly fileoff: number;
  /** Bytes in the file. */
  readonly filesize: number;
  readonly maxprot: number;
  readonly initprot: number;
  readonly flags: number;
  readonly sections: readonly Section[];
  /** The command that this was read from. */
  readonly command: KnownLoadCommand<'LC_SEGMENT' | 'LC_SEGMENT_64'>;
}

type SegmentCommand = KnownLoadCommand<'LC_SEGMENT'> | KnownLoadCommand<'LC_SEGMENT_64'>;

/** Sections that follow a segment command, as their structures; as many as fit when the count is too high. */
export function sectionStructures(command: SegmentCommand): (Section32 | Section64)[] {
  const wide = command.name === 'LC_SEGMENT_64';
  const size = wide ? Section64Size : Section32Size;
  const count = Math.min(command.fields.nsects, Math.floor(command.tail.length / size));
  return Array.from({ length: count }, (_, i) =>
    (wide ? readSection64 : readSection32)(
      command.tail,
      i * size,
      fail,
      `${command.name}.sections[${i}]`,
      command.offset,
    ),
  );
}

/** Section structures as the bytes that follow a segment command. */
export function encodeSections(command: SegmentCommand, sections: readonly (Section32 | Section64)[]): Uint8Array {
  const wide = command.name === 'LC_SEGMENT_64';
  const size = wide ? Section64Size : Section32Size;
  const out = new Uint8Array(sections.length * size);
  sections.forEach((section, i) => {
    if (wide) writeSection64(section as Section64, out, i * size, fail);
    else writeSection32(section as Section32, out, i * size, fail);
  });
  return out;
}

function readSection(raw: Section32 | Section64): Section {
  return {
    name: fixedString(raw.sectname),
    segmentName: fixedString(raw.segname),
    address: BigInt(raw.addr),
    size: BigInt(raw.size),
    offset: raw.offset,
    align: raw.align,
    relocationOffset: raw.reloff,
    relocationCount: raw.nreloc,
    flags: raw.flags,
    reserved1: raw.reserved1,
    reserved2: raw.reserved2,
    zeroFill: isZeroFill(raw.flags),
  };
}

/** The segment that a command declares. */
export function readSegment(command: SegmentCommand): Segment {
  const { fields, name, offset } = command;
  return {
    name: fixedString(fields.segname),
    vmaddr: BigInt(fields.vmaddr),
    vmsize: BigInt(fields.vmsize),
    fileoff: toOffset(BigInt(fields.fileoff), `${name}.fileoff`, offset),
    filesize: toOffset(BigInt(fields.filesize), `${name}.filesize`, offset),
    maxprot: fields.maxprot,
    initprot: fields.initprot,
    flags: fields.flags,
    sections: sectionStructures(command).map(readSection),
    command: command as Segment['command'],
  };
}

/** 16 bytes of a segment's or section's name. Throws `out-of-range` for a longer one. */
export function name16(name: string): Uint8Array {
  const out = new Uint8Array(16);
  if (name.length > 16) throw new MachOError('out-of-range', `"${name}" is longer than 16 bytes`);
  for (let i = 0; i < name.length; i++) out[i] = name.charCodeAt(i);
  return out;
}
