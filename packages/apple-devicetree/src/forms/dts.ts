import type { Fdt, FdtNode, FdtProperty } from '@internal/binary/fdt';
import { concatBytes, fromHex, fromLatin1, latin1, toHex } from '../bytes.js';
import { fail } from '../error.js';
import { type TreeConversion, treeOfFdt } from '../fdt/from-fdt.js';
import { type ConversionNote, convertTree } from '../fdt/to-fdt.js';
import type { DeviceTree } from '../tree.js';
import { guessType } from '../types/guess.js';
import { Lexer, type Token } from './lexer.js';

const MAX_DEPTH = 64;
const WORD = /\/[a-z0-9-]+\/|[A-Za-z0-9,._+*#?@-]+/y;
const BLANK = /(?:\s|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/y;

const quote = (text: string): string =>
  `"${text.replace(/[^ !#-[\]-~]/g, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;

/** Text where the bytes are text, cells where they fill whole ones, bytes elsewhere. */
function valueDts(value: Uint8Array): string {
  if (value.length === 0) return '';
  const id = guessType(value).id;
  if (id === 'string' || id === 'strings')
    return ` = ${latin1(value, 0, value.length - 1)
      .split('\0')
      .map(quote)
      .join(', ')}`;
  if (value.length % 4 !== 0) return ` = [${toHex(value).replace(/..(?=.)/g, '$& ')}]`;
  const cells: string[] = [];
  for (let at = 0; at < value.length; at += 4) {
    const digits = toHex(value.subarray(at, at + 4)).replace(/^0+(?=.)/, '');
    cells.push(`0x${digits}`);
  }
  return ` = <${cells.join(' ')}>`;
}

/** DTS text, and what it can only say in notes. */
export interface DtsConversion {
  readonly text: string;
  readonly notes: readonly ConversionNote[];
}

/**
 * The tree as devicetree source that `dtc` compiles; {@link parseDts} gives the same bytes. Made as {@link toDtb} does:
 * numbers are big-endian cells, and what DTS cannot say is noted in `apple,adt` properties.
 *
 * @throws {@link DeviceTreeError} `too-deep` for trees of more than 64 levels
 * @example
 * ```ts
 * import { createTree, parseDts, toDts } from 'apple-devicetree';
 * const { text } = toDts(createTree());
 * parseDts(text).tree.serialize();
 * ```
 */
export function toDts(tree: DeviceTree): DtsConversion {
  const { fdt, notes } = convertTree(tree);
  const lines = ['/dts-v1/;', ''];
  const stack: { node: FdtNode | undefined; level: number }[] = [{ node: fdt.root, level: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, level } = top;
    const indent = '\t'.repeat(level);
    if (node === undefined) {
      lines.push(`${indent}};`);
      continue;
    }
    lines.push(`${indent}${node.name || '/'} {`);
    for (const { name, value } of node.properties) lines.push(`${indent}\t${name}${valueDts(value)};`);
    stack.push({ node: undefined, level });
    for (let i = node.children.length - 1; i >= 0; i--) stack.push({ node: node.children[i]!, level: level + 1 });
  }
  return { text: `${lines.join('\n')}\n`, notes };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

class DtsParser {
  readonly #lexer: Lexer;
  constructor(text: string) {
    this.#lexer = new Lexer(text, WORD, BLANK);
  }

  #text(token: Token): Uint8Array {
    const text = token.text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/gs, (_, code: string) => {
      if (code[0] === 'x' && code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
      if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
      return ESCAPES[code] ?? code;
    });
    return fromLatin1(`${text}\0`);
  }

  #number(bits: number): bigint {
    const token = this.#lexer.take();
    const text = token.text.replace(/(?:u?ll?|ull?)$/i, '');
    if (token.kind !== 'word' || !/^(0x[0-9a-fA-F]{1,16}|\d{1,20})$/.test(text))
      throw this.#lexer.error(
        `${JSON.stringify(token.text.slice(0, 40))} is not a number (labels and expressions are not read)`,
        token,
      );
    const value = BigInt(/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text);
    if (value >> BigInt(bits) !== 0n) throw this.#lexer.error(`${token.text} does not fit in ${bits} bits`, token);
    return value;
  }

  #cells(bits: number): Uint8Array {
    const numbers: bigint[] = [];
    while (!this.#lexer.accept('>')) numbers.push(this.#number(bits));
    const size = bits / 8;
    const bytes = new Uint8Array(numbers.length * size);
    numbers.forEach((number, i) => {
      for (let b = 0; b < size; b++) bytes[i * size + b] = Number((number >> BigInt(8 * (size - 1 - b))) & 0xffn);
    });
    return bytes;
  }

  #value(): Uint8Array {
    const lexer = this.#lexer;
    const token = lexer.take();
    if (token.kind === 'text') return this.#text(token);
    if (token.text === '<') return this.#cells(32);
    if (token.text === '[') return fromHex(lexer.until(']'));
    if (token.text !== '/bits/') throw lexer.error('expected "text", <cells> or [bytes]', token);
    const width = lexer.take();
    if (!['8', '16', '32', '64'].includes(width.text)) throw lexer.error('/bits/ is 8, 16, 32 or 64', width);
    lexer.expect('<');
    return this.#cells(Number(width.text));
  }

  parse(): Fdt {
    const lexer = this.#lexer;
    lexer.expect('/dts-v1/');
    lexer.expect(';');
    const reservations: Fdt['reservations'] = [];
    while (lexer.accept('/memreserve/')) {
      reservations.push({ address: this.#number(64), size: this.#number(64) });
      lexer.expect(';');
    }
    lexer.expect('/');
    lexer.expect('{');
    const root: FdtNode = { name: '', properties: [], children: [] };
    const open = [root];
    while (open.length > 0) {
      const top = open.at(-1)!;
      const token = lexer.take();
      if (token.text === '}' && token.kind === 'mark') {
        lexer.expect(';');
        open.pop();
        continue;
      }
      if (token.kind !== 'word') throw lexer.error('expected a node or a property', token);
      if (lexer.accept('{')) {
        if (open.length === MAX_DEPTH)
          throw fail('too-deep', `nodes are nested more than ${MAX_DEPTH} deep`, { offset: token.at });
        const node: FdtNode = { name: token.text, properties: [], children: [] };
        top.children.push(node);
        open.push(node);
        continue;
      }
      const property: FdtProperty = { name: token.text, value: new Uint8Array() };
      if (lexer.accept('=')) {
        const parts = [this.#value()];
        while (lexer.accept(',')) parts.push(this.#value());
        property.value = concatBytes(parts);
      }
      lexer.expect(';');
      top.properties.push(property);
    }
    const rest = lexer.peek();
    if (rest.kind !== 'end') throw lexer.error('something follows the root node', rest);
    return { bootCpu: 0, reservations, root };
  }
}

/**
 * Reads devicetree source: nodes, texts, cells, bytes and `/bits/`; no labels, references, expressions or includes.
 *
 * @throws {@link DeviceTreeError} `syntax` with line, column and offset in characters
 */
export const parseDts = (text: string): TreeConversion => treeOfFdt(new DtsParser(text).parse());
