import { MachOError } from '../error.js';
import { splitSegData, walkSplitSegV2 } from '../macho/split-seg.js';
import { encodeAdrp, wordAt } from '../patch/a64.js';
import { viewOf } from '../source.js';
import type { LinkImage } from './link-image.js';

/** Sets the page offset of ADD, or of a load or store, whose bytes it is scaled by. */
function withOffset12(word: number, target: bigint): number | undefined {
  const offset = Number(target & 0xfffn);
  if ((word & 0x3b000000) >>> 0 === 0x39000000) {
    let scale = word >>> 30;
    // 128-bit vectors: size 0, opc 1x.
    if ((word & 0x04800000) >>> 0 === 0x04800000 && scale === 0) scale = 4;
    if (offset % (1 << scale) !== 0) return undefined;
    return ((word & ~(0xfff << 10)) | ((offset >> scale) << 10)) >>> 0;
  }
  return ((word & ~(0xfff << 10)) | (offset << 10)) >>> 0;
}

/**
 * Changes an image's code and data for the places that its segments have been given: version 2 split-segment info.
 * Pointers are not touched: they are fixed up.
 *
 * @param skipSection number of a section whose calls are rewritten otherwise; 0 for none
 */
export function adjustForLayout(image: LinkImage, skipSection: number): void {
  const data = splitSegData(image.macho);
  if (data === undefined || !image.movable || data[0] === 0) return;
  const header = image.macho.baseAddress;
  const base = (section: number, offset: number): bigint => {
    if (section === 0) return header + BigInt(offset);
    const found = image.sections[section - 1];
    if (found === undefined)
      throw new MachOError('bad-value', `section ${section} of split-segment info`, { path: image.id });
    return found.address + BigInt(offset);
  };
  walkSplitSegV2(data, (kind, fromSection, fromOffset, toSection, toOffset) => {
    if (toSection === skipSection && skipSection !== 0) return;
    const from = base(fromSection, fromOffset);
    const to = base(toSection, toOffset);
    const place = image.at(from);
    if (place === undefined) return;
    const { content, offset } = place;
    const view = viewOf(content);
    const [newFrom, newTo] = [image.move(from), image.move(to)];
    const bad = (what: string) =>
      new MachOError('link', `${what} at 0x${from.toString(16)} cannot be adjusted`, { path: image.id });
    if (offset + (kind === 4 ? 8 : 4) > content.length) throw bad('reference');
    switch (kind) {
      case 1: // pointer, 32 bits
        break;
      case 2: // pointers are fixed up
      case 13:
        break;
      case 3:
        view.setInt32(offset, view.getInt32(offset, true) + Number(newTo - to - (newFrom - from)), true);
        break;
      case 4:
        view.setBigInt64(offset, view.getBigInt64(offset, true) + (newTo - to) - (newFrom - from), true);
        break;
      case 5: {
        const word = encodeAdrp(wordAt(content, offset) & 31, newFrom, newTo);
        if (word === undefined) throw bad('ADRP');
        view.setUint32(offset, word, true);
        break;
      }
      case 6: {
        const word = withOffset12(wordAt(content, offset), newTo);
        if (word === undefined) throw bad('page offset');
        view.setUint32(offset, word, true);
        break;
      }
      case 7: {
        const old = wordAt(content, offset);
        const delta = newTo - newFrom;
        if (delta < -0x8000000n || delta >= 0x8000000n) throw bad('branch');
        view.setUint32(offset, ((old & 0xfc000000) | (Number(delta >> 2n) & 0x3ffffff)) >>> 0, true);
        break;
      }
      case 12:
        view.setUint32(offset, Number(newTo - image.move(header)), true);
        break;
      default:
        throw new MachOError('unsupported', `split-segment kind ${kind}`, { path: image.id });
    }
  });
}
