import { type CliContext, type Options, UsageError } from '@internal/binary/cli';
import { KernelCollection, openCollection } from '../collection/collection.js';
import { openMachO } from '../macho/fat.js';

/** An argument that the command line always has. */
export const argument = (args: readonly (string | readonly string[] | undefined)[], index: number): string =>
  args[index] as string;

/** Several values of a repeatable option or argument. */
export const list = (value: unknown): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [String(value)];

export const textOption = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** Address or number: decimal, or hex with `0x`. */
export function addressOf(text: string, what: string): bigint {
  if (!/^(0x[0-9a-fA-F]+|[0-9]+)$/.test(text))
    throw new UsageError(`${what} takes a number or 0x address, not "${text}"`);
  return BigInt(text);
}

/** `0x` text of an address, for both outputs. */
export const hexText = (value: bigint | number): string => `0x${value.toString(16)}`;
export const bytesText = (bytes: Uint8Array): string =>
  Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('');

export const ARCH_OPTION = ['--arch <name>', 'architecture of a fat file: arm64, arm64e, x86_64 ...'] as const;

/** Any Mach-O file, as a collection of itself where it is no collection. */
export async function readAny(context: CliContext, path: string, options: Options): Promise<KernelCollection> {
  return new KernelCollection(openMachO(await context.read(path), textOption(options, 'arch')));
}

/** A kernelcache, collection, kernel or kext. */
export async function readCollection(context: CliContext, path: string, options: Options): Promise<KernelCollection> {
  return openCollection(await context.read(path), textOption(options, 'arch'));
}

/** Columns padded to the widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map(row => row[c]!.length)));
  return rows
    .map(row =>
      row
        .map((cell, c) => cell.padEnd(widths[c]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
