import { owned, subtle } from '../crypto/aes.js';
import type { DigestAlgorithm } from '../crypto/digest.js';
import { DerElement } from '../der/index.js';
import { isImg4Error } from '../error.js';
import type { PublicKey } from './x509.js';

/** The two integers of a DER ECDSA signature as WebCrypto takes them: side by side, each `size` bytes. */
function rawEcdsa(signature: Uint8Array, size: number): Uint8Array<ArrayBuffer> | undefined {
  const raw = new Uint8Array(2 * size);
  try {
    const element = DerElement.at(signature);
    const parts = element.sequence('signature');
    if (parts.length !== 2 || element.end !== signature.length) return undefined;
    for (const [i, part] of parts.entries()) {
      const value = part.integer('signature');
      const hex = value.toString(16);
      if (value < 0n || hex.length > 2 * size) return undefined;
      const digits = hex.padStart(2 * size, '0');
      for (let k = 0; k < size; k++) raw[i * size + k] = Number.parseInt(digits.slice(2 * k, 2 * k + 2), 16);
    }
    return raw;
  } catch (error) {
    if (isImg4Error(error)) return undefined;
    throw error;
  }
}

/** Whether `signature` over `data` is by `key`: RSA PKCS#1 v1.5, or ECDSA with a DER signature. */
export async function verifySignature(
  key: PublicKey,
  hash: DigestAlgorithm,
  signature: Uint8Array,
  data: Uint8Array,
): Promise<boolean> {
  const algorithm = key.kind === 'RSA' ? { name: 'RSASSA-PKCS1-v1_5', hash } : { name: 'ECDSA', namedCurve: key.kind };
  let imported: CryptoKey;
  try {
    imported = await subtle().importKey('spki', owned(key.spki), algorithm, false, ['verify']);
  } catch {
    return false;
  }
  const bytes = key.kind === 'RSA' ? owned(signature) : rawEcdsa(signature, key.kind === 'P-384' ? 48 : 32);
  if (!bytes) return false;
  return subtle().verify({ ...algorithm, hash }, imported, bytes, owned(data));
}
