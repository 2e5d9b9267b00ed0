import { fromHex, toHex } from '../bytes.js';
import { DeviceTreeNode } from '../device-node.js';
import { fail } from '../error.js';
import { MAX_DEPTH } from '../format.js';
import { escapeProperty, escapeSegment } from '../path.js';
import { DeviceTree } from '../tree.js';
import { type JsonValue, type PropertyParts, partsOf, propertyOf, valueFromJson, valueToJson } from './parts.js';

/** A property in the JSON form. `value` is as `type` says; 64-bit numbers are text such as `"0x800000000"`. */
export interface PropertyJson {
  readonly name: string;
  readonly type: string;
  readonly value: JsonValue;
  readonly placeholder?: true;
  /** Hexadecimal bytes of a number whose type is a guess; ignored when read. */
  readonly guess?: string;
  /** Hexadecimal padding bytes, when they are not zero. */
  readonly padding?: string;
  /** Hexadecimal name field, when the name alone does not give it. */
  readonly field?: string;
}

/** A node in the JSON form; its name is the value of its `name` property. */
export interface NodeJson {
  readonly properties: readonly PropertyJson[];
  readonly children: readonly NodeJson[];
}

/** The JSON form of a tree. */
export interface DeviceTreeJson {
  readonly format: 'apple-device-tree';
  readonly version: 1;
  readonly root: NodeJson;
  /** Hexadecimal bytes after the root node, when there are any. */
  readonly trailing?: string;
}

/** @internal */
export const propertyToJson = ({ type, value, padding, field, guessed, ...parts }: PropertyParts): PropertyJson => ({
  name: parts.name,
  ...(parts.placeholder && { placeholder: true }),
  type,
  value: value instanceof Uint8Array ? toHex(value) : valueToJson(value),
  ...(guessed && { guess: toHex(guessed) }),
  ...(padding && { padding: toHex(padding) }),
  ...(field && { field: toHex(field) }),
});

const isObject = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** @internal */
export function propertyFromJson(json: unknown, path: string): PropertyParts {
  if (!isObject(json)) throw fail('syntax', 'a property is an object', { path });
  const { name, type, value, placeholder, padding, field } = json;
  if (typeof name !== 'string') throw fail('syntax', 'a property needs a name', { path });
  const at = `${path}.${escapeProperty(name)}`;
  if (typeof type !== 'string') throw fail('syntax', 'a property needs a type', { path: at });
  for (const [key, bytes] of Object.entries({ padding, field }))
    if (bytes !== undefined && typeof bytes !== 'string')
      throw fail('syntax', `${key} is hexadecimal text`, { path: at });
  return {
    name,
    type,
    value: type === 'hex' && typeof value === 'string' ? fromHex(value, at) : valueFromJson(value, at),
    ...(placeholder === true && { placeholder }),
    ...(padding !== undefined && { padding: fromHex(padding as string, at) }),
    ...(field !== undefined && { field: fromHex(field as string, at) }),
  };
}

/** @internal The JSON form of one node and what is below it. */
export function nodeToJson(root: DeviceTreeNode): NodeJson {
  interface Open {
    properties: PropertyJson[];
    children: Open[];
  }
  const made: Open = { properties: [], children: [] };
  const stack: { node: DeviceTreeNode; into: Open; depth: number }[] = [{ node: root, into: made, depth: 1 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, into, depth } = top;
    // JSON readers and writers recurse: deeper trees would overflow their stacks.
    if (depth > MAX_DEPTH)
      throw fail('too-deep', `the JSON form has ${MAX_DEPTH} levels at most`, { path: node.path.slice(0, 200) });
    for (const property of node.properties) into.properties.push(propertyToJson(partsOf(node, property)));
    for (const child of node.children) {
      const open: Open = { properties: [], children: [] };
      into.children.push(open);
      stack.push({ node: child, into: open, depth: depth + 1 });
    }
  }
  return made;
}

/** @internal */
export function nodeFromJson(json: unknown, path: string): DeviceTreeNode {
  const root = DeviceTreeNode.empty();
  const stack: { json: unknown; node: DeviceTreeNode; path: string; depth: number }[] = [
    { json, node: root, path, depth: 1 },
  ];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, depth } = top;
    if (depth > MAX_DEPTH) throw fail('too-deep', `the JSON form has ${MAX_DEPTH} levels at most`, { path: top.path });
    if (!isObject(top.json) || !Array.isArray(top.json.properties) || !Array.isArray(top.json.children))
      throw fail('syntax', 'a node is an object with lists of properties and children', { path: top.path });
    for (const property of top.json.properties)
      node.insertProperty(propertyOf(propertyFromJson(property, top.path), `${top.path}.${nameIn(property)}`));
    const below = depth === 1 ? (path === '/' ? '' : path) : top.path;
    for (const child of top.json.children as unknown[]) {
      const made = node.insertNode(DeviceTreeNode.empty());
      stack.push({ json: child, node: made, path: `${below}/${escapeSegment(childName(child))}`, depth: depth + 1 });
    }
  }
  return root;
}

const nameIn = (property: unknown): string =>
  isObject(property) && typeof property.name === 'string' ? escapeProperty(property.name) : '';

const childName = (json: unknown): string => {
  const properties = isObject(json) && Array.isArray(json.properties) ? (json.properties as unknown[]) : [];
  const named = properties.find(property => isObject(property) && property.name === 'name');
  return isObject(named) && typeof named.value === 'string' ? named.value : '';
};

/**
 * The tree as JSON, with types and values for people and all that the bytes need: {@link fromJson} gives the same bytes.
 *
 * @throws {@link DeviceTreeError} `too-deep` for trees of more than 256 levels
 * @example
 * ```ts
 * import { createTree, fromJson, toJson } from 'apple-devicetree';
 * const text = JSON.stringify(toJson(createTree()), undefined, 2);
 * fromJson(JSON.parse(text)).serialize();
 * ```
 */
export function toJson(tree: DeviceTree): DeviceTreeJson {
  return {
    format: 'apple-device-tree',
    version: 1,
    root: nodeToJson(tree.root),
    ...(tree.trailing.length > 0 && { trailing: toHex(tree.trailing) }),
  };
}

/**
 * Reads the JSON form.
 *
 * @param json what `JSON.parse` gives
 * @throws {@link DeviceTreeError} `syntax`, `bad-value`, `out-of-range`, `too-deep`, with the path of the node or property
 */
export function fromJson(json: unknown): DeviceTree {
  if (!isObject(json) || json.format !== 'apple-device-tree')
    throw fail('syntax', 'this is not the JSON form of a device tree');
  if (json.version !== 1) throw fail('syntax', `version ${JSON.stringify(json.version)} of the JSON form is not known`);
  if (json.trailing !== undefined && typeof json.trailing !== 'string')
    throw fail('syntax', 'trailing is hexadecimal text');
  return new DeviceTree(nodeFromJson(json.root, '/'), fromHex(json.trailing ?? ''));
}
