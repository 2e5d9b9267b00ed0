import { dataInCode, encodeDataInCode } from '../macho/data-in-code.js';
import { encodeFunctionStarts, functionStarts } from '../macho/function-starts.js';
import {
  INDIRECT_SYMBOL_ABS,
  INDIRECT_SYMBOL_LOCAL,
  indirectSymbols,
  isExternal,
  isUndefined,
  type MachOSymbol,
} from '../macho/symbols.js';
import { viewOf } from '../source.js';
import type { LinkImage } from './link-image.js';

/** An image's part of the shared link-edit data. Offsets are filled in when it is laid out. */
export interface ImageLinkedit {
  readonly locals: readonly MachOSymbol[];
  readonly exports: readonly MachOSymbol[];
  readonly imports: readonly MachOSymbol[];
  /** Indirect symbols, as indices into locals, exports, imports. */
  readonly indirect: Uint32Array;
  readonly functionStarts: Uint8Array;
  readonly dataInCode: Uint8Array;
}

/** Symbols of an image that stay, by how it is stripped, at their new addresses. */
export function imageLinkedit(image: LinkImage): ImageLinkedit {
  const { strip } = image;
  const keepLocals = strip !== 'all' && strip !== 'locals';
  const keepExports = strip !== 'all' && strip !== 'exports';
  const locals: MachOSymbol[] = [];
  const exports: MachOSymbol[] = [];
  const imports: MachOSymbol[] = [];
  const lists = [locals, exports, imports];
  const place: ({ list: number; index: number } | undefined)[] = image.symbols.map(symbol => {
    const list = isUndefined(symbol) ? 2 : isExternal(symbol) ? 1 : 0;
    if ((list === 0 && !keepLocals) || (list === 1 && !keepExports) || (list === 2 && strip === 'all'))
      return undefined;
    // Debugging entries name files of the machine that compiled the kext.
    const value = symbol.section > 0 ? image.move(symbol.value) : symbol.value;
    lists[list]!.push({ ...symbol, value });
    return { list, index: lists[list]!.length - 1 };
  });
  const first = [0, locals.length, locals.length + exports.length];
  const old = indirectSymbols(image.macho);
  const indirect = old.map(value => {
    if ((value & (INDIRECT_SYMBOL_LOCAL | INDIRECT_SYMBOL_ABS)) !== 0) return value;
    const where = place[value];
    return where === undefined ? INDIRECT_SYMBOL_ABS : first[where.list]! + where.index;
  });
  const header = image.move(image.macho.baseAddress);
  const starts = functionStarts(image.macho);
  const data = dataInCode(image.macho).map(entry => ({
    ...entry,
    offset: Number(image.move(image.macho.baseAddress + BigInt(entry.offset)) - header),
  }));
  return {
    locals,
    exports,
    imports,
    indirect,
    functionStarts:
      starts.length === 0
        ? new Uint8Array(0)
        : encodeFunctionStarts(
            starts.map(a => image.move(a)),
            image.move(image.macho.segment('__TEXT')?.vmaddr ?? 0n),
          ),
    dataInCode: encodeDataInCode(data),
  };
}

/** Little-endian bytes of 32-bit words. */
export function wordBytes(words: Uint32Array): Uint8Array {
  const out = new Uint8Array(words.length * 4);
  const view = viewOf(out);
  words.forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  return out;
}
