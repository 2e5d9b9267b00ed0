import { type CliCommand, UsageError } from '@internal/binary/cli';
import { extractPayload } from '../payload.js';
import { argument, INPUT_OPTIONS, manifestOf, numberOption, payloadOf, readObject, restoreInfoOf } from './common.js';
import { decrypted, KEY_OPTIONS } from './keys.js';

const PARTS = ['payload', 'stored', 'extra', 'im4p', 'im4m', 'im4r'] as const;

export const extract: CliCommand = {
  name: 'extract',
  args: '<file>',
  summary: 'write the decompressed payload, or another part, to a file',
  options: [
    ['-o, --output <file>', 'where to write, - for stdout'],
    ['--part <part>', `${PARTS.join(', ')}; stored is the payload as it is in the file`, 'payload'],
    ...KEY_OPTIONS,
    ['--max-size <bytes>', 'refuse payloads that decompress to more'],
    ...INPUT_OPTIONS,
  ],
  examples: [
    'img4 extract kernelcache.im4p -o kernelcache',
    'img4 extract iBEC.img4 --part im4m -o ticket.im4m',
    'img4 extract iBSS.im4p --key 0011... --iv 2233... -o iBSS.bin',
  ],
  async run(context, args, options) {
    const part = options.part as (typeof PARTS)[number];
    if (!PARTS.includes(part)) throw new UsageError(`--part takes ${PARTS.join(', ')}`);
    if (typeof options.output !== 'string') throw new UsageError('give --output FILE, or - for stdout');
    const { object } = await readObject(context, argument(args, 0), options);
    let data: Uint8Array;
    if (part === 'im4p') data = payloadOf(object).toBytes();
    else if (part === 'im4m') data = manifestOf(object).toBytes();
    else if (part === 'im4r') data = restoreInfoOf(object).toBytes();
    else {
      const image = await decrypted(payloadOf(object), options);
      const maxSize = numberOption(options, 'maxSize');
      if (part === 'stored') data = image.data;
      else data = extractPayload(image, maxSize === undefined ? {} : { maxSize })[part === 'extra' ? 'extra' : 'data'];
    }
    await context.write(options.output, data);
    if (options.output !== '-')
      context.result(
        { output: options.output, part, bytes: data.length },
        `${data.length} bytes written to ${options.output}`,
      );
  },
};
