import type { CliCommand } from '@internal/binary/cli';
import type { Fixup } from '../fixups/pointers.js';
import { ARCH_OPTION, addressOf, argument, hexText, list, readAny, textOption } from './common.js';

/** A fixup as both commands print it. */
export function fixupRow(fixup: Fixup) {
  const { auth } = fixup;
  return {
    location: hexText(fixup.location),
    offset: fixup.offset,
    format: fixup.format.name,
    word: hexText(fixup.word),
    target: fixup.target === undefined ? undefined : hexText(fixup.target),
    level: fixup.stored.cacheLevel,
    import: fixup.import?.name,
    addend: fixup.stored.addend === 0 ? undefined : fixup.stored.addend,
    auth:
      auth === undefined
        ? undefined
        : { key: auth.key, diversity: auth.diversity, addressDiversity: auth.addressDiversity },
  };
}

const text = (row: ReturnType<typeof fixupRow>): string =>
  [
    `${row.location} -> ${row.target ?? row.import ?? '?'}`,
    ...(row.auth
      ? [`${row.auth.key} ${hexText(row.auth.diversity)}${row.auth.addressDiversity ? ' address' : ''}`]
      : []),
    ...(row.level ? [`level ${row.level}`] : []),
  ].join('  ');

export const fixups: CliCommand = {
  name: 'fixups',
  args: '<file>',
  summary: 'every pointer that the loader or the kernel fixes up',
  options: [
    ARCH_OPTION,
    ['--image <id>', 'the own fixups of an image (x86_64 kexts of auxiliary collections)'],
    ['--count', 'only how many, by format'],
  ],
  examples: ['kc fixups kernelcache | head', 'kc fixups --count --json kernelcache'],
  async run(context, args, options) {
    const collection = await readAny(context, argument(args, 0), options);
    const id = textOption(options, 'image');
    const image = id === undefined ? undefined : collection.image(id);
    const pointers = image === undefined ? collection.pointers : collection.pointersOf(image);
    if (options.count === true) {
      const counts: Record<string, number> = {};
      const { table } = pointers;
      table.runs.forEach((run, i) => {
        const end = table.runs[i + 1]?.first ?? table.length;
        counts[run.format.name] = (counts[run.format.name] ?? 0) + end - run.first;
      });
      context.result(counts, () =>
        Object.entries(counts)
          .map(([name, n]) => `${n} ${name}`)
          .join('\n'),
      );
      return;
    }
    const rows = Array.from(pointers, fixupRow);
    context.result(rows, () => rows.map(text).join('\n'));
  },
};

export const pointer: CliCommand = {
  name: 'pointer',
  args: '<file> <addresses...>',
  summary: 'where the pointers at these addresses point',
  options: [ARCH_OPTION],
  examples: ['kc pointer kernelcache 0xfffffe0007010000'],
  async run(context, args, options) {
    const collection = await readAny(context, argument(args, 0), options);
    const rows = list(args[1]).map(given => {
      const address = addressOf(given, 'pointer');
      const fixup = collection.pointers.at(address);
      if (fixup !== undefined) return { ...fixupRow(fixup), fixedUp: true };
      const value = collection.pointers.read(address)!;
      return {
        location: hexText(address),
        offset: collection.macho.fileOffset(address),
        target: hexText(value),
        fixedUp: false,
      };
    });
    context.result(rows, () =>
      rows.map(r => ('format' in r ? text(r) : `${r.location} -> ${r.target}  plain`)).join('\n'),
    );
  },
};
