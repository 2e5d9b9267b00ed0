import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type CliCommand, UsageError } from '@internal/binary/cli';
import { parseSize } from '../numbers.js';
import type { RamDiskEntry } from '../ramdisk/entries.js';
import { buildHfsImage } from '../ramdisk/hfs.js';
import { editHfsImage } from '../ramdisk/hfs-edit.js';
import { buildUstarImage } from '../ramdisk/ustar.js';
import { unwrapPayload } from '../xnu/payload.js';

/** What is right below and further below a folder, in order of name; links are kept as such. */
async function entriesBelow(folder: string, prefix = ''): Promise<RamDiskEntry[]> {
  const found: RamDiskEntry[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const [at, path] = [join(folder, name), prefix === '' ? name : `${prefix}/${name}`];
    const stat = await lstat(at);
    const mode = stat.mode & 0o7777;
    if (stat.isDirectory()) found.push({ path, mode }, ...(await entriesBelow(at, path)));
    else if (stat.isSymbolicLink()) found.push({ path, mode, link: await readlink(at) });
    else if (stat.isFile()) found.push({ path, mode, bytes: new Uint8Array(await readFile(at)) });
  }
  return found;
}

/** `boot-recipes make-ramdisk OUTPUT FOLDER` */
export const makeRamdisk: CliCommand = {
  name: 'make-ramdisk',
  args: '<output> [folder]',
  summary: 'make a RAM disk of what is in a folder, everything owned by root, or change one',
  options: [
    ['--format <name>', 'hfs: HFS Plus (HFSX), which XNU mounts (default); ustar: what our own kernel reads'],
    ['--base <file>', 'change this HFS Plus image, alone or in an IM4P: what is in the folder is added or replaces'],
    ['--remove <path...>', 'with --base: remove this file, or folder with everything in it; repeatable'],
    ['--size <size>', 'size of an HFS Plus image, such as 64M; as small as possible, or that of --base, if absent'],
    ['--name <text>', 'name of an HFS Plus volume; ramdisk if absent'],
  ],
  examples: [
    'boot-recipes make-ramdisk ramdisk.img folder --size 64M',
    'boot-recipes make-ramdisk changed.img folder --base original.dmg --remove usr/libexec/helper --size 128M',
    'boot-recipes make-ramdisk md0.tar folder --format ustar && boot-recipes boot sample --initrd md0.tar',
  ],
  async run(context, args, options) {
    const output = String(args[0]);
    const folder = args[1] as string | undefined;
    const format = String(options.format ?? 'hfs');
    if (format !== 'hfs' && format !== 'ustar') throw new UsageError(`--format ${format}: hfs or ustar`);
    if (format === 'ustar' && (options.size !== undefined || options.name !== undefined))
      throw new UsageError('--size and --name are for --format hfs');
    const base = options.base as string | undefined;
    const remove = (options.remove as string[] | undefined) ?? [];
    if (base === undefined && folder === undefined) throw new UsageError('a folder, or --base, is missing');
    if (base === undefined && remove.length > 0) throw new UsageError('--remove goes with --base');
    if (base !== undefined && (options.format !== undefined || options.name !== undefined))
      throw new UsageError('--base keeps its format and its name');
    const entries = folder === undefined ? [] : await entriesBelow(folder);
    const size = options.size === undefined ? undefined : parseSize(String(options.size), '--size');
    const name = options.name as string | undefined;
    if (base !== undefined) {
      const original = unwrapPayload(await context.read(base), 'base', ['rdsk']);
      const { image, ...counts } = editHfsImage(original, { entries, remove, size });
      await context.write(output, image);
      context.result({ output, format, bytes: image.length, ...counts }, () => {
        const { added, replaced, removed } = counts;
        return `${output}: ${image.length} bytes, ${added} files added, ${replaced} replaced, ${removed} removed`;
      });
      return;
    }
    const image = format === 'hfs' ? buildHfsImage(entries, { size, name }) : buildUstarImage(entries);
    await context.write(output, image);
    const files = entries.filter(({ bytes }) => bytes !== undefined).length;
    context.result({ output, format, bytes: image.length, files, entries: entries.length }, () =>
      [`${output}: ${image.length} bytes,`, `${files} files`].join(' '),
    );
  },
};
