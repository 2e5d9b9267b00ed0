import { fromHex, toHex } from '../bytes.js';
import { DeviceTreeNode } from '../device-node.js';
import { fail } from '../error.js';
import { MAX_DEPTH } from '../format.js';
import { escapeProperty, escapeSegment } from '../path.js';
import type { DeviceTreeProperty } from '../property.js';
import { DeviceTree } from '../tree.js';
import type { DecodedValue } from '../types/value-type.js';
import { Lexer, unquote } from './lexer.js';
import { checkNodeName, type PropertyParts, partsOf, propertyOf } from './parts.js';

/*
 * The text form, one property a line:
 *
 *   device-tree {
 *     name: string = "device-tree"
 *     serial-number: placeholder string = "syscfg/SrNm/0x20,zeroes/0x20"
 *     chosen {
 *       dram-base: u64 = 0x800000000
 *     }
 *   }
 *   trailing = <00000000>
 *
 * `# …` is a comment; it shows the bytes of numbers whose type is a guess. Before the type may stand `placeholder`, `padding <hex>` and `field <hex>`.
 */

const BARE = /^[A-Za-z_~][A-Za-z0-9_,.+~-]*$|^#[A-Za-z_][A-Za-z0-9_,.+~-]*$/;
const WORD = /#?[A-Za-z0-9_~.+-][A-Za-z0-9_,.+~-]*/y;
/** A `#` begins a comment when a space follows; otherwise it belongs to a name such as `#address-cells`. */
const BLANK = /(?:\s|#(?=\s)[^\n]*)*/y;
/** Indentation stops growing here, so that deep trees stay of bounded size. */
const MAX_INDENT = 40;

const word = (name: string): string => (BARE.test(name) ? name : JSON.stringify(name));

/** A value as the text form has it. @internal */
export function valueText(value: DecodedValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (value instanceof Uint8Array) return `<${toHex(value)}>`;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value as { [field: string]: DecodedValue })
      .map(([key, part]) => `${key}: ${valueText(part)}`)
      .join(', ')}}`;
  return String(value);
}

/** One property as a line of the text form. */
export function propertyText(node: DeviceTreeNode, property: DeviceTreeProperty): string {
  const { name, type, value, placeholder, padding, field, guessed } = partsOf(node, property);
  const before = `${placeholder ? 'placeholder ' : ''}${padding ? `padding ${valueText(padding)} ` : ''}${field ? `field ${valueText(field)} ` : ''}`;
  return `${word(name)}: ${before}${type}${type === 'flag' ? '' : ` = ${valueText(value)}`}${guessed ? `  # ${toHex(guessed)}` : ''}`;
}

/**
 * A node and what is below it in the text form; {@link parseText} reads it back to the same bytes.
 *
 * @param depth levels below the node to print; all when not given, in which case the text reads back
 */
export function nodeText(root: DeviceTreeNode, depth = Number.POSITIVE_INFINITY): string {
  const lines: string[] = [];
  const stack: { node: DeviceTreeNode | undefined; level: number }[] = [{ node: root, level: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, level } = top;
    const indent = '  '.repeat(Math.min(level, MAX_INDENT));
    if (node === undefined) {
      lines.push(`${indent}}`);
      continue;
    }
    lines.push(`${indent}${word(node.name)} {`);
    for (const property of node.properties)
      lines.push(`${indent}${level < MAX_INDENT ? '  ' : ''}${propertyText(node, property)}`);
    stack.push({ node: undefined, level });
    const children = node.children;
    if (level >= depth && children.length > 0)
      lines.push(`${indent}  # ${children.length} nodes: ${children.map(child => child.name).join(' ')}`);
    else for (let i = children.length - 1; i >= 0; i--) stack.push({ node: children[i]!, level: level + 1 });
  }
  return `${lines.join('\n')}\n`;
}

/**
 * The tree as readable text, one property a line; {@link parseText} gives the same bytes.
 *
 * @example
 * ```ts
 * import { createTree, parseText, toText } from 'apple-devicetree';
 * const text = toText(createTree());
 * parseText(text).serialize();
 * ```
 */
export function toText(tree: DeviceTree): string {
  return nodeText(tree.root) + (tree.trailing.length > 0 ? `trailing = <${toHex(tree.trailing)}>\n` : '');
}

class TextParser {
  readonly #lexer: Lexer;
  #path = '';

  constructor(text: string) {
    this.#lexer = new Lexer(text, WORD, BLANK);
  }

  #bytes(): Uint8Array {
    this.#lexer.expect('<', this.#path);
    return fromHex(this.#lexer.until('>', this.#path), this.#path);
  }

  #value(depth = 0): DecodedValue {
    const lexer = this.#lexer;
    const token = lexer.peek();
    if (depth > 6) throw lexer.error('a value is nested too deep', token, this.#path);
    if (token.kind === 'text') return unquote(lexer, lexer.take(), this.#path);
    if (token.text === '<') return this.#bytes();
    if (lexer.accept('[')) {
      const list: DecodedValue[] = [];
      while (!lexer.accept(']')) {
        list.push(this.#value(depth + 1));
        if (!lexer.accept(',')) {
          lexer.expect(']', this.#path);
          break;
        }
      }
      return list;
    }
    if (lexer.accept('{')) {
      const fields: [string, DecodedValue][] = [];
      while (!lexer.accept('}')) {
        const key = lexer.take().text;
        lexer.expect(':', this.#path);
        fields.push([key, this.#value(depth + 1)]);
        if (!lexer.accept(',')) {
          lexer.expect('}', this.#path);
          break;
        }
      }
      return Object.fromEntries(fields);
    }
    lexer.take();
    if (/^0x[0-9a-fA-F]{1,48}$/.test(token.text)) return BigInt(token.text);
    if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(token.text)) {
      const number = Number(token.text);
      return Number.isSafeInteger(number) || !/^\d+$/.test(token.text) ? number : BigInt(token.text);
    }
    throw lexer.error(`${JSON.stringify(token.text.slice(0, 40))} is not a value`, token, this.#path);
  }

  #property(name: string): DeviceTreeProperty {
    const lexer = this.#lexer;
    let parts: Partial<PropertyParts> = {};
    for (;;) {
      if (lexer.accept('placeholder')) parts = { ...parts, placeholder: true };
      else if (lexer.accept('padding')) parts = { ...parts, padding: this.#bytes() };
      else if (lexer.accept('field')) parts = { ...parts, field: this.#bytes() };
      else break;
    }
    let type = lexer.take().text;
    if (lexer.accept('[')) {
      lexer.expect(']', this.#path);
      type += '[]';
    } else if (lexer.accept('<')) type += `<${lexer.until('>', this.#path)}>`;
    const value = lexer.accept('=') ? this.#value() : true;
    return propertyOf({ ...parts, name, type, value }, this.#path);
  }

  /** One value and nothing else. */
  parseOnly(): DecodedValue {
    const value = this.#value();
    const rest = this.#lexer.peek();
    if (rest.kind !== 'end') throw this.#lexer.error('something follows the value', rest);
    return value;
  }

  parse(): DeviceTree {
    const lexer = this.#lexer;
    const open: { node: DeviceTreeNode; name: string; path: string }[] = [];
    let root: DeviceTreeNode | undefined;
    for (;;) {
      const token = lexer.take();
      const top = open.at(-1);
      if (token.kind === 'mark' && token.text === '}' && top !== undefined) {
        checkNodeName(top.node, top.name, top.path || '/');
        open.pop();
        if (open.length === 0) break;
        continue;
      }
      if (token.kind === 'end' || token.kind === 'mark')
        throw lexer.error('expected a node or a property', token, top?.path);
      const name = token.kind === 'text' ? unquote(lexer, token, top?.path) : token.text;
      if (lexer.accept('{')) {
        if (open.length === MAX_DEPTH)
          throw fail('too-deep', `nodes are nested more than ${MAX_DEPTH} deep`, { offset: token.at, path: top?.path });
        const node = DeviceTreeNode.empty();
        if (top === undefined) root = node;
        else top.node.insertNode(node);
        open.push({ node, name, path: top === undefined ? '' : `${top.path}/${escapeSegment(name)}` });
        continue;
      }
      if (top === undefined) throw lexer.error('expected the root node', token);
      this.#path = `${top.path || '/'}.${escapeProperty(name)}`;
      lexer.expect(':', this.#path);
      top.node.insertProperty(this.#property(name));
    }
    let trailing = new Uint8Array() as Uint8Array;
    this.#path = '';
    if (lexer.accept('trailing')) {
      lexer.expect('=');
      trailing = this.#bytes();
    }
    const rest = lexer.peek();
    if (rest.kind !== 'end') throw lexer.error('something follows the root node', rest);
    return new DeviceTree(root!, trailing);
  }
}

/**
 * Reads the text form.
 *
 * @throws {@link DeviceTreeError} `syntax` with line, column and offset in characters; `bad-value`, `out-of-range`,
 * `conflict`, `too-deep` with the path of the node or property
 */
export function parseText(text: string): DeviceTree {
  return new TextParser(text).parse();
}

/** Reads one value of the text form, such as `[{address: 0x10, size: 0x4}]`. @internal */
export const parseValue = (text: string): DecodedValue => new TextParser(text).parseOnly();
