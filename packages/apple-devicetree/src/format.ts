/**
 * The flattened device tree's constants: xnu `pexpert/pexpert/device_tree.h` (`DeviceTreeNode`, `DeviceTreeNodeProperty`).
 *
 * Node: u32 nProperties, u32 nChildren, properties, children. Property: char name[32], u32 length, value, padding to 4.
 */

/** Bytes before a node's first property: `nProperties` and `nChildren`. */
export const NODE_HEADER_SIZE = 8;
/** Size of the `name` field, in bytes; a name has at most 31 characters when it is NUL-terminated. */
export const NAME_FIELD_SIZE = 32;
/** Bytes before a property's value: `name` and `length`. */
export const PROPERTY_HEADER_SIZE = NAME_FIELD_SIZE + 4;
/** Bit 31 of `length`: the value is text that tells the boot loader what to fill in. */
export const PLACEHOLDER_FLAG = 0x80000000;
/** The low 31 bits of `length`: the value's size in bytes. */
export const LENGTH_MASK = 0x7fffffff;
/** Longest node name, in characters (xnu `kDTMaxEntryNameLength`). */
export const MAX_NODE_NAME = 63;
/** Default limit on nesting; genuine trees have six levels. */
export const MAX_DEPTH = 256;

/** Rounds a value's size up to the alignment of the record after it, in bytes. */
export const padded = (size: number): number => size + (-size & 3);
