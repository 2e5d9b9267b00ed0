import { type CliCommand, UsageError } from '@internal/binary/cli';
import { fail } from '../error.js';
import { findNodes } from '../find.js';
import { nodeToJson, toJson } from '../forms/json.js';
import { nodeText, toText } from '../forms/text.js';
import { argument, OUTPUT, readTree, textOption } from './common.js';

export const print: CliCommand = {
  name: 'print',
  args: '<tree>',
  summary: 'print the tree as text that reads back to the same bytes',
  options: [['--path <pattern>', 'only these nodes'], ['--depth <n>', 'levels below them'], OUTPUT],
  examples: [
    'adt print DeviceTree.bin',
    "adt print DeviceTree.bin --path '/cpus/*' --depth 0",
    'img4 extract DeviceTree.im4p -o - | adt print -',
  ],
  async run(context, args, options) {
    const tree = await readTree(context, argument(args, 0));
    const path = textOption(options, 'path');
    const depth = textOption(options, 'depth');
    if (depth !== undefined && !/^\d{1,4}$/.test(depth)) throw new UsageError('--depth takes a number');
    const nodes = path === undefined ? [tree.root] : findNodes(tree, path);
    if (nodes.length === 0) throw fail('not-found', 'no node fits', { path });
    if (context.json) {
      context.result(
        nodes.map(node => ({ path: node.path, ...nodeToJson(node) })),
        '',
      );
      return;
    }
    const text =
      path === undefined && depth === undefined
        ? toText(tree)
        : nodes.map(node => nodeText(node, depth === undefined ? undefined : Number(depth))).join('');
    await context.write(textOption(options, 'output') ?? '-', text);
  },
};

export const json: CliCommand = {
  name: 'json',
  args: '<tree>',
  summary: 'print the tree as JSON that reads back to the same bytes',
  options: [OUTPUT],
  examples: ["adt json DeviceTree.bin | jq '.root.children[].properties[].name'"],
  async run(context, args, options) {
    const tree = await readTree(context, argument(args, 0));
    await context.write(textOption(options, 'output') ?? '-', `${JSON.stringify(toJson(tree), undefined, 2)}\n`);
  },
};
