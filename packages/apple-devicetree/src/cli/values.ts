import { type CliCommand, type CliContext, UsageError } from '@internal/binary/cli';
import { encodeText, fromHex, toHex } from '../bytes.js';
import type { DeviceTreeNode } from '../device-node.js';
import { propertyPath } from '../edit/recorder.js';
import { DeviceTreeError, fail } from '../error.js';
import { type FoundProperty, findNodes, findProperties } from '../find.js';
import { valueToJson } from '../forms/parts.js';
import { nodeText, parseValue, valueText } from '../forms/text.js';
import { isPattern, parsePropertyPath } from '../path.js';
import type { DeviceTreeProperty } from '../property.js';
import type { DeviceTree } from '../tree.js';
import { typeById, typeIds } from '../types/by-id.js';
import { decodeProperty, encodeValue } from '../types/resolve.js';
import type { DecodedValue } from '../types/value-type.js';
import { argument, OUTPUT, readTree, textOption } from './common.js';

const describe = ({ node, property }: FoundProperty) => {
  const { value, type, source, alternatives } = decodeProperty(node, property);
  return {
    path: propertyPath(node, property),
    type,
    source,
    value: value instanceof Uint8Array ? toHex(value) : valueToJson(value),
    hex: toHex(property.value),
    ...(alternatives.length > 0 && { alternatives }),
  };
};

/** Whether a path names a property: it has a dot after its last slash. */
const namesProperty = (path: string): boolean => path.indexOf('.', path.lastIndexOf('/') + 1) >= 0;

/** The property path that was meant by one with a slash before the property, or nothing. */
function meant(tree: DeviceTree, path: string): string {
  const slash = path.lastIndexOf('/');
  const node = slash < 0 ? undefined : tree.find(path.slice(0, slash));
  const property = node?.property(path.slice(slash + 1));
  return node === undefined || property === undefined ? '' : `; the property is ${propertyPath(node, property)}`;
}

async function getNodes(context: CliContext, tree: DeviceTree, path: string): Promise<void> {
  const nodes = findNodes(tree, path);
  if (nodes.length === 0) throw fail('not-found', `no such node${meant(tree, path)}`, { path });
  context.result(
    nodes.map(node => ({ path: node.path, properties: node.properties.map(property => describe({ node, property })) })),
    () => nodes.map(node => nodeText(node, 0)).join(''),
  );
}

export const get: CliCommand = {
  name: 'get',
  args: '<tree> <path>',
  summary: 'print a property (/node/node.property) or the properties of a node; patterns are allowed',
  options: [
    ['--hex', 'print the bytes in hexadecimal'],
    ['--raw', 'write the bytes as they are'],
  ],
  examples: [
    'adt get DeviceTree.bin /chosen.random-seed --hex',
    'adt get DeviceTree.bin /arm-io/uart0.reg --json',
    "adt get DeviceTree.bin '/cpus/*.state'",
  ],
  async run(context, args, options) {
    const tree = await readTree(context, argument(args, 0));
    const path = argument(args, 1);
    if (!namesProperty(path)) return getNodes(context, tree, path);
    const found = findProperties(tree, path);
    if (found.length === 0) throw fail('not-found', 'no such property', { path });
    if (options.raw === true) {
      if (found.length > 1) throw new UsageError(`--raw writes one property, ${found.length} fit`);
      return context.write('-', found[0]!.property.value);
    }
    const text = (one: FoundProperty): string => {
      const { value } = decodeProperty(one.node, one.property);
      return options.hex === true ? toHex(one.property.value) : typeof value === 'string' ? value : valueText(value);
    };
    context.result(isPattern(path) ? found.map(describe) : describe(found[0]!), () =>
      found.length === 1
        ? text(found[0]!)
        : found.map(one => `${propertyPath(one.node, one.property)} = ${text(one)}`).join('\n'),
    );
  },
};

/** A value from the command line: by its type, else as the text form has it, else as text. */
function encode(node: DeviceTreeNode, name: string, text: string, id: string | undefined): Uint8Array {
  const raw: DecodedValue = text;
  let parsed: DecodedValue | undefined;
  try {
    parsed = parseValue(text);
  } catch (error) {
    if (!(error instanceof DeviceTreeError)) throw error;
  }
  const candidates = parsed === undefined ? [raw] : [parsed, raw];
  if (id === 'hex') return fromHex(text, `${node.path}.${name}`);
  const type = id === undefined ? undefined : typeById(id);
  if (id !== undefined && type === undefined) throw new UsageError(`--type is one of ${typeIds().join(', ')}`);
  let first: unknown;
  for (const value of candidates) {
    try {
      return type === undefined ? encodeValue(node, name, value) : type.encode(value as never);
    } catch (error) {
      if (!(error instanceof DeviceTreeError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

export const set: CliCommand = {
  name: 'set',
  args: '<tree> <path> <value>',
  summary: 'set a property (/node/node.property) and write the tree; patterns set every property that fits',
  options: [
    ['--type <type>', 'type of the value; by its name and present bytes when not given'],
    ['--placeholder', 'set the text of a placeholder and its flag'],
    ['--make', 'make nodes that are missing'],
    OUTPUT,
  ],
  examples: [
    'adt set DeviceTree.bin /chosen.debug-enabled 1 -o edited.bin',
    'adt set DeviceTree.bin /arm-io/uart0.compatible \'["uart-1,samsung"]\' -o edited.bin',
    'adt set DeviceTree.bin /chosen.lp-sip0 0x8 --type u64 -o edited.bin',
  ],
  async run(context, args, options) {
    const tree = await readTree(context, argument(args, 0));
    const path = argument(args, 1);
    const value = argument(args, 2);
    const { node: nodePath, property: name } = parsePropertyPath(path);
    const targets: { node: DeviceTreeNode; property: DeviceTreeProperty | undefined }[] = isPattern(name)
      ? findProperties(tree, path)
      : findNodes(tree, nodePath).map(node => ({ node, property: node.property(name) }));
    if (targets.length === 0 && options.make === true && !isPattern(path)) {
      let node = tree.root;
      for (const segment of nodePath.split('/').filter(Boolean)) node = node.find(segment) ?? node.addNode(segment);
      targets.push({ node, property: undefined });
    }
    if (targets.length === 0) throw fail('not-found', 'nothing fits', { path });
    for (const { node, property } of targets) {
      const key = property?.name ?? name;
      if (options.placeholder === true) node.setBytes(key, encodeText(`${value}\0`)).placeholder = true;
      else node.setBytes(key, encode(node, key, value, textOption(options, 'type')));
    }
    await context.write(textOption(options, 'output') ?? '-', tree.serialize());
    context.info(`${targets.length} set`);
  },
};
