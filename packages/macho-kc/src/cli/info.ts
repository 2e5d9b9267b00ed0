import type { CliCommand } from '@internal/binary/cli';
import { KernelCollection } from '../collection/collection.js';
import { protectionText } from '../macho/constants.js';
import { isFat, openMachO, readFat } from '../macho/fat.js';
import { buildVersions, entryPoint, sourceVersion, uuidOf, uuidText } from '../macho/info.js';
import { commandName } from '../macho/load-commands.js';
import { MachO } from '../macho/macho.js';
import { readCodeSignature } from '../signature/code-signature.js';
import { ARCH_OPTION, argument, bytesText, hexText, table, textOption } from './common.js';

/** What `kc info --json` prints of one Mach-O. */
function describe(collection: KernelCollection) {
  const { macho } = collection;
  const entry = entryPoint(macho);
  const damaged = macho.issues.some(issue => issue.path === '__LINKEDIT' || issue.path === '__PRELINK_INFO');
  const signature = damaged ? undefined : readCodeSignature(macho);
  const prelink = damaged ? undefined : collection.prelinkInfo;
  return {
    kind: collection.kind,
    fileType: macho.fileType,
    architecture: macho.architecture,
    flags: hexText(macho.header.flags),
    uuid: uuidOf(macho),
    entry: entry === undefined ? undefined : hexText(entry),
    sourceVersion: sourceVersion(macho),
    builds: buildVersions(macho),
    collectionUuid: prelink?.uuid === undefined ? undefined : uuidText(prelink.uuid),
    kexts: prelink?.kexts.length,
    images: collection.kind === 'fileset' ? macho.filesetEntries.length : undefined,
    commands: macho.commands.map(c => c.name ?? commandName(c.cmd)),
    segments: macho.segments.map(s => ({
      name: s.name,
      address: hexText(s.vmaddr),
      size: hexText(s.vmsize),
      fileOffset: s.fileoff,
      fileSize: s.filesize,
      protection: protectionText(s.initprot),
      sections: s.sections.map(x => ({ name: x.name, address: hexText(x.address), size: hexText(x.size) })),
    })),
    signature:
      signature === undefined
        ? undefined
        : signature.directories.map(d => ({
            identifier: d.identifier,
            team: d.teamId,
            hash: d.hashName,
            cdhash: bytesText(d.cdhash),
          })),
    missing: macho.issues.map(({ code, reason, offset, path }) => ({ code, reason, offset, path })),
  };
}

function text(info: ReturnType<typeof describe>): string {
  const head: string[][] = [
    ['kind', info.kind],
    ['type', `${info.fileType} ${info.architecture}, flags ${info.flags}`],
  ];
  if (info.uuid) head.push(['UUID', info.uuid]);
  if (info.entry) head.push(['entry', info.entry]);
  if (info.sourceVersion) head.push(['source version', info.sourceVersion]);
  for (const b of info.builds) head.push(['built for', `${b.platform} ${b.minimumOs}, SDK ${b.sdk}`]);
  if (info.collectionUuid) head.push(['collection UUID', info.collectionUuid]);
  if (info.kexts !== undefined) head.push(['kexts', String(info.kexts)]);
  for (const d of info.signature ?? []) head.push(['signed', `${d.identifier} ${d.hash} cdhash ${d.cdhash}`]);
  const segments = [
    ['segment', 'address', 'size', 'file offset', 'file size', 'prot'],
    ...info.segments.map(s => [s.name, s.address, s.size, hexText(s.fileOffset), hexText(s.fileSize), s.protection]),
  ];
  const missing = info.missing.map(m => `${m.path}: ${m.reason} (at ${hexText(m.offset)})`);
  return [table(head), table(segments), ...(missing.length > 0 ? [`missing:\n${missing.join('\n')}`] : [])].join(
    '\n\n',
  );
}

export const info: CliCommand = {
  name: 'info',
  args: '<file>',
  summary: 'what a Mach-O file, kernelcache or collection is made of',
  options: [ARCH_OPTION],
  examples: ['kc info kernelcache', 'kc info --json --arch arm64e /usr/bin/file'],
  async run(context, args, options) {
    const path = argument(args, 0);
    const bytes = await context.read(path);
    const arch = textOption(options, 'arch');
    if (isFat(bytes) && arch === undefined) {
      const all = readFat(bytes).map(slice => describe(new KernelCollection(new MachO(slice.source))));
      context.result(all, () => all.map(text).join('\n\n'));
      return;
    }
    const one = describe(new KernelCollection(openMachO(bytes, arch)));
    context.result(one, () => text(one));
  },
};
