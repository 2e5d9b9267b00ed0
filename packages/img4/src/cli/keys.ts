import { type Options, UsageError } from '@internal/binary/cli';
import { fromHex } from '../bytes.js';
import type { Im4p } from '../containers/im4p.js';
import { decryptPayload } from '../crypto/payload.js';
import { textOption } from './common.js';

export const KEY_OPTIONS: readonly (readonly [string, string])[] = [
  ['--key <hex>', 'AES key of the payload, not the wrapped one of the keybag'],
  ['--iv <hex>', 'AES IV of the payload'],
];

/** Key and IV of the options, both or neither. */
export function keyOptions(options: Options): { key: Uint8Array; iv: Uint8Array } | undefined {
  const [key, iv] = [textOption(options, 'key'), textOption(options, 'iv')];
  if (key === undefined && iv === undefined) return undefined;
  const bytes = { key: fromHex(key ?? ''), iv: fromHex(iv ?? '') };
  if (!bytes.key?.length || !bytes.iv?.length)
    throw new UsageError('--key and --iv are given together, in hexadecimal');
  return { key: bytes.key, iv: bytes.iv };
}

/** The image decrypted, if a key is given. */
export async function decrypted(image: Im4p, options: Options): Promise<Im4p> {
  const keys = keyOptions(options);
  return keys ? decryptPayload(image, keys.key, keys.iv) : image;
}
