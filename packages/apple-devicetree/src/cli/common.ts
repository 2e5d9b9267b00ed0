import { type CliContext, type Options, UsageError } from '@internal/binary/cli';
import { decodeText } from '../bytes.js';
import { fail } from '../error.js';
import type { ConversionNote } from '../fdt/to-fdt.js';
import { parseDts } from '../forms/dts.js';
import { fromJson } from '../forms/json.js';
import { parseText } from '../forms/text.js';
import { type DeviceTree, openTree } from '../tree.js';

/** Where commands that make a tree or a file put it. */
export const OUTPUT = ['-o, --output <file>', 'where to write, - for stdout', '-'] as const;

type Args = readonly (string | readonly string[] | undefined)[];

/** A positional argument, which the option parser has made sure of. */
export function argument(args: Args, index: number): string {
  const value = args[index];
  if (typeof value !== 'string') throw new UsageError('an argument is missing');
  return value;
}

export const textOption = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** A repeatable option's values. */
export const listOption = (options: Options, name: string): readonly string[] => {
  const value = options[name];
  return Array.isArray(value) ? (value as string[]) : [];
};

/** A number or address: decimal, or hexadecimal after `0x`. */
export function bigOption(text: string, what: string): bigint {
  if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(text))
    throw new UsageError(`${what} is a number such as 0x235200000, not ${JSON.stringify(text)}`);
  return BigInt(text);
}

/** `ADDRESS,SIZE`. */
export function rangeOption(text: string, what: string): { address: bigint; size: bigint } {
  const [address, size, ...rest] = text.split(',');
  if (address === undefined || size === undefined || rest.length > 0)
    throw new UsageError(`${what} is ADDRESS,SIZE, not ${JSON.stringify(text)}`);
  return { address: bigOption(address, what), size: bigOption(size, what) };
}

/** `NAME=VALUE`. */
export function pairOption(text: string, what: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new UsageError(`${what} is NAME=VALUE, not ${JSON.stringify(text)}`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** JSON of an input file. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail('syntax', `not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** How much of a file is looked at to see whether it is text. */
const SNIFF = 64;

/** Reads a tree: binary, or one of the forms that this command prints. */
export async function readTree(context: CliContext, path: string): Promise<DeviceTree> {
  const bytes = await context.read(path);
  const start = bytes.subarray(0, SNIFF);
  const isText =
    start.length > 0 && start.every(byte => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13);
  if (!isText) return openTree(bytes);
  const text = decodeText(bytes);
  if (text === undefined) throw fail('syntax', 'the text is not UTF-8');
  if (/^\s*\{/.test(text)) return fromJson(parseJson(text));
  if (/^\s*\/dts-v1\//.test(text)) return parseDts(text).tree;
  if (/^\s*("[^"\n]*"|[^\s{]+) \{/.test(text)) return parseText(text);
  return openTree(bytes);
}

/** Tells people what a conversion could not express. */
export function tellNotes(context: CliContext, notes: readonly ConversionNote[], verbose: boolean): void {
  const lost = notes.filter(note => !note.kept);
  for (const { path, message } of verbose ? notes : lost) context.info(`${path}: ${message}`);
  const kept = notes.length - lost.length;
  if (kept > 0 && !verbose)
    context.info(
      `${kept} things that the format cannot express are noted in apple,adt properties (--verbose lists them)`,
    );
}
