import { type Fdt, type FdtNode, type FdtProperty, writeFdt } from '@internal/binary/fdt';
import { fromLatin1, isZero, toHex } from '../bytes.js';
import type { DeviceTreeNode } from '../device-node.js';
import { fail } from '../error.js';
import { escapeProperty } from '../path.js';
import type { DeviceTreeProperty } from '../property.js';
import type { DeviceTree } from '../tree.js';
import { swapped, widthsOfSwapped, widthsOfValue } from './byte-order.js';
import { NAME, NOTES, nameProblem, nodeName, TRAILING, VERSION } from './names.js';

/** Something that the other format has no way to say. */
export interface ConversionNote {
  /** Path in the tree that was converted. */
  readonly path: string;
  readonly message: string;
  /** Whether it comes back all the same: notes travel in `apple,adt` properties. */
  readonly kept: boolean;
}

/** A flattened device tree, and what it cannot express. */
export interface FdtConversion {
  readonly fdt: Fdt;
  readonly notes: readonly ConversionNote[];
}

/** `AAPL,phandle` values that can be `phandle`: numbers that only one node has. */
function uniquePhandles(tree: DeviceTree): Set<number> {
  const seen = new Map<number, number>();
  for (const node of tree.nodes()) {
    const phandle = node.u32('AAPL,phandle');
    if (phandle !== undefined && phandle !== 0 && phandle !== 0xffffffff)
      seen.set(phandle, (seen.get(phandle) ?? 0) + 1);
  }
  return new Set([...seen].filter(([, count]) => count === 1).map(([phandle]) => phandle));
}

class NodeConverter {
  readonly #notes: ConversionNote[];
  readonly #phandles: ReadonlySet<number>;

  constructor(notes: ConversionNote[], phandles: ReadonlySet<number>) {
    this.#notes = notes;
    this.#phandles = phandles;
  }

  #isPhandle(property: DeviceTreeProperty): boolean {
    const { name, length, placeholder, value } = property;
    if (name !== 'AAPL,phandle' || length !== 4 || placeholder) return false;
    return this.#phandles.has(new DataView(value.buffer, value.byteOffset).getUint32(0, true));
  }

  /** The properties of a node; what they cannot say is added to the notes and to `apple,adt`. */
  properties(node: DeviceTreeNode, path: string): FdtProperty[] {
    const made: FdtProperty[] = [];
    const extra: string[] = path === '/' ? [VERSION] : [];
    const taken = new Set<string>();
    node.properties.forEach((property, index) => {
      const { name, nameField, padding, placeholder, value } = property;
      const at = `${path}.${escapeProperty(name)}`;
      const say = (what: string, message: string): void => {
        extra.push(what);
        this.#notes.push({ path: at, message, kept: true });
      };
      let to = name === 'name' ? NAME : this.#isPhandle(property) ? 'phandle' : name;
      const problem = taken.has(to) ? 'is there twice' : to === name ? nameProblem(name, value.length) : undefined;
      if (problem !== undefined) {
        to = `apple,property-${index}`;
        say(`${to} field ${toHex(nameField)}`, `${problem}; called ${to}`);
      } else if (!isZero(nameField.subarray(name.length)))
        say(`${to} field ${toHex(nameField)}`, 'has bytes after its name');
      taken.add(to);
      if (placeholder) say(`${to} placeholder`, 'is a placeholder');
      if (!isZero(padding)) say(`${to} padding ${toHex(padding)}`, 'has padding that is not zero');
      const widths = placeholder ? '1' : widthsOfValue(node, name, value);
      const bytes = swapped(value, widths);
      // What the way back would not find out by itself.
      if (!placeholder && widthsOfSwapped(node, name, bytes) !== widths) extra.push(`${to} widths ${widths}`);
      made.push({ name: to, value: bytes });
    });
    if (extra.length > 0) made.push({ name: NOTES, value: fromLatin1(extra.map(text => `${text}\0`).join('')) });
    return made;
  }
}

/** Node names among siblings, each one once. */
function childNames(node: DeviceTreeNode): string[] {
  const taken = new Set<string>();
  return node.children.map((child, i) => {
    const plain = nodeName(child.name);
    const name = taken.has(plain) ? `${plain}@${i.toString(16)}` : plain;
    taken.add(name);
    return name;
  });
}

/** @internal The tree as nodes of a flattened one. */
export function convertTree(tree: DeviceTree): FdtConversion {
  const notes: ConversionNote[] = [];
  const converter = new NodeConverter(notes, uniquePhandles(tree));
  const root: FdtNode = { name: '', properties: [], children: [] };
  const stack: { node: DeviceTreeNode; into: FdtNode; path: string; depth: number }[] = [
    { node: tree.root, into: root, path: '/', depth: 1 },
  ];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, into, path, depth } = top;
    if (depth > 64) throw fail('too-deep', 'flattened trees have 64 levels at most', { path: path.slice(0, 200) });
    into.properties = converter.properties(node, path);
    const names = childNames(node);
    const below = node.children.map((child, i) => {
      const made: FdtNode = { name: names[i]!, properties: [], children: [] };
      into.children.push(made);
      const at = `${path === '/' ? '' : path}/${child.segment}`;
      if (names[i] !== child.name) notes.push({ path: at, message: `is called ${names[i]}`, kept: true });
      return { node: child, into: made, path: at, depth: depth + 1 };
    });
    for (const entry of below.reverse()) stack.push(entry);
  }
  if (tree.trailing.length > 0) root.properties.push({ name: TRAILING, value: tree.trailing.slice() });
  return { fdt: { bootCpu: 0, reservations: [], root }, notes };
}

/** A `.dtb` file, and what it cannot express. */
export interface DtbConversion {
  readonly bytes: Uint8Array;
  readonly notes: readonly ConversionNote[];
}

/**
 * Converts to a flattened device tree blob (`.dtb`, Devicetree Specification 0.4 chapter 5) for `dtc` and Linux tools.
 *
 * Numbers become big-endian cells, `AAPL,phandle` becomes `phandle`, `name` becomes `apple,name`. What the format cannot
 * express is noted in `apple,adt` properties, so that {@link fromDtb} gives the same bytes again.
 *
 * @throws {@link DeviceTreeError} `too-deep` for trees of more than 64 levels
 * @example
 * ```ts
 * import { createTree, toDtb } from 'apple-devicetree';
 * const { bytes, notes } = toDtb(createTree());
 * for (const { path, message } of notes) console.log(path, message);
 * ```
 */
export function toDtb(tree: DeviceTree): DtbConversion {
  const { fdt, notes } = convertTree(tree);
  return { bytes: writeFdt(fdt, fail), notes };
}
