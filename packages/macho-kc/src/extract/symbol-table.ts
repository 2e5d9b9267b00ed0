import type { MachO } from '../macho/macho.js';
import {
  isExternal,
  isUndefined,
  type MachOSymbol,
  N_EXT,
  N_WEAK_REF,
  readSymbols,
  SymbolWriter,
  symbolRanges,
} from '../macho/symbols.js';
import type { ImportTable } from './imports.js';

/** An image's own symbol table, apart from the one that a collection shares. */
export interface OwnSymbolTable {
  readonly writer: SymbolWriter;
  readonly locals: number;
  readonly exports: number;
  /** Index of the first import. */
  readonly importIndex: number;
  /** New index of a symbol of the old table. */
  renumber(old: number): number;
}

/** Locals, exports and imports of an image moved by `delta`; all of `imports` are written. */
export function ownSymbolTable(image: MachO, imports: ImportTable, delta: bigint): OwnSymbolTable {
  const symbols: MachOSymbol[] = [...readSymbols(image)];
  const writer = new SymbolWriter();
  const ranges = symbolRanges(image);
  const slice = ([from, to]: [number, number]) =>
    Array.from({ length: Math.max(0, Math.min(to, symbols.length) - from) }, (_, i) => from + i);
  const all = ranges === undefined ? slice([0, symbols.length]) : [...slice(ranges.locals), ...slice(ranges.exports)];
  const defined = all.filter(i => !isUndefined(symbols[i]!));
  const locals = defined.filter(i => !isExternal(symbols[i]!));
  const exports = defined.filter(i => isExternal(symbols[i]!));
  const numbers = new Map<number, number>();
  for (const i of [...locals, ...exports]) {
    const symbol = symbols[i]!;
    numbers.set(i, writer.length);
    writer.add({ ...symbol, value: symbol.section > 0 ? BigInt.asUintN(64, symbol.value + delta) : symbol.value });
  }
  const importIndex = writer.length;
  symbols.forEach((symbol, i) => {
    if (isUndefined(symbol)) numbers.set(i, importIndex + imports.add(symbol.name));
  });
  for (const { name, weak } of imports.imports)
    writer.add({ name, value: 0n, type: N_EXT, section: 0, description: weak ? N_WEAK_REF : 0 });
  return {
    writer,
    locals: locals.length,
    exports: exports.length,
    importIndex,
    renumber: old => numbers.get(old) ?? 0,
  };
}
