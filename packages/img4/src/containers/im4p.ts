import { fromHex } from '../bytes.js';
import { CONTEXT, type DerElement, type DerOptions, der, fourccToNumber, Tag } from '../der/index.js';
import { Img4Error } from '../error.js';
import { Container, editParts, magicSequence, soleElement } from './container.js';
import { encodeKeybags, type Keybag, readKeybags } from './kbag.js';
import { encodeProperties, type Property, readProperties, readProperty } from './property.js';

/** Compression algorithm numbers of an IM4P's compression element. */
export const COMPRESSION = { LZSS: 0, LZFSE: 1 } as const;

/** SEQUENCE { INTEGER algorithm, INTEGER uncompressedSize } of an IM4P. It describes the plaintext of an encrypted payload. */
export interface Im4pCompression {
  /** 1 is LZFSE. */
  readonly algorithm: number;
  /** Size of the uncompressed payload, in bytes. */
  readonly uncompressedSize: number;
}

/** What an IM4P can be made from, and what {@link Im4p.with} can change. */
export interface Im4pParts {
  /** Four-character code of the component, such as `krnl`. */
  readonly type: string;
  readonly description: string;
  /** The data as it is stored: compressed and encrypted as the other parts say. */
  readonly data: Uint8Array;
  readonly keybags: readonly Keybag[] | undefined;
  readonly compression: Im4pCompression | undefined;
  /** Properties of the payload (PAYP). */
  readonly properties: readonly Property[] | undefined;
}

type Role = 'magic' | keyof Im4pParts;
/** The order of the elements. */
const ORDER: readonly Role[] = ['magic', 'type', 'description', 'data', 'keybags', 'compression', 'properties'];

function encodeType(type: string): Uint8Array {
  fourccToNumber(type);
  return der.ia5(type, 'IM4P.type');
}

const encodeCompression = (value: Im4pCompression): Uint8Array =>
  der.sequence(der.integer(value.algorithm), der.integer(value.uncompressedSize));

const encodePayp = (properties: readonly Property[]): Uint8Array =>
  der.context(0, der.sequence(der.ia5('PAYP'), encodeProperties(properties, 'IM4P.PAYP')));

/**
 * An IM4P payload: `SEQUENCE { "IM4P", type, description, data, keybag?, compression?, [0] { PAYP }? }`.
 * Elements after these are kept. Instances never change; {@link Im4p.with} makes an edited copy that shares every
 * byte it does not name.
 *
 * @example
 * ```ts
 * import { Im4p } from 'img4';
 *
 * const image = Im4p.create({ type: 'krnl', description: 'demo', data: new Uint8Array([1, 2, 3]) });
 * const renamed = Im4p.parse(image.toBytes()).with({ type: 'rkrn' });
 * if (renamed.type !== 'rkrn' || renamed.data.length !== 3) throw new Error('edit failed');
 * ```
 */
export class Im4p extends Container implements Im4pParts {
  /** Four-character code of the component, such as `krnl`. */
  readonly type: string;
  /** Free text; a version on most images. */
  readonly description: string;
  /** The data as it is stored, maybe compressed and encrypted: a view of the input. */
  readonly data: Uint8Array;
  /** Keys of an encrypted payload, wrapped; undefined without a keybag. */
  readonly keybags: readonly Keybag[] | undefined;
  /** Algorithm and uncompressed size, when the image declares them. */
  readonly compression: Im4pCompression | undefined;
  /** Properties of the payload (PAYP), when there are any. */
  readonly properties: readonly Property[] | undefined;
  readonly #parts: readonly { readonly role: Role | undefined; readonly element: DerElement }[];

  /** Reads from an element of a larger structure. */
  constructor(
    element: DerElement,
    private readonly options: DerOptions = {},
  ) {
    super(element);
    const children = magicSequence(element, 'IM4P', 4);
    this.type = children[1]!.ia5('IM4P.type');
    if (this.type.length !== 4)
      throw children[1]!.error('bad-value', `"${this.type}" is not four characters`, 'IM4P.type');
    this.description = children[2]!.ia5('IM4P.description');
    this.data = children[3]!.octets('IM4P.data');
    const found = new Map<Role, DerElement>();
    this.#parts = children.map((element, i) => {
      const role = i < 4 ? ORDER[i] : optionalRole(element);
      if (role === undefined || found.has(role)) return { role: undefined, element };
      found.set(role, element);
      return { role, element };
    });
    const [keybag, compression, properties] = (['keybags', 'compression', 'properties'] as const).map(role =>
      found.get(role),
    );
    this.keybags = keybag && this.readKeybag(keybag);
    if (compression) {
      const [algorithm, size] = compression.sequence('IM4P.compression');
      this.compression = {
        algorithm: algorithm!.count('IM4P.compression.algorithm'),
        uncompressedSize: size!.count('IM4P.compression.uncompressedSize'),
      };
    }
    this.properties = properties && readPayp(properties);
  }

  /**
   * Reads an IM4P that fills `bytes`.
   *
   * @throws Img4Error when it is not one; `offset` counts from the start of `bytes`
   */
  static parse(bytes: Uint8Array, options: DerOptions = {}): Im4p {
    return new Im4p(soleElement(bytes, options, 'IM4P'), options);
  }

  /** Makes an IM4P; the data is stored as given. */
  static create(parts: Pick<Im4pParts, 'type' | 'data'> & Partial<Im4pParts>): Im4p {
    return Im4p.parse(
      der.sequence(
        der.ia5('IM4P'),
        encodeType(parts.type),
        der.ia5(parts.description ?? '', 'IM4P.description'),
        der.octets(parts.data),
        ...(parts.keybags ? [encodeKeybags(parts.keybags)] : []),
        ...(parts.compression ? [encodeCompression(parts.compression)] : []),
        ...(parts.properties ? [encodePayp(parts.properties)] : []),
      ),
    );
  }

  private readKeybag(element: DerElement): Keybag[] {
    const path = 'IM4P.keybag';
    if (element.constructed) return readKeybags(element.octets(path), 0, this.options, path);
    // A view that ends with the element, so that offsets stay those of the file.
    const input = element.bytes;
    const whole = new Uint8Array(input.buffer, input.byteOffset - element.offset, element.end);
    return readKeybags(whole, element.offset + element.headerLength, this.options, path);
  }

  /** The DER of elements after the known ones, in order. */
  get unknown(): readonly Uint8Array[] {
    return this.#parts.filter(part => part.role === undefined).map(part => part.element.bytes);
  }

  /** Whether the payload is encrypted: it has a keybag, and not only one that says "decrypted". */
  get encrypted(): boolean {
    return this.keybags?.some(bag => bag.type !== 3) ?? false;
  }

  /**
   * The property that a SEP firmware's description spells in hexadecimal: a DER private tag `impl`.
   * Undefined when the description is ordinary text.
   */
  get implementation(): Property | undefined {
    if (!/^ff([0-9a-f]{2}){5,}$/i.test(this.description)) return undefined;
    return readProperty(soleElement(fromHex(this.description)!, this.options, 'IM4P.description'), 'IM4P.description');
  }

  /**
   * An edited copy. Parts that are not named keep their exact bytes, the stored data included; `undefined` drops
   * an optional part.
   */
  with(changes: Partial<Im4pParts>): Im4p {
    const encoded = new Map<Role, Uint8Array | undefined>();
    if (changes.type !== undefined) encoded.set('type', encodeType(changes.type));
    if (changes.description !== undefined) encoded.set('description', der.ia5(changes.description, 'IM4P.description'));
    if (changes.data !== undefined) encoded.set('data', der.octets(changes.data));
    if ('keybags' in changes) encoded.set('keybags', changes.keybags && encodeKeybags(changes.keybags));
    if ('compression' in changes)
      encoded.set('compression', changes.compression && encodeCompression(changes.compression));
    if ('properties' in changes) encoded.set('properties', changes.properties && encodePayp(changes.properties));
    const parts = this.#parts.map(({ role, element }) => ({ role, bytes: element.bytes }));
    const bytes = der.sequence(...editParts(parts, ORDER, encoded));
    return Im4p.parse(bytes, this.options);
  }
}

/** The part that an element after the data plays, by its form. */
function optionalRole(element: DerElement): Role | undefined {
  if (element.is(Tag.OCTET_STRING)) return 'keybags';
  if (element.is(Tag.SEQUENCE) && isPair(element)) return 'compression';
  return element.is(0, CONTEXT) ? 'properties' : undefined;
}

function isPair(element: DerElement): boolean {
  const parts = element.children('IM4P.compression');
  return parts.length === 2 && parts.every(part => part.is(Tag.INTEGER));
}

function readPayp(element: DerElement): Property[] {
  const path = 'IM4P.PAYP';
  const outer = element.children(path);
  const parts = outer.length === 1 ? outer[0]!.sequence(path) : [];
  if (parts.length !== 2 || parts[0]!.ia5(path) !== 'PAYP')
    throw element.error('bad-value', 'SEQUENCE { "PAYP", SET } expected', path);
  return readProperties(parts[1]!, path);
}

/** Refuses an encrypted payload, with the key classes that would open it. */
export function encryptedError(image: Im4p): Img4Error {
  const classes = image.keybags!.map(bag => bag.type).join(', ');
  return new Img4Error(
    'encrypted',
    `the payload of "${image.type}" is encrypted (keybag classes ${classes}); give its key and IV, or take it as it is`,
    { path: 'IM4P.data', offset: image.offset },
  );
}
