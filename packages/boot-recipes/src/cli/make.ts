import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CliCommand, type CliContext, UsageError } from '@internal/binary/cli';
import { nvramImage } from 'apple-devicetree';
import { buildTrustCache, encodeTrustCache, isMachOError, type TrustCacheEntry, trustCacheEntries } from 'macho-kc';
import { parseSize } from '../numbers.js';

const MACHO = /^(cffaedfe|cefaedfe|feedfacf|feedface|cafebabe)$/;

/** Regular files at or below a path, in order; symbolic links are not followed. */
async function filesBelow(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) found.push(...(await filesBelow(join(path, entry.name))));
    else if (entry.isFile()) found.push(join(path, entry.name));
  }
  return found;
}

type Entry = Pick<TrustCacheEntry, 'cdhash' | 'hashType'>;

async function entriesOf(context: CliContext, path: string): Promise<Entry[]> {
  const bytes = await context.read(path);
  const magic = Array.from(bytes.subarray(0, 4), byte => byte.toString(16).padStart(2, '0')).join('');
  if (!MACHO.test(magic)) return [];
  try {
    return trustCacheEntries(bytes);
  } catch (error) {
    if (!isMachOError(error)) throw error;
    context.info(`${path}: ${error.message}; left out`);
    return [];
  }
}

/** `boot-recipes make-trustcache OUTPUT PATH…` */
export const makeTrustCache: CliCommand = {
  name: 'make-trustcache',
  args: '<output> <paths...>',
  summary: 'make a trust cache module of every signed Mach-O in files and folders, such as a mounted RAM disk',
  options: [['--format <version>', 'version of the module: 1 for macOS 11 and 12 (default), 2 for later']],
  examples: ['boot-recipes make-trustcache ramdisk.tc /Volumes/ramdisk'],
  async run(context, args, options) {
    const version = Number(options.format ?? 1);
    if (version !== 1 && version !== 2) throw new UsageError(`--format ${String(options.format)}: 1 or 2`);
    const [output, paths] = [String(args[0]), args.slice(1).flat().map(String)];
    const entries: Entry[] = [];
    let files = 0;
    for (const path of paths)
      for (const file of await filesBelow(path)) {
        const found = await entriesOf(context, file);
        if (found.length > 0) files++;
        entries.push(...found);
      }
    const cache = buildTrustCache({ version, entries });
    const bytes = encodeTrustCache(cache);
    await context.write(output, bytes);
    const result = { output, version, files, entries: cache.entries.length, bytes: bytes.length };
    context.result(result, `${output}: ${cache.entries.length} hashes of ${files} signed files`);
  },
};

/** `boot-recipes make-nvram OUTPUT [NAME=VALUE…]` */
export const makeNvram: CliCommand = {
  name: 'make-nvram',
  args: '<output> [variables...]',
  summary: 'make an NVRAM image for /chosen nvram-proxy-data, with the given variables',
  options: [['--size <bytes>', 'size of the image; 0x2000 by default']],
  examples: ['boot-recipes make-nvram nvram.bin auto-boot=true boot-args=-v'],
  async run(context, args, options) {
    const output = String(args[0]);
    const variables: Record<string, string> = {};
    for (const text of args.slice(1).flat().map(String)) {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(`${text}: NAME=VALUE is expected`);
      variables[text.slice(0, at)] = text.slice(at + 1);
    }
    const size = options.size === undefined ? undefined : parseSize(String(options.size), '--size');
    const bytes = nvramImage({ variables, size });
    await context.write(output, bytes);
    context.result({ output, bytes: bytes.length, variables }, `${output}: ${bytes.length} bytes`);
  },
};
