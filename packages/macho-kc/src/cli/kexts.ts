import type { CliCommand } from '@internal/binary/cli';
import { plistToJson } from '../plist/value.js';
import { ARCH_OPTION, argument, hexText, readCollection, table } from './common.js';

export const kexts: CliCommand = {
  name: 'kexts',
  args: '<collection>',
  summary: 'the kexts of a kernelcache or collection',
  options: [ARCH_OPTION, ['--personalities', 'with their IOKit personalities (in --json)']],
  examples: ['kc kexts kernelcache', 'kc kexts --json --personalities kernelcache'],
  async run(context, args, options) {
    const collection = await readCollection(context, argument(args, 0), options);
    const rows = collection.kexts.map(kext => ({
      id: kext.id,
      version: kext.version,
      path: kext.bundlePath,
      codeless: kext.codeless,
      loadAddress: kext.loadAddress === undefined ? undefined : hexText(kext.loadAddress),
      size: kext.size === undefined ? undefined : hexText(kext.size),
      kmodInfo: kext.kmodInfoAddress === undefined ? undefined : hexText(kext.kmodInfoAddress),
      dependencies: kext.dependencies,
      ...(options.personalities === true ? { personalities: plistToJson(kext.personalities) } : {}),
    }));
    context.result(rows, () =>
      table([
        ['bundle identifier', 'version', 'address', 'size', 'depends on'],
        ...rows.map(r => [
          r.id,
          r.version ?? '',
          r.codeless ? 'codeless' : (r.loadAddress ?? ''),
          r.size ?? '',
          r.dependencies.map(d => d.id).join(' '),
        ]),
      ]),
    );
  },
};
