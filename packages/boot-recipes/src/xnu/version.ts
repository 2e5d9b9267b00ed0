import type { CommandLineSize } from './boot-args.js';

const MARK = new TextEncoder().encode('Darwin Kernel Version ');

/**
 * The major version of Darwin that a kernel says it is, from its text `Darwin Kernel Version 21.6.0: …`; undefined
 * when it says nothing.
 *
 * @example
 * ```ts
 * import { darwinVersion } from 'boot-recipes';
 *
 * if (darwinVersion(new TextEncoder().encode('Darwin Kernel Version 21.6.0: ')) !== 21) throw new Error('macOS 12');
 * ```
 */
export function darwinVersion(kernel: Uint8Array): number | undefined {
  for (let at = kernel.indexOf(MARK[0]!); at >= 0; at = kernel.indexOf(MARK[0]!, at + 1)) {
    if (!MARK.every((byte, i) => kernel[at + i] === byte)) continue;
    const digits = /^\d+/.exec(new TextDecoder().decode(kernel.subarray(at + MARK.length, at + MARK.length + 4)));
    if (digits !== null) return Number(digits[0]);
  }
  return undefined;
}

/** The layout of `boot_args` for a kernel, by its version: that of macOS 11 to 13 when it says none. */
export function commandLineSizeFor(kernel: Uint8Array): CommandLineSize {
  const darwin = darwinVersion(kernel) ?? 20;
  return darwin < 19 ? 256 : darwin < 23 ? 608 : 1024;
}
