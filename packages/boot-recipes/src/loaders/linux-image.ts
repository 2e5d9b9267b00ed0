import { BootError, fail } from '../error.js';
import { LinuxImageHeaderSize, readLinuxImageHeader } from './linux-image.generated.js';
import { checkSegments, type LoadRange, type LoadSegment } from './raw.js';

const MAGIC = 0x644d5241;
const MIB = 0x100000;
/** Where images went before the header said how large they are. */
const OLD_TEXT_OFFSET = 0x80000;

/** An arm64 Image, or any raw image that starts at its first byte. */
export interface LinuxImage {
  readonly bytes: Uint8Array;
  /** Whether there was an arm64 Image header. */
  readonly header: boolean;
  /** Distance from a 2 MiB boundary, in bytes. */
  readonly textOffset: number;
  /** Bytes in memory. */
  readonly size: number;
  /** Page size of the kernel in bytes; undefined when it does not tell. */
  readonly pageSize: number | undefined;
}

/**
 * Reads the header of an arm64 Image. Without one the image is raw, for the offset that QEMU uses too.
 *
 * @throws {@link BootError} `not-a-kernel` (empty), `unsupported` (big-endian), `out-of-range` (sizes that cannot be)
 * @example readLinuxImage(bytes).textOffset
 */
export function readLinuxImage(bytes: Uint8Array): LinuxImage {
  if (bytes.length === 0) throw new BootError('not-a-kernel', 'the file is empty', { offset: 0, path: 'Image' });
  const header = bytes.length >= LinuxImageHeaderSize ? readLinuxImageHeader(bytes, 0, fail) : undefined;
  if (header === undefined || header.magic !== MAGIC)
    return { bytes, header: false, textOffset: OLD_TEXT_OFFSET, size: bytes.length, pageSize: undefined };
  const { textOffset, imageSize, flags } = header;
  if (flags & 1n)
    throw new BootError('unsupported', 'a big-endian kernel', { offset: 24, path: 'arm64_image_header.flags' });
  if (imageSize > 0x100000000n)
    throw new BootError('out-of-range', `image_size is ${imageSize}`, {
      offset: 16,
      path: 'arm64_image_header.imageSize',
    });
  if (textOffset >= 2 * MIB)
    throw new BootError('out-of-range', `text_offset is ${textOffset}`, {
      offset: 8,
      path: 'arm64_image_header.textOffset',
    });
  return {
    bytes,
    header: true,
    textOffset: imageSize === 0n ? OLD_TEXT_OFFSET : Number(textOffset),
    size: Math.max(Number(imageSize), bytes.length),
    pageSize: [undefined, 4096, 16384, 65536][Number((flags >> 1n) & 3n)],
  };
}

/** What {@link placeLinux} is given. */
export interface LinuxPlacementInput {
  readonly image: LinuxImage;
  readonly ram: LoadRange;
  readonly initrd?: Uint8Array | undefined;
  /** Bytes of the device tree blob. */
  readonly dtbSize: number;
}

/** Where everything goes, by the arm64 boot protocol: x0 holds `dtb`, the PC `entry`, translation off. */
export interface LinuxPlacement {
  readonly kernel: LoadSegment;
  readonly initrd: LoadSegment | undefined;
  /** Physical address of the device tree blob. */
  readonly dtb: number;
  /** Physical address of the first instruction. */
  readonly entry: number;
}

/**
 * Places kernel, RAM disk and device tree where QEMU 7.2's `virt` has them: the kernel 2 MiB above the base of RAM
 * (or at its text offset), the RAM disk 128 MiB above it, or half way in small memories, the blob behind on a 2 MiB boundary.
 *
 * @throws {@link BootError} `placement` when they do not fit
 * @example placeLinux({ image, ram: { base: 0x40000000, size: 2 ** 29 }, dtbSize: 0x100000 }).dtb
 */
export function placeLinux({ image, ram, initrd, dtbSize }: LinuxPlacementInput): LinuxPlacement {
  // QEMU keeps the first 4 KiB for its own start-up code.
  const offset = image.textOffset < 4096 ? image.textOffset + 2 * MIB : image.textOffset;
  const entry = ram.base + offset;
  const kernel: LoadSegment = { name: 'kernel', address: entry, bytes: image.bytes, size: image.size };
  const pageAligned = (n: number): number => Math.ceil(n / 4096) * 4096;
  const behind = Math.max(ram.base + Math.min(ram.size / 2, 128 * MIB), pageAligned(entry + image.size));
  const disk: LoadSegment | undefined =
    initrd === undefined ? undefined : { name: 'initrd', address: behind, bytes: initrd, size: initrd.length };
  const dtb = Math.ceil((behind + (initrd?.length ?? 0)) / (2 * MIB)) * 2 * MIB;
  const blob: LoadSegment = { name: 'device tree', address: dtb, bytes: new Uint8Array(0), size: dtbSize };
  checkSegments(disk === undefined ? [kernel, blob] : [kernel, disk, blob], [ram]);
  return { kernel, initrd: disk, dtb, entry };
}
