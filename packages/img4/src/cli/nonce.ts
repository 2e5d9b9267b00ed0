import { type CliCommand, UsageError } from '@internal/binary/cli';
import { checkNonce, formatGenerator, nonceHash, parseGenerator } from '../answers/nonce.js';
import { toHex } from '../bytes.js';
import { Im4r } from '../containers/im4r.js';
import { INPUT_OPTIONS, textOption } from './common.js';
import { TICKET_OPTIONS, ticketIn } from './verify.js';

export const nonce: CliCommand = {
  name: 'nonce',
  args: '[generator]',
  summary: "show the nonces that a generator gives, compare with a ticket's, or write it as an IM4R",
  options: [
    ['--ticket <file>', 'an IM4M, IMG4 or SHSH2 to compare with; its own generator serves when none is given'],
    ['-o, --output <file>', 'write an IM4R with the generator'],
    ...TICKET_OPTIONS,
    ...INPUT_OPTIONS,
  ],
  examples: [
    'img4 nonce 0x1111111111111111',
    'img4 nonce --ticket ticket.shsh2',
    'img4 nonce 0x1111111111111111 -o nonce.im4r',
  ],
  async run(context, args, options) {
    const file = textOption(options, 'ticket');
    const ticket = file === undefined ? undefined : ticketIn(await context.read(file), options);
    const given = args[0];
    const generator = typeof given === 'string' ? parseGenerator(given) : ticket?.generator;
    if (generator === undefined) throw new UsageError('give a generator, or a ticket that was saved with one');
    const [a7, a10] = [await nonceHash(generator, 20), await nonceHash(generator, 32)];
    const answer = ticket && (await checkNonce(ticket.manifest, generator));
    const output = textOption(options, 'output');
    if (output !== undefined) await context.write(output, Im4r.fromGenerator(generator).toBytes());
    if (output === '-') return answer === 'mismatch' ? 1 : 0;
    context.result(
      { generator: formatGenerator(generator), sha1: a7, sha384: a10, answer },
      [
        `generator    ${formatGenerator(generator)}`,
        `A7 to A9     ${toHex(a7)}`,
        `A10 and on   ${toHex(a10)}  (from A12 devices usually mix their own key in)`,
        ...(answer ? [`ticket       ${answer}`] : []),
      ].join('\n'),
    );
    return answer === 'mismatch' ? 1 : 0;
  },
};
