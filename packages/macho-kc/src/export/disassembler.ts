import { KernelCollection } from '../collection/collection.js';
import { MachOError } from '../error.js';
import { type LoadCommand, makeCommand } from '../macho/load-commands.js';
import { MachO } from '../macho/macho.js';
import { isExternal, N_ABS, N_EXT, N_SECT, SymbolWriter } from '../macho/symbols.js';
import { applyPatches } from '../patch/apply.js';
import { GHIDRA_FIX } from '../patch/sets.js';
import { alignUp, fixedString, plainBytes, viewOf } from '../source.js';
import { AddressIndex, type OwnedSymbol } from '../symbols/address-index.js';

/** Options of {@link exportForDisassembler}. */
export interface ExportOptions {
  /** Final pointers in place of fixup chains; true when absent. */
  readonly fixups?: boolean;
  /** Symbols of all images in the outer symbol table; true when absent. */
  readonly symbols?: boolean;
  /** Also blank the DOCTYPE and hide LC_BUILD_VERSION, for importers that stop at them; false when absent. */
  readonly ghidra?: boolean;
  /** Bytes that pointers move by, as after loading with that slide. */
  readonly slide?: bigint;
  /** Symbols from elsewhere, in addition: see {@link importSymbolList}. */
  readonly extraSymbols?: readonly OwnedSymbol[];
  /** `plain` names as they are; `image` puts the bundle id before those of kexts. */
  readonly names?: 'plain' | 'image';
}

/** What {@link exportForDisassembler} made. */
export interface Exported {
  readonly bytes: Uint8Array;
  /** Pointers that were put in place. */
  readonly pointers: number;
  /** Pointers left 0: imports, and into collections that are not open. */
  readonly unresolved: number;
  readonly symbols: number;
}

/** Replaces LC_DYLD_CHAINED_FIXUPS of every image by a command that tools skip, so that nobody applies it twice. */
function hideFixups(bytes: Uint8Array, collection: KernelCollection): void {
  const images = [collection.macho, ...collection.imageIds.flatMap(id => collection.image(id) ?? [])];
  for (const image of new Set(images)) {
    const command = image.command('LC_DYLD_CHAINED_FIXUPS');
    // LC_NOTE-like: an unknown number without the bit that makes it required.
    if (command !== undefined) viewOf(bytes).setUint32(image.headerOffset + command.offset, 0x7ffffff4, true);
  }
}

/** Appends a symbol table of all images and names it in the outer load commands. */
function addSymbols(
  bytes: Uint8Array,
  collection: KernelCollection,
  options: ExportOptions,
): { bytes: Uint8Array; count: number } {
  const macho = new MachO(bytes);
  const writer = new SymbolWriter();
  const sections = macho.sections;
  for (const symbol of new AddressIndex(collection, options.extraSymbols)) {
    const section = sections.findIndex(s => symbol.value >= s.address && symbol.value < s.address + s.size);
    const name =
      options.names === 'image' && symbol.image !== 'com.apple.kernel' ? `${symbol.image}:${symbol.name}` : symbol.name;
    // The outer file has few sections: a symbol outside them is absolute.
    const type = (section < 0 ? N_ABS : N_SECT) | (isExternal(symbol) ? N_EXT : 0);
    writer.add({ name, value: symbol.value, type, section: section + 1, description: 0 });
  }
  if (writer.length === 0) return { bytes, count: 0 };
  const { entries, strings } = writer.build();
  const symoff = alignUp(bytes.length, 16);
  const stroff = symoff + entries.length;
  const end = stroff + strings.length;
  if (end > 0xffffffff) throw new MachOError('limit', 'the file passes 4 GiB');
  const out = new Uint8Array(end);
  out.set(bytes);
  out.set(entries, symoff);
  out.set(strings, stroff);
  const grown = new MachO(out);
  const fields = { symoff, nsyms: writer.length, stroff, strsize: strings.length };
  const old = grown.command('LC_SYMTAB');
  if (old !== undefined) Object.assign(old.fields, fields);
  else grown.commands.push(makeCommand('LC_SYMTAB', fields) as LoadCommand);
  const dysymtab = grown.command('LC_DYSYMTAB');
  // Its ranges spoke of the old table.
  if (dysymtab !== undefined) grown.commands.splice(grown.commands.indexOf(dysymtab as LoadCommand), 1);
  const linkedit = grown.commandsOf('LC_SEGMENT_64').find(c => fixedString(c.fields.segname) === '__LINKEDIT');
  if (linkedit !== undefined) {
    linkedit.fields.filesize = BigInt(end) - linkedit.fields.fileoff;
    linkedit.fields.vmsize = BigInt(alignUp(Number(linkedit.fields.filesize), 0x4000));
  }
  grown.updateHeader();
  return { bytes: grown.encode(), count: writer.length };
}

/**
 * A copy for disassemblers: pointers resolved in place, the symbols of every image at the top level, and on request the
 * changes that old importers need. The chained-fixups command is hidden, so that no tool applies it again.
 *
 * @example
 * const { bytes } = exportForDisassembler(openCollection(file), { ghidra: true });
 */
export function exportForDisassembler(collection: KernelCollection, options: ExportOptions = {}): Exported {
  const { source } = collection.macho;
  let bytes = plainBytes(source.slice(0, source.byteLength)).slice();
  let pointers = 0;
  let unresolved = 0;
  if (options.fixups ?? true) {
    const all = new Set([
      collection.pointers,
      ...collection.imageIds.flatMap(id => {
        const image = collection.image(id);
        return image === undefined ? [] : [collection.pointersOf(image)];
      }),
    ]);
    for (const each of all) {
      each.applyTo(bytes, options.slide ?? 0n);
      pointers += each.table.length;
      for (const fixup of each) if (fixup.target === undefined) unresolved++;
    }
    hideFixups(bytes, collection);
  }
  if (options.ghidra) {
    const macho = new MachO(bytes);
    const set =
      macho.command('LC_BUILD_VERSION') === undefined
        ? { ...GHIDRA_FIX, patches: GHIDRA_FIX.patches.slice(0, 1) }
        : GHIDRA_FIX;
    bytes = plainBytes(applyPatches(new KernelCollection(macho, collection.level), [set]).bytes).slice();
  }
  if (options.symbols ?? true) {
    const added = addSymbols(bytes, collection, options);
    return { bytes: added.bytes, pointers: pointers - unresolved, unresolved, symbols: added.count };
  }
  return { bytes, pointers: pointers - unresolved, unresolved, symbols: 0 };
}
