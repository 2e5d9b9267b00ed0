import { fromHex } from '../bytes.js';
import { DerElement } from '../der/index.js';
import { ROOTS } from './roots.generated.js';
import { type PublicKey, readPublicKey } from './x509.js';

/** A public key that chains may end at. */
export interface TrustRoot {
  /** Common name of the root certificate. */
  readonly name: string;
  /** DER of the root certificate's subject, which its certificates name as issuer. */
  readonly subjectDer: Uint8Array;
  readonly key: PublicKey;
  /** SHA-256 of the SubjectPublicKeyInfo, in hexadecimal. */
  readonly fingerprint: string;
  /** Where the root certificate was read. */
  readonly source: string;
}

/**
 * Apple's roots for manifests, as public keys: no certificate is part of this package.
 *
 * @example
 * ```ts
 * import { APPLE_ROOTS } from 'img4';
 *
 * if (!APPLE_ROOTS.some(root => root.name === 'Apple Secure Boot Root CA - G2')) throw new Error('not there');
 * ```
 */
export const APPLE_ROOTS: readonly TrustRoot[] = ROOTS.map(({ name, subject, spki, fingerprint, source }) => ({
  name,
  subjectDer: fromHex(subject)!,
  key: readPublicKey(DerElement.at(fromHex(spki)!), name),
  fingerprint,
  source,
}));
