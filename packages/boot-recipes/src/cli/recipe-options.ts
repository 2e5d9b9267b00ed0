import { existsSync } from 'node:fs';
import { type CliCommand, type CliContext, type Options, UsageError } from '@internal/binary/cli';
import { type EditList, parseEditList } from 'apple-devicetree';
import type { PatchSet } from 'macho-kc';
import { BootError } from '../error.js';
import { parseAddress, parseSize } from '../numbers.js';
import type { LoadedFile, Recipe, RecipeOption, RecipeOptions } from '../recipes/recipe.js';
import type { CommandLineSize } from '../xnu/boot-args.js';
import { patchSet } from '../xnu/patches.js';
import { debianFiles } from './debian.js';
import { openDisk } from './disk.js';
import { IPSW_OPTIONS } from './fetch-plan.js';
import { ipswFiles, readIpsw } from './ipsw.js';

/** The options that say what is booted, the same for `boot`, `plan` and `doctor`. */
export const RECIPE_OPTIONS: NonNullable<CliCommand['options']> = [
  ['--kernel <file>', 'kernel; which formats depends on the recipe'],
  ['--initrd <file>', 'initial RAM disk'],
  ['--devicetree <file>', 'Apple device tree, alone or in an IM4P'],
  ['--trust-cache <file>', 'trust cache module, alone or in an IM4P'],
  ['--disk <file>', 'virtio disk of the board: read and written in place; FILE,readonly is not written'],
  ['--append <text>', 'kernel command line'],
  ['--memory <size>', 'RAM, such as 512M or 2G'],
  ['--slide <bytes>', "KASLR slide of the kernel's virtual addresses, a multiple of 2M"],
  [
    '--boot-args <bytes>',
    'layout of boot_args by its command line: 256, 608 or 1024; by the kernel’s version if absent',
  ],
  ['--video <pixels>', 'framebuffer for the kernel’s console, such as 1024x768'],
  ['--patch <file...>', 'patch the kernel: a set of patches as JSON, or the name of a set of kc patch; repeatable'],
  ['--dt-edit <file...>', "edit the device tree after the loader's own edits: an edit list as JSON; repeatable"],
  ['--load <file@address...>', "put a file into memory as it is, as QEMU's loader device does; repeatable"],
  ['--entry <address>', 'where the first CPU starts'],
  ...IPSW_OPTIONS,
  ['--machine <name>', 'board, for recipes that have several'],
  ['--gic <version>', 'interrupt controller: 2 or 3'],
  ['--virtualization', 'CPUs have EL2, and start there'],
  ['--cpu <model>', 'CPU model'],
  ['--smp <number>', 'number of CPUs'],
  ['--mode <name>', 'interpreter; auto: compile what runs often; compiled: everything (for tests, slow)'],
];

/** Where the command line's name of an option is not the recipe's. */
const FLAGS: Partial<Record<RecipeOption, readonly [key: string, flag: string]>> = {
  deviceTree: ['devicetree', 'devicetree'],
  trustCache: ['trustCache', 'trust-cache'],
  bootArgs: ['bootArgs', 'boot-args'],
  patches: ['patch', 'patch'],
  edits: ['dtEdit', 'dt-edit'],
};
const NAMES: readonly RecipeOption[] = [
  'kernel',
  'initrd',
  'deviceTree',
  'trustCache',
  'disk',
  'append',
  'memory',
  'slide',
  'bootArgs',
  'video',
  'patches',
  'edits',
  'load',
  'entry',
  'machine',
  'gic',
  'virtualization',
  'cpu',
  'smp',
  'mode',
];

/** The command line's name of a recipe's option, without dashes in front. */
export const flagOf = (name: RecipeOption): string => FLAGS[name]?.[1] ?? name;

const text = (options: Options, name: string): string | undefined => options[name] as string | undefined;
const texts = (options: Options, name: string): readonly string[] => (options[name] as string[] | undefined) ?? [];

/** A number of at least `least`. */
export function count(options: Options, name: string, least: number): number | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!(value >= least) || !Number.isFinite(value))
    throw new UsageError(`--${name} ${given}: a number of at least ${least}`);
  return value;
}

/** A whole number of at least `least`. */
export function whole(options: Options, name: string, least: number): number | undefined {
  const value = count(options, name, least);
  if (value !== undefined && !Number.isInteger(value)) throw new UsageError(`--${name} ${value}: a whole number`);
  return value;
}

/** `FILE@ADDRESS`, the address behind the last `@`. */
async function loadFile(context: CliContext, argument: string): Promise<LoadedFile> {
  const at = argument.lastIndexOf('@');
  if (at < 1) throw new UsageError(`--load ${argument}: FILE@ADDRESS is expected`);
  const name = argument.slice(0, at);
  const address = parseAddress(argument.slice(at + 1), '--load');
  return { name, address, bytes: await context.read(name) };
}

async function editFile(context: CliContext, name: string): Promise<EditList> {
  const bytes = await context.read(name);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new BootError('bad-value', 'not JSON', { path: name, cause });
  }
  return parseEditList(value);
}

function oneOf<T extends number>(options: Options, key: string, flag: string, values: readonly T[]): T | undefined {
  const given = text(options, key);
  if (given === undefined) return undefined;
  const value = values.find(candidate => String(candidate) === given);
  if (value === undefined) throw new UsageError(`--${flag} ${given}: ${values.join(' or ')}`);
  return value;
}

/** `WIDTHxHEIGHT` */
function pixels(given: string | undefined): RecipeOptions['video'] {
  if (given === undefined) return undefined;
  const match = /^(\d+)x(\d+)$/.exec(given);
  if (match === null) throw new UsageError(`--video ${given}: WIDTHxHEIGHT is expected`);
  return { width: Number(match[1]), height: Number(match[2]) };
}

/** What of the options the recipe knows; the others are wrong use. */
export async function recipeOptions(context: CliContext, recipe: Recipe, options: Options): Promise<RecipeOptions> {
  for (const name of NAMES)
    if (options[FLAGS[name]?.[0] ?? name] !== undefined && !recipe.options.includes(name))
      throw new UsageError(`recipe ${recipe.name} has no option --${flagOf(name)}`);
  const gic = oneOf<2 | 3>(options, 'gic', 'gic', [2, 3]);
  const mode = text(options, 'mode');
  if (mode !== undefined && mode !== 'interpreter' && mode !== 'auto' && mode !== 'compiled')
    throw new UsageError(`--mode ${mode}: interpreter, auto or compiled`);
  const bootArgs = oneOf<CommandLineSize>(options, 'bootArgs', 'boot-args', [256, 608, 1024]);
  const [memory, entry, slide] = ['memory', 'entry', 'slide'].map(name => text(options, name));
  if (options.ipsw !== undefined && ipswFiles(recipe).length === 0)
    throw new UsageError(`recipe ${recipe.name} takes nothing from an IPSW`);
  const given = (['kernel', 'initrd'] as const).filter(name => options[name] !== undefined);
  const files = await debianFiles(recipe, given, line => context.info(line));
  const load: LoadedFile[] = [];
  for (const argument of texts(options, 'load')) load.push(await loadFile(context, argument));
  const patches: PatchSet[] = [];
  for (const name of texts(options, 'patch'))
    patches.push(existsSync(name) || name === '-' ? patchSet(name, await context.read(name)) : patchSet(name));
  const edits: EditList[] = [];
  for (const name of texts(options, 'dtEdit')) edits.push(await editFile(context, name));
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    const path = text(options, name);
    return path === undefined ? undefined : context.read(path);
  };
  const [initrd, deviceTree, trustCache] = [await read('initrd'), await read('devicetree'), await read('trustCache')];
  // Last, so that an error's excerpt is the kernel's.
  const kernel = await read('kernel');
  const have = { kernel, initrd, deviceTree, trustCache };
  const names = new Set(Object.entries(have).flatMap(([name, bytes]) => (bytes === undefined ? [] : [name])));
  const fromIpsw = options.ipsw === undefined ? {} : await readIpsw(context, options, recipe, names);
  return {
    ...files,
    ...fromIpsw,
    ...(initrd === undefined ? {} : { initrd }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(deviceTree === undefined ? {} : { deviceTree }),
    ...(trustCache === undefined ? {} : { trustCache }),
    disk: openDisk(text(options, 'disk')),
    append: text(options, 'append'),
    memory: memory === undefined ? undefined : parseSize(memory, '--memory'),
    slide: slide === undefined ? undefined : parseSize(slide, '--slide'),
    bootArgs,
    video: pixels(text(options, 'video')),
    patches,
    edits,
    load,
    entry: entry === undefined ? undefined : parseAddress(entry, '--entry'),
    machine: text(options, 'machine'),
    gic,
    virtualization: options.virtualization === true ? true : undefined,
    cpu: text(options, 'cpu'),
    smp: whole(options, 'smp', 1),
    mode,
    log: line => context.info(line),
  };
}
