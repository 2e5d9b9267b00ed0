import { equalBytes, fromLatin1 } from './bytes.js';
import { fail } from './error.js';
import { LENGTH_MASK, NAME_FIELD_SIZE, PLACEHOLDER_FLAG, PROPERTY_HEADER_SIZE, padded } from './format.js';
import { escapeProperty } from './path.js';
import { nameAt } from './tree-index.js';

/** What a property tells the node it is in when it changes. */
export interface PropertyOwner {
  /** Path of the node, such as `/arm-io/uart0`. */
  readonly path: string;
  /** @internal */
  touch(): void;
}

/** Encodes a name into its 32-byte field: 31 characters and a NUL, or 32 as edited trees in circulation have. */
function encodeName(name: string, path: string): Uint8Array {
  if (name === '' || name.includes('\0'))
    throw fail('bad-value', 'a property name is not empty and has no NUL', { path });
  const bytes = fromLatin1(name, path);
  if (bytes.length > NAME_FIELD_SIZE)
    throw fail('out-of-range', `property name of ${bytes.length} characters, ${NAME_FIELD_SIZE} at most`, { path });
  const field = new Uint8Array(NAME_FIELD_SIZE);
  field.set(bytes);
  return field;
}

/**
 * One property: a name, a value of any bytes, and the placeholder flag.
 *
 * A property is a window on its record, in the input until it is changed; what the format does not define (bytes after
 * the name's NUL, padding) is kept.
 *
 * @example
 * ```ts
 * import { createTree } from 'apple-devicetree';
 * const chosen = createTree().root.addNode('chosen');
 * chosen.setBytes('random-seed', crypto.getRandomValues(new Uint8Array(64)));
 * chosen.property('random-seed')?.value.length; // 64
 * ```
 */
export class DeviceTreeProperty {
  #source: Uint8Array;
  #at: number;
  #read: boolean;
  #name: string | undefined;
  #owner: PropertyOwner | undefined;

  private constructor(source: Uint8Array, at: number, owner?: PropertyOwner) {
    this.#source = source;
    this.#at = at;
    this.#read = owner !== undefined;
    this.#owner = owner;
  }

  /** @internal A window on the record at `offset` of the input. */
  static at(input: Uint8Array, offset: number, owner: PropertyOwner): DeviceTreeProperty {
    return new DeviceTreeProperty(input, offset, owner);
  }

  /**
   * A new property that is in no node yet. `value` is copied.
   *
   * @throws {@link DeviceTreeError} `bad-value` or `out-of-range` when the name does not fit its 32-byte field
   * @example
   * ```ts
   * import { DeviceTreeProperty } from 'apple-devicetree';
   * DeviceTreeProperty.create('debug-enabled', Uint8Array.of(1, 0, 0, 0));
   * ```
   */
  static create(name: string, value: Uint8Array, placeholder = false): DeviceTreeProperty {
    const property = new DeviceTreeProperty(new Uint8Array(PROPERTY_HEADER_SIZE), 0);
    property.#rebuild(encodeName(name, `.${name.slice(0, 64)}`), value, placeholder);
    return property;
  }

  /** Writes a record of its own for the changed property. */
  #rebuild(field: Uint8Array, value: Uint8Array, placeholder: boolean, padding?: Uint8Array): void {
    const length = value.length;
    if (length > LENGTH_MASK)
      throw fail('out-of-range', `value of ${length} bytes, ${LENGTH_MASK} at most`, { path: this.path });
    const record = new Uint8Array(PROPERTY_HEADER_SIZE + padded(length));
    record.set(field);
    record[NAME_FIELD_SIZE] = length;
    record[NAME_FIELD_SIZE + 1] = length >>> 8;
    record[NAME_FIELD_SIZE + 2] = length >>> 16;
    record[NAME_FIELD_SIZE + 3] = (length >>> 24) | (placeholder ? PLACEHOLDER_FLAG >>> 24 : 0);
    record.set(value, PROPERTY_HEADER_SIZE);
    if (padding !== undefined && padding.length === (-length & 3)) record.set(padding, PROPERTY_HEADER_SIZE + length);
    this.#source = record;
    this.#at = 0;
    this.#read = false;
    this.#name = undefined;
    this.#owner?.touch();
  }

  #lengthWord(): number {
    const source = this.#source;
    const at = this.#at + NAME_FIELD_SIZE;
    return (source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24)) >>> 0;
  }

  /** The node this property is in, if any. */
  get owner(): PropertyOwner | undefined {
    return this.#owner;
  }

  /** @internal */
  setOwner(owner: PropertyOwner | undefined): void {
    this.#owner = owner;
  }

  /** Node path and property name, such as `/chosen.random-seed`. */
  get path(): string {
    return `${this.#owner?.path ?? ''}.${escapeProperty(this.name)}`;
  }

  /** Offset of the record in the input, in bytes; undefined once changed or when it was never read. */
  get offset(): number | undefined {
    return this.#read ? this.#at : undefined;
  }

  /** The name, one character per byte. */
  get name(): string {
    this.#name ??= nameAt(this.#source, this.#at);
    return this.#name;
  }
  set name(name: string) {
    this.#rebuild(encodeName(name, this.path), this.value, this.placeholder, this.padding);
  }

  /** The whole 32-byte name field, with what follows the NUL. */
  get nameField(): Uint8Array {
    return this.#source.subarray(this.#at, this.#at + NAME_FIELD_SIZE);
  }
  set nameField(field: Uint8Array) {
    if (field.length !== NAME_FIELD_SIZE)
      throw fail('bad-value', `a name field has ${NAME_FIELD_SIZE} bytes, not ${field.length}`, { path: this.path });
    this.#rebuild(field, this.value, this.placeholder, this.padding);
  }

  /** The value's bytes, without padding. A view, not a copy: assign a new array to change it. */
  get value(): Uint8Array {
    const start = this.#at + PROPERTY_HEADER_SIZE;
    return this.#source.subarray(start, start + this.length);
  }
  set value(value: Uint8Array) {
    this.#rebuild(this.nameField, value, this.placeholder, this.padding);
  }

  /** Size of the value, in bytes. */
  get length(): number {
    return this.#lengthWord() & LENGTH_MASK;
  }

  /** Bit 31 of the length word: the value is a placeholder that the boot loader resolves. XNU panics on it. */
  get placeholder(): boolean {
    return this.#lengthWord() >= PLACEHOLDER_FLAG;
  }
  set placeholder(placeholder: boolean) {
    if (placeholder !== this.placeholder) this.#rebuild(this.nameField, this.value, placeholder, this.padding);
  }

  /** The 0 to 3 bytes after the value; zero unless the input had others. */
  get padding(): Uint8Array {
    const length = this.length;
    const start = this.#at + PROPERTY_HEADER_SIZE + length;
    return this.#source.subarray(start, start + (-length & 3));
  }
  set padding(padding: Uint8Array) {
    if (padding.length !== (-this.length & 3))
      throw fail('bad-value', `padding of ${padding.length} bytes after a value of ${this.length}`, {
        path: this.path,
      });
    this.#rebuild(this.nameField, this.value, this.placeholder, padding);
  }

  /** Size of the record in a serialised tree, in bytes. */
  get recordSize(): number {
    return PROPERTY_HEADER_SIZE + padded(this.length);
  }

  /** The record as it stands in a serialised tree: name field, length word, value, padding. A view, not a copy. */
  record(): Uint8Array {
    return this.#source.subarray(this.#at, this.#at + this.recordSize);
  }

  /** A copy that belongs to no node. */
  clone(): DeviceTreeProperty {
    return new DeviceTreeProperty(this.record().slice(), 0);
  }

  /** Takes over everything that another property has: name field, value, placeholder flag, padding. */
  become(other: DeviceTreeProperty): void {
    this.#rebuild(other.nameField, other.value, other.placeholder, other.padding);
  }

  /** Whether both serialise to the same bytes. */
  equals(other: DeviceTreeProperty): boolean {
    return equalBytes(this.record(), other.record());
  }
}
