import { hex, MachOError } from '../error.js';
import { collectionBase, Pointers } from '../fixups/pointers.js';
import { openMachO } from '../macho/fat.js';
import { MachO } from '../macho/macho.js';
import { type ByteSource, PartSource } from '../source.js';
import { type KernelcacheKind, kernelcacheKind } from './kind.js';
import { kmodInfoAt, type NamedKmodInfo } from './kmod-info.js';
import { type KextInfo, type PrelinkInfo, readPrelinkInfo } from './prelink-info.js';
import { readSymbolSets, type SymbolSet } from './symbol-sets.js';

/** Cache levels of chained fixups. */
export const LEVELS = { boot: 0, pageable: 1, aux: 3 } as const;
export type Level = (typeof LEVELS)[keyof typeof LEVELS];

/** A kext of a collection or kernelcache. */
export interface Kext extends KextInfo {
  /** Whether the kext has no code of its own. */
  readonly codeless: boolean;
}

/** The bundle id that stands for the kernel. */
export const KERNEL_ID = 'com.apple.kernel';

/**
 * A kernelcache or kext collection of any kind: its images, kexts and pointers. Everything is read when first asked for.
 *
 * @example
 * const collection = openCollection(bytes);
 * for (const kext of collection.kexts) console.log(kext.id, kext.version, kext.loadAddress?.toString(16));
 */
export class KernelCollection {
  readonly kind: KernelcacheKind;
  private prelinkCache: PrelinkInfo | undefined | null = null;
  private pointersCache: Pointers | undefined;
  private readonly images = new Map<string, MachO | undefined>();

  /** @param set the collections opened together; this one alone when absent */
  constructor(
    readonly macho: MachO,
    readonly level: Level = 0,
    private readonly bases?: () => readonly (bigint | undefined)[],
  ) {
    this.kind = kernelcacheKind(macho);
  }

  get prelinkInfo(): PrelinkInfo | undefined {
    if (this.prelinkCache === null) this.prelinkCache = readPrelinkInfo(this.macho);
    return this.prelinkCache;
  }

  /** Kexts in the order of the prelink info. */
  get kexts(): readonly Kext[] {
    return (this.prelinkInfo?.kexts ?? []).map(kext => ({
      ...kext,
      codeless: kext.loadAddress === undefined && kext.moduleIndex === undefined,
    }));
  }

  /** The kext of a bundle id. */
  kext(id: string): Kext | undefined {
    return this.kexts.find(kext => kext.id === id);
  }

  /** Pointers of the whole collection. Kaslr offsets of prelinked kernelcaches are included. */
  get pointers(): Pointers {
    if (this.pointersCache === undefined) {
      const old = this.kind === 'prelinked' ? this.prelinkInfo?.kaslrOffsets : undefined;
      const bases: (bigint | undefined)[] = [];
      bases[this.level] = collectionBase(this.macho);
      this.pointersCache = new Pointers(this.macho, { bases: this.bases?.() ?? bases, kaslrOffsets: old });
    }
    return this.pointersCache;
  }

  /** Pointers of an image that has its own chained fixups (x86_64 kexts of pageable and auxiliary collections). */
  pointersOf(image: MachO): Pointers {
    if (image === this.macho || image.command('LC_DYLD_CHAINED_FIXUPS') === undefined) return this.pointers;
    return new Pointers(image, { bases: this.pointers.options.bases ?? [] });
  }

  /** Bundle ids of all images with code: the kernel first. */
  get imageIds(): string[] {
    if (this.kind === 'fileset') return this.macho.filesetEntries.map(entry => entry.id);
    const kexts = this.kexts.filter(kext => !kext.codeless && kext.id !== KERNEL_ID).map(kext => kext.id);
    return this.kind === 'kext' || this.kind === 'other' ? [] : [KERNEL_ID, ...kexts];
  }

  /** The Mach-O image of a bundle id; undefined when there is none. */
  image(id: string): MachO | undefined {
    if (!this.images.has(id)) this.images.set(id, this.findImage(id));
    return this.images.get(id);
  }

  private findImage(id: string): MachO | undefined {
    if (this.kind === 'fileset') {
      // Entries and the prelink info disagree on some ids; addresses do not.
      const entries = this.macho.filesetEntries;
      const entry = entries.find(e => e.id === id) ?? this.entryAt(this.kext(id)?.loadAddress, entries);
      return entry === undefined ? undefined : new MachO(this.macho.source, { headerOffset: entry.fileoff });
    }
    if (id === KERNEL_ID) return this.macho;
    const kext = this.kext(id);
    const address = kext === undefined ? undefined : this.headerAddress(kext);
    const offset = address === undefined ? undefined : this.macho.fileOffset(address);
    if (kext === undefined || offset === undefined) return undefined;
    if (this.kind === 'static') return new MachO(this.macho.source, { headerOffset: offset });
    const size = Math.min(Number(kext.size ?? 0n), this.macho.source.byteLength - offset);
    return new MachO(new PartSource(this.macho.source, offset, size));
  }

  private entryAt(
    address: bigint | undefined,
    entries: MachO['filesetEntries'],
  ): MachO['filesetEntries'][number] | undefined {
    return address === undefined ? undefined : entries.find(entry => entry.vmaddr === address);
  }

  private headerAddress(kext: Kext): bigint | undefined {
    if (kext.moduleIndex === undefined) return kext.sourceAddress ?? kext.loadAddress;
    const starts = this.macho.section('__PRELINK_INFO', '__kmod_start');
    if (starts === undefined || BigInt(kext.moduleIndex) >= starts.size / 8n) return undefined;
    return this.pointers.read(starts.address + BigInt(kext.moduleIndex) * 8n);
  }

  /** kmod_info of a kext; undefined when it has none. Its pointers are as stored: read them by {@link pointers}. */
  kmodInfo(kext: Kext): NamedKmodInfo | undefined {
    let address = kext.kmodInfoAddress;
    if (kext.moduleIndex !== undefined) {
      const table = this.macho.section('__PRELINK_INFO', '__kmod_info');
      if (table === undefined || BigInt(kext.moduleIndex) >= table.size / 8n) return undefined;
      address = this.pointers.read(table.address + BigInt(kext.moduleIndex) * 8n);
    }
    return address === undefined || kext.codeless || this.macho.fileOffset(address) === undefined
      ? undefined
      : kmodInfoAt(this.macho, address);
  }

  /** The kernel's symbol sets; empty for collections without a kernel. */
  get symbolSets(): SymbolSet[] {
    const kernel = this.image(KERNEL_ID);
    return kernel === undefined ? [] : readSymbolSets(kernel);
  }

  /** Bundle id of the image whose segments hold an address. */
  imageAt(address: bigint): string | undefined {
    return this.imageIds.find(id => {
      const image = this.image(id);
      return image?.segments.some(s => s.name !== '__LINKEDIT' && address >= s.vmaddr && address < s.vmaddr + s.vmsize);
    });
  }

  /** Where a pointer points. Throws `not-found` for an address without bytes. */
  readPointer(address: bigint): bigint | undefined {
    return this.pointers.read(address);
  }
}

/** Opens one kernelcache or collection (thin, or fat with `architecture`). Throws `unsupported` for other files. */
export function openCollection(input: Uint8Array | ByteSource, architecture?: string): KernelCollection {
  const collection = new KernelCollection(openMachO(input, architecture));
  if (collection.kind === 'other')
    throw new MachOError('unsupported', `${collection.macho.fileType} file is neither kernel nor kext nor collection`, {
      offset: collection.macho.headerOffset,
    });
  return collection;
}

/** Boot, pageable and auxiliary collection opened together, so that pointers between them resolve. */
export interface CollectionSet {
  readonly boot: KernelCollection;
  readonly pageable: KernelCollection | undefined;
  readonly aux: KernelCollection | undefined;
}

/** What {@link openCollections} is given. */
export interface CollectionInputs {
  readonly boot: Uint8Array | ByteSource;
  readonly pageable?: Uint8Array | ByteSource | undefined;
  readonly aux?: Uint8Array | ByteSource | undefined;
}

/**
 * Opens collections that were linked against each other. Throws `bad-value` when one names another boot collection
 * than the one given (`_BootKCID`).
 *
 * @example
 * const { aux } = openCollections({ boot, aux: auxBytes });
 * aux?.readPointer(address);
 */
export function openCollections(inputs: CollectionInputs): CollectionSet {
  const bases: (bigint | undefined)[] = [];
  const open = (input: Uint8Array | ByteSource, level: Level): KernelCollection => {
    const macho = openMachO(input);
    bases[level] = collectionBase(macho);
    return new KernelCollection(macho, level, () => bases);
  };
  const boot = open(inputs.boot, LEVELS.boot);
  const pageable = inputs.pageable === undefined ? undefined : open(inputs.pageable, LEVELS.pageable);
  const aux = inputs.aux === undefined ? undefined : open(inputs.aux, LEVELS.aux);
  const uuid = boot.prelinkInfo?.uuid;
  for (const other of [pageable, aux]) {
    const wanted = other?.prelinkInfo?.bootUuid;
    if (uuid !== undefined && wanted !== undefined && !wanted.every((byte, i) => byte === uuid[i]))
      throw new MachOError(
        'bad-value',
        `linked against boot collection ${hex(wanted.reduce((n, b) => (n << 8n) | BigInt(b), 0n))}`,
        {
          path: '_BootKCID',
        },
      );
  }
  return { boot, pageable, aux };
}
