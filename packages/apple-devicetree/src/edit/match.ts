import type { DeviceTreeNode } from '../device-node.js';
import type { DeviceTreeProperty } from '../property.js';

/** Entries of two lists that correspond, and those that have no counterpart; all in the order of their list. */
export interface Matching<T> {
  readonly pairs: ReadonlyMap<T, T>;
  readonly removed: readonly T[];
  readonly added: readonly T[];
}

/** Pairs entries that have the same key; of several with one key, the first with the first and so on. */
function pairUp<T>(
  from: readonly T[],
  to: readonly T[],
  key: (entry: T) => string | undefined,
  pairs: Map<T, T>,
): void {
  const taken = new Set(pairs.values());
  const waiting = new Map<string, T[]>();
  for (const entry of to) {
    const name = taken.has(entry) ? undefined : key(entry);
    if (name === undefined) continue;
    const list = waiting.get(name);
    if (list === undefined) waiting.set(name, [entry]);
    else list.push(entry);
  }
  for (const list of waiting.values()) list.reverse();
  for (const entry of from) {
    const name = pairs.has(entry) ? undefined : key(entry);
    const partner = name === undefined ? undefined : waiting.get(name)?.pop();
    if (partner !== undefined) pairs.set(entry, partner);
  }
}

function matching<T>(from: readonly T[], to: readonly T[], pairs: Map<T, T>): Matching<T> {
  const taken = new Set(pairs.values());
  return { pairs, removed: from.filter(entry => !pairs.has(entry)), added: to.filter(entry => !taken.has(entry)) };
}

/** Which properties of two nodes correspond: by name, then by rank among those of the name. */
export function matchPropertyLists(
  from: readonly DeviceTreeProperty[],
  to: readonly DeviceTreeProperty[],
): Matching<DeviceTreeProperty> {
  const pairs = new Map<DeviceTreeProperty, DeviceTreeProperty>();
  pairUp(from, to, property => property.name, pairs);
  return matching(from, to, pairs);
}

/** Which children of two nodes correspond: by name and rank; of the rest, by `AAPL,phandle`, as renamed nodes keep theirs. */
export function matchChildren(from: DeviceTreeNode, to: DeviceTreeNode): Matching<DeviceTreeNode> {
  const pairs = new Map<DeviceTreeNode, DeviceTreeNode>();
  pairUp(from.children, to.children, node => node.name, pairs);
  if (pairs.size < from.children.length)
    pairUp(from.children, to.children, node => node.u32('AAPL,phandle')?.toString(), pairs);
  return matching(from.children, to.children, pairs);
}

/** Which of two lists of nodes correspond: by name and rank alone. */
export function matchByName(from: readonly DeviceTreeNode[], to: readonly DeviceTreeNode[]): Matching<DeviceTreeNode> {
  const pairs = new Map<DeviceTreeNode, DeviceTreeNode>();
  pairUp(from, to, node => node.name, pairs);
  return matching(from, to, pairs);
}
