/** Stands for the `name` property, which flattened trees do not have. */
export const NAME = 'apple,name';
/** What a flattened tree cannot express, as texts: property, what, and hexadecimal bytes or widths. */
export const NOTES = 'apple,adt';
/** Bytes after the root node. */
export const TRAILING = 'apple,trailing';
/** The first of the root's {@link NOTES}: the tree was an Apple one. */
export const VERSION = 'version 1';

/** Property names that `dtc` accepts. */
const PROPERTY = /^[A-Za-z0-9,._+*#?-]{1,31}$/;
/** Characters that `dtc` does not accept in node names. */
const NODE_BAD = /[^A-Za-z0-9,._+-]/g;
/** Names that mean something to `dtc` or to this package. */
const RESERVED = new Set(['name', 'phandle', 'linux,phandle', NAME, NOTES, TRAILING]);

/** Properties that `dtc` takes for one cell without looking: with another size it ends in a failed assertion. */
const ONE_CELL = /^(?:interrupt-parent|#.*-cells)$/;

/** Why a property of so many bytes cannot have its own name in a flattened tree; undefined when it can. */
export function nameProblem(name: string, size: number): string | undefined {
  if (!PROPERTY.test(name) || RESERVED.has(name)) return 'has a name that flattened trees do not allow';
  if (ONE_CELL.test(name) && size !== 4) return `has ${size} bytes where flattened trees have one cell`;
  return undefined;
}

/** A node name that `dtc` accepts, as near to the given one as can be. */
export const nodeName = (name: string): string => name.replace(NODE_BAD, '_') || 'node';
