import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CliCommand, UsageError } from '@internal/binary/cli';
import { isMachOError, MachOError } from '../error.js';
import { trustCacheEntries } from '../trustcache/from-macho.js';
import {
  buildTrustCache,
  encodeTrustCache,
  parseTrustCache,
  type TrustCacheEntry,
  type TrustCacheVersion,
  unwrapTrustCaches,
  wrapTrustCaches,
} from '../trustcache/trust-cache.js';
import { argument, bytesText, list, textOption } from './common.js';

/** Regular files at or below a path, in order of their names. */
async function filesUnder(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const nested = await Promise.all(
    sorted.map(e => (e.isDirectory() ? filesUnder(join(path, e.name)) : e.isFile() ? [join(path, e.name)] : [])),
  );
  return nested.flat();
}

export const trustcache: CliCommand = {
  name: 'trustcache',
  args: '<action> [paths...]',
  summary: 'show a trust cache, or build one from signed files and folders (action: info, build)',
  options: [
    ['-o, --output <file>', 'build: the trust cache'],
    ['--cache-version <n>', 'build: 0, 1 or 2', '1'],
    ['--uuid <hex>', 'build: 32 hex digits; from a hash of the entries when absent'],
    ['--cdhash <hex...>', 'build: also these cdhashes'],
    ['--wrap', 'build: with the wrapper that the boot loader hands to the kernel'],
    ['--wrapped', 'info: the file has that wrapper'],
  ],
  examples: ['kc trustcache info static.trustcache', 'kc trustcache build -o my.trustcache --wrap sbin/launchd bin/'],
  async run(context, args, options) {
    const action = argument(args, 0);
    const paths = list(args[1]);
    if (action === 'info') {
      if (paths.length !== 1) throw new UsageError('info takes one file');
      const bytes = await context.read(paths[0]!);
      const caches = (options.wrapped === true ? unwrapTrustCaches(bytes) : [bytes]).map(parseTrustCache);
      const shown = caches.map(c => ({
        version: c.version,
        uuid: bytesText(c.uuid),
        entries: c.entries.map(e => ({
          cdhash: bytesText(e.cdhash),
          hashType: e.hashType,
          flags: e.flags,
          category: e.constraintCategory,
        })),
      }));
      context.result(shown, () =>
        shown
          .map(c =>
            [
              `version ${c.version}, UUID ${c.uuid}, ${c.entries.length} entries`,
              ...c.entries.map(e => `${e.cdhash} type ${e.hashType} flags ${e.flags}`),
            ].join('\n'),
          )
          .join('\n'),
      );
      return;
    }
    if (action !== 'build') throw new UsageError(`no action ${action}: info, build`);
    const output = textOption(options, 'output');
    const version = Number(options.cacheVersion) as TrustCacheVersion;
    if (output === undefined) throw new UsageError('name the output with -o');
    if (![0, 1, 2].includes(version)) throw new UsageError('--cache-version takes 0, 1 or 2');
    const hexBytes = (text: string, size: number, what: string) => {
      if (!new RegExp(`^[0-9a-fA-F]{${size * 2}}$`).test(text))
        throw new UsageError(`${what} takes ${size * 2} hex digits`);
      return Uint8Array.from(Buffer.from(text, 'hex'));
    };
    const entries: (Pick<TrustCacheEntry, 'cdhash'> & Partial<TrustCacheEntry>)[] = list(options.cdhash).map(text => ({
      cdhash: hexBytes(text, 20, '--cdhash'),
    }));
    const sources: { file: string; cdhash: string }[] = [];
    const unsigned: string[] = [];
    for (const path of paths)
      for (const file of await filesUnder(path)) {
        let found: ReturnType<typeof trustCacheEntries>;
        try {
          found = trustCacheEntries(new Uint8Array(await readFile(file)));
        } catch (error) {
          // A folder holds other files, too; a file that was named must be a Mach-O.
          if (file !== path && (isMachOError(error, 'bad-magic') || isMachOError(error, 'truncated'))) continue;
          if (isMachOError(error))
            throw new MachOError(error.code, error.message, { offset: error.offset, path: file, cause: error });
          throw error;
        }
        if (found.length === 0) unsigned.push(file);
        entries.push(...found);
        sources.push(...found.map(e => ({ file, cdhash: bytesText(e.cdhash) })));
      }
    const uuid = textOption(options, 'uuid');
    const cache = buildTrustCache({
      version,
      entries,
      ...(uuid === undefined ? {} : { uuid: hexBytes(uuid, 16, '--uuid') }),
    });
    const module = encodeTrustCache(cache);
    await context.write(output, options.wrap === true ? wrapTrustCaches([module]) : module);
    for (const file of unsigned) context.info(`${file}: not signed`);
    context.result(
      { output, entries: cache.entries.length, sources, unsigned },
      () => `${output}: ${cache.entries.length} entries`,
    );
  },
};
