import { MachOError } from '../error.js';
import { isBinaryPlist, parseBinaryPlist } from './read-binary.js';
import type { PlistValue } from './value.js';

const MAX_DEPTH = 128;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads both dialects of XML property lists that kernel collections hold: CoreFoundation's with its DOCTYPE, and
 * IOKit's OSSerialize form, where `ID="n"` names a value and `<string IDREF="n"/>` stands for it again, and integers
 * are hex with a size.
 */
class XmlPlistReader {
  private at = 0;
  private readonly ids = new Map<string, PlistValue>();

  constructor(
    private readonly text: string,
    private readonly base: number,
  ) {}

  private fail(reason: string, at = this.at): MachOError {
    return new MachOError('bad-plist', reason, { offset: this.base + at, path: 'plist' });
  }

  /** Moves past blanks, comments, declarations and the DOCTYPE. */
  private skip(): void {
    const { text } = this;
    for (;;) {
      while (this.at < text.length && text.charCodeAt(this.at) <= 0x20) this.at++;
      const second = text.charCodeAt(this.at + 1);
      if (second !== 0x21 && second !== 0x3f) return;
      const end = text.startsWith('<!--', this.at)
        ? '-->'
        : text.startsWith('<?', this.at)
          ? '?>'
          : text.startsWith('<!', this.at)
            ? '>'
            : undefined;
      if (end === undefined) return;
      const found = text.indexOf(end, this.at);
      if (found < 0) throw this.fail(`no ${end} to end this`);
      this.at = found + end.length;
    }
  }

  /** Reads a tag; the name begins with `/` for a closing one. */
  private tag(): { name: string; attributes: string; empty: boolean; start: number } {
    this.skip();
    const start = this.at;
    if (this.text[start] !== '<') throw this.fail(start >= this.text.length ? 'ends early' : 'a tag is expected');
    const end = this.text.indexOf('>', start);
    if (end < 0) throw this.fail('tag without an end', start);
    const empty = this.text[end - 1] === '/';
    const inside = this.text.slice(start + 1, empty ? end - 1 : end).trim();
    this.at = end + 1;
    const space = inside.search(/\s/);
    return space < 0
      ? { name: inside, attributes: '', empty, start }
      : { name: inside.slice(0, space), attributes: inside.slice(space), empty, start };
  }

  /** Text up to the closing tag of `name`. */
  private content(name: string, empty: boolean): string {
    if (empty) return '';
    const close = `</${name}>`;
    const end = this.text.indexOf(close, this.at);
    if (end < 0) throw this.fail(`no ${close}`);
    const raw = this.text.slice(this.at, end);
    this.at = end + close.length;
    return raw;
  }

  private unescape(raw: string): string {
    const plain = raw.includes('<![CDATA[')
      ? raw.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, c: string) => c.replaceAll('&', '&amp;'))
      : raw;
    if (!plain.includes('&')) return plain;
    return plain.replace(/&(#x?)?([0-9a-zA-Z]*);?/g, (_, number: string | undefined, name: string) => {
      if (number === undefined) {
        const value = ENTITIES[name];
        if (value === undefined) throw this.fail(`unknown entity &${name};`);
        return value;
      }
      const code = Number.parseInt(name, number === '#x' ? 16 : 10);
      if (!(code >= 0 && code <= 0x10ffff)) throw this.fail(`bad character reference ${name}`);
      return String.fromCodePoint(code);
    });
  }

  private integer(raw: string): bigint {
    const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]{1,32}|[0-9]{1,40})\s*$/.exec(raw);
    if (match === null) throw this.fail(`"${raw.slice(0, 40)}" is no integer`);
    const value = BigInt(match[2]!);
    return match[1] === '-' ? -value : value;
  }

  private data(raw: string, attributes: string): Uint8Array {
    const digits = raw.replace(/\s+/g, '');
    if (/format\s*=\s*"hex"/.test(attributes)) {
      if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) throw this.fail('bad hex data');
      return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
        Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
      );
    }
    let binary: string;
    try {
      binary = atob(digits);
    } catch {
      throw this.fail('bad base-64 data');
    }
    return Uint8Array.from(binary, c => c.charCodeAt(0));
  }

  private value(open: ReturnType<XmlPlistReader['tag']>, depth: number): PlistValue {
    if (depth > MAX_DEPTH)
      throw new MachOError('limit', `nested deeper than ${MAX_DEPTH}`, {
        offset: this.base + open.start,
        path: 'plist',
      });
    const { name, attributes, empty } = open;
    const reference = /\bIDREF\s*=\s*"([^"]*)"/.exec(attributes)?.[1];
    if (reference !== undefined) {
      const found = this.ids.get(reference);
      if (found === undefined) throw this.fail(`IDREF ${reference} names nothing before it`, open.start);
      if (!empty) this.content(name, false);
      return found;
    }
    const value = this.typed(name, attributes, empty, depth, open.start);
    const id = attributes === '' ? undefined : /\bID\s*=\s*"([^"]*)"/.exec(attributes)?.[1];
    if (id !== undefined) this.ids.set(id, value);
    return value;
  }

  private typed(name: string, attributes: string, empty: boolean, depth: number, start: number): PlistValue {
    switch (name) {
      case 'dict':
        return this.dict(empty, depth);
      case 'array':
      case 'set':
        return this.array(name, empty, depth);
      case 'string':
        return this.unescape(this.content(name, empty));
      case 'integer':
        return this.integer(this.content(name, empty));
      case 'real': {
        const raw = this.content(name, empty).trim();
        const number = /^[+-]?inf(inity)?$/i.test(raw) ? (raw.startsWith('-') ? -Infinity : Infinity) : Number(raw);
        if (raw === '' || (Number.isNaN(number) && !/^nan$/i.test(raw)))
          throw this.fail(`"${raw.slice(0, 40)}" is no number`);
        return number;
      }
      case 'true':
      case 'false':
        this.content(name, empty);
        return name === 'true';
      case 'data':
        return this.data(this.content(name, empty), attributes);
      case 'date': {
        const date = new Date(this.content(name, empty).trim());
        if (Number.isNaN(date.getTime())) throw this.fail('bad date');
        return date;
      }
      default:
        throw this.fail(`unexpected <${name.slice(0, 40)}>`, start);
    }
  }

  private dict(empty: boolean, depth: number): Map<string, PlistValue> {
    const dict = new Map<string, PlistValue>();
    if (empty) return dict;
    for (;;) {
      const key = this.tag();
      if (key.name === '/dict') return dict;
      if (key.name !== 'key') throw this.fail(`<key> is expected, not <${key.name.slice(0, 40)}>`, key.start);
      const name = this.unescape(this.content('key', key.empty));
      const open = this.tag();
      if (open.name.startsWith('/')) throw this.fail(`key "${name}" has no value`, open.start);
      dict.set(name, this.value(open, depth + 1));
    }
  }

  private array(name: string, empty: boolean, depth: number): PlistValue[] {
    const array: PlistValue[] = [];
    if (empty) return array;
    for (;;) {
      const open = this.tag();
      if (open.name === `/${name}`) return array;
      array.push(this.value(open, depth + 1));
    }
  }

  document(): PlistValue {
    let open = this.tag();
    if (open.name === 'plist') open = this.tag();
    return this.value(open, 0);
  }
}

/**
 * Value of a property list, XML in either dialect or binary; what follows the value (padding) is ignored. References become the
 * value itself, shared. Throws `bad-plist`, and `limit` for nesting deeper than 128.
 *
 * @param base file offset of the text, for errors
 * @example
 * const info = parsePlist(new TextEncoder().encode('<plist><dict><key>a</key><integer>1</integer></dict></plist>'));
 */
export function parsePlist(bytes: Uint8Array, base = 0): PlistValue {
  if (isBinaryPlist(bytes)) return parseBinaryPlist(bytes, base);
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb ? 3 : 0;
  return new XmlPlistReader(new TextDecoder().decode(bytes.subarray(bom)), base + bom).document();
}
