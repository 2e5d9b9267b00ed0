import { equalBytes } from '../bytes.js';
import type { DeviceTreeNode } from '../device-node.js';
import { serializeNode } from '../serialize.js';
import type { DeviceTree } from '../tree.js';
import { editList } from './apply.js';
import type { EditList } from './edit-list.js';
import { matchChildren, matchPropertyLists } from './match.js';
import { Recorder } from './recorder.js';

/** Indices of `list`'s entries in the order that `wanted` has them; undefined when that is their order. */
function orderOf<T>(list: readonly T[], wanted: readonly T[]): number[] | undefined {
  const at = new Map(list.map((entry, i) => [entry, i]));
  const order = wanted.map(entry => at.get(entry)!);
  return order.every((index, i) => index === i) ? undefined : order;
}

/** Makes one node's properties those of another. */
function changeProperties(recorder: Recorder, node: DeviceTreeNode, to: DeviceTreeNode): void {
  const { pairs, removed, added } = matchPropertyLists(node.properties, to.properties);
  for (const property of removed) recorder.remove(node, property);
  for (const [property, other] of pairs)
    if (!property.equals(other)) recorder.change(node, property, changed => changed.become(other));
  const counterpart = new Map([...pairs].map(([property, other]) => [other, property]));
  for (const other of added) {
    const property = other.clone();
    counterpart.set(other, property);
    recorder.insert(node, property, Math.min(to.properties.indexOf(other), node.properties.length));
  }
  const order = orderOf(
    node.properties,
    to.properties.map(other => counterpart.get(other)!),
  );
  if (order !== undefined) recorder.order(node, order, undefined);
}

/** Makes one node's list of children that of another, and gives the children that correspond. */
function changeChildren(
  recorder: Recorder,
  node: DeviceTreeNode,
  to: DeviceTreeNode,
): [DeviceTreeNode, DeviceTreeNode][] {
  const { pairs, removed, added } = matchChildren(node, to);
  for (const child of removed) recorder.removeNode(child);
  const counterpart = new Map([...pairs].map(([child, other]) => [other, child]));
  for (const other of added) {
    const child = other.cloneNode();
    counterpart.set(other, child);
    recorder.insertNode(node, child, Math.min(to.children.indexOf(other), node.children.length));
  }
  const order = orderOf(
    node.children,
    to.children.map(other => counterpart.get(other)!),
  );
  if (order !== undefined) recorder.order(node, undefined, order);
  return [...pairs];
}

/**
 * What turns one tree into another, as exact edits. Nodes correspond by path, renamed ones by `AAPL,phandle`.
 *
 * Applied to `from`, the list gives `to` byte for byte; each `replace` says what was there (`was`).
 *
 * @example
 * ```ts
 * import { applyEdits, createTree, diffTrees } from 'apple-devicetree';
 * const from = createTree();
 * const to = from.clone();
 * to.root.addNode('chosen').setU32('debug-enabled', 1);
 * applyEdits(from, diffTrees(from, to)); // from.serialize() now equals to.serialize()
 * ```
 */
export function diffTrees(from: DeviceTree, to: DeviceTree): EditList {
  const recorder = new Recorder(from.clone());
  const work: [DeviceTreeNode, DeviceTreeNode][] = [[recorder.tree.root, to.root]];
  for (let pair = work.pop(); pair !== undefined; pair = work.pop()) {
    const [node, other] = pair;
    if (equalBytes(serializeNode(node), serializeNode(other))) continue;
    changeProperties(recorder, node, other);
    for (const child of changeChildren(recorder, node, other).reverse()) work.push(child);
  }
  if (!equalBytes(recorder.tree.trailing, to.trailing)) recorder.trailing(to.trailing);
  return editList(recorder.done);
}
