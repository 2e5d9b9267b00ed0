import type { CliCommand } from '@internal/binary/cli';
import { fromDtb } from '../fdt/from-fdt.js';
import { toDtb } from '../fdt/to-fdt.js';
import { toDts } from '../forms/dts.js';
import { argument, OUTPUT, readTree, tellNotes, textOption } from './common.js';

const VERBOSE = ['--verbose', 'list what the other format cannot express'] as const;

export const toDtsCommand: CliCommand = {
  name: 'to-dts',
  args: '<tree>',
  summary: 'write devicetree source that dtc compiles',
  options: [VERBOSE, OUTPUT],
  examples: ['adt to-dts DeviceTree.bin -o tree.dts && dtc -q -O dtb -o tree.dtb tree.dts'],
  async run(context, args, options) {
    const { text, notes } = toDts(await readTree(context, argument(args, 0)));
    await context.write(textOption(options, 'output') ?? '-', text);
    tellNotes(context, notes, options.verbose === true);
  },
};

export const toDtbCommand: CliCommand = {
  name: 'to-dtb',
  args: '<tree>',
  summary: 'write a flattened device tree blob for dtc and Linux tools',
  options: [VERBOSE, OUTPUT],
  examples: ['adt to-dtb DeviceTree.bin -o tree.dtb', 'adt to-dtb DeviceTree.bin | dtc -q -I dtb -O dts -'],
  async run(context, args, options) {
    const { bytes, notes } = toDtb(await readTree(context, argument(args, 0)));
    await context.write(textOption(options, 'output') ?? '-', bytes);
    tellNotes(context, notes, options.verbose === true);
  },
};

export const fromDtbCommand: CliCommand = {
  name: 'from-dtb',
  args: '<dtb>',
  summary: 'write the Apple tree of a flattened one; undoes to-dtb byte for byte',
  options: [VERBOSE, OUTPUT],
  examples: ['adt from-dtb tree.dtb -o DeviceTree.bin'],
  async run(context, args, options) {
    const { tree, notes } = fromDtb(await context.read(argument(args, 0)));
    await context.write(textOption(options, 'output') ?? '-', tree.serialize());
    tellNotes(context, notes, options.verbose === true);
  },
};

export const toBinary: CliCommand = {
  name: 'to-binary',
  args: '<tree>',
  summary: 'write the binary tree of its text, JSON or DTS form',
  options: [OUTPUT],
  examples: [
    'adt print DeviceTree.bin -o tree.txt && adt to-binary tree.txt -o same.bin',
    'adt to-binary tree.json -o DeviceTree.bin',
  ],
  async run(context, args, options) {
    const tree = await readTree(context, argument(args, 0));
    await context.write(textOption(options, 'output') ?? '-', tree.serialize());
  },
};
