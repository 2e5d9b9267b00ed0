import type { EditList } from 'apple-devicetree';
import type { BlockStore, CoverageModule, EngineMode } from 'arm64-emu';
import type { PatchSet } from 'macho-kc';
import type { GuestMachine } from '../machines/guest.js';
import type { Picture } from '../png.js';
import type { CommandLineSize } from '../xnu/boot-args.js';

/** A file to be put into memory. */
export interface LoadedFile {
  readonly bytes: Uint8Array;
  /** Physical address. */
  readonly address: number;
  /** For messages. */
  readonly name?: string | undefined;
}

/** What a recipe may be given; each says in its `inputs` and `options` what it takes. */
export interface RecipeOptions {
  /** The kernel: its format is recognised. */
  readonly kernel?: Uint8Array | undefined;
  /** Initial RAM disk. */
  readonly initrd?: Uint8Array | undefined;
  /** Kernel command line; the recipe's own when not given. */
  readonly append?: string | undefined;
  /** RAM, in bytes. */
  readonly memory?: number | undefined;
  /** Files put into memory as they are, as QEMU's loader device does. */
  readonly load?: readonly LoadedFile[] | undefined;
  /** Physical address where the first CPU starts. */
  readonly entry?: number | undefined;
  /** Board, where a recipe has several. */
  readonly machine?: string | undefined;
  /** Version of the interrupt controller. */
  readonly gic?: 2 | 3 | undefined;
  /** Whether CPUs have EL2, and start there. */
  readonly virtualization?: boolean | undefined;
  /** CPU model. */
  readonly cpu?: string | undefined;
  /** Number of CPUs. */
  readonly smp?: number | undefined;
  /** Apple device tree, flattened, alone or in an IM4P. */
  readonly deviceTree?: Uint8Array | undefined;
  /** Trust cache module, alone or in an IM4P. */
  readonly trustCache?: Uint8Array | undefined;
  /** Contents of the board's disk: Virtio on PCI Express. */
  readonly disk?: BlockStore | undefined;
  /** KASLR slide of the kernel's virtual addresses, in bytes; 0 when not given. */
  readonly slide?: number | undefined;
  /** Layout of boot_args, by the bytes of its command line; by the kernel's version when not given. */
  readonly bootArgs?: CommandLineSize | undefined;
  /** Framebuffer, in pixels: the kernel's console appears there when serial output is off. */
  readonly video?: { readonly width: number; readonly height: number } | undefined;
  /** Patches of the kernel, applied to its file before it is placed. */
  readonly patches?: readonly PatchSet[] | undefined;
  /** Edits of the Apple device tree, after the loader's own. */
  readonly edits?: readonly EditList[] | undefined;
  /** `auto` compiles what runs often to WebAssembly; `interpreter` when not given. Results are the same. */
  readonly mode?: EngineMode | undefined;
  /** What the machine does not model is reported here, a line at a time. */
  readonly log?: ((message: string) => void) | undefined;
}

/** The options that not every recipe has. */
export type RecipeOption = Exclude<keyof RecipeOptions, 'log'>;

/** A file that a recipe works with. */
export interface RecipeInput {
  readonly option: 'kernel' | 'initrd' | 'deviceTree' | 'trustCache';
  readonly required: boolean;
  readonly what: string;
  /** Whether an IPSW has it. */
  readonly ipsw?: boolean;
  /** Where Debian puts one, tried in this order, and the package that has it. */
  readonly debian?: { readonly package: string; readonly paths: readonly string[] };
}

/** A machine with everything in its memory, ready to run. */
export interface PreparedBoot {
  readonly machine: GuestMachine;
  /** What was decided, as JSON: addresses are hexadecimal text. */
  readonly plan: Readonly<Record<string, unknown>>;
  /** The same for people. */
  readonly planText: string;
  /** What the framebuffer shows, when there is one. */
  readonly screen?: (() => Picture) | undefined;
  /** Name of the place of a kernel address, when the kernel has symbols. */
  readonly symbol?: ((address: bigint) => string | undefined) | undefined;
  /** Where the kernel's code is, when that is known. */
  readonly modules?: (() => readonly CoverageModule[]) | undefined;
}

/** One way to boot something. */
export interface Recipe {
  readonly name: string;
  /** One line for `list`. */
  readonly summary: string;
  /** What it boots, on what, and with what it was verified. */
  readonly explanation: string;
  readonly inputs: readonly RecipeInput[];
  readonly options: readonly RecipeOption[];
  /** Device class in IPSWs when none is given. */
  readonly device?: string;
  prepare(options: RecipeOptions): PreparedBoot | Promise<PreparedBoot>;
}
