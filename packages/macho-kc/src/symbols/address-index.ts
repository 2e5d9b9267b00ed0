import type { KernelCollection } from '../collection/collection.js';
import { isDefined, isExternal, type MachOSymbol, readSymbols } from '../macho/symbols.js';

/** A symbol with the image that has it. */
export interface OwnedSymbol extends MachOSymbol {
  /** Bundle id. */
  readonly image: string;
}

const TEMPORARY = /^(ltmp\d|l_|L)/;

/**
 * Symbols of all images of a collection by address. Built once; 370 thousand symbols take about a second and lookups
 * are by binary search.
 *
 * @example
 * const index = new AddressIndex(collection);
 * index.describe(0xfffffe0007a01234n); // 'com.apple.kernel:_panic+0x34'
 */
export class AddressIndex {
  private readonly symbols: OwnedSymbol[] = [];

  constructor(
    readonly collection: KernelCollection,
    extra: readonly OwnedSymbol[] = [],
  ) {
    for (const id of collection.imageIds) {
      const image = collection.image(id);
      if (image === undefined) continue;
      const table = readSymbols(image);
      for (let i = 0; i < table.length; i++) {
        if (!isDefined({ type: table.type(i) }) || table.section(i) === 0) continue;
        const symbol = table.at(i);
        if (symbol.name !== '' && !TEMPORARY.test(symbol.name)) this.symbols.push({ ...symbol, image: id });
      }
    }
    this.symbols.push(...extra);
    this.symbols.sort((a, b) =>
      a.value < b.value ? -1 : a.value > b.value ? 1 : Number(isExternal(b)) - Number(isExternal(a)),
    );
  }

  get length(): number {
    return this.symbols.length;
  }

  /** Index of the first symbol past an address. */
  private upper(address: bigint): number {
    let low = 0;
    let high = this.symbols.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.symbols[middle]!.value <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Symbols at exactly this address, exported ones first. */
  at(address: bigint): OwnedSymbol[] {
    const end = this.upper(address);
    let start = end;
    while (start > 0 && this.symbols[start - 1]!.value === address) start--;
    return this.symbols.slice(start, end);
  }

  /** The symbol at or before an address, in the same segment. */
  before(address: bigint): OwnedSymbol | undefined {
    const end = this.upper(address);
    const last = this.symbols[end - 1];
    if (last === undefined) return undefined;
    const best = this.at(last.value)[0]!;
    const image = this.collection.image(best.image);
    const segment = image?.segmentAt(best.value);
    return segment !== undefined && address < segment.vmaddr + segment.vmsize ? best : undefined;
  }

  /** Addresses of a name, with their images. */
  named(name: string): OwnedSymbol[] {
    return this.symbols.filter(symbol => symbol.name === name);
  }

  /** `image:symbol+0x10`; the hex address when nothing is known of it. */
  describe(address: bigint, demangle: (name: string) => string = name => name): string {
    const symbol = this.before(address);
    if (symbol === undefined) return `0x${address.toString(16)}`;
    const offset = address - symbol.value;
    return `${symbol.image}:${demangle(symbol.name)}${offset === 0n ? '' : `+0x${offset.toString(16)}`}`;
  }

  [Symbol.iterator](): IterableIterator<OwnedSymbol> {
    return this.symbols[Symbol.iterator]();
  }
}

/** A symbol list as text: one `address name` line each, hex addresses. */
export const exportSymbolList = (symbols: Iterable<Pick<MachOSymbol, 'name' | 'value'>>): string =>
  Array.from(symbols, ({ name, value }) => `0x${value.toString(16)} ${name}\n`).join('');

/** Symbols out of lines of an address (hex, `0x` or not) and a name, as nm, IDA and {@link exportSymbolList} write them. */
export function importSymbolList(text: string, image: string): OwnedSymbol[] {
  const out: OwnedSymbol[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*(?:0x)?([0-9a-fA-F]{1,16})\s+(?:([A-Za-z?-])\s+)?(\S.*?)\s*$/.exec(line);
    if (match !== null)
      out.push({ name: match[3]!, value: BigInt(`0x${match[1]}`), type: 0x0f, section: 1, description: 0, image });
  }
  return out;
}
