import { DeviceTreeNode } from './device-node.js';
import { fail } from './error.js';
import { MAX_DEPTH } from './format.js';
import { recognise } from './recognise.js';
import { serializeNode } from './serialize.js';
import { indexTree } from './tree-index.js';

/** Limits for {@link openTree}. */
export interface OpenOptions {
  /** Deepest nesting accepted, in nodes; 256 when not given. Genuine trees have six levels. */
  readonly maxDepth?: number | undefined;
}

/** An Apple device tree: a root node, and any bytes that followed it in the input. */
export class DeviceTree {
  /** The node named `device-tree`. */
  readonly root: DeviceTreeNode;
  /** What the input had after the root node: usually nothing or zeroes. Written back by {@link serialize}. */
  trailing: Uint8Array;

  constructor(root: DeviceTreeNode, trailing: Uint8Array = new Uint8Array()) {
    this.root = root;
    this.trailing = trailing;
  }

  /** The node at a path, or undefined. */
  find(path: string): DeviceTreeNode | undefined {
    return this.root.find(path);
  }

  /**
   * The node at a path.
   *
   * @throws {@link DeviceTreeError} `not-found`
   * @example
   * ```ts
   * import { createTree } from 'apple-devicetree';
   * const tree = createTree();
   * tree.root.addNode('uart0').setString('compatible', 'uart-1,samsung');
   * tree.node('/uart0').strings('compatible'); // ['uart-1,samsung']
   * ```
   */
  node(path: string): DeviceTreeNode {
    return this.root.node(path);
  }

  /** Every node in the order of the format, the root first. */
  nodes(): Generator<DeviceTreeNode, void, undefined> {
    return this.root.walk();
  }

  /** The flattened tree. An unchanged tree gives the bytes it was read from. */
  serialize(): Uint8Array {
    return serializeNode(this.root, this.trailing);
  }

  /** A copy that shares nothing with this tree. */
  clone(): DeviceTree {
    const bytes = this.serialize();
    return treeOf(bytes, Number.POSITIVE_INFINITY);
  }
}

function treeOf(bytes: Uint8Array, maxDepth: number): DeviceTree {
  const index = indexTree(bytes, maxDepth);
  return new DeviceTree(DeviceTreeNode.at(index, 0, undefined), bytes.slice(index.end));
}

/**
 * Opens a flattened device tree. Only an index is made; values are decoded when they are asked for.
 *
 * The tree is a window on `bytes`, which must not change while the tree is in use. Bytes after the root node are kept.
 *
 * @param bytes a raw tree, such as the payload of a `dtre` IM4P after decompression
 * @throws {@link DeviceTreeError} `not-a-device-tree` for containers, compressed or encrypted data and other formats;
 * `truncated`, `bad-count`, `too-deep` for damaged trees
 * @example
 * ```ts
 * import { createTree, openTree } from 'apple-devicetree';
 * const bytes = createTree().serialize(); // or the payload of a DeviceTree image
 * const tree = openTree(bytes);
 * tree.root.addNode('chosen').setU32('debug-enabled', 1);
 * tree.serialize();
 * ```
 */
export function openTree(bytes: Uint8Array, options: OpenOptions = {}): DeviceTree {
  const other = recognise(bytes);
  if (other !== undefined) throw fail('not-a-device-tree', other, { offset: 0 });
  return treeOf(bytes, options.maxDepth ?? MAX_DEPTH);
}

/**
 * A new tree with a root node and nothing else.
 *
 * @param name the root's name; XNU expects `device-tree`
 * @example
 * ```ts
 * import { createTree } from 'apple-devicetree';
 * const tree = createTree();
 * tree.root.setU32('#address-cells', 2);
 * tree.root.addNode('chosen').setU64('dram-base', 0x800000000n);
 * ```
 */
export function createTree(name = 'device-tree'): DeviceTree {
  return new DeviceTree(DeviceTreeNode.create(name));
}
