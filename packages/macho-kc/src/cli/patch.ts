import { readFile } from 'node:fs/promises';
import { type CliCommand, UsageError } from '@internal/binary/cli';
import { MachOError } from '../error.js';
import { applyPatches, undoPatches } from '../patch/apply.js';
import type { PatchSet } from '../patch/patch-set.js';
import { PATCH_SETS } from '../patch/sets.js';
import { ARCH_OPTION, argument, bytesText, hexText, list, readAny, textOption } from './common.js';

/** A patch set as JSON has it: addresses are `0x` text. */
function parseSet(text: string, path: string): PatchSet {
  let value: unknown;
  try {
    value = JSON.parse(text, (key, item: unknown) =>
      key === 'address' && typeof item === 'string' ? BigInt(item) : item,
    );
  } catch (cause) {
    throw new MachOError('bad-value', 'no JSON patch set', { path, cause });
  }
  const set = value as Partial<PatchSet>;
  if (typeof set.name !== 'string' || !Array.isArray(set.patches))
    throw new MachOError('bad-value', 'a patch set has a name and patches', { path });
  for (const [i, patch] of (set.patches as unknown[]).entries()) {
    const p = patch as { name?: unknown; find?: unknown; rewrite?: unknown; replace?: unknown };
    const whole =
      typeof p.name === 'string' &&
      (typeof p.rewrite === 'string' || (Array.isArray(p.find) && typeof p.replace === 'object'));
    if (!whole)
      throw new MachOError('bad-value', 'a patch has a name, find and replace', { path: `${path}: patches[${i}]` });
  }
  return { description: '', ...set } as PatchSet;
}

const setJson = (set: PatchSet): string =>
  `${JSON.stringify(set, (_, item: unknown) => (typeof item === 'bigint' ? hexText(item) : item), 2)}\n`;

export const patch: CliCommand = {
  name: 'patch',
  args: '[file]',
  summary: 'apply sets of patches, verified, with a report and an inverse',
  options: [
    ARCH_OPTION,
    ['--set <names...>', `sets that come with the command: ${[...PATCH_SETS.keys()].join(', ')}`],
    ['--set-file <files...>', 'sets out of JSON files'],
    ['--undo <file>', 'undo with an inverse that was written before'],
    ['-o, --output <file>', 'the patched file'],
    ['--inverse <file>', 'where to write the inverse, JSON'],
    ['--list', 'what the sets do, and nothing else'],
  ],
  examples: [
    'kc patch kernelcache --set kprintf-on no-iokit-time -o patched --inverse undo.json',
    'kc patch patched --undo undo.json -o kernelcache',
    'kc patch --list',
  ],
  async run(context, args, options) {
    if (options.list === true) {
      const sets = [...PATCH_SETS.values()];
      context.result(sets, () => sets.map(s => `${s.name}: ${s.description}`).join('\n'));
      return;
    }
    if (args[0] === undefined) throw new UsageError('name a file');
    const output = textOption(options, 'output');
    const collection = await readAny(context, argument(args, 0), options);
    const undo = textOption(options, 'undo');
    if (undo !== undefined) {
      if (output === undefined) throw new UsageError('name the output with -o');
      const bytes = (await context.read(argument(args, 0))).slice();
      undoPatches(bytes, parseSet(await readFile(undo, 'utf8'), undo));
      await context.write(output, bytes);
      context.result({ output }, `${output}: undone`);
      return;
    }
    const sets = list(options.set).map(name => {
      const set = PATCH_SETS.get(name);
      if (set === undefined) throw new UsageError(`no set ${name}: there are ${[...PATCH_SETS.keys()].join(', ')}`);
      return set;
    });
    for (const file of list(options.setFile)) sets.push(parseSet(await readFile(file, 'utf8'), file));
    if (sets.length === 0) throw new UsageError('name a set with --set or --set-file');
    const report = applyPatches(collection, sets);
    if (output !== undefined) await context.write(output, report.bytes);
    const inverse = textOption(options, 'inverse');
    if (inverse !== undefined) await context.write(inverse, setJson(report.inverse));
    const rows = report.results.map(r => ({
      set: r.set,
      patch: r.patch,
      reason: r.reason,
      foundBy: r.foundBy,
      changes: r.changes.map(c => ({
        offset: c.offset,
        address: c.address === undefined ? undefined : hexText(c.address),
        before: bytesText(c.before),
        after: bytesText(c.after),
      })),
      skipped: r.skipped.map(s => ({ address: hexText(s.address), why: s.why })),
    }));
    context.result(rows, () =>
      rows
        .map(r => {
          const shown = r.changes
            .slice(0, 4)
            .map(c => `  ${c.address ?? hexText(c.offset)}: ${c.before} -> ${c.after}`);
          const more = r.changes.length > 4 ? [`  ... ${r.changes.length} changes`] : [];
          const left = r.skipped.map(s => `  left: ${s.address}: ${s.why}`);
          return [
            `${r.set}.${r.patch} (${r.foundBy ?? 'nothing to do'}): ${r.reason}`,
            ...shown,
            ...more,
            ...left,
          ].join('\n');
        })
        .join('\n'),
    );
  },
};
