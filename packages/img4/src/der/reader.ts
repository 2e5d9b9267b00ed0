import type { BinaryErrorInit } from '@internal/binary';
import { concatBytes, latin1 } from '../bytes.js';
import { type Img4Code, Img4Error } from '../error.js';
import { PRIVATE, Tag, type TagClass, tagName, UNIVERSAL } from './tag.js';

/** How to read ASN.1. */
export interface DerOptions {
  /**
   * `strict` (default) takes only the one encoding that DER allows. `lenient` takes BER too: non-minimal
   * lengths, tags and integers, indefinite lengths, any non-zero BOOLEAN, sets out of order.
   */
  readonly mode?: 'strict' | 'lenient';
  /** Most elements that one structure may have in total; more is an `out-of-range` error. Default 20,000. */
  readonly maxElements?: number;
}

/** Nesting that indefinite lengths may reach while their end is searched. */
const MAX_DEPTH = 32;

/** Universal types that are constructed in DER (EXTERNAL, EMBEDDED PDV, SEQUENCE, SET); all others are primitive. */
const CONSTRUCTED: readonly number[] = [8, 11, Tag.SEQUENCE, Tag.SET];

class Context {
  left: number;
  readonly strict: boolean;

  constructor(
    readonly input: Uint8Array,
    readonly options: DerOptions,
  ) {
    this.left = options.maxElements ?? 20_000;
    this.strict = options.mode !== 'lenient';
  }
}

/** One tag-length-value of a file: where it is, what it is, and its bytes as views of the input. */
export class DerElement {
  #children: readonly DerElement[] | undefined;

  private constructor(
    private readonly context: Context,
    /** Offset of the identifier octet in the input, in bytes. */
    readonly offset: number,
    readonly headerLength: number,
    /** Offset of the first byte after the content. */
    readonly contentEnd: number,
    /** Offset of the first byte after the element; differs from `contentEnd` for indefinite lengths. */
    readonly end: number,
    readonly tagClass: TagClass,
    readonly constructed: boolean,
    readonly tag: number,
  ) {}

  /**
   * Reads the element at `offset`. Only its header is read; children are read when asked for.
   *
   * @throws Img4Error `truncated`, `not-der` or `out-of-range`
   */
  static at(input: Uint8Array, offset = 0, options: DerOptions = {}, path = ''): DerElement {
    return DerElement.read(new Context(input, options), offset, input.length, path, 0);
  }

  private static read(context: Context, offset: number, limit: number, path: string, depth: number): DerElement {
    const { input, strict } = context;
    const fail = (code: Img4Code, reason: string, at = offset): Img4Error =>
      new Img4Error(code, reason, { offset: at, path });
    if (--context.left < 0) throw fail('out-of-range', 'too many ASN.1 elements');
    let at = offset;
    const next = (what: string): number => {
      if (at >= limit) throw fail('truncated', `the ${what} is cut off`, at);
      return input[at++]!;
    };
    const identifier = next('tag');
    let tag = identifier & 0x1f;
    if (tag === 0x1f) {
      tag = 0;
      let byte = 0x80;
      for (let i = 0; byte & 0x80; i++) {
        byte = next('tag');
        if (i === 0 && byte === 0x80 && strict) throw fail('not-der', 'the tag number has leading zeros');
        tag = tag * 128 + (byte & 0x7f);
        if (tag > 0xffffffff || i > 8) throw fail('out-of-range', 'the tag number exceeds 32 bits');
      }
      if (tag < 0x1f && strict) throw fail('not-der', 'a low tag number is written in the long form');
    }
    const constructed = (identifier & 0x20) !== 0;
    const tagClass = (identifier >> 6) as TagClass;
    if (strict && tagClass === UNIVERSAL && constructed !== CONSTRUCTED.includes(tag))
      throw fail('not-der', `${tagName(tagClass, tag)} is ${constructed ? 'constructed' : 'primitive'}`);
    let length = next('length');
    if (length === 0x80) {
      if (strict) throw fail('not-der', 'the length is indefinite');
      if (!constructed) throw fail('bad-value', 'a primitive element has an indefinite length');
      if (depth >= MAX_DEPTH) throw fail('out-of-range', `indefinite lengths are nested over ${MAX_DEPTH} deep`);
      const header = at - offset;
      while (!(at + 2 <= limit && input[at] === 0 && input[at + 1] === 0))
        at = DerElement.read(context, at, limit, path, depth + 1).end;
      return new DerElement(context, offset, header, at, at + 2, tagClass, constructed, tag);
    }
    if (length & 0x80) {
      const count = length & 0x7f;
      const first = at;
      length = 0;
      for (let i = 0; i < count; i++) {
        length = length * 256 + next('length');
        if (length > 0xffffffff) throw fail('out-of-range', 'the length exceeds 32 bits');
      }
      if (strict && (length < 0x80 || input[first] === 0)) throw fail('not-der', 'the length is not minimal');
    }
    if (length > limit - at)
      throw fail('truncated', `${tagName(tagClass, tag)} declares ${length} bytes of content, ${limit - at} are left`);
    return new DerElement(context, offset, at - offset, at + length, at + length, tagClass, constructed, tag);
  }

  get strict(): boolean {
    return this.context.strict;
  }
  /** The whole element, header included: a view of the input. */
  get bytes(): Uint8Array {
    return this.context.input.subarray(this.offset, this.end);
  }
  /** What the header announces: a view of the input. */
  get content(): Uint8Array {
    return this.context.input.subarray(this.offset + this.headerLength, this.contentEnd);
  }
  /** How people name its tag. */
  get name(): string {
    return tagName(this.tagClass, this.tag);
  }

  is(tag: number, tagClass: TagClass = UNIVERSAL): boolean {
    return this.tagClass === tagClass && this.tag === tag;
  }

  error(code: Img4Code, reason: string, path: string, init?: BinaryErrorInit): Img4Error {
    return new Img4Error(code, reason, { ...init, offset: this.offset, path });
  }

  /** The elements inside a constructed one. */
  children(path: string): readonly DerElement[] {
    if (this.#children !== undefined) return this.#children;
    if (!this.constructed)
      throw this.error('bad-tag', `${this.name} is primitive, a constructed one was expected`, path);
    const children: DerElement[] = [];
    let at = this.offset + this.headerLength;
    while (at < this.contentEnd) {
      const child = DerElement.read(this.context, at, this.contentEnd, path, 0);
      children.push(child);
      at = child.end;
    }
    this.#children = children;
    return children;
  }

  /** Its children, provided that it is a SEQUENCE. */
  sequence(path: string): readonly DerElement[] {
    return this.expect(Tag.SEQUENCE, path).children(path);
  }
  /**
   * Its children, provided that it is a SET. Strict mode wants private tags in ascending order, and without `ordered`
   * at least no tag twice.
   */
  set(path: string, ordered = true): readonly DerElement[] {
    const children = this.expect(Tag.SET, path).children(path);
    if (!this.strict) return children;
    const seen = new Set<number>();
    let last = -1;
    for (const child of children) {
      if (child.tagClass !== PRIVATE) continue;
      if (seen.has(child.tag)) throw child.error('not-der', `${child.name} occurs twice in a SET`, path);
      if (ordered && child.tag < last)
        throw child.error('not-der', `${child.name} follows ${tagName(PRIVATE, last)} in a SET, which DER sorts`, path);
      seen.add(child.tag);
      last = child.tag;
    }
    return children;
  }

  expect(tag: number, path: string, tagClass: TagClass = UNIVERSAL): this {
    if (!this.is(tag, tagClass))
      throw this.error('bad-tag', `${tagName(tagClass, tag)} expected, ${this.name} found`, path);
    return this;
  }

  /** An OCTET STRING's bytes: a view, except for the constructed form that lenient mode joins. */
  octets(path: string): Uint8Array {
    return this.expect(Tag.OCTET_STRING, path).primitive(path);
  }

  private primitive(path: string): Uint8Array {
    if (!this.constructed) return this.content;
    return concatBytes(this.children(path).map(part => part.expect(this.tag, path).content));
  }

  /** An IA5String; lenient mode also takes the other string types that tools write. */
  ia5(path: string): string {
    const other = this.is(Tag.UTF8_STRING) || this.is(Tag.PRINTABLE_STRING) || this.is(Tag.T61_STRING);
    const bytes = (!this.strict && other ? this : this.expect(Tag.IA5_STRING, path)).primitive(path);
    if (this.strict && bytes.some(byte => byte > 0x7f))
      throw this.error('bad-value', 'an IA5String holds a byte over 0x7f', path);
    return latin1(bytes);
  }

  integer(path: string): bigint {
    const bytes = this.expect(Tag.INTEGER, path).primitive(path);
    if (bytes.length === 0) throw this.error('bad-value', 'an INTEGER is empty', path);
    if (bytes.length > 4096) throw this.error('out-of-range', 'an INTEGER exceeds 4096 bytes', path);
    const first = bytes[0]!;
    if (this.strict && bytes.length > 1 && ((first === 0 && bytes[1]! < 0x80) || (first === 0xff && bytes[1]! >= 0x80)))
      throw this.error('not-der', 'an INTEGER is not minimal', path);
    let hex = '0x';
    for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
    const value = BigInt(hex);
    return first & 0x80 ? value - (1n << BigInt(8 * bytes.length)) : value;
  }

  /** An INTEGER that fits a JavaScript number and is not negative. */
  count(path: string): number {
    const value = this.integer(path);
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))
      throw this.error('out-of-range', `${value} is not a usable count`, path);
    return Number(value);
  }

  boolean(path: string): boolean {
    const bytes = this.expect(Tag.BOOLEAN, path).primitive(path);
    if (bytes.length !== 1) throw this.error('bad-value', `a BOOLEAN has ${bytes.length} bytes`, path);
    if (this.strict && bytes[0] !== 0 && bytes[0] !== 0xff)
      throw this.error('not-der', `a BOOLEAN is 0x${bytes[0]!.toString(16)}`, path);
    return bytes[0] !== 0;
  }

  /** An OBJECT IDENTIFIER in dotted form. */
  oid(path: string): string {
    const bytes = this.expect(Tag.OBJECT_IDENTIFIER, path).primitive(path);
    if (bytes.length === 0 || bytes.length > 64 || bytes[bytes.length - 1]! & 0x80)
      throw this.error('bad-value', 'an OBJECT IDENTIFIER is cut off or too long', path);
    const arcs: number[] = [];
    let arc = 0;
    for (const byte of bytes) {
      arc = arc * 128 + (byte & 0x7f);
      if (byte & 0x80) continue;
      if (arcs.length === 0) {
        const first = Math.min(2, Math.floor(arc / 40));
        arcs.push(first, arc - first * 40);
      } else arcs.push(arc);
      arc = 0;
    }
    return arcs.join('.');
  }
}
