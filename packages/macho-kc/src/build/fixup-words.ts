import { MachOError } from '../error.js';
import { type ChainSegment, type ChainSlot, encodeChainedFixups } from '../fixups/chain-writer.js';
import { pointerFormat } from '../fixups/formats.js';
import type { Relocation } from '../macho/relocations.js';
import { viewOf } from '../source.js';
import type { LinkImage } from './link-image.js';
import type { FinalSlot, Linker } from './linker.js';

/** Bases that targets count from, by level. */
export type LevelBases = readonly (bigint | undefined)[];

/** A slot's fields for a chain. Throws `out-of-range` for targets more than 1 GiB from their base. */
export function chainSlot(at: number, slot: FinalSlot, bases: LevelBases): ChainSlot {
  const base = bases[slot.level];
  if (base === undefined) throw new MachOError('link', `no collection of level ${slot.level}`);
  return { at, value: { kind: 'rebase', target: slot.address - base, cacheLevel: slot.level, auth: slot.auth } };
}

/** Chains of an image alone, into its segments: of pageable collections and x86_64 auxiliary ones. */
export function imageFixups(image: LinkImage, slots: ReadonlyMap<bigint, FinalSlot>, bases: LevelBases): Uint8Array {
  const header = image.move(image.macho.baseAddress);
  const segments = image.segments.map((segment): ChainSegment & { slots: ChainSlot[] } => ({
    bytes: segment.content,
    offset: segment.address - header,
    slots: [],
  }));
  for (const [address, slot] of slots) {
    const index = image.segments.findIndex(
      s => address >= s.old.vmaddr && address < s.old.vmaddr + BigInt(s.content.length),
    );
    if (index < 0) throw new MachOError('link', `a pointer lies outside the segments`, { path: image.id });
    segments[index]!.slots.push(chainSlot(Number(address - image.segments[index]!.old.vmaddr), slot, bases));
  }
  return encodeChainedFixups({
    format: pointerFormat(image.arm ? 8 : 11)!,
    pageSize: image.arm ? 0x4000 : 0x1000,
    segments,
  });
}

/** Writes the words of an x86_64 kernel, which keeps its classic relocations, and gives these from `base`. */
export function kernelRelocations(image: LinkImage, base: bigint): Relocation[] {
  const out: Relocation[] = [];
  for (const slot of image.slots) {
    if (slot.target.kind !== 'own') continue;
    const place = image.at(slot.address);
    if (place === undefined) throw new MachOError('link', 'a relocation lies outside the segments', { path: image.id });
    const target = image.move(slot.target.address);
    const view = viewOf(place.content);
    if (slot.size === 8) view.setBigUint64(place.offset, target, true);
    else view.setUint32(place.offset, Number(target & 0xffffffffn), true);
    const address = Number(image.move(slot.address) - base);
    out.push({ address, symbol: 0, pcRelative: false, length: slot.size === 8 ? 3 : 2, external: false, type: 0 });
  }
  return out;
}

/** Writes x86_64 branches into other images. Reports those out of reach. */
export function patchBranches(image: LinkImage, linker: Linker): void {
  if (image.arm) return;
  for (const slot of image.slots) {
    if (!slot.branch || slot.target.kind !== 'import') continue;
    const found = linker.resolved(image).get(slot.address);
    const place = image.at(slot.address);
    linker.resolved(image).delete(slot.address);
    if (found === undefined || place === undefined) continue;
    const delta = found.address - (image.move(slot.address) + 4n);
    // A collection of another level is mapped elsewhere: its functions need a stub.
    if (found.level !== linker.level) continue;
    if (delta < -0x80000000n || delta > 0x7fffffffn)
      linker.error(image.id, `the call of '${slot.target.name}' is out of reach`);
    else viewOf(place.content).setInt32(place.offset, Number(delta), true);
  }
}
