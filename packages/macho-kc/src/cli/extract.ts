import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CliCommand, UsageError } from '@internal/binary/cli';
import { KERNEL_ID } from '../collection/collection.js';
import { extractImage } from '../extract/extract.js';
import { AddressIndex } from '../symbols/address-index.js';
import { ARCH_OPTION, argument, list, readCollection, textOption } from './common.js';

export const extract: CliCommand = {
  name: 'extract',
  args: '<collection> [ids...]',
  summary: 'take kexts, or the kernel, out of a collection as files that can be linked again',
  options: [
    ARCH_OPTION,
    ['-o, --output <path>', 'file for one image, or folder for bundles'],
    ['--all', 'every kext and the kernel'],
  ],
  examples: [
    'kc extract kernelcache com.apple.kernel -o kernel',
    'kc extract kernelcache com.apple.iokit.IOPCIFamily -o IOPCIFamily',
    'kc extract --all kernelcache -o Extensions',
  ],
  async run(context, args, options) {
    const collection = await readCollection(context, argument(args, 0), options);
    const output = textOption(options, 'output');
    const given = list(args[1]);
    const ids =
      options.all === true ? [...new Set([...collection.imageIds, ...collection.kexts.map(k => k.id)])] : given;
    if (ids.length === 0 || output === undefined) throw new UsageError('name a bundle identifier (or --all) and -o');
    const indexes = [new AddressIndex(collection)];
    const report: {
      id: string;
      file: string | undefined;
      dependencies: readonly { id: string }[];
      lost: readonly string[];
    }[] = [];
    const single = ids.length === 1 && options.all !== true;
    for (const [i, id] of ids.entries()) {
      context.progress(`${i + 1}/${ids.length} ${id}`);
      const { executable, infoPlist, dependencies, lost } = extractImage(collection, id, { indexes });
      const kext = collection.kext(id);
      const name = basename(kext?.executablePath ?? id);
      let file: string | undefined;
      if (single || id === KERNEL_ID) {
        file = single ? output : join(output, 'kernel');
        if (!single) await mkdir(output, { recursive: true });
      } else {
        const bundle = join(output, `${basename(kext?.bundlePath ?? id, '.kext')}.kext`, 'Contents');
        await mkdir(join(bundle, 'MacOS'), { recursive: true });
        if (infoPlist !== undefined) await context.write(join(bundle, 'Info.plist'), infoPlist);
        file = executable === undefined ? undefined : join(bundle, 'MacOS', name);
      }
      if (file !== undefined && executable !== undefined) await context.write(file, executable);
      report.push({ id, file, dependencies, lost });
    }
    context.result(report, () =>
      report.map(r => [`${r.id}: ${r.file ?? 'no code'}`, ...r.lost.map(l => `  lost: ${l}`)].join('\n')).join('\n'),
    );
  },
};
