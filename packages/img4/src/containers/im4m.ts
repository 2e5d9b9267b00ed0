import { CONTEXT, DerElement, type DerOptions, Tag } from '../der/index.js';
import { Container, magicSequence, soleElement } from './container.js';
import { findProperty, type Property, type PropertyValue, readProperties } from './property.js';

/** A section of a manifest's body for one component: its type and what the ticket says of it. */
export interface ManifestObject {
  /** Four-character code of the component, such as `krnl`. */
  readonly type: string;
  readonly properties: readonly Property[];
}

/**
 * An IM4M manifest (a ticket): `SEQUENCE { "IM4M", version, SET { [MANB] }, signature, SEQUENCE OF certificate }`.
 *
 * @example
 * ```ts
 * import { Im4m } from 'img4';
 *
 * function ecidOf(ticket: Uint8Array): bigint | undefined {
 *   return Im4m.parse(ticket).integer('ECID');
 * }
 * ```
 */
export class Im4m extends Container {
  /** 0 on every genuine ticket. */
  readonly version: bigint;
  /** Properties of the ticket as a whole (MANP): chip, board, ECID, nonce... */
  readonly properties: readonly Property[];
  /** The components that the ticket covers. */
  readonly objects: readonly ManifestObject[];
  /** Sections beside MANB, and properties of MANB that are neither MANP nor a component. */
  readonly others: readonly Property[];
  /** What the signature covers: the SET with its header. A view of the input. */
  readonly signedBytes: Uint8Array;
  /** The signature over {@link signedBytes}: RSA PKCS#1 v1.5, or ECDSA in DER. */
  readonly signature: Uint8Array;
  /** DER of each certificate, in the file's order; verification finds the signer's by who issued whom. */
  readonly certificates: readonly Uint8Array[];
  /** Offset of each certificate in the input, in bytes. */
  readonly certificateOffsets: readonly number[];
  /** DER of elements after the known ones. */
  readonly unknown: readonly Uint8Array[];

  /** Reads from an element of a larger structure. */
  constructor(element: DerElement) {
    super(element);
    const children = magicSequence(element, 'IM4M', 5);
    this.version = children[1]!.integer('IM4M.version');
    const body = children[2]!;
    const sections = readProperties(body, 'IM4M');
    this.signedBytes = body.bytes;
    this.signature = children[3]!.octets('IM4M.signature');
    const certificates = children[4]!.sequence('IM4M.certificates');
    this.certificates = certificates.map(certificate => certificate.bytes);
    this.certificateOffsets = certificates.map(certificate => certificate.offset);
    this.unknown = children.slice(5).map(child => child.bytes);

    const manb = findProperty(sections, 'MANB');
    if (manb?.value.type !== 'set') throw body.error('bad-value', 'there is no MANB section', 'IM4M.MANB');
    const manp = findProperty(manb.value.value, 'MANP');
    if (manp?.value.type !== 'set') throw body.error('bad-value', 'there is no MANP section', 'IM4M.MANB.MANP');
    this.properties = manp.value.value;
    const objects: ManifestObject[] = [];
    const others = sections.filter(section => section !== manb);
    for (const section of manb.value.value)
      if (section.value.type !== 'set') others.push(section);
      else if (section !== manp) objects.push({ type: section.name, properties: section.value.value });
    this.objects = objects;
    this.others = others;
  }

  /**
   * Reads an IM4M that fills `bytes`; {@link parseImg4File} takes one with bytes after it.
   *
   * @throws Img4Error when it is not one
   */
  static parse(bytes: Uint8Array, options: DerOptions = {}): Im4m {
    return new Im4m(soleElement(bytes, options, 'IM4M'));
  }

  /** The value of the MANP property `name`. */
  property(name: string): PropertyValue | undefined {
    return findProperty(this.properties, name)?.value;
  }
  /** The integer value of the MANP property `name`, such as `CHIP` or `ECID`. */
  integer(name: string): bigint | undefined {
    const value = this.property(name);
    return value?.type === 'integer' ? value.value : undefined;
  }
  /** The bytes of the MANP property `name`, such as `BNCH`. */
  octets(name: string): Uint8Array | undefined {
    const value = this.property(name);
    return value?.type === 'octets' ? value.value : undefined;
  }
  /** The boolean value of the MANP property `name`, such as `CPRO`. */
  boolean(name: string): boolean | undefined {
    const value = this.property(name);
    return value?.type === 'boolean' ? value.value : undefined;
  }
  /** What the ticket says of the component `type`. */
  object(type: string): ManifestObject | undefined {
    return this.objects.find(object => object.type === type);
  }
  /** The digest (DGST) that the ticket holds for the component `type`. */
  digest(type: string): Uint8Array | undefined {
    const value = findProperty(this.object(type)?.properties ?? [], 'DGST')?.value;
    return value?.type === 'octets' ? value.value : undefined;
  }
}

/** The certificate chain's IM4C, when it is one in place of X.509 certificates. */
export function isIm4c(der: Uint8Array): boolean {
  const element = DerElement.at(der);
  if (!element.is(Tag.SEQUENCE) || element.tagClass === CONTEXT) return false;
  const first = element.children('IM4C')[0];
  return first?.is(Tag.IA5_STRING) === true && first.ia5('IM4C') === 'IM4C';
}
