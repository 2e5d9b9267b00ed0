import type { NodeJson, PropertyJson } from '../forms/json.js';
import type { JsonValue } from '../forms/parts.js';
import type { Unresolved } from '../placeholder.js';

/** What every edit may say besides what it does. */
interface EditBase {
  /** Why, for people. */
  readonly reason?: string;
  /** When true, finding nothing to edit is fine; otherwise the report calls it out. */
  readonly optional?: boolean;
}

/** Sets a property of every node that fits; adds it at the end where it is missing, unless `add` is false. */
export interface SetEdit extends EditBase {
  readonly op: 'set';
  /** Path pattern; a plain path that does not exist is made when `make` is true. */
  readonly node: string;
  readonly property: string;
  /** Id of the value's type, such as `u32` or `reg<2,2>`; by the type table when not given. */
  readonly type?: string;
  readonly value: JsonValue;
  /** Only where the property has this value now. */
  readonly from?: JsonValue;
  readonly add?: boolean;
  readonly make?: boolean;
}

/** Removes properties. */
export interface RemoveEdit extends EditBase {
  readonly op: 'remove';
  readonly node: string;
  /** Property pattern, or `name[rank]`. */
  readonly property: string;
  /** Patterns of properties that stay. */
  readonly except?: readonly string[];
}

/** Gives properties another name in place. */
export interface RenameEdit extends EditBase {
  readonly op: 'rename';
  readonly node: string;
  readonly property: string;
  readonly to: string;
}

/** Adds a node with a name, or a whole subtree, below every node that fits. */
export interface AddNodeEdit extends EditBase {
  readonly op: 'add-node';
  /** Path pattern of the parent. */
  readonly node: string;
  readonly name?: string;
  readonly content?: NodeJson;
  /** Index among the children; last when not given. */
  readonly at?: number;
}

/** Removes nodes and everything below them. */
export interface RemoveNodeEdit extends EditBase {
  readonly op: 'remove-node';
  readonly node: string;
}

/** Changes nodes' `name`. */
export interface RenameNodeEdit extends EditBase {
  readonly op: 'rename-node';
  readonly node: string;
  readonly to: string;
}

/** Overwrites `compatible` of every node that has no text on the list with `~`. */
export interface KeepCompatibleEdit extends EditBase {
  readonly op: 'keep-compatible';
  readonly allow: readonly string[];
  /** Path pattern; the whole tree when not given. */
  readonly node?: string;
}

/** Resolves placeholders and clears their flag. */
export interface ResolvePlaceholdersEdit extends EditBase {
  readonly op: 'resolve-placeholders';
  readonly unresolved: Unresolved;
  readonly node?: string;
  /** System configuration records by key: text, or `{"hex": "…"}`. */
  readonly syscfg?: { readonly [key: string]: JsonValue };
  /** MAC addresses by variable, as `aa:bb:cc:dd:ee:ff`. */
  readonly macaddr?: { readonly [variable: string]: string };
}

/** Makes or changes an entry of `/chosen/memory-map`, renaming a free slot when there is one. */
export interface MemoryMapEdit extends EditBase {
  readonly op: 'memory-map';
  readonly name: string;
  /** Physical address and size in bytes, as numbers or text such as `"0x850000000"`. */
  readonly address: JsonValue;
  readonly size: JsonValue;
}

/** Puts a property in at an index, exactly. */
export interface InsertEdit extends EditBase {
  readonly op: 'insert';
  readonly node: string;
  readonly at: number;
  readonly content: PropertyJson;
}

/** Replaces one property by another, exactly. With `was`, only when it is that. */
export interface ReplaceEdit extends EditBase {
  readonly op: 'replace';
  readonly node: string;
  readonly property: string;
  readonly content: PropertyJson;
  readonly was?: PropertyJson;
}

/** Puts properties and children in another order: the new list holds the old one's entries at these indices. */
export interface OrderEdit extends EditBase {
  readonly op: 'order';
  readonly node: string;
  readonly properties?: readonly number[];
  readonly children?: readonly number[];
}

/** Sets the bytes after the root node. */
export interface TrailingEdit extends EditBase {
  readonly op: 'trailing';
  readonly hex: string;
}

/** One edit. Exact edits (`insert`, `replace`, `order`, `trailing`) are what inverses and diffs are made of. */
export type Edit =
  | SetEdit
  | RemoveEdit
  | RenameEdit
  | AddNodeEdit
  | RemoveNodeEdit
  | RenameNodeEdit
  | KeepCompatibleEdit
  | ResolvePlaceholdersEdit
  | MemoryMapEdit
  | InsertEdit
  | ReplaceEdit
  | OrderEdit
  | TrailingEdit;

/** A list of edits as a JSON file has it. */
export interface EditList {
  readonly format: 'apple-device-tree-edits';
  readonly version: 1;
  readonly title?: string;
  readonly edits: readonly Edit[];
}
