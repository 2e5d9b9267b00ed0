import type { ChainSlot } from '../fixups/chain-writer.js';
import type { Relocation } from '../macho/relocations.js';
import type { NewSegment } from '../macho/writer.js';
import { viewOf } from '../source.js';

/**
 * Classic relocations instead of chains, as x86_64 kexts have them: their slots need no alignment. Writes the words.
 *
 * @param slots of each segment
 * @param importIndex index of import 0 in the symbol table
 * @param from address that the relocations' addresses count from
 */
export function classicRelocations(
  slots: readonly ChainSlot[][],
  segments: readonly NewSegment[],
  importIndex: number,
  from: bigint,
): { local: Relocation[]; external: Relocation[] } {
  const local: Relocation[] = [];
  const external: Relocation[] = [];
  const base = segments[0]!.vmaddr;
  slots.forEach((list, i) => {
    const { bytes, vmaddr } = segments[i]!;
    const view = viewOf(bytes);
    for (const { at, value } of list) {
      const common = { address: Number(vmaddr + BigInt(at) - from), pcRelative: false, length: 3, type: 0 };
      if (value.kind === 'bind') {
        view.setBigUint64(at, 0n, true);
        external.push({ ...common, symbol: importIndex + (value.ordinal ?? 0), external: true });
      } else {
        view.setBigUint64(at, base + (value.target ?? 0n), true);
        local.push({ ...common, symbol: 0, external: false });
      }
    }
  });
  return { local, external };
}
