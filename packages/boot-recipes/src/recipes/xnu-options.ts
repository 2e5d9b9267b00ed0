import { BootError } from '../error.js';
import type { Picture } from '../png.js';
import type { BootVideo } from '../xnu/boot-args.js';
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
  'video',
  'patches',
  'edits',
  'mode',
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

const MOST_PIXELS = 8192;
const FRAME_PAGE = 0x100000;

type Pixels = NonNullable<RecipeOptions['video']>;

/** Bytes of a framebuffer, in whole MiB. */
const frameSize = ({ width, height }: Pixels): number => Math.ceil((width * height * 4) / FRAME_PAGE) * FRAME_PAGE;

/** A framebuffer at the end of RAM: 32 bits for each pixel, text mode. */
function framebuffer(pixels: Pixels | undefined, end: number): BootVideo | undefined {
  if (pixels === undefined) return undefined;
  const { width, height } = pixels;
  for (const side of [width, height])
    if (!Number.isInteger(side) || side < 1 || side > MOST_PIXELS)
      throw new BootError('bad-option', `${width} x ${height} pixels; 1 to ${MOST_PIXELS} each`, { path: 'video' });
  return {
    baseAddr: BigInt(end - frameSize(pixels)),
    display: 0n,
    rowBytes: BigInt(width * 4),
    width: BigInt(width),
    height: BigInt(height),
    depth: 32n,
  };
}

/** What the guest's framebuffer shows; undefined without one. `read` reads RAM by physical address. */
export function screenOf(
  video: BootVideo | undefined,
  read: (physical: number, size: number) => Uint8Array | undefined,
): (() => Picture) | undefined {
  if (video === undefined) return undefined;
  const [width, height, rowBytes] = [Number(video.width), Number(video.height), Number(video.rowBytes)];
  return () => ({ width, height, rowBytes, bytes: read(Number(video.baseAddr), rowBytes * height)! });
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
  const video = framebuffer(options.video, base + size);
  // The panic log lies behind the memory that the kernel manages, the framebuffer behind that.
  const managed = size - PANIC_LOG - (options.video === undefined ? 0 : frameSize(options.video));
  if (managed <= 0) throw new BootError('bad-option', 'the framebuffer does not fit into RAM', { path: 'video' });
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
    memSize: BigInt(managed),
    dramSize: BigInt(size),
    panicLog: { address: BigInt(base + managed), size: BigInt(PANIC_LOG) },
    edits: options.edits,
    video,
    slide: options.slide === undefined ? undefined : BigInt(options.slide),
    randomSeed: RANDOM_SEED,
    timebase: board.timebase,
  };
}
