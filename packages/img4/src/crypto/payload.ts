import type { Im4p } from '../containers/im4p.js';
import type { Keybag } from '../containers/kbag.js';
import { aesCbcDecrypt, aesCbcEncrypt } from './aes.js';

/**
 * A copy of `image` with its data decrypted and its keybag gone; compression stays as it is.
 *
 * @param key the unwrapped AES key: the keybag's own is wrapped by the device's GID key
 * @throws Img4Error `bad-key` for sizes; a wrong key is not noticed here but when the payload is decompressed
 * @example
 * ```ts
 * import { createPayload, decryptPayload, encryptPayload, extractPayload } from 'img4';
 *
 * const [key, iv] = [new Uint8Array(32).fill(1), new Uint8Array(16)];
 * const image = createPayload({ type: 'ibss', data: new Uint8Array(9000), compression: 'lzfse' });
 * const sealed = await encryptPayload(image, key, iv, [{ type: 1, iv, key }]);
 * if (extractPayload(await decryptPayload(sealed, key, iv)).data.length !== 9000) throw new Error('not opened');
 * ```
 */
export async function decryptPayload(image: Im4p, key: Uint8Array, iv: Uint8Array): Promise<Im4p> {
  return image.with({ data: await aesCbcDecrypt(image.data, key, iv), keybags: undefined });
}

/**
 * A copy of `image` with its data encrypted and `keybags` put in. Data that is no multiple of 16 bytes is padded with
 * zeros, as LZFSE streams and `comp` kernelcaches tolerate.
 *
 * @example
 * ```ts
 * import { createPayload, encryptPayload } from 'img4';
 *
 * const [key, iv] = [new Uint8Array(32).fill(1), new Uint8Array(16)];
 * const image = createPayload({ type: 'ibss', data: new Uint8Array(30) });
 * const sealed = await encryptPayload(image, key, iv, [{ type: 1, iv, key }]);
 * if (!sealed.encrypted || sealed.data.length !== 32) throw new Error('not sealed');
 * ```
 */
export async function encryptPayload(
  image: Im4p,
  key: Uint8Array,
  iv: Uint8Array,
  keybags: readonly Keybag[],
): Promise<Im4p> {
  const padded = new Uint8Array(Math.ceil(image.data.length / 16) * 16);
  padded.set(image.data);
  return image.with({ data: await aesCbcEncrypt(padded, key, iv), keybags });
}
