import { MachOError } from '../error.js';
import type { MachO } from '../macho/macho.js';
import type { NewSection, NewSegment } from '../macho/writer.js';
import { alignUp64, maxAddress, minAddress } from '../source.js';

/** Where an image's segments go in its own file: rigid, so that code that refers from one to another stays right. */
export interface RigidLayout {
  /** What is added to every address of the image. */
  readonly delta: bigint;
  readonly segments: (NewSegment & { readonly bytes: Uint8Array })[];
  /** First address past the segments. */
  readonly end: bigint;
}

/**
 * Lays an image's segments out at their old distances, from `base` on. Segments that began inside a page are begun at
 * the page, and the first gets `headerRoom` bytes in front of its sections.
 */
export function rigidLayout(image: MachO, base: bigint, page: bigint, headerRoom: number): RigidLayout {
  const segments = [...image.segments]
    .filter(s => s.name !== '__LINKEDIT' && s.vmsize > 0n)
    .sort((a, b) => (a.vmaddr < b.vmaddr ? -1 : 1));
  const text = image.segments.find(s => s.name === '__TEXT');
  const first = segments[0];
  if (first === undefined || text === undefined) throw new MachOError('not-found', 'the image has no __TEXT segment');
  const odd = segments.find(s => BigInt(s.filesize) > s.vmsize);
  if (odd !== undefined) throw new MachOError('bad-value', 'takes more of the file than of memory', { path: odd.name });
  const sectionStart = text.sections.reduce((least, s) => minAddress(least, s.address), text.vmaddr + text.vmsize);
  const lowest = first.vmaddr & ~(page - 1n);
  // The file's first byte is the Mach header: at the page of __TEXT, a page lower when the commands need it.
  let headerAt = text.vmaddr & ~(page - 1n);
  if (sectionStart < text.vmaddr)
    throw new MachOError('bad-value', 'a section lies before its segment', { path: '__TEXT' });
  const short = BigInt(headerRoom) - (sectionStart - headerAt);
  if (short > 0n) headerAt -= alignUp64(short, page);
  if (first !== text && headerAt < lowest)
    throw new MachOError('no-space', '__TEXT is not the lowest segment and has no room for its header');
  const delta = base - (first === text ? headerAt : lowest);
  let end = 0n;
  const out = segments.map((segment, i) => {
    const own = segment === text;
    const floor = own ? headerAt : segment.vmaddr & ~(page - 1n);
    const previous = i === 0 ? floor : end - delta;
    const start = floor < previous ? segment.vmaddr : floor;
    if (start < previous) throw new MachOError('bad-value', 'segments overlap', { path: segment.name });
    const lead = Number(segment.vmaddr - start);
    const content = image.segmentBytes(segment);
    // Zero-fill at the end is left to the loader.
    const bytes = new Uint8Array(lead + content.length);
    bytes.set(content, lead);
    if (own)
      bytes.fill(
        0,
        0,
        Number(sectionStart - start < BigInt(bytes.length) ? sectionStart - start : BigInt(bytes.length)),
      );
    const last = segment.vmaddr + segment.vmsize;
    const next = segments[i + 1];
    const rounded = alignUp64(last, page);
    const stop = next !== undefined && (next === text ? headerAt : next.vmaddr) < rounded ? next.vmaddr : rounded;
    end = stop + delta;
    return {
      name: segment.name,
      vmaddr: start + delta,
      vmsize: stop - start,
      bytes,
      maxprot: segment.maxprot,
      initprot: segment.initprot,
      flags: segment.flags,
      sections: segment.sections.map(
        (s): NewSection => ({
          name: s.name,
          segmentName: s.segmentName,
          address: s.address + delta,
          size: s.size,
          align: s.align,
          flags: s.flags,
          reserved1: s.reserved1,
          reserved2: s.reserved2,
          zeroFill: s.zeroFill,
        }),
      ),
    };
  });
  // Sections are numbered in the order of the load commands.
  const order = (name: string) => image.segments.findIndex(s => s.name === name);
  out.sort((a, b) => order(a.name) - order(b.name));
  return {
    delta,
    segments: out,
    end: out.reduce((most, s) => maxAddress(most, s.vmaddr + s.vmsize), 0n),
  };
}
