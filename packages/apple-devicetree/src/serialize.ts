import { concatBytes } from './bytes.js';
import type { DeviceTreeNode } from './device-node.js';

/**
 * A node and everything below it as bytes. What is unchanged is copied from the input in whole ranges.
 *
 * @example
 * ```ts
 * import { createTree, serializeNode } from 'apple-devicetree';
 * serializeNode(createTree().root.addNode('chosen')); // just that node
 * ```
 */
export function serializeNode(root: DeviceTreeNode, trailing: Uint8Array = new Uint8Array()): Uint8Array {
  const parts: Uint8Array[] = [];
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const source = node.source;
    if (source !== undefined) {
      parts.push(source);
      continue;
    }
    parts.push(node.header());
    for (const property of node.properties) parts.push(property.record());
    const children = node.children;
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
  parts.push(trailing);
  return concatBytes(parts);
}
