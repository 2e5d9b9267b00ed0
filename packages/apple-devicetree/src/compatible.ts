import type { DeviceTreeNode } from './device-node.js';
import { matchesName } from './path.js';

const TILDE = 0x7e;

/** A value of the same size in which every character is `~`: no driver matches it, and nothing moves. */
export function overwritten(value: Uint8Array): Uint8Array {
  return value.map(byte => (byte === 0 ? 0 : TILDE));
}

/**
 * Nodes whose `compatible` has no text on the list; patterns are allowed.
 *
 * Overwriting theirs keeps drivers for hardware that is not there from matching.
 */
export function incompatible(nodes: Iterable<DeviceTreeNode>, allow: readonly string[]): DeviceTreeNode[] {
  const found: DeviceTreeNode[] = [];
  for (const node of nodes) {
    const property = node.property('compatible');
    if (property === undefined || property.length === 0) continue;
    if (!node.strings('compatible').some(text => allow.some(pattern => matchesName(pattern, text)))) found.push(node);
  }
  return found;
}
