import { type CliCommand, UsageError } from '@internal/binary/cli';
import { parseGenerator } from '../answers/nonce.js';
import { stitch as stitchImage } from '../answers/stitch.js';
import { Im4r } from '../containers/im4r.js';
import { Img4, parseImg4File } from '../containers/img4.js';
import { argument, derOptions, INPUT_OPTIONS, payloadOf, readObject, restoreInfoOf, textOption } from './common.js';
import { TICKET_OPTIONS, ticketIn } from './verify.js';

export const stitch: CliCommand = {
  name: 'stitch',
  args: '<im4p> [ticket]',
  summary:
    'make an IMG4 from an IM4P and a ticket (IM4M, IMG4 or SHSH2), which must belong together; unsigned without a ticket',
  options: [
    ['--im4r <file>', 'restore info to put in'],
    ['--generator <hex>', 'make restore info with this generator'],
    ['--force', 'stitch what does not belong together, too'],
    ['-o, --output <file>', 'where to write, - for stdout'],
    ...TICKET_OPTIONS,
    ...INPUT_OPTIONS.slice(0, 1),
  ],
  examples: [
    'img4 stitch iBSS.im4p ticket.shsh2 -o iBSS.img4',
    'img4 stitch patched.im4p ticket.im4m --force -o patched.img4',
  ],
  async run(context, args, options) {
    if (typeof options.output !== 'string') throw new UsageError('give --output FILE, or - for stdout');
    const [info, generator] = [textOption(options, 'im4r'), textOption(options, 'generator')];
    if (info !== undefined && generator !== undefined) throw new UsageError('give --im4r or --generator, not both');
    const payload = payloadOf((await readObject(context, argument(args, 0), { ...options, index: undefined })).object);
    const ticket = args[1];
    const manifest = typeof ticket === 'string' ? ticketIn(await context.read(ticket), options).manifest : undefined;
    const restoreInfo =
      generator !== undefined
        ? Im4r.fromGenerator(parseGenerator(generator))
        : info !== undefined
          ? restoreInfoOf(parseImg4File(await context.read(info), derOptions(options)).objects[0]!)
          : undefined;
    const rest = restoreInfo ? { restoreInfo } : {};
    const image = manifest
      ? await stitchImage({ payload, manifest, ...rest, force: options.force === true })
      : Img4.create({ payload, ...rest });
    const bytes = image.toBytes();
    await context.write(options.output, bytes);
    if (image.payload.type !== payload.type) context.info(`type set to ${image.payload.type}, as in the ticket`);
    if (options.output !== '-')
      context.result(
        {
          output: options.output,
          bytes: bytes.length,
          type: image.payload.type,
          retyped: image.payload.type !== payload.type,
        },
        `${bytes.length} bytes written to ${options.output}`,
      );
  },
};
