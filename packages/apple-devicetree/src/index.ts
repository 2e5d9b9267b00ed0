/** Read, edit, diff and write Apple's binary device trees. @packageDocumentation */
export { DeviceTreeNode } from './device-node.js';
export { DeviceTreeError, type DeviceTreeErrorCode, isDeviceTreeError } from './error.js';
export { DeviceTreeProperty, type PropertyOwner } from './property.js';
export { serializeNode } from './serialize.js';
export { createTree, DeviceTree, type OpenOptions, openTree } from './tree.js';
export type { RangeEntry, RegEntry } from './types/cells.js';
export type { FunctionCall } from './types/function.js';
export type { KnownProperties, PropertyValue } from './types/known.js';
export type { DapfWindow, MemoryRange, PmapIoRange, PmgrDevice, Tunable } from './types/records.js';
export { type Decoded, decodeProperty } from './types/resolve.js';
export type { DecodedValue, ValueType } from './types/value-type.js';
