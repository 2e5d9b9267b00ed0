import { hex, MachOError } from '../error.js';
import type { MachO } from '../macho/macho.js';
import { viewOf } from '../source.js';
import type { FixupTable } from './fixup-table.js';
import { type PointerFormat, pointerFormat, threadedFormat } from './formats.js';
import { walkChain } from './walk.js';

/** Walks chains that begin at offsets from the Mach header, and adds their slots to `table`. */
function collectFrom(
  macho: MachO,
  format: PointerFormat,
  starts: readonly number[],
  table: FixupTable,
  path: string,
): void {
  // Starts may be made to run into each other: no file has more slots than words.
  const most = macho.source.byteLength / 4;
  let count = 0;
  for (const start of starts) {
    const address = macho.baseAddress + BigInt(start);
    const segment = macho.segmentAt(address);
    if (segment === undefined) throw new MachOError('bad-fixups', `no segment holds the start ${hex(start)}`, { path });
    const delta = segment.vmaddr - BigInt(segment.fileoff);
    const last = table.runs.at(-1);
    if (last === undefined || last.delta !== delta || last.format !== format) table.run(format, delta);
    const bytes = macho.segmentBytes(segment);
    const offset = segment.fileoff;
    count += walkChain({ bytes, offset }, format, Number(address - segment.vmaddr), bytes.length, (at, low, high) =>
      table.push(offset + at, low, high),
    );
    if (count > most) throw new MachOError('limit', 'chains run into each other', { path });
  }
}

/** Slots of `__TEXT,__thread_starts`, of static kernelcaches since iOS 12; false when there is no such section. */
export function collectThreadStarts(macho: MachO, table: FixupTable): boolean {
  const section = macho.section('__TEXT', '__thread_starts');
  if (section === undefined || section.size < 4n) return false;
  const bytes = macho.sectionBytes(section);
  const view = viewOf(bytes);
  const starts: number[] = [];
  for (let at = 4; at + 4 <= bytes.length; at += 4) {
    const start = view.getUint32(at, true);
    if (start === 0xffffffff) break;
    starts.push(start);
  }
  collectFrom(macho, threadedFormat(view.getUint32(0, true) & 1 ? 8 : 4), starts, table, '__TEXT,__thread_starts');
  return true;
}

/** Slots of `__TEXT,__chain_starts` (dyld_chained_starts_offsets); false when there is no such section. */
export function collectChainStarts(macho: MachO, table: FixupTable): boolean {
  const section = macho.section('__TEXT', '__chain_starts');
  if (section === undefined || section.size < 8n) return false;
  const bytes = macho.sectionBytes(section);
  const view = viewOf(bytes);
  const format = pointerFormat(view.getUint32(0, true));
  const count = view.getUint32(4, true);
  if (format === undefined)
    throw new MachOError('unsupported', `pointer format ${view.getUint32(0, true)}`, {
      offset: section.offset,
      path: '__TEXT,__chain_starts',
    });
  if (count > (bytes.length - 8) / 4)
    throw new MachOError('truncated', `${count} starts pass the section`, {
      offset: section.offset + 4,
      path: '__TEXT,__chain_starts',
    });
  const starts = Array.from({ length: count }, (_, i) => view.getUint32(8 + 4 * i, true));
  collectFrom(macho, format, starts, table, '__TEXT,__chain_starts');
  return true;
}
