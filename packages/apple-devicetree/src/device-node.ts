import { latin1, viewOf } from './bytes.js';
import { fail } from './error.js';
import { MAX_NODE_NAME, NODE_HEADER_SIZE } from './format.js';
import { NodeProperties } from './node-properties.js';
import { escapeSegment, parseSegment, splitPath } from './path.js';
import { DeviceTreeProperty } from './property.js';
import { serializeNode } from './serialize.js';
import { indexedName, indexTree, type TreeIndex } from './tree-index.js';

/** Counts changes to any tree, so that what was worked out before one is not used after it. */
let changes = 0;

/** A node of the tree: properties in order, then children in order. Duplicate names are allowed, as in the format. */
export class DeviceTreeNode extends NodeProperties {
  #index: TreeIndex | undefined;
  #id: number;
  #parent: DeviceTreeNode | undefined;
  #properties: DeviceTreeProperty[] | undefined;
  #children: DeviceTreeNode[] | undefined;
  /** Whether this node or something below it differs from the input. */
  #changed: boolean;
  #name: string | undefined;
  #ranked: { readonly at: number; readonly ranks: ReadonlyMap<DeviceTreeNode, number> } | undefined;

  private constructor(index: TreeIndex | undefined, id: number, parent: DeviceTreeNode | undefined) {
    super();
    this.#index = index;
    this.#id = id;
    this.#parent = parent;
    this.#changed = index === undefined;
    if (index === undefined) {
      this.#properties = [];
      this.#children = [];
    }
  }

  /** @internal */
  static at(index: TreeIndex, id: number, parent: DeviceTreeNode | undefined): DeviceTreeNode {
    return new DeviceTreeNode(index, id, parent);
  }

  /**
   * A new node that is in no tree yet; it has one property, `name`.
   *
   * @example
   * ```ts
   * import { createTree, DeviceTreeNode } from 'apple-devicetree';
   * const uart = DeviceTreeNode.create('uart0');
   * createTree().root.insertNode(uart);
   * ```
   */
  static create(name: string): DeviceTreeNode {
    const node = DeviceTreeNode.empty();
    node.rename(name);
    return node;
  }

  /** A new node without any property, not even `name`. */
  static empty(): DeviceTreeNode {
    return new DeviceTreeNode(undefined, 0, undefined);
  }

  /** @internal Marks this node and its ancestors as differing from the input. */
  override touch(): void {
    this.#name = undefined;
    changes++;
    for (let node: DeviceTreeNode | undefined = this; node !== undefined && !node.#changed; node = node.#parent)
      node.#changed = true;
  }

  /** Whether this node and everything below it is as it was read. */
  get unchanged(): boolean {
    return !this.#changed;
  }

  /** @internal The bytes of this node and its descendants in the input, while unchanged. */
  get source(): Uint8Array | undefined {
    const index = this.#index;
    if (index === undefined || this.#changed) return undefined;
    return index.bytes.subarray(index.nodeOffset[this.#id]!, index.nodeOffset[index.after[this.#id]!]!);
  }

  protected override asNode(): DeviceTreeNode {
    return this;
  }

  /** Offset of the node in the input, in bytes; undefined for nodes that were not read. */
  get offset(): number | undefined {
    return this.#index?.nodeOffset[this.#id];
  }

  /** The node above; undefined for the root and for nodes in no tree. */
  get parent(): DeviceTreeNode | undefined {
    return this.#parent;
  }

  /** Number of nodes above this one. */
  get depth(): number {
    let depth = 0;
    for (let node = this.#parent; node !== undefined; node = node.#parent) depth++;
    return depth;
  }

  /** The properties, in order. */
  override get properties(): readonly DeviceTreeProperty[] {
    if (this.#properties === undefined) {
      const index = this.#index!;
      const last = index.firstProperty[this.#id + 1]!;
      const properties: DeviceTreeProperty[] = [];
      for (let p = index.firstProperty[this.#id]!; p < last; p++)
        properties.push(DeviceTreeProperty.at(index.bytes, index.propertyOffset[p]!, this));
      this.#properties = properties;
    }
    return this.#properties;
  }

  /** The child nodes, in order. */
  get children(): readonly DeviceTreeNode[] {
    if (this.#children === undefined) {
      const index = this.#index!;
      const children: DeviceTreeNode[] = [];
      const last = index.after[this.#id]!;
      for (let c = this.#id + 1; c < last; c = index.after[c]!) children.push(new DeviceTreeNode(index, c, this));
      this.#children = children;
    }
    return this.#children;
  }

  /** This node, then its descendants in the order of the format. */
  *walk(): Generator<DeviceTreeNode, void, undefined> {
    const stack: DeviceTreeNode[] = [this];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      yield node;
      const children = node.children;
      for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
    }
  }

  /** The `name` property's text up to its first NUL; empty when there is none. */
  get name(): string {
    if (this.#name === undefined) {
      if (this.#properties === undefined) this.#name = indexedName(this.#index!, this.#id);
      else {
        const value = this.property('name')?.value ?? new Uint8Array();
        const end = value.indexOf(0);
        this.#name = latin1(value, 0, end < 0 ? value.length : end);
      }
    }
    return this.#name;
  }

  /** Path from the root, with a rank where siblings share a name: `/arm-io/nco[1]`. The root is `/`. */
  override get path(): string {
    let path = '';
    for (let node: DeviceTreeNode = this; node.#parent !== undefined; node = node.#parent)
      path = `/${node.segment}${path}`;
    return path === '' ? '/' : path;
  }

  /** The last segment of {@link path}. */
  get segment(): string {
    const name = this.name;
    const text = escapeSegment(name);
    if (this.#parent === undefined) return text;
    const rank = this.#parent.#ranks().get(this);
    return rank === undefined ? text : `${text}[${rank}]`;
  }

  /** Ranks of the children that share their name with others; kept until something in some tree changes. */
  #ranks(): ReadonlyMap<DeviceTreeNode, number> {
    if (this.#ranked?.at === changes) return this.#ranked.ranks;
    const byName = new Map<string, DeviceTreeNode[]>();
    for (const child of this.children) {
      const namesakes = byName.get(child.name);
      if (namesakes === undefined) byName.set(child.name, [child]);
      else namesakes.push(child);
    }
    const ranks = new Map<DeviceTreeNode, number>();
    // A segment cannot be empty: a nameless node always has a rank.
    for (const [name, namesakes] of byName)
      if (namesakes.length > 1 || name === '') for (const [rank, child] of namesakes.entries()) ranks.set(child, rank);
    this.#ranked = { at: changes, ranks };
    return ranks;
  }

  /** The first child of that name. */
  child(name: string): DeviceTreeNode | undefined {
    for (const child of this.children) if (child.name === name) return child;
    return undefined;
  }

  /** The node at a path below this one, or undefined. */
  find(path: string): DeviceTreeNode | undefined {
    let node: DeviceTreeNode | undefined = this;
    for (const text of splitPath(path)) {
      const { name, rank = 0 } = parseSegment(text);
      let left = rank;
      node = node.children.find(child => child.name === name && left-- === 0);
      if (node === undefined) return undefined;
    }
    return node;
  }

  /**
   * The node at a path below this one.
   *
   * @throws {@link DeviceTreeError} `not-found`
   * @example
   * ```ts
   * import { createTree } from 'apple-devicetree';
   * const tree = createTree();
   * tree.root.addNode('arm-io').addNode('uart0');
   * tree.root.node('arm-io/uart0').path; // '/arm-io/uart0'
   * ```
   */
  node(path: string): DeviceTreeNode {
    const node = this.find(path);
    if (node === undefined)
      throw fail('not-found', 'no such node', { path: this.#parent === undefined ? path : `${this.path}/${path}` });
    return node;
  }

  /** Sets the `name` property. At most 63 characters, as XNU allows. */
  rename(name: string): void {
    if (name === '' || name.length > MAX_NODE_NAME || name.includes('\0'))
      throw fail('bad-value', `a node name has 1 to ${MAX_NODE_NAME} characters`, {
        path: `/${name.slice(0, MAX_NODE_NAME + 1)}`,
      });
    this.setString('name', name);
  }

  /** Adds a new node with a `name` property as the last child, or at an index. */
  addNode(name: string, at?: number): DeviceTreeNode {
    return this.insertNode(DeviceTreeNode.create(name), at);
  }

  /** Puts a node that is in no tree in as the last child, or at an index. */
  insertNode(node: DeviceTreeNode, at = this.children.length): DeviceTreeNode {
    if (node.#parent !== undefined) throw fail('conflict', 'the node is in a tree already', { path: node.path });
    for (let above: DeviceTreeNode | undefined = this; above !== undefined; above = above.#parent)
      if (above === node) throw fail('conflict', 'a node cannot be put below itself', { path: this.path });
    (this.children as DeviceTreeNode[]).splice(at, 0, node);
    node.#parent = this;
    this.touch();
    return node;
  }

  /** Takes this node and everything below it out of the tree. */
  remove(): this {
    const parent = this.#parent;
    if (parent === undefined) return this;
    const siblings = parent.children as DeviceTreeNode[];
    siblings.splice(siblings.indexOf(this), 1);
    this.#parent = undefined;
    parent.touch();
    return this;
  }

  /** A copy of this node and everything below it that is in no tree. */
  cloneNode(): DeviceTreeNode {
    const index = indexTree(serializeNode(this), Number.POSITIVE_INFINITY);
    return new DeviceTreeNode(index, 0, undefined);
  }

  /** @internal Puts properties and children in another order; each list holds what is there now. */
  reorder(properties: DeviceTreeProperty[], children: DeviceTreeNode[]): void {
    this.#properties = properties;
    this.#children = children;
    this.touch();
  }

  /** @internal The eight bytes before the first property. */
  header(): Uint8Array {
    const bytes = new Uint8Array(NODE_HEADER_SIZE);
    const view = viewOf(bytes);
    view.setUint32(0, this.properties.length, true);
    view.setUint32(4, this.children.length, true);
    return bytes;
  }
}
