import { decodeText, encodeText, viewOf } from './bytes.js';
import type { DeviceTreeNode } from './device-node.js';
import { fail } from './error.js';
import { DeviceTreeProperty } from './property.js';
import type { PropertyValue } from './types/known.js';
import { encodeValue, knownValue } from './types/resolve.js';
import type { ValueType } from './types/value-type.js';

const u32Bytes = (value: number): Uint8Array => {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw fail('out-of-range', `${value} is not an unsigned 32-bit number`);
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
};

const u64Bytes = (value: bigint | number): Uint8Array => {
  const wide = BigInt(value);
  if (wide < 0n || wide > 0xffffffffffffffffn) throw fail('out-of-range', `${wide} is not an unsigned 64-bit number`);
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, wide, true);
  return bytes;
};

/** Reading and writing the properties of one node. */
export abstract class NodeProperties {
  /** The properties, in order. */
  abstract get properties(): readonly DeviceTreeProperty[];
  /** Path from the root. */
  abstract get path(): string;
  /** @internal */
  abstract touch(): void;
  /** @internal */
  protected abstract asNode(): DeviceTreeNode;

  /** The first property of that name. */
  property(name: string): DeviceTreeProperty | undefined {
    for (const property of this.properties) if (property.name === name) return property;
    return undefined;
  }

  /** A property's bytes; a view, not a copy. */
  bytes(name: string): Uint8Array | undefined {
    return this.property(name)?.value;
  }

  /** A property of 1 to 4 bytes as an unsigned number; undefined when absent or of another size. */
  u32(name: string): number | undefined {
    const value = this.bytes(name);
    return value?.length === 4 ? viewOf(value).getUint32(0, true) : undefined;
  }

  /** A property of 8 bytes (or 4) as an unsigned number; undefined when absent or of another size. */
  u64(name: string): bigint | undefined {
    const value = this.bytes(name);
    if (value?.length === 8) return viewOf(value).getBigUint64(0, true);
    return value?.length === 4 ? BigInt(viewOf(value).getUint32(0, true)) : undefined;
  }

  /** A property's text up to the first NUL; undefined when absent or not UTF-8. */
  string(name: string): string | undefined {
    const value = this.bytes(name);
    if (value === undefined) return undefined;
    const end = value.indexOf(0);
    return decodeText(value.subarray(0, end < 0 ? value.length : end));
  }

  /** A property's NUL-terminated texts, such as those of `compatible`; empty when absent. */
  strings(name: string): string[] {
    const value = this.bytes(name);
    if (value === undefined || value.length === 0) return [];
    const end = value[value.length - 1] === 0 ? value.length - 1 : value.length;
    return (decodeText(value.subarray(0, end)) ?? '').split('\0');
  }

  /**
   * A property's value decoded by the type table, or by a guess for names that it does not have; undefined when absent,
   * still a placeholder, or not of the type that the table says (see {@link decodeProperty} for what it looks like then).
   *
   * @example
   * ```ts
   * import { parseText } from 'apple-devicetree';
   * const tree = parseText(`device-tree {
   *   name: string = "device-tree"
   *   #address-cells: u32 = 2
   *   #size-cells: u32 = 2
   *   arm-io {
   *     name: string = "arm-io"
   *     #address-cells: u32 = 2
   *     #size-cells: u32 = 2
   *     ranges: ranges<2,2,2> = [{bus: 0x0, parent: 0x200000000, size: 0x100000000}]
   *     uart0 {
   *       name: string = "uart0"
   *       reg: reg<2,2> = [{address: 0x35200000, size: 0x4000}]
   *     }
   *   }
   * }`);
   * tree.node('/arm-io/uart0').get('reg'); // [{ address: 0x35200000n, size: 0x4000n }]
   * ```
   */
  get<Name extends string>(name: Name): PropertyValue<Name> | undefined {
    const property = this.property(name);
    return property && (knownValue(this.asNode(), property) as PropertyValue<Name> | undefined);
  }

  /** A property's value read as a given type; undefined when absent or when the bytes are not of that type. */
  read<T>(name: string, type: ValueType<T>): T | undefined {
    const value = this.bytes(name);
    return value && type.decode(value);
  }

  #put(name: string, value: Uint8Array): DeviceTreeProperty {
    const present = this.property(name);
    if (present === undefined) return this.insertProperty(DeviceTreeProperty.create(name, value));
    present.value = value;
    present.placeholder = false;
    return present;
  }

  /**
   * Sets a property to a value of the type that the table gives its name, or that its present value seems to have; adds
   * the property at the end when there is none. The placeholder flag is cleared.
   *
   * @throws {@link DeviceTreeError} `bad-value` or `out-of-range` when the value does not fit the type
   * @example
   * ```ts
   * import { DeviceTreeNode } from 'apple-devicetree';
   * DeviceTreeNode.create('uart0').set('compatible', ['uart-1,samsung']);
   * ```
   */
  set<Name extends string>(name: Name, value: PropertyValue<Name> | Uint8Array): DeviceTreeProperty {
    return this.#put(name, encodeValue(this.asNode(), name, value));
  }

  /** Sets a property to a value of a given type. */
  write<T>(name: string, type: ValueType<T>, value: T): DeviceTreeProperty {
    return this.#put(name, type.encode(value));
  }

  /** Sets a property to these bytes. */
  setBytes(name: string, value: Uint8Array): DeviceTreeProperty {
    return this.#put(name, value);
  }
  /** Sets a property to an unsigned 32-bit number, or to several. */
  setU32(name: string, ...values: number[]): DeviceTreeProperty {
    const bytes = new Uint8Array(values.length * 4);
    values.forEach((value, i) => {
      bytes.set(u32Bytes(value), i * 4);
    });
    return this.#put(name, bytes);
  }
  /** Sets a property to an unsigned 64-bit number, or to several (such as address and size). */
  setU64(name: string, ...values: (bigint | number)[]): DeviceTreeProperty {
    const bytes = new Uint8Array(values.length * 8);
    values.forEach((value, i) => {
      bytes.set(u64Bytes(value), i * 8);
    });
    return this.#put(name, bytes);
  }
  /** Sets a property to NUL-terminated text, or to several, one after the other. */
  setString(name: string, ...values: string[]): DeviceTreeProperty {
    for (const value of values)
      if (value.includes('\0')) throw fail('bad-value', 'text has a NUL inside', { path: `${this.path}.${name}` });
    return this.#put(name, encodeText(values.map(value => `${value}\0`).join('')));
  }
  /** Sets a property that says something by being there: an empty value. */
  setFlag(name: string): DeviceTreeProperty {
    return this.#put(name, new Uint8Array());
  }

  /** Puts a property in, at the end or at an index. */
  insertProperty(property: DeviceTreeProperty, at = this.properties.length): DeviceTreeProperty {
    if (property.owner !== undefined)
      throw fail('conflict', 'the property is in a node already', { path: property.path });
    const properties = this.properties as DeviceTreeProperty[];
    properties.splice(at, 0, property);
    property.setOwner(this.asNode());
    this.touch();
    return property;
  }

  /** Takes out the first property of that name, or the given one; undefined when there is none. */
  removeProperty(which: string | DeviceTreeProperty): DeviceTreeProperty | undefined {
    const properties = this.properties as DeviceTreeProperty[];
    const property = typeof which === 'string' ? this.property(which) : which;
    const at = property === undefined ? -1 : properties.indexOf(property);
    if (property === undefined || at < 0) return undefined;
    properties.splice(at, 1);
    property.setOwner(undefined);
    this.touch();
    return property;
  }

  /**
   * Gives a property another name in place, as the boot loader does with memory-map slots.
   *
   * @throws {@link DeviceTreeError} `not-found`
   */
  renameProperty(from: string, to: string): DeviceTreeProperty {
    const property = this.property(from);
    if (property === undefined) throw fail('not-found', 'no such property', { path: `${this.path}.${from}` });
    property.name = to;
    return property;
  }
}
