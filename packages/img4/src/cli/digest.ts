import { type CliCommand, UsageError } from '@internal/binary/cli';
import { imageInBuild, readBuildManifest, readImageDigests } from '../answers/build-manifest.js';
import { imageDigest } from '../answers/digest.js';
import { equalBytes, toHex } from '../bytes.js';
import type { Im4p } from '../containers/im4p.js';
import { type DigestAlgorithm, digestAlgorithm } from '../crypto/digest.js';
import { argument, chosenObject, INPUT_OPTIONS, payloadOf, textOption } from './common.js';

export const digest: CliCommand = {
  name: 'digest',
  args: '<file>',
  summary: 'show the digests that tickets hold for an image, and look for them in a BuildManifest or .im4p.plist',
  options: [
    ['-t, --type <fourcc>', 'hash the image under this type'],
    ['--raw', 'hash the file as it is: for components that are no IM4P'],
    ['--build <plist>', 'a BuildManifest to look in'],
    ['--digests <plist>', 'an .im4p.plist to compare with'],
    ...INPUT_OPTIONS,
  ],
  examples: ['img4 digest DeviceTree.im4p --type rdtr', 'img4 digest iBSS.im4p --build BuildManifest.plist'],
  async run(context, args, options) {
    const bytes = await context.read(argument(args, 0));
    let image: Im4p | Uint8Array = bytes;
    const type = textOption(options, 'type');
    if (options.raw === true) {
      if (type !== undefined) throw new UsageError('--type does not go with --raw');
    } else image = payloadOf(chosenObject(bytes, options).object);
    const digests: Partial<Record<DigestAlgorithm, string>> = {};
    for (const algorithm of ['SHA-1', 'SHA-256', 'SHA-384'] as const)
      digests[algorithm] = toHex(await imageDigest(image, algorithm, type));
    const [build, listed] = [textOption(options, 'build'), textOption(options, 'digests')];
    const found =
      build === undefined ? undefined : await imageInBuild(image, readBuildManifest(await context.read(build)));
    const compared: { type: string; matches: boolean }[] = [];
    if (listed !== undefined)
      for (const [name, expected] of readImageDigests(await context.read(listed)))
        compared.push({
          type: name,
          matches: equalBytes(await imageDigest(image, digestAlgorithm(expected.length), name), expected),
        });
    const places = found?.map(({ identity, component }) => ({
      component: component.key,
      type: component.payloadType,
      deviceClass: identity.deviceClass,
      variant: identity.variant,
    }));
    context.result(
      { digests, build: places, digestsPlist: listed === undefined ? undefined : compared },
      [
        ...Object.entries(digests).map(([name, value]) => `${name.padEnd(8)} ${value}`),
        ...(places?.length === 0 ? ['not in the build'] : []),
        ...(places ?? []).map(place => `${place.component} of ${place.deviceClass}, ${place.variant}`),
        ...compared.map(entry => `${entry.type} ${entry.matches ? 'matches' : 'DIFFERS'}`),
      ].join('\n'),
    );
    return places?.length === 0 || compared.some(entry => !entry.matches) ? 1 : 0;
  },
};
