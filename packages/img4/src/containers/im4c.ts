import type { DerElement, DerOptions } from '../der/index.js';
import { Container, magicSequence, soleElement } from './container.js';
import { findProperty, type Property, readProperties } from './property.js';

/**
 * An IM4C certificate: `SEQUENCE { "IM4C", version, SET { [CRTP], [OBJP]?, [PUBK] }, signature }`, which newer
 * manifests carry in place of X.509. Read losslessly; its signature is not checked here.
 *
 * @example
 * ```ts
 * import { type Img4Object, Im4c, parseImg4File } from 'img4';
 *
 * const certificates = (file: Uint8Array): Im4c[] =>
 *   parseImg4File(file).objects.filter((object: Img4Object): object is Im4c => object instanceof Im4c);
 * ```
 */
export class Im4c extends Container {
  /** Version of the format. */
  readonly version: bigint;
  /** CRTP and other constraint sections, and PUBK. */
  readonly properties: readonly Property[];
  /** What the signature covers: the SET with its header. */
  readonly signedBytes: Uint8Array;
  /** The signature over {@link signedBytes}. */
  readonly signature: Uint8Array;
  /** DER of elements after the known ones. */
  readonly unknown: readonly Uint8Array[];

  /** Reads from an element of a larger structure. */
  constructor(element: DerElement) {
    super(element);
    const children = magicSequence(element, 'IM4C', 4);
    this.version = children[1]!.integer('IM4C.version');
    this.properties = readProperties(children[2]!, 'IM4C');
    this.signedBytes = children[2]!.bytes;
    this.signature = children[3]!.octets('IM4C.signature');
    this.unknown = children.slice(4).map(child => child.bytes);
  }

  /** Reads an IM4C that fills `bytes`; throws Img4Error when it is not one. */
  static parse(bytes: Uint8Array, options: DerOptions = {}): Im4c {
    return new Im4c(soleElement(bytes, options, 'IM4C'));
  }

  /** The raw public key (PUBK). */
  get publicKey(): Uint8Array | undefined {
    const value = findProperty(this.properties, 'PUBK')?.value;
    return value?.type === 'octets' ? value.value : undefined;
  }
}
