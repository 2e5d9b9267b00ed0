import { equalBytes } from '../bytes.js';
import type { DeviceTreeNode } from '../device-node.js';
import { serializeNode } from '../serialize.js';
import type { DeviceTree } from '../tree.js';
import { type Matching, matchByName, matchChildren, matchPropertyLists } from './match.js';
import { propertyPath } from './recorder.js';

/** A place that both sides changed in different ways. */
export interface MergeConflict {
  /** Path of the property, or of the node for whole nodes and orders. */
  readonly path: string;
  readonly what: 'property' | 'node' | 'trailing';
  /** Which side the merged tree follows here. */
  readonly taken: 'ours' | 'theirs';
}

/** A merged tree, and where the sides disagreed. */
export interface MergeResult {
  readonly tree: DeviceTree;
  readonly conflicts: readonly MergeConflict[];
}

/** An entry of a list as the three trees have it. */
interface Triple<T> {
  readonly base: T | undefined;
  readonly ours: T | undefined;
  readonly theirs: T | undefined;
}

/** Entries of three lists that correspond; what both sides added under one key counts as one. */
function triples<T>(base: readonly T[], ours: Matching<T>, theirs: Matching<T>, added: Matching<T>): Triple<T>[] {
  const list: Triple<T>[] = base.map(entry => ({
    base: entry,
    ours: ours.pairs.get(entry),
    theirs: theirs.pairs.get(entry),
  }));
  for (const entry of ours.added) list.push({ base: undefined, ours: entry, theirs: added.pairs.get(entry) });
  for (const entry of added.added) list.push({ base: undefined, ours: undefined, theirs: entry });
  return list;
}

/** Order of the merged list: that of the side which moved entries, with the other side's additions after their predecessor. */
function mergedOrder<T>(
  all: readonly Triple<T>[],
  kept: ReadonlySet<Triple<T>>,
  base: readonly T[],
  ours: readonly T[],
  theirs: readonly T[],
): Triple<T>[] {
  const tripleOf = new Map<T, Triple<T>>();
  for (const triple of all)
    for (const entry of [triple.base, triple.ours, triple.theirs]) if (entry !== undefined) tripleOf.set(entry, triple);
  const sequence = (list: readonly T[]): Triple<T>[] => list.map(entry => tripleOf.get(entry)!);
  const common = (list: Triple<T>[]): Triple<T>[] =>
    list.filter(({ base: b, ours: o, theirs: t }) => b !== undefined && o !== undefined && t !== undefined);
  const baseOrder = common(sequence(base));
  const moved = common(sequence(ours)).some((triple, i) => triple !== baseOrder[i]);
  const [first, second] = moved ? [sequence(ours), sequence(theirs)] : [sequence(theirs), sequence(ours)];
  const merged = first.slice();
  const placed = new Set(merged);
  second.forEach((triple, i) => {
    if (placed.has(triple)) return;
    const before = i === 0 ? -1 : merged.indexOf(second[i - 1]!);
    merged.splice(before + 1, 0, triple);
    placed.add(triple);
  });
  for (const triple of all) if (!placed.has(triple)) merged.push(triple);
  return merged.filter(triple => kept.has(triple));
}

/**
 * Merges two trees that come from one: what only one side changed is taken from it, what both changed alike once.
 *
 * @param prefer whose version to take where both changed one thing differently; each such place is reported
 * @example
 * ```ts
 * import { createTree, mergeTrees } from 'apple-devicetree';
 * const base = createTree();
 * const [ours, theirs] = [base.clone(), base.clone()];
 * ours.root.addNode('chosen');
 * theirs.root.setString('model', 'iPad11,6');
 * const { tree, conflicts } = mergeTrees(base, ours, theirs); // both changes, no conflict
 * ```
 */
export function mergeTrees(
  base: DeviceTree,
  ours: DeviceTree,
  theirs: DeviceTree,
  prefer: 'ours' | 'theirs' = 'ours',
): MergeResult {
  const conflicts: MergeConflict[] = [];
  const tree = base.clone();
  const conflict = (path: string, what: MergeConflict['what']): void => {
    conflicts.push({ path, what, taken: prefer });
  };

  /** Which of three versions the merged tree has; `same` compares two of them. */
  const choose = <T>(
    { base: b, ours: o, theirs: t }: Triple<T>,
    same: (a: T, b: T) => boolean,
    report: () => void,
  ): T | undefined => {
    const equal = (x: T | undefined, y: T | undefined): boolean =>
      x === undefined || y === undefined ? x === y : same(x, y);
    if (equal(o, t) || equal(t, b)) return o;
    if (equal(o, b)) return t;
    report();
    return prefer === 'ours' ? o : t;
  };

  const mergeProperties = (node: DeviceTreeNode, o: DeviceTreeNode, t: DeviceTreeNode): void => {
    const ofOurs = matchPropertyLists(node.properties, o.properties);
    const ofTheirs = matchPropertyLists(node.properties, t.properties);
    const all = triples(node.properties, ofOurs, ofTheirs, matchPropertyLists(ofOurs.added, ofTheirs.added));
    const chosen = new Map(
      all.map(triple => {
        const [where, at] = triple.base ? [node, triple.base] : triple.ours ? [o, triple.ours] : [t, triple.theirs!];
        return [
          triple,
          choose(
            triple,
            (a, b) => a.equals(b),
            () => conflict(propertyPath(where, at), 'property'),
          )?.clone(),
        ] as const;
      }),
    );
    const kept = new Set(all.filter(triple => chosen.get(triple) !== undefined));
    const order = mergedOrder(all, kept, node.properties, o.properties, t.properties);
    for (const property of [...node.properties]) node.removeProperty(property);
    for (const triple of order) node.insertProperty(chosen.get(triple)!);
  };

  const work: [DeviceTreeNode, DeviceTreeNode, DeviceTreeNode][] = [[tree.root, ours.root, theirs.root]];
  for (let next = work.pop(); next !== undefined; next = work.pop()) {
    const [node, o, t] = next;
    const ofOurs = matchChildren(node, o);
    const ofTheirs = matchChildren(node, t);
    // Additions correspond when they have the same name.
    const added = matchByName(ofOurs.added, ofTheirs.added);
    const all = triples(node.children, ofOurs, ofTheirs, added);
    const sameNode = (a: DeviceTreeNode, b: DeviceTreeNode): boolean => equalBytes(serializeNode(a), serializeNode(b));
    const merged = new Map<Triple<DeviceTreeNode>, DeviceTreeNode>();
    for (const triple of all) {
      if (triple.base && triple.ours && triple.theirs) {
        // In all three: merged in its turn.
        merged.set(triple, triple.base);
        work.push([triple.base, triple.ours, triple.theirs]);
        continue;
      }
      const chosen = choose(triple, sameNode, () =>
        conflict((triple.base ?? triple.ours ?? triple.theirs)!.path, 'node'),
      );
      if (chosen !== undefined) merged.set(triple, chosen.cloneNode());
    }
    const order = mergedOrder(all, new Set(merged.keys()), node.children, o.children, t.children);
    mergeProperties(node, o, t);
    for (const child of [...node.children]) child.remove();
    for (const triple of order) node.insertNode(merged.get(triple)!);
  }
  const trailing = choose({ base: base.trailing, ours: ours.trailing, theirs: theirs.trailing }, equalBytes, () =>
    conflict('', 'trailing'),
  );
  tree.trailing = trailing!.slice();
  return { tree, conflicts };
}
