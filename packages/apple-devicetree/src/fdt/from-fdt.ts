import { type Fdt, type FdtNode, fdtProperty, parseFdt } from '@internal/binary/fdt';
import { fromHex, latin1 } from '../bytes.js';
import { DeviceTreeNode } from '../device-node.js';
import { fail } from '../error.js';
import { MAX_NODE_NAME, NAME_FIELD_SIZE } from '../format.js';
import { escapeProperty, escapeSegment } from '../path.js';
import { DeviceTreeProperty } from '../property.js';
import { DeviceTree } from '../tree.js';
import { isWidths, swapped, widthsOfSwapped } from './byte-order.js';
import { NAME, NOTES, TRAILING, VERSION } from './names.js';
import type { ConversionNote } from './to-fdt.js';

/** An Apple device tree made from a flattened one, and what was lost. */
export interface TreeConversion {
  readonly tree: DeviceTree;
  readonly notes: readonly ConversionNote[];
}

/** What `apple,adt` says about a property. */
interface Said {
  field?: Uint8Array;
  padding?: Uint8Array;
  widths?: string;
  placeholder?: boolean;
}

const texts = (node: FdtNode, name: string): string[] => {
  const value = fdtProperty(node, name);
  return value === undefined ? [] : latin1(value).split('\0').slice(0, -1);
};

function saidBy(node: FdtNode, path: string): Map<string, Said> {
  const said = new Map<string, Said>();
  for (const text of texts(node, NOTES)) {
    if (text === VERSION) continue;
    const [property = '', what, value = ''] = text.split(' ');
    const about = said.get(property) ?? {};
    said.set(property, about);
    if (what === 'placeholder') about.placeholder = true;
    else if (what === 'widths' && isWidths(value)) about.widths = value;
    else if (what === 'field' || what === 'padding') about[what] = fromHex(value, `${path}.${NOTES}`);
    else throw fail('bad-value', `unknown note ${JSON.stringify(text.slice(0, 60))}`, { path: `${path}.${NOTES}` });
  }
  return said;
}

/** Name in the Apple tree; undefined for what only describes it. */
const plainName = (name: string): string | undefined =>
  name === NAME ? 'name' : name === 'phandle' ? 'AAPL,phandle' : name === NOTES || name === TRAILING ? undefined : name;

/** Properties whose types do not depend on others: they come first, since the others' types depend on them. */
const isBasis = (name: string): boolean => name === 'name' || /^#.*-cells$/.test(name);

/** @internal */
export function treeOfFdt({ root, reservations, bootCpu }: Fdt): TreeConversion {
  const notes: ConversionNote[] = [];
  const lost = (path: string, message: string): void => {
    notes.push({ path, message, kept: false });
  };
  if (reservations.length > 0) lost('/', `${reservations.length} memory reservations`);
  if (bootCpu !== 0) lost('/', `boot CPU ${bootCpu}`);
  const ours = texts(root, NOTES)[0] === VERSION;
  const pairs: { from: FdtNode; node: DeviceTreeNode; path: string }[] = [];
  const stack = [{ from: root, node: DeviceTreeNode.empty(), path: '' }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { from, node, path } = top;
    pairs.push(top);
    const below = from.children.map(child => ({
      from: child,
      node: node.insertNode(DeviceTreeNode.empty()),
      path: `${path}/${escapeSegment(child.name)}`,
    }));
    for (const entry of below.reverse()) stack.push(entry);
  }

  /** Properties still in cells, by the order of {@link pairs}; types need the names and cells of the nodes around. */
  const waiting: { node: DeviceTreeNode; property: DeviceTreeProperty; said: Said; path: string }[] = [];
  for (const { from, node, path } of pairs) {
    const said = saidBy(from, path || '/');
    if (!ours && fdtProperty(from, NAME) === undefined) {
      const name = path === '' ? 'device-tree' : from.name;
      if (name.length > MAX_NODE_NAME) lost(path, `name of ${name.length} characters, cut`);
      node.setString('name', name.slice(0, MAX_NODE_NAME));
    }
    for (const { name: given, value } of from.properties) {
      const name = plainName(given);
      if (name === undefined || (!ours && given === 'name')) continue;
      const at = `${path || '/'}.${escapeProperty(given)}`;
      const about = said.get(given) ?? {};
      if (name.length > NAME_FIELD_SIZE - 1 && about.field === undefined) {
        lost(at, `name of ${name.length} characters, left out`);
        continue;
      }
      const property = DeviceTreeProperty.create(about.field === undefined ? name : 'x', value, about.placeholder);
      if (about.field !== undefined) property.nameField = about.field;
      node.insertProperty(property);
      const entry = { node, property, said: about, path: at };
      if (isBasis(property.name) && !property.placeholder) settle(entry);
      else waiting.push(entry);
    }
  }
  for (const entry of waiting) settle(entry);
  return { tree: new DeviceTree(pairs[0]!.node, fdtProperty(root, TRAILING) ?? new Uint8Array()), notes };
}

/** Turns a value's numbers into little-endian ones, and puts the padding back. */
function settle({
  node,
  property,
  said,
  path,
}: {
  node: DeviceTreeNode;
  property: DeviceTreeProperty;
  said: Said;
  path: string;
}): void {
  const value = property.value;
  const widths = said.placeholder ? '1' : (said.widths ?? widthsOfSwapped(node, property.name, value));
  if (widths !== '1') property.value = swapped(value, widths);
  if (said.padding === undefined) return;
  if (said.padding.length !== property.padding.length)
    throw fail('bad-value', 'the noted padding has another size', { path });
  property.padding = said.padding;
}

/**
 * Converts a flattened device tree blob (`.dtb`). One that {@link toDtb} made gives the tree it was made from, byte for
 * byte; others get `name` properties, `AAPL,phandle` and little-endian numbers, and what has no place is noted.
 *
 * @throws {@link DeviceTreeError} `truncated`, `bad-value`, `out-of-range` for a damaged blob
 * @example
 * ```ts
 * import { createTree, fromDtb, toDtb } from 'apple-devicetree';
 * const { tree, notes } = fromDtb(toDtb(createTree()).bytes);
 * ```
 */
export const fromDtb = (bytes: Uint8Array): TreeConversion => treeOfFdt(parseFdt(bytes, fail));
