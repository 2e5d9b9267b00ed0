import type { Im4p } from '../containers/im4p.js';
import type { Keybag } from '../containers/kbag.js';
import { aesCbcDecrypt, aesCbcEncrypt } from './aes.js';

/**
 * A copy of `image` with its data decrypted and its keybag gone; compression stays as it is.
 *
 * @param key the unwrapped AES key: the keybag's own is wrapped by the device's GID key
 * @throws Img4Error `bad-key` for sizes; a wrong key is not noticed here but when the payload is decompressed
 */
export async function decryptPayload(image: Im4p, key: Uint8Array, iv: Uint8Array): Promise<Im4p> {
  return image.with({ data: await aesCbcDecrypt(image.data, key, iv), keybags: undefined });
}

/**
 * A copy of `image` with its data encrypted and `keybags` put in. Data that is no multiple of 16 bytes is padded with
 * zeros, as LZFSE streams and `comp` kernelcaches tolerate.
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
