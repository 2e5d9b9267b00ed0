import type { MachO } from '../macho/macho.js';
import { parsePlist } from '../plist/read-xml.js';
import { asArray, asDict, asText, type PlistValue } from '../plist/value.js';

/** One line of a symbol set. */
export type SymbolSetEntry =
  | { readonly name: string; readonly aliasTarget: string | undefined }
  | { readonly prefix: string };

/** The symbols that a pseudo-kext such as `com.apple.kpi.libkern` exports from the kernel. */
export interface SymbolSet {
  readonly id: string;
  readonly symbols: readonly SymbolSetEntry[];
}

/** Symbol sets out of their property list (`SymbolsSets`). */
export function symbolSetsOf(value: PlistValue): SymbolSet[] {
  const list = asDict(value)?.get('SymbolsSets');
  // A kext carries one set, without the list around it.
  return (list === undefined ? [value] : asArray(list)).flatMap(item => {
    const set = asDict(item);
    const id = asText(set?.get('CFBundleIdentifier'));
    if (set === undefined || id === undefined) return [];
    const symbols = asArray(set.get('Symbols')).flatMap((entry): SymbolSetEntry[] => {
      const dict = asDict(entry);
      const prefix = asText(dict?.get('SymbolPrefix'));
      if (prefix !== undefined) return [{ prefix }];
      const name = asText(dict?.get('SymbolName')) ?? asText(entry);
      return name === undefined ? [] : [{ name, aliasTarget: asText(dict?.get('AliasTarget')) }];
    });
    return [{ id, symbols }];
  });
}

/** Symbol sets of a kernel's `__LINKINFO,__symbolsets`; empty when it has none. */
export function readSymbolSets(kernel: MachO): SymbolSet[] {
  const section = kernel.section('__LINKINFO', '__symbolsets');
  if (section === undefined || section.size === 0n) return [];
  return symbolSetsOf(parsePlist(kernel.sectionBytes(section), section.offset));
}
