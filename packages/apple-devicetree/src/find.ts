import type { DeviceTreeNode } from './device-node.js';
import { isPattern, matchesName, parsePropertyPath, parseSegment, splitPath } from './path.js';
import type { DeviceTreeProperty } from './property.js';

/** Anything with nodes below it: a tree, or one of its nodes. */
type Root = { readonly root: DeviceTreeNode } | DeviceTreeNode;
const rootOf = (from: Root): DeviceTreeNode => ('root' in from ? from.root : from);

/**
 * All nodes whose path fits a pattern, in the order of the format. `*` and `?` stand for characters of one name, a segment
 * `**` for any number of nodes.
 *
 * @example
 * ```ts
 * import { createTree, findNodes } from 'apple-devicetree';
 * const tree = createTree();
 * for (const name of ['cpu0', 'cpu1']) (tree.find('/cpus') ?? tree.root.addNode('cpus')).addNode(name);
 * findNodes(tree, '/cpus/cpu*').length; // 2
 * ```
 */
export function findNodes(from: Root, pattern: string): DeviceTreeNode[] {
  const segments = splitPath(pattern);
  const end = segments.length;
  /** Positions in the pattern that a node reaches, past every `**` that may stand for nothing. */
  const closure = (positions: Iterable<number>): Set<number> => {
    const reached = new Set<number>();
    for (let position of positions) {
      reached.add(position);
      while (segments[position] === '**') reached.add(++position);
    }
    return reached;
  };
  const found: DeviceTreeNode[] = [];
  const stack: { node: DeviceTreeNode; positions: Set<number> }[] = [{ node: rootOf(from), positions: closure([0]) }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, positions } = top;
    if (positions.has(end)) found.push(node);
    const children = node.children;
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i]!;
      const next: number[] = [];
      for (const position of positions) {
        const segment = segments[position];
        if (segment === undefined) continue;
        if (segment === '**') next.push(position);
        else if (matchesSegment(segment, child)) next.push(position + 1);
      }
      if (next.length > 0) stack.push({ node: child, positions: closure(next) });
    }
  }
  return found;
}

function matchesSegment(segment: string, node: DeviceTreeNode): boolean {
  const ranked = /^(.*)\[(\d{1,9})\]$/s.exec(segment);
  if (ranked === null) return matchesName(segment, node.name);
  const { name, rank } = parseSegment(segment);
  if (isPattern(ranked[1]!) || node.name !== name) return false;
  const namesakes = (node.parent?.children ?? [node]).filter(sibling => sibling.name === name);
  return namesakes.indexOf(node) === rank;
}

/** A property and the node it is in. */
export interface FoundProperty {
  readonly node: DeviceTreeNode;
  readonly property: DeviceTreeProperty;
}

/** A node's properties that fit a pattern, or the one that `name[rank]` means. */
export function matchProperties(node: DeviceTreeNode, pattern: string): DeviceTreeProperty[] {
  const { name, rank } = parseSegment(pattern);
  if (rank === undefined) return node.properties.filter(property => matchesName(pattern, property.name));
  const one = node.properties.filter(property => property.name === name)[rank];
  return one === undefined ? [] : [one];
}

/**
 * All properties that fit a pattern of node path, dot and property name.
 *
 * @throws {@link DeviceTreeError} `syntax` when the pattern has no property part
 * @example
 * ```ts
 * import { createTree, findProperties } from 'apple-devicetree';
 * const tree = createTree();
 * tree.root.addNode('cpus').addNode('cpu0').setString('state', 'running');
 * findProperties(tree, '/cpus/*.state')[0]?.property.path; // '/cpus/cpu0.state'
 * ```
 */
export function findProperties(from: Root, pattern: string): FoundProperty[] {
  const { node: nodes, property } = parsePropertyPath(pattern);
  return findNodes(from, nodes).flatMap(node =>
    matchProperties(node, property).map(found => ({ node, property: found })),
  );
}

/** The node whose `AAPL,phandle` is this number, or undefined. */
export function findByPhandle(from: Root, phandle: number): DeviceTreeNode | undefined {
  for (const node of rootOf(from).walk()) if (node.u32('AAPL,phandle') === phandle) return node;
  return undefined;
}

/** All nodes that list a `compatible` text; wildcards are allowed. */
export function findByCompatible(from: Root, compatible: string): DeviceTreeNode[] {
  return [...rootOf(from).walk()].filter(node =>
    node.strings('compatible').some(text => matchesName(compatible, text)),
  );
}

/** All nodes of a name, wherever they are; wildcards are allowed. */
export function findByName(from: Root, name: string): DeviceTreeNode[] {
  return [...rootOf(from).walk()].filter(node => matchesName(name, node.name));
}
