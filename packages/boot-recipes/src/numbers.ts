import { BootError } from './error.js';

const UNITS: Record<string, number> = { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 };

/**
 * A number of bytes: `512M`, `2G`, `0x4000`, `16384`.
 *
 * @throws {@link BootError} `bad-option`
 * @example parseSize('512M') // 0x20000000
 */
export function parseSize(text: string, option: string): number {
  const match = /^(0x[0-9a-f]+|\d+)\s*([kmg]?)(?:i?b)?$/i.exec(text.trim());
  const value = match === null ? Number.NaN : Number(match[1]) * UNITS[match[2]!.toLowerCase()]!;
  if (!Number.isSafeInteger(value))
    throw new BootError('bad-option', `"${text}" is no size such as 512M or 0x4000`, { path: option });
  return value;
}

/**
 * A physical address: hexadecimal with `0x`, or decimal.
 *
 * @throws {@link BootError} `bad-option`
 * @example parseAddress('0x40080000') // 0x40080000
 */
export function parseAddress(text: string, option: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw new BootError('bad-option', `"${text}" is no address such as 0x40080000`, { path: option });
  return value;
}
