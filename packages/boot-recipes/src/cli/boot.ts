import { type CliCommand, type Options, UsageError } from '@internal/binary/cli';
import { EVERYWHERE, Hooks, TRACE_ITEMS, Trace, type TraceItem } from 'arm64-emu';
import { unescapeText } from '../console.js';
import { diagnose, diagnosisText } from '../diagnosis/diagnose.js';
import { loopOf } from '../diagnosis/loop.js';
import { watchUndefined } from '../diagnosis/undefined.js';
import type { GuestMachine } from '../machines/guest.js';
import { encodePng } from '../png.js';
import { findRecipe } from '../recipes/index.js';
import type { BootReason, BootResult } from '../session.js';
import { coverBoot } from './coverage.js';
import { debugBoot } from './gdb.js';
import { prepare } from './prepare.js';
import { profileBoot } from './profile.js';
import { count, RECIPE_OPTIONS, recipeOptions, whole } from './recipe-options.js';
import { runBoot } from './run-boot.js';
import { connectSerial, serialPlan } from './serial.js';
import { prepareStates, STATE_OPTIONS } from './states.js';

/** Characters of output, and reports of what is not modelled, that a diagnosis is made from. */
const KEPT_OUTPUT = 0x40000;
const MOST_REPORTS = 1000;

/** What each end of a run is to whoever called. */
export const EXIT_CODES: Record<BootReason, number> = {
  until: 0,
  instructions: 0,
  replayed: 0,
  killed: 0,
  'power-off': 0,
  timeout: 3,
  reset: 4,
  halted: 5,
  stopped: 130,
};

const SENTENCES: Record<BootReason, string> = {
  until: 'the text of --until appeared',
  instructions: 'the number of --instructions was executed',
  replayed: 'the recording ended',
  killed: 'GDB ended the guest',
  'power-off': 'the guest switched itself off',
  timeout: 'the timeout passed',
  reset: 'the guest asked for a reset',
  halted: 'every CPU waits for an interrupt that cannot come',
  stopped: 'stopped from outside',
};

const text = (options: Options, name: string): string | undefined => options[name] as string | undefined;
const texts = (options: Options, name: string): readonly string[] => (options[name] as string[] | undefined) ?? [];

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

/** The trace of `-d`: names with commas between. */
function traceOf(
  items: string | undefined,
  write: (line: string) => void,
  symbol: (address: bigint) => string | undefined,
): Trace | undefined {
  if (items === undefined) return undefined;
  const names = items.split(',').map(name => name.trim());
  const unknown = names.find(name => !Object.hasOwn(TRACE_ITEMS, name));
  if (unknown !== undefined) throw new UsageError(`-d ${unknown}: there are ${Object.keys(TRACE_ITEMS).join(', ')}`);
  return new Trace({ items: names as TraceItem[], write, symbol });
}

/** Prints the first `number` instructions, with their addresses. */
function traceFirst({ target }: GuestMachine, number: number, print: (line: string) => void): void {
  if (number === 0 || target === undefined) return;
  let left = number;
  const unhook = Hooks.of(target).code(EVERYWHERE, (_, pc, word) => {
    const text = target.engine.disassemble(word, pc);
    print(`0x${pc.toString(16)}  ${(word >>> 0).toString(16).padStart(8, '0')}  ${text}`);
    if (--left === 0) unhook();
  });
}

/** `boot-recipes boot RECIPE` */
export const boot: CliCommand = {
  name: 'boot',
  args: '<recipe>',
  summary: 'boot a recipe, with its serial port on the terminal (Ctrl-A x leaves)',
  options: [
    ...RECIPE_OPTIONS,
    ['--trace <number>', 'print that many instructions on stderr as they run, from the first'],
    ['--screenshot <file>', 'write what the framebuffer shows at the end as a PNG file; needs --video'],
    ['-d, --debug <items>', `trace on stderr, by QEMU’s names, with commas: ${Object.keys(TRACE_ITEMS).join(', ')}`],
    ['--profile <file>', 'write where the guest spends its instructions, with call stacks, as a speedscope file'],
    ['--coverage <file>', 'write the blocks of code that the guest executes as a drcov file'],
    ['--module <name=address+size...>', 'where code is, for --coverage; by default the kernel; repeatable'],
    ['--gdb <port>', 'serve GDB on this TCP port of the loopback interface while the guest runs; 0 takes a free one'],
    ['--wait', 'hold the guest at its first instruction until GDB or the monitor lets it go on'],
    ['--monitor <where>', 'serve the monitor on tcp:PORT or unix:PATH; on a terminal it is also behind Ctrl-A c'],
    ['--serial <name=target...>', 'where a serial port goes: stdio, null, file:PATH, tcp:PORT, unix:PATH; repeatable'],
    ...STATE_OPTIONS,
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
    'boot-recipes boot sample --append "-s" --record session.rec && boot-recipes boot sample --append "-s" --replay session.rec',
    'boot-recipes boot linux --append rdinit=/bin/sh --instructions 1500000000 --snapshot boot.snapshot',
    'boot-recipes boot linux --append rdinit=/bin/sh --restore boot.snapshot',
    'boot-recipes boot xnu-vmapple-source --kernel kernel --initrd ramdisk.img --smp 2 --memory 512M',
    'boot-recipes boot sample --disk disk.img --smp 2 --serial uart1=file:uart1.log --monitor unix:monitor.sock',
    'boot-recipes boot sample --gdb 1234 --wait',
    'boot-recipes boot sample --profile sample.speedscope.json --coverage sample.drcov',
    '',
    'Exit codes: 0 --until matched, the guest switched itself off, --instructions or --replay came to its end, 1 bad input,',
    '2 wrong usage, 3 timeout,',
    '4 the guest asked for a reset, 5 the guest waits for nothing, 130 left with Ctrl-A x or stopped by a signal.',
    'With --json the serial port prints on stderr and stdout has the result alone.',
  ],
  async run(context, args, options) {
    const recipe = findRecipe(String(args[0]));
    const until = untilPattern(options);
    const timeout = count(options, 'timeout', 0);
    const reports: string[] = [];
    const given = await recipeOptions(context, recipe, options);
    let symbol: ((address: bigint) => string | undefined) | undefined;
    const trace = traceOf(
      text(options, 'debug'),
      line => context.info(line),
      address => symbol?.(address),
    );
    const log = (line: string): void => {
      if (reports.length < MOST_REPORTS) reports.push(line);
      (trace?.log ?? given.log)?.(line);
    };
    const prepared = await prepare(context, recipe, { ...given, log });
    symbol = prepared.symbol;
    const { target } = prepared.machine;
    const lacking = watchUndefined(prepared.machine);
    const profile = profileBoot(context, text(options, 'profile'), prepared);
    const coverage = coverBoot(context, text(options, 'coverage'), texts(options, 'module'), prepared);
    const untrace = target === undefined ? undefined : trace?.attach(target);
    const screenshot = text(options, 'screenshot');
    if (screenshot !== undefined && prepared.screen === undefined) throw new UsageError('--screenshot needs --video');
    context.info(prepared.planText);
    const out = context.json ? process.stderr : process.stdout;
    const live = process.stderr.isTTY && !out.isTTY;
    const info = (line: string): void => context.info(line);
    const toTerminal = (bytes: Uint8Array): void => void out.write(bytes);
    const port = whole(options, 'gdb', 0);
    const serial = serialPlan(texts(options, 'serial'), prepared.machine);
    const hold = options.wait === true;
    const monitorAt = text(options, 'monitor');
    if (hold && port === undefined && monitorAt === undefined && !process.stdin.isTTY)
      throw new UsageError('--wait: nobody could continue the guest; give --gdb or --monitor');
    const instructions = whole(options, 'instructions', 1);
    if (port !== undefined) {
      if (monitorAt !== undefined) throw new UsageError('--monitor and --gdb: GDB has a command monitor of its own');
      if (instructions !== undefined) throw new UsageError('--instructions and --gdb: GDB says how far the guest runs');
    }
    const states = await prepareStates(context, options, prepared.machine);
    const decoder = new TextDecoder();
    let printed = '';
    const ends = await connectSerial(serial, prepared.machine, toTerminal, info);
    const toConsole = ends.console ?? toTerminal;
    const run = {
      until,
      timeout,
      send: states.replaying ? [] : texts(options, 'send').map(unescapeText),
      output: (bytes: Uint8Array) => {
        printed = (printed + decoder.decode(bytes, { stream: true })).slice(-KEPT_OUTPUT);
        toConsole(bytes);
      },
    };
    const progress = (n: number, s: number): void =>
      context.progress(`${(n / 1e6).toFixed(0)} M instructions, ${(n / s / 1e6).toFixed(0)} MIPS`);
    traceFirst(prepared.machine, whole(options, 'trace', 0) ?? 0, info);
    let result: BootResult;
    try {
      result =
        port !== undefined
          ? await debugBoot(prepared, { ...run, port, hold, info })
          : await runBoot(context, prepared, {
              run: { ...run, instructions, ...(live ? { progress } : {}) },
              hold,
              monitor: monitorAt,
              serial,
              typed: ends.input,
            });
    } finally {
      await ends.close();
      untrace?.();
    }
    await coverage.finish();
    await profile.finish();
    await states.finish();
    if (screenshot !== undefined) await context.write(screenshot, await encodePng(prepared.screen!()));
    if (!context.json) out.write('\n');
    context.info(summary(result));
    const diagnosis =
      result.reason === 'stopped' || EXIT_CODES[result.reason] === 0
        ? []
        : diagnose({
            output: printed.replaceAll('\r', ''),
            reason: result.reason,
            log: reports,
            pc: result.pc,
            loop: result.reason === 'timeout' ? loopOf(prepared.machine) : [],
            undefined: lacking,
            symbol: prepared.symbol,
          });
    if (diagnosis.length > 0) context.info(diagnosisText(diagnosis));
    if (context.json)
      context.result({ recipe: recipe.name, ...result, pc: `0x${result.pc.toString(16)}`, diagnosis }, '');
    return EXIT_CODES[result.reason];
  },
};
