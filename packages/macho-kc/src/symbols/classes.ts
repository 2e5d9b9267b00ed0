import type { KernelCollection } from '../collection/collection.js';
import type { PointerAuth } from '../fixups/pointer.js';
import { adr, adrp, branch26, offsetUse, wordAt } from '../patch/a64.js';
import { CodeImage } from '../patch/code-image.js';
import { cString } from '../source.js';
import type { AddressIndex } from './address-index.js';

/** An entry of a vtable. */
export interface VtableEntry {
  /** Address of the slot. */
  readonly slot: bigint;
  /** Where it points; undefined for pointers into collections that are not open. */
  readonly target: bigint | undefined;
  /** Name of the target. */
  readonly name: string | undefined;
  readonly auth: PointerAuth | undefined;
}

/** A C++ class of the kernel or of a kext. */
export interface KernelClass {
  readonly name: string;
  /** Bundle id of the image that defines it. */
  readonly image: string;
  /** Name of the superclass, where it is known. */
  readonly superclass: string | undefined;
  /** Address of the vtable (of its first word, which is 0), where a symbol gives it. */
  readonly vtable: bigint | undefined;
  /** Address of `gMetaClass`. */
  readonly metaclass: bigint | undefined;
  /** Bytes of an instance, where the metaclass's constructor was found. */
  readonly size: number | undefined;
}

const META_CONSTRUCTOR = /^__ZN11OSMetaClassC[12]EPKcPKS_j$/;

/** The class's name in a symbol: `__ZTV3Foo` or `__ZN3Foo10gMetaClassE`; nested names keep their parts. */
function mangledClass(symbol: string, prefix: string, suffix: string): string | undefined {
  if (!symbol.startsWith(prefix) || !symbol.endsWith(suffix)) return undefined;
  let rest = symbol.slice(prefix.length, symbol.length - suffix.length);
  if (suffix === '' && rest.startsWith('N') && rest.endsWith('E')) rest = rest.slice(1, -1);
  const parts: string[] = [];
  while (rest !== '') {
    const match = /^(\d+)/.exec(rest);
    if (match === null) return undefined;
    const length = Number(match[1]);
    parts.push(rest.slice(match[1]!.length, match[1]!.length + length));
    rest = rest.slice(match[1]!.length + length);
  }
  return parts.length === 0 ? undefined : parts.join('::');
}

/** Entries of a vtable: from 16 bytes past its symbol on, as long as the words are pointers. */
export function readVtable(
  collection: KernelCollection,
  index: AddressIndex,
  vtable: bigint,
  limit = 2048,
): VtableEntry[] {
  const out: VtableEntry[] = [];
  for (let i = 0; i < limit; i++) {
    const slot = vtable + 16n + BigInt(8 * i);
    // The next symbol begins another object.
    if (i > 0 && index.at(slot).length > 0) break;
    const fixup = collection.pointers.at(slot);
    if (fixup === undefined) break;
    const name = fixup.target === undefined ? fixup.import?.name : index.at(fixup.target)[0]?.name;
    out.push({ slot, target: fixup.target, name, auth: fixup.auth });
  }
  return out;
}

interface Construction {
  readonly metaclass: bigint | undefined;
  readonly name: string | undefined;
  readonly superMeta: bigint | undefined;
  readonly size: number | undefined;
}

/**
 * Calls of OSMetaClass's constructor in an image: the object in x0, the class's name in x1, the superclass's metaclass
 * in x2 and the instance size in w3, as constants that the code before the call puts there.
 */
function constructions(
  collection: KernelCollection,
  image: CodeImage,
  constructors: ReadonlySet<bigint>,
): Construction[] {
  const { pointers } = collection;
  const out: Construction[] = [];
  const known: (bigint | undefined)[] = new Array(32);
  const read = (address: bigint): bigint | undefined => {
    if (collection.macho.fileOffset(address) === undefined) return undefined;
    return pointers.read(address);
  };
  for (const { address, bytes } of image.code) {
    known.fill(undefined);
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const word = wordAt(bytes, at);
      const pc = address + BigInt(at);
      const page = adrp(word, pc);
      const near = adr(word, pc);
      const use = offsetUse(word);
      const branch = branch26(word, pc);
      if (page !== undefined) known[page.rd] = page.page;
      else if (near !== undefined) known[near.rd] = near.address;
      else if (use !== undefined && use.kind !== 'store') {
        const base = known[use.rn];
        const sum = base === undefined ? undefined : base + BigInt(use.offset);
        known[use.rd] = sum === undefined || use.kind === 'add' ? sum : use.size === 8 ? read(sum) : undefined;
      } else if ((word & 0x7f800000) >>> 0 === 0x52800000)
        known[word & 31] = BigInt((word >>> 5) & 0xffff) << BigInt(((word >>> 21) & 3) * 16); // MOVZ
      else if ((word & 0xffe0ffe0) >>> 0 === 0xaa0003e0)
        known[word & 31] = known[(word >>> 16) & 31]; // MOV
      else if (branch !== undefined) {
        if (constructors.has(branch.target)) {
          const text = known[1];
          const offset = text === undefined ? undefined : collection.macho.fileOffset(text);
          const { source } = collection.macho;
          const name =
            offset === undefined ? undefined : cString(source.slice(offset, Math.min(offset + 256, source.byteLength)));
          out.push({
            metaclass: known[0],
            name,
            superMeta: known[2],
            size: known[3] === undefined ? undefined : Number(known[3] & 0xffffffffn),
          });
        }
        if (branch.link) known.fill(undefined, 0, 19);
      } else if (word === 0xd65f03c0 || word === 0xd65f0fff || word === 0xd65f0bff) known.fill(undefined);
    }
  }
  return out;
}

/** Stubs of an image whose pointer leads to one of `targets`. */
function stubsTo(collection: KernelCollection, image: CodeImage, targets: ReadonlySet<bigint>): bigint[] {
  const out: bigint[] = [];
  for (const { stubs, size } of image.macho.sections
    .filter(s => (s.flags & 0xff) === 8 && s.reserved2 > 0)
    .map(s => ({ stubs: s, size: BigInt(s.reserved2) })))
    for (let stub = stubs.address; stub + size <= stubs.address + stubs.size; stub += size) {
      const loads = image.references(() => true, stub, stub + size);
      if (loads.some(l => collection.macho.fileOffset(l.target) !== undefined && targets.has(pointers(l.target))))
        out.push(stub);
    }
  return out;

  function pointers(address: bigint): bigint {
    return collection.pointers.read(address) ?? 0n;
  }
}

/**
 * Classes of a collection: of `__ZTV` and `gMetaClass` symbols, with superclasses through `superClass` pointers, and
 * (arm64) of the calls of OSMetaClass's constructor, which also give the names in stripped kexts.
 */
export function kernelClasses(collection: KernelCollection, index: AddressIndex): KernelClass[] {
  const classes = new Map<string, { -readonly [K in keyof KernelClass]: KernelClass[K] }>();
  const byMeta = new Map<bigint, string>();
  const entry = (name: string, image: string) => {
    let found = classes.get(name);
    if (found === undefined) {
      found = { name, image, superclass: undefined, vtable: undefined, metaclass: undefined, size: undefined };
      classes.set(name, found);
    }
    return found;
  };
  const supers: { name: string; image: string; at: bigint }[] = [];
  for (const { name, value, image } of index) {
    const table = mangledClass(name, '__ZTV', '');
    if (table !== undefined && !table.endsWith('::MetaClass')) entry(table, image).vtable = value;
    const meta = mangledClass(name, '__ZN', '10gMetaClassE');
    if (meta !== undefined) {
      entry(meta, image).metaclass = value;
      byMeta.set(value, meta);
    }
    const above = mangledClass(name, '__ZN', '10superClassE');
    if (above !== undefined) supers.push({ name: above, image, at: value });
  }
  const constructors = new Set([...index].filter(s => META_CONSTRUCTOR.test(s.name)).map(s => s.value));
  const pending: { name: string; superMeta: bigint }[] = [];
  if (constructors.size > 0 && collection.macho.architecture.startsWith('arm64'))
    for (const id of collection.imageIds) {
      const macho = collection.image(id);
      if (macho === undefined) continue;
      const image = new CodeImage(macho);
      const targets = new Set([...constructors, ...stubsTo(collection, image, constructors)]);
      for (const { metaclass, name, superMeta, size } of constructions(collection, image, targets)) {
        if (name === undefined || !/^[A-Za-z_][A-Za-z0-9_:<>]*$/.test(name)) continue;
        // A symbol of the metaclass knows better than the text.
        const own = (metaclass === undefined ? undefined : byMeta.get(metaclass)) ?? name;
        const found = entry(own, id);
        found.metaclass ??= metaclass;
        found.size = size;
        if (metaclass !== undefined) byMeta.set(metaclass, own);
        if (superMeta !== undefined && superMeta !== 0n) pending.push({ name: own, superMeta });
      }
    }
  for (const { name, image, at } of supers) {
    const target = collection.macho.fileOffset(at) === undefined ? undefined : collection.pointers.read(at);
    const above = target === undefined ? undefined : byMeta.get(target);
    if (above !== undefined) entry(name, image).superclass = above;
  }
  for (const { name, superMeta } of pending) {
    const found = classes.get(name)!;
    found.superclass ??= byMeta.get(superMeta);
  }
  return [...classes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
