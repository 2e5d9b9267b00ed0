import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { KextInput } from '../build/types.js';
import { MachOError } from '../error.js';
import { isFat, readFat } from '../macho/fat.js';
import { parsePlist } from '../plist/read-xml.js';
import { asDict, asText } from '../plist/value.js';
import { plainBytes } from '../source.js';

/** Kexts of a folder, and the bundles that are none, with why. */
export interface Discovery {
  readonly kexts: readonly KextInput[];
  readonly skipped: readonly { readonly path: string; readonly why: string }[];
}

/** One architecture of a file, or the whole of a thin one. */
function thin(bytes: Uint8Array, architecture: string): Uint8Array | undefined {
  if (!isFat(bytes)) return bytes;
  const slice = readFat(bytes).find(s => s.architecture === architecture);
  return slice?.source.slice(0, slice.size);
}

function readBundle(path: string, root: string, prefix: string, architecture: string): KextInput | string {
  const deep = existsSync(join(path, 'Contents', 'Info.plist'));
  const plist = join(path, deep ? 'Contents/Info.plist' : 'Info.plist');
  if (!existsSync(plist)) return 'no Info.plist';
  const info = asDict(parsePlist(plainBytes(readFileSync(plist))));
  if (info === undefined || asText(info.get('CFBundleIdentifier')) === undefined) return 'no CFBundleIdentifier';
  const bundlePath = `${prefix}/${relative(root, path).replaceAll('\\', '/')}`;
  const name = asText(info.get('CFBundleExecutable'));
  const executablePath = name === undefined ? undefined : deep ? `Contents/MacOS/${name}` : name;
  if (executablePath === undefined || !existsSync(join(path, executablePath))) return { info, bundlePath };
  const executable = thin(plainBytes(readFileSync(join(path, executablePath))), architecture);
  return executable === undefined
    ? `no ${architecture} in its executable`
    : { info, bundlePath, executablePath, executable };
}

/**
 * Finds the kexts under a folder, those in other kexts' PlugIns too, in order of their paths.
 *
 * @param prefix path of the folder on the system that the collection is for
 * @example
 * const { kexts } = discoverKexts('Extensions', 'arm64e');
 */
export function discoverKexts(root: string, architecture: string, prefix = '/System/Library/Extensions'): Discovery {
  const kexts: KextInput[] = [];
  const skipped: { path: string; why: string }[] = [];
  const walk = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      if (entry.name.endsWith('.kext'))
        try {
          const found = readBundle(path, root, prefix, architecture);
          if (typeof found === 'string') skipped.push({ path, why: found });
          else kexts.push(found);
        } catch (error) {
          if (!(error instanceof MachOError)) throw error;
          skipped.push({ path, why: error.message });
        }
      walk(path);
    }
  };
  walk(root);
  return { kexts, skipped };
}
