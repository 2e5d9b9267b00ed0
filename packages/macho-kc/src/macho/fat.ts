import { fail, MachOError } from '../error.js';
import { type ByteSource, PartSource, readBytes, toSource, viewOf } from '../source.js';
import { ARCHITECTURES, type Architecture, architectureName, FAT_MAGIC, FAT_MAGIC_64 } from './constants.js';
import {
  FatArch32Size,
  FatArch64Size,
  FatHeaderSize,
  readFatArch32,
  readFatArch64,
  readFatHeader,
  writeFatArch32,
  writeFatArch64,
  writeFatHeader,
} from './header.generated.js';
import { MachO } from './macho.js';

/** One architecture of a fat file. */
export interface FatSlice {
  readonly cputype: number;
  readonly cpusubtype: number;
  /** Name such as `arm64e`. */
  readonly architecture: string;
  /** File offset, bytes. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** Alignment as a power of two. */
  readonly align: number;
  /** The slice alone; its offsets count from its own start. */
  readonly source: ByteSource;
}

/** Whether `input` begins with a fat header (of either width). */
export function isFat(input: Uint8Array | ByteSource): boolean {
  const source = toSource(input);
  if (source.byteLength < 8) return false;
  const view = viewOf(source.slice(0, 8));
  const magic = view.getUint32(0);
  // A Java class file has the same magic; its next word is a version above 40.
  return magic === FAT_MAGIC_64 || (magic === FAT_MAGIC && view.getUint32(4) < 40);
}

/**
 * Slices of a fat file. Throws `bad-magic`, and `truncated` for a slice that passes the end of the file.
 *
 * @example
 * const slice = readFat(bytes).find(s => s.architecture === 'arm64e');
 */
export function readFat(input: Uint8Array | ByteSource): FatSlice[] {
  const source = toSource(input);
  const { magic, nfat_arch } = readFatHeader(readBytes(source, 0, FatHeaderSize, 'fat_header'), 0, fail);
  if (magic !== FAT_MAGIC && magic !== FAT_MAGIC_64)
    throw new MachOError('bad-magic', 'no fat header', { offset: 0, path: 'fat_header.magic' });
  const wide = magic === FAT_MAGIC_64;
  const size = wide ? FatArch64Size : FatArch32Size;
  const table = readBytes(source, FatHeaderSize, nfat_arch * size, 'fat_arch');
  return Array.from({ length: nfat_arch }, (_, i) => {
    const raw = (wide ? readFatArch64 : readFatArch32)(table, i * size, fail, `fat_arch[${i}]`, FatHeaderSize);
    const offset = Number(raw.offset);
    const length = Number(raw.size);
    if (offset + length > source.byteLength)
      throw new MachOError('truncated', `slice of ${length} bytes passes the end of the file`, {
        offset,
        path: `fat_arch[${i}]`,
      });
    return {
      cputype: raw.cputype,
      cpusubtype: raw.cpusubtype,
      architecture: architectureName(raw.cputype, raw.cpusubtype),
      offset,
      size: length,
      align: raw.align,
      source: new PartSource(source, offset, length),
    };
  });
}

/** What {@link buildFat} joins. */
export interface FatInput {
  readonly architecture: Architecture;
  readonly bytes: Uint8Array;
  /** Alignment as a power of two; 14 (16 KiB) when absent. */
  readonly align?: number;
}

/** Joins thin files into a fat one, with 64-bit offsets only where they are needed. */
export function buildFat(inputs: readonly FatInput[]): Uint8Array {
  let at = FatHeaderSize + inputs.length * FatArch64Size;
  const placed = inputs.map(input => {
    const unit = 2 ** (input.align ?? 14);
    const offset = Math.ceil(at / unit) * unit;
    at = offset + input.bytes.length;
    return { ...input, offset, align: input.align ?? 14 };
  });
  const wide = at > 0xffffffff;
  const out = new Uint8Array(at);
  writeFatHeader({ magic: wide ? FAT_MAGIC_64 : FAT_MAGIC, nfat_arch: inputs.length }, out, 0, fail);
  placed.forEach(({ architecture, bytes, offset, align }, i) => {
    const { cputype, cpusubtype } = ARCHITECTURES[architecture];
    const size = bytes.length;
    if (wide)
      writeFatArch64(
        { cputype, cpusubtype, offset: BigInt(offset), size: BigInt(size), align, reserved: 0 },
        out,
        FatHeaderSize + i * FatArch64Size,
        fail,
      );
    else writeFatArch32({ cputype, cpusubtype, offset, size, align }, out, FatHeaderSize + i * FatArch32Size, fail);
    out.set(bytes, offset);
  });
  return out;
}

/**
 * The Mach-O of a thin file, or of one architecture of a fat file (its only one when none is named).
 * Throws `not-found` when the file has no such architecture and `ambiguous` when it has several and none is named.
 *
 * @example
 * const macho = openMachO(bytes, 'arm64e');
 */
export function openMachO(input: Uint8Array | ByteSource, architecture?: string): MachO {
  if (!isFat(input)) {
    const macho = new MachO(input);
    if (architecture !== undefined && macho.architecture !== architecture)
      throw new MachOError('not-found', `the file is ${macho.architecture}, not ${architecture}`, { offset: 0 });
    return macho;
  }
  const slices = readFat(input);
  const names = slices.map(slice => slice.architecture).join(', ');
  const wanted = architecture === undefined ? slices : slices.filter(slice => slice.architecture === architecture);
  if (wanted.length > 1)
    throw new MachOError('ambiguous', `the file holds ${names}: name an architecture`, { offset: 0 });
  const slice = wanted[0];
  if (slice === undefined) throw new MachOError('not-found', `the file holds ${names || 'nothing'}`, { offset: 0 });
  return new MachO(slice.source);
}
