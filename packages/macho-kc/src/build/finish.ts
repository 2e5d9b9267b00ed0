import { sha256 } from '@noble/hashes/sha2.js';
import { type LoadCommand, makeCommand, makeDysymtab } from '../macho/load-commands.js';
import type { PlistDict } from '../plist/value.js';
import { encodePlist } from '../plist/write-xml.js';
import { entryCommand, entryOf, regionCommand, writeCollectionHeader } from './assemble.js';
import type { LinkImage } from './link-image.js';
import { type CollectionUuids, prelinkInfo } from './prelink.js';
import type { Region } from './regions.js';
import type { KextInput } from './types.js';

/** What the last step needs to know of a collection whose regions are in place. */
export interface CollectionParts {
  readonly images: readonly LinkImage[];
  readonly kexts: readonly KextInput[];
  readonly uuids: (own: Uint8Array) => CollectionUuids;
  readonly extraInfo: PlistDict | undefined;
  readonly kernel: LinkImage | undefined;
  /** The chained fixups. */
  readonly blob: { readonly offset: number; readonly size: number };
  /** An x86_64 kernel's relocations. */
  readonly classic: ClassicTables | undefined;
  fileOffset(address: bigint): number;
}

/** Where the tables of a kernel with classic relocations are. */
interface ClassicTables {
  readonly relocationsAt: number;
  readonly count: number;
  readonly symoff: number;
  readonly stroff: number;
  readonly strsize: number;
}

/** Writes prelink info, header and load commands, and the UUID that follows from everything. */
export function finishCollection(out: Uint8Array, regions: readonly Region[], parts: CollectionParts): void {
  const { images, kexts, uuids, extraInfo } = parts;
  const info = regions.find(r => r.name === '__PRELINK_INFO')!;
  const place = (kext: KextInput) => {
    const image = images.find(i => i.kext === kext);
    const text = image?.segments.find(s => s.old.name === '__TEXT');
    if (image === undefined || text === undefined) return undefined;
    return {
      address: text.address,
      size: BigInt(text.content.length),
      kmodInfo: image.move(image.symbol('_kmod_info')?.value ?? 0n),
    };
  };
  const writeInfo = (uuid: Uint8Array): number => {
    const plist = encodePlist(prelinkInfo(kexts, place, uuids(uuid), extraInfo));
    out.fill(0, info.fileoff, info.fileoff + info.size);
    out.set(plist, info.fileoff);
    return plist.length;
  };
  const zero = new Uint8Array(16);
  info.sections.push({ name: '__info', at: 0, size: writeInfo(zero), flags: 0 });
  const text = regions.find(r => r.name === '__PRELINK_TEXT')!;
  if (text.size > 0) text.sections.push({ name: '__text', at: 0, size: text.size, flags: 0x80000400 });
  const uuid = makeCommand('LC_UUID', { uuid: zero });
  const platform = (parts.kernel ?? images[0])?.macho.command('LC_BUILD_VERSION')?.fields.platform ?? 1;
  const commands: LoadCommand[] = [uuid, makeCommand('LC_BUILD_VERSION', { platform, minos: 0, sdk: 0, ntools: 0 })];
  const thread = parts.kernel === undefined ? undefined : entryCommand(parts.kernel);
  if (thread !== undefined) commands.push(thread);
  if (parts.classic !== undefined) commands.push(...classicCommands(parts.classic));
  commands.push(makeCommand('LC_DYLD_CHAINED_FIXUPS', { dataoff: parts.blob.offset, datasize: parts.blob.size }));
  commands.push(...regions.map(regionCommand));
  commands.push(...images.map(image => entryOf(image, parts.fileOffset(image.move(image.macho.baseAddress)))));
  const like = images[0];
  if (like !== undefined) writeCollectionHeader(out, like, commands);
  uuid.fields.uuid = contentHash(out, regions);
  writeInfo(uuid.fields.uuid);
  if (like !== undefined) writeCollectionHeader(out, like, commands);
}

/** First half of a hash over the regions, code before data. */
function contentHash(out: Uint8Array, regions: readonly Region[]): Uint8Array {
  const order = [
    '__TEXT',
    '__PRELINK_TEXT',
    '',
    '__TEXT_EXEC',
    '__TEXT_BOOT_EXEC',
    '__DATA_CONST',
    '__LATE_CONST',
    '__DATA_SPTM',
    '__DATA',
    '__HIB',
    '__PRELINK_INFO',
  ];
  const rank = (name: string) => {
    const at = order.indexOf(name);
    return at >= 0 ? at : name === '__LINKEDIT' ? 99 : name.startsWith('__REGION') ? 98 : 2;
  };
  const hash = sha256.create();
  for (const region of [...regions].sort((a, b) => rank(a.name) - rank(b.name)))
    hash.update(out.subarray(region.fileoff, region.fileoff + region.size));
  return hash.digest().slice(0, 16);
}

/** Symbol table commands of a collection whose kernel has classic relocations. */
function classicCommands(at: ClassicTables): LoadCommand[] {
  const dysymtab = makeDysymtab({
    locreloff: at.relocationsAt,
    nlocrel: at.count,
  });
  return [makeCommand('LC_SYMTAB', { symoff: at.symoff, nsyms: 0, stroff: at.stroff, strsize: at.strsize }), dysymtab];
}
