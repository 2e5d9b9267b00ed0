import { MachOError } from '../error.js';
import { ChainedStartsInSegmentSize } from '../fixups/chained-fixups.generated.js';
import { START_NONE } from '../fixups/chained-fixups.js';
import { insert, joinWord } from '../fixups/formats.js';
import type { Fixup, Pointers } from '../fixups/pointers.js';
import { chainArea, walkPage } from '../fixups/walk.js';
import { viewOf } from '../source.js';

/** A change of bytes. */
export interface ByteEdit {
  /** File offset. */
  readonly offset: number;
  readonly after: Uint8Array;
}

/**
 * Edits that take slots out of their chains, so that their words can hold plain data; the neighbours are joined.
 * Throws `unsupported` for slots of classic relocations, and `no-space` when the neighbours are too far apart.
 */
export function unlinkSlots(pointers: Pointers, slots: readonly Fixup[]): ByteEdit[] {
  const { macho, chained } = pointers;
  const gone = new Set(slots.map(slot => slot.offset));
  const edits: ByteEdit[] = [];
  const command = macho.command('LC_DYLD_CHAINED_FIXUPS');
  for (const starts of chained?.starts ?? []) {
    const area = chainArea(macho, starts);
    const pages = new Set<number>();
    for (const offset of gone)
      if (offset >= area.offset && offset < area.offset + area.bytes.length)
        pages.add(Math.floor((offset - area.offset) / starts.pageSize));
    for (const page of pages) {
      const all: { at: number; word: bigint }[] = [];
      walkPage(area, starts, page, (at, low, high) => all.push({ at, word: joinWord(low, high) }));
      const kept = all.filter(slot => !gone.has(area.offset + slot.at));
      for (const slot of all) gone.delete(area.offset + slot.at);
      const { format } = starts;
      kept.forEach((slot, i) => {
        const next = kept[i + 1] === undefined ? 0 : (kept[i + 1]!.at - slot.at) / format.stride;
        if (next >= 2 ** format.next.width)
          throw new MachOError('no-space', 'the slots around the patch are too far apart for one chain', {
            offset: area.offset + slot.at,
          });
        const word = insert(slot.word, format.next, next);
        if (word === slot.word) return;
        const after = new Uint8Array(format.size);
        if (format.size === 8) viewOf(after).setBigUint64(0, word, true);
        else viewOf(after).setUint32(0, Number(word), true);
        edits.push({ offset: area.offset + slot.at, after });
      });
      const start = kept[0] === undefined ? START_NONE : kept[0].at - page * starts.pageSize;
      if (start !== starts.pageStarts[page]) {
        const info = chained!.segmentInfoOffsets[starts.segmentIndex]!;
        const at =
          command!.fields.dataoff + chained!.header.starts_offset + info + ChainedStartsInSegmentSize + 2 * page;
        const after = new Uint8Array(2);
        viewOf(after).setUint16(0, start, true);
        edits.push({ offset: at, after });
      }
    }
  }
  const left = [...gone][0];
  if (left !== undefined)
    throw new MachOError('unsupported', 'the patch covers a pointer that is not in a chain of the image', {
      offset: left,
    });
  return edits;
}
