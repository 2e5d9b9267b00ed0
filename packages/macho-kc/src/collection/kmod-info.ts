import { fail } from '../error.js';
import type { MachO } from '../macho/macho.js';
import { fixedString } from '../source.js';
import { type KmodInfo, KmodInfoSize, readKmodInfo } from './kmod-info.generated.js';

export { type KmodInfo, KmodInfoSize };

/** kmod_info with its texts decoded; pointers as stored, which chained fixups encode. */
export interface NamedKmodInfo extends Omit<KmodInfo, 'name' | 'version'> {
  readonly name: string;
  readonly version: string;
}

/** kmod_info at an address. Throws `not-found` and `truncated`. */
export function kmodInfoAt(macho: MachO, address: bigint): NamedKmodInfo {
  const raw = readKmodInfo(macho.bytesAt(address, KmodInfoSize), 0, fail, 'kmod_info', macho.fileOffset(address) ?? 0);
  return { ...raw, name: fixedString(raw.name), version: fixedString(raw.version) };
}
