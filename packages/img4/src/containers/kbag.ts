import { DerElement, type DerOptions, der } from '../der/index.js';

/** KBAG key classes: 1 and 2 as on real files, 3 as `ipsw` names it. Other numbers are kept. */
export const KEYBAG_CLASS: Readonly<Record<number, string>> = { 1: 'production', 2: 'development', 3: 'decrypted' };

/** One key of a KBAG: the payload's AES key and IV, wrapped by the device's GID key. */
export interface Keybag {
  /** 1 production, 2 development, 3 decrypted. */
  readonly type: number;
  /** 16 bytes. */
  readonly iv: Uint8Array;
  /** 16, 24 or 32 bytes. */
  readonly key: Uint8Array;
}

/** Reads the DER inside the KBAG's OCTET STRING: SEQUENCE OF SEQUENCE { INTEGER type, OCTET STRING iv, OCTET STRING key }. */
export function readKeybags(input: Uint8Array, offset: number, options: DerOptions, path: string): Keybag[] {
  const list = DerElement.at(input, offset, options, path);
  if (list.end !== input.length) throw list.error('trailing-data', 'bytes follow the keybags', path);
  return list.sequence(path).map((element, i) => {
    const at = `${path}[${i}]`;
    const parts = element.sequence(at);
    if (parts.length !== 3) throw element.error('bad-value', `3 elements expected, ${parts.length} found`, at);
    return {
      type: parts[0]!.count(`${at}.type`),
      iv: parts[1]!.octets(`${at}.iv`),
      key: parts[2]!.octets(`${at}.key`),
    };
  });
}

export function encodeKeybags(keybags: readonly Keybag[]): Uint8Array {
  return der.octets(
    der.sequence(...keybags.map(bag => der.sequence(der.integer(bag.type), der.octets(bag.iv), der.octets(bag.key)))),
  );
}
