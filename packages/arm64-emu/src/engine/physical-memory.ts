/** Guest RAM and ROM inside linear memory. */

/** A range of physical addresses that is backed by memory. */
export interface MemoryRegion {
  /** Physical address and bytes; multiples of 4096. */
  readonly base: number;
  readonly size: number;
  /** Byte offset in linear memory. */
  readonly host: number;
  /** Writes go to the bus instead. */
  readonly readOnly: boolean;
  /** Reads are of the bytes; otherwise they go to the bus too, as from flash that answers a command. */
  directRead: boolean;
}

/** What to back with memory. */
export interface RegionSpec {
  readonly base: number;
  readonly size: number;
  readonly readOnly?: boolean;
}

const PAGE = 4096;

/**
 * Maps physical addresses to offsets in linear memory. It also is the memory of page-table walks.
 *
 * @example
 * const ram = memory.view(0x4000_0000, 16); // 16 bytes of guest RAM, or undefined
 */
export class PhysicalMemory {
  private readonly list: MemoryRegion[];
  /** What is mapped; of two that overlap in linear memory the one mapped later comes first. */
  get regions(): readonly MemoryRegion[] {
    return this.list;
  }
  /** Linear memory, by byte and by word. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Called when regions were mapped, unmapped or put in another order. */
  onLayout: () => void = () => {};
  /** Called when memory changed behind the CPUs' back: physical address and bytes. */
  onChange: (address: number, size: number) => void = () => {};

  /** `start`: first byte of linear memory that regions may use. */
  constructor(
    buffer: ArrayBufferLike,
    specs: readonly RegionSpec[],
    readonly start: number,
  ) {
    let host = start;
    this.list = specs.map(({ base, size, readOnly = false }) => {
      if (base % PAGE !== 0 || size % PAGE !== 0) throw new RangeError('memory regions consist of 4096-byte pages');
      const region = { base, size, host, readOnly, directRead: true };
      host += size;
      return region;
    });
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
  }

  /** Bytes that the regions need in linear memory. */
  static total(specs: readonly RegionSpec[]): number {
    return specs.reduce((sum, s) => sum + s.size, 0);
  }

  /** Maps bytes of linear memory that another region has set aside. */
  map(base: number, size: number, host: number, readOnly: boolean): void {
    this.list.unshift({ base, size, host, readOnly, directRead: true });
    this.onLayout();
  }
  /** Removes the region at `base`. TLBs are the caller's business. */
  unmap(base: number): void {
    const at = this.list.findIndex(r => r.base === base);
    if (at >= 0) this.list.splice(at, 1);
    this.onLayout();
  }

  /** Gives the regions the order that those with the same bases have in `others`. */
  sortLike(others: readonly { readonly base: number }[]): void {
    const order = new Map(others.map(({ base }, i) => [base, i]));
    this.list.sort((a, b) => (order.get(a.base) ?? 0) - (order.get(b.base) ?? 0));
    this.onLayout();
  }

  /** The region of a physical address. */
  find(address: number): MemoryRegion | undefined {
    for (const r of this.list) if (address >= r.base && address < r.base + r.size) return r;
    return undefined;
  }

  /** Index into `words` of an aligned location in memory, -1 elsewhere. */
  wordOf(address: number): number {
    const r = this.find(address);
    return r === undefined ? -1 : (r.host + (address - r.base)) >>> 2;
  }

  /** A walk changed the descriptor at `address`. */
  changed(address: number): void {
    this.onChange(address, 8);
  }

  /** `size` bytes at a physical address, in place; undefined unless all of them are memory. */
  view(address: number, size: number): Uint8Array | undefined {
    const r = this.find(address);
    if (r === undefined || address - r.base + size > r.size) return undefined;
    const at = r.host + (address - r.base);
    return this.bytes.subarray(at, at + size);
  }

  /** Copies bytes into memory, ROM included; false unless all of the range is memory. */
  write(address: number, data: Uint8Array): boolean {
    const to = this.view(address, data.length);
    if (to === undefined) return false;
    to.set(data);
    this.onChange(address, data.length);
    return true;
  }
}
