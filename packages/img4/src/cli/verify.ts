import { type CliCommand, UsageError } from '@internal/binary/cli';
import { readBuildManifest, ticketInBuild } from '../answers/build-manifest.js';
import { imageInTicket } from '../answers/digest.js';
import { checkNonce, formatGenerator, parseGenerator } from '../answers/nonce.js';
import { readShsh2 } from '../answers/shsh2.js';
import { ticketSummary } from '../answers/ticket.js';
import type { Im4m } from '../containers/im4m.js';
import type { Im4p } from '../containers/im4p.js';
import { Img4, parseImg4File } from '../containers/img4.js';
import { Img4Error } from '../error.js';
import { verifyManifest } from '../verify/manifest.js';
import { argument, chosenObject, derOptions, INPUT_OPTIONS, manifestOf, payloadOf, textOption } from './common.js';
import { lines } from './info.js';

/** For commands that read a ticket. */
export const TICKET_OPTIONS: readonly (readonly [string, string])[] = [
  ['--which <ticket>', 'ticket of an SHSH2 file: main, update or no-nonce'],
];

/** A ticket from an IM4M, an IMG4 or an SHSH2 file. */
export function ticketIn(
  bytes: Uint8Array,
  options: Readonly<Record<string, unknown>>,
): { manifest: Im4m; generator: bigint | undefined; payload: Im4p | undefined } {
  if (bytes[0] !== 0x30) {
    const blob = readShsh2(bytes, derOptions(options));
    const which = textOption(options, 'which') ?? 'main';
    const tickets = { main: blob.manifest, update: blob.updateInstall, 'no-nonce': blob.noNonce };
    if (!(which in tickets)) throw new UsageError(`--which takes ${Object.keys(tickets).join(', ')}`);
    const manifest = tickets[which as keyof typeof tickets];
    if (!manifest) throw new Img4Error('bad-value', `the file has no ${which} ticket`, { path: 'shsh2' });
    return { manifest, generator: which === 'no-nonce' ? undefined : blob.generator, payload: undefined };
  }
  const { object } = chosenObject(bytes, options);
  return {
    manifest: manifestOf(object),
    generator: object instanceof Img4 ? object.restoreInfo?.generator : undefined,
    payload: object instanceof Img4 ? object.payload : undefined,
  };
}

export const verify: CliCommand = {
  name: 'verify',
  args: '<file>',
  summary: 'check the signature, chain and constraints of a ticket, and what belongs to it; exit code 1 when not',
  options: [
    ['--payload <file>', 'an IM4P that should be in the ticket; the one of an IMG4 is checked anyway'],
    ['--raw <fourcc>', 'with --payload: a file that is no IM4P, such as boot.efi for efib'],
    ['--build <plist>', 'a BuildManifest with the identity that the ticket should be for'],
    ['--generator <hex>', "a generator that should give the ticket's nonce; one that the file holds is checked anyway"],
    ...TICKET_OPTIONS,
    ...INPUT_OPTIONS,
  ],
  examples: [
    'img4 verify iBSS.img4',
    'img4 verify ticket.shsh2 --build BuildManifest.plist',
    'img4 verify boot.im4m --payload boot.efi --raw efib',
  ],
  async run(context, args, options) {
    const { manifest, generator: held, payload } = ticketIn(await context.read(argument(args, 0)), options);
    const chain = await verifyManifest(manifest);
    const given = textOption(options, 'generator');
    const generator = given === undefined ? held : parseGenerator(given);
    const nonce = generator === undefined ? undefined : await checkNonce(manifest, generator);

    const file = textOption(options, 'payload');
    const raw = textOption(options, 'raw');
    let subject: Im4p | Uint8Array | undefined = payload;
    if (file !== undefined) {
      const bytes = await context.read(file);
      subject = raw === undefined ? payloadOf(parseImg4File(bytes, derOptions(options)).objects[0]!) : bytes;
    }
    const image = subject && (await imageInTicket(subject, manifest, raw === undefined ? {} : { type: raw }));

    const build = textOption(options, 'build');
    const identity =
      build === undefined ? undefined : ticketInBuild(manifest, readBuildManifest(await context.read(build)))[0];
    const identityOk =
      identity === undefined
        ? undefined
        : identity.sameDevice && identity.differ.length === 0 && identity.agree.length > 0;

    const valid = chain.valid && nonce !== 'mismatch' && image?.matches !== false && identityOk !== false;
    const { components, ...ticket } = ticketSummary(manifest);
    const result = {
      valid,
      signature: {
        valid: chain.valid,
        algorithm: chain.algorithm,
        chain: chain.chain,
        root: chain.root && { name: chain.root.name, fingerprint: chain.root.fingerprint },
        problems: chain.problems,
      },
      ticket,
      components,
      image,
      nonce: nonce && { generator: formatGenerator(generator!), answer: nonce },
      build: identity && {
        matches: identityOk,
        deviceClass: identity.identity.deviceClass,
        variant: identity.identity.variant,
        sameDevice: identity.sameDevice,
        agree: identity.agree,
        differ: identity.differ,
      },
    };
    context.result(result, () =>
      [
        valid ? 'valid' : 'NOT valid',
        ...lines({
          signature: { valid: chain.valid, algorithm: chain.algorithm, chain: chain.chain.join(' < ') },
          problems: chain.problems.length
            ? chain.problems.map(problem => `${problem.code}: ${problem.message}`)
            : undefined,
          ticket: {
            ...ticket,
            ecid: ticket.ecid && `0x${ticket.ecid.toString(16)}`,
            chip: ticket.chip && `0x${ticket.chip.toString(16)}`,
          },
          image,
          nonce: result.nonce,
          build: result.build && {
            ...result.build,
            agree: result.build.agree.join(' '),
            differ: result.build.differ.join(' '),
          },
        }),
      ].join('\n'),
    );
    return valid ? 0 : 1;
  },
};
