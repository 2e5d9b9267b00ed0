import { MachOError } from '../error.js';
import { cString, readBytes, viewOf } from '../source.js';
import type { MachO } from './macho.js';

// mach-o/nlist.h
export const N_STAB = 0xe0;
export const N_TYPE = 0x0e;
export const N_EXT = 0x01;
export const N_UNDF = 0x0;
export const N_ABS = 0x2;
export const N_SECT = 0xe;
export const N_PBUD = 0xc;
export const N_WEAK_REF = 0x0040;

/** One entry of the symbol table. */
export interface MachOSymbol {
  readonly name: string;
  /** n_value: the address of a defined symbol. */
  readonly value: bigint;
  readonly type: number;
  /** Number of the section, from 1; 0 for none. */
  readonly section: number;
  readonly description: number;
}

/** Whether a symbol has an address: neither undefined nor a debugging entry. */
export const isDefined = (symbol: Pick<MachOSymbol, 'type'>): boolean =>
  (symbol.type & N_STAB) === 0 && ((symbol.type & N_TYPE) === N_SECT || (symbol.type & N_TYPE) === N_ABS);

/** Whether a symbol is seen outside its image. */
export const isExternal = (symbol: Pick<MachOSymbol, 'type'>): boolean =>
  (symbol.type & N_STAB) === 0 && (symbol.type & N_EXT) !== 0;

/** Whether a symbol is to be found in another image. */
export const isUndefined = (symbol: Pick<MachOSymbol, 'type'>): boolean =>
  (symbol.type & N_STAB) === 0 && ((symbol.type & N_TYPE) === N_UNDF || (symbol.type & N_TYPE) === N_PBUD);

/**
 * The entries of LC_SYMTAB, read in place: columns by index, objects on demand.
 *
 * @example
 * const symbols = readSymbols(kernel);
 * for (let i = 0; i < symbols.length; i++) console.log(symbols.value(i), symbols.name(i));
 */
export class SymbolTable implements Iterable<MachOSymbol> {
  private readonly view: DataView;
  private text: string | undefined;
  private readonly stride: number;

  /**
   * @param entries nlist or nlist_64 array
   * @param strings NUL-terminated names
   * @param is64 whether the entries are nlist_64
   */
  constructor(
    readonly entries: Uint8Array,
    readonly strings: Uint8Array,
    readonly is64: boolean,
  ) {
    this.view = viewOf(entries);
    this.stride = is64 ? 16 : 12;
  }

  get length(): number {
    return (this.entries.length / this.stride) | 0;
  }
  nameOffset(i: number): number {
    return this.view.getUint32(i * this.stride, true);
  }
  type(i: number): number {
    return this.entries[i * this.stride + 4]!;
  }
  section(i: number): number {
    return this.entries[i * this.stride + 5]!;
  }
  description(i: number): number {
    return this.view.getUint16(i * this.stride + 6, true);
  }
  value(i: number): bigint {
    return this.is64
      ? this.view.getBigUint64(i * this.stride + 8, true)
      : BigInt(this.view.getUint32(i * this.stride + 8, true));
  }

  /** Name; empty for offset 0 and for one outside the names. */
  name(i: number): string {
    const at = this.nameOffset(i);
    if (at === 0 || at >= this.strings.length) return '';
    if (this.text === undefined) {
      const text = new TextDecoder().decode(this.strings);
      // Same length: every byte is one character, so that offsets into the bytes serve for the text.
      this.text = text.length === this.strings.length ? text : '';
    }
    if (this.text === '') return cString(this.strings, at);
    const end = this.text.indexOf('\0', at);
    return this.text.slice(at, end < 0 ? undefined : end);
  }

  at(i: number): MachOSymbol {
    if (!(i >= 0 && i < this.length)) throw new MachOError('out-of-range', `symbol ${i} of ${this.length}`);
    return {
      name: this.name(i),
      value: this.value(i),
      type: this.type(i),
      section: this.section(i),
      description: this.description(i),
    };
  }

  *[Symbol.iterator](): Iterator<MachOSymbol> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

/** The file's symbol table; an empty one when there is no LC_SYMTAB. Throws `truncated` when it is not all there. */
export function readSymbols(macho: MachO): SymbolTable {
  const fields = macho.command('LC_SYMTAB')?.fields;
  const stride = macho.is64 ? 16 : 12;
  if (fields === undefined) return new SymbolTable(new Uint8Array(0), new Uint8Array(0), macho.is64);
  return new SymbolTable(
    readBytes(macho.source, fields.symoff, fields.nsyms * stride, 'LC_SYMTAB.symoff'),
    readBytes(macho.source, fields.stroff, fields.strsize, 'LC_SYMTAB.stroff'),
    macho.is64,
  );
}

/** Ranges of LC_DYSYMTAB as [first, end) indices into the symbol table. */
export function symbolRanges(
  macho: MachO,
): { locals: [number, number]; exports: [number, number]; imports: [number, number] } | undefined {
  const f = macho.command('LC_DYSYMTAB')?.fields;
  if (f === undefined) return undefined;
  return {
    locals: [f.ilocalsym, f.ilocalsym + f.nlocalsym],
    exports: [f.iextdefsym, f.iextdefsym + f.nextdefsym],
    imports: [f.iundefsym, f.iundefsym + f.nundefsym],
  };
}

export const INDIRECT_SYMBOL_LOCAL = 0x80000000;
export const INDIRECT_SYMBOL_ABS = 0x40000000;

/** Indirect symbol table: indices into the symbol table, or INDIRECT_SYMBOL_LOCAL / _ABS. */
export function indirectSymbols(macho: MachO): Uint32Array {
  const f = macho.command('LC_DYSYMTAB')?.fields;
  if (f === undefined || f.nindirectsyms === 0) return new Uint32Array(0);
  const view = viewOf(readBytes(macho.source, f.indirectsymoff, f.nindirectsyms * 4, 'LC_DYSYMTAB.indirectsymoff'));
  return Uint32Array.from({ length: f.nindirectsyms }, (_, i) => view.getUint32(i * 4, true));
}

/** Builds nlist entries and their names. */
export class SymbolWriter {
  private readonly offsets = new Map<string, number>([['', 0]]);
  private readonly symbols: MachOSymbol[] = [];
  private readonly pool: Uint8Array[] = [new Uint8Array([0x20, 0])];
  private size = 2;

  add(symbol: MachOSymbol): void {
    this.symbols.push(symbol);
    if (this.offsets.has(symbol.name)) return;
    const bytes = new TextEncoder().encode(`${symbol.name}\0`);
    this.offsets.set(symbol.name, this.size);
    this.pool.push(bytes);
    this.size += bytes.length;
  }

  get length(): number {
    return this.symbols.length;
  }

  /** nlist_64 entries, and the names padded to 8 bytes. */
  build(): { entries: Uint8Array; strings: Uint8Array } {
    const entries = new Uint8Array(this.symbols.length * 16);
    const view = viewOf(entries);
    this.symbols.forEach((symbol, i) => {
      view.setUint32(i * 16, this.offsets.get(symbol.name)!, true);
      entries[i * 16 + 4] = symbol.type;
      entries[i * 16 + 5] = symbol.section;
      view.setUint16(i * 16 + 6, symbol.description, true);
      view.setBigUint64(i * 16 + 8, symbol.value, true);
    });
    const strings = new Uint8Array(Math.ceil(this.size / 8) * 8);
    let at = 0;
    for (const bytes of this.pool) {
      strings.set(bytes, at);
      at += bytes.length;
    }
    return { entries, strings };
  }
}
