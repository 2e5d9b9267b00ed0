import { toHex } from '../bytes.js';
import type { DeviceTreeNode } from '../device-node.js';
import { fail } from '../error.js';
import { nodeToJson, type PropertyJson, propertyToJson } from '../forms/json.js';
import { partsOf } from '../forms/parts.js';
import { escapeProperty } from '../path.js';
import type { DeviceTreeProperty } from '../property.js';
import type { DeviceTree } from '../tree.js';
import type { Edit } from './edit-list.js';

/** Name of a property within its node, with a rank where names repeat. */
export function propertySegment(node: DeviceTreeNode, property: DeviceTreeProperty): string {
  const namesakes = node.properties.filter(other => other.name === property.name);
  const name = escapeProperty(property.name);
  return namesakes.length === 1 && name !== '' ? name : `${name}[${namesakes.indexOf(property)}]`;
}

/** `/node.property`, with ranks. */
export const propertyPath = (node: DeviceTreeNode, property: DeviceTreeProperty): string =>
  `${node.path}.${propertySegment(node, property)}`;

const contentOf = (node: DeviceTreeNode, property: DeviceTreeProperty): PropertyJson =>
  propertyToJson(partsOf(node, property));

/** Makes changes one at a time and writes down, for each, the exact edit and the edit that undoes it. */
export class Recorder {
  /** The exact edits, in order. */
  readonly done: Edit[] = [];
  /** The edits that undo them, the last change first. */
  readonly undo: Edit[] = [];
  /** Paths of what was changed, in order, without repeats. */
  readonly changed = new Set<string>();

  constructor(readonly tree: DeviceTree) {}

  #record(path: string, done: Edit, undo: Edit): void {
    this.changed.add(path);
    this.done.push(done);
    this.undo.unshift(undo);
  }

  /** Changes a property in place by what `change` does to it; nothing is recorded when its bytes stay the same. */
  change(node: DeviceTreeNode, property: DeviceTreeProperty, change: (property: DeviceTreeProperty) => void): boolean {
    const before = property.record().slice();
    const at = { node: node.path, property: propertySegment(node, property) };
    const was = contentOf(node, property);
    change(property);
    const after = property.record();
    if (after.length === before.length && after.every((byte, i) => byte === before[i])) return false;
    const content = contentOf(node, property);
    this.#record(
      `${at.node}.${at.property}`,
      { op: 'replace', ...at, content, was },
      { op: 'replace', node: node.path, property: propertySegment(node, property), content: was, was: content },
    );
    return true;
  }

  insert(node: DeviceTreeNode, property: DeviceTreeProperty, at = node.properties.length): void {
    // Adding, removing or moving a name property changes the node's path.
    const before = node.path;
    node.insertProperty(property, at);
    const content = contentOf(node, property);
    this.#record(
      propertyPath(node, property),
      { op: 'insert', node: before, at, content },
      { op: 'remove', node: node.path, property: propertySegment(node, property) },
    );
  }

  remove(node: DeviceTreeNode, property: DeviceTreeProperty): void {
    const at = node.properties.indexOf(property);
    const segment = propertySegment(node, property);
    const content = contentOf(node, property);
    const before = node.path;
    node.removeProperty(property);
    this.#record(
      `${before}.${segment}`,
      { op: 'remove', node: before, property: segment },
      { op: 'insert', node: node.path, at, content },
    );
  }

  insertNode(parent: DeviceTreeNode, node: DeviceTreeNode, at = parent.children.length): void {
    const content = nodeToJson(node);
    parent.insertNode(node, at);
    this.#record(node.path, { op: 'add-node', node: parent.path, at, content }, { op: 'remove-node', node: node.path });
  }

  removeNode(node: DeviceTreeNode): void {
    const { parent, path } = node;
    if (parent === undefined) throw fail('conflict', 'the root cannot be removed', { path });
    const at = parent.children.indexOf(node);
    const content = nodeToJson(node);
    node.remove();
    this.#record(path, { op: 'remove-node', node: path }, { op: 'add-node', node: parent.path, at, content });
  }

  order(
    node: DeviceTreeNode,
    properties: readonly number[] | undefined,
    children: readonly number[] | undefined,
  ): void {
    const permuted = <T>(list: readonly T[], order: readonly number[] | undefined): T[] =>
      order === undefined ? [...list] : order.map(i => list[i]!);
    const inverse = (order: readonly number[]): number[] => {
      const back: number[] = [];
      order.forEach((from, to) => {
        back[from] = to;
      });
      return back;
    };
    const before = node.path;
    node.reorder(permuted(node.properties, properties), permuted(node.children, children));
    this.#record(
      before,
      { op: 'order', node: before, ...(properties && { properties }), ...(children && { children }) },
      {
        op: 'order',
        node: node.path,
        ...(properties && { properties: inverse(properties) }),
        ...(children && { children: inverse(children) }),
      },
    );
  }

  trailing(bytes: Uint8Array): void {
    const was = toHex(this.tree.trailing);
    this.tree.trailing = bytes.slice();
    this.#record('', { op: 'trailing', hex: toHex(bytes) }, { op: 'trailing', hex: was });
  }
}
