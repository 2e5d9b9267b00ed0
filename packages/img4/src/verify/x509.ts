import { latin1 } from '../bytes.js';
import { type Property, readProperties } from '../containers/property.js';
import type { DigestAlgorithm } from '../crypto/digest.js';
import { CONTEXT, DerElement, Tag } from '../der/index.js';
import { Img4Error } from '../error.js';

/** Signature algorithms of the chains, by object identifier. */
const SIGNATURES: Readonly<Record<string, { readonly key: 'RSA' | 'EC'; readonly hash: DigestAlgorithm }>> = {
  '1.2.840.113549.1.1.5': { key: 'RSA', hash: 'SHA-1' },
  '1.2.840.113549.1.1.11': { key: 'RSA', hash: 'SHA-256' },
  '1.2.840.113549.1.1.12': { key: 'RSA', hash: 'SHA-384' },
  '1.2.840.113549.1.1.13': { key: 'RSA', hash: 'SHA-512' },
  '1.2.840.10045.4.3.2': { key: 'EC', hash: 'SHA-256' },
  '1.2.840.10045.4.3.3': { key: 'EC', hash: 'SHA-384' },
};
const CURVES: Readonly<Record<string, 'P-256' | 'P-384'>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
};
const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';

/** Certificate extension with constraints on the manifests that the certificate's key signs. */
export const CONSTRAINTS_EXTENSION = '1.2.840.113635.100.6.1.15';

/** A public key as SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7). */
export interface PublicKey {
  readonly kind: 'RSA' | 'P-256' | 'P-384';
  readonly spki: Uint8Array;
}

/** What verification needs of an X.509 certificate (RFC 5280). Dates are not read: see `verifyManifest`. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** DER of both names, to match by. */
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly key: PublicKey;
  /** What the signature covers, the signature, and how it was made. */
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly signatureKey: 'RSA' | 'EC';
  readonly signatureHash: DigestAlgorithm;
  /** Basic constraints: whether it may issue certificates. */
  readonly authority: boolean;
  /** Sections MANP and OBJP of the constraints extension. */
  readonly constraints: readonly Property[] | undefined;
}

/** The key of a SubjectPublicKeyInfo. */
export function readPublicKey(element: DerElement, path: string): PublicKey {
  const parts = element.sequence(path);
  const algorithm = parts[0]?.sequence(path) ?? [];
  const oid = algorithm[0]?.oid(path);
  if (oid === RSA) return { kind: 'RSA', spki: element.bytes };
  const curve = oid === EC ? CURVES[algorithm[1]?.oid(path) ?? ''] : undefined;
  if (curve) return { kind: curve, spki: element.bytes };
  throw element.error('unsupported', `public keys of algorithm ${oid} are not supported`, path);
}

function bitString(element: DerElement, path: string): Uint8Array {
  const content = element.expect(Tag.BIT_STRING, path).content;
  if (content[0] !== 0) throw element.error('bad-value', 'a BIT STRING of whole bytes was expected', path);
  return content.subarray(1);
}

/** The common name of a Name, or all its values. */
function nameText(element: DerElement, path: string): string {
  const values: string[] = [];
  for (const set of element.sequence(path))
    for (const pair of set.expect(Tag.SET, path).children(path)) {
      const [type, value] = pair.sequence(path);
      if (!type || !value) throw pair.error('bad-value', 'an attribute is incomplete', path);
      const text = latin1(value.content);
      if (type.oid(path) === COMMON_NAME) return text;
      values.push(text);
    }
  return values.join(', ');
}

function signatureAlgorithm(element: DerElement, path: string) {
  const oid = element.sequence(path)[0]?.oid(path);
  const found = SIGNATURES[oid ?? ''];
  if (!found) throw element.error('unsupported', `signature algorithm ${oid} is not supported`, path);
  return found;
}

/**
 * Reads an X.509 certificate.
 *
 * @param offset where in `input` it begins; errors' offsets count from the start of `input`
 * @example
 * ```ts
 * import { Im4m, readCertificate } from 'img4';
 *
 * const signers = (ticket: Uint8Array): string[] =>
 *   Im4m.parse(ticket).certificates.map(certificate => readCertificate(certificate).subject);
 * ```
 */
export function readCertificate(input: Uint8Array, offset = 0, path = 'certificate'): Certificate {
  const element = DerElement.at(input, offset, {}, path);
  const [tbs, outerAlgorithm, signature, ...more] = element.sequence(path);
  if (!tbs || !outerAlgorithm || !signature || more.length > 0)
    throw element.error('bad-value', 'a certificate has three elements', path);
  const fields = [...tbs.sequence(path)];
  if (fields[0]?.is(0, CONTEXT)) fields.shift();
  const [, innerAlgorithm, issuer, , subject, spki, ...rest] = fields;
  if (!innerAlgorithm || !issuer || !subject || !spki)
    throw tbs.error('truncated', 'the certificate lacks fields', path);
  if (latin1(innerAlgorithm.bytes) !== latin1(outerAlgorithm.bytes))
    throw outerAlgorithm.error('mismatch', 'the two signature algorithms differ', `${path}.signatureAlgorithm`);
  const { key, hash } = signatureAlgorithm(innerAlgorithm, `${path}.signatureAlgorithm`);
  const extensions = rest.find(field => field.is(3, CONTEXT));
  let authority = false;
  let constraints: Property[] | undefined;
  const at = `${path}.extensions`;
  for (const extension of extensions?.children(at)[0]?.sequence(at) ?? []) {
    const parts = extension.sequence(at);
    const oid = parts[0]?.oid(at);
    const value = parts[parts.length - 1]!;
    if (oid === BASIC_CONSTRAINTS) authority = inner(value, at).sequence(at)[0]?.boolean(at) ?? false;
    else if (oid === CONSTRAINTS_EXTENSION) constraints = readProperties(inner(value, `${path}.constraints`), '');
  }
  return {
    subject: nameText(subject, `${path}.subject`),
    issuer: nameText(issuer, `${path}.issuer`),
    subjectDer: subject.bytes,
    issuerDer: issuer.bytes,
    key: readPublicKey(spki, `${path}.subjectPublicKeyInfo`),
    signedBytes: tbs.bytes,
    signature: bitString(signature, `${path}.signature`),
    signatureKey: key,
    signatureHash: hash,
    authority,
    constraints,
  };
}

/** The one element inside an extension's OCTET STRING. */
function inner(value: DerElement, path: string): DerElement {
  const element = DerElement.at(value.octets(path), 0, {}, path);
  if (element.end !== value.content.length) throw new Img4Error('trailing-data', 'bytes follow an extension', { path });
  return element;
}
