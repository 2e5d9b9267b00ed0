import type { ChainedImport } from '../fixups/chained-fixups.js';
import type { AddressIndex } from '../symbols/address-index.js';

/** Two-level lookup is not for kexts: their imports are looked for in what they depend on. */
const FLAT_LOOKUP = -2;

/** Names the targets outside an image and numbers them as imports. */
export class ImportTable {
  readonly imports: ChainedImport[] = [];
  /** Bundle ids that define the imports. */
  readonly owners = new Set<string>();
  private readonly numbers = new Map<string, number>();

  /**
   * @param index symbols of the collections that the image was linked in
   * @param undefinedNames names that the image's symbol table leaves undefined: preferred among aliases
   */
  constructor(
    private readonly indexes: readonly AddressIndex[],
    private readonly undefinedNames: ReadonlyMap<string, boolean>,
    private readonly self: string,
  ) {}

  /** Name and owner of what stands at an address. */
  nameOf(address: bigint, level = 0): { name: string; image: string } | undefined {
    const candidates = (this.indexes[level] ?? this.indexes[0])?.at(address).filter(s => s.image !== this.self) ?? [];
    return candidates.find(s => this.undefinedNames.has(s.name)) ?? candidates[0];
  }

  /** Import number of an address; undefined when no symbol names it. */
  number(address: bigint, level = 0): number | undefined {
    const found = this.nameOf(address, level);
    if (found === undefined) return undefined;
    this.owners.add(found.image);
    return this.add(found.name);
  }

  /** Import number of a name. */
  add(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.imports.length;
      this.numbers.set(name, number);
      const weak = this.undefinedNames.get(name) ?? false;
      this.imports.push({ name, libraryOrdinal: FLAT_LOOKUP, weak, addend: 0n });
    }
    return number;
  }
}
