import { type CliCommand, UsageError } from '@internal/binary/cli';
import { addressMap, ownersOf } from '../address.js';
import { propertyPath } from '../edit/recorder.js';
import { findByCompatible, findByName, findByPhandle, findNodes, findProperties } from '../find.js';
import { argument, bigOption, readTree, textOption } from './common.js';

const hex = (value: bigint): string => `0x${value.toString(16)}`;

export const find: CliCommand = {
  name: 'find',
  args: '<tree> [pattern]',
  summary: 'list nodes or properties: by path pattern, or by what they are',
  options: [
    ['--compatible <text>', 'nodes that list this; wildcards are allowed'],
    ['--name <name>', 'nodes of this name, wherever; wildcards are allowed'],
    ['--phandle <n>', 'the node with this AAPL,phandle'],
  ],
  examples: [
    "adt find DeviceTree.bin '/arm-io/dart-*'",
    "adt find DeviceTree.bin '**.boot-console'",
    "adt find DeviceTree.bin --compatible 'uart-*'",
  ],
  async run(context, args, options) {
    const tree = await readTree(context, argument(args, 0));
    const pattern = typeof args[1] === 'string' ? args[1] : undefined;
    const [compatible, name, phandle] = ['compatible', 'name', 'phandle'].map(option => textOption(options, option));
    if ([pattern, compatible, name, phandle].filter(given => given !== undefined).length !== 1)
      throw new UsageError('give one of: a pattern, --compatible, --name, --phandle');
    let paths: string[];
    if (compatible !== undefined) paths = findByCompatible(tree, compatible).map(node => node.path);
    else if (name !== undefined) paths = findByName(tree, name).map(node => node.path);
    else if (phandle !== undefined) {
      const node = findByPhandle(tree, Number(bigOption(phandle, '--phandle')));
      paths = node === undefined ? [] : [node.path];
    } else if (pattern!.indexOf('.', pattern!.lastIndexOf('/') + 1) >= 0)
      paths = findProperties(tree, pattern!).map(({ node, property }) => propertyPath(node, property));
    else paths = findNodes(tree, pattern!).map(node => node.path);
    context.result(paths, paths.join('\n'));
    if (paths.length === 0) context.info('nothing fits');
  },
};

export const regs: CliCommand = {
  name: 'regs',
  args: '<tree>',
  summary: 'list the memory-mapped registers by physical address, or whose one address is',
  options: [['--address <address>', 'only what covers this physical address, the smallest range first']],
  examples: ['adt regs DeviceTree.bin', 'adt regs DeviceTree.bin --address 0x235200020'],
  async run(context, args, options) {
    const tree = await readTree(context, argument(args, 0));
    const address = textOption(options, 'address');
    const ranges = address === undefined ? addressMap(tree) : ownersOf(tree, bigOption(address, '--address'));
    const rows = ranges.map(range => ({
      address: hex(range.address),
      size: hex(range.size),
      path: range.node.path,
      index: range.index,
    }));
    const width = (key: 'address' | 'size'): number => rows.reduce((most, row) => Math.max(most, row[key].length), 0);
    const [addressWidth, sizeWidth] = [width('address'), width('size')];
    context.result(rows, () =>
      rows
        .map(row => `${row.address.padStart(addressWidth)}  ${row.size.padStart(sizeWidth)}  ${row.path}[${row.index}]`)
        .join('\n'),
    );
    if (rows.length === 0) context.info('no registers');
  },
};
