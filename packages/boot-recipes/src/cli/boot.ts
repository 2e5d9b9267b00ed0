import { type CliCommand, type CliContext, type Options, UsageError } from '@internal/binary/cli';
import { unescapeText } from '../console.js';
import { parseAddress, parseSize } from '../numbers.js';
import { findRecipe } from '../recipes/index.js';
import type { LoadedFile, Recipe, RecipeOptions } from '../recipes/recipe.js';
import { type BootReason, type BootResult, BootSession } from '../session.js';
import { debianFiles } from './debian.js';
import { Terminal } from './terminal.js';

/** What each end of a run is to whoever called. */
export const EXIT_CODES: Record<BootReason, number> = {
  until: 0,
  'power-off': 0,
  timeout: 3,
  reset: 4,
  halted: 5,
  stopped: 130,
};

const SENTENCES: Record<BootReason, string> = {
  until: 'the text of --until appeared',
  'power-off': 'the guest switched itself off',
  timeout: 'the timeout passed',
  reset: 'the guest asked for a reset',
  halted: 'every CPU waits for an interrupt that cannot come',
  stopped: 'stopped from outside',
};

const text = (options: Options, name: string): string | undefined => options[name] as string | undefined;
const texts = (options: Options, name: string): readonly string[] => (options[name] as string[] | undefined) ?? [];

function count(options: Options, name: string, least: number): number | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!(value >= least) || !Number.isFinite(value))
    throw new UsageError(`--${name} ${given}: a number of at least ${least}`);
  return value;
}

function whole(options: Options, name: string, least: number): number | undefined {
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

/** What of the options the recipe knows; the others are wrong use. */
async function recipeOptions(context: CliContext, recipe: Recipe, options: Options): Promise<RecipeOptions> {
  for (const name of ['kernel', 'initrd', 'append', 'memory', 'load', 'entry', 'gic', 'cpu', 'smp'] as const)
    if (options[name] !== undefined && !recipe.options.includes(name))
      throw new UsageError(`recipe ${recipe.name} has no option --${name}`);
  const gic = text(options, 'gic');
  if (gic !== undefined && gic !== '2' && gic !== '3') throw new UsageError(`--gic ${gic}: 2 or 3`);
  const [memory, entry, kernel, initrd] = ['memory', 'entry', 'kernel', 'initrd'].map(name => text(options, name));
  const given = (['kernel', 'initrd'] as const).filter(name => options[name] !== undefined);
  const files = await debianFiles(recipe, given, line => context.info(line));
  const load: LoadedFile[] = [];
  for (const argument of texts(options, 'load')) load.push(await loadFile(context, argument));
  return {
    ...files,
    ...(initrd === undefined ? {} : { initrd: await context.read(initrd) }),
    // Last, so that an error's excerpt is the kernel's.
    ...(kernel === undefined ? {} : { kernel: await context.read(kernel) }),
    append: text(options, 'append'),
    memory: memory === undefined ? undefined : parseSize(memory, '--memory'),
    load,
    entry: entry === undefined ? undefined : parseAddress(entry, '--entry'),
    gic: gic === undefined ? undefined : gic === '2' ? 2 : 3,
    cpu: text(options, 'cpu'),
    smp: whole(options, 'smp', 1),
    log: line => context.info(line),
  };
}

function untilPattern(options: Options): RegExp | undefined {
  const source = text(options, 'until');
  if (source === undefined) return undefined;
  try {
    return new RegExp(source, 'm');
  } catch (error) {
    throw new UsageError(`--until: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const summary = ({ reason, instructions, seconds, mips, guestSeconds, pc }: BootResult): string =>
  `${SENTENCES[reason]}${EXIT_CODES[reason] === 0 ? '' : ` (pc 0x${pc.toString(16)})`}: ${(instructions / 1e6).toFixed(1)} M instructions in ${seconds.toFixed(2)} s ` +
  `(${mips.toFixed(0)} MIPS), ${guestSeconds.toFixed(2)} s for the guest`;

/** `boot-recipes boot RECIPE` */
export const boot: CliCommand = {
  name: 'boot',
  args: '<recipe>',
  summary: 'boot a recipe, with its serial port on the terminal (Ctrl-A x leaves)',
  options: [
    ['--kernel <file>', 'kernel; which formats depends on the recipe'],
    ['--initrd <file>', 'initial RAM disk'],
    ['--append <text>', 'kernel command line'],
    ['--memory <size>', 'RAM, such as 512M or 2G'],
    ['--load <file@address...>', "put a file into memory as it is, as QEMU's loader device does; repeatable"],
    ['--entry <address>', 'where the first CPU starts'],
    ['--gic <version>', 'interrupt controller: 2 or 3'],
    ['--cpu <model>', 'CPU model'],
    ['--smp <number>', 'number of CPUs'],
    ['--until <regex>', 'end with exit code 0 when the guest has printed this since the last --send was typed'],
    ['--timeout <seconds>', 'end with exit code 3 after that much time'],
    [
      '--send <text...>',
      'type this and Enter when the guest is at a prompt; repeatable, in order; \\n \\t \\xNN are escapes',
    ],
  ],
  examples: [
    'boot-recipes boot sample',
    'boot-recipes boot sample --append "-s" --send help halt',
    'boot-recipes boot linux --append rdinit=/bin/sh',
    'boot-recipes boot linux --append "rdinit=/bin/sh quiet" --send "uname -m" --until aarch64 --json',
    'boot-recipes boot virt --load firmware.bin@0x40080000 --entry 0x40080000 --gic 2',
    '',
    'Exit codes: 0 --until matched or the guest switched itself off, 1 bad input, 2 wrong usage, 3 timeout,',
    '4 the guest asked for a reset, 5 the guest waits for nothing, 130 left with Ctrl-A x or stopped by a signal.',
    'With --json the serial port prints on stderr and stdout has the result alone.',
  ],
  async run(context, args, options) {
    const recipe = findRecipe(String(args[0]));
    const until = untilPattern(options);
    const timeout = count(options, 'timeout', 0);
    const prepared = await recipe.prepare(await recipeOptions(context, recipe, options));
    context.info(prepared.planText);
    const out = context.json ? process.stderr : process.stdout;
    const live = process.stderr.isTTY && !out.isTTY;
    const session = new BootSession(prepared, {
      until,
      timeout,
      send: texts(options, 'send').map(unescapeText),
      output: bytes => void out.write(bytes),
      ...(live
        ? {
            progress: (n, s) =>
              context.progress(`${(n / 1e6).toFixed(0)} M instructions, ${(n / s / 1e6).toFixed(0)} MIPS`),
          }
        : {}),
    });
    const terminal = new Terminal(session);
    let result: BootResult;
    try {
      result = await session.run();
    } finally {
      terminal.close();
    }
    if (!context.json) out.write('\n');
    context.info(summary(result));
    if (context.json) context.result({ recipe: recipe.name, ...result, pc: `0x${result.pc.toString(16)}` }, '');
    return EXIT_CODES[result.reason];
  },
};
