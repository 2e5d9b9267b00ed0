/** Read, edit, diff and write Apple's binary device trees. @packageDocumentation */
export {
  addressMap,
  busRanges,
  ownersOf,
  type PhysicalRange,
  physicalRanges,
  toBusAddress,
  translateAddress,
} from './address.js';
export { A12_COMPATIBLE, type AmccModel, type ExperimentOptions, experimentEdits } from './boot/experiment.js';
export {
  escapeNvramValue,
  type NvramOptions,
  type NvramPartition,
  nvramImage,
  nvramPartitions,
  nvramVariables,
} from './boot/nvram.js';
export { type BootOptions, type BootValue, bootEdits, prepareForBoot } from './boot/prepare.js';
export {
  type Certainty,
  type Finding,
  type Severity,
  type ValidateOptions,
  XNU_RULES,
  type XnuRule,
} from './boot/rules/index.js';
export { validateForXnu, type XnuProblem } from './boot/validate.js';
export { incompatible, overwritten } from './compatible.js';
export { DeviceTreeNode } from './device-node.js';
export { applyEdits, type EditOutcome, type EditReport, editList, parseEditList } from './edit/apply.js';
export { diffTrees } from './edit/diff.js';
export type {
  AddNodeEdit,
  Edit,
  EditList,
  InsertEdit,
  KeepCompatibleEdit,
  MemoryMapEdit,
  OrderEdit,
  RemoveEdit,
  RemoveNodeEdit,
  RenameEdit,
  RenameNodeEdit,
  ReplaceEdit,
  ResolvePlaceholdersEdit,
  SetEdit,
  TrailingEdit,
} from './edit/edit-list.js';
export { type MergeConflict, type MergeResult, mergeTrees } from './edit/merge.js';
export { DeviceTreeError, type DeviceTreeErrorCode, isDeviceTreeError } from './error.js';
export { fromDtb, type TreeConversion } from './fdt/from-fdt.js';
export { type ConversionNote, type DtbConversion, toDtb } from './fdt/to-fdt.js';
export { type FoundProperty, findByCompatible, findByName, findByPhandle, findNodes, findProperties } from './find.js';
export { type DtsConversion, parseDts, toDts } from './forms/dts.js';
export { type DeviceTreeJson, fromJson, type NodeJson, type PropertyJson, toJson } from './forms/json.js';
export type { JsonValue } from './forms/parts.js';
export { nodeText, parseText, propertyText, toText } from './forms/text.js';
export { freeSlots, type MemoryMapChange, memoryMap, setMemoryMap } from './memory-map.js';
export {
  type PlaceholderSource,
  type PlaceholderSources,
  parsePlaceholder,
  type ResolvedPlaceholder,
  resolvePlaceholder,
  resolvePlaceholders,
  type Unresolved,
} from './placeholder.js';
export { DeviceTreeProperty, type PropertyOwner } from './property.js';
export { serializeNode } from './serialize.js';
export { createTree, DeviceTree, type OpenOptions, openTree } from './tree.js';
export { typeById, typeIds } from './types/by-id.js';
export type { RangeEntry, RegEntry } from './types/cells.js';
export type { FunctionCall } from './types/function.js';
export * as types from './types/index.js';
export type { KnownProperties, PropertyValue } from './types/known.js';
export type { DapfWindow, MemoryRange, PmapIoRange, PmgrDevice, Tunable } from './types/records.js';
export { type Decoded, decodeProperty } from './types/resolve.js';
export type { DecodedValue, ValueType } from './types/value-type.js';
