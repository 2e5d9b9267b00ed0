import { random } from '../__tests__/samples.js';
import { concatBytes } from '../src/bytes.js';
import { DerElement } from '../src/der/index.js';
import { encode } from '../src/der/writer.js';
import { isImg4Error } from '../src/error.js';

const INTERESTING = [
  0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0xfffff, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** A DER element taken apart, so that lengths fit again after a change inside. */
interface Node {
  readonly element: DerElement;
  readonly children: Node[] | undefined;
}

/** Mutates inputs: bits, bytes, words, blocks; and, where an input is DER, its structure with lengths kept right. */
export class Mutator {
  private readonly next: () => number;
  constructor(seed: number) {
    this.next = random(seed);
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** A few mutations of `input`; `other` serves splices. */
  mutate(input: Uint8Array, other: Uint8Array, maxSize: number): Uint8Array {
    let bytes: Uint8Array = input.slice();
    if (bytes[0] === 0x30 && this.below(2) === 0) bytes = this.structure(bytes) ?? bytes;
    for (let left = this.below(4) + (bytes === input ? 1 : 0); left > 0; left--) bytes = this.once(bytes, other);
    return bytes.subarray(0, maxSize);
  }

  private once(bytes: Uint8Array, other: Uint8Array): Uint8Array {
    if (bytes.length === 0) return Uint8Array.of(this.below(256));
    const at = this.below(bytes.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    switch (this.below(9)) {
      case 0:
        bytes[at]! ^= 1 << this.below(8);
        return bytes;
      case 1:
        bytes[at] = this.below(256);
        return bytes;
      case 2:
        bytes[at] = this.pick(INTERESTING) & 0xff;
        return bytes;
      case 3:
        if (at + 4 <= bytes.length) view.setUint32(at, this.pick(INTERESTING), this.below(2) === 0);
        return bytes;
      case 4:
        if (at + 4 <= bytes.length) view.setUint32(at, view.getUint32(at, true) + this.below(33) - 16, true);
        return bytes;
      case 5:
        return concatBytes([bytes.subarray(0, at), bytes.subarray(at + 1 + this.below(32))]);
      case 6:
        return concatBytes([bytes.subarray(0, at), bytes.subarray(at, at + 1 + this.below(64)), bytes.subarray(at)]);
      case 7:
        return concatBytes([bytes.subarray(0, at), other.subarray(this.below(other.length + 1))]);
      default:
        return this.below(4) === 0 ? bytes.slice(0, at) : bytes;
    }
  }

  private structure(bytes: Uint8Array): Uint8Array | undefined {
    try {
      const root = this.read(DerElement.at(bytes, 0, { mode: 'lenient', maxElements: 2000 }), 0);
      const nodes: Node[] = [];
      const collect = (node: Node): void => {
        nodes.push(node);
        node.children?.forEach(collect);
      };
      collect(root);
      return this.write(root, this.pick(nodes), this.pick(nodes));
    } catch (error) {
      if (isImg4Error(error)) return undefined;
      throw error;
    }
  }

  private read(element: DerElement, depth: number): Node {
    if (!element.constructed || depth > 12) return { element, children: undefined };
    return { element, children: element.children('').map(child => this.read(child, depth + 1)) };
  }

  private write(node: Node, target: Node, donor: Node): Uint8Array {
    const { element, children } = node;
    const again = (): Uint8Array =>
      encode(
        element.tagClass,
        element.constructed,
        element.tag,
        children ? concatBytes(children.map(child => this.write(child, target, donor))) : element.content,
      );
    if (node !== target) return again();
    switch (this.below(6)) {
      case 0:
        return new Uint8Array(0);
      case 1:
        return concatBytes([element.bytes, element.bytes]);
      case 2:
        return donor.element.bytes;
      case 3:
        return encode(element.tagClass, element.constructed, this.below(40), element.content);
      case 4:
        return encode(this.pick([0, 1, 2, 3] as const), this.below(2) === 0, element.tag, element.content);
      default:
        return encode(
          element.tagClass,
          element.constructed,
          element.tag,
          this.once(element.content.slice(), element.content),
        );
    }
  }
}
