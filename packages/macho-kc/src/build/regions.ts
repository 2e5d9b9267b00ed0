import { MachOError } from '../error.js';
import { alignUp, alignUp64, maxAddress, minAddress } from '../source.js';
import type { LinkImage, LinkSegment } from './link-image.js';

/** A segment of the collection itself. */
export interface Region {
  readonly name: string;
  readonly protection: number;
  readonly segments: { readonly image: LinkImage; readonly segment: LinkSegment }[];
  /** Address and bytes; file offset. */
  address: bigint;
  size: number;
  fileoff: number;
  /** Content that is not of an image. */
  content: Uint8Array | undefined;
  readonly sections: { name: string; at: number; size: number; flags: number }[];
}

const R = 1;
const RW = 3;
const RX = 5;

const region = (name: string, protection: number): Region => ({
  name,
  protection,
  segments: [],
  address: 0n,
  size: 0,
  fileoff: 0,
  content: undefined,
  sections: [],
});

const CONST_SEGMENTS = new Set(['__DATA_CONST', '__PPLDATA_CONST', '__LASTDATA_CONST']);

/** Region of a segment, by name and protection. */
function regionOf(image: LinkImage, segment: LinkSegment): string {
  const { name, initprot } = segment.old;
  if (name === '__LINKEDIT' || name === '__LINKINFO') return '__LINKEDIT';
  if (name === '__HIB') return '__HIB';
  if (!image.movable) return '__REGION';
  if (CONST_SEGMENTS.has(name)) return '__DATA_CONST';
  if (name === '__LATE_CONST') return '__LATE_CONST';
  if (name === '__DATA_SPTM') return '__DATA_SPTM';
  if (name === '__TEXT_BOOT_EXEC') return '__TEXT_BOOT_EXEC';
  if ((initprot & 4) !== 0) return '__TEXT_EXEC';
  if ((initprot & 2) !== 0) return '__DATA';
  return '__PRELINK_TEXT';
}

/** What {@link layRegions} is given. */
export interface LayoutInput {
  readonly images: readonly LinkImage[];
  readonly kind: 'boot' | 'pageable' | 'aux';
  readonly arm: boolean;
  readonly headerSize: number;
  readonly prelinkInfoSize: number;
  readonly custom: readonly Region[];
  /** Greatest size, bytes. */
  readonly limit: number;
}

/** Makes a custom region of a created segment. */
export const customRegion = (name: string): Region => region(name, R);

/**
 * Gives every segment its region and address, in the order and alignment of Apple's builder: 16 KiB regions in file
 * order, the kernel's segments on pages, kexts' packed to 16 bytes of code or to their sections' alignment.
 */
export function layRegions(input: LayoutInput): Region[] {
  const { images, kind, arm } = input;
  const byName = new Map<string, Region>();
  const order: Region[] = [
    region('__TEXT', R),
    region('__PRELINK_TEXT', R),
    region('__DATA_CONST', R),
    region('__LATE_CONST', R),
    region('__DATA_SPTM', R),
    region('__TEXT_EXEC', RX),
    region('__TEXT_BOOT_EXEC', RX),
  ];
  const tail = [region('__PRELINK_INFO', RW), region('__DATA', RW), region('__HIB', RW)];
  const rigid: Region[] = [];
  const linkedit = region('__LINKEDIT', R);
  for (const each of [...order, ...tail, linkedit]) byName.set(each.name, each);
  for (const image of images)
    for (const segment of image.segments) {
      segment.region = regionOf(image, segment);
      if (segment.old.name === '__CTF') segment.content = new Uint8Array(0);
      if (segment.old.name === '__LINKEDIT') continue;
      if (segment.region === '__REGION') {
        const own = region(`__REGION${rigid.length}`, segment.old.initprot);
        own.segments.push({ image, segment });
        rigid.push(own);
      } else byName.get(segment.region)!.segments.push({ image, segment });
    }
  byName.get('__TEXT')!.size = input.headerSize;
  byName.get('__PRELINK_INFO')!.size = input.prelinkInfoSize;
  const always = new Set(['__TEXT', '__PRELINK_TEXT', '__PRELINK_INFO', '__LINKEDIT']);
  const kept = (r: Region) => always.has(r.name) || r.segments.length > 0 || r.content !== undefined;
  const regions = [...order, ...input.custom, ...tail, ...rigid, linkedit].filter(kept);
  // Addresses: auxiliary collections begin with what is written to.
  const vm =
    kind === 'aux'
      ? [
          ...regions.filter(r => r.name === '__PRELINK_INFO' || r.name === '__DATA'),
          ...regions.filter(r => r.name !== '__PRELINK_INFO' && r.name !== '__DATA'),
        ]
      : regions;
  const kernel = images.find(image => image.kernel);
  const hib = regions.find(r => r.name === '__HIB');
  let at = kind === 'boot' ? (kernel?.macho.segment('__TEXT')?.vmaddr ?? 0n) : 0n;
  if (hib !== undefined) {
    // It keeps its address, below the rest.
    const own = hib.segments[0]!.segment.old.vmaddr;
    place(hib, own, kind, arm);
    at = maxAddress(at, alignUp64(own + BigInt(hib.size), 0x4000n));
  }
  // A kernel that cannot be moved stays where it is; the rest comes after it.
  const deltas = new Map<LinkImage, bigint>();
  if (kernel !== undefined && !kernel.movable) {
    deltas.set(kernel, 0n);
    at = alignUp64(
      kernel.segments.reduce((end, s) => maxAddress(end, s.old.vmaddr + s.old.vmsize), at),
      0x4000n,
    );
  }
  const unit = arm ? 0x4000n : 0x1000n;
  for (const each of vm) {
    if (each === hib) continue;
    const own = each.name.startsWith('__REGION') ? each.segments[0]! : undefined;
    if (own === undefined) {
      at = alignUp64(at, 0x4000n);
      place(each, at, kind, arm);
      at = alignUp64(at + BigInt(each.size), 0x4000n);
      continue;
    }
    const { image, segment } = own;
    let delta = deltas.get(image);
    if (delta === undefined) {
      const lowest = image.segments.reduce(
        (least, s) => (s.region === '__REGION' ? minAddress(least, s.old.vmaddr) : least),
        segment.old.vmaddr,
      );
      delta = alignUp64(at, unit) - lowest;
      deltas.set(image, delta);
    }
    each.address = segment.old.vmaddr + delta;
    segment.address = each.address;
    each.size = Number(alignUp64(BigInt(segment.content.length), unit));
    at = maxAddress(at, each.address + BigInt(each.size));
  }
  let fileoff = 0;
  for (const each of regions) {
    const page = each.name.startsWith('__REGION') ? Number(unit) : 0x4000;
    each.size = alignUp(each.size, page);
    fileoff = alignUp(fileoff, page);
    each.fileoff = fileoff;
    fileoff += each.size;
  }
  for (const image of images)
    for (const segment of image.segments) if (segment.old.name === '__LINKEDIT') segment.address = linkedit.address;
  if (fileoff > input.limit)
    throw new MachOError('limit', `kernel collection size exceeds maximum size of ${input.limit}`);
  return regions;
}

/** Alignment of a segment in its region. */
function alignment(image: LinkImage, segment: LinkSegment, kind: string): bigint {
  if (image.kernel) return 0x4000n;
  if (kind === 'pageable') return 0x4000n;
  const most = segment.old.sections.reduce((align, s) => Math.max(align, s.align), 0);
  const least = segment.region === '__DATA' ? 0 : 4;
  return 1n << BigInt(Math.max(most, least));
}

function place(target: Region, address: bigint, kind: string, arm: boolean): void {
  target.address = address;
  let at = address + BigInt(target.content?.length ?? 0);
  if (target.segments.length === 0) {
    target.size = Math.max(target.size, Number(at - address));
    return;
  }
  for (const { image, segment } of target.segments) {
    at = alignUp64(
      at,
      image.kernel && !arm && segment.region !== '__TEXT_EXEC' ? 0x1000n : alignment(image, segment, kind),
    );
    segment.address = at;
    at += BigInt(segment.content.length);
    if (image.kernel && segment.content.length > 0 && arm) at = alignUp64(at, 0x4000n);
  }
  target.size = Math.max(target.size, Number(at - address));
}
