import type { DeviceTreeNode } from '../device-node.js';
import { typeOfProperty } from '../types/resolve.js';
import { tableTypes } from '../types/table.js';

/**
 * Numbers are little-endian in an Apple device tree and big-endian cells in a flattened one. Which bytes of a value are
 * numbers depends on its type; this is the widths in bytes of one round of it, such as `8,8` for `reg<2,2>`; `1` leaves
 * bytes as they are.
 */
export type Widths = string;

/** Types that are all numbers, besides those below. Other records stay bytes: nothing on the other side knows them. */
const WIDTHS: Readonly<Record<string, Widths>> = {
  u32: '4',
  'u32[]': '4',
  f32: '4',
  fourcc: '4',
  function: '4',
  u64: '8',
  'u64[]': '8',
  'memory-range[]': '8',
  'gpu-perf-state[]': '4',
};

/** Widths of the numbers of a type, by its id. */
export function widthsOf(id: string): Widths {
  const cells = /^(?:reg|ranges)<(.*)>$/.exec(id)?.[1]?.split(',');
  if (cells === undefined) return WIDTHS[id] ?? '1';
  return cells
    .flatMap(count => (count === '0' ? [] : count === '3' ? ['4', '8'] : [String(Number(count) * 4)]))
    .join(',');
}

/** The value with each number's bytes reversed; doing it twice gives the value again. */
export function swapped(bytes: Uint8Array, widths: Widths): Uint8Array {
  if (widths === '1') return bytes;
  const rounds = widths.split(',').map(Number);
  const out = bytes.slice();
  for (let at = 0, i = 0; at < out.length; i++) {
    const width = rounds[i % rounds.length]!;
    out.subarray(at, at + width).reverse();
    at += width;
  }
  return out;
}

/** Whether text is widths that {@link swapped} can work with. */
export const isWidths = (text: string): boolean => /^[148](,[148]){0,5}$/.test(text);

/** Widths of a little-endian value of a property. */
export const widthsOfValue = (node: DeviceTreeNode, name: string, bytes: Uint8Array): Widths =>
  widthsOf(typeOfProperty(node, name, bytes).id);

/** Widths that a big-endian value has: the first that the type of the little-endian value agrees with. */
export function widthsOfSwapped(node: DeviceTreeNode, name: string, bytes: Uint8Array): Widths {
  const candidates = new Set([...tableTypes(node, name).map(({ id }) => widthsOf(id)), '1', '4', '8']);
  for (const widths of candidates) if (widthsOfValue(node, name, swapped(bytes, widths)) === widths) return widths;
  return '1';
}
