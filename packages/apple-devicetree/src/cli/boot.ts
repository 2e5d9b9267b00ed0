import { type CliCommand, UsageError } from '@internal/binary/cli';
import { experimentEdits } from '../boot/experiment.js';
import { bootEdits } from '../boot/prepare.js';
import { validateForXnu } from '../boot/validate.js';
import { fromHex } from '../bytes.js';
import type { Unresolved } from '../placeholder.js';
import type { MemoryRange } from '../types/records.js';
import { argument, listOption, OUTPUT, pairOption, rangeOption, readTree, textOption } from './common.js';
import { applyAndWrite } from './edit.js';

export const validate: CliCommand = {
  name: 'validate',
  args: '<tree>',
  summary: 'list what would make XNU panic, hang or misbehave, and why; ends with 1 when something would panic or hang',
  options: [['--hardware <compatible...>', 'what the machine has hardware for; patterns are allowed']],
  examples: ['adt validate edited.bin', "adt validate edited.bin --hardware 'uart-1,samsung' 'aic,*'"],
  async run(context, args, options) {
    const hardware = listOption(options, 'hardware');
    const problems = validateForXnu(
      await readTree(context, argument(args, 0)),
      hardware.length > 0 ? { hardware } : {},
    );
    context.result(problems, () =>
      problems
        .map(
          ({ severity, rule, path, message, reason }) =>
            `${severity.padEnd(7)} ${rule}: ${path} ${message} (${reason})`,
        )
        .join('\n'),
    );
    context.info(problems.length === 0 ? 'nothing wrong' : `${problems.length} problems`);
    return problems.some(({ severity }) => severity !== 'warning') ? 1 : 0;
  },
};

const UNRESOLVED: readonly Unresolved[] = ['drop', 'empty', 'text', 'keep', 'error'];

function memoryMap(texts: readonly string[]): Record<string, MemoryRange> {
  return Object.fromEntries(
    texts.map(text => {
      const [name, range] = pairOption(text, '--memory-map');
      return [name, rangeOption(range, '--memory-map')];
    }),
  );
}

export const prepare: CliCommand = {
  name: 'prepare',
  args: '<tree>',
  summary: 'fill in a firmware tree as the boot loader does, and write it',
  options: [
    ['--dram <range>', 'ADDRESS,SIZE of RAM'],
    ['--memory-map <entry...>', 'NAME=ADDRESS,SIZE of what the loader put into memory'],
    ['--boot-args <text>', 'command line'],
    ['--syscfg <record...>', 'KEY=TEXT for placeholders'],
    ['--macaddr <record...>', 'VARIABLE=aa:bb:cc:dd:ee:ff for placeholders'],
    ['--unresolved <what>', `for placeholders that nothing resolves: ${UNRESOLVED.join(', ')}`],
    ['--seed <hex>', 'random seed of at least 64 bytes; random when not given'],
    ['--experiment', 'apply the edits of the original A12 experiment instead; needs --dram'],
    ['--print-edits', 'print the edit list and write no tree'],
    ['--inverse <file>', 'write the edit list that undoes it'],
    OUTPUT,
  ],
  examples: [
    'adt prepare DeviceTree.bin --dram 0x800000000,0x100000000 --memory-map RAMDisk=0x850000000,0x1000000 -o boot.bin',
    'adt prepare DeviceTree.bin --experiment --dram 0x40000000,0x180000000 -o boot.bin && adt validate boot.bin',
  ],
  async run(context, args, options) {
    const dramText = textOption(options, 'dram');
    const dram = dramText === undefined ? undefined : rangeOption(dramText, '--dram');
    const seedText = textOption(options, 'seed');
    const randomSeed = seedText === undefined ? undefined : fromHex(seedText);
    const map = memoryMap(listOption(options, 'memoryMap'));
    const unresolved = textOption(options, 'unresolved');
    if (unresolved !== undefined && !UNRESOLVED.includes(unresolved as Unresolved))
      throw new UsageError(`--unresolved takes ${UNRESOLVED.join(', ')}`);
    let list: ReturnType<typeof bootEdits>;
    if (options.experiment === true) {
      if (dram === undefined) throw new UsageError('--experiment needs --dram ADDRESS,SIZE');
      list = experimentEdits({ dram, ramDisk: map.RAMDisk, trustCache: map.TrustCache, randomSeed });
    } else
      list = bootEdits({
        dram,
        randomSeed,
        memoryMap: map,
        bootArgs: textOption(options, 'bootArgs'),
        unresolved: unresolved as Unresolved | undefined,
        syscfg: Object.fromEntries(listOption(options, 'syscfg').map(text => pairOption(text, '--syscfg'))),
        macaddr: Object.fromEntries(
          listOption(options, 'macaddr').map(text => {
            const [variable, address] = pairOption(text, '--macaddr');
            return [variable, fromHex(address.replaceAll(':', ''))];
          }),
        ),
      });
    if (options.printEdits === true) {
      context.result(list, JSON.stringify(list, undefined, 2));
      return;
    }
    return applyAndWrite(context, argument(args, 0), list, options);
  },
};
