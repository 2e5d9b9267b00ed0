import { fail, hex, MachOError, type MachOErrorCode } from '../error.js';
import { type ByteSource, readBytes, toSource, viewOf } from '../source.js';
import { architectureName, FILE_TYPES, MH_MAGIC, MH_MAGIC_64 } from './constants.js';
import {
  MachHeader32Size,
  type MachHeader64,
  MachHeader64Size,
  readMachHeader32,
  readMachHeader64,
  writeMachHeader32,
  writeMachHeader64,
} from './header.generated.js';
import {
  commandText,
  encodeLoadCommand,
  type KnownLoadCommand,
  type LoadCommand,
  type LoadCommandName,
  readLoadCommand,
} from './load-commands.js';
import { readSegment, type Section, type Segment } from './segments.js';

/** What a file lacks or gets wrong without keeping the rest from being read. */
export interface Issue {
  readonly code: MachOErrorCode;
  readonly reason: string;
  /** File offset, bytes. */
  readonly offset: number;
  readonly path: string;
}

/** Options of {@link MachO}. */
export interface MachOOptions {
  /** Offset of the Mach header, bytes: non-zero for an entry of a fileset. Other offsets still count from 0. */
  readonly headerOffset?: number;
}

/** An entry of a fileset. */
export interface FilesetEntry {
  /** Bundle identifier. */
  readonly id: string;
  /** Address of the entry's Mach header. */
  readonly vmaddr: bigint;
  /** File offset of the entry's Mach header. */
  readonly fileoff: number;
}

/**
 * A thin Mach-O file: header, load commands and segments. Opening reads the header and the load commands and nothing
 * else; a file that ends early opens as far as it goes, with what is missing in {@link MachO.issues}.
 *
 * Throws {@link MachOError}: `bad-magic`, `truncated` (not even a header), `bad-load-command`.
 *
 * @example
 * const kernel = new MachO(bytes);
 * for (const segment of kernel.segments) console.log(segment.name, segment.vmaddr.toString(16));
 */
export class MachO {
  readonly source: ByteSource;
  /** Offset of the Mach header in the source, bytes. */
  readonly headerOffset: number;
  /** Header with the fields of the 64-bit form; `reserved` is 0 in a 32-bit file. */
  readonly header: MachHeader64;
  readonly is64: boolean;
  readonly commands: LoadCommand[] = [];
  readonly issues: Issue[] = [];
  /** sizeofcmds as read. */
  private readonly declaredSize: number;
  /** Bytes between the end of the last command and the end that the header gives; kept for writing. */
  private rest: Uint8Array = new Uint8Array(0);
  private cachedSegments: Segment[] | undefined;
  private ordered: Segment[] | undefined;

  constructor(input: Uint8Array | ByteSource, options: MachOOptions = {}) {
    this.source = toSource(input);
    const at = options.headerOffset ?? 0;
    this.headerOffset = at;
    const magic = viewOf(readBytes(this.source, at, 4, 'mach_header')).getUint32(0, true);
    if (magic !== MH_MAGIC && magic !== MH_MAGIC_64)
      throw new MachOError(
        magic === 0xcefaedfe || magic === 0xcffaedfe ? 'unsupported' : 'bad-magic',
        magic === 0xcefaedfe || magic === 0xcffaedfe ? 'big-endian Mach-O' : `${hex(magic)} is no Mach-O magic number`,
        { offset: at, path: 'mach_header.magic' },
      );
    this.is64 = magic === MH_MAGIC_64;
    const head = readBytes(this.source, at, this.headerSize, 'mach_header');
    this.header = this.is64
      ? readMachHeader64(head, 0, fail, 'mach_header_64', at)
      : { ...readMachHeader32(head, 0, fail, 'mach_header', at), reserved: 0 };
    this.declaredSize = this.header.sizeofcmds;
    this.readCommands();
    this.findMissing();
  }

  /** Bytes of the header: 28 or 32. */
  get headerSize(): number {
    return this.is64 ? MachHeader64Size : MachHeader32Size;
  }

  /** Name such as `arm64e`. */
  get architecture(): string {
    return architectureName(this.header.cputype, this.header.cpusubtype);
  }

  /** Name of the file type, such as `MH_FILESET`. */
  get fileType(): string {
    const type = this.header.filetype;
    return Object.entries(FILE_TYPES).find(([, value]) => value === type)?.[0] ?? hex(type);
  }

  private readCommands(): void {
    const { ncmds, sizeofcmds } = this.header;
    const start = this.headerOffset + this.headerSize;
    const there = Math.max(0, Math.min(sizeofcmds, this.source.byteLength - start));
    const bytes = this.source.slice(start, start + there);
    const view = viewOf(bytes);
    let at = 0;
    for (let i = 0; i < ncmds; i++) {
      const path = `commands[${i}]`;
      const size = at + 8 <= there ? view.getUint32(at + 4, true) : 8;
      if (at + 8 <= sizeofcmds && size >= 8 && at + size > there && there < sizeofcmds) {
        this.issue('truncated', `${ncmds - i} of ${ncmds} load commands are missing`, start + at, path);
        break;
      }
      if (size < 8 || at + size > sizeofcmds)
        throw new MachOError('bad-load-command', `command of ${size} bytes, ${sizeofcmds - at} are left for commands`, {
          offset: start + at,
          path,
        });
      this.commands.push(readLoadCommand(bytes, at, size, this.headerSize + at, start));
      at += size;
    }
    this.rest = bytes.slice(at);
  }

  private findMissing(): void {
    const end = this.source.byteLength;
    for (const { name, sections, command } of this.segments)
      if (sections.length < command.fields.nsects)
        this.issue(
          'bad-load-command',
          `${command.fields.nsects} sections are declared, ${sections.length} fit`,
          this.headerOffset + command.offset,
          name,
        );
    for (const { name, fileoff, filesize } of this.segments)
      if (filesize > 0 && fileoff + filesize > end)
        this.issue(
          'truncated',
          `${Math.min(filesize, fileoff + filesize - end)} of ${filesize} bytes are missing`,
          fileoff,
          name,
        );
  }

  private issue(code: MachOErrorCode, reason: string, offset: number, path: string): void {
    this.issues.push({ code, reason, offset, path });
  }

  /** First command of that name. */
  command<K extends LoadCommandName>(name: K): KnownLoadCommand<K> | undefined {
    return this.commands.find(command => command.name === name) as KnownLoadCommand<K> | undefined;
  }

  /** All commands of that name, in file order. */
  commandsOf<K extends LoadCommandName>(name: K): KnownLoadCommand<K>[] {
    return this.commands.filter(command => command.name === name) as unknown as KnownLoadCommand<K>[];
  }

  /** Segments in file order. Read once: after editing commands call {@link MachO.refresh}. */
  get segments(): readonly Segment[] {
    return (this.cachedSegments ??= this.commands.flatMap(command =>
      command.name === 'LC_SEGMENT' || command.name === 'LC_SEGMENT_64' ? [readSegment(command)] : [],
    ));
  }

  /** Forgets what was derived from the load commands. */
  refresh(): void {
    this.cachedSegments = undefined;
    this.ordered = undefined;
  }

  segment(name: string): Segment | undefined {
    return this.segments.find(segment => segment.name === name);
  }

  /** Section by its segment's and its own name. */
  section(segment: string, section: string): Section | undefined {
    for (const { sections } of this.segments)
      for (const candidate of sections)
        if (candidate.name === section && candidate.segmentName === segment) return candidate;
    return undefined;
  }

  /** All sections in file order: index i is section number i + 1 of symbols. */
  get sections(): readonly Section[] {
    return this.segments.flatMap(segment => segment.sections);
  }

  /** Address of the Mach header: of the segment that the header lies in. */
  get baseAddress(): bigint {
    const holder = this.segments.find(
      ({ fileoff, filesize }) => filesize > 0 && fileoff <= this.headerOffset && this.headerOffset < fileoff + filesize,
    );
    return holder === undefined ? 0n : holder.vmaddr + BigInt(this.headerOffset - holder.fileoff);
  }

  /** Lowest address of the segments that take memory, `__PAGEZERO` left out. */
  get lowestAddress(): bigint {
    let lowest: bigint | undefined;
    for (const { vmaddr, vmsize, maxprot, filesize } of this.segments)
      if (vmsize > 0n && (maxprot !== 0 || filesize > 0) && (lowest === undefined || vmaddr < lowest)) lowest = vmaddr;
    return lowest ?? 0n;
  }

  /** Entries of a fileset, in load-command order. */
  get filesetEntries(): FilesetEntry[] {
    return this.commandsOf('LC_FILESET_ENTRY').map(command => ({
      id: commandText(command, command.fields.entry_id),
      vmaddr: command.fields.vmaddr,
      fileoff: Number(command.fields.fileoff),
    }));
  }

  /** Segment that holds a virtual address. */
  segmentAt(address: bigint): Segment | undefined {
    this.ordered ??= [...this.segments]
      .filter(s => s.vmsize > 0n)
      .sort((a, b) => (a.vmaddr < b.vmaddr ? -1 : a.vmaddr > b.vmaddr ? 1 : 0));
    let low = 0;
    let high = this.ordered.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ordered[middle]!.vmaddr <= address) low = middle + 1;
      else high = middle;
    }
    const segment = this.ordered[low - 1];
    return segment !== undefined && address < segment.vmaddr + segment.vmsize ? segment : undefined;
  }

  /** File offset of a virtual address; undefined when no segment has bytes for it. */
  fileOffset(address: bigint): number | undefined {
    const segment = this.segmentAt(address);
    if (segment === undefined) return undefined;
    const delta = Number(address - segment.vmaddr);
    return delta < segment.filesize ? segment.fileoff + delta : undefined;
  }

  /** Virtual address of a file offset; undefined when no segment covers it. */
  address(fileOffset: number): bigint | undefined {
    for (const { fileoff, filesize, vmaddr } of this.segments)
      if (fileOffset >= fileoff && fileOffset < fileoff + filesize) return vmaddr + BigInt(fileOffset - fileoff);
    return undefined;
  }

  /** Bytes at a virtual address, a view. Throws `not-found` when they are not in the file. */
  bytesAt(address: bigint, size: number): Uint8Array {
    const at = this.fileOffset(address);
    if (at === undefined) throw new MachOError('not-found', `no segment has bytes for address ${hex(address)}`);
    return readBytes(this.source, at, size, `address ${hex(address)}`);
  }

  /** Bytes of a segment, a view; as many as the file has when it ends early. */
  segmentBytes(segment: Segment): Uint8Array {
    const start = Math.min(segment.fileoff, this.source.byteLength);
    return this.source.slice(start, Math.min(segment.fileoff + segment.filesize, this.source.byteLength));
  }

  /** Bytes of a section, a view; none for zero-fill sections. */
  sectionBytes(section: Section): Uint8Array {
    if (section.zeroFill) return new Uint8Array(0);
    return readBytes(this.source, section.offset, Number(section.size), `${section.segmentName},${section.name}`);
  }

  /**
   * The file again, with header and load commands written from {@link MachO.header} and {@link MachO.commands}; what
   * follows them is copied. An untouched file comes out byte for byte. Throws `no-space` when the commands have grown
   * past the first section or segment content.
   */
  encode(): Uint8Array {
    const out = this.source.slice(0, this.source.byteLength).slice();
    const commands = this.commands.map(encodeLoadCommand);
    const used = commands.reduce((sum, bytes) => sum + bytes.length, 0);
    const start = this.headerOffset + this.headerSize;
    const room = this.commandRoom();
    if (used > room)
      throw new MachOError('no-space', `load commands take ${used} bytes, there is room for ${room}`, {
        offset: start,
      });
    const writer = this.is64 ? writeMachHeader64 : writeMachHeader32;
    writer(this.header, out, this.headerOffset, fail);
    let at = start;
    for (const bytes of commands) {
      out.set(bytes, at);
      at += bytes.length;
    }
    const end = start + this.header.sizeofcmds;
    if (at < end) out.set(this.rest.subarray(0, end - at), at);
    return out;
  }

  /** Bytes that load commands may take before they run into content. */
  commandRoom(): number {
    const start = this.headerOffset + this.headerSize;
    let limit = this.source.byteLength;
    for (const { fileoff, filesize, sections } of this.segments) {
      if (fileoff > start && filesize > 0) limit = Math.min(limit, fileoff);
      for (const { offset, zeroFill, size } of sections)
        if (!zeroFill && size > 0n && offset > start) limit = Math.min(limit, offset);
    }
    return Math.max(this.declaredSize, limit - start);
  }

  /** Puts {@link MachO.commands}' number and bytes into the header; call after adding or removing commands. */
  updateHeader(): void {
    const used = this.commands.reduce((sum, command) => sum + encodeLoadCommand(command).length, 0);
    const old = this.header.sizeofcmds;
    this.header.ncmds = this.commands.length;
    this.header.sizeofcmds = used;
    this.rest = new Uint8Array(Math.max(0, old - used));
    this.refresh();
  }
}
