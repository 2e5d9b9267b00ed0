import { MachOError } from '../error.js';
import type { PointerAuth } from '../fixups/pointer.js';
import { Pointers } from '../fixups/pointers.js';
import { CPU_TYPE_ARM64 } from '../macho/constants.js';
import { MachO } from '../macho/macho.js';
import { externalRelocations, localRelocations, relocationBase } from '../macho/relocations.js';
import type { Section, Segment } from '../macho/segments.js';
import { splitSegData, splitSegVersion } from '../macho/split-seg.js';
import { isDefined, isExternal, type MachOSymbol, N_WEAK_REF, readSymbols } from '../macho/symbols.js';
import { viewOf } from '../source.js';
import type { KextInput, StripMode } from './types.js';

/** A segment of an image on its way into a collection. */
export interface LinkSegment {
  readonly old: Segment;
  /** Bytes in the collection: everything is in the file. */
  content: Uint8Array;
  /** Address in the collection. */
  address: bigint;
  region: string;
}

/** Where a pointer is to point. */
export type SlotTarget =
  | { readonly kind: 'own'; readonly address: bigint }
  | { readonly kind: 'import'; readonly name: string; readonly weak: boolean; readonly addend: bigint };

/** A pointer of an image. Addresses are those of the input. */
export interface LinkSlot {
  readonly address: bigint;
  readonly target: SlotTarget;
  readonly auth: PointerAuth | undefined;
  /** 8, or 4 for 32-bit local relocations and branches. */
  readonly size: number;
  /** A pc-relative x86_64 branch instead of a pointer. */
  readonly branch: boolean;
}

/** Zero-fill that an image may have beyond its file, bytes: collections keep it in the file. */
const MOST_ZEROS = 0x40000000;
/** Greatest alignment of a section, as a power of two. */
const MAX_ALIGN = 24;

/** An input image: parsed, with content of its own that may be changed. */
export class LinkImage {
  readonly macho: MachO;
  readonly segments: LinkSegment[];
  readonly sections: readonly Section[];
  readonly symbols: readonly MachOSymbol[];
  readonly arm: boolean;
  /** Split-segment info of version 2 lets the segments move against each other. */
  readonly movable: boolean;
  private total = 0;
  private readonly defined = new Map<string, MachOSymbol>();
  private byAddress: Map<bigint, string> | undefined;

  constructor(
    readonly id: string,
    bytes: Uint8Array,
    readonly kext: KextInput | undefined,
    readonly strip: StripMode,
  ) {
    this.macho = new MachO(bytes);
    this.arm = this.macho.header.cputype === CPU_TYPE_ARM64;
    // Old x86_64 linkers left zeros: nothing refers from one segment to another.
    const zeros = !this.arm && (splitSegData(this.macho)?.every(byte => byte === 0) ?? false);
    this.movable = splitSegVersion(this.macho) === 2 || zeros;
    this.sections = this.macho.sections;
    const odd = this.sections.find(section => section.align > MAX_ALIGN);
    if (odd !== undefined)
      throw new MachOError('bad-value', `alignment of 2^${odd.align}`, { path: `${odd.segmentName},${odd.name}` });
    this.symbols = [...readSymbols(this.macho)];
    for (const symbol of this.symbols) if (isDefined(symbol)) this.defined.set(symbol.name, symbol);
    this.segments = this.macho.segments.map(old => ({ old, content: this.contentOf(old), address: 0n, region: '' }));
  }

  /** Pointers, read when first asked for. Throws `bad-fixups` and the like. */
  get slots(): readonly LinkSlot[] {
    return (this.slotCache ??= this.readSlots());
  }
  private slotCache: LinkSlot[] | undefined;

  /** Forgets the pointers; they are read again when they are asked for. */
  releaseSlots(): void {
    this.slotCache = undefined;
  }

  get kernel(): boolean {
    return this.kext === undefined;
  }

  /** Content of a segment at its size in the collection: kexts' are cut after the last section. */
  private contentOf(segment: Segment): Uint8Array {
    let size = Number(segment.vmsize);
    if (this.kext !== undefined && segment.sections.length > 0)
      size = segment.sections.reduce((end, s) => Math.max(end, Number(s.address + s.size - segment.vmaddr)), 0);
    this.total += size;
    if (!(this.total <= this.macho.source.byteLength + MOST_ZEROS))
      throw new MachOError('limit', `segments of ${this.total} bytes`, { path: segment.name });
    const there = this.macho.segmentBytes(segment).subarray(0, size);
    // A view of the input, which is not written to: the collection gets its own copy.
    if (there.length === size) return there;
    const out = new Uint8Array(size);
    out.set(there);
    return out;
  }

  private readSlots(): LinkSlot[] {
    const out: LinkSlot[] = [];
    const { macho } = this;
    const pointers = new Pointers(macho);
    for (const fixup of pointers) {
      if (fixup.format.id === -2) continue;
      const target: SlotTarget =
        fixup.stored.kind === 'bind'
          ? {
              kind: 'import',
              name: fixup.import?.name ?? '',
              weak: fixup.import?.weak ?? false,
              addend: BigInt(fixup.stored.addend) + (fixup.import?.addend ?? 0n),
            }
          : { kind: 'own', address: fixup.target ?? 0n };
      out.push({ address: fixup.location, target, auth: fixup.auth, size: 8, branch: false });
    }
    const base = relocationBase(macho);
    const word = (address: bigint, size: number): bigint => {
      if (size < 4) throw new MachOError('unsupported', `relocation of ${size} bytes`, { path: this.id });
      const view = viewOf(macho.bytesAt(address, size));
      return size === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
    };
    for (const relocation of localRelocations(macho)) {
      const address = BigInt.asUintN(64, base + BigInt(relocation.address));
      const size = 1 << relocation.length;
      out.push({
        address,
        target: { kind: 'own', address: word(address, size) },
        auth: undefined,
        size,
        branch: false,
      });
    }
    for (const relocation of externalRelocations(macho)) {
      const address = BigInt.asUintN(64, base + BigInt(relocation.address));
      const symbol = this.symbols[relocation.symbol];
      if (symbol === undefined)
        throw new MachOError('bad-value', `relocation of symbol ${relocation.symbol}`, { path: this.id });
      const branch = relocation.pcRelative;
      const weak = (symbol.description & N_WEAK_REF) !== 0;
      const addend = branch ? 0n : word(address, 1 << relocation.length);
      out.push({
        address,
        target: { kind: 'import', name: symbol.name, weak, addend },
        auth: undefined,
        size: 1 << relocation.length,
        branch,
      });
    }
    return out;
  }

  /** A symbol that the image defines. */
  symbol(name: string): MachOSymbol | undefined {
    return this.defined.get(name);
  }
  /** A symbol that other images may bind to. */
  exported(name: string): MachOSymbol | undefined {
    const symbol = this.defined.get(name);
    return symbol !== undefined && isExternal(symbol) ? symbol : undefined;
  }
  /** Name of what is defined at an address of the input, exported names first. */
  nameAt(address: bigint): string | undefined {
    if (this.byAddress === undefined) {
      this.byAddress = new Map();
      for (const symbol of this.defined.values())
        if (!this.byAddress.has(symbol.value) || isExternal(symbol)) this.byAddress.set(symbol.value, symbol.name);
    }
    return this.byAddress.get(address);
  }

  /** Segment that holds an address of the input. */
  holder(address: bigint): LinkSegment | undefined {
    return (
      this.segments.find(s => address >= s.old.vmaddr && address < s.old.vmaddr + s.old.vmsize) ??
      this.segments.find(s => address === s.old.vmaddr + s.old.vmsize)
    );
  }

  /** Address in the collection of an address of the input. */
  move(address: bigint): bigint {
    const segment = this.holder(address);
    return segment === undefined ? address : address - segment.old.vmaddr + segment.address;
  }

  /** Content at an address of the input: where it is and the offset. */
  at(address: bigint): { content: Uint8Array; offset: number } | undefined {
    const segment = this.holder(address);
    if (segment === undefined) return undefined;
    const offset = Number(address - segment.old.vmaddr);
    return offset < segment.content.length ? { content: segment.content, offset } : undefined;
  }
}
