import { hex, MachOError } from '../error.js';
import type { MachO } from '../macho/macho.js';
import { localRelocations, relocationBase } from '../macho/relocations.js';
import { viewOf } from '../source.js';
import type { FixupTable } from './fixup-table.js';
import { PLAIN_FORMAT } from './formats.js';

/** Adds 64-bit words at these addresses, which must lie in the file. */
function collectPlain(macho: MachO, addresses: Iterable<bigint>, table: FixupTable, path: string): void {
  for (const address of addresses) {
    const segment = macho.segmentAt(address);
    const at = segment === undefined ? 0 : Number(address - segment.vmaddr);
    const bytes = segment === undefined ? new Uint8Array(0) : macho.segmentBytes(segment);
    if (segment === undefined || at + 8 > bytes.length)
      throw new MachOError('bad-fixups', `no bytes at ${hex(address)}`, { path });
    const delta = segment.vmaddr - BigInt(segment.fileoff);
    const last = table.runs.at(-1);
    if (last === undefined || last.delta !== delta || last.format !== PLAIN_FORMAT) table.run(PLAIN_FORMAT, delta);
    const view = viewOf(bytes);
    table.push(segment.fileoff + at, view.getUint32(at, true), view.getUint32(at + 4, true));
  }
}

/** Slots of classic local relocations of 8 bytes. */
export function collectLocalRelocations(macho: MachO, table: FixupTable): void {
  const base = relocationBase(macho);
  const wide = localRelocations(macho).filter(relocation => relocation.length === 3 && !relocation.external);
  collectPlain(
    macho,
    wide.map(relocation => BigInt.asUintN(64, base + BigInt(relocation.address))),
    table,
    'LC_DYSYMTAB.locreloff',
  );
}

/** Offsets of `_PrelinkLinkKASLROffsets`: a count and that many 32-bit offsets from `__PRELINK_TEXT`. */
export function parseKaslrOffsets(blob: Uint8Array): number[] {
  const view = viewOf(blob);
  const count = blob.length < 4 ? 0 : view.getUint32(0, true);
  if (blob.length < 4 || count > (blob.length - 4) / 4)
    throw new MachOError('truncated', `${count} offsets in ${blob.length} bytes`, { path: '_PrelinkLinkKASLROffsets' });
  return Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i, true));
}

/** Slots of `_PrelinkLinkKASLROffsets` of prelinked kernelcaches. */
export function collectKaslrOffsets(macho: MachO, blob: Uint8Array, table: FixupTable): void {
  const base = macho.segment('__PRELINK_TEXT')?.vmaddr;
  if (base === undefined)
    throw new MachOError('bad-fixups', 'no __PRELINK_TEXT to count from', { path: '_PrelinkLinkKASLROffsets' });
  collectPlain(
    macho,
    parseKaslrOffsets(blob).map(offset => base + BigInt(offset)),
    table,
    '_PrelinkLinkKASLROffsets',
  );
}
