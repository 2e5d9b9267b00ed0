import { Img4Error } from '../error.js';

const BLOCK = 16;

/** A copy in its own ArrayBuffer, as WebCrypto's types ask. */
export const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);

/** WebCrypto, which browsers offer in secure contexts only. */
export function subtle(): SubtleCrypto {
  const found = globalThis.crypto?.subtle;
  if (!found) throw new Img4Error('unsupported', 'WebCrypto is missing: a browser has it in secure contexts only');
  return found;
}

async function importKey(data: Uint8Array, key: Uint8Array, iv: Uint8Array): Promise<CryptoKey> {
  if (![16, 24, 32].includes(key.length))
    throw new Img4Error('bad-key', `an AES key has 16, 24 or 32 bytes, not ${key.length}`, { path: 'key' });
  if (iv.length !== BLOCK)
    throw new Img4Error('bad-key', `an AES-CBC IV has 16 bytes, not ${iv.length}`, { path: 'iv' });
  if (data.length % BLOCK !== 0)
    throw new Img4Error(
      'bad-value',
      `AES-CBC without padding takes whole blocks of 16 bytes, not ${data.length} bytes`,
      {
        path: 'data',
        offset: data.length - (data.length % BLOCK),
      },
    );
  return subtle().importKey('raw', owned(key), 'AES-CBC', false, ['encrypt', 'decrypt']);
}

const encrypt = async (key: CryptoKey, data: Uint8Array, iv: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await subtle().encrypt({ name: 'AES-CBC', iv: owned(iv) }, key, owned(data)));

/**
 * AES-CBC without padding, as IM4P payloads use. WebCrypto always adds a padding block; it is cut off.
 *
 * @param key 16, 24 or 32 bytes
 * @param iv 16 bytes
 * @throws Img4Error `bad-key`, or `bad-value` when `data` is no multiple of 16 bytes
 * @example
 * ```ts
 * import { aesCbcEncrypt } from 'img4';
 *
 * const sealed = await aesCbcEncrypt(new Uint8Array(32), new Uint8Array(32), new Uint8Array(16));
 * if (sealed.length !== 32) throw new Error('padded');
 * ```
 */
export async function aesCbcEncrypt(data: Uint8Array, key: Uint8Array, iv: Uint8Array): Promise<Uint8Array> {
  const imported = await importKey(data, key, iv);
  return (await encrypt(imported, data, iv)).subarray(0, data.length);
}

/**
 * Undoes {@link aesCbcEncrypt}. WebCrypto insists on a padding block, so one is made: the encryption of nothing with
 * the last block as IV is exactly the padding block that would follow.
 *
 * @example
 * ```ts
 * import { aesCbcDecrypt, aesCbcEncrypt } from 'img4';
 *
 * const [key, iv] = [new Uint8Array(32), new Uint8Array(16)];
 * const sealed = await aesCbcEncrypt(new Uint8Array(48).fill(7), key, iv);
 * if ((await aesCbcDecrypt(sealed, key, iv)).some(byte => byte !== 7)) throw new Error('not undone');
 * ```
 */
export async function aesCbcDecrypt(data: Uint8Array, key: Uint8Array, iv: Uint8Array): Promise<Uint8Array> {
  const imported = await importKey(data, key, iv);
  if (data.length === 0) return new Uint8Array(0);
  const padding = await encrypt(imported, new Uint8Array(0), data.subarray(data.length - BLOCK));
  const padded = new Uint8Array(data.length + BLOCK);
  padded.set(data);
  padded.set(padding, data.length);
  return new Uint8Array(await subtle().decrypt({ name: 'AES-CBC', iv: owned(iv) }, imported, padded));
}
