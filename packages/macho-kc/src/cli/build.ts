import { readFile } from 'node:fs/promises';
import { type CliCommand, UsageError } from '@internal/binary/cli';
import { buildCollection } from '../build/build-collection.js';
import { elided, excludeKexts, needsAcpi } from '../build/exclude.js';
import { kextId } from '../build/inputs.js';
import { selectKexts } from '../build/select.js';
import type { BuildOptions, KextInput } from '../build/types.js';
import { newestKexts } from '../build/versions.js';
import { openCollection } from '../collection/collection.js';
import { readPrelinkInfo } from '../collection/prelink-info.js';
import { openMachO } from '../macho/fat.js';
import { discoverKexts } from '../node/discover.js';
import { list, textOption } from './common.js';

const KINDS = { boot: 'boot-path', sys: 'system-path', pageable: 'system-path', aux: 'auxiliary-path' } as const;

export const build: CliCommand = {
  name: 'build',
  summary: 'link a kernel and kexts into a collection; options as of kmutil create',
  options: [
    ['--new <kind>', 'boot, sys (pageable) or aux', 'boot'],
    ['--kernel <file>', 'kernel of a boot collection'],
    ['--repository <folders...>', 'folders of kexts (also --extensions)'],
    ['--extensions <folders...>', 'folders of kexts'],
    ['--bundle-identifier <ids...>', 'kexts to link, with what they depend on; all when absent'],
    ['--elide-identifier <ids...>', 'kexts to leave out, with what depends on them'],
    ['--exclude-acpi', 'leave out early kexts that need ACPI, and what depends on them'],
    ['--arch <name>', 'architecture; of the kernel or boot collection when absent'],
    ['--boot-path <file>', 'the boot collection: made, or linked against'],
    ['--system-path <file>', 'the pageable collection: made, or linked against'],
    ['--auxiliary-path <file>', 'the auxiliary collection to make'],
    ['--strip <what>', 'none, all or allkexts', 'none'],
    ['--allow-rigid', 'also take arm64 kexts without split-segment info'],
  ],
  examples: [
    'kc build --kernel kernel.release.t8020 --repository Extensions --arch arm64e --boot-path BootKernelExtensions.kc --exclude-acpi',
    'kc build --new aux --boot-path boot.kc --repository Library/Extensions --auxiliary-path aux.kc',
  ],
  async run(context, _args, options) {
    const kind = String(options.new);
    if (!(kind in KINDS)) throw new UsageError(`--new takes boot, sys or aux, not "${kind}"`);
    const name = KINDS[kind as keyof typeof KINDS];
    const camel = (text: string) => text.replace(/-(.)/g, (_, c: string) => c.toUpperCase());
    const output = textOption(options, camel(name));
    if (output === undefined) throw new UsageError(`name the collection to make with --${name}`);
    const boot = kind === 'boot';
    const kernelPath = textOption(options, 'kernel');
    const bootPath = textOption(options, 'bootPath');
    if (boot && kernelPath === undefined) throw new UsageError('a boot collection needs --kernel');
    if (!boot && bootPath === undefined)
      throw new UsageError('name the boot collection to link against with --boot-path');
    const strip = String(options.strip);
    if (!['none', 'all', 'allkexts', 'all-kexts'].includes(strip))
      throw new UsageError('--strip takes none, all or allkexts');

    const first = openMachO(await context.read(boot ? kernelPath! : bootPath!), textOption(options, 'arch'));
    const architecture = first.architecture;
    const bytes = first.source.slice(0, first.source.byteLength);
    const other = kind === 'aux' ? textOption(options, 'systemPath') : undefined;
    const pageable = other === undefined ? undefined : new Uint8Array(await readFile(other));
    const linked = new Set<string>();
    if (!boot)
      for (const input of [bytes, ...(pageable === undefined ? [] : [pageable])])
        for (const kext of readPrelinkInfo(openMachO(input))?.kexts ?? []) linked.add(kext.id);

    const skipped: { path: string; why: string }[] = [];
    const found: KextInput[] = [];
    for (const folder of [...list(options.repository), ...list(options.extensions)]) {
      context.progress(`reading ${folder}`);
      const discovery = discoverKexts(folder, architecture);
      found.push(...discovery.kexts);
      skipped.push(...discovery.skipped);
    }
    const { kexts: newest, displaced } = newestKexts(found.filter(kext => !linked.has(kextId(kext))));
    const rules = [
      elided(new Set(list(options.elideIdentifier))),
      ...(options.excludeAcpi === true ? [needsAcpi(architecture)] : []),
    ];
    const { kexts: left, excluded } = excludeKexts(newest, rules, architecture);
    const ids = list(options.bundleIdentifier);
    const absent = ids.find(id => !newest.some(kext => kextId(kext) === id));
    if (absent !== undefined) throw new UsageError(`no kext ${absent} in the folders given`);
    const kexts = ids.length === 0 ? left : selectKexts(left, ids, { architecture });
    context.progress(`linking ${kexts.length} kexts`);
    const input: BuildOptions = {
      kind: boot ? 'boot' : kind === 'aux' ? 'aux' : 'pageable',
      kexts,
      ...(boot ? { kernel: bytes } : { base: bytes }),
      ...(pageable === undefined ? {} : { pageable }),
      ...(strip === 'none' ? {} : { strip: strip === 'all' ? ('all' as const) : ('all-kexts' as const) }),
      ...(options.allowRigid === true ? { allowRigid: true } : {}),
    };
    const result = buildCollection(input);
    const common = {
      excluded,
      skipped,
      displaced: displaced.map(k => k.bundlePath),
    };
    for (const { id, reason } of excluded) context.info(`left out: ${id}: ${reason}`);
    for (const { path, why } of skipped) context.info(`no kext: ${path}: ${why}`);
    for (const kext of displaced) context.info(`older: ${kext.bundlePath}`);
    if (!result.ok) {
      context.result({ ok: false, errors: result.errors, ...common }, () => '');
      for (const { id, message } of result.errors)
        context.info(`error: ${id === undefined ? '' : `${id}: `}${message}`);
      return 1;
    }
    await context.write(output, result.bytes);
    const links = new Map<string, Map<string, number>>();
    for (const { image, from } of result.binds) {
      const own = links.get(image) ?? new Map<string, number>();
      own.set(from, (own.get(from) ?? 0) + 1);
      links.set(image, own);
    }
    const images = openCollection(result.bytes).imageIds.map(id => ({
      id,
      linkedAgainst: Object.fromEntries(links.get(id) ?? []),
    }));
    context.result({ ok: true, output, bytes: result.bytes.length, images, ...common }, () =>
      [
        ...images.map(({ id, linkedAgainst }) => {
          const against = Object.entries(linkedAgainst).map(([from, n]) => `${from} (${n})`);
          return against.length === 0 ? id : `${id}: linked against ${against.join(', ')}`;
        }),
        `${output}: ${result.bytes.length} bytes, ${images.length} images`,
      ].join('\n'),
    );
    return 0;
  },
};
