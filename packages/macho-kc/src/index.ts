export { buildCollection } from './build/build-collection.js';
export { type Excluded, type ExclusionRule, elided, excludeKexts, needsAcpi, type Selection } from './build/exclude.js';
export { type CollectionChanges, rebuildCollection } from './build/rebuild.js';
export { type SelectOptions, selectKexts } from './build/select.js';
export type {
  BoundSymbol,
  BuildError,
  BuildOptions,
  BuildResult,
  KextInput,
  SectionInput,
  StripMode,
} from './build/types.js';
export { compareVersions, isCompatible, newestKexts } from './build/versions.js';
export {
  type CollectionInputs,
  type CollectionSet,
  KERNEL_ID,
  KernelCollection,
  type Kext,
  LEVELS,
  type Level,
  openCollection,
  openCollections,
} from './collection/collection.js';
export { type KernelcacheKind, kernelcacheKind } from './collection/kind.js';
export { type KmodInfo, kmodInfoAt, type NamedKmodInfo } from './collection/kmod-info.js';
export { type LoadPlan, type LoadSegment, loadPlan } from './collection/load-plan.js';
export {
  bundleLibraries,
  type KextDependency,
  type KextInfo,
  kextInfo,
  type PrelinkInfo,
  prelinkInfoBytes,
  readPrelinkInfo,
} from './collection/prelink-info.js';
export { readSymbolSets, type SymbolSet, type SymbolSetEntry, symbolSetsOf } from './collection/symbol-sets.js';
export { isMachOError, MachOError, type MachOErrorCode } from './error.js';
export { type Exported, type ExportOptions, exportForDisassembler } from './export/disassembler.js';
export { type Extracted, type ExtractOptions, extractImage, originalInfo } from './extract/extract.js';
export { buildKernelFromElf, type ElfKernelOptions, isElf, kernelFromElf } from './firmware/elf-kernel.js';
export { kextFromBundle } from './firmware/kext-from-bundle.js';
export {
  buildStaticKernel,
  type KernelSection,
  type KernelSegment,
  type KernelSymbol,
  type StaticKernelOptions,
} from './firmware/static-kernel.js';
export {
  type ChainedFixupsInput,
  type ChainSegment,
  type ChainSlot,
  encodeChainedFixups,
} from './fixups/chain-writer.js';
export {
  type ChainedFixups,
  type ChainedImport,
  parseChainedFixups,
  readChainedFixups,
  type SegmentStarts,
} from './fixups/chained-fixups.js';
export { FixupTable, type Run } from './fixups/fixup-table.js';
export { type Key, POINTER_FORMATS, type PointerFormat, pointerFormat } from './fixups/formats.js';
export {
  decodePointer,
  discriminator,
  encodePointer,
  type PointerAuth,
  type PointerValue,
  type StoredPointer,
} from './fixups/pointer.js';
export { collectionBase, type Fixup, Pointers, type PointersOptions } from './fixups/pointers.js';
export { ARCHITECTURES, type Architecture, FILE_TYPES, MH_FLAGS } from './macho/constants.js';
export { DATA_IN_CODE_KINDS, type DataInCode, dataInCode, encodeDataInCode } from './macho/data-in-code.js';
export { type ExportedSymbol, encodeExportsTrie, parseExportsTrie, readExports } from './macho/exports-trie.js';
export { buildFat, type FatInput, type FatSlice, isFat, openMachO, readFat } from './macho/fat.js';
export { encodeFunctionStarts, functionStarts, parseFunctionStarts } from './macho/function-starts.js';
export {
  type BuildVersion,
  buildVersions,
  entryPoint,
  sourceVersion,
  type ThreadState,
  threadStates,
  uuidOf,
  uuidText,
} from './macho/info.js';
export {
  commandName,
  commandText,
  encodeLoadCommand,
  type KnownLoadCommand,
  LOAD_COMMANDS,
  type LoadCommand,
  type LoadCommandFields,
  type LoadCommandName,
  makeCommand,
  type NewFields,
  type RawLoadCommand,
} from './macho/load-commands.js';
export { type FilesetEntry, type Issue, MachO, type MachOOptions } from './macho/macho.js';
export {
  encodeRelocations,
  externalRelocations,
  localRelocations,
  RELOCATION_TYPES,
  type Relocation,
  readRelocations,
  relocationBase,
} from './macho/relocations.js';
export type { Section, Segment } from './macho/segments.js';
export {
  encodeSplitSegV2,
  SPLIT_SEG_KINDS,
  type SplitSegReference,
  splitSegReferences,
  splitSegVersion,
  walkSplitSegV2,
} from './macho/split-seg.js';
export {
  indirectSymbols,
  isDefined,
  isExternal,
  isUndefined,
  type MachOSymbol,
  readSymbols,
  SymbolTable,
  SymbolWriter,
  symbolRanges,
} from './macho/symbols.js';
export {
  applyPatches,
  type PatchChange,
  type PatchReport,
  type PatchResult,
  undoPatches,
} from './patch/apply.js';
export { CodeImage, type CodeRange, type CodeReference } from './patch/code-image.js';
export { fitsPattern, PatchFinder, type Place, parsePattern } from './patch/locate.js';
export { PAC_RULES, type PacRule, pacRule } from './patch/pac.js';
export type { BytePattern, Locator, Patch, PatchSet, Replacement, Rewrite } from './patch/patch-set.js';
export {
  ALLOW_ANY_SIGNATURE,
  GHIDRA_FIX,
  KPRINTF_ON,
  NO_IOKIT_TIME,
  PAC_TO_PLAIN,
  PATCH_SETS,
} from './patch/sets.js';
export { parsePlist } from './plist/read-xml.js';
export { type PlistArray, type PlistDict, type PlistValue, plistToJson } from './plist/value.js';
export { encodePlist, formatPlist } from './plist/write-xml.js';
export {
  type CodeDirectory,
  type CodeSignature,
  HASH_TYPES,
  type HashType,
  parseCodeSignature,
  readCodeSignature,
  type SignatureBlob,
  verifyPages,
} from './signature/code-signature.js';
export { type ByteSource, MemorySource } from './source.js';
export { AddressIndex, exportSymbolList, importSymbolList, type OwnedSymbol } from './symbols/address-index.js';
export { type KernelClass, kernelClasses, readVtable, type VtableEntry } from './symbols/classes.js';
export { createDemangler, type Demangler } from './symbols/demangle.js';
export { type RoutineTable, routineTables, type TableEntry } from './symbols/tables.js';
export { trustCacheEntries } from './trustcache/from-macho.js';
export {
  buildTrustCache,
  encodeTrustCache,
  parseTrustCache,
  type TrustCache,
  type TrustCacheEntry,
  type TrustCacheInput,
  type TrustCacheVersion,
  trustCacheHas,
  unwrapTrustCaches,
  wrapTrustCaches,
} from './trustcache/trust-cache.js';
