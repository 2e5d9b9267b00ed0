import { type CliCommand, UsageError } from '@internal/binary/cli';
import { createPayload, type PayloadCompression, type StoreOptions } from '../payload.js';
import { argument, textOption } from './common.js';

export const COMPRESSIONS = ['none', 'lzfse', 'lzss', 'lzvn'] as const;

/** The compression option; undefined when it is not given. */
export function compressionOption(value: unknown): PayloadCompression | undefined {
  if (value === undefined) return undefined;
  const found = COMPRESSIONS.find(name => name === value);
  if (!found) throw new UsageError(`--compress takes ${COMPRESSIONS.join(', ')}`);
  return found;
}

export const create: CliCommand = {
  name: 'create',
  args: '<payload>',
  summary: 'make an IM4P from a raw payload',
  options: [
    ['-t, --type <fourcc>', 'component type, such as krnl'],
    ['-d, --description <text>', 'description', ''],
    ['-c, --compress <how>', `${COMPRESSIONS.join(', ')}; lzss and lzvn make a comp header`, 'none'],
    ['--extra <file>', 'data to put after the compressed payload, such as a KPP image'],
    ['-o, --output <file>', 'where to write, - for stdout'],
  ],
  examples: [
    'img4 create kernelcache -t krnl -d demo -c lzfse -o kernelcache.im4p',
    'img4 create kernelcache -t krnl -c lzss --extra kpp.bin -o kernelcache.im4p',
  ],
  async run(context, args, options) {
    const { type, output } = options;
    if (typeof type !== 'string') throw new UsageError('give --type FOURCC');
    if (typeof output !== 'string') throw new UsageError('give --output FILE, or - for stdout');
    const compression = compressionOption(options.compress) ?? 'none';
    const extraFile = textOption(options, 'extra');
    const store: StoreOptions = {
      compression,
      ...(extraFile === undefined ? {} : { extra: await context.read(extraFile) }),
    };
    const data = await context.read(argument(args, 0));
    const image = createPayload({ type, description: textOption(options, 'description') ?? '', data, ...store });
    const bytes = image.toBytes();
    await context.write(output, bytes);
    if (output !== '-')
      context.result(
        { output, type, compression, bytes: bytes.length, payloadBytes: data.length },
        `${bytes.length} bytes written to ${output}`,
      );
  },
};
