import { type CliCommand, UsageError } from '@internal/binary/cli';
import { formatGenerator, parseGenerator } from '../answers/nonce.js';
import { writeShsh2 } from '../answers/shsh2.js';
import { ticketSummary } from '../answers/ticket.js';
import { latin1, toHex } from '../bytes.js';
import { meaningOf } from '../catalogue/index.js';
import { formatValue, type PropertyValue } from '../containers/property.js';
import { argument, INPUT_OPTIONS, textOption } from './common.js';
import { describeIm4m, lines } from './info.js';
import { TICKET_OPTIONS, ticketIn } from './verify.js';

/** A value, with the text it holds when its bytes are text. */
function readable(value: PropertyValue): string {
  const text = value.type === 'octets' ? latin1(value.value) : '';
  return /^[\x20-\x7e]{2,}$/.test(text) ? JSON.stringify(text) : formatValue(value);
}

export const manifest: CliCommand = {
  name: 'manifest',
  args: '<file>',
  summary: 'show a ticket (IM4M, IMG4 or SHSH2), or write it as IM4M or SHSH2',
  options: [
    ['--im4m <file>', 'write the bare IM4M'],
    ['--shsh2 <file>', 'write an SHSH2 property list'],
    ['--generator <hex>', 'generator for the SHSH2'],
    ...TICKET_OPTIONS,
    ...INPUT_OPTIONS,
  ],
  examples: [
    'img4 manifest ticket.shsh2',
    'img4 manifest ticket.shsh2 --im4m ticket.im4m',
    'img4 manifest iBSS.img4 --shsh2 blob.shsh2 --generator 0x1111111111111111',
  ],
  async run(context, args, options) {
    const found = ticketIn(await context.read(argument(args, 0)), options);
    const ticket = found.manifest;
    const given = textOption(options, 'generator');
    const generator = given === undefined ? found.generator : parseGenerator(given);
    const [im4m, shsh2] = [textOption(options, 'im4m'), textOption(options, 'shsh2')];
    if (im4m === '-' && shsh2 === '-') throw new UsageError('only one of --im4m and --shsh2 can go to stdout');
    if (im4m !== undefined) await context.write(im4m, ticket.toBytes());
    if (shsh2 !== undefined) await context.write(shsh2, writeShsh2({ manifest: ticket, generator }));
    if (im4m === '-' || shsh2 === '-') return;
    const { components: _, ...summary } = ticketSummary(ticket);
    const description = describeIm4m(ticket);
    context.result(
      { ...description, summary, generator: generator === undefined ? undefined : formatGenerator(generator) },
      () =>
        [
          ...lines({
            chip: summary.chip && `0x${summary.chip.toString(16)} ${summary.chipName ?? ''}`,
            board: summary.board,
            ecid: summary.ecid === undefined ? 'any device' : `0x${summary.ecid.toString(16)}`,
            securityDomain: summary.securityDomain,
            nonceHash: summary.nonceHash && toHex(summary.nonceHash),
            generator: generator === undefined ? undefined : formatGenerator(generator),
          }),
          ...ticket.properties.map(({ name, value }) =>
            `  ${name} ${readable(value)}  ${meaningOf('property', name) ?? ''}`.trimEnd(),
          ),
          ...Object.entries(description.objects).flatMap(([type, values]) => [
            `${type}  ${meaningOf('component', type) ?? ''}`.trimEnd(),
            ...Object.entries(values).map(([name, value]) => `  ${name} ${value}`),
          ]),
        ].join('\n'),
    );
  },
};
