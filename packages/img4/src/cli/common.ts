import { type CliContext, type Options, UsageError } from '@internal/binary/cli';
import { Im4m } from '../containers/im4m.js';
import { Im4p } from '../containers/im4p.js';
import { Im4r } from '../containers/im4r.js';
import { Img4, Img4File, type Img4Object, kindOf, parseImg4File } from '../containers/img4.js';
import type { DerOptions } from '../der/index.js';
import { Img4Error } from '../error.js';

/** Options of every command that reads a container. */
export const INPUT_OPTIONS: readonly (readonly [string, string])[] = [
  ['--lenient', 'accept BER that DER does not allow'],
  ['--index <n>', 'which structure of a file that holds several, from 0'],
];

export const derOptions = (options: Options): DerOptions => (options.lenient === true ? { mode: 'lenient' } : {});

/** A whole number option. */
export function numberOption(options: Options, name: string): number | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new UsageError(`--${name} takes a number, not "${value}"`);
  return number;
}

export const textOption = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** The structure that the options choose: its place in the file, too, so that the rest can be written back. */
export async function readObject(
  context: CliContext,
  path: string,
  options: Options,
): Promise<{ file: Img4File; index: number; object: Img4Object }> {
  return chosenObject(await context.read(path), options);
}

/** The same for bytes that are read already. */
export function chosenObject(
  bytes: Uint8Array,
  options: Options,
): { file: Img4File; index: number; object: Img4Object } {
  const file = parseImg4File(bytes, derOptions(options));
  const index = numberOption(options, 'index') ?? 0;
  const object = file.objects[index];
  if (!object) throw new UsageError(`--index ${index}: the file holds ${file.objects.length} structures`);
  return { file, index, object };
}

/** The payload of an IM4P or IMG4. */
export function payloadOf(object: Img4Object): Im4p {
  if (object instanceof Im4p) return object;
  if (object instanceof Img4) return object.payload;
  throw new Img4Error('unknown-format', `an IM4P or IMG4 is needed, this is an ${kindOf(object)}`, { offset: 0 });
}

export function manifestOf(object: Img4Object): Im4m {
  const manifest = object instanceof Img4 ? object.manifest : object;
  if (manifest instanceof Im4m) return manifest;
  throw new Img4Error('unknown-format', `an IM4M is needed, this ${kindOf(object)} has none`, { offset: 0 });
}

export function restoreInfoOf(object: Img4Object): Im4r {
  const info = object instanceof Img4 ? object.restoreInfo : object;
  if (info instanceof Im4r) return info;
  throw new Img4Error('unknown-format', `an IM4R is needed, this ${kindOf(object)} has none`, { offset: 0 });
}

/** The file with one structure exchanged. */
export function withObject(file: Img4File, index: number, object: Img4Object): Img4File {
  return new Img4File(
    file.objects.map((old, i) => (i === index ? object : old)),
    file.trailing,
    file.padding,
  );
}

/** The object with another payload, whatever is around it. */
export function withPayload(object: Img4Object, payload: Im4p): Img4Object {
  return object instanceof Img4 ? object.with({ payload }) : payload;
}

/** An argument that the command line always has. */
export const argument = (args: readonly (string | readonly string[] | undefined)[], index: number): string =>
  args[index] as string;
