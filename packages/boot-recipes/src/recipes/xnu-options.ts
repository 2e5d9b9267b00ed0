import { BootError } from '../error.js';
import { openKernel } from '../xnu/kernel.js';
import { unwrapPayload } from '../xnu/payload.js';
import type { XnuInputs } from '../xnu/plan.js';
import { commandLineSizeFor } from '../xnu/version.js';
import type { RecipeOption, RecipeOptions } from './recipe.js';
import { MOST_MEMORY } from './virt-boot.js';

/** The options of every recipe that starts XNU. */
export const XNU_OPTIONS: readonly RecipeOption[] = [
  'kernel',
  'initrd',
  'deviceTree',
  'trustCache',
  'append',
  'memory',
  'slide',
  'bootArgs',
  'patches',
  'edits',
];

/** Memory at the end of RAM that the kernel does not manage, for its panic log: `/pram`, in bytes. */
export const PANIC_LOG = 0x200000;

/** Always the same, so that runs can be compared. */
const RANDOM_SEED = Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + 11) & 0xff);

/** Where a board has its RAM and how fast its counters are. */
export interface XnuBoard {
  /** Physical address and bytes of RAM. */
  readonly ram: { readonly base: number; readonly size: number };
  /** Counter rate, in Hz. */
  readonly timebase: number;
  readonly commandLine: string;
}

/** Bytes of RAM that a machine can have: whole MiB. */
export function checkMemory(size: number): number {
  if (!Number.isSafeInteger(size) || size < 16 * 0x100000 || size % 0x100000 !== 0)
    throw new BootError('bad-option', `${size} bytes; whole MiB, at least 16`, { path: 'memory' });
  if (size > MOST_MEMORY)
    throw new BootError('bad-option', `${size} bytes; at most ${MOST_MEMORY} are possible`, { path: 'memory' });
  return size;
}

const missing = (what: string, option: string): BootError =>
  new BootError('missing-input', `${what} is needed: give one with --${option}`, { path: option });

/**
 * What {@link planXnu} needs, from a recipe's options: files unwrapped, the layout of boot_args by the kernel's version,
 * the end of RAM set aside for the panic log.
 */
export function xnuInputs(
  options: RecipeOptions,
  board: XnuBoard,
  files: { readonly deviceTree?: Uint8Array } = {},
): XnuInputs {
  const { base, size } = board.ram;
  if (options.kernel === undefined) throw missing('a kernel', 'kernel');
  const kernel = openKernel(options.kernel, options.patches);
  const deviceTree = options.deviceTree ?? files.deviceTree;
  if (deviceTree === undefined) throw missing('a device tree', 'devicetree');
  return {
    kernel,
    deviceTree: unwrapPayload(deviceTree, 'devicetree', ['dtre', 'rdtr']),
    ramDisk: options.initrd && unwrapPayload(options.initrd, 'initrd', ['rdsk']),
    trustCache: options.trustCache && unwrapPayload(options.trustCache, 'trust-cache', ['trst', 'rtsc', 'ltrs']),
    commandLine: options.append ?? board.commandLine,
    commandLineSize: options.bootArgs ?? commandLineSizeFor(kernel.bytes),
    physBase: BigInt(base),
    memSize: BigInt(size - PANIC_LOG),
    dramSize: BigInt(size),
    panicLog: { address: BigInt(base + size - PANIC_LOG), size: BigInt(PANIC_LOG) },
    edits: options.edits,
    slide: options.slide === undefined ? undefined : BigInt(options.slide),
    randomSeed: RANDOM_SEED,
    timebase: board.timebase,
  };
}
