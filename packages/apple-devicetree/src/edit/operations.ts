import { equalBytes, fromHex } from '../bytes.js';
import { incompatible, overwritten } from '../compatible.js';
import { DeviceTreeNode } from '../device-node.js';
import { fail } from '../error.js';
import { findNodes, matchProperties } from '../find.js';
import { nodeFromJson, propertyFromJson } from '../forms/json.js';
import { type JsonValue, propertyOf, valueFromJson } from '../forms/parts.js';
import { freeSlots, MEMORY_MAP } from '../memory-map.js';
import { escapeProperty, isPattern, matchesName, parseSegment, splitPath } from '../path.js';
import { resolvePlaceholder } from '../placeholder.js';
import { DeviceTreeProperty } from '../property.js';
import { typeById } from '../types/by-id.js';
import { memoryRanges } from '../types/records.js';
import { encodeValue } from '../types/resolve.js';
import { placeholderText, wholeNumber } from '../types/scalars.js';
import type { DecodedValue } from '../types/value-type.js';
import type { Edit } from './edit-list.js';
import { propertyPath, type Recorder } from './recorder.js';

/** Carries out one kind of edit and gives the paths of what it matched. */
type Operation<E extends Edit> = (recorder: Recorder, edit: E) => string[];

/** The nodes of a plain path or pattern. */
const nodes = (recorder: Recorder, pattern: string): DeviceTreeNode[] => findNodes(recorder.tree, pattern);

/** Makes the missing nodes of a plain path. */
function makeNode(recorder: Recorder, path: string): DeviceTreeNode {
  let node = recorder.tree.root;
  for (const segment of splitPath(path)) {
    if (isPattern(segment)) throw fail('syntax', 'a pattern cannot be made', { path });
    const { name } = parseSegment(segment);
    let child = node.find(segment);
    if (child === undefined) recorder.insertNode(node, (child = DeviceTreeNode.create(name)));
    node = child;
  }
  return node;
}

/** The one property that an exact edit means. */
function oneProperty(
  recorder: Recorder,
  path: string,
  segment: string,
): [DeviceTreeNode, DeviceTreeProperty] | undefined {
  for (const node of nodes(recorder, path)) {
    const [property] = matchProperties(node, segment);
    if (property !== undefined) return [node, property];
  }
  return undefined;
}

function isPermutation(order: readonly number[] | undefined, length: number): boolean {
  return (
    order === undefined ||
    (order.length === length &&
      new Set(order).size === length &&
      order.every(i => Number.isInteger(i) && i >= 0 && i < length))
  );
}

/** One line per kind of edit: everything an edit list can do. */
export const OPERATIONS: { readonly [Op in Edit['op']]: Operation<Extract<Edit, { op: Op }>> } = {
  set(recorder, { node: path, property: name, type: id, value, from, add = true, make = false }) {
    const type = id === undefined ? undefined : typeById(id);
    if (id !== undefined && type === undefined)
      throw fail('syntax', `unknown type ${JSON.stringify(id)}`, { path: `${path}.${name}` });
    const decode = (json: JsonValue): DecodedValue =>
      id === 'hex' && typeof json === 'string'
        ? fromHex(json, `${path}.${name}`)
        : valueFromJson(json, `${path}.${name}`);
    const encode = (node: DeviceTreeNode, json: JsonValue): Uint8Array =>
      type === undefined ? encodeValue(node, name, decode(json)) : type.encode(decode(json) as never);
    let targets = nodes(recorder, path);
    if (targets.length === 0 && make) targets = [makeNode(recorder, path)];
    const matched: string[] = [];
    for (const node of targets) {
      const present = node.property(name);
      if (present === undefined && (!add || from !== undefined)) continue;
      if (present !== undefined && from !== undefined && !equalBytes(present.value, encode(node, from))) continue;
      const bytes = encode(node, value);
      if (present === undefined) {
        const property = DeviceTreeProperty.create(name, bytes);
        recorder.insert(node, property);
        matched.push(propertyPath(node, property));
      } else {
        matched.push(propertyPath(node, present));
        recorder.change(node, present, property => {
          property.placeholder = false;
          if (!equalBytes(property.value, bytes)) property.value = bytes;
        });
      }
    }
    return matched;
  },

  remove(recorder, { node: path, property: pattern, except = [] }) {
    const matched: string[] = [];
    for (const node of nodes(recorder, path))
      for (const property of matchProperties(node, pattern)) {
        if (except.some(kept => matchesName(kept, property.name))) continue;
        matched.push(propertyPath(node, property));
        recorder.remove(node, property);
      }
    return matched;
  },

  rename(recorder, { node: path, property: pattern, to }) {
    return nodes(recorder, path).flatMap(node =>
      matchProperties(node, pattern).map(found => {
        const at = propertyPath(node, found);
        recorder.change(node, found, property => {
          property.name = to;
        });
        return at;
      }),
    );
  },

  'add-node'(recorder, { node: path, name, content, at }) {
    if (name === undefined && content === undefined) throw fail('syntax', 'add-node needs a name or content', { path });
    return nodes(recorder, path).map(parent => {
      const node = content === undefined ? DeviceTreeNode.create(name!) : nodeFromJson(content, parent.path);
      if (content !== undefined && name !== undefined) node.rename(name);
      recorder.insertNode(parent, node, at);
      return node.path;
    });
  },

  'remove-node'(recorder, { node: path }) {
    const targets = nodes(recorder, path);
    const matched = targets.map(node => node.path);
    // A node inside one that was removed goes with it.
    for (const node of targets)
      if (node.parent === undefined ? node === recorder.tree.root : isAttached(recorder, node))
        recorder.removeNode(node);
    return matched;
  },

  'rename-node'(recorder, { node: path, to }) {
    return nodes(recorder, path).map(node => {
      const at = node.path;
      const property = node.property('name');
      const renamed = DeviceTreeNode.create(to).property('name')!;
      if (property === undefined) recorder.insert(node, renamed.clone());
      else
        recorder.change(node, property, name => {
          name.value = renamed.value;
        });
      return at;
    });
  },

  'keep-compatible'(recorder, { allow, node: path = '**' }) {
    return incompatible(nodes(recorder, path), allow).map(node => {
      const property = node.property('compatible')!;
      recorder.change(node, property, compatible => {
        compatible.value = overwritten(compatible.value);
      });
      return propertyPath(node, property);
    });
  },

  'resolve-placeholders'(recorder, { unresolved, node: path = '**', syscfg = {}, macaddr = {} }) {
    const record = (key: string): Uint8Array | string | undefined => {
      const value = Object.hasOwn(syscfg, key) ? valueFromJson(syscfg[key], path) : undefined;
      if (value === undefined || typeof value === 'string' || value instanceof Uint8Array) return value;
      throw fail('bad-value', `the record ${key} is text or {"hex": "…"}`, { path });
    };
    const address = (variable: string): Uint8Array | undefined =>
      Object.hasOwn(macaddr, variable) ? fromHex(macaddr[variable]!.replaceAll(':', '')) : undefined;
    const matched: string[] = [];
    for (const node of nodes(recorder, path))
      for (const property of [...node.properties]) {
        if (!property.placeholder) continue;
        const at = propertyPath(node, property);
        const text = placeholderText(property.value);
        const value = resolvePlaceholder(text, { syscfg: record, macaddr: address });
        if (value === undefined && unresolved === 'error')
          throw fail('exhausted', `nothing resolves ${JSON.stringify(text)}`, { path: at });
        matched.push(at);
        if (value === undefined && unresolved === 'keep') continue;
        if (value === undefined && unresolved === 'drop') {
          recorder.remove(node, property);
          continue;
        }
        recorder.change(node, property, changed => {
          changed.placeholder = false;
          if (value !== undefined) changed.value = value;
          else if (unresolved === 'empty') changed.value = new Uint8Array();
        });
      }
    return matched;
  },

  'memory-map'(recorder, { name, address, size }) {
    const map = recorder.tree.find(MEMORY_MAP);
    if (map === undefined) return [];
    const value = memoryRanges.encode([{ address: wholeNumber(address), size: wholeNumber(size) }]);
    const slot = map.property(name)?.name ?? freeSlots(map)[0];
    const property = slot === undefined ? undefined : map.property(slot);
    if (property === undefined) recorder.insert(map, DeviceTreeProperty.create(name, value));
    else
      recorder.change(map, property, changed => {
        changed.placeholder = false;
        if (changed.name !== name) changed.name = name;
        changed.value = value;
      });
    return [`${MEMORY_MAP}.${escapeProperty(name)}`];
  },

  insert(recorder, { node: path, at, content }) {
    return nodes(recorder, path)
      .slice(0, 1)
      .map(node => {
        if (!Number.isInteger(at) || at < 0 || at > node.properties.length)
          throw fail('out-of-range', `no place ${at} among the properties`, { path });
        const property = propertyOf(propertyFromJson(content, node.path), node.path);
        recorder.insert(node, property, at);
        return propertyPath(node, property);
      });
  },

  replace(recorder, { node: path, property: segment, content, was }) {
    const found = oneProperty(recorder, path, segment);
    if (found === undefined) return [];
    const [node, property] = found;
    const at = propertyPath(node, property);
    if (was !== undefined && !propertyOf(propertyFromJson(was, at), at).equals(property))
      throw fail('conflict', 'the property is not what the edit expects', { path: at, offset: property.offset });
    const target = propertyOf(propertyFromJson(content, at), at);
    recorder.change(node, property, changed => changed.become(target));
    return [at];
  },

  order(recorder, { node: path, properties, children }) {
    const node = nodes(recorder, path)[0];
    if (node === undefined) return [];
    if (!isPermutation(properties, node.properties.length) || !isPermutation(children, node.children.length))
      throw fail('bad-value', 'an order lists every index once', { path: node.path });
    recorder.order(node, properties, children);
    return [node.path];
  },

  trailing(recorder, { hex }) {
    recorder.trailing(fromHex(hex));
    return [''];
  },
};

function isAttached(recorder: Recorder, node: DeviceTreeNode): boolean {
  let top = node;
  while (top.parent !== undefined) top = top.parent;
  return top === recorder.tree.root;
}
