import { sha256 } from '@noble/hashes/sha2.js';
import { fail, hex, MachOError } from '../error.js';
import {
  ARCHITECTURES,
  FILE_TYPES,
  MH_FLAGS,
  MH_MAGIC_64,
  PLATFORMS,
  SECTION_TYPES,
  VM_PROT_EXECUTE,
  VM_PROT_READ,
  VM_PROT_WRITE,
} from '../macho/constants.js';
import { MachHeader64Size, writeMachHeader64 } from '../macho/header.generated.js';
import { armThreadState } from '../macho/info.js';
import { encodeLoadCommand, type LoadCommand, makeCommand, makeDysymtab } from '../macho/load-commands.js';
import { encodeRelocations, type Relocation } from '../macho/relocations.js';
import { encodeSplitSegV2, type SplitSegReference } from '../macho/split-seg.js';
import { type MachOSymbol, N_EXT, N_SECT, SymbolWriter } from '../macho/symbols.js';
import { type NewSection, segmentCommand } from '../macho/writer.js';
import { alignUp, alignUp64 } from '../source.js';

/** Pages of arm64 kernels, bytes. */
const PAGE = 0x4000;

/** A section of {@link KernelSegment}. */
export interface KernelSection {
  readonly name: string;
  /** Virtual address. */
  readonly address: bigint;
  /** Bytes. */
  readonly size: number;
  /** Alignment as a power of two; 0 when absent. */
  readonly align?: number;
  /** Type and attributes; S_REGULAR when absent. */
  readonly flags?: number;
}

/** A segment to be laid into a kernel. */
export interface KernelSegment {
  readonly name: string;
  /** Virtual address, a multiple of 16 KiB. */
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** Bytes in memory, at least those of `bytes`; rounded up to 16 KiB. */
  readonly memorySize?: number;
  /** `r--`, `r-x`, `rw-`. */
  readonly protection: string;
  readonly sections?: readonly KernelSection[];
}

/** A symbol of the kernel to be written; `section` is found from the address. */
export interface KernelSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly external: boolean;
}

/** Options of {@link buildStaticKernel}. */
export interface StaticKernelOptions {
  readonly architecture?: 'arm64' | 'arm64e';
  /** In ascending order of address. */
  readonly segments: readonly KernelSegment[];
  /** Address of the first instruction. */
  readonly entry: bigint;
  /** Address of the Mach header: a multiple of 16 KiB below the segments; the page before the first when absent. */
  readonly headerAddress?: bigint;
  readonly symbols?: readonly KernelSymbol[];
  /** Addresses of 64-bit words that hold addresses: written as local relocations, so that the kernel can be slid. */
  readonly pointers?: readonly bigint[];
  /** References that let segments move against each other, as a collection's builder wants; none when absent. */
  readonly splitSeg?: readonly SplitSegReference[];
  /** LC_UUID; from a hash of the content when absent. */
  readonly uuid?: Uint8Array;
  readonly platform?: keyof typeof PLATFORMS;
}

function protection(text: string): number {
  return (
    (text.includes('r') ? VM_PROT_READ : 0) |
    (text.includes('w') ? VM_PROT_WRITE : 0) |
    (text.includes('x') ? VM_PROT_EXECUTE : 0)
  );
}

function check(options: StaticKernelOptions, headerAddress: bigint): void {
  let end = headerAddress;
  for (const { name, address, bytes, memorySize } of options.segments) {
    if (address % BigInt(PAGE) !== 0n)
      throw new MachOError('bad-value', `address ${hex(address)} is no multiple of 16 KiB`, { path: name });
    if (address < end || address === headerAddress)
      throw new MachOError('bad-value', `address ${hex(address)} overlaps what precedes it`, { path: name });
    end = address + alignUp64(BigInt(Math.max(bytes.length, memorySize ?? 0)), BigInt(PAGE));
  }
  const holder = options.segments.find(
    s => options.entry >= s.address && options.entry < s.address + BigInt(s.bytes.length),
  );
  if (holder === undefined || !holder.protection.includes('x'))
    throw new MachOError('bad-value', `entry ${hex(options.entry)} lies in no executable segment`, { path: 'entry' });
}

/** Sections of a segment; those past its bytes are zero-fill. */
function sectionsOf(segment: KernelSegment): NewSection[] {
  return (segment.sections ?? []).map(section => {
    const zeroFill = Number(section.address - segment.address) >= segment.bytes.length && section.size > 0;
    return {
      name: section.name,
      address: section.address,
      size: BigInt(section.size),
      align: section.align ?? 0,
      flags: zeroFill ? SECTION_TYPES.S_ZEROFILL : (section.flags ?? SECTION_TYPES.S_REGULAR),
      zeroFill,
    };
  });
}

function command(
  name: string,
  vmaddr: bigint,
  vmsize: number,
  fileoff: number,
  filesize: number,
  prot: number,
  sections: readonly NewSection[] = [],
): LoadCommand {
  const segment = {
    name,
    vmaddr,
    vmsize: BigInt(vmsize),
    bytes: new Uint8Array(0),
    maxprot: prot,
    initprot: prot,
    sections,
  };
  return segmentCommand(segment, fileoff, filesize);
}

/** Symbols in the order of the symbol table: locals, then exports, each sorted by name. */
function orderSymbols(options: StaticKernelOptions): { locals: MachOSymbol[]; exports: MachOSymbol[] } {
  const sections = options.segments.flatMap(segment => segment.sections ?? []);
  const locals: MachOSymbol[] = [];
  const exports: MachOSymbol[] = [];
  for (const { name, address, external } of options.symbols ?? []) {
    const index = sections.findIndex(s => address >= s.address && address <= s.address + BigInt(s.size));
    if (index < 0) continue;
    const symbol = { name, value: address, type: N_SECT | (external ? N_EXT : 0), section: index + 1, description: 0 };
    (external ? exports : locals).push(symbol);
  }
  const byName = (a: MachOSymbol, b: MachOSymbol) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return { locals: locals.sort(byName), exports: exports.sort(byName) };
}

/** Local relocations of pointers; r_address counts from the first segment. */
function localRelocations(options: StaticKernelOptions, base: bigint): Relocation[] {
  return [...(options.pointers ?? [])]
    .sort((a, b) => (a < b ? -1 : 1))
    .map(pointer => {
      const address = Number(pointer - base);
      if (address < -0x80000000 || address > 0x7fffffff)
        throw new MachOError('out-of-range', `pointer at ${hex(pointer)} is too far from ${hex(base)}`, {
          path: 'pointers',
        });
      return { address, symbol: 0, pcRelative: false, length: 3, external: false, type: 0 };
    });
}

/**
 * A static MH_EXECUTE kernel for arm64: its header page as `__TEXT`, the segments at their addresses, LC_SYMTAB,
 * LC_DYSYMTAB, LC_UUID, LC_BUILD_VERSION, LC_SOURCE_VERSION and the entry in LC_UNIXTHREAD. Same input, same bytes.
 *
 * Throws `bad-value` for addresses that overlap or are not 16 KiB aligned and for an entry outside the code.
 *
 * @example
 * const kernel = buildStaticKernel({
 *   segments: [{ name: '__TEXT_EXEC', address: 0xfffffe0007008000n, bytes: code, protection: 'r-x' }],
 *   entry: 0xfffffe0007008000n,
 * });
 */
export function buildStaticKernel(options: StaticKernelOptions): Uint8Array {
  const first = options.segments[0];
  if (first === undefined) throw new MachOError('bad-value', 'a kernel needs a segment', { path: 'segments' });
  const headerAddress = options.headerAddress ?? first.address - BigInt(PAGE);
  check(options, headerAddress);
  const headerSize = PAGE;

  const { locals, exports } = orderSymbols(options);
  const writer = new SymbolWriter();
  for (const symbol of [...locals, ...exports]) writer.add(symbol);
  const { entries, strings } = writer.build();
  const relocations = encodeRelocations(localRelocations(options, headerAddress));

  const commands: LoadCommand[] = [
    command('__TEXT', headerAddress, headerSize, 0, headerSize, VM_PROT_READ | VM_PROT_EXECUTE),
  ];
  let fileoff = headerSize;
  let end = headerAddress + BigInt(headerSize);
  const placed: { at: number; bytes: Uint8Array }[] = [];
  for (const segment of options.segments) {
    const filesize = alignUp(segment.bytes.length, PAGE);
    const vmsize = alignUp(Math.max(segment.bytes.length, segment.memorySize ?? 0), PAGE);
    commands.push(
      command(
        segment.name,
        segment.address,
        vmsize,
        fileoff,
        filesize,
        protection(segment.protection),
        sectionsOf(segment),
      ),
    );
    placed.push({ at: fileoff, bytes: segment.bytes });
    fileoff += filesize;
    end = segment.address + BigInt(vmsize);
  }
  const split = options.splitSeg === undefined ? new Uint8Array(0) : encodeSplitSegV2(options.splitSeg);
  const linkedit = relocations.length + entries.length + strings.length + split.length;
  const locreloff = fileoff;
  const symoff = locreloff + relocations.length;
  const stroff = symoff + entries.length;
  commands.push(command('__LINKEDIT', end, alignUp(linkedit, PAGE), fileoff, linkedit, VM_PROT_READ));
  commands.push(makeCommand('LC_SYMTAB', { symoff, nsyms: writer.length, stroff, strsize: strings.length }));
  commands.push(
    makeDysymtab({
      nlocalsym: locals.length,
      iextdefsym: locals.length,
      nextdefsym: exports.length,
      iundefsym: writer.length,
      locreloff: relocations.length > 0 ? locreloff : 0,
      nlocrel: relocations.length / 8,
    }),
  );
  const uuid = makeCommand('LC_UUID', { uuid: options.uuid ?? new Uint8Array(16) });
  commands.push(uuid);
  commands.push(
    makeCommand('LC_BUILD_VERSION', { platform: PLATFORMS[options.platform ?? 'macos'], minos: 0, sdk: 0, ntools: 0 }),
    makeCommand('LC_SOURCE_VERSION', { version: 0n }),
    makeCommand('LC_UNIXTHREAD', {}, armThreadState(options.entry)),
  );

  const splitoff = stroff + strings.length;
  if (options.splitSeg !== undefined)
    commands.push(makeCommand('LC_SEGMENT_SPLIT_INFO', { dataoff: splitoff, datasize: split.length }));

  const out = new Uint8Array(fileoff + linkedit);
  for (const { at, bytes } of placed) out.set(bytes, at);
  out.set(relocations, locreloff);
  out.set(entries, symoff);
  out.set(strings, stroff);
  out.set(split, splitoff);
  const writeHead = () => {
    const encoded = commands.map(encodeLoadCommand);
    const sizeofcmds = encoded.reduce((sum, bytes) => sum + bytes.length, 0);
    if (MachHeader64Size + sizeofcmds > headerSize)
      throw new MachOError('no-space', `load commands take ${sizeofcmds} bytes of a ${headerSize}-byte header page`);
    const { cputype, cpusubtype } = ARCHITECTURES[options.architecture ?? 'arm64'];
    writeMachHeader64(
      {
        magic: MH_MAGIC_64,
        cputype,
        // arm64e kernels carry the kernel bit and version 0 of the pointer-authentication ABI.
        cpusubtype: options.architecture === 'arm64e' ? (0xc0000000 | cpusubtype) >>> 0 : cpusubtype,
        filetype: FILE_TYPES.MH_EXECUTE,
        ncmds: commands.length,
        sizeofcmds,
        flags: MH_FLAGS.MH_NOUNDEFS | MH_FLAGS.MH_PIE,
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
  };
  writeHead();
  if (options.uuid === undefined) {
    const digest = sha256(out).slice(0, 16);
    // RFC 4122: a name-based UUID made of a hash, as Apple's linker marks its own.
    digest[6] = (digest[6]! & 0x0f) | 0x30;
    digest[8] = (digest[8]! & 0x3f) | 0x80;
    uuid.fields.uuid = digest;
    writeHead();
  }
  return out;
}
