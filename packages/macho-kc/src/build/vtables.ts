import { AddressIndex } from '../symbols/address-index.js';
import type { LinkImage } from './link-image.js';
import type { BaseCollection, FinalSlot, Linker } from './linker.js';

/** A vtable wherever it is: its pointers from the first method on. */
interface Vtable {
  readonly entries: readonly FinalSlot[];
  /** Where it can be changed: image and address of the first method in the input. */
  readonly own: { readonly image: LinkImage; readonly first: bigint } | undefined;
}

const OBJECT = '__ZTV11OSMetaClass';

/**
 * Gives slots of a kext's vtable that still are imports (reserved ones, mostly) what the superclass has there, with its
 * signature: a method that the superclass has got since the kext was compiled.
 */
export class VtablePatcher {
  private readonly done = new Set<string>();
  private readonly indexes = new Map<BaseCollection, AddressIndex>();

  constructor(private readonly linker: Linker) {}

  private index(base: BaseCollection): AddressIndex {
    let index = this.indexes.get(base);
    if (index === undefined) {
      index = new AddressIndex(base.collection);
      this.indexes.set(base, index);
    }
    return index;
  }

  /** Mangled class between prefix and suffix: `3Foo` of `__ZN3Foo10superClassE`. */
  private static className(symbol: string, suffix: string): string | undefined {
    return symbol.startsWith('__ZN') && symbol.endsWith(suffix) ? symbol.slice(4, -suffix.length) : undefined;
  }

  /** Symbol of a class's vtable: nested names are wrapped. */
  private static vtableNames(mangled: string): string[] {
    return [`__ZTV${mangled}`, `__ZTVN${mangled}E`];
  }

  patchAll(): void {
    for (const image of this.linker.images)
      if (!image.kernel) for (const symbol of image.symbols) this.patchClass(image, symbol.name);
  }

  private patchClass(image: LinkImage, superClass: string): void {
    const cls = VtablePatcher.className(superClass, '10superClassE');
    const symbol = image.symbol(superClass);
    if (cls === undefined || symbol === undefined) return;
    const key = `${image.id} ${superClass}`;
    if (this.done.has(key)) return;
    this.done.add(key);
    const slots = this.linker.resolved(image);
    const pointer = slots.get(symbol.value);
    const raw = image.slots.find(slot => slot.address === symbol.value);
    const metaName = raw?.target.kind === 'import' ? raw.target.name : pointer?.name;
    // The root of the classes has no superclass.
    if (raw === undefined) return;
    const above = metaName === undefined ? undefined : VtablePatcher.className(metaName, '10gMetaClassE');
    if (metaName === undefined || above === undefined || pointer === undefined) {
      const expected = metaName ?? '';
      this.linker.error(
        image.id,
        `Cannot find symbol for metaclass pointed to by '${superClass}'.  Expected symbol '${expected}' to be defined in another kext`,
      );
      return;
    }
    // The superclass first, when it is of this collection.
    const owner = this.linker.images.find(i => i.id === pointer.image);
    if (owner !== undefined && !owner.kernel) this.patchClass(owner, `__ZN${above}10superClassE`);
    this.patchTable(image, VtablePatcher.vtableNames(cls), VtablePatcher.vtableNames(above), pointer.image);
    this.patchTable(image, [`__ZTVN${cls}9MetaClassE`], [OBJECT], 'com.apple.kernel');
  }

  private ownTable(image: LinkImage, names: readonly string[]): Vtable | undefined {
    const symbol = names.map(name => image.symbol(name)).find(s => s !== undefined);
    if (symbol === undefined) return undefined;
    const first = symbol.value + 16n;
    const slots = this.linker.resolved(image);
    const entries: FinalSlot[] = [];
    for (let at = first; ; at += 8n) {
      const slot = slots.get(at) ?? this.missing(image, at);
      if (slot === undefined) break;
      entries.push(slot);
    }
    return { entries, own: { image, first } };
  }

  /** An import that was not found is a slot, too. */
  private missing(image: LinkImage, at: bigint): FinalSlot | undefined {
    const slot = image.slots.find(s => s.address === at && s.target.kind === 'import');
    if (slot?.target.kind !== 'import') return undefined;
    return { address: 0n, level: -1, image: '', auth: slot.auth, bound: true, name: slot.target.name };
  }

  private parentTable(names: readonly string[], owner: string): Vtable | undefined {
    const image = this.linker.images.find(i => i.id === owner);
    if (image !== undefined) return this.ownTable(image, names);
    for (const base of this.linker.bases) {
      const index = this.index(base);
      const symbol = names.flatMap(name => index.named(name)).find(s => s.image === owner);
      if (symbol === undefined) continue;
      const { collection } = base;
      const macho = collection.image(owner);
      const pointers = macho === undefined ? collection.pointers : collection.pointersOf(macho);
      const entries: FinalSlot[] = [];
      for (let at = symbol.value + 16n; ; at += 8n) {
        const fixup = pointers.at(at);
        if (fixup?.target === undefined) break;
        const level = fixup.format.target === 'cache' ? fixup.stored.cacheLevel : base.level;
        const holder = level === base.level ? base : this.linker.bases.find(b => b.level === level);
        const name = holder === undefined ? undefined : this.index(holder).at(fixup.target)[0]?.name;
        entries.push({ address: fixup.target, level, image: owner, auth: fixup.auth, bound: false, name });
      }
      return { entries, own: undefined };
    }
    return undefined;
  }

  private patchTable(image: LinkImage, names: readonly string[], parents: readonly string[], owner: string): void {
    const child = this.ownTable(image, names);
    if (child === undefined) return;
    const parent = this.parentTable(parents, owner);
    if (parent === undefined || parent.entries.length === 0) return;
    if (child.entries.length < parent.entries.length) {
      this.linker.error(
        image.id,
        `Malformed vtable.  Super class '${parents[0]}' has ${parent.entries.length} entries vs subclass '${names[0]}' with ${child.entries.length} entries`,
      );
      return;
    }
    const slots = this.linker.resolved(image);
    parent.entries.forEach((above, i) => {
      const below = child.entries[i]!;
      if (!below.bound || above.name === undefined || above.name === '___cxa_pure_virtual' || above.name === below.name)
        return;
      slots.set(child.own!.first + BigInt(8 * i), { ...above, bound: true });
    });
  }
}
