import type { KernelCollection } from '../collection/collection.js';
import { bundleLibraries } from '../collection/prelink-info.js';
import { readSymbolSets, type SymbolSet } from '../collection/symbol-sets.js';
import { isMachOError } from '../error.js';
import type { PointerAuth } from '../fixups/pointer.js';
import { isDefined, isExternal, readSymbols } from '../macho/symbols.js';
import type { LinkImage, LinkSlot } from './link-image.js';
import type { BoundSymbol, BuildError } from './types.js';

/** What an import or pointer resolves to. */
export interface Resolved {
  /** Address in its collection. */
  readonly address: bigint;
  /** 0 boot, 1 pageable, 3 auxiliary. */
  readonly level: number;
  /** Bundle id. */
  readonly image: string;
}

/** A pointer of the collection, resolved. */
export interface FinalSlot extends Resolved {
  readonly auth: PointerAuth | undefined;
  /** Whether the input was an import. */
  readonly bound: boolean;
  /** Name of what it points at, where known. */
  readonly name: string | undefined;
}

/** A finished collection that is linked against. */
export interface BaseCollection {
  readonly collection: KernelCollection;
  readonly level: number;
}

/** What older linkers wrote for a method that has since got a name. */
const ALIASES: Readonly<Record<string, string>> = {
  __ZN15OSMetaClassBase25_RESERVEDOSMetaClassBase3Ev: '__ZN15OSMetaClassBase8DispatchE5IORPC',
};
const KERNEL = 'com.apple.kernel';
const PRIVATE = 'com.apple.kpi.private';
const isApple = (id: string): boolean => id.startsWith('com.apple.');

/** Finds symbols by the rules of kext linking: in the libraries that a kext names, in order, then in itself. */
export class Linker {
  readonly errors: BuildError[] = [];
  readonly binds: BoundSymbol[] = [];
  readonly slots = new Map<LinkImage, Map<bigint, FinalSlot>>();
  private readonly reported = new Set<LinkImage>();
  private readonly byId = new Map<string, LinkImage>();
  private readonly sets = new Map<string, { set: SymbolSet; owner: string }[]>();
  private readonly baseSymbols = new Map<string, Map<string, bigint>>();

  constructor(
    readonly images: readonly LinkImage[],
    readonly bases: readonly BaseCollection[],
    /** Bundle ids without code, which may be named as libraries. */
    readonly codeless: ReadonlySet<string>,
    readonly level: number,
    readonly architecture: string,
  ) {
    for (const image of images) this.byId.set(image.id, image);
    for (const image of images) this.addSets(readSymbolSets(image.macho), image.id);
    for (const { collection } of bases)
      for (const id of collection.imageIds) {
        const image = collection.image(id);
        if (image !== undefined) this.addSets(readSymbolSets(image), id);
      }
  }

  private addSets(sets: readonly SymbolSet[], owner: string): void {
    for (const set of sets) {
      const known = this.sets.get(set.id) ?? [];
      known.push({ set, owner });
      this.sets.set(set.id, known);
    }
  }

  error(id: string | undefined, message: string): void {
    if (!this.errors.some(e => e.id === id && e.message === message)) this.errors.push({ id, message });
  }

  /** Exported symbols of an image of a base collection. */
  private exportsOf(base: BaseCollection, id: string): Map<string, bigint> | undefined {
    const key = `${base.level} ${id}`;
    let map = this.baseSymbols.get(key);
    if (map === undefined) {
      const image = base.collection.image(id);
      if (image === undefined) return undefined;
      map = new Map();
      for (const symbol of readSymbols(image))
        if (isDefined(symbol) && isExternal(symbol)) map.set(symbol.name, symbol.value);
      this.baseSymbols.set(key, map);
    }
    return map;
  }

  /** A symbol of an image by its bundle id, wherever that is. */
  exported(id: string, name: string): Resolved | undefined {
    const image = this.byId.get(id);
    if (image !== undefined) {
      const symbol = image.exported(name);
      return symbol === undefined ? undefined : { address: image.move(symbol.value), level: this.level, image: id };
    }
    for (const base of this.bases) {
      const address = this.exportsOf(base, id)?.get(name);
      if (address !== undefined) return { address, level: base.level, image: id };
    }
    return undefined;
  }

  private known(id: string): boolean {
    return (
      this.byId.has(id) ||
      this.codeless.has(id) ||
      this.sets.has(id) ||
      this.bases.some(({ collection }) => collection.imageIds.includes(id) || collection.kext(id) !== undefined)
    );
  }

  private inSets(library: string, name: string): Resolved | undefined {
    for (const { set, owner } of this.sets.get(library) ?? [])
      for (const entry of set.symbols) {
        if ('prefix' in entry ? !name.startsWith(entry.prefix) : entry.name !== name) continue;
        const found = this.exported(owner, 'prefix' in entry ? name : (entry.aliasTarget ?? name));
        if (found !== undefined) return found;
      }
    return undefined;
  }

  /** Bundle ids that an image names as libraries. */
  libraries(image: LinkImage): string[] {
    return image.kext === undefined ? [] : bundleLibraries(image.kext.info, this.architecture).map(d => d.id);
  }

  /** What a name means in an image; undefined when nothing defines it. */
  find(image: LinkImage, name: string): Resolved | undefined {
    const third = !isApple(image.id);
    for (const library of this.libraries(image)) {
      if (third && library === PRIVATE) continue;
      const set = this.inSets(library, name);
      if (set !== undefined) return set;
      // Others see of Apple's kexts, and of a kernel with symbol sets, only what a symbol set lists.
      if (third && isApple(library) && this.restricted(library)) continue;
      const found = this.exported(library, name);
      if (found !== undefined) return found;
    }
    const own = image.exported(name);
    if (own !== undefined) return { address: image.move(own.value), level: this.level, image: image.id };
    const alias = ALIASES[name];
    return alias === undefined ? undefined : this.find(image, alias);
  }

  /** Whether symbol sets say what an Apple image exports to kexts of others. */
  private restricted(id: string): boolean {
    for (const sets of this.sets.values()) if (sets.some(s => s.owner === id)) return true;
    return this.byId.get(id)?.kext !== undefined;
  }

  private slotsOf(image: LinkImage): readonly LinkSlot[] {
    try {
      return image.slots;
    } catch (error) {
      if (!isMachOError(error)) throw error;
      this.error(image.id, error.message);
      return [];
    }
  }

  /** Resolves all pointers of an image. Imports that nothing defines come back, for vtable patching to cure. */
  bind(image: LinkImage): LinkSlot[] {
    const slots = new Map<bigint, FinalSlot>();
    const missing: LinkSlot[] = [];
    this.slots.set(image, slots);
    const resolved = new Map<string, Resolved | undefined>();
    for (const slot of this.slotsOf(image)) {
      const { target } = slot;
      if (target.kind === 'own') {
        const name = image.nameAt(target.address);
        slots.set(slot.address, {
          address: image.move(target.address),
          level: this.level,
          image: image.id,
          auth: slot.auth,
          bound: false,
          name,
        });
        continue;
      }
      if (!resolved.has(target.name)) {
        const found = this.find(image, target.name) ?? (target.weak ? this.unresolvedSymbol() : undefined);
        resolved.set(target.name, found);
        if (found !== undefined && !this.reported.has(image))
          this.binds.push({ image: image.id, symbol: target.name, from: found.image });
      }
      const found = resolved.get(target.name);
      if (found === undefined) missing.push(slot);
      else
        slots.set(slot.address, {
          ...found,
          address: found.address + target.addend,
          auth: slot.auth,
          bound: true,
          name: target.name,
        });
    }
    this.reported.add(image);
    return missing;
  }

  /** Resolved pointers of an image; those that were forgotten are resolved again. */
  resolved(image: LinkImage): Map<bigint, FinalSlot> {
    if (!this.slots.has(image)) this.bind(image);
    return this.slots.get(image)!;
  }

  /** Forgets what can be resolved again: a collection has more pointers than fit in memory as objects. */
  release(image: LinkImage): void {
    this.slots.delete(image);
    image.releaseSlots();
  }

  /** What missing weak imports point at, so that kexts can test for it. */
  private unresolvedSymbol(): Resolved | undefined {
    return this.exported(KERNEL, '_gOSKextUnresolved');
  }

  /** Reports an import that nothing defines. */
  reportMissing(image: LinkImage, slot: LinkSlot): void {
    if (slot.target.kind !== 'import') return;
    const { name } = slot.target;
    const absent = this.libraries(image).find(library => !this.known(library));
    if (absent !== undefined) {
      this.error(image.id, `Failed to bind '${name}' as could not find a kext with '${absent}' bundle-id`);
      return;
    }
    const section = image.sections.find(s => slot.address >= s.address && slot.address < s.address + s.size);
    const where =
      section === undefined
        ? ''
        : ` (at offset 0x${(slot.address - section.address).toString(16)} in ${section.segmentName}, ${section.name})`;
    this.error(
      image.id,
      `Failed to bind '${name}' in '${image.id}'${where} as could not find a kext which exports this symbol`,
    );
  }
}
