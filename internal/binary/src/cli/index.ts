import { Command, CommanderError } from 'commander';
import { readInput, writeOutput } from './files.js';
import { describeError, errorReport } from './report.js';

export { readInput, writeOutput } from './files.js';
export { hexExcerpt } from './report.js';

/** Wrong use that the option parser cannot see; exit code 2. */
export class UsageError extends Error {}

/** What a command may use. */
export interface CliContext {
  /** Whether `--json` was given: one JSON value on stdout and nothing else there. */
  readonly json: boolean;
  /** Reads a file or `-` for standard input; the bytes also serve the excerpt shown with an error. */
  read(path: string): Promise<Uint8Array>;
  /** Writes a file by temporary file and rename, or standard output for `-`. */
  write(path: string, data: Uint8Array | string): Promise<void>;
  /** Prints the result: `value` as JSON under `--json`, else `text`. Bigints print as decimal strings, bytes as hex. */
  result(value: unknown, text: string | (() => string)): void;
  /** Text for people, on stderr. */
  info(text: string): void;
  /** Replaces the progress line on a terminal's stderr, at most ten times a second; nothing elsewhere. */
  progress(text: string): void;
}

/** Options given, by camel-cased long name. */
export type Options = Readonly<Record<string, unknown>>;

export interface CliCommand {
  readonly name: string;
  /** Positional arguments in commander's form: `<image> [outputs...]`. */
  readonly args?: string;
  readonly summary: string;
  /** `[flags, help, default?]`, flags in commander's form: `-o, --output <file>`. Repeatable: `--load <file...>`. */
  readonly options?: readonly (readonly [flags: string, help: string, fallback?: string | boolean])[];
  /** Whole command lines, shown in the help. */
  readonly examples?: readonly string[];
  /** Exit code; nothing means 0. */
  run(
    context: CliContext,
    args: readonly (string | readonly string[] | undefined)[],
    options: Options,
  ): Promise<number | void>;
}

export interface CliProgram {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly commands: readonly CliCommand[];
}

const jsonValue = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint'
    ? value.toString()
    : value instanceof Uint8Array
      ? Array.from(value, byte => byte.toString(16).padStart(2, '0')).join('')
      : value;

class Context implements CliContext {
  input: Uint8Array | undefined;
  #shown = 0;
  #line = false;
  constructor(readonly json: boolean) {}
  async read(path: string): Promise<Uint8Array> {
    this.input = undefined;
    return (this.input = await readInput(path));
  }
  async write(path: string, data: Uint8Array | string): Promise<void> {
    await writeOutput(path, data);
  }
  result(value: unknown, text: string | (() => string)): void {
    this.endProgress();
    const shown = this.json ? JSON.stringify(value, jsonValue, 2) : typeof text === 'string' ? text : text();
    process.stdout.write(shown.endsWith('\n') || shown === '' ? shown : `${shown}\n`);
  }
  info(text: string): void {
    this.endProgress();
    process.stderr.write(`${text}\n`);
  }
  progress(text: string): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#shown < 100) return;
    this.#shown = now;
    this.#line = true;
    process.stderr.write(`\r${text.slice(0, (process.stderr.columns ?? 80) - 1)}\x1b[K`);
  }
  endProgress(): void {
    if (this.#line) process.stderr.write('\r\x1b[K');
    this.#line = false;
  }
}

/**
 * Runs a command line and returns its exit code: 0 done, 1 the input is bad or the command failed, 2 wrong usage.
 * A reader that closes the pipe early (`img4 info … | head`) is not an error.
 */
export async function runCli(program: CliProgram, argv: readonly string[]): Promise<number> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  let status = 0;
  const root = new Command(program.name)
    .description(program.summary)
    .version(program.version)
    .exitOverride()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .showHelpAfterError('(add --help for the commands and their options)');
  for (const command of program.commands) {
    const sub = root.command(command.args === undefined ? command.name : `${command.name} ${command.args}`);
    sub.description(command.summary).exitOverride().option('--json', 'print one JSON value on stdout');
    for (const [flags, help, fallback] of command.options ?? []) sub.option(flags, help, fallback);
    if (command.examples) sub.addHelpText('after', `\nExamples:\n${command.examples.map(e => `  ${e}`).join('\n')}`);
    sub.action(async (...given: unknown[]) => {
      const options = given.at(-2) as Options;
      const context = new Context(options.json === true);
      try {
        status =
          (await command.run(context, given.slice(0, -2) as (string | readonly string[] | undefined)[], options)) ?? 0;
      } catch (error) {
        if (error instanceof UsageError) {
          process.stderr.write(`${program.name} ${command.name}: ${error.message}\n`);
          status = 2;
          return;
        }
        const report = errorReport(error);
        if (context.json && report !== undefined) process.stdout.write(`${JSON.stringify(report)}\n`);
        process.stderr.write(`${describeError(`${program.name} ${command.name}`, error, context.input)}\n`);
        if (report === undefined && process.env.DEBUG) process.stderr.write(`${(error as Error).stack}\n`);
        status = 1;
      } finally {
        context.endProgress();
      }
    });
  }
  try {
    await root.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return status;
}
