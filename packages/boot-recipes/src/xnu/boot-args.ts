import { BootError, fail } from '../error.js';
import {
  BootArgs256Size,
  BootArgs608Size,
  BootArgs1024Size,
  type BootVideo,
  readBootArgs256,
  readBootArgs608,
  readBootArgs1024,
  writeBootArgs256,
  writeBootArgs608,
  writeBootArgs1024,
} from './boot-args.generated.js';

export type { BootVideo } from './boot-args.generated.js';

/** Bytes of the command line field, which is what tells the layouts apart. */
export type CommandLineSize = 256 | 608 | 1024;

/** What the loader tells the kernel: `boot_args` of xnu `pexpert/pexpert/arm64/boot.h`. */
export interface BootArgs {
  readonly revision: number;
  readonly version: number;
  /** Kernel virtual address of `physBase`. */
  readonly virtBase: bigint;
  /** Physical address where managed memory begins. */
  readonly physBase: bigint;
  /** Bytes of managed memory, from `physBase`. */
  readonly memSize: bigint;
  /** Physical address of the first byte after everything that the loader placed. */
  readonly topOfKernelData: bigint;
  readonly video: BootVideo;
  readonly machineType: number;
  /** Kernel virtual address of the flattened device tree. */
  readonly deviceTree: bigint;
  readonly deviceTreeLength: number;
  readonly commandLine: string;
  readonly bootFlags: bigint;
  /** Bytes of physical memory with what is carved out; 0 stands for `memSize`. */
  readonly memSizeActual: bigint;
}

/** The layouts by the bytes of their command line: size of the whole in bytes, and the kernels that read it. */
export const BOOT_ARGS_LAYOUTS: Readonly<Record<CommandLineSize, { readonly size: number; readonly kernels: string }>> =
  {
    256: { size: BootArgs256Size, kernels: 'xnu-4570 to xnu-4903 (iOS 11, 12)' },
    608: { size: BootArgs608Size, kernels: 'xnu-6153 to xnu-8796 (iOS 13-16, macOS 11-13)' },
    1024: { size: BootArgs1024Size, kernels: 'xnu-10002 and later (iOS 17, macOS 14)' },
  };

const READERS = { 256: readBootArgs256, 608: readBootArgs608, 1024: readBootArgs1024 } as const;

/** No framebuffer: the kernel's console is the serial port. */
export const NO_VIDEO: BootVideo = { baseAddr: 0n, display: 0n, rowBytes: 0n, width: 0n, height: 0n, depth: 0n };

/**
 * The bytes of `boot_args` in the layout with a command line of `size` bytes.
 *
 * @throws {@link BootError} `out-of-range` when the command line and its NUL do not fit
 * @example
 * ```ts
 * import { type BootArgs, encodeBootArgs } from 'boot-recipes';
 *
 * const args: BootArgs = {
 *   revision: 2,
 *   version: 2,
 *   virtBase: 0xfffffe0000000000n,
 *   physBase: 0x40000000n,
 *   memSize: 0x40000000n,
 *   topOfKernelData: 0x4a000000n,
 *   video: { baseAddr: 0n, display: 0n, rowBytes: 0n, width: 0n, height: 0n, depth: 0n },
 *   machineType: 0,
 *   deviceTree: 0xfffffe0009000000n,
 *   deviceTreeLength: 0x4000,
 *   commandLine: 'serial=3 -v',
 *   bootFlags: 0n,
 *   memSizeActual: 0n,
 * };
 * if (encodeBootArgs(args, 608).length !== 0x2e0) throw new Error('of macOS 11 to 13');
 * ```
 */
export function encodeBootArgs(args: BootArgs, size: CommandLineSize): Uint8Array {
  const text = new TextEncoder().encode(args.commandLine);
  if (text.length >= size || text.includes(0))
    throw new BootError(
      'out-of-range',
      `command line of ${text.length} bytes; this kernel's boot_args hold ${size - 1} without NUL`,
      { path: 'boot_args.CommandLine' },
    );
  const commandLine = new Uint8Array(size);
  commandLine.set(text);
  const pad = new Uint8Array(4);
  const value = { ...args, commandLine, pad0: pad, pad1: pad, pad2: pad, tail: new Uint8Array(8) };
  const bytes = new Uint8Array(BOOT_ARGS_LAYOUTS[size].size);
  if (size === 256) writeBootArgs256(value, bytes, 0, fail);
  else if (size === 608) writeBootArgs608(value, bytes, 0, fail);
  else writeBootArgs1024(value, bytes, 0, fail);
  return bytes;
}

/**
 * Reads `boot_args`; the inverse of {@link encodeBootArgs}.
 *
 * @throws {@link BootError} `truncated`
 * @example
 * ```ts
 * import { decodeBootArgs } from 'boot-recipes';
 *
 * const bytes = new Uint8Array(0x2e0);
 * bytes.set(new TextEncoder().encode('-v'), 0x6c);
 * if (decodeBootArgs(bytes, 608).commandLine !== '-v') throw new Error('the text ends at its NUL');
 * ```
 */
export function decodeBootArgs(bytes: Uint8Array, size: CommandLineSize): BootArgs {
  const { commandLine, pad0: _0, pad1: _1, pad2: _2, ...rest } = READERS[size](bytes, 0, fail);
  const { tail: _tail, ...args } = { tail: undefined, ...rest };
  const end = commandLine.indexOf(0);
  return { ...args, commandLine: new TextDecoder().decode(end < 0 ? commandLine : commandLine.subarray(0, end)) };
}
